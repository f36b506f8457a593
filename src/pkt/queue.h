/*
 * pkt/queue.h - a queue of packets that counts them and their octets.
 */
#ifndef PKT_QUEUE_H
#define PKT_QUEUE_H

#include "pkt/pkt.h"

struct pkt_queue {
	struct list list;
	uint32_t count;
	uint64_t octets;
};

static inline void
pkt_queue_init(struct pkt_queue *q)
{
	list_init(&q->list);
	q->count = 0;
	q->octets = 0;
}

static inline struct pkt *
pkt_queue_first(const struct pkt_queue *q)
{
	return list_first(&q->list, struct pkt, node);
}

static inline void
pkt_queue_push(struct pkt_queue *q, struct pkt *p)
{
	list_push(&q->list, &p->node);
	q->count++;
	q->octets += p->len;
}

/* Removes @p, which must be in @q and have the same length as when it was pushed. */
static inline void
pkt_queue_remove(struct pkt_queue *q, struct pkt *p)
{
	list_del(&p->node);
	q->count--;
	q->octets -= p->len;
}

/* Takes the first packet off the queue and returns it. Returns NULL if the queue is empty. */
static inline struct pkt *
pkt_queue_pop(struct pkt_queue *q)
{
	struct pkt *p = pkt_queue_first(q);

	if (p)
		pkt_queue_remove(q, p);
	return p;
}

/* Moves all packets of @from, in order, to the end of @q. */
static inline void
pkt_queue_move(struct pkt_queue *q, struct pkt_queue *from)
{
	list_move(&q->list, &from->list);
	q->count += from->count;
	q->octets += from->octets;
	from->count = 0;
	from->octets = 0;
}

#endif
