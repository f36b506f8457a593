/*
 * pkt/gro.h - generic receive offload: of a batch of packets that a wire brought at once, those
 * that follow one another in a TCP connection are joined before any layer above looks at them, so
 * that headers are checked, connections found and ACKs sent once for many.
 *
 * It knows headers, no connections: a packet is joined because of what stands in it (pkt/join.h),
 * and what cannot be joined is handed on as it came. The order within a connection stays. What it
 * holds it gives back when the batch is over: nothing waits for a later one.
 */
#ifndef PKT_GRO_H
#define PKT_GRO_H

#include "pkt/join.h"

enum { GRO_FLOWS = 8 }; /* that may grow side by side; as Linux's MAX_GRO_SKBS */

struct gro {
	struct pkt_join flow[GRO_FLOWS];
	unsigned count;
};

/*
 * Consumes @p, an IPv4 or IPv6 packet with data at the network header: kept, or appended to @out
 * behind what must go before it. A checksum that was not known is known afterwards, unless it is
 * wrong.
 */
void gro_take(struct gro *g, struct pkt *p, struct list *out);

/*
 * Would joining leave @p as it is? So it is with most of what is no bulk data: with nothing held, a
 * packet behind which nothing can be joined, by the fixed places of its headers.
 */
static inline bool
gro_passes(const struct gro *g, const struct pkt *p)
{
	return g->count == 0 && !pkt_join_possible(p);
}

/* The batch is over: everything held is appended to @out. */
void gro_flush(struct gro *g, struct list *out);

#endif
