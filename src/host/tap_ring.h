/*
 * host/tap_ring.h - many frames of a TAP with one system call. A frame of MTU size costs the kernel
 * less than the call that it comes with; and a reader that the first of many frames has woken takes
 * the processor from us between two calls.
 *
 * What is to be written stays ours until the flush. What is read comes through buffers that stay,
 * which suits frames of MTU size: the copy costs less than the vector of a scattered read.
 */
#ifndef HOST_TAP_RING_H
#define HOST_TAP_RING_H

#include "host/vnet.h"
#include "pkt/queue.h"

#include <stdbool.h>
#include <sys/uio.h>

enum { TAP_VECTOR_MAX = PKT_SLICES + 2 };

/*
 * A frame as the device takes it, with @vnet behind the header that @hdr is filled with; returns
 * how many of @iov that makes.
 */
unsigned tap_vector(const struct pkt *frame, bool vnet, uint8_t hdr[static VNET_HDR_LEN],
    struct iovec iov[static TAP_VECTOR_MAX]);

struct tap_ring;

/* For a TAP that has been opened and not attached yet; NULL where that is not to be had. */
struct tap_ring *tap_ring_new(int fd);
void tap_ring_free(struct tap_ring *r);

/*
 * Frames that are there, without @vnet's header, each a packet that came at @stamp, at the end of
 * @came; false when there may be more. *@lost: how many there was no memory for.
 */
bool tap_ring_read(
    struct tap_ring *r, struct pkt_pool *pool, struct pkt_queue *came, nsec_t stamp, unsigned *lost);

/*
 * A frame, to be written by the next flush; false, with the frame still the caller's, when the ring
 * is full.
 */
bool tap_ring_put(struct tap_ring *r, struct pkt *frame, bool vnet);

/*
 * Write what was put, in that order. @written takes each frame back, and what became of it: 0 or a
 * negative errno.
 */
void tap_ring_flush(struct tap_ring *r, void (*written)(void *arg, struct pkt *frame, int e), void *arg);

#endif
