/*
 * tcp/loss/detect.h - loss detection: which outstanding data is lost, judged by what has arrived.
 *
 * The scoreboard (txq.h) has the records, and keeps marks and counts. A detector only looks at it,
 * decides, and lets it mark. detect_loss() is the one entry to all detectors. What follows from a
 * loss is the matter of recovery.h.
 */
#ifndef TCP_LOSS_DETECT_H
#define TCP_LOSS_DETECT_H

#include "tcp/loss/txq.h"

enum { DUP_THRESH = 3 }; /* DupThresh (RFC 6675, 2) */

/*
 * Marks what the ACK in @s, which txq_ack() has just filled in, shows to be lost. Adds its octets
 * to s->newly_lost and corrects s->in_flight. @mss is SMSS.
 */
void detect_loss(struct txq *q, struct ack_sample *s, uint32_t mss);

/*
 * Returns true if a loss is known: something is marked and not sent again, or DUP_THRESH duplicate
 * ACKs say that the first segment is lost (RFC 6675, 5 (1) and (2); RFC 5681, 3.2).
 */
static inline bool
detect_found(const struct txq *q)
{
	return txq_next_lost(q) || q->dupacks >= DUP_THRESH;
}

#endif
