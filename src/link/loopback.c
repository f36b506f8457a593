/*
 * link/loopback.c - a queue that implements a wire.
 */
#include "link/loopback.h"

#include "core/core.h"
#include "pkt/queue.h"

#include <stdlib.h>

struct loopback {
	struct wire wire;
	struct core *core;
	struct pkt_queue queue;
};

static void
loopback_transmit(struct wire *wire, struct pkt *frame, nsec_t now)
{
	struct loopback *lo = container_of(wire, struct loopback, wire);

	if (lo->queue.count == LOOPBACK_QUEUE) {
		pkt_drop(lo->core, frame, DROP_LOOPBACK_QUEUE);
		return;
	}
	frame->stamp = now;
	pkt_queue_push(&lo->queue, frame);
}

struct loopback *
loopback_new(struct core *core)
{
	struct loopback *lo = malloc(sizeof *lo);

	if (!lo)
		return NULL;
	lo->wire.features = WIRE_TSO4 | WIRE_TSO6 | WIRE_USO | WIRE_SUM;
	lo->wire.transmit = loopback_transmit;
	lo->core = core;
	pkt_queue_init(&lo->queue);
	return lo;
}

void
loopback_free(struct loopback *lo)
{
	struct pkt *p;

	if (!lo)
		return;
	while ((p = pkt_queue_pop(&lo->queue)))
		pkt_free(p);
	free(lo);
}

struct wire *
loopback_wire(struct loopback *lo)
{
	return &lo->wire;
}

nsec_t
loopback_next(const struct loopback *lo)
{
	const struct pkt *p = pkt_queue_first(&lo->queue);

	return p ? p->stamp : NSEC_NEVER;
}

struct pkt *
loopback_receive(struct loopback *lo)
{
	return pkt_queue_pop(&lo->queue);
}

uint32_t
loopback_waiting(const struct loopback *lo)
{
	return lo->queue.count;
}
