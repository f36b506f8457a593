/* tcp/loss/detect.c - loss detection by what is sacked: IsLost() of RFC 6675. */
#include "tcp/loss/detect.h"

/*
 * Returns the edge before which IsLost() holds for all that is not sacked (RFC 6675, 4): above it
 * are DupThresh sacked runs, or more than (DupThresh - 1) * SMSS sacked octets. It is q->lost_edge
 * if it has not moved. At most three runs are looked at, because sacked neighbours are one run.
 */
static seq_t
edge_by_sacks(const struct txq *q, uint32_t mss)
{
	uint32_t runs = 0, octets = 0;

	for (const struct list *at = q->sacked_list.prev; at != &q->sacked_list; at = at->prev) {
		const struct txrec *r = container_of(at, const struct txrec, by_state);

		octets += r->end - r->node.seq;
		if (++runs >= DUP_THRESH || octets > (DUP_THRESH - 1) * mss)
			return seq_max(r->node.seq, q->lost_edge);
	}
	return q->lost_edge;
}

void
detect_loss(struct txq *q, struct ack_sample *s, uint32_t mss)
{
	seq_t edge = q->sack ? edge_by_sacks(q, mss) : q->lost_edge;

	if (edge == q->lost_edge)
		return;
	s->newly_lost += txq_lose_before(q, edge);
	s->in_flight = txq_pipe(q);
}
