/*
 * Transmit records: each rule, and the scoreboard against a map of single octets under random
 * SACKs, losses and timeouts.
 */
#include "base/rng.h"
#include "tcp/loss/detect.h"
#include "tcp/loss/txq.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { MSS = 100 };

static struct txrec_slab slab;
static struct txq q;
static struct ack_sample s;

static int
setup(void **state)
{
	txrec_slab_init(&slab);
	txq_init(&q, &slab, 0);
	q.sack = true;
	return 0;
}

static int
teardown(void **state)
{
	txq_fini(&q);
	txrec_slab_fini(&slab);
	return 0;
}

static void
ack_at(nsec_t now, seq_t ack, const struct seq_range *sack, unsigned sacks)
{
	struct ack_in in = {.ack = ack, .sack = sack, .sacks = sacks, .mss = MSS, .now = now};

	in.dupack = !q.sack && ack == q.una;
	txq_ack(&q, &in, &s);
	detect_loss(&q, &s, MSS);
}

static void
ack_sack(seq_t ack, seq_t start, seq_t end)
{
	ack_at(1 * SEC, ack, &(struct seq_range){start, end}, 1);
}

/* Recounts everything that txq counts, and checks the invariants of the records. */
static void
recount(void)
{
	uint32_t sacked = 0, lost = 0, retx = 0, listed = 0, n = 0;
	seq_t at = q.una;
	nsec_t time = 0;
	bool was_sacked = false;

	for (struct txrec *r = txq_first(&q); r; r = txq_after(&q, r), n++) {
		uint32_t len = r->end - r->node.seq;

		assert_int_equal(r->node.seq, at);
		assert_true(seq_lt(at, r->end));
		assert_ptr_equal(txq_at(&q, at), r);
		assert_false(was_sacked && r->sacked);
		assert_false(r->sacked && (r->lost || r->retx));
		was_sacked = r->sacked;
		at = r->end;
		sacked += r->sacked ? len : 0;
		lost += r->lost ? len : 0;
		retx += r->retx ? len : 0;
	}
	assert_int_equal(at, q.nxt);
	if (q.sack)
		assert_int_equal(sacked, q.sacked);
	assert_int_equal(lost, q.lost);
	assert_int_equal(retx, q.retx);
	assert_true(txq_pipe(&q) <= 2 * txq_out(&q));
	list_each(i, &q.flight) {
		const struct txrec *r = container_of(i, struct txrec, by_state);

		assert_true(!r->sacked && (!r->lost || r->retx));
		assert_true(r->sent >= time);
		time = r->sent;
		listed++;
	}
	list_each(i, &q.lost_list) {
		const struct txrec *r = container_of(i, struct txrec, by_state);

		assert_true(!r->sacked && r->lost && !r->retx);
		listed++;
	}
	at = q.una;
	list_each(i, &q.sacked_list) {
		const struct txrec *r = container_of(i, struct txrec, by_state);

		assert_true(r->sacked && seq_leq(at, r->node.seq));
		at = r->end;
		listed++;
	}
	assert_int_equal(listed, n);
	assert_int_equal(slab.in_use, n);
}

static void
a_cumulative_ack_frees_records_and_gives_the_round_trip(void **state)
{
	assert_true(txq_sent(&q, 10 * MSS, MSS, 10));
	assert_true(txq_sent(&q, 10 * MSS, MSS, 20));
	ack_at(110, 5 * MSS, NULL, 0);
	recount();
	assert_int_equal(s.acked, 5 * MSS);
	assert_int_equal(s.newly_delivered, 5 * MSS);
	assert_int_equal(s.rtt, 100);
	assert_int_equal(s.prior_in_flight, 20 * MSS);
	assert_int_equal(s.in_flight, 15 * MSS);
	ack_at(130, 20 * MSS, NULL, 0);
	recount();
	assert_int_equal(s.rtt, 120);
	assert_int_equal(s.rtt_latest, 110);
	assert_int_equal(slab.in_use, 0);
}

/*
 * Karn (RFC 6298, 3): a segment that was sent twice gives no round trip, nor does anything else
 * that the same ACK covers.
 */
static void
no_round_trip_from_what_was_sent_twice(void **state)
{
	txq_sent(&q, MSS, MSS, 10);
	txq_sent(&q, MSS, MSS, 10);
	txq_mark_all_lost(&q);
	txq_resent(&q, txq_next_lost(&q), MSS, MSS, 500);
	ack_at(600, 2 * MSS, NULL, 0);
	assert_int_equal(s.rtt, 0);
	assert_int_equal(s.rtt_latest, 0);
	assert_true(s.orig_acked);
}

/*
 * Only whole wire segments can have arrived: a SACK of parts of one is ignored, so records are not
 * split into small ones.
 */
static void
sacks_count_whole_segments_only(void **state)
{
	txq_sent(&q, 10 * MSS, MSS, 10);
	ack_sack(0, 2 * MSS + 1, 4 * MSS + 99);
	recount();
	assert_int_equal(q.sacked, MSS);
	for (seq_t at = 0; at < 10 * MSS; at += 2)
		ack_sack(0, at, at + 1);
	recount();
	assert_int_equal(q.sacked, MSS);
	assert_int_equal(slab.in_use, 3);
}

static void
nonsense_blocks_are_ignored(void **state)
{
	struct seq_range bad[] = {
	    {300, 200}, {200, 200}, {900, 1100}, {0x80000000u, 500}, {0u - 500, 0u - 400}};

	txq_sent(&q, 10 * MSS, MSS, 10);
	for (unsigned i = 0; i < 5; i++)
		ack_at(100, 100, &bad[i], 1);
	recount();
	assert_int_equal(q.sacked, 0);
}

/*
 * RFC 2883, 4: what counts is the ACK number of the segment itself. An ACK that was overtaken has
 * blocks above its number and below SND.UNA, which are no duplicates.
 */
static void
blocks_of_an_overtaken_ack_are_no_dsack(void **state)
{
	assert_true(txq_sent(&q, 10 * MSS, MSS, 1));
	ack_at(2, 400, NULL, 0);
	ack_sack(100, 200, 300);
	assert_int_equal(s.dsack_octets, 0);
	assert_int_equal(s.acked, 0);
	assert_int_equal(q.una, 400);
	recount();
}

/*
 * RFC 2883, 4: a first block below the cumulative ACK, or within the second block, reports a
 * duplicate and marks nothing.
 */
static void
dsack_is_reported_and_marks_nothing(void **state)
{
	struct seq_range inside[] = {{600, 700}, {500, 900}};

	txq_sent(&q, 10 * MSS, MSS, 10);
	ack_sack(400, 200, 300);
	assert_int_equal(s.dsack, 200);
	assert_int_equal(s.dsack_octets, 100);
	assert_int_equal(q.sacked, 0);
	ack_at(100, 400, inside, 2);
	assert_int_equal(s.dsack, 600);
	assert_int_equal(s.dsack_octets, 100);
	assert_int_equal(q.sacked, 400);
	recount();
}

/*
 * RFC 2018, 8: a receiver may throw away what it has sacked. If the first octet was sacked at a
 * timeout, no SACK is relied on.
 */
static void
reneging_is_seen_and_forgets_sacks_at_the_timeout(void **state)
{
	txq_sent(&q, 10 * MSS, MSS, 10);
	ack_sack(0, MSS, 2 * MSS);
	assert_false(s.reneged);
	ack_at(100, MSS, NULL, 0);
	assert_true(s.reneged);
	txq_mark_all_lost(&q);
	recount();
	assert_int_equal(q.sacked, 0);
	assert_int_equal(q.lost, 9 * MSS);
	assert_int_equal(txq_pipe(&q), 0);
}

/* RFC 6675, 5.1: otherwise what is sacked stays sacked and is not sent again. */
static void
a_timeout_keeps_sacks(void **state)
{
	txq_sent(&q, 10 * MSS, MSS, 10);
	ack_sack(0, 3 * MSS, 5 * MSS);
	txq_resent(&q, txq_first(&q), MSS, MSS, 20);
	txq_mark_all_lost(&q);
	recount();
	assert_int_equal(q.sacked, 2 * MSS);
	assert_int_equal(q.lost, 8 * MSS);
	assert_int_equal(txq_pipe(&q), 0);
	assert_int_equal(txq_next_lost(&q)->node.seq, 0);
}

/* RFC 6675, 4, NextSeg() (3) and (4): holes below the highest SACK, then the last segment once. */
static void
holes_and_the_rescue_segment_are_found(void **state)
{
	struct txrec *r;

	txq_sent(&q, 10 * MSS, MSS, 10);
	assert_null(txq_next_hole(&q));
	ack_sack(0, 2 * MSS, 3 * MSS);
	r = txq_next_hole(&q);
	assert_int_equal(r->node.seq, 0);
	assert_int_equal(r->end, 2 * MSS);
	txq_resent(&q, r, MSS, MSS, 20);
	q.high_rxt = MSS;
	assert_int_equal(txq_next_hole(&q)->node.seq, MSS);
	recount();
	r = txq_rescue(&q, MSS);
	assert_int_equal(r->node.seq, 9 * MSS);
	assert_int_equal(r->end, 10 * MSS);
	recount();
}

/* Without SACK each duplicate stands for a segment, until an ACK fills the hole (RFC 6582). */
static void
duplicates_stand_for_segments_without_sack(void **state)
{
	q.sack = false;
	txq_sent(&q, 10 * MSS, MSS, 10);
	for (int i = 0; i < 3; i++)
		ack_at(100, 0, NULL, 0);
	assert_int_equal(q.dupacks, 3);
	assert_int_equal(txq_pipe(&q), 7 * MSS);
	txq_mark_first_lost(&q, MSS);
	assert_int_equal(txq_pipe(&q), 6 * MSS);
	txq_resent(&q, txq_next_lost(&q), MSS, MSS, 110);
	assert_int_equal(txq_pipe(&q), 7 * MSS);
	ack_at(200, 3 * MSS, NULL, 0);
	assert_int_equal(s.newly_delivered, MSS);
	assert_int_equal(txq_pipe(&q), 6 * MSS);
	for (int i = 0; i < 100; i++)
		ack_at(300, 3 * MSS, NULL, 0);
	assert_int_equal(txq_pipe(&q), MSS);
	recount();
}

/* Nothing was lost: everything is in flight again, in the order of time. */
static void
undo_puts_what_was_lost_back_in_flight(void **state)
{
	for (int i = 0; i < 10; i++)
		txq_sent(&q, MSS, MSS, 10 + i);
	txq_mark_all_lost(&q);
	txq_resent(&q, txq_next_lost(&q), MSS, MSS, 50);
	txq_unmark_lost(&q);
	recount();
	assert_int_equal(txq_pipe(&q), 11 * MSS);
	assert_null(txq_next_lost(&q));
}

static void
late_originals_are_seen_as_reordering(void **state)
{
	txq_sent(&q, 10 * MSS, MSS, 10);
	ack_sack(0, 5 * MSS, 6 * MSS);
	assert_false(s.reordered);
	ack_sack(0, 2 * MSS, 3 * MSS);
	assert_true(s.reordered);
}

/*
 * draft-cheng-iccrg-delivery-rate-estimation: the octets delivered between the sending of a packet
 * and its ACK, over the longer of both intervals.
 */
static void
the_delivery_rate_is_what_arrived_over_the_longer_span(void **state)
{
	for (int i = 0; i < 10; i++)
		txq_sent(&q, MSS, MSS, 1000 + 10 * i);
	for (seq_t i = 1; i <= 10; i++)
		ack_at(2000 + 20 * (nsec_t)i, i * MSS, NULL, 0);
	/* The last packet left 10 after the one before; nothing had been delivered when it left. */
	assert_int_equal(s.rate_octets, 10 * MSS);
	assert_int_equal(s.rate_interval, 2200 - 1000);
	assert_false(s.is_app_limited);
	txq_app_limited(&q);
	txq_sent(&q, MSS, MSS, 3000);
	ack_at(4000, 11 * MSS, NULL, 0);
	assert_true(s.is_app_limited);
	assert_int_equal(s.rate_octets, MSS);
	assert_int_equal(s.rate_interval, 1000);
	txq_sent(&q, MSS, MSS, 5000);
	ack_at(6000, 12 * MSS, NULL, 0);
	assert_false(s.is_app_limited);
}

/* The model: the state of each octet. */
enum { SPACE = 40000 };

static struct {
	bool sacked, lost, retx;
} map[SPACE];

static uint32_t una, nxt; /* as in the map */

static void
map_lose(void)
{
	uint32_t above = 0, runs = 0;
	bool run = false;

	for (uint32_t i = nxt; i-- > una;) {
		above += map[i].sacked;
		if (map[i].sacked && !run)
			runs++;
		run = map[i].sacked;
		if (!map[i].sacked && (runs >= 3 || above > 2 * MSS))
			map[i].lost = true;
	}
}

static void
map_timeout(void)
{
	bool reneged = una < nxt && map[una].sacked;

	for (uint32_t i = una; i < nxt; i++) {
		map[i].sacked = map[i].sacked && !reneged;
		map[i].lost = !map[i].sacked;
		map[i].retx = false;
	}
}

static void
assert_map(seq_t base)
{
	uint32_t sacked = 0, lost = 0, pipe = 0, next = nxt;

	for (uint32_t i = una; i < nxt; i++) {
		sacked += map[i].sacked;
		lost += map[i].lost && !map[i].sacked;
		pipe += !map[i].sacked && !map[i].lost;
		pipe += !map[i].sacked && map[i].retx;
		if (next == nxt && map[i].lost && !map[i].sacked && !map[i].retx)
			next = i;
	}
	assert_int_equal(q.sacked, sacked);
	assert_int_equal(q.lost, lost);
	assert_int_equal(txq_pipe(&q), pipe);
	if (next == nxt)
		assert_null(txq_next_lost(&q));
	else
		assert_int_equal(txq_next_lost(&q)->node.seq - base, next);
}

static void
random_send(struct rng *rng, nsec_t now)
{
	uint32_t len = (1 + (uint32_t)rng_below(rng, 20)) * MSS;

	if (nxt + len > SPACE || nxt - una > 8000)
		return;
	assert_true(txq_sent(&q, len, MSS, now));
	memset(map + nxt, 0, len * sizeof map[0]);
	nxt += len;
}

static void
random_ack(struct rng *rng, seq_t base, nsec_t now)
{
	struct seq_range b[3];
	unsigned n = (unsigned)rng_below(rng, 4);
	uint32_t segs = (nxt - una) / MSS;

	if (rng_below(rng, 4) == 0)
		una += (uint32_t)rng_below(rng, segs + 1) * MSS;
	segs = (nxt - una) / MSS;
	for (unsigned i = 0; i < n; i++) {
		uint32_t from = una + MSS * (1 + (uint32_t)rng_below(rng, segs + 1));
		uint32_t to = from + MSS * (1 + (uint32_t)rng_below(rng, 6));

		b[i] = (struct seq_range){base + from, base + to};
		if (to > nxt || (i == 1 && b[0].start - base >= from && b[0].end - base <= to)) {
			n = i; /* invalid, or it would make the first block a D-SACK */
			break;
		}
		for (uint32_t at = from; at < to; at++)
			map[at].sacked = true;
	}
	map_lose();
	ack_at(now, base + una, b, n);
	for (uint32_t i = una; i < nxt; i++) {
		if (map[i].sacked)
			map[i].lost = map[i].retx = false;
	}
}

static void
random_resend(struct rng *rng, seq_t base, nsec_t now)
{
	struct txrec *r = txq_next_lost(&q);
	uint32_t at, len;

	if (!r)
		return;
	at = r->node.seq - base;
	len = r->end - r->node.seq;
	if (len > 3 * MSS && rng_below(rng, 2))
		len = (1 + (uint32_t)rng_below(rng, 3)) * MSS;
	assert_true(txq_resent(&q, r, len, MSS, now));
	for (uint32_t i = at; i < at + len; i++)
		map[i].retx = true;
}

static void
random_history(uint64_t seed)
{
	struct rng rng;
	seq_t base;

	rng_seed(&rng, seed);
	base = 0u - (seq_t)rng_below(&rng, SPACE);
	txq_init(&q, &slab, base);
	q.sack = true;
	una = nxt = 0;
	for (int step = 0; step < 600; step++) {
		switch (rng_below(&rng, 16)) {
		case 0 ... 4:
			random_send(&rng, step);
			break;
		case 5 ... 9:
			random_ack(&rng, base, step);
			break;
		case 10 ... 14:
			random_resend(&rng, base, step);
			break;
		default:
			if (rng_below(&rng, 4) == 0) {
				txq_mark_all_lost(&q);
				map_timeout();
			}
		}
		recount();
		assert_map(base);
	}
	txq_fini(&q);
}

static void
random_histories_agree_with_a_map_of_octets(void **state)
{
	for (uint64_t seed = 1; seed <= 40; seed++)
		random_history(seed);
}

/* A receiver lies in every way: the counts stay right, and the records few. */
static void
hostile_acks_break_nothing(void **state)
{
	struct rng rng;

	rng_seed(&rng, 11);
	for (int step = 0; step < 20000; step++) {
		struct seq_range b[4];

		if (txq_out(&q) < 20000)
			txq_sent(&q, 1 + (uint32_t)rng_below(&rng, 3000), MSS, step);
		for (int i = 0; i < 4; i++) {
			b[i].start = q.una - 2000 + (seq_t)rng_below(&rng, 24000);
			b[i].end = b[i].start + (seq_t)rng_below(&rng, 3000) - 200;
		}
		ack_at(step, q.una + (seq_t)rng_below(&rng, rng_below(&rng, 9) ? 1 : txq_out(&q) + 1), b, 4);
		if (rng_below(&rng, 50) == 0)
			txq_mark_all_lost(&q);
		if (rng_below(&rng, 50) == 0)
			txq_unmark_lost(&q);
		if (rng_below(&rng, 4) == 0 && txq_next_lost(&q))
			txq_resent(&q, txq_next_lost(&q), 1, MSS, step);
		if (rng_below(&rng, 9) == 0 && txq_rescue(&q, MSS))
			txq_resent(&q, txq_rescue(&q, MSS), 1, MSS, step);
		(void)txq_next_hole(&q);
		if (step % 16 == 0)
			recount();
		assert_true(slab.in_use < 2000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(a_cumulative_ack_frees_records_and_gives_the_round_trip),
	    T(no_round_trip_from_what_was_sent_twice),
	    T(sacks_count_whole_segments_only),
	    T(nonsense_blocks_are_ignored),
	    T(dsack_is_reported_and_marks_nothing),
	    T(blocks_of_an_overtaken_ack_are_no_dsack),
	    T(reneging_is_seen_and_forgets_sacks_at_the_timeout),
	    T(a_timeout_keeps_sacks),
	    T(holes_and_the_rescue_segment_are_found),
	    T(duplicates_stand_for_segments_without_sack),
	    T(undo_puts_what_was_lost_back_in_flight),
	    T(late_originals_are_seen_as_reordering),
	    T(the_delivery_rate_is_what_arrived_over_the_longer_span),
	    T(random_histories_agree_with_a_map_of_octets),
	    T(hostile_acks_break_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
