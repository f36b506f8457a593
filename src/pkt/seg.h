/*
 * pkt/seg.h - cutting super-segments into what a wire takes. Joining what a wire brought is
 * pkt/join.h's.
 *
 * Works on packets whose data begins at the network header (l3 == data) or at the link header
 * before it, with l3 and l4 set. Keeps what the wire must see: lengths, IPv4 ID (one more per
 * piece, unless fixed_id), sequence numbers, PSH and FIN only on the last piece, CWR only on the
 * first, the urgent pointer on the pieces that it points beyond the start of, checksums (each piece
 * is PKT_SUM_PARTIAL if the whole was, else complete). IPv4 options and IPv6 extension headers are
 * the same in each.
 */
#ifndef PKT_SEG_H
#define PKT_SEG_H

#include "base/list.h"
#include "pkt/pkt.h"

/*
 * Octets of headers that each piece of the super-segment @p would repeat; 0 when they are not what
 * @p->seg says.
 */
uint32_t pkt_seg_headers(struct pkt *p);

/*
 * Consumes @p; appends its pieces of at most seg_size payload octets to @out (@p itself, when it is
 * not a super-segment). 0, or with @p freed and @out as before: -LEAT_ENOMEM at the pool's limit,
 * -LEAT_EINVAL when the headers are not what @p->seg says.
 */
int pkt_cut(struct pkt *p, struct list *out);

/*
 * The same, and every piece has its checksum: for a wire that does not compute any. (@p itself,
 * when it is not a super-segment, stays as it is.)
 */
int pkt_cut_complete(struct pkt *p, struct list *out);

#endif
