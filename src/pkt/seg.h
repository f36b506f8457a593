/*
 * pkt/seg.h - cutting super-segments into what a wire takes, and joining what a wire brought.
 *
 * Works on packets whose data begins at the network header (l3 == data) or at the link header before it, with l3 and l4 set.
 * Keeps what the wire must see: lengths, IPv4 ID (one more per piece, unless fixed_id), sequence numbers, PSH and FIN only on
 * the last piece, CWR only on the first, the urgent pointer on the pieces that it points beyond the start of, checksums (each
 * piece is PKT_SUM_PARTIAL if the whole was, else complete). IPv4 options and IPv6 extension headers are the same in each.
 */
#ifndef PKT_SEG_H
#define PKT_SEG_H

#include "base/list.h"
#include "pkt/pkt.h"

/*
 * Consumes @p; appends its pieces of at most seg_size payload octets to @out (@p itself, when it is not a super-segment). 0, or with @p freed
 * and @out as before: -LEAT_ENOMEM at the pool's limit, -LEAT_EINVAL when the headers are not what @p->seg says.
 */
int pkt_cut(struct pkt *p, struct list *out);

/*
 * Can @next (one received TCP packet: headers parsed, nothing behind the payload, checksum known good) be joined behind @head: same
 * flow, flags, window, options, TTL, TOS, the next sequence number, sizes that a cut would have made? If so consumes @next
 * and returns true. @head's checksum then is PKT_SUM_PARTIAL. Never joins what Linux's GRO would not.
 */
bool pkt_join(struct pkt *head, struct pkt *next);

#endif
