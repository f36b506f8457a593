/*
 * test/unit/io/conform_event.c - which events are reported and when: in each turn, only wanted
 * ones, and none after close.
 */
#include "conform_impl.h"

/* A number of callbacks that @e has had at least. */
struct count {
	struct end *e;
	unsigned at_least;
};

static bool
has_reports(void *arg)
{
	const struct count *n = arg;

	return n->e->reports >= n->at_least;
}

static void
expect_reports(struct end *e, unsigned times)
{
	struct count n = {e, e->reports + times};

	assert_true(until(e->c, has_reports, &n));
}

static void
expect_no_report(struct end *e)
{
	unsigned before = e->reports;

	rest(e->c);
	assert_int_equal(e->reports, before);
}

static void
io_readable_is_reported_in_each_turn_until_all_is_read(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	p.server.on_event = keep_wanting;
	end_want(&p.server, IO_READABLE);
	expect_no_report(&p.server);
	put_text(&p.client, "abc");
	expect_reports(&p.server, 3);
	expect_text(&p.server, "ab");
	end_want(&p.server, IO_READABLE);
	expect_reports(&p.server, 3);
	expect_text(&p.server, "c");
	end_want(&p.server, IO_READABLE);
	expect_no_report(&p.server);
	pair_close(&p);
}

static void
io_readable_is_reported_at_the_end_of_file_while_wanted(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	p.server.on_event = keep_wanting;
	end_want(&p.server, IO_READABLE);
	assert_int_equal(end_shutdown(&p.client), 0);
	expect_reports(&p.server, 3);
	expect_end(&p.server);
	p.server.on_event = keep_wanting;
	end_want(&p.server, IO_READABLE);
	expect_reports(&p.server, 3);
	end_want(&p.server, 0);
	expect_no_report(&p.server);
	pair_close(&p);
}

static void
unwanted_events_are_not_reported(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	put_text(&p.client, "unwanted");
	expect_no_report(&p.server);
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
io_writable_is_reported_in_each_turn_while_there_is_room(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	p.client.on_event = keep_wanting;
	end_want(&p.client, IO_WRITABLE);
	expect_reports(&p.client, 4);
	end_want(&p.client, 0);
	expect_no_report(&p.client);
	pair_close(&p);
}

static void
io_connected_and_io_failed_are_reported_even_if_unwanted(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(p.client.connected, 1);
	end_close(&p.client, true);
	await_failed(&p.server);
	expect_no_report(&p.server);
	pair_close(&p);
}

static void
close_itself(struct end *e, unsigned events)
{
	end_close(e, false);
}

static void
a_stream_may_be_closed_in_its_own_callback(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	p.server.on_event = close_itself;
	end_want(&p.server, IO_READABLE | IO_WRITABLE);
	rest(c); /* a callback after that would find that the stream is closed */
	assert_null(p.server.s);
	assert_int_equal(p.server.reports, 1);
	expect_end(&p.client);
	pair_close(&p);
}

static void
reset_itself(struct end *e, unsigned events)
{
	end_close(e, true);
}

/* Accepts a connection as acc->arg. */
static void
accept_into(struct acceptor *acc)
{
	struct io_stream *s;

	if (acceptor_accept(acc, &s) == 0)
		end_adopt(acc->arg, acc->c, s);
}

static bool
is_closed(void *arg)
{
	return ((struct end *)arg)->s == NULL;
}

static void
a_stream_may_be_reset_in_its_io_connected_callback(void **state)
{
	struct conform *c = conform_of(state);
	struct end e, server = {0};
	struct acceptor acc;

	acceptor_open(&acc, c, 1);
	acc.on_event = accept_into;
	acc.arg = &server;
	assert_int_equal(end_connect(&e, c, &acc.at), 0);
	e.on_event = reset_itself;
	end_want(&e, IO_READABLE | IO_WRITABLE);
	assert_true(until(c, is_closed, &e));
	rest(c);
	assert_int_equal(e.reports, 1);
	assert_int_equal(e.first & (unsigned)IO_CONNECTED, IO_CONNECTED);
	if (server.s) /* the reset may have come first */
		end_close(&server, false);
	acceptor_close(&acc);
}

static void
a_stream_may_be_closed_in_its_io_failed_callback(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	p.server.on_event = close_itself;
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

/* The first to get an event closes both. */
static void
close_both(struct end *e, unsigned events)
{
	struct end *other = e->arg;

	end_close(other, false);
	end_close(e, false);
}

static void
a_stream_closed_in_another_callback_gets_no_event(void **state)
{
	struct conform *c = conform_of(state);
	struct end a, b, sa, sb;
	struct acceptor acc;

	acceptor_open(&acc, c, 8);
	assert_int_equal(end_connect(&a, c, &acc.at), 0);
	accept_one(&acc, &sa);
	await_connected(&a);
	assert_int_equal(end_connect(&b, c, &acc.at), 0);
	accept_one(&acc, &sb);
	await_connected(&b);
	a.reports = b.reports = 0;
	a.on_event = b.on_event = close_both;
	a.arg = &b;
	b.arg = &a;
	end_want(&a, IO_WRITABLE);
	end_want(&b, IO_WRITABLE);
	rest(c);
	assert_int_equal(a.reports + b.reports, 1);
	assert_null(a.s);
	assert_null(b.s);
	end_close(&sa, false);
	end_close(&sb, false);
	acceptor_close(&acc);
}

static void
a_stream_without_a_callback_keeps_its_octets(void **state)
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
	expect_no_report(&p.server);
	end_adopt(&p.server, c, s);
	assert_int_not_equal(await(&p.server, IO_READABLE) & IO_READABLE, 0);
	expect_text(&p.server, "patience");
	pair_close(&p);
}

static void
a_failure_is_reported_to_a_callback_that_is_set_later(void **state)
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
octets_written_in_a_callback_are_sent(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	p.server.on_event = write_once;
	end_want(&p.server, IO_READABLE);
	put_text(&p.client, "go");
	expect_text(&p.client, "from the callback");
	expect_text(&p.server, "go");
	pair_close(&p);
}

const struct conform_test conform_event_tests[] = {
    CONFORM_TEST(io_readable_is_reported_in_each_turn_until_all_is_read),
    CONFORM_TEST(io_readable_is_reported_at_the_end_of_file_while_wanted),
    CONFORM_TEST(unwanted_events_are_not_reported),
    CONFORM_TEST(io_writable_is_reported_in_each_turn_while_there_is_room),
    CONFORM_TEST(io_connected_and_io_failed_are_reported_even_if_unwanted),
    CONFORM_TEST(a_stream_may_be_closed_in_its_own_callback),
    CONFORM_TEST(a_stream_may_be_reset_in_its_io_connected_callback),
    CONFORM_TEST(a_stream_may_be_closed_in_its_io_failed_callback),
    CONFORM_TEST(a_stream_closed_in_another_callback_gets_no_event),
    CONFORM_TEST(a_stream_without_a_callback_keeps_its_octets),
    CONFORM_TEST(a_failure_is_reported_to_a_callback_that_is_set_later),
    CONFORM_TEST(octets_written_in_a_callback_are_sent),
    {NULL, NULL},
};
