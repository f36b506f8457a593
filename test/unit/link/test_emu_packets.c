/*
 * What the emulated link does to the octets and the checksum of a packet.
 */
#include "emu_rig.h"

#include <string.h>

static void
corruption_flips_one_bit_and_writes_to_nothing_shared(void **state)
{
	struct emu_rig *r = *state;
	struct emu *emu = emu_up(r, &(struct emu_impair){.corrupt = 1000000000}, 1);
	struct pkt_block *block = pkt_block_new(r->pool, 1000);
	uint8_t before[1040], after[1040], payload[1000];
	uint64_t where = 0;

	memset(block->data, 0x55, 1000);
	memcpy(payload, block->data, 1000);
	for (int i = 0; i < 500; i++) {
		struct pkt *p = tcp_packet(r, block, 1000, 3), *c = pkt_clone(p);
		unsigned flipped = 0;

		assert_true(pkt_complete_sum(c));
		pkt_copy_out(c, 0, before, sizeof before);
		pkt_free(c);
		c = pkt_clone(p);
		transmit(emu, 0, p, 0);
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
	assert_true(__builtin_popcountll(where) > 55); /* anywhere in the frame */
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
checksums_are_completed_only_for_a_tap(void **state)
{
	struct emu_rig *r = *state;
	struct emu *emu = emu_up(r, &(struct emu_impair){.delay = MSEC}, 1);
	struct pkt_block *block = pkt_block_new(r->pool, 1000);
	struct pkt *p;

	memset(block->data, 0, 1000);
	transmit(emu, 0, tcp_packet(r, block, 1000, 3), 10);
	p = emu_receive(emu, 1, SEC);
	assert_int_equal(p->sum, PKT_SUM_PARTIAL);
	pkt_free(p);
	emu_tap(emu, tap_complete_frames, NULL);
	transmit(emu, 0, tcp_packet(r, block, 1000, 3), 10);
	p = emu_receive(emu, 1, SEC);
	assert_int_equal(p->sum, PKT_SUM_VALID);
	pkt_free(p);
	assert_int_equal(tapped_sent, 1);
	assert_int_equal(tapped_received, 1);
	pkt_block_unref(block);
	emu_free(emu);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, emu_rig_setup, emu_rig_teardown)
	const struct CMUnitTest tests[] = {
	    T(corruption_flips_one_bit_and_writes_to_nothing_shared),
	    T(checksums_are_completed_only_for_a_tap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
