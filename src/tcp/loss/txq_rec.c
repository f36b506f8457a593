/* tcp/loss/txq_rec.c - single transmit records. */
#include "tcp/loss/txq_rec.h"

#include "base/bytes.h"

#include <assert.h>
#include <stdlib.h>

enum { CHUNK_RECORDS = 64 };

struct chunk {
	struct list node;
	struct txrec rec[CHUNK_RECORDS];
};

void
txrec_slab_init(struct txrec_slab *slab)
{
	list_init(&slab->free);
	list_init(&slab->chunks);
	slab->in_use = 0;
}

void
txrec_slab_fini(struct txrec_slab *slab)
{
	struct list *n;

	assert(slab->in_use == 0);
	while ((n = list_pop(&slab->chunks)))
		free(container_of(n, struct chunk, node));
	list_init(&slab->free);
}

static bool
slab_grow(struct txrec_slab *slab)
{
	struct chunk *c = malloc(sizeof *c);

	if (!c)
		return false;
	list_push(&slab->chunks, &c->node);
	for (unsigned i = 0; i < CHUNK_RECORDS; i++)
		list_push(&slab->free, &c->rec[i].by_seq);
	return true;
}

struct txrec *
txrec_new(struct txq *q, struct txrec *after, seq_t seq, seq_t end)
{
	struct txrec *r;

	if (list_empty(&q->slab->free) && !slab_grow(q->slab))
		return NULL;
	r = container_of(list_pop(&q->slab->free), struct txrec, by_seq);
	q->slab->in_use++;
	bytes_zero(r, sizeof *r);
	r->node.seq = seq;
	r->end = end;
	list_init(&r->by_state);
	list_insert_after(after ? &after->by_seq : &q->by_seq, &r->by_seq);
	seqtree_insert(&q->tree, &r->node);
	return r;
}

void
txrec_free(struct txq *q, struct txrec *r)
{
	if (r->sacked)
		seqtree_remove(&q->sacked_tree, &r->snode);
	seqtree_remove(&q->tree, &r->node);
	list_del(&r->by_state);
	list_del(&r->by_seq);
	list_push_front(&q->slab->free, &r->by_seq);
	q->slab->in_use--;
}

void
txrec_discount(struct txq *q, const struct txrec *r, uint32_t len)
{
	if (r->sacked)
		q->sacked -= len;
	if (r->lost)
		q->lost -= len;
	if (r->retx)
		q->retx -= len;
}

struct txrec *
txrec_split(struct txq *q, struct txrec *r, seq_t at)
{
	struct txrec *rest = txrec_new(q, r, at, r->end);

	assert(!r->sacked && seq_lt(r->node.seq, at) && seq_lt(at, r->end));
	if (!rest)
		return NULL;
	rest->mss = r->mss;
	rest->retransmits = r->retransmits;
	rest->lost = r->lost;
	rest->retx = r->retx;
	rest->app_limited = r->app_limited;
	rest->sent = r->sent;
	rest->delivered = r->delivered;
	rest->delivered_time = r->delivered_time;
	rest->first_tx = r->first_tx;
	list_insert_after(&r->by_state, &rest->by_state);
	r->end = at;
	return rest;
}

static struct txrec *
before(const struct txq *q, const struct txrec *r)
{
	return r->by_seq.prev == &q->by_seq ? NULL : container_of(r->by_seq.prev, struct txrec, by_seq);
}

/* Adds @r to the list and the tree of sacked records. */
static void
sacked_insert(struct txq *q, struct txrec *r)
{
	struct seqtree_node *prev = seqtree_floor(&q->sacked_tree, r->node.seq);

	list_insert_after(
	    prev ? &container_of(prev, struct txrec, snode)->by_state : &q->sacked_list, &r->by_state);
	r->snode.seq = r->node.seq;
	seqtree_insert(&q->sacked_tree, &r->snode);
}

struct txrec *
txrec_set_sacked(struct txq *q, struct txrec *r)
{
	struct txrec *prev = before(q, r), *next = txq_after(q, r);

	txrec_discount(q, r, txrec_len(r));
	q->sacked += txrec_len(r);
	list_del(&r->by_state);
	r->lost = r->retx = false;
	if (prev && prev->sacked) {
		prev->end = r->end;
		txrec_free(q, r);
		r = prev;
	} else {
		r->sacked = true;
		sacked_insert(q, r);
	}
	if (next && next->sacked) {
		r->end = next->end;
		txrec_free(q, next);
	}
	return r;
}

void
txrec_unset_sacked(struct txq *q, struct txrec *r)
{
	seqtree_remove(&q->sacked_tree, &r->snode);
	list_del(&r->by_state);
	r->sacked = false;
	r->lost = true;
	q->sacked -= txrec_len(r);
	q->lost += txrec_len(r);
	list_push(&q->lost_list, &r->by_state);
}

void
txrec_to_flight(struct txq *q, struct txrec *r)
{
	struct list *at = q->flight.prev;

	while (at != &q->flight && container_of(at, struct txrec, by_state)->sent > r->sent)
		at = at->prev;
	list_del(&r->by_state);
	list_insert_after(at, &r->by_state);
}
