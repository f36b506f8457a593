/*
 * test/unit/io/conform_open.c - how streams begin: connect, refusal, listen, accept, addresses.
 */
#include "conform_impl.h"

static void
io_connected_is_reported_once_and_first(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	uint8_t octet;

	acceptor_open(&p.acceptor, c, 8);
	assert_int_equal(end_connect(&p.client, c, &p.acceptor.at), 0);
	assert_int_equal(p.client.reports, 0);
	end_want(&p.client, IO_READABLE | IO_WRITABLE);
	assert_int_equal(io_error(p.client.s), 0);
	accept_one(&p.acceptor, &p.server);
	put_text(&p.server, "first");
	rest(c);
	assert_int_equal(p.client.connected, 1);
	assert_true(p.client.first & IO_CONNECTED);
	assert_int_equal(p.client.failed, 0);
	expect_text(&p.client, "first");
	assert_int_equal(end_read(&p.client, &octet, 1), -LEAT_EAGAIN);
	pair_close(&p);
}

/* A write may succeed: over loopback a stream can be connected before that is reported. */
static void
reads_of_a_connecting_stream_give_eagain(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	struct pkt_span span;
	ssize_t early = -LEAT_EAGAIN;
	uint8_t octet;
	void *at;

	acceptor_open(&p.acceptor, c, 8);
	assert_int_equal(end_connect(&p.client, c, &p.acceptor.at), 0);
	if (!p.client.connected) { /* no turn has been made */
		assert_int_equal(end_read(&p.client, &octet, 1), -LEAT_EAGAIN);
		assert_int_equal(end_peek(&p.client, &span, 1), -LEAT_EAGAIN);
		early = end_write(&p.client, "early", 5, 0);
		assert_true(early == -LEAT_EAGAIN || early == 5);
		if (p.client.s->ops->reserve && end_reserve(&p.client, 5, &at) != -LEAT_EAGAIN)
			end_commit(&p.client, 0, 0);
	}
	accept_one(&p.acceptor, &p.server);
	await_connected(&p.client);
	await(&p.client, IO_WRITABLE);
	put_text(&p.client, "now");
	expect_text(&p.server, early == 5 ? "earlynow" : "now");
	pair_close(&p);
}

/* An address at which a listener was just closed. */
static struct endpoint
closed_address(struct conform *c)
{
	struct acceptor acc;

	acceptor_open(&acc, c, 1);
	acceptor_close(&acc);
	return acc.at;
}

/*
 * Connects to an address without a listener. Returns true if a stream was made and reported its
 * failure, false if connect() returned the error.
 */
static bool
refused(struct end *e, struct conform *c)
{
	struct endpoint to = closed_address(c);
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
after_a_refused_connect_one_read_returns_the_error(void **state)
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
after_a_refused_connect_one_write_returns_the_error(void **state)
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
a_stream_closed_while_connecting_gets_no_event(void **state)
{
	struct conform *c = conform_of(state);
	struct endpoint to = closed_address(c);
	struct acceptor acc;
	struct end e;

	if (!end_connect(&e, c, &to))
		end_close(&e, false);
	acceptor_open(&acc, c, 1);
	assert_int_equal(end_connect(&e, c, &acc.at), 0);
	end_close(&e, false);
	assert_int_equal(end_connect(&e, c, &acc.at), 0);
	end_close(&e, true);
	rest(c); /* a callback would find that its stream is closed */
	assert_int_equal(e.reports, 0);
	acceptor_close(&acc);
}

enum { MANY = 5 };

static void
accept_returns_each_connection_once_and_then_eagain(void **state)
{
	struct conform *c = conform_of(state);
	struct end client[MANY], server[MANY];
	struct io_stream *s = NULL;
	struct acceptor acc;
	unsigned seen = 0;
	uint8_t octet;

	acceptor_open(&acc, c, 2 * MANY);
	assert_int_equal(acceptor_accept(&acc, &s), -LEAT_EAGAIN);
	assert_null(s);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(end_connect(&client[i], c, &acc.at), 0);
	for (unsigned i = 0; i < MANY; i++)
		accept_one(&acc, &server[i]);
	for (uint8_t i = 0; i < MANY; i++) {
		await_connected(&client[i]);
		assert_int_equal(end_write(&client[i], &i, 1, 0), 1);
	}
	for (unsigned i = 0; i < MANY; i++) {
		assert_int_equal(get(&server[i], &octet, 1), 1);
		assert_true(octet < MANY && !(seen & 1U << octet));
		seen |= 1U << octet;
	}
	assert_int_equal(acceptor_accept(&acc, &s), -LEAT_EAGAIN);
	for (unsigned i = 0; i < MANY; i++) {
		end_close(&client[i], false);
		end_close(&server[i], false);
	}
	acceptor_close(&acc);
}

static bool
is_called_thrice(void *arg)
{
	return ((struct acceptor *)arg)->reports >= 3;
}

static void
a_listener_is_called_in_each_turn_until_accept_gives_eagain(void **state)
{
	struct conform *c = conform_of(state);
	struct end client, server;
	struct acceptor acc;

	acceptor_open(&acc, c, 8);
	assert_int_equal(end_connect(&client, c, &acc.at), 0);
	assert_true(until(c, is_called_thrice, &acc));
	accept_one(&acc, &server);
	assert_int_equal(acceptor_accept(&acc, &server.s), -LEAT_EAGAIN);
	acc.reports = 0;
	rest(c);
	assert_int_equal(acc.reports, 0);
	end_close(&client, false);
	end_close(&server, false);
	acceptor_close(&acc);
}

static void
closing_a_listener_resets_unaccepted_connections(void **state)
{
	struct conform *c = conform_of(state);
	struct end e;
	struct acceptor acc;

	acceptor_open(&acc, c, 8);
	assert_int_equal(end_connect(&e, c, &acc.at), 0);
	/* Not yet connected at the client: a handshake above the transport may need accept(). */
	assert_true(until(c, acceptor_is_called, &acc));
	acceptor_close(&acc);
	await_failed(&e);
	assert_int_equal(io_error(e.s), -LEAT_ECONNRESET);
	end_close(&e, false);
}

static void
accept_then_close(struct acceptor *acc)
{
	struct io_stream *s;

	if (acceptor_accept(acc, &s) == 0) {
		end_adopt(acc->arg, acc->c, s);
		acceptor_close(acc);
	}
}

static bool
is_closed(void *arg)
{
	return ((struct acceptor *)arg)->l == NULL;
}

static void
a_listener_may_be_closed_in_its_own_callback(void **state)
{
	struct conform *c = conform_of(state);
	struct end client, server;
	struct acceptor acc;

	acceptor_open(&acc, c, 8);
	acc.on_event = accept_then_close;
	acc.arg = &server;
	assert_int_equal(end_connect(&client, c, &acc.at), 0);
	assert_true(until(c, is_closed, &acc));
	put_text(&server, "still here");
	expect_text(&client, "still here");
	end_close(&client, false);
	end_close(&server, false);
}

static void
assert_same_address(const struct endpoint *a, const struct endpoint *b)
{
	assert_true(ipaddr_eq(&a->addr, &b->addr));
	assert_int_equal(a->port, b->port);
}

static void
local_and_remote_addresses_agree_at_both_ends(void **state)
{
	struct conform *c = conform_of(state);
	struct endpoint cl, cr, sl, sr;
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(p.client.s->ops->local(p.client.s, &cl), 0);
	assert_int_equal(p.client.s->ops->remote(p.client.s, &cr), 0);
	assert_int_equal(p.server.s->ops->local(p.server.s, &sl), 0);
	assert_int_equal(p.server.s->ops->remote(p.server.s, &sr), 0);
	assert_same_address(&cr, &p.acceptor.at);
	assert_same_address(&sl, &p.acceptor.at);
	assert_same_address(&sr, &cl);
	assert_int_not_equal(cl.port, 0);
	pair_close(&p);
}

static void
listening_at_port_0_chooses_a_free_port(void **state)
{
	struct conform *c = conform_of(state);
	struct endpoint at = c->at;
	struct acceptor a, b;
	struct end e, server;

	c->at.port = 0;
	acceptor_open(&a, c, 1);
	acceptor_open(&b, c, 1);
	c->at = at;
	assert_int_not_equal(a.at.port, 0);
	assert_int_not_equal(b.at.port, 0);
	assert_int_not_equal(a.at.port, b.at.port);
	assert_int_equal(end_connect(&e, c, &b.at), 0);
	accept_one(&b, &server);
	await_connected(&e);
	end_close(&e, false);
	end_close(&server, false);
	acceptor_close(&a);
	acceptor_close(&b);
}

static void
an_address_has_one_listener_and_is_free_after_close(void **state)
{
	struct conform *c = conform_of(state);
	struct endpoint at = c->at;
	struct io_listener *l = NULL;
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(io_listen(c->server, &p.acceptor.at, 1, NULL, NULL, &l), -LEAT_EADDRINUSE);
	assert_null(l);
	at = p.acceptor.at;
	pair_close(&p);
	c->at = at; /* TIME-WAIT must not keep the address from the next listener */
	pair_open(&p, c);
	assert_same_address(&p.acceptor.at, &at);
	pair_close(&p);
}

/* RFC 5737 and RFC 3849: addresses for documentation, which no world has. */
static void
listening_at_an_address_of_another_host_fails(void **state)
{
	struct conform *c = conform_of(state);
	struct endpoint at = {0};
	struct io_listener *l = NULL;

	assert_int_equal(ipaddr_parse(ipaddr_is4(&c->at.addr) ? "192.0.2.1" : "2001:db8::1", &at.addr), 0);
	assert_int_equal(io_listen(c->server, &at, 1, NULL, NULL, &l), -LEAT_EADDRNOTAVAIL);
	assert_null(l);
}

const struct conform_test conform_open_tests[] = {
    CONFORM_TEST(io_connected_is_reported_once_and_first),
    CONFORM_TEST(reads_of_a_connecting_stream_give_eagain),
    CONFORM_TEST(after_a_refused_connect_one_read_returns_the_error),
    CONFORM_TEST(after_a_refused_connect_one_write_returns_the_error),
    CONFORM_TEST(a_refused_stream_is_readable_and_writable),
    CONFORM_TEST(a_stream_closed_while_connecting_gets_no_event),
    CONFORM_TEST(accept_returns_each_connection_once_and_then_eagain),
    CONFORM_TEST(a_listener_is_called_in_each_turn_until_accept_gives_eagain),
    CONFORM_TEST(closing_a_listener_resets_unaccepted_connections),
    CONFORM_TEST(a_listener_may_be_closed_in_its_own_callback),
    CONFORM_TEST(local_and_remote_addresses_agree_at_both_ends),
    CONFORM_TEST(listening_at_port_0_chooses_a_free_port),
    CONFORM_TEST(an_address_has_one_listener_and_is_free_after_close),
    CONFORM_TEST(listening_at_an_address_of_another_host_fails),
    {NULL, NULL},
};
