/*
 * The send buffer and the receive buffer: against one long array under random use, and the rules of
 * windows.
 */
#include "../../pool.h"
#include "base/rng.h"
#include "leat.h"
#include "pkt/runs.h"
#include "tcp/buf/rcvbuf.h"
#include "tcp/buf/sndbuf.h"
#include "wire/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct pkt_pool *pool;

static int
setup(void **state)
{
	pool = pkt_pool_new(64 << 20);
	return pool ? 0 : -1;
}

static int
teardown(void **state)
{
	pool_end(pool);
	return 0;
}

static uint8_t
octet_at(uint64_t pos)
{
	return (uint8_t)((pos * 0x9e3779b97f4a7c15u) >> 40);
}

static void
fill(uint8_t *to, uint64_t pos, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = octet_at(pos + i);
}

static void
assert_octets(const uint8_t *at, uint64_t pos, size_t len)
{
	for (size_t i = 0; i < len; i++)
		assert_int_equal(at[i], octet_at(pos + i));
}

static void
small_writes_fill_one_block(void **state)
{
	struct sndbuf b;

	sndbuf_init(&b, pool, 100000, 100000, false);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(sndbuf_write(&b, "x", 1), 1);
	assert_int_equal(b.count, 1);
	assert_int_equal(pkt_pool_octets(pool), PKT_BLOCK_SMALL);
	sndbuf_fini(&b);
}

static void
a_full_buffer_says_again_and_room_comes_back_with_acks(void **state)
{
	struct sndbuf b;
	uint8_t data[3000] = {0};
	void *at;

	sndbuf_init(&b, pool, 2000, 100000, false);
	assert_int_equal(sndbuf_write(&b, data, sizeof data), 2000);
	assert_int_equal(sndbuf_write(&b, data, 1), -LEAT_EAGAIN);
	assert_int_equal(sndbuf_reserve(&b, 1, &at), -LEAT_EAGAIN);
	assert_false(sndbuf_writable(&b));
	sndbuf_ack(&b, 500);
	assert_int_equal(sndbuf_room(&b), 500);
	assert_false(sndbuf_writable(&b));
	sndbuf_ack(&b, 1000);
	assert_true(sndbuf_writable(&b));
	assert_true(sndbuf_grow(&b, 5000));
	assert_int_equal(sndbuf_room(&b), 4500);
	sndbuf_set(&b, 3000);
	assert_false(sndbuf_grow(&b, 5000));
	sndbuf_fini(&b);
}

static void
an_empty_pool_says_nobufs(void **state)
{
	struct pkt_pool *tiny = pkt_pool_new(100);
	struct sndbuf b;
	void *at;

	sndbuf_init(&b, tiny, 2000, 2000, false);
	assert_int_equal(sndbuf_reserve(&b, 100, &at), -LEAT_ENOBUFS);
	assert_int_equal(sndbuf_write(&b, "x", 1), -LEAT_ENOBUFS);
	sndbuf_fini(&b);
	pkt_pool_free(tiny);
}

/*
 * A user reserves room, the peer acknowledges everything before it, and the user commits: the ACK
 * must not free the memory.
 */
static void
reserved_memory_outlives_the_ack_of_all_before_it(void **state)
{
	struct sndbuf b;
	struct pkt *p = pkt_new(pool);
	uint8_t back[3];
	void *at;

	sndbuf_init(&b, pool, 2000, 2000, false);
	sndbuf_write(&b, "abc", 3);
	assert_int_equal(sndbuf_reserve(&b, 3, &at), 3);
	sndbuf_ack(&b, 3);
	memcpy(at, "def", 3);
	sndbuf_commit(&b, 3);
	assert_int_equal(sndbuf_slice(&b, 0, 3, p), 3);
	pkt_copy_out(p, 0, back, 3);
	assert_memory_equal(back, "def", 3);
	pkt_free(p);
	sndbuf_ack(&b, 3);
	assert_int_equal(pkt_pool_in_use(pool), 0);
	sndbuf_fini(&b);
}

static void
write_some(struct sndbuf *b, struct rng *rng, uint64_t *end)
{
	static uint8_t data[90000];
	size_t len = 1 + rng_below(rng, rng_below(rng, 4) ? 3000 : sizeof data);
	ssize_t n;
	void *at;

	fill(data, *end, len);
	if (rng_below(rng, 2)) {
		n = sndbuf_write(b, data, len);
	} else if ((n = sndbuf_reserve(b, len, &at)) > 0) {
		n = (ssize_t)rng_below(rng, (uint64_t)n + 1);
		memcpy(at, data, (size_t)n);
		sndbuf_commit(b, (size_t)n);
	}
	if (n > 0)
		*end += (uint64_t)n;
}

/*
 * Any range gives the octets that were written there, at any time; a slice that was sent stays
 * valid after the ACK.
 */
static void
slices_give_what_was_written(void **state)
{
	static uint8_t back[70000];
	uint64_t una = 0, end = 0, kept_pos = 0;
	struct pkt *kept = NULL;
	struct sndbuf b;
	struct rng rng;

	rng_seed(&rng, 3);
	sndbuf_init(&b, pool, 300000, 300000, false);
	for (int step = 0; step < 3000; step++) {
		write_some(&b, &rng, &end);
		assert_int_equal(sndbuf_len(&b), end - una);
		if (end > una) {
			uint32_t off = (uint32_t)rng_below(&rng, end - una);
			uint32_t len = (uint32_t)rng_below(&rng, end - una - off) % 65000, n;
			struct pkt *p = pkt_new(pool);

			n = sndbuf_slice(&b, off, len, p);
			assert_true(n == len || p->nslices == PKT_SLICES);
			pkt_copy_out(p, 0, back, n);
			assert_octets(back, una + off, n);
			if (kept) {
				pkt_copy_out(kept, 0, back, kept->len);
				assert_octets(back, kept_pos, kept->len);
				pkt_free(kept);
			}
			kept = p;
			kept_pos = una + off;
		}
		if (rng_below(&rng, 3) == 0) {
			uint64_t n = rng_below(&rng, end - una + 1);

			sndbuf_ack(&b, n);
			una += n;
		}
	}
	pkt_free(kept);
	sndbuf_fini(&b);
}

/* Both forms of zero are the same (wire/checksum.h). */
static void
assert_same_sum(uint16_t a, uint16_t b)
{
	assert_int_equal(a ? a : 0xffff, b ? b : 0xffff);
}

/* Checks every checksum that is kept against its octets. Returns how many there are. */
static unsigned
check_runs(const struct sndbuf *b)
{
	unsigned found = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		struct pkt_block *block = b->ring[(b->first + i) & b->mask].block;

		for (unsigned r = 0; r < block->runs; r++) {
			uint32_t off = block->run_off + r * block->run_len;
			uint16_t sum = 0;

			assert_true(runs_find(block, off, block->run_len, &sum));
			assert_same_sum(sum, checksum_add(block->data + off, block->run_len, 0));
			assert_false(runs_find(block, off, block->run_len - 1u, &sum));
			assert_false(runs_find(block, off + 1, block->run_len, &sum));
			found++;
		}
	}
	return found;
}

/*
 * The checksums are right however the data is written, and for any length of segments, even odd or
 * too short ones.
 */
static void
sums_taken_while_writing_are_those_of_the_octets(void **state)
{
	static const uint16_t lengths[] = {1448, 1001, 100, 8960};
	struct sndbuf b;
	struct rng rng;

	rng_seed(&rng, 4);
	for (unsigned i = 0; i < 4; i++) {
		uint64_t end = 0;
		unsigned found = 0;

		sndbuf_init(&b, pool, 300000, 300000, false);
		sndbuf_sum_runs(&b, lengths[i]);
		for (int step = 0; step < 500; step++) {
			uint64_t len = sndbuf_len(&b), off = len ? rng_below(&rng, len) : 0;
			struct pkt *p = pkt_new(pool);

			sndbuf_slice(&b, (uint32_t)off, (uint32_t)(len - off) % 65000, p);
			assert_same_sum(pkt_sum_rest(p, 0), pkt_sum_range(p, 0, p->len, 0));
			pkt_free(p);
			found += check_runs(&b);
			sndbuf_ack(&b, rng_below(&rng, len + 1));
			if (rng_below(&rng, 8) == 0)
				sndbuf_begin_run(&b);
			write_some(&b, &rng, &end);
		}
		assert_true(lengths[i] < RUN_LEAST ? found == 0 : found > 100);
		sndbuf_fini(&b);
	}
}

static struct pkt *
payload(uint64_t pos, size_t len)
{
	static uint8_t data[66000];

	fill(data, pos, len);
	return pkt_from_bytes(pool, data, len);
}

static void
what_is_pushed_is_read_in_order_by_all_three_ways(void **state)
{
	static uint8_t back[70000];
	uint64_t pos = 0, end = 0;
	struct rcvbuf b;
	struct rng rng;

	rng_seed(&rng, 5);
	rcvbuf_init(&b, 1 << 20, 1 << 20, false);
	for (int step = 0; step < 5000; step++) {
		size_t len = 1 + rng_below(&rng, rng_below(&rng, 3) ? 200 : 60000), off, n;
		struct pkt_span span[3];

		if (rcvbuf_unread(&b) < 500000) {
			rcvbuf_push(&b, payload(end, len));
			end += len;
		}
		assert_int_equal(rcvbuf_unread(&b), end - pos);
		off = rng_below(&rng, end - pos);
		n = rcvbuf_peek(&b, off, back, len);
		assert_int_equal(n, end - pos - off < len ? end - pos - off : len);
		assert_octets(back, pos + off, n);
		n = rcvbuf_spans(&b, span, 3);
		assert_octets(span[0].at, pos, span[0].len);
		if (n > 1)
			assert_octets(span[1].at, pos + span[0].len, span[1].len);
		n = rng_below(&rng, rcvbuf_unread(&b) + 1);
		rcvbuf_consume(&b, n);
		pos += n;
	}
	rcvbuf_fini(&b);
	assert_int_equal(b.mem, 0);
}

/* A peer that sends single octets costs little more memory than their number. */
static void
small_payloads_share_memory(void **state)
{
	struct rcvbuf b;

	rcvbuf_init(&b, 131072, 6 << 20, false);
	for (uint64_t i = 0; i < 10000; i++)
		rcvbuf_push(&b, payload(i, 1));
	assert_true(b.mem < 30000);
	rcvbuf_fini(&b);
}

/*
 * RFC 9293, 3.8.6.2.1: the right edge of the window does not move left, even if the buffer is full.
 */
static void
the_window_never_shrinks(void **state)
{
	struct rcvbuf b;

	rcvbuf_init(&b, 131072, 6 << 20, false);
	for (int i = 0; i < 10; i++)
		rcvbuf_push(&b, payload(0, 60000));
	assert_int_equal(rcvbuf_space(&b), 0);
	assert_int_equal(rcvbuf_window(&b, 20000, 1460, 0), 20000);
	assert_int_equal(rcvbuf_window(&b, 20001, 1460, 7), (20001 + 127) / 128 * 128);
	assert_int_equal(rcvbuf_window(&b, 0, 1460, 7), 0);
	rcvbuf_fini(&b);
}

/* RFC 9293, 3.8.6.2.2: the window opens by min(MSS, half the buffer) or not at all. */
static void
the_window_opens_by_a_segment_or_half_the_buffer(void **state)
{
	struct rcvbuf b;
	uint32_t full;

	rcvbuf_init(&b, 131072, 131072, false);
	full = rcvbuf_space(&b);
	assert_int_equal(full, 65536);
	assert_int_equal(rcvbuf_window(&b, 65000, 1460, 0), 65000);
	assert_int_equal(rcvbuf_window(&b, 60000, 1460, 0), 65535);
	assert_int_equal(rcvbuf_window(&b, 60000, 1460, 5), 65536);
	rcvbuf_set(&b, 2000); /* a tiny buffer: half of it is the step */
	assert_int_equal(rcvbuf_window(&b, 600, 1460, 0), 600);
	assert_int_equal(rcvbuf_window(&b, 400, 1460, 0), 1000);
	rcvbuf_fini(&b);
}

/*
 * RFC 9293, 3.8.6.2: a sender waits if the window is below a segment. Segments that refer to a
 * large block, as those of a sender in the same memory do, must not shrink a small buffer's window
 * that far.
 */
static void
a_small_buffer_is_worth_half_its_size_whatever_the_segments_cost(void **state)
{
	struct rcvbuf b;

	rcvbuf_init(&b, 9000, 9000, true);
	for (int i = 0; i < 100; i++) {
		struct pkt_block *block = pkt_block_new(pool, PKT_BLOCK_LARGE);

		rcvbuf_push(&b, pkt_from_block(pool, block, 0, 1460));
		rcvbuf_consume(&b, 1460);
	}
	assert_true(rcvbuf_window(&b, 0, 1460, 0) >= 4500);
	rcvbuf_fini(&b);
}

/* As on Linux, a wider window is reported to the peer when it has doubled. */
static void
a_window_update_waits_until_it_is_worth_it(void **state)
{
	struct rcvbuf b;

	rcvbuf_init(&b, 131072, 131072, false);
	assert_false(rcvbuf_should_update(&b, 40000, 1460, 5));
	assert_true(rcvbuf_should_update(&b, 30000, 1460, 5));
	assert_true(rcvbuf_should_update(&b, 0, 1460, 5));
	for (uint32_t offered = 0; offered < 70000; offered++) {
		uint32_t window = rcvbuf_window(&b, offered, 1460, 5);

		assert_int_equal(rcvbuf_should_update(&b, offered, 1460, 5),
		    window >= offered + 1460 && window >= 2 * offered);
	}
	rcvbuf_fini(&b);
}

/* RFC 7323, 2.3: the scale allows the largest buffer to be offered, up to 14. */
static void
the_scale_fits_the_largest_buffer(void **state)
{
	struct rcvbuf b;

	rcvbuf_init(&b, 131072, 6 << 20, false);
	assert_int_equal(rcvbuf_scale(&b), 7);
	rcvbuf_init(&b, 32768, 32768, true);
	assert_int_equal(rcvbuf_scale(&b), 0);
	rcvbuf_init(&b, 131072, (size_t)1 << 40, false);
	assert_int_equal(rcvbuf_scale(&b), 14);
}

/*
 * If the user empties the buffer each round trip, it grows up to max. Otherwise, or if it is fixed,
 * it does not grow.
 */
static void
the_buffer_grows_with_what_is_read_in_a_round_trip(void **state)
{
	struct rcvbuf b;
	nsec_t now = 1 * SEC;

	rcvbuf_init(&b, 131072, 6 << 20, false);
	rcvbuf_rtt_sample(&b, 40 * MSEC);
	rcvbuf_adjust(&b, now, 1460);
	for (int round = 0; round < 12; round++) {
		uint32_t window = rcvbuf_window(&b, 0, 1460, 7);

		for (uint32_t n = 0; n + 1460 <= window; n += 1460) {
			rcvbuf_push(&b, payload(0, 1460));
			rcvbuf_consume(&b, 1460);
		}
		now += 41 * MSEC;
		rcvbuf_adjust(&b, now, 1460);
	}
	assert_int_equal(b.size, 6 << 20);
	rcvbuf_fini(&b);
	rcvbuf_init(&b, 131072, 6 << 20, false);
	rcvbuf_rtt_sample(&b, 40 * MSEC);
	for (int round = 0; round < 12; round++) {
		rcvbuf_push(&b, payload(0, 1460));
		rcvbuf_consume(&b, 1460);
		now += 41 * MSEC;
		assert_false(rcvbuf_adjust(&b, now, 1460));
	}
	rcvbuf_fini(&b);
}

/* Without timestamps: a whole window takes at least a round trip. */
static void
the_receiver_reads_the_round_trip_from_whole_windows(void **state)
{
	struct rcvbuf b;
	seq_t nxt = 0u - 5000;

	rcvbuf_init(&b, 131072, 6 << 20, false);
	rcvbuf_rtt_by_window(&b, 1 * SEC, nxt, 10000);
	rcvbuf_rtt_by_window(&b, 1 * SEC + 10 * MSEC, nxt + 9999, 10000);
	assert_int_equal(b.rtt, 0);
	rcvbuf_rtt_by_window(&b, 1 * SEC + 30 * MSEC, nxt + 10000, 10000);
	assert_int_equal(b.rtt, 30 * MSEC);
}

/*
 * RFC 9293, 3.8.6: the window opens again when everything has been read, however much memory each
 * octet has cost.
 */
static void
an_empty_buffer_always_has_a_window(void **state)
{
	struct pkt_block *block = pkt_block_new(pool, PKT_BLOCK_LARGE);
	struct rcvbuf b;

	rcvbuf_init(&b, 131072, 6 << 20, false);
	rcvbuf_set(&b, 1152);
	for (unsigned i = 0; i < 100; i++) {
		struct pkt *p = pkt_new(pool);

		assert_true(pkt_append(p, block, i * 600, 600));
		rcvbuf_push(&b, p);
		rcvbuf_consume(&b, 600);
	}
	assert_true(rcvbuf_window(&b, 0, 1460, 7) >= 128);
	assert_true(rcvbuf_should_update(&b, 0, 1460, 7));
	assert_int_equal(rcvbuf_window(&b, 0, 1460, 14), 1 << 14);
	rcvbuf_fini(&b);
	pkt_block_unref(block);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(small_writes_fill_one_block, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_full_buffer_says_again_and_room_comes_back_with_acks, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_empty_pool_says_nobufs, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		reserved_memory_outlives_the_ack_of_all_before_it, setup, teardown),
	    cmocka_unit_test_setup_teardown(slices_give_what_was_written, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		sums_taken_while_writing_are_those_of_the_octets, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		what_is_pushed_is_read_in_order_by_all_three_ways, setup, teardown),
	    cmocka_unit_test_setup_teardown(small_payloads_share_memory, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_window_never_shrinks, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		the_window_opens_by_a_segment_or_half_the_buffer, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_small_buffer_is_worth_half_its_size_whatever_the_segments_cost, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_window_update_waits_until_it_is_worth_it, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_empty_buffer_always_has_a_window, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_scale_fits_the_largest_buffer, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		the_buffer_grows_with_what_is_read_in_a_round_trip, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		the_receiver_reads_the_round_trip_from_whole_windows, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
