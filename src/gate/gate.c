/*
 * gate/gate.c - makes and frees the gateway, and runs the flows that are marked as having work. It
 * knows no protocol: what a flow does is in the files of TCP, UDP and echo.
 */
#include "gate/gate.h"

#include "base/err.h"
#include "core/core.h"
#include "gate/impl.h"
#include "sock/sock.h"
#include "stack/stack.h"

#include <stdlib.h>

void
gate_work_init(struct gate_work *w, void (*run)(struct gate_work *w))
{
	list_init(&w->node);
	w->run = run;
}

void
gate_mark(struct gate *g, struct gate_work *w)
{
	if (!list_linked(&w->node))
		list_push(&g->pending, &w->node);
}

void
gate_run(struct gate *g)
{
	struct list now;
	struct list *n;

	/*
	 * Work that is marked during this run waits for the next one, so a busy flow does not hold
	 * up the driver.
	 */
	list_init(&now);
	if (!list_empty(&g->pending)) {
		now = g->pending;
		now.next->prev = now.prev->next = &now;
		list_init(&g->pending);
	}
	while ((n = list_pop(&now))) {
		struct gate_work *w = container_of(n, struct gate_work, node);

		w->run(w);
	}
}

nsec_t
gate_next(const struct gate *g)
{
	return list_empty(&g->pending) ? NSEC_NEVER : g->core->now;
}

void
gate_flow_ended(struct gate *g, const struct gate_flow_info *info)
{
	g->count.octets_up += info->octets_up;
	g->count.octets_down += info->octets_down;
	gate_retry(g); /* it may have closed a descriptor */
	if (g->config.ended)
		g->config.ended(g->config.arg, info);
}

static void
config_defaults(struct gate_config *c)
{
	if (c->max_streams == 0)
		c->max_streams = 16384;
	if (c->max_dgrams == 0)
		c->max_dgrams = 4096;
	if (c->max_echoes == 0)
		c->max_echoes = 256;
}

int
gate_new(const struct gate_config *config, struct gate **out)
{
	struct gate *g = calloc(1, sizeof *g);
	int e;

	if (!g)
		return -LEAT_ENOMEM;
	g->config = *config;
	config_defaults(&g->config);
	g->core = stack_core(config->stack);
	g->socks = stack_socks(config->stack);
	list_init(&g->pending);
	list_init(&g->published);
	g->core->transparent = true;

	e = gate_tcp_start(g);
	if (e < 0)
		goto no_tcp;
	e = gate_udp_start(g);
	if (e < 0)
		goto no_udp;
	e = gate_echo_start(g);
	if (e < 0)
		goto no_echo;
	*out = g;
	return 0;
no_echo:
	gate_udp_stop(g);
no_udp:
	gate_tcp_stop(g);
no_tcp:
	free(g);
	return e;
}

void
gate_free(struct gate *g)
{
	if (!g)
		return;
	gate_publish_stop(g);
	gate_echo_stop(g);
	gate_udp_stop(g);
	gate_tcp_stop(g);
	free(g);
}

const struct gate_counters *
gate_counters(const struct gate *g)
{
	return &g->count;
}

void
gate_each(const struct gate *g, void (*fn)(const struct gate_flow_info *info, void *arg), void *arg)
{
	gate_tcp_each(g, fn, arg);
	gate_udp_each(g, fn, arg);
	gate_echo_each(g, fn, arg);
}
