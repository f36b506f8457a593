/*
 * test/unit/io/conform_bulk.c - long transfers: octets arrive in order, and the writer is held
 * back while the reader does not read.
 */
#include "conform_impl.h"

enum { PIECE_MOST = 65536 };

/* A transfer of the pattern from one end to the other, driven by events alone. */
struct transfer {
	struct end *from, *to;
	size_t total, write_piece, read_piece;
	size_t written, have;
	bool peeks, reserves; /* the reader peeks, the writer reserves */
	bool ended;           /* the reader has read the end of file */
	uint8_t *buf;
};

/* Writes the next piece once; returns what write() does. */
static ssize_t
write_piece(struct transfer *t)
{
	size_t len = t->total - t->written;
	void *at = t->buf;
	ssize_t n;

	len = len < t->write_piece ? len : t->write_piece;
	if (t->reserves && t->from->s->ops->reserve) {
		n = end_reserve(t->from, len, &at);
		if (n > 0) {
			fill_pattern(at, t->written, (size_t)n);
			end_commit(t->from, (size_t)n, 0);
		}
		return n;
	}
	fill_pattern(t->buf, t->written, len);
	return end_write(t->from, t->buf, len, 0);
}

static void
do_write(struct end *e, unsigned events)
{
	struct transfer *t = e->arg;

	while (t->written < t->total) {
		ssize_t n = write_piece(t);

		if (n == -LEAT_EAGAIN) {
			end_want(e, e->want | IO_WRITABLE);
			return;
		}
		assert_true(n > 0);
		t->written += (size_t)n;
	}
	assert_int_equal(end_shutdown(e), 0);
	end_want(e, e->want & ~(unsigned)IO_WRITABLE);
}

/* Reads, or peeks at and consumes, at most a piece; returns what read() does. */
static ssize_t
read_piece(struct transfer *t)
{
	struct pkt_span span[3];
	size_t taken = 0;
	ssize_t n;

	if (!t->peeks) {
		n = end_read(t->to, t->buf, t->read_piece);
		if (n > 0)
			check_pattern(t->buf, t->have, (size_t)n);
		return n;
	}
	n = end_peek(t->to, span, 3);
	for (ssize_t i = 0; i < n && taken < t->read_piece; i++) {
		size_t len = t->read_piece - taken;

		len = span[i].len < len ? span[i].len : len;
		check_pattern(span[i].at, t->have + taken, len);
		taken += len;
	}
	if (n <= 0)
		return n;
	end_consume(t->to, taken);
	return (ssize_t)taken;
}

static void
do_read(struct end *e, unsigned events)
{
	struct transfer *t = e->arg;
	ssize_t n;

	while ((n = read_piece(t)) > 0)
		t->have += (size_t)n;
	if (n == 0) {
		t->ended = true;
		end_want(e, e->want & ~(unsigned)IO_READABLE);
	} else {
		assert_int_equal(n, -LEAT_EAGAIN);
	}
}

static bool
has_ended(void *arg)
{
	return ((struct transfer *)arg)->ended;
}

static void
run_transfer(struct transfer *t)
{
	t->buf = malloc(PIECE_MOST);
	t->from->on_event = do_write;
	t->to->on_event = do_read;
	t->from->arg = t->to->arg = t;
	end_want(t->from, IO_WRITABLE);
	end_want(t->to, IO_READABLE);
	assert_true(until(t->from->c, has_ended, t));
	assert_int_equal(t->have, t->total);
	free(t->buf);
}

static void
transfer_both_ways(struct conform *c, struct transfer kind)
{
	struct transfer up = kind, down = kind;
	struct pair p;

	pair_open(&p, c);
	up.from = down.to = &p.client;
	up.to = down.from = &p.server;
	run_transfer(&up);
	run_transfer(&down);
	assert_int_equal(p.client.failed + p.server.failed, 0);
	pair_close(&p);
}

static void
octets_arrive_in_order_for_all_sizes_of_reads_and_writes(void **state)
{
	static const size_t piece[] = {1, 7, 1000, PIECE_MOST};
	struct conform *c = conform_of(state);

	for (unsigned w = 0; w < 4; w++)
		for (unsigned r = 0; r < 4; r++) {
			bool tiny = piece[w] == 1 || piece[r] == 1;

			transfer_both_ways(c, (struct transfer){.total = tiny ? 3000 : 300001,
						  .write_piece = piece[w],
						  .read_piece = piece[r]});
		}
}

static void
peeked_and_reserved_octets_arrive_in_order_for_all_sizes(void **state)
{
	static const size_t piece[] = {7, 1000, PIECE_MOST};
	struct conform *c = conform_of(state);

	for (unsigned w = 0; w < 3; w++)
		for (unsigned r = 0; r < 3; r++)
			transfer_both_ways(c, (struct transfer){.total = 100003,
						  .write_piece = piece[w],
						  .read_piece = piece[r],
						  .peeks = true,
						  .reserves = true});
}

/* Both ends write and read at the same time. */
struct duplex {
	struct transfer out[2];
};

static void
do_both(struct end *e, unsigned events)
{
	struct duplex *d = e->arg;
	unsigned me = d->out[0].from != e;

	if (events & IO_READABLE) {
		e->arg = &d->out[!me];
		do_read(e, events);
	}
	if (events & IO_WRITABLE) {
		e->arg = &d->out[me];
		do_write(e, events);
	}
	e->arg = d;
}

static bool
both_have_ended(void *arg)
{
	const struct duplex *d = arg;

	return d->out[0].ended && d->out[1].ended;
}

static void
both_directions_transfer_at_the_same_time(void **state)
{
	struct conform *c = conform_of(state);
	struct transfer t = {.total = 400000, .write_piece = 5000, .read_piece = 3000};
	struct duplex d = {{t, t}};
	struct pair p;

	pair_open(&p, c);
	d.out[0].buf = malloc(PIECE_MOST);
	d.out[1].buf = malloc(PIECE_MOST);
	d.out[0].from = d.out[1].to = &p.client;
	d.out[1].from = d.out[0].to = &p.server;
	p.client.on_event = p.server.on_event = do_both;
	p.client.arg = p.server.arg = &d;
	end_want(&p.client, IO_READABLE | IO_WRITABLE);
	end_want(&p.server, IO_READABLE | IO_WRITABLE);
	assert_true(until(c, both_have_ended, &d));
	assert_int_equal(d.out[0].have, t.total);
	assert_int_equal(d.out[1].have, t.total);
	free(d.out[0].buf);
	free(d.out[1].buf);
	pair_close(&p);
}

/* More than any stream holds. */
enum { FULL_MOST = 64 << 20 };

/*
 * Writes until the stream takes no more, while the peer does not read. Returns how many octets it
 * took.
 */
static size_t
fill_up(struct end *e)
{
	static uint8_t buf[PIECE_MOST];
	size_t written = 0;
	ssize_t n;

	for (;;) {
		fill_pattern(buf, written, sizeof buf);
		n = end_write(e, buf, sizeof buf, 0);
		if (n == -LEAT_EAGAIN) {
			e->got = 0;
			end_want(e, IO_WRITABLE);
			rest(e->c);
			rest(e->c);
			if (!(e->got & IO_WRITABLE))
				return written;
			continue;
		}
		assert_true(n > 0);
		written += (size_t)n;
		assert_true(written < FULL_MOST);
	}
}

static void
a_writer_is_held_back_until_the_reader_reads(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	uint8_t *buf = malloc(PIECE_MOST);
	size_t written, have = 0;

	pair_open(&p, c);
	written = fill_up(&p.client);
	p.client.got = 0;
	while (have < written) {
		ssize_t n = get(&p.server, buf, PIECE_MOST);

		assert_true(n > 0);
		check_pattern(buf, have, (size_t)n);
		have += (size_t)n;
	}
	assert_int_equal(have, written);
	await(&p.client, IO_WRITABLE);
	put_text(&p.client, "after");
	expect_text(&p.server, "after");
	assert_int_equal(end_read(&p.server, buf, 1), -LEAT_EAGAIN);
	free(buf);
	pair_close(&p);
}

/* A write would return -LEAT_EPIPE and not -LEAT_EAGAIN, so the stream is writable. */
static void
a_full_stream_is_writable_after_shutdown(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	fill_up(&p.client);
	end_want(&p.client, 0);
	assert_int_equal(end_shutdown(&p.client), 0);
	await(&p.client, IO_WRITABLE);
	assert_int_equal(end_write(&p.client, "x", 1, 0), -LEAT_EPIPE);
	assert_int_equal(io_error(p.client.s), 0);
	end_close(&p.client, true);
	pair_close(&p);
}

static void
a_full_stream_still_transfers_in_the_other_direction(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	fill_up(&p.client);
	put_text(&p.server, "against the flood");
	expect_text(&p.client, "against the flood");
	end_close(&p.client, true);
	pair_close(&p);
}

const struct conform_test conform_bulk_tests[] = {
    CONFORM_TEST(octets_arrive_in_order_for_all_sizes_of_reads_and_writes),
    CONFORM_TEST(peeked_and_reserved_octets_arrive_in_order_for_all_sizes),
    CONFORM_TEST(both_directions_transfer_at_the_same_time),
    CONFORM_TEST(a_writer_is_held_back_until_the_reader_reads),
    CONFORM_TEST(a_full_stream_still_transfers_in_the_other_direction),
    CONFORM_TEST(a_full_stream_is_writable_after_shutdown),
    {NULL, NULL},
};
