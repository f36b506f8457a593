/*
 * pkt/gro.h - generic receive offload: joins consecutive segments of a TCP connection that a wire
 * brought in one batch. Headers are then checked, connections found and ACKs sent once for many
 * segments.
 *
 * It knows headers, but no connections. Only the contents of a packet decide whether it is joined
 * (pkt/join.h); a packet that cannot be joined is passed on unchanged. The order within a
 * connection stays. At the end of the batch all packets are given back: none waits for a later
 * batch.
 */
#ifndef PKT_GRO_H
#define PKT_GRO_H

#include "pkt/join.h"

enum { GRO_FLOWS = 8 }; /* flows that may grow at the same time; as Linux's MAX_GRO_SKBS */

struct gro {
	struct pkt_join flow[GRO_FLOWS];
	unsigned count;
};

/*
 * Consumes @p, an IPv4 or IPv6 packet with data at the network header. Keeps it, or appends it to
 * @out after all packets that must go before it. Verifies an unknown checksum; a wrong one stays
 * unknown.
 */
void gro_take(struct gro *g, struct pkt *p, struct list *out);

/*
 * Returns true if joining would leave @p as it is: no packet is held, and none can be joined to @p.
 * This is the case for most packets that carry no bulk data. It reads only a few header fields.
 */
static inline bool
gro_passes(const struct gro *g, const struct pkt *p)
{
	return g->count == 0 && !pkt_join_possible(p);
}

/* Ends the batch: appends all packets that are held to @out. */
void gro_flush(struct gro *g, struct list *out);

#endif
