/*
 * link/emu.h - the emulated link: two ends, two directions, each with its own delay, jitter, loss,
 * duplication, reordering, corruption, rate and queue.
 *
 * It acts on frames of MTU size: super-segments are cut before they are looked at, but for those
 * whose pieces would all arrive at one instant without anybody having looked at them (nothing but a
 * delay in either direction, no capture, nobody who wants EVENT_LINK). It queues, and never calls a
 * stack: whoever drives it asks emu_next() for the time, and takes what has arrived with
 * emu_receive(). Each impairment of each direction draws from a generator of its own, one draw per
 * frame, so turning one on does not move the others' decisions.
 *
 * A frame's way: loss; duplication (the copy goes right behind, and shares the frame's number and
 * its draws, but its bits are not flipped); corruption; the queue and the rate; the delay, which a
 * reordered frame skips. Without a capture and corruption, checksums stay unfinished
 * (PKT_SUM_PARTIAL) all the way; a frame with a flipped bit is PKT_SUM_UNKNOWN. What became of a
 * frame is told (EVENT_LINK) after the tap has seen it.
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
	nsec_t delay;  /* one way */
	nsec_t jitter; /* uniform over delay - jitter to delay + jitter; order is kept unless reorder > 0 */
	uint32_t loss; /* parts per 1,000,000,000 of frames */
	uint32_t
	    burst; /* frames in a row that a loss takes on average (Gilbert's model); 0 or 1 = each frame is judged by itself */
	uint32_t dup;
	uint32_t reorder; /* this share of frames skips the delay and overtakes, as netem does */
	uint32_t corrupt; /* one bit flipped */
	uint64_t rate;    /* bit/s of Ethernet octets (header included, no preamble or FCS); 0 = unlimited */
	uint32_t queue;   /* frames that may wait for the rate; 0 = 1000 */
};

struct emu_config {
	struct emu_impair dir[2];
	uint64_t seed;
	struct core *drop_core[2]; /* whose counters and sink get the drops of frames sent by end 0, end 1 */
};

struct emu_counters { /* per direction */
	uint64_t frames, octets, delivered, delivered_octets;
	uint64_t lost, duplicated, reordered, corrupted, queue_full;
	uint64_t queue_max; /* the longest that the queue has been */
};

struct emu;

struct emu *emu_new(const struct emu_config *config);
void emu_free(struct emu *emu); /* frames under way are freed */

/* The wire of end @end (0 or 1), to be given to an interface. It lives as long as the link. */
struct wire *emu_wire(struct emu *emu, unsigned end);

/* Does either direction do more to frames than delay them all alike? */
bool emu_impairs(const struct emu *emu);

/* When the next frame arrives at either end; NSEC_NEVER when none is under way. */
nsec_t emu_next(const struct emu *emu);

/*
 * When the last of the frames that are under way in @dir will have arrived; in the past, or -2^63,
 * when there is none.
 */
nsec_t emu_last(const struct emu *emu, unsigned dir);

/*
 * The next frame that has arrived at end @end by @now; NULL when there is none. Its stamp is its
 * exact arrival time.
 */
struct pkt *emu_receive(struct emu *emu, unsigned end, nsec_t now);

/* Change the impairments of @dir from now on; frames under way keep their times. */
void emu_set(struct emu *emu, unsigned dir, const struct emu_impair *impair);

const struct emu_counters *emu_counters(const struct emu *emu, unsigned dir);

/*
 * Someone who sees each frame at both ends (a capture): @side 0 or 1, @sent true when end @side
 * sends it, before any impairment. Borrowed frames, checksums complete.
 */
void emu_tap(struct emu *emu,
    void (*fn)(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when), void *arg);

#endif
