/*
 * The emulated link with all impairments at once: each frame that is sent arrives or is counted,
 * times only go forward, and memory is given back. Also the limits of the settings.
 */
#include "base/rng.h"
#include "emu_rig.h"
#include "wire/checksum.h"

#include <string.h>

enum { ALL = 1000000000 };

struct storm {
	struct emu_rig rig;
	struct pkt_block *payload;
	struct emu *emu;
	struct rng rng;
	nsec_t now, last[2];
	uint64_t tapped[2][2]; /* by side, then by sent */
};

static void
storm_start(struct storm *s, uint64_t seed, size_t limit)
{
	struct emu_config emu = {.seed = seed};

	memset(s, 0, sizeof *s);
	rng_seed(&s->rng, seed);
	emu_rig_start(&s->rig, limit);
	s->rig.sink.wants = 0;
	emu.drop_core[0] = emu.drop_core[1] = s->rig.core;
	s->emu = emu_new(&emu);
	s->payload = pkt_block_new(s->rig.pool, 16384);
	assert_true(s->emu && s->payload);
	memset(s->payload->data, 0x5a, s->payload->size);
}

static void
storm_end(struct storm *s)
{
	emu_free(s->emu);
	for (size_t i = 0; i < s->payload->size; i++)
		assert_int_equal(s->payload->data[i], 0x5a); /* no shared octet was written to */
	pkt_block_unref(s->payload);
	emu_rig_end(&s->rig);
}

static uint32_t
share(struct storm *s)
{
	return rng_below(&s->rng, 3) ? 0 : (uint32_t)rng_below(&s->rng, ALL / 5);
}

static struct emu_impair
any_impair(struct storm *s)
{
	struct rng *r = &s->rng;

	return (struct emu_impair){
	    .delay = rng_below(r, 3) ? 0 : (nsec_t)rng_below(r, 20 * MSEC),
	    .jitter = rng_below(r, 3) ? 0 : (nsec_t)rng_below(r, 30 * MSEC),
	    .loss = share(s),
	    .burst = (uint32_t)rng_below(r, 4),
	    .dup = share(s),
	    .reorder = share(s),
	    .corrupt = share(s),
	    .rate = rng_below(r, 2) ? 0 : 1 + rng_below(r, 1000000000),
	    .queue = (uint32_t)rng_below(r, 20),
	};
}

static void
count_frame(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when)
{
	struct storm *s = arg;

	assert_int_not_equal(frame->sum, PKT_SUM_PARTIAL);
	assert_int_equal(frame->seg, PKT_SEG_NONE);
	assert_true(sent ? when == s->now : when <= s->now);
	s->tapped[side][sent]++;
}

/* A frame without a flipped bit has a right checksum. A frame with one must be verified. */
static void
check_frame(struct pkt *p)
{
	struct ipaddr src, dst;

	if (p->sum == PKT_SUM_UNKNOWN)
		return;
	assert_true(pkt_complete_sum(p) && pkt_need(p, IP4_HDR_LEN));
	src = ip4_src(p->data);
	dst = ip4_dst(p->data);
	assert_int_equal(pkt_sum_range(p, IP4_HDR_LEN, p->len - IP4_HDR_LEN,
			     checksum_pseudo(&src, &dst, IP_PROTO_TCP, p->len - IP4_HDR_LEN)),
	    0xffff);
}

/* Takes all frames that have arrived. */
static void
drain(struct storm *s)
{
	for (unsigned end = 0; end < 2; end++) {
		struct pkt *p;

		while ((p = emu_receive(s->emu, end, s->now))) {
			assert_true(p->stamp <= s->now && p->stamp >= s->last[end]);
			s->last[end] = p->stamp;
			check_frame(p);
			pkt_free(p);
		}
	}
	assert_true(emu_next(s->emu) > s->now);
}

/*
 * The frames that were sent, and the copies, equal the frames that arrived and those that were
 * counted.
 */
static void
assert_all_accounted_for(struct storm *s)
{
	const struct emu_counters *up = emu_counters(s->emu, EMU_UP), *down = emu_counters(s->emu, EMU_DOWN);
	const uint64_t *drops = s->rig.core->drops;
	uint64_t lost = up->lost + down->lost, full = up->queue_full + down->queue_full;

	assert_int_equal(emu_next(s->emu), NSEC_NEVER);
	assert_int_equal(drops[DROP_LINK_LOSS], lost);
	assert_int_equal(drops[DROP_LINK_QUEUE], full);
	/*
	 * An empty pool may also have prevented a copy, or dropped a super-segment before it was
	 * cut.
	 */
	assert_in_range(up->frames + down->frames + up->duplicated + down->duplicated,
	    up->delivered + down->delivered + lost + full,
	    up->delivered + down->delivered + lost + full + drops[DROP_POOL_EMPTY]);
	if (drops[DROP_POOL_EMPTY] == 0) {
		assert_int_equal(s->tapped[0][1], up->frames);
		assert_int_equal(s->tapped[1][1], down->frames);
		assert_int_equal(s->tapped[1][0], up->delivered);
		assert_int_equal(s->tapped[0][0], down->delivered);
	}
}

/* Number of packets that an empty pool dropped. */
static uint64_t
rage(uint64_t seed, size_t limit)
{
	struct storm s;
	uint64_t empty;
	bool tapped = seed % 2;

	storm_start(&s, seed, limit);
	if (tapped)
		emu_tap(s.emu, count_frame, &s);
	for (int step = 0; step < 400; step++) {
		unsigned end = (unsigned)rng_below(&s.rng, 2);
		struct pkt *p = tcp_packet(&s.rig, s.payload,
		    (uint32_t)rng_below(&s.rng, rng_below(&s.rng, 4) ? RIG_MSS : 16384), 3);

		if (p)
			transmit(s.emu, end, p, s.now);
		if (rng_below(&s.rng, 20) == 0) {
			struct emu_impair impair = any_impair(&s);

			emu_set(s.emu, end, &impair);
		}
		if (rng_below(&s.rng, 2))
			s.now += (nsec_t)rng_below(&s.rng, 2 * MSEC);
		if (rng_below(&s.rng, 2))
			drain(&s);
	}
	while (emu_next(s.emu) != NSEC_NEVER) {
		s.now = nsec_max(emu_next(s.emu), s.now);
		drain(&s);
	}
	if (tapped)
		assert_all_accounted_for(&s);
	empty = s.rig.core->drops[DROP_POOL_EMPTY];
	storm_end(&s);
	return empty;
}

static void
every_frame_comes_out_or_is_counted(void **state)
{
	for (uint64_t seed = 0; seed < 200; seed++)
		assert_int_equal(rage(seed, 16 << 20), 0);
}

/* With so small a pool, every step fails at some time. */
static void
an_empty_pool_loses_frames_and_nothing_else(void **state)
{
	uint64_t empty = 0;

	for (uint64_t seed = 0; seed < 200; seed++)
		empty += rage(seed, 16384 + 4000 + (seed * 997) % 60000);
	assert_true(empty > 1000);
}

static void
settings_at_the_ends_of_their_ranges_do_no_harm(void **state)
{
	static const struct emu_impair ends[] = {
	    {.delay = NSEC_NEVER, .jitter = NSEC_NEVER},
	    {.delay = NSEC_NEVER, .jitter = NSEC_NEVER, .reorder = 1},
	    {.jitter = NSEC_NEVER},
	    {.rate = 1},
	    {.rate = UINT64_MAX},
	    {.rate = 1, .queue = 1, .delay = NSEC_NEVER},
	    {.queue = UINT32_MAX, .rate = 7},
	    {.loss = UINT32_MAX,
		.dup = UINT32_MAX,
		.reorder = UINT32_MAX,
		.corrupt = UINT32_MAX,
		.burst = UINT32_MAX},
	    {.loss = 1, .burst = UINT32_MAX},
	    {.loss = ALL - 1, .burst = 2},
	};

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		for (int early = 0; early < 2; early++) {
			struct storm s;

			storm_start(&s, i, 16 << 20);
			s.now = early ? 0 : NSEC_NEVER - SEC;
			emu_set(s.emu, EMU_UP, &ends[i]);
			for (int k = 0; k < 50; k++) {
				transmit(
				    s.emu, 0, tcp_packet(&s.rig, s.payload, 1 + (uint32_t)k * 100, 3), s.now);
				drain(&s);
			}
			storm_end(&s);
		}
	}
}

/* A frame without octets has no bit to flip and takes no time. */
static void
an_empty_frame_passes(void **state)
{
	struct storm s;
	struct pkt *p;

	storm_start(&s, 1, 1 << 20);
	emu_set(s.emu, EMU_UP, &(struct emu_impair){.corrupt = ALL, .rate = 1000});
	transmit(s.emu, 0, pkt_new(s.rig.pool), 5);
	p = emu_receive(s.emu, 1, 5);
	assert_non_null(p);
	assert_int_equal(p->len, 0);
	pkt_free(p);
	storm_end(&s);
}

static void
a_wrong_super_segment_is_dropped_and_counted(void **state)
{
	struct storm s;
	struct pkt *p;

	storm_start(&s, 1, 1 << 20);
	p = tcp_packet(&s.rig, s.payload, 5000, 3);
	p->l4[TCP_OFFSET] = 0xf0;
	p->l3[0] = 0x46;
	transmit(s.emu, 0, p, 0);
	assert_int_equal(s.rig.core->drops[DROP_SEG_BAD], 1);
	assert_int_equal(emu_counters(s.emu, EMU_UP)->frames, 0);
	storm_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_frame_comes_out_or_is_counted),
	    cmocka_unit_test(an_empty_pool_loses_frames_and_nothing_else),
	    cmocka_unit_test(settings_at_the_ends_of_their_ranges_do_no_harm),
	    cmocka_unit_test(an_empty_frame_passes),
	    cmocka_unit_test(a_wrong_super_segment_is_dropped_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
