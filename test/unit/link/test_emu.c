/*
 * The emulated link: exact times, repeatable decisions, and nothing left behind.
 */
#include "base/rng.h"
#include "core/core.h"
#include "link/emu.h"
#include "link/emu_queue.h"
#include "wire/ip4.h"
#include "wire/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FRAMES = 20000 };

static struct pkt_pool *pool;
static struct core *core;

static struct {
	struct sink sink;
	uint64_t verdicts[LINK_DELIVERED + 1];
	nsec_t delivered_when;
} heard;

static void
hear(struct sink *sink, const struct event *e)
{
	if (e->kind != EVENT_LINK)
		return;
	heard.verdicts[e->link.verdict]++;
	if (e->link.verdict == LINK_DELIVERED)
		heard.delivered_when = e->when;
}

static int
setup(void **state)
{
	struct core_config config = {.number = 1, .seed = 1, .sink = &heard.sink};

	memset(&heard, 0, sizeof heard);
	heard.sink.emit = hear;
	heard.sink.wants = 1u << EVENT_LINK;
	pool = pkt_pool_new(64 << 20);
	config.pool = pool;
	core = core_new(&config);
	return pool && core ? 0 : -1;
}

static int
teardown(void **state)
{
	core_free(core);
	assert_int_equal(pkt_pool_in_use(pool), 0);
	pkt_pool_free(pool);
	return 0;
}

static struct emu *
emu_up(const struct emu_impair *up, uint64_t seed)
{
	struct emu_config config = {.dir[EMU_UP] = *up, .seed = seed, .drop_core = {core, core}};
	struct emu *emu = emu_new(&config);

	assert_non_null(emu);
	return emu;
}

/* A frame of @len octets that bears @number. */
static void
send(struct emu *emu, unsigned end, uint32_t number, size_t len, nsec_t now)
{
	uint8_t octets[2000] = {0};
	struct wire *w = emu_wire(emu, end);

	be32_put(octets, number);
	w->transmit(w, pkt_from_bytes(pool, octets, len), now);
}

/* The number of the next frame to arrive at @end, and when; -1 when there is none. */
static int64_t
receive(struct emu *emu, unsigned end, nsec_t *when)
{
	struct pkt *p = emu_receive(emu, end, NSEC_NEVER - 1);
	uint8_t number[4];

	if (!p)
		return -1;
	pkt_copy_out(p, 0, number, 4);
	*when = p->stamp;
	pkt_free(p);
	return be32_get(number);
}

static void
assert_arrives(struct emu *emu, int64_t number, nsec_t at)
{
	nsec_t when;

	assert_int_equal(emu_next(emu), at);
	assert_null(emu_receive(emu, 1, at - 1));
	assert_int_equal(receive(emu, 1, &when), number);
	assert_int_equal(when, at);
	assert_int_equal(heard.delivered_when, at);
}

static void
without_impairments_frames_arrive_at_once_in_order(void **state)
{
	struct emu *emu = emu_up(&(struct emu_impair){0}, 1);
	nsec_t when;

	assert_int_equal(emu_next(emu), NSEC_NEVER);
	for (uint32_t i = 0; i < 100; i++)
		send(emu, 0, i, 60, 5);
	send(emu, 1, 7, 60, 6);
	for (uint32_t i = 0; i < 100; i++)
		assert_arrives(emu, i, 5);
	assert_int_equal(receive(emu, 1, &when), -1);
	assert_int_equal(receive(emu, 0, &when), 7);
	assert_int_equal(emu_counters(emu, EMU_UP)->delivered, 100);
	assert_int_equal(emu_counters(emu, EMU_UP)->delivered_octets, 6000);
	assert_int_equal(emu_counters(emu, EMU_DOWN)->frames, 1);
	emu_free(emu);
}

static void
delay_is_exact_and_each_direction_has_its_own(void **state)
{
	struct emu_config config = {.dir = {{.delay = 40 * MSEC}, {.delay = 3}}};
	struct emu *emu = emu_new(&config);
	nsec_t when;

	send(emu, 0, 1, 60, 1000);
	send(emu, 1, 2, 60, 2000);
	assert_int_equal(emu_next(emu), 2003);
	assert_null(emu_receive(emu, 0, 2002));
	assert_int_equal(receive(emu, 0, &when), 2);
	assert_int_equal(when, 2003);
	assert_int_equal(receive(emu, 1, &when), 1);
	assert_int_equal(when, 40 * MSEC + 1000);
	emu_free(emu);
}

/* 1,514 octets at 10 Mbit/s take 1,211,200 ns. */
static void
rate_sends_one_frame_after_the_other(void **state)
{
	struct emu *emu = emu_up(&(struct emu_impair){.rate = 10000000, .delay = MSEC}, 1);

	for (uint32_t i = 0; i < 10; i++)
		send(emu, 0, i, 1514, 0);
	for (uint32_t i = 0; i < 10; i++)
		assert_arrives(emu, i, (i + 1) * 1211200 + MSEC);
	/* Idle since then: it begins anew when the next frame comes. */
	send(emu, 0, 10, 100, SEC);
	assert_arrives(emu, 10, SEC + 80000 + MSEC);
	emu_free(emu);
}

/* However the rate divides, frame n has left after exactly n times its bits: nothing is rounded twice. */
static void
rate_does_not_drift(void **state)
{
	static const uint64_t rates[] = {7, 999999937, 56000, 33333333333, 1000000007};

	for (unsigned r = 0; r < sizeof rates / sizeof rates[0]; r++) {
		struct emu *emu = emu_up(&(struct emu_impair){.rate = rates[r], .queue = FRAMES}, 1);
		uint64_t bits = 0;
		nsec_t when;

		for (uint32_t i = 0; i < 5000; i++)
			send(emu, 0, i, 60 + i % 1000, 0);
		for (uint32_t i = 0; i < 5000; i++) {
			bits += (60 + i % 1000) * 8;
			assert_int_equal(receive(emu, 1, &when), i);
			assert_int_equal(when, (uint64_t)((unsigned __int128)bits * 1000000000 / rates[r]));
		}
		emu_free(emu);
	}
}

static void
queue_holds_what_waits_and_not_what_is_in_flight(void **state)
{
	/* A frame takes 1 ms, then flies for a second. */
	struct emu *emu = emu_up(&(struct emu_impair){.rate = 8000000, .queue = 5, .delay = SEC}, 1);
	const struct emu_counters *count = emu_counters(emu, EMU_UP);
	nsec_t when;

	for (uint32_t i = 0; i < 10; i++)
		send(emu, 0, i, 1000, 0);
	assert_int_equal(count->queue_full, 4); /* one is being sent, five wait */
	assert_int_equal(count->queue_max, 5);
	assert_int_equal(core->drops[DROP_LINK_QUEUE], 4);
	assert_int_equal(heard.verdicts[LINK_QUEUE_FULL], 4);
	/* At 1 ms the second frame's sending begins, and one place is free. */
	send(emu, 0, 10, 1000, MSEC - 1);
	assert_int_equal(count->queue_full, 5);
	send(emu, 0, 11, 1000, MSEC);
	send(emu, 0, 12, 1000, MSEC);
	assert_int_equal(count->queue_full, 6);
	/* All six in flight: the queue is empty. */
	for (uint32_t i = 20; i < 26; i++)
		send(emu, 0, i, 1000, 500 * MSEC);
	assert_int_equal(count->queue_full, 6);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(receive(emu, 1, &when), i);
	assert_int_equal(receive(emu, 1, &when), 11);
	assert_int_equal(when, SEC + 7 * MSEC);
	assert_int_equal(receive(emu, 1, &when), 20);
	assert_int_equal(when, SEC + 501 * MSEC);
	emu_free(emu); /* five are still under way */
}

static void
queue_of_zero_means_a_thousand(void **state)
{
	struct emu *emu = emu_up(&(struct emu_impair){.rate = 1000}, 1);

	for (uint32_t i = 0; i < 1100; i++)
		send(emu, 0, i, 60, 0);
	assert_int_equal(emu_counters(emu, EMU_UP)->queue_full, 99);
	emu_free(emu);
}

/* What arrived of FRAMES frames sent one a microsecond, in order of arrival. */
struct log {
	size_t count;
	uint32_t number[2 * FRAMES];
	nsec_t when[2 * FRAMES];
	struct emu_counters counters;
};

static struct log *
run(const struct emu_impair *up, uint64_t seed)
{
	struct emu *emu = emu_up(up, seed);
	struct log *log = calloc(1, sizeof *log);
	int64_t number;

	for (uint32_t i = 0; i < FRAMES; i++)
		send(emu, 0, i, 60, i * USEC);
	while ((number = receive(emu, 1, &log->when[log->count])) >= 0)
		log->number[log->count++] = (uint32_t)number;
	log->counters = *emu_counters(emu, EMU_UP);
	emu_free(emu);
	return log;
}

/* Within five standard deviations (about 190 for 2%, 650 for 50%) of the share. */
static void
assert_share(uint64_t count, uint32_t ppb)
{
	double share = ppb / 1e9, sigma2 = FRAMES * share * (1 - share), off = (double)count - FRAMES * share;

	assert_true(off * off <= 25 * sigma2);
}

static void
shares_are_as_asked(void **state)
{
	static const uint32_t shares[] = {0, 1000000, 20000000, 500000000, 1000000000};

	for (unsigned i = 0; i < sizeof shares / sizeof shares[0]; i++) {
		struct log *loss = run(&(struct emu_impair){.loss = shares[i]}, i);
		struct log *all = run(
		    &(struct emu_impair){
			.dup = shares[i], .corrupt = shares[i], .reorder = shares[i], .delay = 50 * USEC},
		    i);

		assert_share(loss->counters.lost, shares[i]);
		assert_int_equal(loss->count, FRAMES - loss->counters.lost);
		assert_share(all->counters.duplicated, shares[i]);
		assert_share(all->counters.corrupted, shares[i]);
		assert_share(all->counters.reordered, shares[i]);
		assert_int_equal(all->count, FRAMES + all->counters.duplicated);
		free(loss);
		free(all);
	}
}

static void
bursts_have_the_length_and_the_share_asked_for(void **state)
{
	struct log *log = run(&(struct emu_impair){.loss = 20000000, .burst = 5}, 21);
	size_t runs = 0;

	for (size_t i = 1; i < log->count; i++)
		runs += log->number[i] != log->number[i - 1] + 1;
	/* About 400 frames lost in 80 runs; the deviation of the count is some 60, that of the mean length 0.5. */
	assert_in_range(log->counters.lost, 200, 600);
	assert_in_range(log->counters.lost * 10 / runs, 35, 65);
	free(log);
	log = run(&(struct emu_impair){.loss = 0, .burst = 5}, 21);
	assert_int_equal(log->counters.lost, 0);
	free(log);
	log = run(&(struct emu_impair){.loss = 1000000000, .burst = 5}, 21);
	assert_int_equal(log->counters.lost, FRAMES);
	free(log);
}

static void
a_seed_repeats_exactly_and_another_differs(void **state)
{
	struct emu_impair up = {.delay = MSEC,
	    .jitter = 200 * USEC,
	    .loss = 10000000,
	    .dup = 10000000,
	    .reorder = 10000000,
	    .rate = 1000000000};
	struct log *a = run(&up, 7), *b = run(&up, 7), *c = run(&up, 8);

	assert_memory_equal(a, b, sizeof *a);
	assert_memory_not_equal(a, c, sizeof *a);
	free(a);
	free(b);
	free(c);
}

/* Which numbers arrived more than once, a bit each. */
static uint8_t *
doubles(const struct log *log)
{
	uint8_t *seen = calloc(2, FRAMES);

	for (size_t i = 0; i < log->count; i++)
		if (seen[log->number[i]]++)
			seen[FRAMES + log->number[i]] = 1;
	return seen;
}

static void
loss_does_not_move_the_other_decisions(void **state)
{
	struct emu_impair up = {.dup = 50000000, .delay = MSEC, .jitter = 100 * USEC, .reorder = 1};
	struct log *without = run(&up, 3), *with;
	uint8_t *dup0 = doubles(without), *dup1;
	nsec_t *when = calloc(FRAMES, sizeof *when);

	up.loss = 100000000;
	with = run(&up, 3);
	dup1 = doubles(with);
	for (size_t i = 0; i < without->count; i++)
		when[without->number[i]] = without->when[i];
	for (size_t i = 0; i < with->count; i++)
		assert_int_equal(with->when[i], when[with->number[i]]);
	for (size_t i = 0; i < FRAMES; i++)
		if (dup1[i])
			assert_int_equal(dup1[FRAMES + i], dup0[FRAMES + i]);
	assert_true(with->counters.lost > FRAMES / 20);
	free(when);
	free(dup0);
	free(dup1);
	free(with);
	free(without);
}

static void
jitter_is_uniform_about_the_delay(void **state)
{
	/* With reordering allowed (though next to never drawn) each frame keeps its own time. */
	struct log *log = run(&(struct emu_impair){.delay = MSEC, .jitter = 100 * USEC, .reorder = 1}, 11);
	nsec_t least = NSEC_NEVER, most = 0;
	int64_t sum = 0;

	for (size_t i = 0; i < log->count; i++) {
		nsec_t delay = log->when[i] - log->number[i] * USEC;

		least = nsec_min(least, delay);
		most = nsec_max(most, delay);
		sum += delay - MSEC;
	}
	assert_true(least >= 900 * USEC && least < 901 * USEC);
	assert_true(most <= 1100 * USEC && most > 1099 * USEC);
	assert_true(llabs(sum / FRAMES) < 3 * USEC); /* its deviation is 0.4 */
	free(log);
}

static void
jitter_keeps_order_unless_reordering_is_asked_for(void **state)
{
	struct emu_impair up = {.delay = MSEC, .jitter = 900 * USEC};
	struct log *kept = run(&up, 5), *mixed;
	size_t overtook = 0;

	for (size_t i = 0; i < FRAMES; i++) {
		assert_int_equal(kept->number[i], i);
		assert_true(i == 0 || kept->when[i] >= kept->when[i - 1]);
	}
	up.reorder = 1;
	mixed = run(&up, 5);
	for (size_t i = 1; i < FRAMES; i++) {
		overtook += mixed->number[i] < mixed->number[i - 1];
		assert_true(mixed->when[i] >= mixed->when[i - 1]);
	}
	assert_true(overtook > FRAMES / 10);
	free(kept);
	free(mixed);
}

static void
reordered_frames_skip_the_delay(void **state)
{
	struct log *log = run(&(struct emu_impair){.delay = MSEC, .reorder = 100000000}, 9);
	uint64_t early = 0;

	for (size_t i = 0; i < FRAMES; i++) {
		nsec_t delay = log->when[i] - log->number[i] * USEC;

		assert_true(delay == 0 || delay == MSEC);
		early += delay == 0;
	}
	assert_int_equal(early, log->counters.reordered);
	assert_true(early > 0);
	free(log);
}

static void
duplicate_comes_right_behind(void **state)
{
	struct emu *emu = emu_up(&(struct emu_impair){.dup = 1000000000, .rate = 8000000}, 1);

	send(emu, 0, 1, 1000, 0);
	send(emu, 0, 2, 1000, 0);
	assert_arrives(emu, 1, MSEC);
	assert_arrives(emu, 1, 2 * MSEC);
	assert_arrives(emu, 2, 3 * MSEC);
	assert_arrives(emu, 2, 4 * MSEC);
	assert_int_equal(heard.verdicts[LINK_DUPLICATED], 2);
	emu_free(emu);
}

static void
lost_frames_are_counted_and_told(void **state)
{
	struct emu *emu = emu_up(&(struct emu_impair){.loss = 1000000000, .dup = 1000000000}, 1);

	send(emu, 0, 1, 100, 0);
	assert_int_equal(emu_next(emu), NSEC_NEVER);
	assert_int_equal(core->drops[DROP_LINK_LOSS], 1);
	assert_int_equal(heard.verdicts[LINK_SENT], 1);
	assert_int_equal(heard.verdicts[LINK_LOST], 1);
	assert_int_equal(heard.verdicts[LINK_DUPLICATED], 0);
	emu_free(emu);
}

/* A TCP packet over IPv4 without a link header, its checksum left partial; the payload is in a block that others see, too. */
static struct pkt *
tcp_packet(uint32_t payload, struct pkt_block *block)
{
	struct ipaddr src = ipaddr_v4(0x0a000001), dst = ipaddr_v4(0x0a000002);
	struct pkt *p = pkt_new(pool);

	assert_true(pkt_append(p, block, 0, payload));
	p->l4 = pkt_push(p, TCP_HDR_LEN);
	tcp_put(p->l4, 1, 2, 3, 4, TCP_HDR_LEN, TCP_ACK, 100);
	be16_put(p->l4 + TCP_SUM, 0x1234); /* whatever: it is only completed */
	p->l3 = pkt_push(p, IP4_HDR_LEN);
	ip4_put(p->l3, 0, (uint16_t)p->len, 1, IP4_DF, 64, IP_PROTO_TCP, &src, &dst);
	p->l3_len = IP4_HDR_LEN;
	p->sum = PKT_SUM_PARTIAL;
	p->sum_off = TCP_SUM;
	return p;
}

static void
corruption_flips_one_bit_and_writes_to_nothing_shared(void **state)
{
	struct emu *emu = emu_up(&(struct emu_impair){.corrupt = 1000000000}, 1);
	struct pkt_block *block = pkt_block_new(pool, 1000);
	uint8_t before[1040], after[1040], payload[1000];
	uint64_t where = 0;

	memset(block->data, 0x55, 1000);
	memcpy(payload, block->data, 1000);
	for (int i = 0; i < 500; i++) {
		struct pkt *p = tcp_packet(1000, block), *c = pkt_clone(p);
		unsigned flipped = 0;

		assert_true(pkt_complete_sum(c));
		pkt_copy_out(c, 0, before, sizeof before);
		pkt_free(c);
		c = pkt_clone(p);
		emu_wire(emu, 0)->transmit(emu_wire(emu, 0), p, 0);
		p = emu_receive(emu, 1, 0);
		assert_int_equal(p->len, sizeof after);
		assert_int_equal(p->sum, PKT_SUM_UNKNOWN);
		pkt_copy_out(p, 0, after, sizeof after);
		for (size_t k = 0; k < sizeof after; k++) {
			flipped += (unsigned)__builtin_popcount(before[k] ^ after[k]);
			where |= before[k] != after[k] ? UINT64_C(1) << k / 17 : 0;
		}
		assert_int_equal(flipped, 1);
		assert_memory_equal(block->data, payload, 1000);
		assert_int_equal(c->sum, PKT_SUM_PARTIAL);
		pkt_free(p);
		pkt_free(c);
	}
	assert_true(__builtin_popcountll(where) > 55); /* everywhere in the frame */
	pkt_block_unref(block);
	emu_free(emu);
}

static unsigned tapped_sent, tapped_received;

static void
tap_complete_frames(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when)
{
	assert_int_equal(frame->sum, PKT_SUM_VALID);
	assert_int_equal(side, sent ? 0 : 1);
	assert_int_equal(when, sent ? 10 : 10 + MSEC);
	tapped_sent += sent;
	tapped_received += !sent;
}

static void
checksums_are_completed_for_a_tap_alone(void **state)
{
	struct emu *emu = emu_up(&(struct emu_impair){.delay = MSEC}, 1);
	struct pkt_block *block = pkt_block_new(pool, 1000);
	struct pkt *p;

	memset(block->data, 0, 1000);
	emu_wire(emu, 0)->transmit(emu_wire(emu, 0), tcp_packet(1000, block), 10);
	p = emu_receive(emu, 1, SEC);
	assert_int_equal(p->sum, PKT_SUM_PARTIAL);
	pkt_free(p);
	emu_tap(emu, tap_complete_frames, NULL);
	emu_wire(emu, 0)->transmit(emu_wire(emu, 0), tcp_packet(1000, block), 10);
	p = emu_receive(emu, 1, SEC);
	assert_int_equal(p->sum, PKT_SUM_VALID);
	pkt_free(p);
	assert_int_equal(tapped_sent, 1);
	assert_int_equal(tapped_received, 1);
	pkt_block_unref(block);
	emu_free(emu);
}

static void
super_segments_are_cut_before_they_are_judged(void **state)
{
	struct emu *emu = emu_up(&(struct emu_impair){.rate = 8000000}, 1);
	struct pkt_block *block = pkt_block_new(pool, 10000);
	struct pkt *p = tcp_packet(10000, block);

	memset(block->data, 0, 10000);
	p->seg = PKT_SEG_TCP4;
	p->seg_size = 1000;
	p->segs = 10;
	emu_wire(emu, 0)->transmit(emu_wire(emu, 0), p, 0);
	assert_int_equal(emu_counters(emu, EMU_UP)->frames, 10);
	assert_int_equal(emu_counters(emu, EMU_UP)->queue_max, 9);
	for (int i = 1; i <= 10; i++) {
		p = emu_receive(emu, 1, i * 1040 * USEC);
		assert_non_null(p);
		assert_int_equal(p->len, 1040);
		assert_int_equal(p->sum, PKT_SUM_PARTIAL);
		pkt_free(p);
		assert_null(emu_receive(emu, 1, i * 1040 * USEC));
	}
	pkt_block_unref(block);
	emu_free(emu);
}

static void
change_on_the_way_keeps_the_times_of_what_is_under_way(void **state)
{
	struct emu *emu = emu_up(&(struct emu_impair){.delay = 10 * MSEC}, 1);

	send(emu, 0, 1, 60, 0);
	emu_set(emu, EMU_UP, &(struct emu_impair){.delay = MSEC});
	send(emu, 0, 2, 60, 1); /* order is kept all the same */
	emu_set(emu, EMU_UP, &(struct emu_impair){.delay = MSEC, .reorder = 1});
	send(emu, 0, 3, 60, 2);
	assert_arrives(emu, 3, MSEC + 2);
	assert_arrives(emu, 1, 10 * MSEC);
	assert_arrives(emu, 2, 10 * MSEC);
	emu_free(emu);
}

static int
by_time_then_order(const void *a, const void *b)
{
	const struct emu_flight *x = a, *y = b;

	if (x->arrives != y->arrives)
		return x->arrives < y->arrives ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Whatever the times, frames come out by time, and those of one instant as they went in. */
static void
frames_in_flight_come_out_by_time_then_order(void **state)
{
	static struct emu_flight model[3000];
	struct emu_air air = {0};
	struct rng r;
	size_t n = 0, head = 0;
	nsec_t now = 0;

	rng_seed(&r, 4);
	for (uint64_t i = 1; i <= 3000; i++) {
		nsec_t at = now + (nsec_t)rng_below(&r, i % 3 ? 50 : 2000);

		assert_true(emu_air_put(&air, NULL, i, at));
		model[n++] = (struct emu_flight){.arrives = at, .number = i};
		qsort(model + head, n - head, sizeof model[0], by_time_then_order);
		while (head < n && (i == 3000 || rng_below(&r, 100) < 49)) {
			const struct emu_flight *f = emu_air_first(&air);

			assert_int_equal(f->arrives, model[head].arrives);
			assert_int_equal(f->number, model[head].number);
			now = f->arrives;
			emu_air_remove_first(&air);
			head++;
		}
	}
	assert_null(emu_air_first(&air));
	emu_air_fini(&air);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		without_impairments_frames_arrive_at_once_in_order, setup, teardown),
	    cmocka_unit_test_setup_teardown(delay_is_exact_and_each_direction_has_its_own, setup, teardown),
	    cmocka_unit_test_setup_teardown(rate_sends_one_frame_after_the_other, setup, teardown),
	    cmocka_unit_test_setup_teardown(rate_does_not_drift, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		queue_holds_what_waits_and_not_what_is_in_flight, setup, teardown),
	    cmocka_unit_test_setup_teardown(queue_of_zero_means_a_thousand, setup, teardown),
	    cmocka_unit_test_setup_teardown(shares_are_as_asked, setup, teardown),
	    cmocka_unit_test_setup_teardown(bursts_have_the_length_and_the_share_asked_for, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_seed_repeats_exactly_and_another_differs, setup, teardown),
	    cmocka_unit_test_setup_teardown(loss_does_not_move_the_other_decisions, setup, teardown),
	    cmocka_unit_test_setup_teardown(jitter_is_uniform_about_the_delay, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		jitter_keeps_order_unless_reordering_is_asked_for, setup, teardown),
	    cmocka_unit_test_setup_teardown(reordered_frames_skip_the_delay, setup, teardown),
	    cmocka_unit_test_setup_teardown(duplicate_comes_right_behind, setup, teardown),
	    cmocka_unit_test_setup_teardown(lost_frames_are_counted_and_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		corruption_flips_one_bit_and_writes_to_nothing_shared, setup, teardown),
	    cmocka_unit_test_setup_teardown(checksums_are_completed_for_a_tap_alone, setup, teardown),
	    cmocka_unit_test_setup_teardown(super_segments_are_cut_before_they_are_judged, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		change_on_the_way_keeps_the_times_of_what_is_under_way, setup, teardown),
	    cmocka_unit_test_setup_teardown(frames_in_flight_come_out_by_time_then_order, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
