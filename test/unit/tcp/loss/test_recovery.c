/*
 * Reno and loss recovery: each rule, and whole transfers between the algorithms of sender and
 * receiver over a path that loses and reorders.
 */
#include "../../pool.h"
#include "base/rng.h"
#include "pkt/pkt.h"
#include "tcp/loss/detect.h"
#include "tcp/loss/recovery.h"
#include "tcp/loss/rto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { MSS = 1000 };

static struct txrec_slab slab;
static struct txq q;
static struct cc cc;
static struct recovery rec;
static struct ack_sample s;

static int
setup(void **state)
{
	txrec_slab_init(&slab);
	txq_init(&q, &slab, 0);
	q.sack = true;
	cc_init(&cc, cc_default(), MSS, 0);
	cc_start(&cc, &(struct cc_start){.now = 0});
	recovery_init(&rec, false);
	return 0;
}

static int
teardown(void **state)
{
	txq_fini(&q);
	txrec_slab_fini(&slab);
	return 0;
}

/*
 * Sends what recovery allows, with @unsent octets of new data. Returns how many octets were sent.
 */
static uint32_t
flush(uint32_t unsent, nsec_t now)
{
	struct recovery_next n;
	uint32_t sent = 0;
	bool by_cwnd;

	while (recovery_next(&rec, &q, &cc, unsent, &n, &by_cwnd)) {
		assert_true(recovery_sent(&rec, &q, &n, n.len, MSS, (uint32_t)now, now));
		if (!n.rec)
			unsent -= n.len;
		sent += n.len;
	}
	cc_flushed(&cc, txq_pipe(&q), by_cwnd, q.una, q.nxt);
	return sent;
}

static const char *
ack_ts(nsec_t now, seq_t ack, seq_t start, seq_t end, uint32_t tsecr)
{
	struct seq_range b = {start, end};
	struct ack_in in = {.ack = ack, .sack = &b, .sacks = start != end, .mss = MSS, .now = now};

	in.dupack = !q.sack && ack == q.una;
	txq_ack(&q, &in, &s);
	detect_loss(&q, &s, MSS);
	return recovery_ack(&rec, &q, &cc, &s, tsecr);
}

static const char *
ack(nsec_t now, seq_t to, seq_t start, seq_t end)
{
	return ack_ts(now, to, start, end, 0);
}

/* RFC 6928, 2: min(10 MSS, max(2 MSS, 14600)). */
static void
the_initial_window_is_ten_segments(void **state)
{
	assert_int_equal(cc_initial_window(1460), 14600);
	assert_int_equal(cc_initial_window(536), 5360);
	assert_int_equal(cc_initial_window(9000), 18000);
	assert_int_equal(flush(1000000, 1), 10 * MSS);
	cc_syn_was_lost(&cc);
	assert_int_equal(cc.cwnd, MSS);
	cc_set_mss(&cc, 1460, true);
	assert_int_equal(cc.cwnd, 14600);
	assert_null(cc_find("vegas"));
}

/*
 * RFC 5681, 3.1: slow start grows by what is acknowledged, congestion avoidance by one segment per
 * window.
 */
static void
slow_start_doubles_and_avoidance_adds_a_segment(void **state)
{
	flush(1000000, 1);
	ack(2, 10 * MSS, 0, 0);
	assert_int_equal(cc.cwnd, 20 * MSS);
	flush(1000000, 3);
	cc.ssthresh = 25 * MSS;
	ack(4, 20 * MSS, 0, 0);
	assert_int_equal(cc.cwnd, 25 * MSS);
	flush(1000000, 5);
	ack(6, 40 * MSS, 0, 0);
	flush(1000000, 7);
	ack(8, 65 * MSS, 0, 0);
	assert_in_range(cc.cwnd, 26 * MSS, 27 * MSS);
}

/* cwnd does not grow while it does not limit the sender (RFC 7661). */
static void
a_window_that_was_not_used_does_not_grow(void **state)
{
	for (seq_t i = 1; i < 100; i++) {
		flush(MSS, i);
		ack(i, i * MSS, 0, 0);
	}
	assert_int_equal(cc.cwnd, 10 * MSS);
}

/*
 * RFC 6675, 5: at the third duplicate, ssthresh = FlightSize / 2, and the first segment is sent at
 * once. cwnd goes down to ssthresh with the ACKs (RFC 9937).
 */
static void
fast_recovery_halves_and_ends_at_the_recovery_point(void **state)
{
	struct recovery_next n;
	bool by_cwnd;

	flush(10 * MSS, 1);
	assert_null(ack(2, 0, MSS, 2 * MSS));
	assert_int_equal(rec.state, CA_DISORDER);
	assert_null(ack(2, 0, MSS, 3 * MSS));
	assert_string_equal(ack(2, 0, MSS, 4 * MSS), "enter recovery");
	assert_int_equal(cc.ssthresh, 5 * MSS);
	assert_int_equal(cc.cwnd, 7 * MSS);
	assert_true(recovery_next(&rec, &q, &cc, 0, &n, &by_cwnd));
	assert_int_equal(n.why, PKT_WHY_RETX_FAST);
	assert_int_equal(n.rec->node.seq, 0);
	assert_int_equal(n.len, MSS);
	recovery_sent(&rec, &q, &n, n.len, MSS, 3, 3);
	assert_false(recovery_next(&rec, &q, &cc, 5 * MSS, &n, &by_cwnd));
	assert_true(by_cwnd);
	for (seq_t i = 5; i <= 10; i++)
		ack(4, 0, MSS, i * MSS);
	assert_string_equal(ack(5, 10 * MSS, 0, 0), "leave recovery");
	assert_int_equal(rec.state, CA_OPEN);
	assert_int_equal(cc.cwnd, 5 * MSS);
	assert_int_equal(rec.episodes, 1);
}

/*
 * RFC 9937: new data leaves for every second segment that arrives, from the first on; what is in
 * flight never falls far below ssthresh. RFC 6675 alone is silent until half the window has arrived.
 */
static void
recovery_sends_evenly(void **state)
{
	uint32_t sent = 0;

	cc.cwnd = 20 * MSS;
	flush(1000000, 1);
	ack(2, 0, MSS, 2 * MSS);
	ack(2, 0, MSS, 3 * MSS);
	ack(2, 0, MSS, 4 * MSS);
	assert_int_equal(cc.ssthresh, 10 * MSS);
	assert_int_equal(flush(1000000, 3), MSS);
	for (seq_t i = 5; i <= 20; i++) {
		ack(3 + i, 0, MSS, i * MSS);
		sent += flush(1000000, 3 + i);
		assert_in_range(sent + 2 * MSS, (i - 4) / 2 * MSS, (i - 4) / 2 * MSS + 3 * MSS);
	}
	assert_in_range(txq_pipe(&q), 9 * MSS, 10 * MSS);
	assert_string_equal(ack(30, 20 * MSS, 0, 0), "leave recovery");
	assert_int_equal(cc.cwnd, 10 * MSS);
}

/* What is lost beyond the reduction is made up for without a burst, up to ssthresh (RFC 9937). */
static void
many_losses_leave_no_burst(void **state)
{
	cc.cwnd = 20 * MSS;
	flush(1000000, 1);
	ack(2, 0, 16 * MSS, 19 * MSS); /* 16 of 20 are lost */
	assert_int_equal(q.lost, 16 * MSS);
	assert_int_equal(cc.ssthresh, 10 * MSS);
	assert_int_equal(flush(1000000, 2), 3 * MSS); /* RFC 6675 alone: nine at once */
	ack(3, MSS, 16 * MSS, 19 * MSS);
	assert_int_equal(flush(1000000, 3), 2 * MSS);
}

/*
 * RFC 9937 ends recovery with cwnd at ssthresh, which may be from smaller segments. Less than one
 * segment would stop the connection for good.
 */
static void
recovery_ends_with_one_segment_at_least(void **state)
{
	struct recovery_next n;
	bool by_cwnd;

	cc.cwnd = 4 * MSS;
	flush(4 * MSS, 1);
	ack(2, 0, MSS, 4 * MSS);
	assert_int_equal(cc.ssthresh, 2 * MSS);
	flush(0, 2);
	cc_set_mss(&cc, 3 * MSS, false);
	assert_string_equal(ack(3, 4 * MSS, 0, 0), "leave recovery");
	assert_int_equal(cc.cwnd, 3 * MSS);
	assert_true(recovery_next(&rec, &q, &cc, 3 * MSS, &n, &by_cwnd));
}

/* With nothing in flight a whole segment may leave, however little was delivered. */
static void
recovery_lets_a_segment_leave_if_nothing_is_in_flight(void **state)
{
	cc.cwnd = 10 * MSS;
	flush(10 * MSS, 1);
	ack(2, 0, 6 * MSS, 9 * MSS);
	flush(0, 2);
	s = (struct ack_sample){.newly_delivered = 100, .now = 3};
	q.retx = 0;
	q.lost = txq_out(&q) - q.sacked;
	rec.prr.prr_out = rec.prr.prr_delivered;
	recovery_ack(&rec, &q, &cc, &s, 0);
	assert_int_equal(txq_pipe(&q), 0);
	assert_int_equal(cc.cwnd, MSS);
}

/* RFC 3042: the first two duplicates each allow a new segment. */
static void
limited_transmit_sends_new_data_on_the_first_duplicates(void **state)
{
	flush(1000000, 1);
	ack(2, 0, MSS, 2 * MSS);
	assert_int_equal(flush(1000000, 2), MSS);
	ack(2, 0, MSS, 3 * MSS);
	assert_int_equal(flush(1000000, 2), MSS);
}

/*
 * As on Linux, an ACK after reordering adds to cwnd what it delivers, not what duplicates have
 * reported before.
 */
static void
the_window_grows_by_what_is_newly_delivered(void **state)
{
	q.sack = false;
	flush(1000000, 1);
	ack(2, 0, 0, 0);
	assert_int_equal(flush(1000000, 2), MSS);
	ack(3, 0, 0, 0);
	assert_int_equal(flush(1000000, 3), MSS);
	ack(4, 3 * MSS, 0, 0);
	assert_int_equal(cc.cwnd, 11 * MSS);
	assert_int_equal(flush(1000000, 4), 2 * MSS);
}

/*
 * RFC 6582, 3.2: a partial ACK fills the next hole at once, the ACK of everything ends the
 * recovery, and old duplicates begin no new one.
 */
static void
newreno_fills_a_hole_a_round_trip(void **state)
{
	q.sack = false;
	flush(10 * MSS, 1);
	for (int i = 0; i < 3; i++)
		ack(2, 0, 0, 0);
	assert_int_equal(rec.state, CA_RECOVERY);
	assert_int_equal(flush(0, 3), MSS);
	assert_null(ack(4, 4 * MSS, 0, 0));
	assert_int_equal(flush(0, 5), MSS);
	assert_int_equal(q.una, 4 * MSS);
	assert_string_equal(ack(6, 10 * MSS, 0, 0), "leave recovery");
	flush(4 * MSS, 7);
	for (int i = 0; i < 5; i++)
		assert_null(ack(8, 10 * MSS, 0, 0));
	assert_int_equal(rec.episodes, 1);
}

/*
 * RFC 5681, 3.1 (4) and RFC 6298 (5.4): one segment after a timeout; a loss halves ssthresh once.
 */
static void
a_timeout_begins_again_with_one_segment(void **state)
{
	flush(10 * MSS, 1);
	recovery_timeout(&rec, &q, &cc, 100);
	assert_int_equal(cc.cwnd, MSS);
	assert_int_equal(cc.ssthresh, 5 * MSS);
	assert_int_equal(flush(0, 100), MSS);
	recovery_timeout(&rec, &q, &cc, 300);
	assert_int_equal(cc.ssthresh, 5 * MSS);
	assert_int_equal(flush(0, 300), MSS);
	ack(400, MSS, 0, 0);
	assert_int_equal(cc.cwnd, 2 * MSS);
	assert_int_equal(flush(0, 400), 2 * MSS);
	ack(500, 3 * MSS, 0, 0);
	assert_int_equal(cc.cwnd, 3 * MSS); /* RFC 3465, 2.3: one segment per ACK */
	assert_int_equal(flush(0, 500), 3 * MSS);
	assert_string_equal(ack(600, 10 * MSS, 0, 0), "leave RTO recovery");
}

/* Eifel (RFC 3522): the first ACK echoes a timestamp from before the retransmission. */
static void
a_spurious_timeout_is_undone_by_timestamps(void **state)
{
	recovery_init(&rec, true);
	flush(10 * MSS, 1);
	recovery_timeout(&rec, &q, &cc, 100);
	flush(0, 100);
	assert_string_equal(ack_ts(101, 2 * MSS, 0, 0, 1), "undo RTO");
	assert_int_equal(cc.ssthresh, CC_INFINITE);
	assert_true(cc.cwnd >= 10 * MSS);
	assert_int_equal(q.lost, 0);
	assert_null(txq_next_lost(&q));
}

static void
a_true_timeout_is_not_undone_by_timestamps(void **state)
{
	recovery_init(&rec, true);
	flush(10 * MSS, 1);
	recovery_timeout(&rec, &q, &cc, 100);
	flush(0, 100);
	assert_null(ack_ts(200, 1 * MSS, 0, 0, 100));
	assert_null(ack_ts(201, 3 * MSS, 0, 0, 1));
	assert_int_equal(rec.state, CA_LOSS);
	assert_int_equal(rec.undone, 0);
}

/* RFC 3708: every retransmission was reported as a duplicate, though after the recovery. */
static void
a_needless_recovery_is_undone_by_dsack(void **state)
{
	flush(10 * MSS, 1);
	ack(2, 0, MSS, 4 * MSS);
	assert_int_equal(rec.state, CA_RECOVERY);
	flush(0, 3);
	ack(4, 10 * MSS, 0, 0);
	assert_int_equal(cc.cwnd, 5 * MSS);
	assert_string_equal(ack(5, 10 * MSS, 0, MSS), "undo recovery");
	assert_true(cc.cwnd >= 10 * MSS);
	assert_int_equal(cc.ssthresh, CC_INFINITE);
}

/*
 * RFC 3708: a duplicate of what was not retransmitted was made by the network, and says nothing
 * about the recovery.
 */
static void
duplicates_by_the_network_undo_nothing(void **state)
{
	flush(10 * MSS, 1);
	ack(2, 0, MSS, 4 * MSS);
	flush(0, 3);
	ack(4, 10 * MSS, 0, 0);
	flush(5 * MSS, 5);
	assert_null(ack(6, 15 * MSS, 11 * MSS, 12 * MSS));
	assert_int_equal(s.dsack_octets, MSS);
	assert_int_equal(rec.undone, 0);
}

/*
 * RFC 6582, 3.2 (1): the recovery point matters until it is passed. Kept longer, it would lie ahead
 * again after half the sequence space.
 */
static void
recovery_point_is_forgotten_once_passed(void **state)
{
	q.sack = false;
	flush(10 * MSS, 1);
	for (unsigned i = 0; i < 3; i++)
		ack(2, 0, 0, 0);
	flush(0, 3);
	ack(4, 10 * MSS, 0, 0);
	assert_true(rec.has_point);
	flush(5 * MSS, 5);
	ack(6, 11 * MSS, 0, 0);
	assert_false(rec.has_point);
}

/* RFC 6675, 4, NextSeg() (4): the last segment is sent once more when nothing else can be sent. */
static void
the_rescue_retransmission_goes_once(void **state)
{
	struct recovery_next n;
	bool by_cwnd;

	flush(10 * MSS, 1);
	ack(2, 0, MSS, 9 * MSS); /* 0 and 9 are missing */
	assert_true(recovery_next(&rec, &q, &cc, 0, &n, &by_cwnd));
	recovery_sent(&rec, &q, &n, n.len, MSS, 3, 3);
	assert_true(recovery_next(&rec, &q, &cc, 0, &n, &by_cwnd));
	assert_int_equal(n.why, PKT_WHY_RETX_RESCUE);
	assert_int_equal(n.rec->node.seq, 9 * MSS);
	recovery_sent(&rec, &q, &n, n.len, MSS, 3, 3);
	assert_false(recovery_next(&rec, &q, &cc, 0, &n, &by_cwnd));
}

/* A segment that has just been sent again is in flight: the rescue does not repeat it. */
static void
the_rescue_does_not_repeat_a_retransmission(void **state)
{
	struct recovery_next n;
	bool by_cwnd;

	flush(4 * MSS, 1);
	ack(2, 0, MSS, 4 * MSS);
	assert_true(recovery_next(&rec, &q, &cc, 0, &n, &by_cwnd));
	recovery_sent(&rec, &q, &n, n.len, MSS, 3, 3);
	assert_false(recovery_next(&rec, &q, &cc, 0, &n, &by_cwnd));
}

/* RFC 5681, 4.1, with the decay of RFC 2861 as on Linux. */
static void
after_a_pause_the_window_shrinks_to_the_restart_window(void **state)
{
	cc.cwnd = 80 * MSS;
	cc_restart(&cc, 150, 200, 0);
	assert_int_equal(cc.cwnd, 80 * MSS);
	cc_restart(&cc, 450, 200, 0);
	assert_int_equal(cc.cwnd, 20 * MSS);
	cc_restart(&cc, 1000000, 200, 0);
	assert_int_equal(cc.cwnd, 10 * MSS);
}

/*
 * A whole transfer. Wire segments and ACKs are in an array, each with its time of arrival, and may
 * be lost or delayed. The receiver uses reass.
 */
enum { TOTAL = 400 * MSS, FLYING = 4096 };

struct flying {
	nsec_t when;
	uint64_t order; /* among those of the same time */
	bool is_ack;
	seq_t start, end; /* of a segment; start is also an ACK's number */
	struct seq_range sack[4];
	unsigned sacks;
	bool used;
};

struct path {
	struct flying f[FLYING];
	struct rng rng;
	uint32_t loss, reorder; /* per thousand */
	uint64_t sent;
};

static struct path path;

static void
path_take(struct flying f, nsec_t now)
{
	path.sent++;
	if (rng_below(&path.rng, 1000) < path.loss)
		return;
	f.when = now + 20 * MSEC + (rng_below(&path.rng, 1000) < path.reorder ? 15 * MSEC : 0);
	f.used = true;
	f.order = path.sent;
	for (unsigned i = 0; i < FLYING; i++) {
		if (!path.f[i].used) {
			path.f[i] = f;
			return;
		}
	}
	fail_msg("the path is full: something sends without end");
}

static struct flying *
path_next(void)
{
	struct flying *first = NULL;

	for (unsigned i = 0; i < FLYING; i++) {
		const struct flying *f = &path.f[i];

		if (f->used &&
		    (!first || f->when < first->when || (f->when == first->when && f->order < first->order)))
			first = &path.f[i];
	}
	return first;
}

static void
send_range(seq_t start, uint32_t len, nsec_t now)
{
	for (seq_t at = start; at != start + len;) {
		seq_t end = start + len - at > MSS ? at + MSS : start + len;

		path_take((struct flying){.start = at, .end = end}, now);
		at = end;
	}
}

static void
send_all(seq_t base, nsec_t now)
{
	struct recovery_next n;
	bool by_cwnd;

	while (recovery_next(&rec, &q, &cc, base + TOTAL - q.nxt, &n, &by_cwnd)) {
		seq_t start = n.rec ? n.rec->node.seq : q.nxt;

		assert_true(rec.first || txq_pipe(&q) + n.len <= cc.cwnd);
		assert_true(recovery_sent(&rec, &q, &n, n.len, MSS, (uint32_t)(now / MSEC), now));
		send_range(start, n.len, now);
	}
	cc_flushed(&cc, txq_pipe(&q), by_cwnd, q.una, q.nxt);
}

static void
receive(struct reass *r, struct pkt_pool *pool, seq_t *rcv_nxt, const struct flying *f, nsec_t now)
{
	static const uint8_t bytes[MSS];
	struct flying a = {.is_ack = true};
	struct list evicted = LIST_INIT(evicted);
	struct pkt *p;

	if (seq_leq(f->end, *rcv_nxt)) {
		reass_note_duplicate(r, f->start, f->end);
	} else if (seq_leq(f->start, *rcv_nxt)) {
		*rcv_nxt = f->end;
		while ((p = reass_pop(r, *rcv_nxt))) {
			*rcv_nxt += p->len;
			pkt_free(p);
		}
	} else {
		p = pkt_from_bytes(pool, bytes, f->end - f->start);
		if (reass_insert(r, f->start, p, SIZE_MAX, &evicted) != REASS_KEPT)
			pkt_free(p);
	}
	a.start = *rcv_nxt;
	a.sacks = reass_sack(r, a.sack, 4);
	path_take(a, now);
}

struct result {
	nsec_t took;
	uint32_t timeouts;
};

static struct result
transfer(uint64_t seed, uint32_t loss, uint32_t reorder, bool sack)
{
	struct pkt_pool *pool = pkt_pool_new(64 << 20);
	struct result result = {0};
	seq_t base, rcv_nxt;
	struct reass r;
	struct rto rto;
	nsec_t now = 1, timer;

	path = (struct path){.loss = loss, .reorder = reorder};
	rng_seed(&path.rng, seed);
	base = rcv_nxt = 0u - (seq_t)rng_below(&path.rng, TOTAL);
	txq_init(&q, &slab, base);
	q.sack = sack;
	cc_init(&cc, &cc_reno, MSS, base);
	cc_start(&cc, &(struct cc_start){.now = 0});
	recovery_init(&rec, false);
	rto_init(&rto);
	reass_init(&r);
	send_all(base, now);
	timer = now + rto.rto;
	for (int step = 0; q.una != base + TOTAL; step++) {
		struct flying *f = path_next();
		struct flying got;

		assert_true(step < 100000);
		if (!f || f->when > timer) {
			now = timer;
			rto_back_off(&rto);
			recovery_timeout(&rec, &q, &cc, now);
			result.timeouts++;
			send_all(base, now);
			timer = now + rto.rto;
			continue;
		}
		got = *f;
		f->used = false;
		now = got.when;
		if (!got.is_ack) {
			receive(&r, pool, &rcv_nxt, &got, now);
		} else if (seq_geq(got.start, q.una)) {
			struct ack_in in = {.ack = got.start, .sack = got.sack, .mss = MSS, .now = now};

			in.sacks = sack ? got.sacks : 0;
			in.dupack = got.start == q.una;
			txq_ack(&q, &in, &s);
			if (s.rtt)
				rto_sample(&rto, s.rtt, RTO_SAMPLES(s.prior_out, MSS));
			if (s.acked)
				timer = now + rto.rto;
			detect_loss(&q, &s, MSS);
			recovery_ack(&rec, &q, &cc, &s, 0);
			send_all(base, now);
		}
	}
	assert_int_equal(txq_pipe(&q), 0);
	assert_int_equal(rcv_nxt, base + TOTAL);
	assert_int_equal(slab.in_use, 0);
	reass_fini(&r);
	pool_end(pool);
	result.took = now;
	return result;
}

static void
a_clean_path_needs_no_retransmission(void **state)
{
	struct result r = transfer(1, 0, 0, true);

	assert_int_equal(r.timeouts, 0);
	assert_int_equal(q.retx_total, 0);
	assert_true(r.took < 8 * 40 * MSEC);
}

/* A loss in the middle of a window is repaired within a round trip, with SACK and without. */
static void
light_loss_rarely_waits_for_the_timer(void **state)
{
	for (int sack = 0; sack < 2; sack++) {
		uint32_t timeouts = 0;

		for (uint64_t seed = 1; seed <= 30; seed++)
			timeouts += transfer(seed, 10, 0, sack).timeouts;
		assert_true(timeouts <= (sack ? 8 : 25));
	}
}

static void
heavy_loss_and_reordering_end_with_every_octet(void **state)
{
	for (uint64_t seed = 1; seed <= 40; seed++) {
		transfer(seed, 100, 100, true);
		transfer(seed, 100, 100, false);
		transfer(seed, 300, 0, seed & 1);
	}
}

/* Reordering by more than three segments begins recoveries, which D-SACK undoes. */
static void
reordering_is_undone_by_dsack(void **state)
{
	uint32_t undone = 0;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		transfer(seed, 0, 30, true);
		undone += rec.undone;
	}
	assert_true(undone > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(the_initial_window_is_ten_segments),
	    T(slow_start_doubles_and_avoidance_adds_a_segment),
	    T(a_window_that_was_not_used_does_not_grow),
	    T(fast_recovery_halves_and_ends_at_the_recovery_point),
	    T(recovery_sends_evenly),
	    T(many_losses_leave_no_burst),
	    T(recovery_ends_with_one_segment_at_least),
	    T(recovery_lets_a_segment_leave_if_nothing_is_in_flight),
	    T(limited_transmit_sends_new_data_on_the_first_duplicates),
	    T(the_window_grows_by_what_is_newly_delivered),
	    T(newreno_fills_a_hole_a_round_trip),
	    T(a_timeout_begins_again_with_one_segment),
	    T(a_spurious_timeout_is_undone_by_timestamps),
	    T(a_true_timeout_is_not_undone_by_timestamps),
	    T(a_needless_recovery_is_undone_by_dsack),
	    T(duplicates_by_the_network_undo_nothing),
	    T(recovery_point_is_forgotten_once_passed),
	    T(the_rescue_retransmission_goes_once),
	    T(the_rescue_does_not_repeat_a_retransmission),
	    T(after_a_pause_the_window_shrinks_to_the_restart_window),
	    T(a_clean_path_needs_no_retransmission),
	    T(light_loss_rarely_waits_for_the_timer),
	    T(heavy_loss_and_reordering_end_with_every_octet),
	    T(reordering_is_undone_by_dsack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
