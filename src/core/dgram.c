/*
 * core/dgram.c - a queue of received datagrams, bounded by their octets and a fixed charge for
 * each. It knows neither UDP nor ICMP.
 */
#include "core/dgram.h"

#include "core/core.h"
#include "core/drop.h"
#include "leat.h"
#include "pkt/pkt.h"

#include <stdlib.h>

/*
 * A datagram in the queue. Freed nodes go to the queue's spare list, so a busy socket allocates
 * nothing.
 */
struct dgram {
	struct list node;
	struct pkt *payload;
	struct dgram_names names;
};

void
dgram_queue_init(struct dgram_queue *q, size_t limit)
{
	list_init(&q->waiting);
	list_init(&q->spare);
	q->count = 0;
	q->charged = 0;
	q->limit = limit;
}

static void
dgram_remove(struct dgram_queue *q, struct dgram *d)
{
	q->count--;
	q->charged -= d->payload->len + DGRAM_CHARGE;
	pkt_free(d->payload);
	list_del(&d->node);
	list_push_front(&q->spare, &d->node);
}

void
dgram_queue_fini(struct dgram_queue *q)
{
	struct list *n;

	while (!list_empty(&q->waiting))
		dgram_remove(q, list_first(&q->waiting, struct dgram, node));
	while ((n = list_pop(&q->spare)) != NULL)
		free(container_of(n, struct dgram, node));
}

static struct dgram *
dgram_node(struct dgram_queue *q)
{
	struct list *n = list_pop(&q->spare);

	return n ? container_of(n, struct dgram, node) : malloc(sizeof(struct dgram));
}

bool
dgram_enqueue(struct core *core, struct dgram_queue *q, struct pkt *payload, const struct dgram_names *names)
{
	struct dgram *d;

	/*
	 * As in Linux, a datagram is accepted while the queue is not over its limit, so the last
	 * one may exceed the limit.
	 */
	if (q->charged > q->limit) {
		pkt_drop(core, payload, DROP_UDP_RCVBUF);
		return false;
	}
	d = dgram_node(q);
	if (!d) {
		pkt_drop(core, payload, DROP_POOL_EMPTY);
		return false;
	}
	d->payload = payload;
	d->names = *names;
	list_push(&q->waiting, &d->node);
	q->count++;
	q->charged += payload->len + DGRAM_CHARGE;
	return true;
}

ssize_t
dgram_read(struct dgram_queue *q, void *buf, size_t len, bool peek, struct dgram_names *names, size_t *full)
{
	struct dgram *d = list_first(&q->waiting, struct dgram, node);
	size_t n;

	if (!d)
		return -LEAT_EAGAIN;
	n = d->payload->len < len ? d->payload->len : len;
	if (n)
		pkt_copy_out(d->payload, 0, buf, n);
	if (names)
		*names = d->names;
	if (full)
		*full = d->payload->len;
	if (!peek)
		dgram_remove(q, d);
	return (ssize_t)n;
}

size_t
dgram_first_len(const struct dgram_queue *q)
{
	const struct dgram *d = list_first(&q->waiting, struct dgram, node);

	return d ? d->payload->len : 0;
}
