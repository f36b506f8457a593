/*
 * link/emu_queue.h - the transmitter with frames waiting for it, and the frames in flight. Private
 * to the emulated link.
 */
#ifndef LINK_EMU_QUEUE_H
#define LINK_EMU_QUEUE_H

#include "base/nsec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkt;

/*
 * A transmitter that sends one frame after the other at a rate. Frames do not lie in it: what waits
 * is known by the time at which its sending begins.
 */
struct emu_line {
	nsec_t free;    /* when the last frame has left, and ... */
	uint64_t rest;  /* ... this many (1 / rate) nanoseconds later, so that no rounding adds up */
	nsec_t *begins; /* of the frames that wait, a ring, in order */
	size_t head, count, size;
};

void emu_line_fini(struct emu_line *line);

/* How many frames wait at @now. The one that is being sent does not. */
size_t emu_line_waiting(struct emu_line *line, nsec_t now);

/*
 * A frame of @octets comes at @now: *@left is when its last bit has left at @rate bit/s (0 = at
 * once). False, and the frame does not go, when @limit frames wait (or without memory).
 */
bool emu_line_send(
    struct emu_line *line, uint64_t rate, size_t limit, uint32_t octets, nsec_t now, nsec_t *left);

struct emu_flight {
	nsec_t arrives;
	uint64_t number; /* of the frame in its direction */
	uint64_t order;  /* of those that arrive at one instant, the first sent is first */
	struct pkt *pkt;
};

/*
 * Frames in flight. One that arrives after all before it (every one, where order is kept) goes at
 * the end of a ring; one that overtakes goes in a heap.
 */
struct emu_air {
	struct emu_flight *ring, *heap;
	size_t head, count, size; /* of the ring */
	size_t heap_count, heap_size;
	uint64_t order;
};

/* The frames in it are the caller's to take out first. */
void emu_air_fini(struct emu_air *air);

/* False without memory; then @pkt is still the caller's. */
bool emu_air_put(struct emu_air *air, struct pkt *pkt, uint64_t number, nsec_t arrives);

/* The next to arrive; NULL when there is none. */
const struct emu_flight *emu_air_first(const struct emu_air *air);

/* Takes out what emu_air_first() told. */
void emu_air_remove_first(struct emu_air *air);

#endif
