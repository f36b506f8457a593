/*
 * test/unit/io/conform_open.c - how streams come to be: connect, refusal, listen, accept, names.
 */
#include "conform_impl.h"

static void
connected_comes_once_and_before_anything_else(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	uint8_t octet;

	door_open(&p.door, c, 8);
	assert_int_equal(end_connect(&p.client, c, &p.door.at), 0);
	assert_int_equal(p.client.told, 0);
	end_want(&p.client, IO_READABLE | IO_WRITABLE);
	assert_int_equal(io_error(p.client.s), 0);
	accept_one(&p.door, &p.server);
	put_text(&p.server, "first");
	rest(c);
	assert_int_equal(p.client.connected, 1);
	assert_true(p.client.first & IO_CONNECTED);
	assert_int_equal(p.client.failed, 0);
	expect_text(&p.client, "first");
	assert_int_equal(end_read(&p.client, &octet, 1), -LEAT_EAGAIN);
	pair_close(&p);
}

/* But over loopback, say, it may be connected before that is told, and take what is written. */
static void
a_stream_that_connects_can_neither_be_read_nor_written_yet(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	struct pkt_span span;
	ssize_t early = -LEAT_EAGAIN;
	uint8_t octet;
	void *at;

	door_open(&p.door, c, 8);
	assert_int_equal(end_connect(&p.client, c, &p.door.at), 0);
	if (!p.client.connected) { /* no turn has been made */
		assert_int_equal(end_read(&p.client, &octet, 1), -LEAT_EAGAIN);
		assert_int_equal(end_peek(&p.client, &span, 1), -LEAT_EAGAIN);
		early = end_write(&p.client, "early", 5, 0);
		assert_true(early == -LEAT_EAGAIN || early == 5);
		if (p.client.s->ops->reserve && end_reserve(&p.client, 5, &at) != -LEAT_EAGAIN)
			end_commit(&p.client, 0);
	}
	accept_one(&p.door, &p.server);
	await_connected(&p.client);
	await(&p.client, IO_WRITABLE);
	put_text(&p.client, "now");
	expect_text(&p.server, early == 5 ? "earlynow" : "now");
	pair_close(&p);
}

/* What was a listener's name, and is no longer. */
static struct endpoint
closed_name(struct conform *c)
{
	struct door d;

	door_open(&d, c, 1);
	door_close(&d);
	return d.at;
}

/*
 * Connects to where no one listens: true if the stream is there and has told its failure; false if
 * connect() said it.
 */
static bool
refused(struct end *e, struct conform *c)
{
	struct endpoint to = closed_name(c);
	int err = end_connect(e, c, &to);

	if (err) {
		assert_int_equal(err, -LEAT_ECONNREFUSED);
		return false;
	}
	await(e, IO_FAILED);
	rest(c);
	assert_int_equal(e->connected, 0);
	assert_int_equal(e->failed, 1);
	assert_int_equal(io_error(e->s), -LEAT_ECONNREFUSED);
	return true;
}

static void
a_refused_connect_fails_once_and_read_says_why_once(void **state)
{
	struct conform *c = conform_of(state);
	struct end e;
	uint8_t octet;

	if (!refused(&e, c))
		return;
	assert_int_equal(end_read(&e, &octet, 1), -LEAT_ECONNREFUSED);
	assert_int_equal(end_read(&e, &octet, 1), 0);
	assert_int_equal(end_read(&e, &octet, 1), 0);
	assert_int_equal(io_error(e.s), -LEAT_ECONNREFUSED);
	end_close(&e, false);
}

static void
a_refused_connect_s_write_says_why_once(void **state)
{
	struct conform *c = conform_of(state);
	struct end e;

	if (!refused(&e, c))
		return;
	assert_int_equal(end_write(&e, "x", 1, 0), -LEAT_ECONNREFUSED);
	assert_int_equal(end_write(&e, "x", 1, 0), -LEAT_EPIPE);
	end_close(&e, true);
}

static void
a_refused_stream_is_readable_and_writable(void **state)
{
	struct conform *c = conform_of(state);
	struct end e;

	if (!refused(&e, c))
		return;
	await(&e, IO_READABLE);
	await(&e, IO_WRITABLE);
	end_close(&e, false);
}

static void
nothing_is_told_of_a_connect_that_was_given_up(void **state)
{
	struct conform *c = conform_of(state);
	struct endpoint to = closed_name(c);
	struct door d;
	struct end e;

	if (!end_connect(&e, c, &to))
		end_close(&e, false);
	door_open(&d, c, 1);
	assert_int_equal(end_connect(&e, c, &d.at), 0);
	end_close(&e, false);
	assert_int_equal(end_connect(&e, c, &d.at), 0);
	end_close(&e, true);
	rest(c); /* a callback would find that its end has no stream */
	assert_int_equal(e.told, 0);
	door_close(&d);
}

enum { MANY = 5 };

static void
accept_gives_each_connection_once_until_it_says_eagain(void **state)
{
	struct conform *c = conform_of(state);
	struct end client[MANY], server[MANY];
	struct io_stream *s = NULL;
	struct door d;
	unsigned seen = 0;
	uint8_t octet;

	door_open(&d, c, 2 * MANY);
	assert_int_equal(door_accept(&d, &s), -LEAT_EAGAIN);
	assert_null(s);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(end_connect(&client[i], c, &d.at), 0);
	for (unsigned i = 0; i < MANY; i++)
		accept_one(&d, &server[i]);
	for (uint8_t i = 0; i < MANY; i++) {
		await_connected(&client[i]);
		assert_int_equal(end_write(&client[i], &i, 1, 0), 1);
	}
	for (unsigned i = 0; i < MANY; i++) {
		assert_int_equal(get(&server[i], &octet, 1), 1);
		assert_true(octet < MANY && !(seen & 1U << octet));
		seen |= 1U << octet;
	}
	assert_int_equal(door_accept(&d, &s), -LEAT_EAGAIN);
	for (unsigned i = 0; i < MANY; i++) {
		end_close(&client[i], false);
		end_close(&server[i], false);
	}
	door_close(&d);
}

static bool
told_thrice(void *arg)
{
	return ((struct door *)arg)->told >= 3;
}

static void
a_listener_is_called_again_while_something_waits(void **state)
{
	struct conform *c = conform_of(state);
	struct end client, server;
	struct door d;

	door_open(&d, c, 8);
	assert_int_equal(end_connect(&client, c, &d.at), 0);
	assert_true(until(c, told_thrice, &d));
	accept_one(&d, &server);
	assert_int_equal(door_accept(&d, &server.s), -LEAT_EAGAIN);
	d.told = 0;
	rest(c);
	assert_int_equal(d.told, 0);
	end_close(&client, false);
	end_close(&server, false);
	door_close(&d);
}

static void
connections_that_wait_at_a_closed_listener_are_reset(void **state)
{
	struct conform *c = conform_of(state);
	struct end e;
	struct door d;

	door_open(&d, c, 8);
	assert_int_equal(end_connect(&e, c, &d.at), 0);
	/* A handshake above the transport may still wait for accept(). */
	assert_true(until(c, door_is_told, &d));
	door_close(&d);
	await_failed(&e);
	assert_int_equal(io_error(e.s), -LEAT_ECONNRESET);
	end_close(&e, false);
}

static void
accept_then_close(struct door *d)
{
	struct io_stream *s;

	if (door_accept(d, &s) == 0) {
		end_adopt(d->arg, d->c, s);
		door_close(d);
	}
}

static bool
is_closed(void *arg)
{
	return ((struct door *)arg)->l == NULL;
}

static void
a_listener_may_be_closed_in_its_own_callback(void **state)
{
	struct conform *c = conform_of(state);
	struct end client, server;
	struct door d;

	door_open(&d, c, 8);
	d.then = accept_then_close;
	d.arg = &server;
	assert_int_equal(end_connect(&client, c, &d.at), 0);
	assert_true(until(c, is_closed, &d));
	put_text(&server, "still here");
	expect_text(&client, "still here");
	end_close(&client, false);
	end_close(&server, false);
}

static void
assert_same_name(const struct endpoint *a, const struct endpoint *b)
{
	assert_true(ipaddr_eq(&a->addr, &b->addr));
	assert_int_equal(a->port, b->port);
}

static void
both_ends_know_both_names(void **state)
{
	struct conform *c = conform_of(state);
	struct endpoint cl, cr, sl, sr;
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(p.client.s->ops->local(p.client.s, &cl), 0);
	assert_int_equal(p.client.s->ops->remote(p.client.s, &cr), 0);
	assert_int_equal(p.server.s->ops->local(p.server.s, &sl), 0);
	assert_int_equal(p.server.s->ops->remote(p.server.s, &sr), 0);
	assert_same_name(&cr, &p.door.at);
	assert_same_name(&sl, &p.door.at);
	assert_same_name(&sr, &cl);
	assert_int_not_equal(cl.port, 0);
	pair_close(&p);
}

static void
port_0_is_any_free_port(void **state)
{
	struct conform *c = conform_of(state);
	struct endpoint at = c->at;
	struct door a, b;
	struct end e, server;

	c->at.port = 0;
	door_open(&a, c, 1);
	door_open(&b, c, 1);
	c->at = at;
	assert_int_not_equal(a.at.port, 0);
	assert_int_not_equal(b.at.port, 0);
	assert_int_not_equal(a.at.port, b.at.port);
	assert_int_equal(end_connect(&e, c, &b.at), 0);
	accept_one(&b, &server);
	await_connected(&e);
	end_close(&e, false);
	end_close(&server, false);
	door_close(&a);
	door_close(&b);
}

static void
a_name_is_listened_at_once_and_again_after_close(void **state)
{
	struct conform *c = conform_of(state);
	struct endpoint at = c->at;
	struct io_listener *l = NULL;
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(io_listen(c->server, &p.door.at, 1, NULL, NULL, &l), -LEAT_EADDRINUSE);
	assert_null(l);
	at = p.door.at;
	pair_close(&p);
	c->at = at; /* what is left of a connection does not keep its name from the next listener */
	pair_open(&p, c);
	assert_same_name(&p.door.at, &at);
	pair_close(&p);
}

/* RFC 5737 and RFC 3849: addresses of documentation, which no world has. */
static void
an_address_of_no_one_cannot_be_listened_at(void **state)
{
	struct conform *c = conform_of(state);
	struct endpoint at = {0};
	struct io_listener *l = NULL;

	assert_int_equal(ipaddr_parse(ipaddr_is4(&c->at.addr) ? "192.0.2.1" : "2001:db8::1", &at.addr), 0);
	assert_int_equal(io_listen(c->server, &at, 1, NULL, NULL, &l), -LEAT_EADDRNOTAVAIL);
	assert_null(l);
}

const struct conform_test conform_open_tests[] = {
    CONFORM_TEST(connected_comes_once_and_before_anything_else),
    CONFORM_TEST(a_stream_that_connects_can_neither_be_read_nor_written_yet),
    CONFORM_TEST(a_refused_connect_fails_once_and_read_says_why_once),
    CONFORM_TEST(a_refused_connect_s_write_says_why_once),
    CONFORM_TEST(a_refused_stream_is_readable_and_writable),
    CONFORM_TEST(nothing_is_told_of_a_connect_that_was_given_up),
    CONFORM_TEST(accept_gives_each_connection_once_until_it_says_eagain),
    CONFORM_TEST(a_listener_is_called_again_while_something_waits),
    CONFORM_TEST(connections_that_wait_at_a_closed_listener_are_reset),
    CONFORM_TEST(a_listener_may_be_closed_in_its_own_callback),
    CONFORM_TEST(both_ends_know_both_names),
    CONFORM_TEST(port_0_is_any_free_port),
    CONFORM_TEST(a_name_is_listened_at_once_and_again_after_close),
    CONFORM_TEST(an_address_of_no_one_cannot_be_listened_at),
    {NULL, NULL},
};
