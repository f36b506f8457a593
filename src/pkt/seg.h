/*
 * pkt/seg.h - cuts super-segments into packets that a wire can take. pkt/join.h joins received
 * packets.
 *
 * The data of the packet begins at the network header (l3 == data) or at the link header before it;
 * l3 and l4 are set. The pieces are as a sender without super-segments would have made them.
 * Lengths and checksums are right (partial if the whole's was, otherwise complete). The IPv4 ID
 * counts up, unless fixed_id is set. Sequence numbers advance. Only the last piece has PSH and FIN,
 * only the first has CWR. URG is set on the pieces that begin before the urgent data ends. IPv4
 * options and IPv6 extension headers are the same in each piece.
 */
#ifndef PKT_SEG_H
#define PKT_SEG_H

#include "base/list.h"
#include "pkt/pkt.h"

/*
 * Returns how many octets of headers each piece of the super-segment @p would repeat. Returns 0 if
 * the headers do not fit @p->seg.
 */
uint32_t pkt_seg_headers(struct pkt *p);

/*
 * Consumes @p. Appends its pieces of at most seg_size payload octets to @out; appends @p itself if
 * it is no super-segment. Returns 0. On failure @p is freed, @out is unchanged, and the result is
 * -LEAT_ENOMEM at the pool's limit or -LEAT_EINVAL if the headers do not fit @p->seg.
 */
int pkt_cut(struct pkt *p, struct list *out);

/*
 * Does the same as pkt_cut(), and gives every piece a complete checksum, for a wire without
 * checksum offload. A packet that is no super-segment is not changed.
 */
int pkt_cut_complete(struct pkt *p, struct list *out);

#endif
