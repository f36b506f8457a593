/*
 * link/emu_queue.h - the transmitter with its queue, and the frames in flight. Private to the
 * emulated link.
 */
#ifndef LINK_EMU_QUEUE_H
#define LINK_EMU_QUEUE_H

#include "base/nsec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkt;

/*
 * A transmitter that sends one frame after the other at a rate. It holds no frames: for each
 * waiting frame it only keeps the time at which its transmission begins.
 */
struct emu_line {
	nsec_t free; /* when the last frame has left, ... */
	/* ... plus this many (1 / rate) nanoseconds, so that rounding errors do not add up */
	uint64_t rest;
	nsec_t *begins; /* a ring with the start times of the waiting frames, in order */
	size_t head, count, size;
};

void emu_line_fini(struct emu_line *line);

/* Returns how many frames wait at @now. The frame that is being sent does not count. */
size_t emu_line_waiting(struct emu_line *line, nsec_t now);

/*
 * Sends a frame of @octets at @now. *@left becomes the time when its last bit has left at @rate
 * bit/s (0 = at once). Returns false if @limit frames wait already, or without memory; the frame is
 * then not sent.
 */
bool emu_line_send(
    struct emu_line *line, uint64_t rate, size_t limit, uint32_t octets, nsec_t now, nsec_t *left);

struct emu_flight {
	nsec_t arrives;
	uint64_t number; /* of the frame in its direction */
	uint64_t order;  /* of frames that arrive at one instant, the first sent comes first */
	struct pkt *pkt;
};

/*
 * Frames in flight. A frame that arrives after all earlier ones goes to the end of a ring; where
 * the order is kept, all do. A frame that overtakes goes into a heap.
 */
struct emu_air {
	struct emu_flight *ring, *heap;
	size_t head, count, size; /* of the ring */
	size_t heap_count, heap_size;
	uint64_t order;
};

/* Frees the ring and the heap. The caller has taken the frames out before. */
void emu_air_fini(struct emu_air *air);

/* Puts @pkt in flight. Returns false without memory; the caller then keeps @pkt. */
bool emu_air_put(struct emu_air *air, struct pkt *pkt, uint64_t number, nsec_t arrives);

/* Returns the next frame to arrive, or NULL if there is none. */
const struct emu_flight *emu_air_first(const struct emu_air *air);

/* Removes the frame that emu_air_first() returned. */
void emu_air_remove_first(struct emu_air *air);

#endif
