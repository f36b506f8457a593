/*
 * test/unit/link/emu_rig.h - a packet pool and a core for tests of the emulated link, with numbered
 * frames to send over it, and TCP packets that may be super-segments.
 */
#ifndef TEST_LINK_EMU_RIG_H
#define TEST_LINK_EMU_RIG_H

/* cmocka needs these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/core.h"
#include "link/emu.h"
#include "wire/ip4.h"
#include "wire/tcp.h"

enum { RIG_POOL = 64 << 20, RIG_MSS = 1000, RIG_HEADERS = IP4_HDR_LEN + TCP_HDR_LEN };

struct emu_rig {
	struct pkt_pool *pool;
	struct core *core; /* counts what the link drops */
	struct sink sink;  /* receives the link's events; a test may set sink.wants to 0 */
	uint64_t verdicts[LINK_DELIVERED + 1];
	nsec_t delivered_when; /* time of the last delivery */
};

/* Makes a pool of @limit octets, and a core. */
void emu_rig_start(struct emu_rig *r, size_t limit);
/*
 * Ends the rig. The test has freed its links and packets before. Asserts that the pool is full
 * again.
 */
void emu_rig_end(struct emu_rig *r);

/* The same for cmocka: *state is the emu_rig. */
int emu_rig_setup(void **state);
int emu_rig_teardown(void **state);

/*
 * Returns a link that impairs frames from end 0 to end 1 as @up says, and frames in the other
 * direction not at all.
 */
struct emu *emu_up(struct emu_rig *r, const struct emu_impair *up, uint64_t seed);

/* Sends a frame of @len octets that carries @number. */
void send(struct emu_rig *r, struct emu *emu, unsigned end, uint32_t number, size_t len, nsec_t now);

/*
 * Returns the number of the next frame to arrive at @end, and its time. Returns -1 if none is left.
 */
int64_t receive(struct emu *emu, unsigned end, nsec_t *when);

/* Checks that the next frame arrives at end 1 exactly at @at, and is @number. */
void assert_arrives(struct emu_rig *r, struct emu *emu, int64_t number, nsec_t at);

/* Sends @p from @end. */
static inline void
transmit(struct emu *emu, unsigned end, struct pkt *p, nsec_t now)
{
	struct wire *w = emu_wire(emu, end);

	w->transmit(w, p, now);
}

/*
 * Returns a TCP packet over IPv4 with the first @payload octets of @block, which it shares, at
 * sequence number @seq. Its checksum is partial. With a payload over RIG_MSS it is a super-segment.
 * Returns NULL if the pool is empty.
 */
struct pkt *tcp_packet(struct emu_rig *r, struct pkt_block *block, uint32_t payload, seq_t seq);

#endif
