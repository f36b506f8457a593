/*
 * host/tap_ring.h - reads and writes many frames of a TAP with one system call. For a frame of MTU
 * size, the system call costs more than the frame. Also, the first of several frames wakes the
 * reader, which could take the processor from Leat before the next call.
 *
 * The ring owns frames to be written until the flush. Frames are read into buffers of the ring and
 * copied from there. For frames of MTU size, the copy costs less than a scattered read.
 */
#ifndef HOST_TAP_RING_H
#define HOST_TAP_RING_H

#include "host/vnet.h"
#include "pkt/queue.h"

#include <stdbool.h>
#include <sys/uio.h>

enum { TAP_VECTOR_MAX = PKT_SLICES + 2 };

/*
 * Fills @iov with the parts of @frame, for the device. With @vnet, fills @hdr and puts it before
 * the frame. Returns the number of parts.
 */
unsigned tap_vector(const struct pkt *frame, bool vnet, uint8_t hdr[static VNET_HDR_LEN],
    struct iovec iov[static TAP_VECTOR_MAX]);

struct tap_ring;

/*
 * Makes a ring for @fd, a TAP that is open and not attached yet; @fd is borrowed. Returns NULL
 * without memory, or if the kernel does not offer what uring.h needs.
 */
struct tap_ring *tap_ring_new(int fd);
void tap_ring_free(struct tap_ring *r);

/*
 * Reads frames without waiting, and appends them to @came as packets with the time @stamp. The
 * frames have no virtio-net header. Returns false if the device may have more. *@lost is the number
 * of frames that were lost because there was no memory.
 */
bool tap_ring_read(
    struct tap_ring *r, struct pkt_pool *pool, struct pkt_queue *came, nsec_t stamp, unsigned *lost);

/*
 * Takes @frame, which the next flush writes. Returns false if the ring is full; then the frame is
 * still the caller's.
 */
bool tap_ring_put(struct tap_ring *r, struct pkt *frame, bool vnet);

/*
 * Writes the frames of tap_ring_put(), in that order. Calls @written for each: it gets the frame
 * back, and the result, 0 or a negative errno.
 */
void tap_ring_flush(struct tap_ring *r, void (*written)(void *arg, struct pkt *frame, int e), void *arg);

#endif
