/*
 * test/unit/io/conform_owner.c - what an owner may do in callbacks and timers: open and close any
 * object, including those with events due.
 */
#include "conform_impl.h"

static bool
is_closed(void *arg)
{
	return ((struct end *)arg)->s == NULL;
}

/* Fires in the middle of a turn in which both ends of a pair have events due. */
struct closer {
	struct timer timer;
	struct pair *pair;
};

static void
close_all(struct timer *t)
{
	struct closer *a = container_of(t, struct closer, timer);

	pair_close(a->pair);
}

static void
a_timer_may_close_objects_with_events_due(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	struct closer a = {.pair = &p};

	pair_open(&p, c);
	put_text(&p.client, "unread");
	p.client.on_event = p.server.on_event = keep_wanting;
	end_want(&p.client, IO_READABLE | IO_WRITABLE);
	end_want(&p.server, IO_READABLE | IO_WRITABLE);
	timer_init(&a.timer, close_all);
	timer_arm(c->client->wheel, &a.timer, io_now(c->client) + 2 * MSEC);
	assert_true(until(c, is_closed, &p.client));
	rest(c); /* a callback would find that its end has no stream */
	assert_null(p.server.s);
	assert_null(p.acceptor.l);
}

/* A callback that makes another connection to the same listener. */
static void
connect_again(struct end *e, unsigned events)
{
	struct end *next = e->arg;
	struct endpoint to;

	e->on_event = NULL;
	assert_int_equal(e->s->ops->remote(e->s, &to), 0);
	assert_int_equal(end_connect(next, e->c, &to), 0);
	assert_int_equal(next->reports, 0);
	end_close(e, false);
}

static bool
is_made(void *arg)
{
	return ((struct end *)arg)->s != NULL;
}

static void
a_stream_may_be_connected_in_a_callback(void **state)
{
	struct conform *c = conform_of(state);
	struct end next = {0}, server;
	struct pair p;

	pair_open(&p, c);
	p.client.arg = &next;
	p.client.on_event = connect_again;
	end_want(&p.client, IO_WRITABLE);
	assert_true(until(c, is_made, &next));
	accept_one(&p.acceptor, &server);
	await_connected(&next);
	put_text(&next, "the second");
	expect_text(&server, "the second");
	end_close(&next, false);
	end_close(&server, false);
	pair_close(&p);
}

/* A stream's callback closes the listener, at which another connection waits. */
static void
close_acceptor(struct end *e, unsigned events)
{
	acceptor_close(e->arg);
	e->on_event = NULL;
	end_want(e, 0);
}

static bool
acceptor_is_closed(void *arg)
{
	return ((struct acceptor *)arg)->l == NULL;
}

static void
a_listener_may_be_closed_in_a_stream_callback(void **state)
{
	struct conform *c = conform_of(state);
	struct end waiting;
	struct pair p;

	pair_open(&p, c);
	p.acceptor.reports = 0;
	assert_int_equal(end_connect(&waiting, c, &p.acceptor.at), 0);
	assert_true(until(c, acceptor_is_called, &p.acceptor));
	p.server.arg = &p.acceptor;
	p.server.on_event = close_acceptor;
	end_want(&p.server, IO_WRITABLE);
	assert_true(until(c, acceptor_is_closed, &p.acceptor));
	rest(c);
	put_text(&p.server, "goes on");
	expect_text(&p.client, "goes on");
	end_close(&waiting, false);
	pair_close(&p);
}

/* A listener's callback closes a stream that has events due. */
static void
close_stream(struct acceptor *acc)
{
	struct end *e = acc->arg;

	acc->on_event = NULL;
	end_close(e, true);
}

static void
a_stream_may_be_closed_in_a_listener_callback(void **state)
{
	struct conform *c = conform_of(state);
	struct end e, server;
	struct pair p;

	pair_open(&p, c);
	p.server.on_event = keep_wanting;
	end_want(&p.server, IO_WRITABLE);
	p.acceptor.arg = &p.server;
	p.acceptor.on_event = close_stream;
	assert_int_equal(end_connect(&e, c, &p.acceptor.at), 0);
	assert_true(until(c, is_closed, &p.server));
	accept_one(&p.acceptor, &server);
	await_connected(&e);
	put_text(&e, "new");
	expect_text(&server, "new");
	end_close(&e, false);
	end_close(&server, false);
	pair_close(&p);
}

/* Two streams fail in the same turn; the callback of each writes to the other. */
static void
write_to_other(struct end *e, unsigned events)
{
	struct end *other = e->arg;

	if (events & IO_FAILED && other->s) {
		e->on_event = NULL;
		end_write(other, "x", 1, 0);
		end_write(other, "x", 1, 0);
	}
}

static void
a_write_that_returns_a_reset_does_not_hide_io_failed(void **state)
{
	struct conform *c = conform_of(state);
	struct end other, server;
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(end_connect(&other, c, &p.acceptor.at), 0);
	accept_one(&p.acceptor, &server);
	await_connected(&other);
	end_close(&p.server, false);
	end_close(&server, false);
	expect_end(&p.client);
	expect_end(&other);
	p.client.on_event = other.on_event = write_to_other;
	p.client.arg = &other;
	other.arg = &p.client;
	end_write(&p.client, "late", 4, 0);
	end_write(&other, "late", 4, 0);
	await_failed(&p.client);
	await_failed(&other);
	assert_int_equal(io_error(p.client.s), -LEAT_ECONNRESET);
	assert_int_equal(io_error(other.s), -LEAT_ECONNRESET);
	end_close(&other, false);
	pair_close(&p);
}

static void
acceptor_want(struct acceptor *acc, bool yes)
{
	acc->c->calls++;
	acc->l->ops->want(acc->l, yes);
	acc->c->calls--;
}

static void
an_unwanted_listener_gets_no_callback_and_loses_no_connection(void **state)
{
	struct conform *c = conform_of(state);
	struct end e, server;
	struct acceptor acc;

	acceptor_open(&acc, c, 8);
	acceptor_want(&acc, false);
	assert_int_equal(end_connect(&e, c, &acc.at), 0);
	rest(c);
	assert_int_equal(acc.reports, 0);
	acceptor_want(&acc, true);
	assert_int_equal(acc.reports, 0);
	assert_true(until(c, acceptor_is_called, &acc));
	acceptor_want(&acc, false);
	acc.reports = 0;
	rest(c);
	assert_int_equal(acc.reports, 0);
	accept_one(&acc, &server); /* accept() works without the callback */
	await_connected(&e);
	put_text(&e, "patient");
	expect_text(&server, "patient");
	end_close(&e, false);
	end_close(&server, false);
	acceptor_close(&acc);
}

static void
a_world_sleeps_while_no_wanted_event_holds(void **state)
{
	static uint8_t buf[65536];
	struct conform *c = conform_of(state);
	struct end waiting;
	struct pair p;

	pair_open(&p, c);
	p.client.on_event = p.server.on_event = keep_wanting;
	end_want(&p.client, IO_READABLE);
	end_want(&p.server, IO_READABLE);
	expect_sleep(c); /* idle */
	end_want(&p.server, 0);
	for (unsigned i = 0; i < 5; i++) { /* the buffers may grow meanwhile */
		while (end_write(&p.client, buf, sizeof buf, 0) > 0)
			;
		rest(c);
	}
	while (end_write(&p.client, buf, sizeof buf, 0) > 0)
		;
	end_want(&p.client, IO_WRITABLE);
	expect_sleep(c); /* full, with octets unread at the other end */
	end_close(&p.server, true);
	await_failed(&p.client);
	end_want(&p.client, 0);
	expect_sleep(c); /* reset */
	acceptor_want(&p.acceptor, false);
	assert_int_equal(end_connect(&waiting, c, &p.acceptor.at), 0);
	expect_sleep(c); /* a connection waits to be accepted */
	end_close(&waiting, false);
	pair_close(&p);
}

const struct conform_test conform_owner_tests[] = {
    CONFORM_TEST(a_timer_may_close_objects_with_events_due),
    CONFORM_TEST(a_stream_may_be_connected_in_a_callback),
    CONFORM_TEST(a_listener_may_be_closed_in_a_stream_callback),
    CONFORM_TEST(a_stream_may_be_closed_in_a_listener_callback),
    CONFORM_TEST(a_write_that_returns_a_reset_does_not_hide_io_failed),
    CONFORM_TEST(an_unwanted_listener_gets_no_callback_and_loses_no_connection),
    CONFORM_TEST(a_world_sleeps_while_no_wanted_event_holds),
    {NULL, NULL},
};
