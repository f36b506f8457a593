/*
 * Data out of order: rule by rule, and against a map of single octets under random arrivals.
 */
#include "../../pool.h"
#include "base/rng.h"
#include "pkt/pkt.h"
#include "tcp/buf/reass.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct pkt_pool *pool;
static struct reass r;
static struct list evicted;

static int
setup(void **state)
{
	pool = pkt_pool_new(64 << 20);
	reass_init(&r);
	list_init(&evicted);
	return pool ? 0 : -1;
}

static int
teardown(void **state)
{
	reass_fini(&r);
	assert_int_equal(r.mem, 0);
	assert_int_equal(r.octets, 0);
	pool_end(pool);
	return 0;
}

static uint8_t
octet_at(seq_t seq)
{
	return (uint8_t)((seq * 2654435761u) >> 13);
}

static struct pkt *
segment(seq_t start, seq_t end)
{
	uint8_t bytes[4096];

	for (seq_t s = start; s != end; s++)
		bytes[s - start] = octet_at(s);
	return pkt_from_bytes(pool, bytes, end - start);
}

static enum reass_result
arrive(seq_t start, seq_t end, size_t limit)
{
	struct pkt *p = segment(start, end);
	enum reass_result result = reass_insert(&r, start, p, limit, &evicted);

	if (result != REASS_KEPT)
		pkt_free(p);
	return result;
}

/* Takes what is in order at @rcv_nxt and checks every octet. Returns the new RCV.NXT. */
static seq_t
drain(seq_t rcv_nxt)
{
	struct pkt *p;

	while ((p = reass_pop(&r, rcv_nxt))) {
		uint8_t bytes[PKT_BLOCK_LARGE];

		pkt_copy_out(p, 0, bytes, p->len);
		for (uint32_t i = 0; i < p->len; i++)
			assert_int_equal(bytes[i], octet_at(rcv_nxt + i));
		rcv_nxt += p->len;
		pkt_free(p);
	}
	return rcv_nxt;
}

static void
assert_block(struct seq_range b, seq_t start, seq_t end)
{
	assert_int_equal(b.start, start);
	assert_int_equal(b.end, end);
}

/*
 * RFC 2018, 4: the first block has the segment that arrived last; the others follow in the order in
 * which they were last reported.
 */
static void
sack_blocks_come_most_recent_first(void **state)
{
	struct seq_range b[4];

	arrive(1000, 1100, SIZE_MAX);
	arrive(3000, 3100, SIZE_MAX);
	arrive(2000, 2100, SIZE_MAX);
	arrive(1100, 1200, SIZE_MAX);
	assert_int_equal(reass_sack(&r, b, 4), 3);
	assert_block(b[0], 1000, 1200);
	assert_block(b[1], 2000, 2100);
	assert_block(b[2], 3000, 3100);
	assert_int_equal(reass_sack(&r, b, 2), 2);
}

static void
filling_a_hole_joins_both_sides(void **state)
{
	struct seq_range b[4];

	arrive(1000, 1100, SIZE_MAX);
	arrive(1200, 1300, SIZE_MAX);
	arrive(1100, 1200, SIZE_MAX);
	assert_int_equal(reass_sack(&r, b, 4), 1);
	assert_block(b[0], 1000, 1300);
	assert_int_equal(drain(1000), 1300);
}

/*
 * RFC 2883, 4: a duplicate is the first block, the run that contains it the second; it is reported
 * once.
 */
static void
duplicate_out_of_order_is_reported_once_by_dsack(void **state)
{
	struct seq_range b[4];

	arrive(1000, 1500, SIZE_MAX);
	arrive(2000, 2500, SIZE_MAX);
	assert_int_equal(arrive(1100, 1200, SIZE_MAX), REASS_DUPLICATE);
	assert_int_equal(reass_sack(&r, b, 4), 3);
	assert_block(b[0], 1100, 1200);
	assert_block(b[1], 1000, 1500);
	assert_block(b[2], 2000, 2500);
	assert_int_equal(reass_sack(&r, b, 4), 2);
	assert_block(b[0], 1000, 1500);
}

/* RFC 2883, 4.1: a duplicate of delivered data lies below the cumulative ACK. */
static void
duplicate_below_rcv_nxt_is_reported_too(void **state)
{
	struct seq_range b[4];

	assert_false(reass_has_sack(&r));
	reass_note_duplicate(&r, 500, 600);
	assert_true(reass_has_sack(&r));
	assert_int_equal(reass_sack(&r, b, 4), 1);
	assert_block(b[0], 500, 600);
	assert_false(reass_has_sack(&r));
}

/*
 * Data in order may overlap a packet that waits: the rest of that packet follows, the overlap is a
 * duplicate.
 */
static void
rcv_nxt_may_pass_into_a_run(void **state)
{
	struct seq_range b[4];

	arrive(1000, 1100, SIZE_MAX);
	arrive(1100, 1900, SIZE_MAX);
	assert_int_equal(drain(1500), 1900);
	assert_int_equal(r.runs, 0);
	assert_int_equal(reass_sack(&r, b, 4), 1);
	assert_block(b[0], 1000, 1500);
	assert_int_equal(r.duplicate, 500);
}

/*
 * RFC 2018, 8: without room, what lies farthest is dropped and no longer reported, because what is
 * near is of more use.
 */
static void
over_the_limit_the_farthest_goes_first(void **state)
{
	struct seq_range b[4];
	size_t limit;

	arrive(5000, 6000, SIZE_MAX);
	limit = r.mem;
	assert_int_equal(arrive(9000, 10000, limit), REASS_FULL);
	assert_true(list_empty(&evicted));
	assert_int_equal(arrive(2000, 3000, limit), REASS_KEPT);
	pkt_free(container_of(list_pop(&evicted), struct pkt, node));
	assert_true(list_empty(&evicted));
	assert_int_equal(reass_sack(&r, b, 4), 1);
	assert_block(b[0], 2000, 3000);
	assert_true(r.mem <= limit);
}

/* A peer that sends single octets does not make each of them hold a packet and a block. */
static void
small_segments_share_memory(void **state)
{
	for (seq_t s = 1000; s != 1500; s++)
		arrive(s, s + 1, SIZE_MAX);
	assert_int_equal(r.octets, 500);
	assert_true(r.mem < 16384);
	assert_int_equal(drain(1000), 1500);
}

enum { SPACE = 6000 };

static bool here[SPACE];

static void
check_against_map(seq_t base, seq_t last)
{
	struct seq_range b[SPACE];
	unsigned n = reass_sack(&r, b, SPACE), octets = 0, runs = 0;

	for (unsigned i = 0; i < SPACE; i++) {
		octets += here[i];
		runs += here[i] && (i + 1 == SPACE || !here[i + 1]);
	}
	assert_int_equal(r.octets, octets);
	assert_int_equal(r.runs, runs);
	assert_int_equal(n, runs);
	for (unsigned i = 0; i < n; i++) {
		seq_t from = b[i].start - base, to = b[i].end - base;

		assert_true(from < to && to <= SPACE);
		assert_false(from > 0 && here[from - 1]);
		assert_false(to < SPACE && here[to]);
		for (seq_t s = from; s < to; s++)
			assert_true(here[s]);
	}
	if (n > 0 && here[last - base])
		assert_true(seq_leq(b[0].start, last) && seq_lt(last, b[0].end));
}

static void
random_arrivals_agree_with_a_map_of_octets(uint64_t seed)
{
	seq_t base = (seq_t)(0u - rng_below(&(struct rng){{seed, 1, 2, 3}}, SPACE)), nxt = base;
	struct rng rng;

	rng_seed(&rng, seed);
	memset(here, 0, sizeof here);
	for (int step = 0; step < 400 && nxt - base < SPACE - 10; step++) {
		uint32_t left = SPACE - (nxt - base);
		uint32_t from = nxt - base + (uint32_t)rng_below(&rng, left),
			 len = 1 + (uint32_t)rng_below(&rng, 600);
		seq_t start = base + from;
		bool all = true;

		if (len > SPACE - from)
			len = SPACE - from;
		if (start == nxt) { /* in order: delivered, and what waited may follow */
			nxt = drain(nxt + len);
			memset(here, 0, nxt - base);
			r.dsack.start = r.dsack.end;
			check_against_map(base, start);
			continue;
		}
		for (uint32_t i = from; i < from + len; i++)
			all = all && here[i];
		assert_int_equal(arrive(start, start + len, SIZE_MAX), all ? REASS_DUPLICATE : REASS_KEPT);
		memset(here + from, true, len);
		r.dsack.start = r.dsack.end;
		check_against_map(base, start);
	}
	for (uint32_t i = nxt - base; i < SPACE; i++) { /* fill every hole */
		if (!here[i])
			arrive(base + i, base + i + 1, SIZE_MAX);
	}
	assert_int_equal(drain(nxt), base + SPACE);
	assert_int_equal(r.octets, 0);
}

static void
random_arrivals_agree_with_the_map(void **state)
{
	for (uint64_t seed = 1; seed <= 60; seed++)
		random_arrivals_agree_with_a_map_of_octets(seed);
}

/* With little memory its use is bounded, the octets are right, and all arrive in the end. */
static void
random_arrivals_within_a_limit_stay_bounded_and_right(void **state)
{
	struct rng rng;
	seq_t base = 0u - 20000, nxt = base;
	size_t limit = 20000;

	rng_seed(&rng, 7);
	for (int step = 0; step < 20000; step++) {
		seq_t start = nxt + (seq_t)rng_below(&rng, 30000);
		struct list *n;

		if (rng_below(&rng, 8) == 0)
			start = nxt;
		if (start == nxt)
			nxt = drain(nxt + 1 + (seq_t)rng_below(&rng, 1400));
		else
			arrive(start, start + 1 + (seq_t)rng_below(&rng, 1400), limit);
		assert_true(r.mem <= limit);
		while ((n = list_pop(&evicted)))
			pkt_free(container_of(n, struct pkt, node));
	}
	assert_true(seq_gt(nxt, base + 100000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(sack_blocks_come_most_recent_first, setup, teardown),
	    cmocka_unit_test_setup_teardown(filling_a_hole_joins_both_sides, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		duplicate_out_of_order_is_reported_once_by_dsack, setup, teardown),
	    cmocka_unit_test_setup_teardown(duplicate_below_rcv_nxt_is_reported_too, setup, teardown),
	    cmocka_unit_test_setup_teardown(rcv_nxt_may_pass_into_a_run, setup, teardown),
	    cmocka_unit_test_setup_teardown(over_the_limit_the_farthest_goes_first, setup, teardown),
	    cmocka_unit_test_setup_teardown(small_segments_share_memory, setup, teardown),
	    cmocka_unit_test_setup_teardown(random_arrivals_agree_with_the_map, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		random_arrivals_within_a_limit_stay_bounded_and_right, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
