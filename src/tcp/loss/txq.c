/*
 * tcp/loss/txq.c - what has been sent and is not acknowledged: sending, marking as lost, and what
 * to send next.
 */
#include "tcp/loss/txq.h"

#include "base/bytes.h"

#include "tcp/loss/txq_rec.h"

#include <assert.h>

void
txq_init(struct txq *q, struct txrec_slab *slab, seq_t iss)
{
	bytes_zero(q, sizeof *q);
	q->slab = slab;
	q->una = q->nxt = q->lost_edge = q->high_rxt = iss;
	list_init(&q->by_seq);
	list_init(&q->flight);
	list_init(&q->lost_list);
	list_init(&q->sacked_list);
}

void
txq_fini(struct txq *q)
{
	struct txrec *r;

	while ((r = txq_first(q)))
		txrec_free(q, r);
	q->una = q->nxt;
	q->sacked = q->lost = q->retx = 0;
}

struct txrec *
txq_first(const struct txq *q)
{
	return list_first(&q->by_seq, struct txrec, by_seq);
}

struct txrec *
txq_after(const struct txq *q, const struct txrec *r)
{
	return r->by_seq.next == &q->by_seq ? NULL : container_of(r->by_seq.next, struct txrec, by_seq);
}

struct txrec *
txq_at(struct txq *q, seq_t seq)
{
	struct seqtree_node *n = seqtree_floor(&q->tree, seq);
	struct txrec *r = n ? container_of(n, struct txrec, node) : NULL;

	return r && seq_lt(seq, r->end) ? r : NULL;
}

/* Notes the time at which @r is sent, and the state for the delivery rate. */
static void
stamp(struct txq *q, struct txrec *r, nsec_t now)
{
	r->sent = now;
	r->delivered = q->delivered;
	r->delivered_time = q->delivered_time;
	r->first_tx = q->first_tx;
	r->app_limited = q->app_limited != 0;
	list_del(&r->by_state);
	list_push(&q->flight, &r->by_state);
}

bool
txq_sent(struct txq *q, uint32_t len, uint16_t mss, nsec_t now)
{
	struct txrec *r;

	assert(len > 0 && mss > 0);
	r = txrec_new(q, list_last(&q->by_seq, struct txrec, by_seq), q->nxt, q->nxt + len);
	if (!r)
		return false;
	if (q->una == q->nxt)
		q->first_tx = q->delivered_time = now;
	q->nxt += len;
	r->mss = mss;
	stamp(q, r, now);
	return true;
}

bool
txq_resent(struct txq *q, struct txrec *r, uint32_t len, uint16_t mss, nsec_t now)
{
	assert(!r->sacked && len > 0 && len <= txrec_len(r));
	if (len < txrec_len(r) && !txrec_split(q, r, r->node.seq + len))
		return false;
	if (!r->retx)
		q->retx += len;
	r->retx = true;
	r->mss = mss;
	if (r->retransmits < UINT16_MAX)
		r->retransmits++;
	q->retx_total += len;
	stamp(q, r, now);
	return true;
}

uint32_t
txq_mark_lost(struct txq *q, struct txrec *r)
{
	uint32_t len = txrec_len(r), newly = r->lost ? 0 : len;

	assert(!r->sacked);
	if (r->lost && !r->retx)
		return 0;
	if (r->retx)
		q->retx -= len;
	r->retx = false;
	r->lost = true;
	q->lost += newly;
	list_del(&r->by_state);
	list_push(&q->lost_list, &r->by_state);
	return len;
}

uint32_t
txq_lose_before(struct txq *q, seq_t edge)
{
	uint32_t newly = 0;

	for (struct txrec *r = txq_at(q, q->lost_edge); r && seq_lt(r->node.seq, edge); r = txq_after(q, r)) {
		if (r->sacked || r->lost)
			continue;
		newly += txrec_len(r);
		if (!r->retx) {
			txq_mark_lost(q, r);
			continue;
		}
		r->lost = true;
		q->lost += txrec_len(r);
	}
	q->lost_edge = edge;
	return newly;
}

void
txq_mark_first_lost(struct txq *q, uint32_t len)
{
	struct txrec *r = txq_first(q);

	if (!r || r->sacked || r->lost)
		return;
	if (len < txrec_len(r))
		txrec_split(q, r, r->node.seq + len); /* all of it, if there is no memory */
	txq_mark_lost(q, r);
	txq_limit_dupacks(q);
}

/*
 * Without SACK, q->sacked is an estimate: each duplicate ACK stands for a segment that has arrived
 * above the first hole. Limits it to the octets above that hole that are not lost.
 */
void
txq_limit_dupacks(struct txq *q)
{
	struct txrec *r = txq_first(q);
	uint32_t hole, most;

	if (q->sack)
		return;
	hole = !r || r->lost ? 0 : txrec_len(r) < r->mss ? txrec_len(r) : r->mss;
	most = txq_out(q) - q->lost - hole;
	if (q->sacked > most)
		q->sacked = most;
}

void
txq_forget_dupacks(struct txq *q)
{
	q->dupacks = 0;
	if (!q->sack)
		q->sacked = 0;
}

/* Returns how many octets were sacked. */
static uint32_t
forget_sacks(struct txq *q)
{
	uint32_t sacked = q->sacked;

	for (struct txrec *r = txq_first(q); r; r = txq_after(q, r)) {
		if (r->sacked)
			txrec_unset_sacked(q, r);
	}
	return sacked;
}

uint32_t
txq_mark_all_lost(struct txq *q)
{
	struct txrec *first = txq_first(q);
	uint32_t newly = 0;

	if (!first)
		return 0;
	if (first->sacked)
		newly = forget_sacks(q);
	txq_forget_dupacks(q);
	for (struct txrec *r = first; r; r = txq_after(q, r)) {
		if (r->sacked)
			continue;
		newly += txq_mark_lost(q, r);
		/* in the order of sequence numbers, not of the loss */
		list_del(&r->by_state);
		list_push(&q->lost_list, &r->by_state);
	}
	q->lost_edge = q->nxt;
	q->high_rxt = q->una;
	return newly;
}

void
txq_unmark_lost(struct txq *q)
{
	for (struct txrec *r = txq_first(q); r; r = txq_after(q, r)) {
		if (r->lost && !r->retx)
			txrec_to_flight(q, r);
		r->lost = false;
	}
	q->lost = 0;
	q->lost_edge = q->una;
}

void
txq_recovery_begins(struct txq *q)
{
	q->high_rxt = q->una;
}

struct txrec *
txq_next_lost(const struct txq *q)
{
	return list_first(&q->lost_list, struct txrec, by_state);
}

struct txrec *
txq_next_hole(struct txq *q)
{
	struct txrec *top = list_last(&q->sacked_list, struct txrec, by_state), *r;

	if (!top)
		return NULL;
	r = txq_at(q, seq_max(q->high_rxt, q->una));
	while (r && seq_lt(r->node.seq, top->node.seq)) {
		if (!r->sacked && !r->lost && !r->retx)
			return r;
		r = txq_after(q, r);
	}
	return NULL;
}

struct txrec *
txq_rescue(struct txq *q, uint32_t mss)
{
	struct txrec *r = list_last(&q->by_seq, struct txrec, by_seq), *last;
	uint32_t len;

	if (r && r->sacked)
		r = r->by_seq.prev == &q->by_seq ? NULL : container_of(r->by_seq.prev, struct txrec, by_seq);
	if (!r || r->retx)
		return NULL;
	if (txrec_len(r) <= mss)
		return r;
	len = (txrec_len(r) - 1) % mss + 1;
	last = txrec_split(q, r, r->end - len);
	return last ? last : r;
}
