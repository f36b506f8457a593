/*
 * host/tap_ring.h - many frames with one system call, for a TAP without offloads: a frame of MTU size costs the kernel less than the call it comes
 * with, and a reader that the first frame of many has woken takes the processor from us between two calls.
 *
 * Frames are copied through buffers that stay: what that costs, the vectors of a scattered read or write would cost the kernel.
 */
#ifndef HOST_TAP_RING_H
#define HOST_TAP_RING_H

#include "pkt/queue.h"

#include <stdbool.h>

struct tap_ring;

/* For a TAP that has been opened and not attached yet; NULL where that is not to be had. */
struct tap_ring *tap_ring_new(int fd);
void tap_ring_free(struct tap_ring *r);

/*
 * Frames that are there, each a packet that came at @stamp, at the end of @came; false when there may be more. *@lost: how many there was no memory for.
 */
bool tap_ring_read(
    struct tap_ring *r, struct pkt_pool *pool, struct pkt_queue *came, nsec_t stamp, unsigned *lost);

/* Copy a frame, to be written by the next flush; false when it is too large or the ring is full. */
bool tap_ring_put(struct tap_ring *r, const struct pkt *frame);

/* Write what was put, in that order. @refused is told of each frame that the device did not take, and with which errno. */
void tap_ring_flush(
    struct tap_ring *r, void (*refused)(void *arg, const uint8_t *at, uint32_t len, int e), void *arg);

#endif
