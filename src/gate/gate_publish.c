/*
 * gate/gate_publish.c - published ports (-p HOST:PROGRAM): listeners outside that lead to the
 * program.
 */
#include "base/err.h"
#include "gate/impl.h"

#include <stdlib.h>

enum { PUBLISH_BUDGET = 64, LISTEN_BACKLOG = 4096 };

struct gate_published {
	struct list node;
	struct gate *gate;
	struct gate_work work;
	struct io_listener *listener; /* TCP */
	struct io_dgram *dgram;       /* or UDP */
	uint16_t port;                /* the program's */
};

static void
accept_clients(struct gate_published *p)
{
	struct io_stream *s;

	for (int i = 0; i < PUBLISH_BUDGET && p->listener->ops->accept(p->listener, &s) == 0; i++) {
		struct endpoint peer;

		if (s->ops->remote(s, &peer) == 0)
			gate_tcp_from_outside(p->gate, s, &peer, p->port);
		else
			io_close(s, true); /* it has ended, and its address is not known any more */
	}
}

static void
receive_datagrams(struct gate_published *p)
{
	struct gate *g = p->gate;

	for (int i = 0; i < PUBLISH_BUDGET; i++) {
		struct endpoint peer;
		ssize_t n = p->dgram->ops->recv_from(p->dgram, g->scratch, GATE_SCRATCH, &peer);

		if (n == -LEAT_EAGAIN)
			return;
		if (n >= 0)
			gate_udp_from_outside(g, p->dgram, &peer, p->port, (size_t)n);
	}
}

/* What is left when the budget is used up is reported again. */
static void
publish_run(struct gate_work *w)
{
	struct gate_published *p = container_of(w, struct gate_published, work);

	if (p->listener)
		accept_clients(p);
	else
		receive_datagrams(p);
}

static void
on_client(struct io_listener *l, void *arg)
{
	struct gate_published *p = arg;

	gate_mark(p->gate, &p->work);
}

static void
on_datagram(struct io_dgram *d, unsigned events, void *arg)
{
	struct gate_published *p = arg;

	gate_mark(p->gate, &p->work);
}

int
gate_publish(struct gate *g, bool udp, const struct endpoint *at, uint16_t port)
{
	struct gate_published *p = calloc(1, sizeof *p);
	struct io_world *w = g->config.outside;
	int e;

	if (!p)
		return -LEAT_ENOMEM;
	p->gate = g;
	p->port = port;
	gate_work_init(&p->work, publish_run);
	if (udp)
		e = w->ops->dgram(w, at, NULL, on_datagram, p, &p->dgram);
	else
		e = io_listen(w, at, LISTEN_BACKLOG, on_client, p, &p->listener);
	if (e < 0) {
		free(p);
		return e;
	}
	if (udp)
		p->dgram->ops->want(p->dgram, IO_READABLE);
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
			p->listener->ops->close(p->listener);
		if (p->dgram) {
			gate_udp_forget(g, p->dgram);
			p->dgram->ops->close(p->dgram);
		}
		free(p);
	}
}
