/*
 * test/unit/io/conform_calls.c - calls on io objects as the conformance tests make them: counted,
 * and in some cases waiting for an event.
 */
#include "conform_impl.h"

static void
on_stream(struct io_stream *s, unsigned events, void *arg)
{
	struct end *e = arg;

	assert_int_equal(e->c->calls, 0);
	assert_ptr_equal(e->s, s); /* it has not been closed */
	assert_int_not_equal(events, 0);
	assert_int_equal(events & (IO_READABLE | IO_WRITABLE) & ~e->want, 0);
	e->first = e->reports ? e->first : events;
	e->reports++;
	e->got |= events;
	e->connected += (events & IO_CONNECTED) != 0;
	e->failed += (events & IO_FAILED) != 0;
	assert_true(e->connected <= 1);
	assert_true(e->failed <= 1);
	if (e->on_event)
		e->on_event(e, events);
	else
		end_want(e, e->want & ~events);
}

ssize_t
end_read(struct end *e, void *buf, size_t len)
{
	ssize_t n;

	e->c->calls++;
	n = io_read(e->s, buf, len);
	e->c->calls--;
	assert_true(n <= (ssize_t)len);
	return n;
}

ssize_t
end_write_spans(struct end *e, const struct pkt_span *span, unsigned n)
{
	ssize_t done;

	e->c->calls++;
	done = e->s->ops->write(e->s, span, n, 0);
	e->c->calls--;
	return done;
}

ssize_t
end_write(struct end *e, const void *buf, size_t len, unsigned flags)
{
	ssize_t n;

	e->c->calls++;
	n = io_write(e->s, buf, len, flags);
	e->c->calls--;
	assert_true(n <= (ssize_t)len);
	return n;
}

int
end_peek(struct end *e, struct pkt_span *span, unsigned max)
{
	int n;

	e->c->calls++;
	n = io_peek(e->s, span, max);
	e->c->calls--;
	assert_true(n <= (int)max);
	return n;
}

void
end_consume(struct end *e, size_t len)
{
	e->c->calls++;
	io_consume(e->s, len);
	e->c->calls--;
}

ssize_t
end_reserve(struct end *e, size_t want, void **at)
{
	ssize_t n;

	e->c->calls++;
	n = e->s->ops->reserve(e->s, want, at);
	e->c->calls--;
	assert_int_not_equal(n, 0);
	assert_true(n <= (ssize_t)want);
	return n;
}

void
end_commit(struct end *e, size_t len, unsigned flags)
{
	e->c->calls++;
	e->s->ops->commit(e->s, len, flags);
	e->c->calls--;
}

int
end_shutdown(struct end *e)
{
	int err;

	e->c->calls++;
	err = io_shutdown(e->s);
	e->c->calls--;
	return err;
}

void
end_close(struct end *e, bool reset)
{
	e->c->calls++;
	io_close(e->s, reset);
	e->c->calls--;
	e->s = NULL;
}

void
end_want(struct end *e, unsigned events)
{
	e->want = events;
	e->c->calls++;
	io_want(e->s, events);
	e->c->calls--;
}

void
end_adopt(struct end *e, struct conform *c, struct io_stream *s)
{
	*e = (struct end){.c = c, .s = s};
	c->calls++;
	io_stream_watch(s, on_stream, e, 0);
	c->calls--;
}

int
end_connect(struct end *e, struct conform *c, const struct endpoint *to)
{
	int err;

	*e = (struct end){.c = c};
	c->calls++;
	err = io_connect(c->client, to, on_stream, e, &e->s);
	c->calls--;
	if (err)
		assert_null(e->s);
	return err;
}

static void
on_listener(struct io_listener *l, void *arg)
{
	struct acceptor *acc = arg;

	assert_int_equal(acc->c->calls, 0);
	assert_ptr_equal(acc->l, l);
	acc->reports++;
	acc->ready = true;
	if (acc->on_event)
		acc->on_event(acc);
}

void
acceptor_open(struct acceptor *acc, struct conform *c, int backlog)
{
	*acc = (struct acceptor){.c = c};
	c->calls++;
	assert_int_equal(io_listen(c->server, &c->at, backlog, on_listener, acc, &acc->l), 0);
	assert_int_equal(acc->l->ops->local(acc->l, &acc->at), 0);
	c->calls--;
}

int
acceptor_accept(struct acceptor *acc, struct io_stream **out)
{
	int err;

	acc->c->calls++;
	err = acc->l->ops->accept(acc->l, out);
	acc->c->calls--;
	if (err == -LEAT_EAGAIN)
		acc->ready = false;
	return err;
}

void
acceptor_close(struct acceptor *acc)
{
	acc->c->calls++;
	acc->l->ops->close(acc->l);
	acc->c->calls--;
	acc->l = NULL;
}

void
keep_wanting(struct end *e, unsigned events)
{
}

bool
acceptor_is_called(void *acc)
{
	return ((struct acceptor *)acc)->reports > 0;
}

static bool
has_awaited(void *arg)
{
	const struct end *e = arg;

	return e->got & e->awaited;
}

unsigned
await(struct end *e, unsigned events)
{
	e->got = 0;
	e->awaited = events;
	end_want(e, events & (IO_READABLE | IO_WRITABLE));
	if (!until(e->c, has_awaited, e))
		fail_msg("none of the events %#x came", events);
	end_want(e, 0);
	return e->got;
}

void
await_connected(struct end *e)
{
	if (!e->connected)
		await(e, IO_CONNECTED);
}

ssize_t
get(struct end *e, void *buf, size_t len)
{
	ssize_t n;

	while ((n = end_read(e, buf, len)) == -LEAT_EAGAIN)
		await(e, IO_READABLE);
	return n;
}

void
put(struct end *e, const void *buf, size_t len)
{
	const uint8_t *at = buf;

	while (len) {
		ssize_t n = end_write(e, at, len, 0);

		if (n == -LEAT_EAGAIN) {
			await(e, IO_WRITABLE);
			continue;
		}
		assert_true(n > 0);
		at += n;
		len -= (size_t)n;
	}
}

void
put_text(struct end *e, const char *text)
{
	put(e, text, strlen(text));
}

void
expect_text(struct end *e, const char *text)
{
	char buf[256];
	size_t len = strlen(text), have = 0;

	assert_true(len < sizeof buf);
	while (have < len) {
		ssize_t n = get(e, buf + have, len - have);

		assert_true(n > 0);
		have += (size_t)n;
	}
	assert_memory_equal(buf, text, len);
}

void
expect_end(struct end *e)
{
	uint8_t octet;

	assert_int_equal(get(e, &octet, 1), 0);
}

static bool
is_ready(void *arg)
{
	return ((struct acceptor *)arg)->ready;
}

void
accept_one(struct acceptor *acc, struct end *e)
{
	struct io_stream *s;
	int err;

	while ((err = acceptor_accept(acc, &s)) == -LEAT_EAGAIN)
		assert_true(until(acc->c, is_ready, acc));
	assert_int_equal(err, 0);
	end_adopt(e, acc->c, s);
}

void
await_failed(struct end *e)
{
	for (unsigned i = 0; i < 20 && !e->failed; i++) {
		rest(e->c);
		if (!e->failed && e->c->lossy)
			end_write(e, "?", 1, 0);
	}
	assert_int_equal(e->failed, 1);
}

void
pair_open(struct pair *p, struct conform *c)
{
	acceptor_open(&p->acceptor, c, 8);
	assert_int_equal(end_connect(&p->client, c, &p->acceptor.at), 0);
	accept_one(&p->acceptor, &p->server);
	await_connected(&p->client);
}

void
pair_close(struct pair *p)
{
	if (p->client.s)
		end_close(&p->client, false);
	if (p->server.s)
		end_close(&p->server, false);
	if (p->acceptor.l)
		acceptor_close(&p->acceptor);
}
