/*
 * test/unit/io/conform_event.c - when callbacks come: levels, wanted ones only, and none after
 * close.
 */
#include "conform_impl.h"

/* Wants what it wanted, and does nothing about it. */
static void
just_listens(struct end *e, unsigned events)
{
	e->arg = e;
}

/* Turns until @e has been told @n times more. */
struct count {
	struct end *e;
	unsigned at_least;
};

static bool
told_enough(void *arg)
{
	const struct count *n = arg;

	return n->e->told >= n->at_least;
}

static void
expect_told_again(struct end *e, unsigned times)
{
	struct count n = {e, e->told + times};

	assert_true(until(e->c, told_enough, &n));
}

static void
expect_quiet(struct end *e)
{
	unsigned before = e->told;

	rest(e->c);
	assert_int_equal(e->told, before);
}

static void
readable_is_told_in_each_turn_until_all_is_read(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	p.server.then = just_listens;
	end_want(&p.server, IO_READABLE);
	expect_quiet(&p.server);
	put_text(&p.client, "abc");
	expect_told_again(&p.server, 3);
	expect_text(&p.server, "ab");
	end_want(&p.server, IO_READABLE);
	expect_told_again(&p.server, 3);
	expect_text(&p.server, "c");
	end_want(&p.server, IO_READABLE);
	expect_quiet(&p.server);
	pair_close(&p);
}

static void
the_end_is_readable_until_it_is_wanted_no_longer(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	p.server.then = just_listens;
	end_want(&p.server, IO_READABLE);
	assert_int_equal(end_shutdown(&p.client), 0);
	expect_told_again(&p.server, 3);
	expect_end(&p.server);
	p.server.then = just_listens;
	end_want(&p.server, IO_READABLE);
	expect_told_again(&p.server, 3);
	end_want(&p.server, 0);
	expect_quiet(&p.server);
	pair_close(&p);
}

static void
what_is_not_wanted_is_not_told(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	put_text(&p.client, "unwanted");
	expect_quiet(&p.server);
	end_want(&p.server, IO_WRITABLE);
	rest(c);
	assert_true(p.server.got & IO_WRITABLE); /* on_stream() asserts that nothing else came */
	p.server.got = 0;
	end_want(&p.server, IO_READABLE);
	rest(c);
	assert_int_equal(p.server.got, IO_READABLE);
	expect_text(&p.server, "unwanted");
	pair_close(&p);
}

static void
room_to_write_is_told_in_each_turn(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	p.client.then = just_listens;
	end_want(&p.client, IO_WRITABLE);
	expect_told_again(&p.client, 4);
	end_want(&p.client, 0);
	expect_quiet(&p.client);
	pair_close(&p);
}

static void
connected_and_failed_come_even_if_nothing_is_wanted(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(p.client.connected, 1);
	end_close(&p.client, true);
	await_failed(&p.server);
	expect_quiet(&p.server);
	pair_close(&p);
}

static void
close_yourself(struct end *e, unsigned events)
{
	end_close(e, false);
}

static void
an_end_may_be_closed_in_its_own_callback(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	p.server.then = close_yourself;
	end_want(&p.server, IO_READABLE | IO_WRITABLE);
	rest(c); /* a callback after that would find that the end has no stream */
	assert_null(p.server.s);
	assert_int_equal(p.server.told, 1);
	expect_end(&p.client);
	pair_close(&p);
}

static void
close_yourself_by_reset(struct end *e, unsigned events)
{
	end_close(e, true);
}

/* Accepts what comes as d->arg. */
static void
accept_into(struct door *d)
{
	struct io_stream *s;

	if (door_accept(d, &s) == 0)
		end_adopt(d->arg, d->c, s);
}

static bool
is_closed(void *arg)
{
	return ((struct end *)arg)->s == NULL;
}

static void
an_end_may_be_reset_in_the_callback_that_says_it_is_connected(void **state)
{
	struct conform *c = conform_of(state);
	struct end e, server = {0};
	struct door d;

	door_open(&d, c, 1);
	d.then = accept_into;
	d.arg = &server;
	assert_int_equal(end_connect(&e, c, &d.at), 0);
	e.then = close_yourself_by_reset;
	end_want(&e, IO_READABLE | IO_WRITABLE);
	assert_true(until(c, is_closed, &e));
	rest(c);
	assert_int_equal(e.told, 1);
	assert_int_equal(e.first & (unsigned)IO_CONNECTED, IO_CONNECTED);
	if (server.s) /* the reset may have come first */
		end_close(&server, false);
	door_close(&d);
}

static void
an_end_may_be_closed_in_the_callback_that_says_it_failed(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	p.server.then = close_yourself;
	end_close(&p.client, true);
	for (unsigned i = 0; i < 20 && p.server.s; i++) {
		rest(c);
		if (p.server.s && c->lossy)
			end_write(&p.server, "?", 1, 0);
	}
	assert_null(p.server.s);
	assert_int_equal(p.server.failed, 1);
	pair_close(&p);
}

/* Whoever is told first closes both. */
static void
close_both(struct end *e, unsigned events)
{
	struct end *other = e->arg;

	end_close(other, false);
	end_close(e, false);
}

static void
an_end_closed_in_another_s_callback_is_told_nothing_more(void **state)
{
	struct conform *c = conform_of(state);
	struct end a, b, sa, sb;
	struct door d;

	door_open(&d, c, 8);
	assert_int_equal(end_connect(&a, c, &d.at), 0);
	accept_one(&d, &sa);
	await_connected(&a);
	assert_int_equal(end_connect(&b, c, &d.at), 0);
	accept_one(&d, &sb);
	await_connected(&b);
	a.told = b.told = 0;
	a.then = b.then = close_both;
	a.arg = &b;
	b.arg = &a;
	end_want(&a, IO_WRITABLE);
	end_want(&b, IO_WRITABLE);
	rest(c);
	assert_int_equal(a.told + b.told, 1);
	assert_null(a.s);
	assert_null(b.s);
	end_close(&sa, false);
	end_close(&sb, false);
	door_close(&d);
}

static void
an_end_that_is_watched_by_no_one_keeps_its_octets(void **state)
{
	struct conform *c = conform_of(state);
	struct io_stream *s;
	struct pair p;

	pair_open(&p, c);
	s = p.server.s;
	c->calls++;
	io_stream_watch(s, NULL, NULL, IO_READABLE | IO_WRITABLE);
	c->calls--;
	put_text(&p.client, "patience");
	expect_quiet(&p.server);
	end_adopt(&p.server, c, s);
	assert_int_not_equal(await(&p.server, IO_READABLE) & IO_READABLE, 0);
	expect_text(&p.server, "patience");
	pair_close(&p);
}

static void
a_failure_before_anyone_watched_is_told_to_who_does(void **state)
{
	struct conform *c = conform_of(state);
	struct io_stream *s;
	struct pair p;

	pair_open(&p, c);
	s = p.server.s;
	c->calls++;
	io_stream_watch(s, NULL, NULL, 0);
	c->calls--;
	end_close(&p.client, true);
	rest(c);
	end_adopt(&p.server, c, s);
	await_failed(&p.server);
	assert_int_equal(io_error(s), -LEAT_ECONNRESET);
	pair_close(&p);
}

static void
write_once(struct end *e, unsigned events)
{
	put_text(e, "from the callback");
	end_want(e, 0);
}

static void
what_a_callback_writes_is_sent(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	p.server.then = write_once;
	end_want(&p.server, IO_READABLE);
	put_text(&p.client, "go");
	expect_text(&p.client, "from the callback");
	expect_text(&p.server, "go");
	pair_close(&p);
}

const struct conform_test conform_event_tests[] = {
    CONFORM_TEST(readable_is_told_in_each_turn_until_all_is_read),
    CONFORM_TEST(the_end_is_readable_until_it_is_wanted_no_longer),
    CONFORM_TEST(what_is_not_wanted_is_not_told),
    CONFORM_TEST(room_to_write_is_told_in_each_turn),
    CONFORM_TEST(connected_and_failed_come_even_if_nothing_is_wanted),
    CONFORM_TEST(an_end_may_be_closed_in_its_own_callback),
    CONFORM_TEST(an_end_may_be_reset_in_the_callback_that_says_it_is_connected),
    CONFORM_TEST(an_end_may_be_closed_in_the_callback_that_says_it_failed),
    CONFORM_TEST(an_end_closed_in_another_s_callback_is_told_nothing_more),
    CONFORM_TEST(an_end_that_is_watched_by_no_one_keeps_its_octets),
    CONFORM_TEST(a_failure_before_anyone_watched_is_told_to_who_does),
    CONFORM_TEST(what_a_callback_writes_is_sent),
    {NULL, NULL},
};
