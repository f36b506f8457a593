/*
 * Published ports (-p HOST:PROGRAM): listeners outside that lead to the program.
 */
#include "base/err.h"
#include "gate/impl.h"

#include <stdlib.h>

enum { PUBLISH_BUDGET = 64 };

struct gate_published {
	struct list node;
	struct gate *gate;
	struct gate_work work;
	struct out_listener *listener; /* TCP */
	struct out_dgram *dgram;       /* or UDP */
	uint16_t port;                 /* the program's */
};

static void
publish_incoming(void *arg, struct out_stream *s, const struct endpoint *peer)
{
	struct gate_published *p = arg;

	gate_tcp_from_outside(p->gate, s, peer, p->port);
}

static void
publish_run(struct gate_work *w)
{
	struct gate_published *p = container_of(w, struct gate_published, work);
	struct gate *g = p->gate;

	for (int i = 0; i < PUBLISH_BUDGET; i++) {
		struct endpoint peer;
		ssize_t n = g->out->dgram_recv_from(p->dgram, g->scratch, GATE_SCRATCH, &peer);

		if (n == -LEAT_EAGAIN)
			return;
		if (n >= 0)
			gate_udp_from_outside(g, p->dgram, &peer, p->port, (size_t)n);
	}
}

static void
publish_news(void *arg, unsigned mask)
{
	struct gate_published *p = arg;

	gate_mark(p->gate, &p->work);
}

int
gate_publish(struct gate *g, bool udp, const struct endpoint *at, uint16_t port)
{
	struct gate_published *p = calloc(1, sizeof *p);
	int e;

	if (!p)
		return -LEAT_ENOMEM;
	p->gate = g;
	p->port = port;
	gate_work_init(&p->work, publish_run);
	if (udp)
		e = g->out->dgram_listen(g->config.outside_self, at, publish_news, p, &p->dgram);
	else
		e = g->out->listen(g->config.outside_self, at, publish_incoming, p, &p->listener);
	if (e < 0) {
		free(p);
		return e;
	}
	list_push(&g->published, &p->node);
	return 0;
}

void
gate_publish_stop(struct gate *g)
{
	struct list *n;

	while ((n = list_pop(&g->published))) {
		struct gate_published *p = container_of(n, struct gate_published, node);

		list_del(&p->work.node);
		if (p->listener)
			g->out->listener_close(p->listener);
		if (p->dgram) {
			gate_udp_forget(g, p->dgram);
			g->out->dgram_close(p->dgram);
		}
		free(p);
	}
}
