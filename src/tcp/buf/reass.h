/*
 * tcp/buf/reass.h - data that arrived out of order, until the octets before it arrive (RFC 9293,
 * 3.10.7.4, seventh), and what SACK reports of it (RFC 2018; D-SACK, RFC 2883).
 *
 * It knows no connection and no state. The caller strips headers, and handles FIN and urgent marks.
 * What it keeps are *runs*: octets without a hole, each run a list of packets. A packet that
 * continues a run costs O(1), any other O(log runs); no list is walked.
 *
 * How a receiver uses it, for a segment that has been trimmed to the window:
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
	struct list recent;  /* runs, the last touched first: the order of SACK blocks (RFC 2018, 4) */
	uint32_t runs;
	uint32_t octets;        /* kept, in all runs */
	size_t mem;             /* memory of the packets, by pkt_charge(), and of the runs */
	struct seq_range dsack; /* a duplicate to report once; empty when start == end */
	uint64_t duplicate;     /* octets that arrived more than once, ever */
};

void reass_init(struct reass *r);

/* Frees all that is kept. */
void reass_fini(struct reass *r);

enum reass_result {
	REASS_KEPT,      /* consumed; octets that were there already have been trimmed */
	REASS_DUPLICATE, /* all octets were there already, noted for D-SACK; the caller drops @pkt */
	REASS_FULL,      /* no room; the caller drops @pkt */
};

/*
 * Keeps @pkt, the payload at @seq, which begins after RCV.NXT and lies within the window. While
 * more than @limit octets of memory are in use, the packets farthest from RCV.NXT are moved to
 * @evicted, an initialized list, for the caller to drop; their sender may have to send them again
 * (RFC 2018, 8). If @pkt itself is the farthest, the result is REASS_FULL.
 */
enum reass_result reass_insert(
    struct reass *r, seq_t seq, struct pkt *pkt, size_t limit, struct list *evicted);

/*
 * Returns the packet that begins at @rcv_nxt, which is then the caller's; NULL if there is none.
 * Call it until it returns NULL each time that RCV.NXT has advanced. Octets before RCV.NXT are
 * freed and noted for D-SACK.
 */
struct pkt *reass_pop(struct reass *r, seq_t rcv_nxt);

/*
 * Notes that octets @start to @end arrived again, for example below RCV.NXT: the next SACK option
 * reports them (RFC 2883, 4).
 */
void reass_note_duplicate(struct reass *r, seq_t start, seq_t end);

/* Returns true if a SACK option has something to report. */
static inline bool
reass_has_sack(const struct reass *r)
{
	return r->runs > 0 || r->dsack.start != r->dsack.end;
}

/*
 * Fills @out with at most @max SACK blocks in their order on the wire: the duplicate, which is
 * reported once and then forgotten; the run touched last; the other runs, the latest first. Returns
 * how many.
 */
unsigned reass_sack(struct reass *r, struct seq_range *out, unsigned max);

#endif
