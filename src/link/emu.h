/*
 * link/emu.h - the emulated link: two ends and two directions, each direction with its own delay,
 * jitter, loss, duplication, reordering, corruption, rate and queue.
 *
 * It acts on frames of MTU size. A super-segment is cut first, unless both directions do nothing
 * but delay and no capture or subscriber of EVENT_LINK sees single frames: its pieces would then
 * all arrive at one instant. The link queues frames and never calls a stack. Its driver asks
 * emu_next() for the next arrival and takes frames with emu_receive(). Each impairment of each
 * direction has its own stream of random numbers, one for each frame, so that switching one on does
 * not change what the others do.
 *
 * A frame goes through these steps: loss; duplication (the copy follows directly, with the same
 * number and random numbers, but its bits are not flipped); corruption; the queue and the rate; the
 * delay, which a reordered frame skips. Without capture and corruption, checksums stay partial
 * (PKT_SUM_PARTIAL). A frame with a flipped bit is PKT_SUM_UNKNOWN. Each event (EVENT_LINK) is
 * reported after the capture has seen the frame.
 */
#ifndef LINK_EMU_H
#define LINK_EMU_H

#include "base/nsec.h"
#include "core/iface.h"
#include "pkt/pkt.h"

#include <stdbool.h>
#include <stdint.h>

struct core;

enum { EMU_UP = 0, EMU_DOWN = 1 }; /* up: from end 0 to end 1 */

struct emu_impair {
	nsec_t delay; /* in one direction */
	/*
	 * uniform between delay - jitter and delay + jitter; the order is kept unless reorder > 0
	 */
	nsec_t jitter;
	uint32_t loss; /* parts per 1,000,000,000 of frames */
	/*
	 * average number of consecutive frames that a loss takes (Gilbert's model); 0 or 1 = each
	 * frame is lost or kept independently
	 */
	uint32_t burst;
	uint32_t dup;
	uint32_t reorder; /* this share of frames skips the delay and overtakes others, as in netem */
	uint32_t corrupt; /* this share of frames gets one bit flipped */
	/*
	 * bit/s, counting Ethernet octets with header but without preamble and FCS; 0 = unlimited
	 */
	uint64_t rate;
	uint32_t queue; /* frames that may wait for the rate; 0 = 1000 */
};

struct emu_config {
	struct emu_impair dir[2];
	uint64_t seed;
	/* the cores that count and report the drops of frames sent by end 0 and end 1 */
	struct core *drop_core[2];
};

struct emu_counters { /* for one direction */
	uint64_t frames, octets, delivered, delivered_octets;
	uint64_t lost, duplicated, reordered, corrupted, queue_full;
	uint64_t queue_max; /* the largest number of frames that have waited at once */
};

struct emu;

struct emu *emu_new(const struct emu_config *config);
void emu_free(struct emu *emu); /* also frees the frames in flight */

/* Returns the wire of end @end (0 or 1), for an interface. It lives as long as the link. */
struct wire *emu_wire(struct emu *emu, unsigned end);

/* Returns true if either direction does more than delay all frames equally. */
bool emu_impairs(const struct emu *emu);

/* Returns when the next frame arrives at either end, or NSEC_NEVER if none is in flight. */
nsec_t emu_next(const struct emu *emu);

/*
 * Returns when the last frame in flight in @dir arrives. The time is in the past, or -2^63, if
 * there is none.
 */
nsec_t emu_last(const struct emu *emu, unsigned dir);

/*
 * Returns the next frame that has arrived at end @end by @now, or NULL. Its stamp is its exact
 * arrival time.
 */
struct pkt *emu_receive(struct emu *emu, unsigned end, nsec_t now);

/* Changes the impairments of @dir from now on. Frames in flight keep their arrival times. */
void emu_set(struct emu *emu, unsigned dir, const struct emu_impair *impair);

const struct emu_counters *emu_counters(const struct emu *emu, unsigned dir);

/*
 * Sets a callback that sees each frame at both ends (a capture). @side is 0 or 1. @sent is true
 * when end @side sends the frame, before any impairment. Frames are borrowed, with complete
 * checksums.
 */
void emu_tap(struct emu *emu,
    void (*fn)(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when), void *arg);

#endif
