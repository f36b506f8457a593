/*
 * host/vnet.h - the virtio-net header before each frame of a TAP: what has been left for the other
 * side to do. (Virtual I/O Device version 1.2, 5.1.6.) Pure: marks on packets to octets and back.
 */
#ifndef HOST_VNET_H
#define HOST_VNET_H

#include "pkt/pkt.h"

#include <stdbool.h>

enum { VNET_HDR_LEN = 10 };

/*
 * Write the header for @frame as it stands: l4 set wherever the checksum is partial or it is a
 * super-segment.
 */
void vnet_write(uint8_t hdr[static VNET_HDR_LEN], const struct pkt *frame);

/*
 * Put the marks that @hdr tells of on @frame: l3, l4, l3_len, sum, sum_off, seg, seg_size, segs.
 * @raw_ip: the frame begins at the network header. False when the header lies about the frame, or
 * tells of an offload that was not asked for; the frame must then be dropped.
 */
bool vnet_read(const uint8_t hdr[static VNET_HDR_LEN], struct pkt *frame, bool raw_ip);

#endif
