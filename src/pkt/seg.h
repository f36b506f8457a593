/*
 * pkt/seg.h - cutting super-segments into what a wire takes, and joining what a wire brought.
 *
 * Works on packets whose data begins at the network header (l3 == data) or at the link header before it, with l3 and l4 set.
 * Keeps what the wire must see: lengths, IPv4 ID (one more per piece), sequence numbers, PSH and FIN only on the last piece, CWR only on
 * the first, checksums (each piece is PKT_SUM_PARTIAL if the whole was, else complete).
 */
#ifndef PKT_SEG_H
#define PKT_SEG_H

#include "base/list.h"
#include "pkt/pkt.h"

/* Consumes @p; appends its pieces of at most seg_size payload octets to @out (@p itself, when it is not a super-segment). 0, or -LEAT_ENOMEM with @p freed and @out as before. */
int pkt_cut(struct pkt *p, struct list *out);

/* Can @next (one received TCP packet: headers parsed, checksum known good) be joined behind @head: same flow, flags, options, the next sequence number, sizes that a cut would have made? If so consumes @next and returns true. */
bool pkt_join(struct pkt *head, struct pkt *next);

#endif
