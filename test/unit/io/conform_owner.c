/*
 * test/unit/io/conform_owner.c - what owners may do from callbacks and timers: open and close any
 * object, those with events due included.
 */
#include "conform_impl.h"

static bool
is_closed(void *arg)
{
	return ((struct end *)arg)->s == NULL;
}

/* Fires in the middle of a turn in which both ends of a pair have events due. */
struct axe {
	struct timer timer;
	struct pair *pair;
};

static void
close_all(struct timer *t)
{
	struct axe *a = container_of(t, struct axe, timer);

	pair_close(a->pair);
}

static void
want_more(struct end *e, unsigned events)
{
	e->arg = e;
}

static void
a_timer_may_close_what_has_events_due(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	struct axe a = {.pair = &p};

	pair_open(&p, c);
	put_text(&p.client, "unread");
	p.client.then = p.server.then = want_more;
	end_want(&p.client, IO_READABLE | IO_WRITABLE);
	end_want(&p.server, IO_READABLE | IO_WRITABLE);
	timer_init(&a.timer, close_all);
	timer_arm(c->client->wheel, &a.timer, io_now(c->client) + 2 * MSEC);
	assert_true(until(c, is_closed, &p.client));
	rest(c); /* a callback would find that its end has no stream */
	assert_null(p.server.s);
	assert_null(p.door.l);
}

/* A callback that connects once more, to the same listener. */
static void
connect_again(struct end *e, unsigned events)
{
	struct end *next = e->arg;
	struct endpoint to;

	e->then = NULL;
	assert_int_equal(e->s->ops->remote(e->s, &to), 0);
	assert_int_equal(end_connect(next, e->c, &to), 0);
	assert_int_equal(next->told, 0);
	end_close(e, false);
}

static bool
is_made(void *arg)
{
	return ((struct end *)arg)->s != NULL;
}

static void
a_stream_made_in_a_callback_is_connected_like_any_other(void **state)
{
	struct conform *c = conform_of(state);
	struct end next = {0}, server;
	struct pair p;

	pair_open(&p, c);
	p.client.arg = &next;
	p.client.then = connect_again;
	end_want(&p.client, IO_WRITABLE);
	assert_true(until(c, is_made, &next));
	accept_one(&p.door, &server);
	await_connected(&next);
	put_text(&next, "the second");
	expect_text(&server, "the second");
	end_close(&next, false);
	end_close(&server, false);
	pair_close(&p);
}

/* A stream's callback closes the listener, at which another connection waits. */
static void
close_door(struct end *e, unsigned events)
{
	door_close(e->arg);
	e->then = NULL;
	end_want(e, 0);
}

static bool
door_is_closed(void *arg)
{
	return ((struct door *)arg)->l == NULL;
}

static void
a_listener_may_be_closed_in_a_stream_s_callback(void **state)
{
	struct conform *c = conform_of(state);
	struct end waiting;
	struct pair p;

	pair_open(&p, c);
	p.door.told = 0;
	assert_int_equal(end_connect(&waiting, c, &p.door.at), 0);
	assert_true(until(c, door_is_told, &p.door));
	p.server.arg = &p.door;
	p.server.then = close_door;
	end_want(&p.server, IO_WRITABLE);
	assert_true(until(c, door_is_closed, &p.door));
	rest(c);
	put_text(&p.server, "goes on");
	expect_text(&p.client, "goes on");
	end_close(&waiting, false);
	pair_close(&p);
}

/* A listener's callback closes a stream that has events due. */
static void
close_stream(struct door *d)
{
	struct end *e = d->arg;

	d->then = NULL;
	end_close(e, true);
}

static void
a_stream_may_be_closed_in_a_listener_s_callback(void **state)
{
	struct conform *c = conform_of(state);
	struct end e, server;
	struct pair p;

	pair_open(&p, c);
	p.server.then = want_more;
	end_want(&p.server, IO_WRITABLE);
	p.door.arg = &p.server;
	p.door.then = close_stream;
	assert_int_equal(end_connect(&e, c, &p.door.at), 0);
	assert_true(until(c, is_closed, &p.server));
	accept_one(&p.door, &server);
	await_connected(&e);
	put_text(&e, "new");
	expect_text(&server, "new");
	end_close(&e, false);
	end_close(&server, false);
	pair_close(&p);
}

/* Of two streams that fail in the same turn, the callback of one writes to the other. */
static void
write_to_other(struct end *e, unsigned events)
{
	struct end *other = e->arg;

	if (events & IO_FAILED && other->s) {
		e->then = NULL;
		end_write(other, "x", 1, 0);
		end_write(other, "x", 1, 0);
	}
}

static void
a_write_that_meets_a_reset_first_does_not_hide_it(void **state)
{
	struct conform *c = conform_of(state);
	struct end other, server;
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(end_connect(&other, c, &p.door.at), 0);
	accept_one(&p.door, &server);
	await_connected(&other);
	end_close(&p.server, false);
	end_close(&server, false);
	expect_end(&p.client);
	expect_end(&other);
	p.client.then = other.then = write_to_other;
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
door_want(struct door *d, bool yes)
{
	d->c->calls++;
	d->l->ops->want(d->l, yes);
	d->c->calls--;
}

static void
a_listener_that_is_not_wanted_is_quiet_and_loses_nothing(void **state)
{
	struct conform *c = conform_of(state);
	struct end e, server;
	struct door d;

	door_open(&d, c, 8);
	door_want(&d, false);
	assert_int_equal(end_connect(&e, c, &d.at), 0);
	rest(c);
	assert_int_equal(d.told, 0);
	door_want(&d, true);
	assert_int_equal(d.told, 0);
	assert_true(until(c, door_is_told, &d));
	door_want(&d, false);
	d.told = 0;
	rest(c);
	assert_int_equal(d.told, 0);
	accept_one(&d, &server); /* it may be accepted all the same */
	await_connected(&e);
	put_text(&e, "patient");
	expect_text(&server, "patient");
	end_close(&e, false);
	end_close(&server, false);
	door_close(&d);
}

static void
a_world_sleeps_while_nothing_that_is_wanted_holds(void **state)
{
	static uint8_t buf[65536];
	struct conform *c = conform_of(state);
	struct end waiting;
	struct pair p;

	pair_open(&p, c);
	p.client.then = p.server.then = want_more;
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
	door_want(&p.door, false);
	assert_int_equal(end_connect(&waiting, c, &p.door.at), 0);
	expect_sleep(c); /* a connection waits */
	end_close(&waiting, false);
	pair_close(&p);
}

const struct conform_test conform_owner_tests[] = {
    CONFORM_TEST(a_timer_may_close_what_has_events_due),
    CONFORM_TEST(a_stream_made_in_a_callback_is_connected_like_any_other),
    CONFORM_TEST(a_listener_may_be_closed_in_a_stream_s_callback),
    CONFORM_TEST(a_stream_may_be_closed_in_a_listener_s_callback),
    CONFORM_TEST(a_write_that_meets_a_reset_first_does_not_hide_it),
    CONFORM_TEST(a_listener_that_is_not_wanted_is_quiet_and_loses_nothing),
    CONFORM_TEST(a_world_sleeps_while_nothing_that_is_wanted_holds),
    {NULL, NULL},
};
