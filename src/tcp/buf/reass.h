/*
 * tcp/buf/reass.h - data that arrived out of order, until what is before it comes (RFC 9293,
 * 3.10.7.4, eighth), and what to tell the peer about it (SACK, RFC 2018; D-SACK, RFC 2883).
 *
 * It knows no connection and no state: FIN and urgent marks are the caller's, who strips headers
 * first. What it keeps are *runs*: octets without a hole, each run a list of packets. Packets that
 * continue a run cost O(1), others O(log runs); nothing is walked.
 *
 * How a receiver uses it, for a segment already trimmed to the window:
 *
 *	if (seq == rcv_nxt) {	rcvbuf_push(b, pkt); rcv_nxt += len;
 *		while ((p = reass_pop(r, rcv_nxt))) {
 *			n = p->len; rcvbuf_push(b, p); rcv_nxt += n; } }
 *	else switch (reass_insert(r, seq, pkt, limit, &evicted)) ...
 */
#ifndef TCP_BUF_REASS_H
#define TCP_BUF_REASS_H

#include "base/list.h"
#include "base/seq.h"
#include "tcp/buf/seqtree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkt;

/* Sequence numbers @start to @end - 1: a SACK block. */
struct seq_range {
	seq_t start, end;
};

struct reass {
	struct seqtree tree; /* of runs */
	struct list recent;  /* of runs, the last touched first: the order of SACK blocks (RFC 2018, 4) */
	uint32_t runs;
	uint32_t octets;        /* kept */
	size_t mem;             /* kept, by pkt_charge() and the runs themselves */
	struct seq_range dsack; /* a duplicate to be told of once; empty when start == end */
	uint64_t duplicate;     /* octets that arrived more than once, ever */
};

void reass_init(struct reass *r);

/* Frees all that is kept. */
void reass_fini(struct reass *r);

enum reass_result {
	REASS_KEPT,      /* consumed; perhaps trimmed where octets were here already */
	REASS_DUPLICATE, /* all of it was here already; noted for D-SACK; @pkt is still the caller's, to drop */
	REASS_FULL,      /* no room; @pkt is still the caller's, to drop */
};

/*
 * Keep @pkt, whose octets are the payload at @seq; it begins after RCV.NXT and lies within the
 * window. With more than @limit octets of memory in use, what lies farthest from RCV.NXT goes first
 * (the SACK sender may be told again: RFC 2018, 8), onto @evicted for the caller to drop; if that
 * is @pkt itself the answer is REASS_FULL. @evicted is an initialised list. Octets that are kept
 * already stay.
 */
enum reass_result reass_insert(
    struct reass *r, seq_t seq, struct pkt *pkt, size_t limit, struct list *evicted);

/*
 * The packet that now stands in order: its first octet is @rcv_nxt. It is the caller's; NULL when
 * there is none. Call until NULL after each advance of RCV.NXT. What RCV.NXT has passed by is
 * freed, and noted for D-SACK.
 */
struct pkt *reass_pop(struct reass *r, seq_t rcv_nxt);

/*
 * Octets @start to @end arrived again though they were here (below RCV.NXT, say): the next SACK
 * option tells (RFC 2883, 4).
 */
void reass_note_duplicate(struct reass *r, seq_t start, seq_t end);

/* Is there anything for a SACK option to say? */
static inline bool
reass_has_sack(const struct reass *r)
{
	return r->runs > 0 || r->dsack.start != r->dsack.end;
}

/*
 * Fill @out with at most @max SACK blocks in the order in which they go on the wire: the duplicate,
 * if one is to be told (and it is told only once: this forgets it), then the run touched last, then
 * the others by how lately they were touched. Returns how many.
 */
unsigned reass_sack(struct reass *r, struct seq_range *out, unsigned max);

#endif
