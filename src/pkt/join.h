/*
 * pkt/join.h - joining what a wire brought piece by piece: the other way round from cutting
 * (pkt/seg.h).
 *
 * A join begins with one received TCP packet (l3 and l4 set, at most a link header before l3,
 * checksum known good), grows by those that follow, and ends by making the head's headers good.
 * Until then the head is the join's: nobody else reads it.
 */
#ifndef PKT_JOIN_H
#define PKT_JOIN_H

#include "base/seq.h"
#include "pkt/seg_hdr.h"

struct pkt_join {
	struct pkt *head;
	struct seg_hdr hdr; /* of the head */
	uint32_t have;      /* payload octets so far */
	uint32_t size;      /* of a full piece */
	seq_t next_seq;     /* of what would follow */
	bool fixed_id;      /* IPv4: the pieces share one ID */
	bool grown;
};

/*
 * May pkt_join_begin() be true of @p, whose data begins at the network header? A look at a few
 * octets says no of SYN, FIN, bare ACKs, and what ends a write.
 */
bool pkt_join_possible(const struct pkt *p);

/* May anything be joined behind @head? Borrows it. */
bool pkt_join_begin(struct pkt_join *j, struct pkt *head);

/*
 * Can @next be joined: same flow, flags, window, options, TTL, TOS, the next sequence number, a
 * size that a cut would have made? If so consumes it and returns true. Never joins what Linux's GRO
 * would not.
 */
bool pkt_join_more(struct pkt_join *j, struct pkt *next);

/*
 * The head is a packet again: a super-segment whose checksum is PKT_SUM_PARTIAL, or as it was when
 * nothing was joined.
 */
void pkt_join_end(struct pkt_join *j);

#endif
