/*
 * Super-segments stay whole on the emulated link if no one can see the difference. The result must
 * be the same as with a link that cuts each.
 */
#include "emu_rig.h"

#include <string.h>

/* A super-segment of @segs segments from sequence number @seq on. */
static struct pkt *
super_segment(struct emu_rig *r, seq_t seq, unsigned segs)
{
	struct pkt_block *block = pkt_block_new(r->pool, segs * RIG_MSS);
	struct pkt *p;

	memset(block->data, 7, segs * RIG_MSS);
	p = tcp_packet(r, block, segs * RIG_MSS, seq);
	pkt_block_unref(block);
	return p;
}

/* Which segments of a stream of 1000 super-segments arrived, how often and when, by number. */
struct seen {
	uint8_t times[12000];
	nsec_t when[12000];
	unsigned whole;
	struct emu_counters count;
};

static void
run(struct emu_rig *r, const struct emu_impair *up, bool watched, struct seen *seen)
{
	struct emu *emu;
	struct pkt *p;
	seq_t seq = 0;

	memset(seen, 0, sizeof *seen);
	r->sink.wants = watched ? 1u << EVENT_LINK : 0;
	emu = emu_up(r, up, 5);
	for (unsigned i = 0; i < 1000; i++) {
		unsigned segs = 1 + i % 12;

		transmit(emu, 0, super_segment(r, seq * RIG_MSS, segs), i * MSEC);
		seq += segs;
	}
	while ((p = emu_receive(emu, 1, NSEC_NEVER - 1))) {
		unsigned first = tcp_seq(p->l4) / RIG_MSS;

		seen->whole += p->segs > 1;
		for (unsigned i = first; i < first + p->segs; i++) {
			seen->times[i]++;
			seen->when[i] = p->stamp;
		}
		pkt_free(p);
	}
	seen->count = *emu_counters(emu, EMU_UP);
	emu_free(emu);
}

static void
assert_same(struct emu_rig *r, const struct emu_impair *up, bool some_whole)
{
	static struct seen alone, watched;

	run(r, up, true, &watched);
	run(r, up, false, &alone);
	assert_int_equal(watched.whole, 0);
	assert_true(some_whole == (alone.whole > 0));
	assert_memory_equal(alone.times, watched.times, sizeof alone.times);
	assert_memory_equal(alone.when, watched.when, sizeof alone.when);
	alone.count.queue_max = watched.count.queue_max;
	assert_memory_equal(&alone.count, &watched.count, sizeof alone.count);
}

static void
delay_alone_leaves_them_whole(void **state)
{
	struct emu_rig *r = *state;

	assert_same(r, &(struct emu_impair){0}, true);
	assert_same(r, &(struct emu_impair){.delay = 20 * MSEC}, true);
}

static void
what_treats_frames_differently_cuts_them(void **state)
{
	struct emu_rig *r = *state;

	assert_same(r, &(struct emu_impair){.rate = 100000000}, false);
	assert_same(r, &(struct emu_impair){.delay = 5 * MSEC, .loss = 20000000, .burst = 4}, false);
	assert_same(r, &(struct emu_impair){.delay = 5 * MSEC, .dup = 10000000, .reorder = 30000000}, false);
	assert_same(r, &(struct emu_impair){.corrupt = 10000000}, false);
	assert_same(r, &(struct emu_impair){.delay = 20 * MSEC, .jitter = 5 * MSEC}, false);
}

static void
ignore_frame(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when)
{
	assert_int_equal(frame->segs, 1);
}

static void
a_capture_sees_single_frames(void **state)
{
	struct emu_rig *r = *state;
	struct emu *emu = emu_up(r, &(struct emu_impair){0}, 5);
	struct pkt *p;

	emu_tap(emu, ignore_frame, NULL);
	transmit(emu, 0, super_segment(r, 0, 9), 0);
	for (unsigned i = 0; i < 9; i++) {
		p = emu_receive(emu, 1, 0);
		assert_int_equal(p->len, RIG_HEADERS + RIG_MSS);
		pkt_free(p);
	}
	assert_null(emu_receive(emu, 1, 0));
	emu_free(emu);
}

static void
super_segments_are_cut_before_impairments(void **state)
{
	struct emu_rig *r = *state;
	struct emu *emu = emu_up(r, &(struct emu_impair){.rate = 8000000}, 1);
	struct pkt *p;

	transmit(emu, 0, super_segment(r, 0, 10), 0);
	assert_int_equal(emu_counters(emu, EMU_UP)->frames, 10);
	assert_int_equal(emu_counters(emu, EMU_UP)->queue_max, 9);
	for (int i = 1; i <= 10; i++) {
		p = emu_receive(emu, 1, i * (RIG_HEADERS + RIG_MSS) * USEC);
		assert_non_null(p);
		assert_int_equal(p->len, RIG_HEADERS + RIG_MSS);
		assert_int_equal(p->sum, PKT_SUM_PARTIAL);
		pkt_free(p);
		assert_null(emu_receive(emu, 1, i * (RIG_HEADERS + RIG_MSS) * USEC));
	}
	emu_free(emu);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, emu_rig_setup, emu_rig_teardown)
	const struct CMUnitTest tests[] = {
	    T(delay_alone_leaves_them_whole),
	    T(what_treats_frames_differently_cuts_them),
	    T(a_capture_sees_single_frames),
	    T(super_segments_are_cut_before_impairments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
