/*
 * host/vnet.h - the virtio-net header before each frame of a TAP: which checksum and segmentation
 * the sender has left to the receiver (Virtual I/O Device version 1.2, 5.1.6). It converts marks on
 * packets to octets and back. It does no I/O.
 */
#ifndef HOST_VNET_H
#define HOST_VNET_H

#include "pkt/pkt.h"

#include <stdbool.h>

enum { VNET_HDR_LEN = 10 };

/*
 * Writes the header for @frame. Its l4 must be set if its checksum is partial or it is a
 * super-segment.
 */
void vnet_write(uint8_t hdr[static VNET_HDR_LEN], const struct pkt *frame);

/*
 * Reads @hdr, and sets the marks on @frame: l3, l4, l3_len, sum, sum_off, seg, seg_size, segs. If
 * @raw_ip, the frame begins at the network header. Returns false if @hdr does not fit the frame, or
 * names an offload that Leat did not ask for. Then the caller must drop the frame.
 */
bool vnet_read(const uint8_t hdr[static VNET_HDR_LEN], struct pkt *frame, bool raw_ip);

#endif
