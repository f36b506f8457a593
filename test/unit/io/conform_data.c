/*
 * test/unit/io/conform_data.c - how octets are written and read: spans, peek and consume, reserve
 * and commit, send_file.
 */
#include "conform_impl.h"

#include <stdio.h>

static void
spans_arrive_in_order(void **state)
{
	struct conform *c = conform_of(state);
	struct pkt_span span[] = {{(const uint8_t *)"one ", 4}, {(const uint8_t *)"", 0},
	    {(const uint8_t *)"t", 1}, {(const uint8_t *)"wo three", 8}};
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(end_write_spans(&p.client, span, 4), 13);
	assert_int_equal(end_write_spans(&p.client, span, 1), 4);
	expect_text(&p.server, "one two threeone ");
	pair_close(&p);
}

enum { SPANS = 300, EACH = 5 };

/* Makes spans for the octets from @done on, at most EACH octets in one; returns how many. */
static unsigned
cut_spans(struct pkt_span *span, const uint8_t *octets, size_t done, size_t total)
{
	unsigned n = 0;

	for (size_t at = done; at < total; n++) {
		size_t len = EACH - at % EACH;

		span[n] = (struct pkt_span){octets + at, (uint32_t)len};
		at += len;
	}
	return n;
}

/* Reads what has arrived; returns how many octets. */
static size_t
read_now(struct end *e, uint8_t *buf, size_t len)
{
	size_t have = 0;
	ssize_t n;

	while (have < len && (n = end_read(e, buf + have, len - have)) != -LEAT_EAGAIN) {
		assert_true(n > 0);
		have += (size_t)n;
	}
	return have;
}

/* 300 spans are more than any adapter takes in one call. What was not taken is written again. */
static void
more_spans_than_one_call_takes_arrive_in_order(void **state)
{
	struct conform *c = conform_of(state);
	uint8_t out[SPANS * EACH], in[SPANS * EACH];
	struct pkt_span span[SPANS];
	size_t done = 0, have = 0;
	struct pair p;

	pair_open(&p, c);
	fill_pattern(out, 0, sizeof out);
	while (done < sizeof out) {
		ssize_t n = end_write_spans(&p.client, span, cut_spans(span, out, done, sizeof out));

		if (n == -LEAT_EAGAIN) {
			rest(c);
			have += read_now(&p.server, in + have, sizeof in - have);
			await(&p.client, IO_WRITABLE);
			continue;
		}
		assert_true(n > 0);
		done += (size_t)n;
	}
	while (have < sizeof in)
		have += (size_t)get(&p.server, in + have, sizeof in - have);
	assert_memory_equal(in, out, sizeof in);
	pair_close(&p);
}

static void
octets_written_with_io_more_arrive_with_the_next_write(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(end_write(&p.client, "head ", 5, IO_MORE), 5);
	assert_int_equal(end_write(&p.client, "body", 4, 0), 4);
	expect_text(&p.server, "head body");
	assert_int_equal(end_write(&p.client, "last", 4, IO_LAST), 4);
	assert_int_equal(end_shutdown(&p.client), 0);
	expect_text(&p.server, "last");
	expect_end(&p.server);
	pair_close(&p);
}

/*
 * Peeks, asserts that the octets are the first ones of @text, and returns how many they are: a peek
 * need not show everything that has arrived.
 */
static size_t
expect_peek(struct end *e, const char *text)
{
	struct pkt_span span[16];
	size_t seen = 0;
	int n;

	while ((n = end_peek(e, span, 16)) == -LEAT_EAGAIN)
		await(e, IO_READABLE);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		assert_true(span[i].len > 0);
		assert_true(seen + span[i].len <= strlen(text));
		assert_memory_equal(span[i].at, text + seen, span[i].len);
		seen += span[i].len;
	}
	return seen;
}

/* Peeks at @text and consumes it, at most @most octets at a time. */
static void
peek_and_consume(struct end *e, const char *text, size_t most)
{
	while (*text) {
		size_t n = expect_peek(e, text);

		n = n < most ? n : most;
		end_consume(e, n);
		text += n;
	}
}

static void
peek_shows_what_read_returns_and_consume_removes_a_part(void **state)
{
	struct conform *c = conform_of(state);
	struct pkt_span span;
	struct pair p;

	pair_open(&p, c);
	assert_int_equal(end_peek(&p.server, &span, 1), -LEAT_EAGAIN);
	put_text(&p.client, "0123456789");
	rest(c);
	assert_true(expect_peek(&p.server, "0123456789") >= 1);
	end_consume(&p.server, 0);
	assert_true(expect_peek(&p.server, "0123456789") >= 1);
	end_consume(&p.server, 1);
	assert_true(expect_peek(&p.server, "123456789") >= 1);
	expect_text(&p.server, "123");
	put_text(&p.client, "abc");
	peek_and_consume(&p.server, "456789abc", 2);
	assert_int_equal(end_peek(&p.server, &span, 1), -LEAT_EAGAIN);
	put_text(&p.client, "xyz");
	peek_and_consume(&p.server, "xyz", 3);
	assert_int_equal(end_peek(&p.server, &span, 1), -LEAT_EAGAIN);
	pair_close(&p);
}

static void
peek_fills_in_at_most_max_spans(void **state)
{
	struct conform *c = conform_of(state);
	struct pkt_span span[2] = {{NULL, 0}, {NULL, 77}};
	struct pair p;

	pair_open(&p, c);
	for (unsigned i = 0; i < 8; i++) {
		put_text(&p.client, "piece");
		rest(c);
	}
	assert_int_equal(end_peek(&p.server, span, 1), 1);
	assert_true(span[0].len > 0);
	assert_null(span[1].at);
	expect_text(&p.server, "piecepiecepiecepiecepiecepiecepiecepiece");
	pair_close(&p);
}

static void
peek_returns_0_at_the_end_of_file(void **state)
{
	struct conform *c = conform_of(state);
	struct pkt_span span;
	struct pair p;

	pair_open(&p, c);
	put_text(&p.client, "bye");
	assert_int_equal(end_shutdown(&p.client), 0);
	peek_and_consume(&p.server, "bye", 3);
	while (end_peek(&p.server, &span, 1) == -LEAT_EAGAIN)
		await(&p.server, IO_READABLE);
	assert_int_equal(end_peek(&p.server, &span, 1), 0);
	assert_int_equal(end_peek(&p.server, &span, 1), 0);
	pair_close(&p);
}

/* io.h: the spans of a peek are good until the next call on the stream. */
static void
peeked_octets_stay_in_place_while_more_arrive(void **state)
{
	struct conform *c = conform_of(state);
	uint8_t *more = malloc(20000);
	struct pkt_span span;
	struct pair p;

	pair_open(&p, c);
	put_text(&p.client, "first");
	assert_true(expect_peek(&p.server, "first") >= 1);
	assert_int_equal(end_peek(&p.server, &span, 1), 1);
	fill_pattern(more, 0, 20000);
	end_write(&p.client, more, 20000, 0);
	rest(c);
	assert_memory_equal(span.at, "first", span.len < 5 ? span.len : 5);
	expect_text(&p.server, "first");
	free(more);
	pair_close(&p);
}

/* io.h: reserved room is good until commit(). */
static void
reserved_room_stays_in_place_while_octets_leave(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	void *at;

	pair_open(&p, c);
	if (p.client.s->ops->reserve) {
		put_text(&p.client, "before ");
		while (end_reserve(&p.client, 100, &at) < 6) {
			end_commit(&p.client, 0, 0);
			await(&p.client, IO_WRITABLE);
		}
		rest(c);
		memcpy(at, "placed", 6);
		end_commit(&p.client, 6, 0);
		expect_text(&p.server, "before placed");
	}
	pair_close(&p);
}

/* Reserves room for @text, and writes it there. */
static void
reserve_text(struct end *e, const char *text)
{
	void *at = NULL;

	assert_true(end_reserve(e, strlen(text), &at) == (ssize_t)strlen(text));
	memcpy(at, text, strlen(text));
	end_commit(e, strlen(text), 0);
}

static void
only_committed_octets_are_written(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	uint8_t octet;
	void *at;

	pair_open(&p, c);
	assert_true(!p.client.s->ops->reserve == !p.client.s->ops->commit);
	if (!p.client.s->ops->reserve) {
		pair_close(&p);
		return;
	}
	assert_true(end_reserve(&p.client, 100, &at) >= 10);
	memcpy(at, "0123456789", 10);
	end_commit(&p.client, 0, 0);
	rest(c);
	assert_int_equal(end_read(&p.server, &octet, 1), -LEAT_EAGAIN);
	assert_true(end_reserve(&p.client, 100, &at) >= 10);
	memcpy(at, "abcdefghij", 10);
	end_commit(&p.client, 4, 0);
	put_text(&p.client, "-");
	reserve_text(&p.client, "placed");
	put_text(&p.client, "!");
	expect_text(&p.server, "abcd-placed!");
	assert_int_equal(end_read(&p.server, &octet, 1), -LEAT_EAGAIN);
	pair_close(&p);
}

static void
reserve_after_shutdown_gives_epipe(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	void *at;

	pair_open(&p, c);
	assert_int_equal(end_shutdown(&p.client), 0);
	if (p.client.s->ops->reserve)
		assert_int_equal(end_reserve(&p.client, 10, &at), -LEAT_EPIPE);
	pair_close(&p);
}

/* At the end of the file send_file() returns 0. An error of the file does not fail the stream. */
static void
check_file_ends(struct end *e, FILE *f, off_t len)
{
	off_t off = len;

	e->c->calls++;
	assert_int_equal(e->s->ops->send_file(e->s, fileno(f), &off, 10, 0), 0);
	assert_int_equal(off, len);
	assert_int_equal(e->s->ops->send_file(e->s, -1, &off, 10, 0), -LEAT_EBADF);
	assert_int_equal(off, len);
	e->c->calls--;
	assert_int_equal(io_error(e->s), 0);
	rest(e->c);
	assert_int_equal(e->failed, 0);
}

static void
send_file_advances_the_offset_by_what_it_sent(void **state)
{
	enum { LEN = 50000, FROM = 123 };
	struct conform *c = conform_of(state);
	static uint8_t out[LEN], in[LEN];
	size_t have = 0;
	off_t off = FROM;
	struct pair p;
	FILE *f;

	pair_open(&p, c);
	if (!p.client.s->ops->send_file) {
		pair_close(&p);
		return;
	}
	fill_pattern(out, 0, LEN);
	f = tmpfile();
	assert_non_null(f);
	assert_int_equal(fwrite(out, 1, LEN, f), LEN);
	assert_int_equal(fflush(f), 0);
	while (off < LEN || have < LEN - FROM) {
		off_t before = off;
		ssize_t n = 0;

		c->calls++;
		if (off < LEN)
			n = p.client.s->ops->send_file(p.client.s, fileno(f), &off, (size_t)(LEN - off), 0);
		c->calls--;
		assert_true(n >= 0 || n == -LEAT_EAGAIN);
		assert_int_equal(off - before, n > 0 ? n : 0);
		if (off > FROM + (off_t)have)
			have += (size_t)get(&p.server, in + have, LEN - have);
	}
	assert_memory_equal(in, out + FROM, LEN - FROM);
	check_file_ends(&p.client, f, LEN);
	fclose(f);
	pair_close(&p);
}

const struct conform_test conform_data_tests[] = {
    CONFORM_TEST(spans_arrive_in_order),
    CONFORM_TEST(more_spans_than_one_call_takes_arrive_in_order),
    CONFORM_TEST(octets_written_with_io_more_arrive_with_the_next_write),
    CONFORM_TEST(peek_shows_what_read_returns_and_consume_removes_a_part),
    CONFORM_TEST(peek_fills_in_at_most_max_spans),
    CONFORM_TEST(peek_returns_0_at_the_end_of_file),
    CONFORM_TEST(peeked_octets_stay_in_place_while_more_arrive),
    CONFORM_TEST(reserved_room_stays_in_place_while_octets_leave),
    CONFORM_TEST(only_committed_octets_are_written),
    CONFORM_TEST(reserve_after_shutdown_gives_epipe),
    CONFORM_TEST(send_file_advances_the_offset_by_what_it_sent),
    {NULL, NULL},
};
