/*
 * tcp/loss/txq_rec.h - the transmit records by themselves: taking, splitting, moving between lists.
 * For txq's own files.
 *
 * Each keeps the counts of struct txq right.
 */
#ifndef TCP_LOSS_TXQ_REC_H
#define TCP_LOSS_TXQ_REC_H

#include "tcp/loss/txq.h"

static inline uint32_t
txrec_len(const struct txrec *r)
{
	return r->end - r->node.seq;
}

/*
 * A record of [seq, end) behind @after (NULL: at the front); in no state yet. NULL without memory.
 */
struct txrec *txrec_new(struct txq *q, struct txrec *after, seq_t seq, seq_t end);

/* Off all lists, back to the slab. Its octets have been discounted. */
void txrec_free(struct txq *q, struct txrec *r);

/* @len octets of @r are no longer outstanding: out of the counts. */
void txrec_discount(struct txq *q, const struct txrec *r, uint32_t len);

/*
 * Cut @r, which is not sacked, at @at: it keeps what is before, the new record that is returned has
 * the rest. NULL without memory.
 */
struct txrec *txrec_split(struct txq *q, struct txrec *r, seq_t at);

/*
 * @r, whose octets are accounted as outstanding, has been sacked: no longer lost or under way;
 * joined with its neighbours. Returns the record that holds it now.
 */
struct txrec *txrec_set_sacked(struct txq *q, struct txrec *r);

/* The peer threw it away: outstanding, and lost. */
void txrec_unset_sacked(struct txq *q, struct txrec *r);

/* Into flight, at the place that its time of transmission gives it; sought from the end. */
void txrec_to_flight(struct txq *q, struct txrec *r);

#endif
