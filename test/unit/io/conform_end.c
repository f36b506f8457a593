/*
 * test/unit/io/conform_end.c - how streams end: half-close, close, reset, and what each end learns.
 */
#include "conform_impl.h"

/* Reads and throws away until read() says something else; that. */
static ssize_t
drain(struct end *e)
{
	uint8_t buf[4096];
	ssize_t n;

	while ((n = end_read(e, buf, sizeof buf)) > 0)
		;
	return n;
}

/* One end says its last and ends; the other answers after that, and ends too. */
static void
half_close(struct end *first, struct end *second)
{
	uint8_t octet;

	put_text(first, "request");
	assert_int_equal(end_shutdown(first), 0);
	expect_text(second, "request");
	expect_end(second);
	assert_int_equal(end_read(second, &octet, 1), 0);
	put_text(second, "answer");
	expect_text(first, "answer");
	rest(first->c);
	assert_int_equal(end_read(first, &octet, 1), -LEAT_EAGAIN);
	put_text(second, ", and more");
	assert_int_equal(end_shutdown(second), 0);
	expect_text(first, ", and more");
	expect_end(first);
	expect_end(first);
	rest(first->c);
	assert_int_equal(first->failed + second->failed, 0);
	assert_int_equal(io_error(first->s), 0);
	assert_int_equal(io_error(second->s), 0);
}

static void
the_client_ends_its_direction_first(void **state)
{
	struct pair p;

	pair_open(&p, conform_of(state));
	half_close(&p.client, &p.server);
	pair_close(&p);
}

static void
the_server_ends_its_direction_first(void **state)
{
	struct pair p;

	pair_open(&p, conform_of(state));
	half_close(&p.server, &p.client);
	pair_close(&p);
}

static void
nothing_can_be_written_after_shutdown(void **state)
{
	struct pair p;

	pair_open(&p, conform_of(state));
	assert_int_equal(end_shutdown(&p.client), 0);
	assert_int_equal(end_write(&p.client, "x", 1, 0), -LEAT_EPIPE);
	assert_int_equal(end_write(&p.client, "x", 1, 0), -LEAT_EPIPE);
	assert_int_equal(end_shutdown(&p.client), 0);
	expect_end(&p.server);
	rest(p.client.c);
	assert_int_equal(p.client.failed, 0);
	pair_close(&p);
}

static void
shutdown_can_be_said_again_even_at_the_end_but_not_after_a_failure(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(end_shutdown(&p.client), 0);
	assert_int_equal(end_shutdown(&p.server), 0);
	expect_end(&p.client);
	expect_end(&p.server);
	rest(c);
	assert_int_equal(end_shutdown(&p.client), 0);
	assert_int_equal(end_shutdown(&p.server), 0);
	pair_close(&p);
	pair_open(&p, c);
	end_close(&p.server, true);
	await_failed(&p.client);
	assert_int_equal(end_shutdown(&p.client), -LEAT_ENOTCONN);
	pair_close(&p);
}

static void
close_still_delivers_what_was_written(void **state)
{
	struct pair p;
	uint8_t *buf = malloc(100000);
	size_t have = 0;
	ssize_t wrote, n;

	pair_open(&p, conform_of(state));
	fill_pattern(buf, 0, 100000);
	wrote = end_write(&p.client, buf, 100000, 0);
	assert_true(wrote > 0);
	end_close(&p.client, false);
	while ((n = get(&p.server, buf, 100000)) > 0) {
		check_pattern(buf, have, (size_t)n);
		have += (size_t)n;
	}
	assert_int_equal(n, 0);
	assert_int_equal(have, wrote);
	assert_int_equal(p.server.failed, 0);
	free(buf);
	pair_close(&p);
}

/* "More follows" was not true; what was held back for it is sent nevertheless. */
static void
close_delivers_what_was_held_back(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(end_write(&p.client, "held", 4, IO_MORE), 4);
	end_close(&p.client, false);
	expect_text(&p.server, "held");
	expect_end(&p.server);
	pair_close(&p);
}

static void
an_end_that_had_read_everything_closes_in_order(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	put_text(&p.server, "all of it");
	expect_text(&p.client, "all of it");
	end_close(&p.client, false);
	expect_end(&p.server);
	end_close(&p.server, false);
	rest(c);
	pair_close(&p);
	assert_int_equal(p.server.failed, 0);
}

static void
octets_for_an_end_that_has_closed_come_back_as_a_reset(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	end_close(&p.client, false);
	expect_end(&p.server);
	assert_int_equal(end_write(&p.server, "late", 4, 0), 4);
	await_failed(&p.server);
	assert_int_equal(io_error(p.server.s), -LEAT_ECONNRESET);
	pair_close(&p);
}

/* RFC 2525, 2.17 */
static void
close_with_unread_octets_resets_after_what_was_written(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	put_text(&p.client, "never read");
	put_text(&p.server, "before");
	rest(c);
	end_close(&p.server, false);
	await_failed(&p.client);
	assert_int_equal(io_error(p.client.s), -LEAT_ECONNRESET);
	expect_text(&p.client, "before");
	assert_int_not_equal(end_read(&p.client, &(uint8_t){0}, 1), -LEAT_EAGAIN);
	pair_close(&p);
}

/* A pair whose server has reset the connection after it wrote @text, which has arrived. */
static void
pair_reset(struct pair *p, struct conform *c, const char *text)
{
	pair_open(p, c);
	put_text(&p->server, text);
	rest(c);
	end_close(&p->server, true);
	await_failed(&p->client);
	assert_int_equal(io_error(p->client.s), -LEAT_ECONNRESET);
	assert_int_equal(io_error(p->client.s), -LEAT_ECONNRESET); /* asking changes nothing */
}

static void
a_reset_is_read_once_after_what_had_arrived(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	uint8_t octet;

	pair_reset(&p, c, "the rest");
	expect_text(&p.client, "the rest");
	assert_int_equal(end_read(&p.client, &octet, 1), -LEAT_ECONNRESET);
	assert_int_equal(end_read(&p.client, &octet, 1), 0);
	assert_int_equal(end_read(&p.client, &octet, 1), 0);
	assert_int_equal(io_error(p.client.s), -LEAT_ECONNRESET);
	pair_close(&p);
}

static void
a_reset_is_peeked_once_after_what_had_arrived(void **state)
{
	struct conform *c = conform_of(state);
	struct pkt_span span;
	struct pair p;

	pair_reset(&p, c, "x");
	assert_int_equal(end_peek(&p.client, &span, 1), 1);
	assert_int_equal(span.len, 1);
	end_consume(&p.client, 1);
	assert_int_equal(end_peek(&p.client, &span, 1), -LEAT_ECONNRESET);
	assert_int_equal(end_peek(&p.client, &span, 1), 0);
	pair_close(&p);
}

static void
a_reset_is_said_once_to_who_writes(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_reset(&p, c, "");
	assert_int_equal(end_write(&p.client, "x", 1, 0), -LEAT_ECONNRESET);
	assert_int_equal(end_write(&p.client, "x", 1, 0), -LEAT_EPIPE);
	assert_int_equal(end_write(&p.client, "x", 1, 0), -LEAT_EPIPE);
	pair_close(&p);
}

/* Reading and writing each say it once. */
static void
a_reset_that_was_read_ends_writing(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	uint8_t octet;

	pair_reset(&p, c, "");
	assert_int_equal(end_read(&p.client, &octet, 1), -LEAT_ECONNRESET);
	assert_int_equal(end_write(&p.client, "x", 1, 0), -LEAT_ECONNRESET);
	assert_int_equal(end_read(&p.client, &octet, 1), 0);
	assert_int_equal(end_write(&p.client, "x", 1, 0), -LEAT_EPIPE);
	pair_close(&p);
}

static void
a_reset_stream_is_readable_and_writable(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_reset(&p, c, "");
	await(&p.client, IO_READABLE);
	await(&p.client, IO_WRITABLE);
	assert_int_equal(drain(&p.client), -LEAT_ECONNRESET);
	await(&p.client, IO_READABLE);
	await(&p.client, IO_WRITABLE);
	assert_int_equal(p.client.failed, 1);
	pair_close(&p);
}

static void
a_client_s_reset_reaches_the_server(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	end_close(&p.client, true);
	await_failed(&p.server);
	assert_int_equal(io_error(p.server.s), -LEAT_ECONNRESET);
	pair_close(&p);
}

static void
a_reset_is_seen_after_a_half_close(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(end_shutdown(&p.client), 0);
	expect_end(&p.server);
	rest(c);
	end_close(&p.server, true);
	rest(c);
	rest(c);
	if (p.client.failed ||
	    !c->lossy) /* the client has nothing to say that would bring a lost reset again */
		assert_int_equal(io_error(p.client.s), -LEAT_ECONNRESET);
	pair_close(&p);
}

static void
a_reset_is_never_read_as_an_end(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	uint8_t octet;
	ssize_t n;

	pair_open(&p, c);
	end_close(&p.server, true);
	rest(c);
	n = end_read(&p.client, &octet, 1);
	if (n == -LEAT_EAGAIN && c->lossy) {
		await_failed(&p.client);
		n = end_read(&p.client, &octet, 1);
	}
	assert_int_equal(n, -LEAT_ECONNRESET);
	rest(c);
	assert_int_equal(p.client.failed, 1);
	pair_close(&p);
}

/* It may still be accepted, as on Linux, or not. */
static void
a_reset_before_accept_is_not_missed(void **state)
{
	struct conform *c = conform_of(state);
	struct end client, server;
	struct io_stream *s;
	struct door d;

	door_open(&d, c, 8);
	assert_int_equal(end_connect(&client, c, &d.at), 0);
	assert_true(until(c, door_is_told, &d));
	end_close(&client, true);
	rest(c);
	if (door_accept(&d, &s) == 0) {
		end_adopt(&server, c, s);
		await_failed(&server);
		end_close(&server, false);
	}
	door_close(&d);
}

static void
both_ends_may_close_at_the_same_time(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	put_text(&p.client, "crossing");
	put_text(&p.server, "letters");
	end_close(&p.client, false);
	end_close(&p.server, false);
	rest(c);
	assert_int_equal(p.client.failed + p.server.failed, 0);
	pair_close(&p);
}

const struct conform_test conform_end_tests[] = {
    CONFORM_TEST(the_client_ends_its_direction_first),
    CONFORM_TEST(the_server_ends_its_direction_first),
    CONFORM_TEST(nothing_can_be_written_after_shutdown),
    CONFORM_TEST(shutdown_can_be_said_again_even_at_the_end_but_not_after_a_failure),
    CONFORM_TEST(close_still_delivers_what_was_written),
    CONFORM_TEST(close_delivers_what_was_held_back),
    CONFORM_TEST(an_end_that_had_read_everything_closes_in_order),
    CONFORM_TEST(octets_for_an_end_that_has_closed_come_back_as_a_reset),
    CONFORM_TEST(close_with_unread_octets_resets_after_what_was_written),
    CONFORM_TEST(a_reset_is_read_once_after_what_had_arrived),
    CONFORM_TEST(a_reset_is_peeked_once_after_what_had_arrived),
    CONFORM_TEST(a_reset_is_said_once_to_who_writes),
    CONFORM_TEST(a_reset_that_was_read_ends_writing),
    CONFORM_TEST(a_reset_stream_is_readable_and_writable),
    CONFORM_TEST(a_client_s_reset_reaches_the_server),
    CONFORM_TEST(a_reset_is_seen_after_a_half_close),
    CONFORM_TEST(a_reset_is_never_read_as_an_end),
    CONFORM_TEST(a_reset_before_accept_is_not_missed),
    CONFORM_TEST(both_ends_may_close_at_the_same_time),
    {NULL, NULL},
};
