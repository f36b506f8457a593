/*
 * Super-segments on the emulated link: whole where nobody could tell, and then nothing may differ from the same link that cuts each.
 */
#include "base/bytes.h"
#include "core/core.h"
#include "link/emu.h"
#include "wire/ip4.h"
#include "wire/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { MSS = 1000, HEADERS = IP4_HDR_LEN + TCP_HDR_LEN };

static struct pkt_pool *pool;
static struct core *core;

static void
hear(struct sink *sink, const struct event *e)
{
}

static struct sink sink = {.emit = hear};

static int
setup(void **state)
{
	struct core_config config = {.number = 1, .seed = 1, .sink = &sink};

	sink.wants = 0;
	config.pool = pool = pkt_pool_new(64 << 20);
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
link_with(const struct emu_impair *up)
{
	struct emu_config config = {.dir[EMU_UP] = *up, .seed = 5, .drop_core = {core, core}};
	struct emu *emu = emu_new(&config);

	assert_non_null(emu);
	return emu;
}

/* @segs segments from sequence number @seq on. */
static struct pkt *
super_segment(seq_t seq, unsigned segs)
{
	struct ipaddr src = ipaddr_v4(0x0a000001), dst = ipaddr_v4(0x0a000002);
	struct pkt_block *block = pkt_block_new(pool, segs * MSS);
	struct pkt *p = pkt_new(pool);

	memset(block->data, 7, segs * MSS);
	assert_true(pkt_append(p, block, 0, segs * MSS));
	pkt_block_unref(block);
	p->l4 = pkt_push(p, TCP_HDR_LEN);
	tcp_put(p->l4, 1, 2, seq, 4, TCP_HDR_LEN, TCP_ACK, 100);
	p->l3 = pkt_push(p, IP4_HDR_LEN);
	ip4_put(p->l3, 0, (uint16_t)p->len, 1, IP4_DF, 64, IP_PROTO_TCP, &src, &dst);
	p->l3_len = IP4_HDR_LEN;
	p->sum = PKT_SUM_PARTIAL;
	p->sum_off = TCP_SUM;
	p->seg = segs > 1 ? PKT_SEG_TCP4 : PKT_SEG_NONE;
	p->seg_size = MSS;
	p->segs = (uint16_t)segs;
	return p;
}

/* Which segments arrived, how often, and when: by number, from a stream of 1000 super-segments. */
struct seen {
	uint8_t times[12000];
	nsec_t when[12000];
	unsigned whole;
	struct emu_counters count;
};

static void
run(const struct emu_impair *up, bool watched, struct seen *seen)
{
	struct emu *emu;
	struct pkt *p;
	seq_t seq = 0;

	memset(seen, 0, sizeof *seen);
	sink.wants = watched ? 1u << EVENT_LINK : 0;
	emu = link_with(up);
	for (unsigned i = 0; i < 1000; i++) {
		unsigned segs = 1 + i % 12;

		emu_wire(emu, 0)->transmit(emu_wire(emu, 0), super_segment(seq * MSS, segs), i * MSEC);
		seq += segs;
	}
	while ((p = emu_receive(emu, 1, NSEC_NEVER - 1))) {
		unsigned first = tcp_seq(p->l4) / MSS;

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
assert_same(const struct emu_impair *up, bool some_whole)
{
	static struct seen alone, watched;

	run(up, true, &watched);
	run(up, false, &alone);
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
	assert_same(&(struct emu_impair){0}, true);
	assert_same(&(struct emu_impair){.delay = 20 * MSEC}, true);
}

static void
what_tells_frames_apart_cuts_them(void **state)
{
	assert_same(&(struct emu_impair){.rate = 100000000}, false);
	assert_same(&(struct emu_impair){.delay = 5 * MSEC, .loss = 20000000, .burst = 4}, false);
	assert_same(&(struct emu_impair){.delay = 5 * MSEC, .dup = 10000000, .reorder = 30000000}, false);
	assert_same(&(struct emu_impair){.corrupt = 10000000}, false);
	assert_same(&(struct emu_impair){.delay = 20 * MSEC, .jitter = 5 * MSEC}, false);
}

static void
ignore_frame(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when)
{
	assert_int_equal(frame->segs, 1);
}

static void
a_capture_sees_single_frames(void **state)
{
	struct emu *emu = link_with(&(struct emu_impair){0});
	struct pkt *p;

	emu_tap(emu, ignore_frame, NULL);
	emu_wire(emu, 0)->transmit(emu_wire(emu, 0), super_segment(0, 9), 0);
	for (unsigned i = 0; i < 9; i++) {
		p = emu_receive(emu, 1, 0);
		assert_int_equal(p->len, HEADERS + MSS);
		pkt_free(p);
	}
	assert_null(emu_receive(emu, 1, 0));
	emu_free(emu);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(delay_alone_leaves_them_whole, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_tells_frames_apart_cuts_them, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_capture_sees_single_frames, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
