/*
 * tcp/loss/txq_rec.h - single transmit records: allocating, splitting, and moving between lists.
 * For the files of txq only.
 *
 * Each function keeps the counts of struct txq right.
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
 * Returns a record of [seq, end) after @after (NULL: the first), in no state yet; NULL without
 * memory.
 */
struct txrec *txrec_new(struct txq *q, struct txrec *after, seq_t seq, seq_t end);

/* Removes @r from all lists and returns it to the slab. Its octets must have been discounted. */
void txrec_free(struct txq *q, struct txrec *r);

/* Removes @len octets of @r from the counts: they are no longer outstanding. */
void txrec_discount(struct txq *q, const struct txrec *r, uint32_t len);

/*
 * Splits @r, which is not sacked, at @at: @r keeps what is before. Returns the new record with the
 * rest; NULL without memory.
 */
struct txrec *txrec_split(struct txq *q, struct txrec *r, seq_t at);

/*
 * Marks @r, which counts as outstanding, as sacked and no longer lost or in flight, and joins it
 * with sacked neighbours. Returns the record that has it now.
 */
struct txrec *txrec_set_sacked(struct txq *q, struct txrec *r);

/* The peer discarded @r: it is outstanding and lost. */
void txrec_unset_sacked(struct txq *q, struct txrec *r);

/* Puts @r into the list of flight by its time of transmission, searching from the end. */
void txrec_to_flight(struct txq *q, struct txrec *r);

#endif
