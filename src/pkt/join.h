/*
 * pkt/join.h - joins packets that a wire brought one by one: the reverse of cutting (pkt/seg.h).
 *
 * A join begins with one received TCP packet. Its l3 and l4 are set, at most a link header is
 * before l3, and its checksum is known to be good. The join grows by the packets that follow, and
 * ends when the head's headers are corrected. Until then the head belongs to the join, and no other
 * code may read it.
 */
#ifndef PKT_JOIN_H
#define PKT_JOIN_H

#include "base/seq.h"
#include "pkt/seg_hdr.h"

struct pkt_join {
	struct pkt *head;
	struct seg_hdr hdr; /* of the head */
	uint32_t have;      /* payload octets so far */
	uint32_t size;      /* payload octets of a full piece */
	seq_t next_seq;     /* the sequence number that would follow */
	bool fixed_id;      /* IPv4: the pieces share one ID */
	bool grown;
};

/*
 * Returns false if pkt_join_begin() cannot succeed for @p, whose data begins at the network header.
 * It looks at a few octets. SYN, FIN, bare ACKs and segments with PSH give false.
 */
bool pkt_join_possible(const struct pkt *p);

/* Begins a join with @head, which is borrowed. Returns false if nothing can be joined to it. */
bool pkt_join_begin(struct pkt_join *j, struct pkt *head);

/*
 * Joins @next if it has the same flow, flags, window, options, TTL and TOS, the next sequence
 * number, and a size that cutting would have given. Consumes @next and returns true then. It never
 * joins what Linux's GRO would not.
 */
bool pkt_join_more(struct pkt_join *j, struct pkt *next);

/*
 * Ends the join. The head is a super-segment with PKT_SUM_PARTIAL afterwards, or unchanged if
 * nothing was joined.
 */
void pkt_join_end(struct pkt_join *j);

#endif
