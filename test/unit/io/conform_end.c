/*
 * test/unit/io/conform_end.c - how streams end: half-close, close and reset, and what each end
 * reports.
 */
#include "conform_impl.h"

/* Reads and discards all octets; returns what read() does after them. */
static ssize_t
drain(struct end *e)
{
	uint8_t buf[4096];
	ssize_t n;

	while ((n = end_read(e, buf, sizeof buf)) > 0)
		;
	return n;
}

/* @first writes and shuts down. @second answers after that, and shuts down too. */
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
after_shutdown_by_the_client_the_server_can_still_send(void **state)
{
	struct pair p;

	pair_open(&p, conform_of(state));
	half_close(&p.client, &p.server);
	pair_close(&p);
}

static void
after_shutdown_by_the_server_the_client_can_still_send(void **state)
{
	struct pair p;

	pair_open(&p, conform_of(state));
	half_close(&p.server, &p.client);
	pair_close(&p);
}

static void
write_after_shutdown_gives_epipe(void **state)
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
shutdown_may_be_repeated_but_gives_enotconn_after_a_failure(void **state)
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
close_delivers_what_was_written(void **state)
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

/* No more followed. The octets that were held back are sent nevertheless. */
static void
close_delivers_octets_written_with_io_more(void **state)
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
close_with_nothing_unread_is_no_reset(void **state)
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
writing_to_a_closed_end_causes_a_reset(void **state)
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
close_with_unread_octets_delivers_what_was_written_and_resets(void **state)
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

/* Opens a pair whose server writes @text, which arrives, and resets the connection. */
static void
pair_reset(struct pair *p, struct conform *c, const char *text)
{
	pair_open(p, c);
	put_text(&p->server, text);
	rest(c);
	end_close(&p->server, true);
	await_failed(&p->client);
	assert_int_equal(io_error(p->client.s), -LEAT_ECONNRESET);
	assert_int_equal(io_error(p->client.s), -LEAT_ECONNRESET); /* error() changes nothing */
}

static void
after_a_reset_read_returns_arrived_octets_and_the_error_once(void **state)
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
after_a_reset_peek_shows_arrived_octets_and_the_error_once(void **state)
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
after_a_reset_one_write_returns_the_error(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_reset(&p, c, "");
	assert_int_equal(end_write(&p.client, "x", 1, 0), -LEAT_ECONNRESET);
	assert_int_equal(end_write(&p.client, "x", 1, 0), -LEAT_EPIPE);
	assert_int_equal(end_write(&p.client, "x", 1, 0), -LEAT_EPIPE);
	pair_close(&p);
}

static void
read_and_write_each_return_a_reset_once(void **state)
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
a_reset_by_the_client_reaches_the_server(void **state)
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
a_reset_after_a_half_close_is_reported(void **state)
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
	/* A lost reset does not come again: the client cannot write any more. */
	if (p.client.failed || !c->lossy)
		assert_int_equal(io_error(p.client.s), -LEAT_ECONNRESET);
	pair_close(&p);
}

static void
a_reset_is_never_read_as_the_end_of_file(void **state)
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

/* Its owner was not called in between: it learns of both, and the octets are there. */
static void
a_reset_that_comes_with_the_connection_leaves_its_octets(void **state)
{
	struct conform *c = conform_of(state);
	struct io_stream *s = NULL;
	struct pair p;
	uint8_t octet;

	acceptor_open(&p.acceptor, c, 8);
	c->calls++;
	assert_int_equal(io_connect(c->client, &p.acceptor.at, NULL, NULL, &s), 0);
	c->calls--;
	accept_one(&p.acceptor, &p.server);
	put_text(&p.server, "busy");
	rest(c);
	end_close(&p.server, true);
	rest(c);
	end_adopt(&p.client, c, s);
	await_failed(&p.client);
	assert_int_equal(p.client.connected, 1);
	expect_text(&p.client, "busy");
	assert_int_equal(end_read(&p.client, &octet, 1), -LEAT_ECONNRESET);
	pair_close(&p);
}

/* Whether accept() still returns the connection, as on Linux, is left open. */
static void
a_reset_before_accept_is_reported_after_it(void **state)
{
	struct conform *c = conform_of(state);
	struct end client, server;
	struct io_stream *s;
	struct acceptor acc;

	acceptor_open(&acc, c, 8);
	assert_int_equal(end_connect(&client, c, &acc.at), 0);
	assert_true(until(c, acceptor_is_called, &acc));
	end_close(&client, true);
	rest(c);
	if (acceptor_accept(&acc, &s) == 0) {
		end_adopt(&server, c, s);
		await_failed(&server);
		end_close(&server, false);
	}
	acceptor_close(&acc);
}

static void
simultaneous_closes_are_no_failure(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	put_text(&p.client, "hello");
	put_text(&p.server, "hello");
	end_close(&p.client, false);
	end_close(&p.server, false);
	rest(c);
	assert_int_equal(p.client.failed + p.server.failed, 0);
	pair_close(&p);
}

const struct conform_test conform_end_tests[] = {
    CONFORM_TEST(after_shutdown_by_the_client_the_server_can_still_send),
    CONFORM_TEST(after_shutdown_by_the_server_the_client_can_still_send),
    CONFORM_TEST(write_after_shutdown_gives_epipe),
    CONFORM_TEST(shutdown_may_be_repeated_but_gives_enotconn_after_a_failure),
    CONFORM_TEST(close_delivers_what_was_written),
    CONFORM_TEST(close_delivers_octets_written_with_io_more),
    CONFORM_TEST(close_with_nothing_unread_is_no_reset),
    CONFORM_TEST(writing_to_a_closed_end_causes_a_reset),
    CONFORM_TEST(close_with_unread_octets_delivers_what_was_written_and_resets),
    CONFORM_TEST(after_a_reset_read_returns_arrived_octets_and_the_error_once),
    CONFORM_TEST(after_a_reset_peek_shows_arrived_octets_and_the_error_once),
    CONFORM_TEST(after_a_reset_one_write_returns_the_error),
    CONFORM_TEST(read_and_write_each_return_a_reset_once),
    CONFORM_TEST(a_reset_stream_is_readable_and_writable),
    CONFORM_TEST(a_reset_by_the_client_reaches_the_server),
    CONFORM_TEST(a_reset_after_a_half_close_is_reported),
    CONFORM_TEST(a_reset_is_never_read_as_the_end_of_file),
    CONFORM_TEST(a_reset_that_comes_with_the_connection_leaves_its_octets),
    CONFORM_TEST(a_reset_before_accept_is_reported_after_it),
    CONFORM_TEST(simultaneous_closes_are_no_failure),
    {NULL, NULL},
};
