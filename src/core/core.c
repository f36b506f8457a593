/*
 * core/core.c - makes a core, keeps what is registered with it, and passes packets and errors to
 * it.
 */
#include "core/core.h"

#include "core/internal.h"
#include "core/neigh.h"
#include "wire/eth.h"

#include <assert.h>
#include <stdlib.h>

struct core *
core_new(const struct core_config *config)
{
	struct core *core = calloc(1, sizeof *core);

	if (!core)
		return NULL;
	core->now = config->now;
	core->secret = config->secret;
	core->pool = config->pool;
	core->sink = config->sink;
	core->number = config->number;
	core->next_flow = 1;
	core->route_generation = 1;
	core->gro_off = config->gro_off;
	rng_seed(&core->rng, config->seed);
	core->wheel = wheel_new(config->now);
	if (!core->wheel)
		goto no_wheel;
	core->routes = routes_new();
	if (!core->routes)
		goto no_routes;
	core->pmtu = pmtu_new(core);
	if (!core->pmtu)
		goto no_pmtu;
	core->neigh = neigh_table_new(core);
	if (!core->neigh)
		goto no_neigh;
	return core;

no_neigh:
	pmtu_free(core->pmtu);
no_pmtu:
	routes_free(core->routes);
no_routes:
	wheel_free(core->wheel);
no_wheel:
	free(core);
	return NULL;
}

void
core_free(struct core *core)
{
	if (!core)
		return;
	neigh_table_free(core->neigh);
	pmtu_free(core->pmtu);
	routes_free(core->routes);
	for (unsigned i = 1; i < CORE_IFACES; i++)
		if (core->iface[i])
			iface_groups_free(core->iface[i]);
	for (unsigned i = 1; i < CORE_IFACES; i++)
		free(core->iface[i]);
	wheel_free(core->wheel);
	free(core);
}

void
core_emit(struct core *core, struct event *e)
{
	e->when = core->now;
	e->host = core->number;
	core->sink->emit(core->sink, e);
}

void
core_register_network(struct core *core, bool v6, const struct network_ops *ops, void *self)
{
	struct core_network *n = v6 ? &core->net6 : &core->net4;

	assert(!n->ops);
	n->ops = ops;
	n->self = self;
}

static void
register_transport(struct core_transport *t, const struct transport_ops *ops, void *self)
{
	assert(!t->ops || !ops);
	t->ops = ops;
	t->self = self;
}

void
core_register_transport(struct core *core, uint8_t proto, const struct transport_ops *ops, void *self)
{
	register_transport(&core->transport[proto], ops, self);
}

void
core_register_ping(struct core *core, const struct transport_ops *ops, void *self)
{
	register_transport(&core->ping, ops, self);
}

void
core_register_echo(struct core *core, const struct transport_ops *ops, void *self)
{
	register_transport(&core->echo, ops, self);
}

static void
to_network(struct core *core, struct iface *iface, struct pkt *pkt)
{
	const struct core_network *n = NULL;

	if (pkt->ethertype == ETH_TYPE_IP4 || pkt->ethertype == ETH_TYPE_ARP)
		n = &core->net4;
	else if (pkt->ethertype == ETH_TYPE_IP6)
		n = &core->net6;
	if (n && n->ops)
		n->ops->input(n->self, iface, pkt);
	else
		pkt_drop(core, pkt, DROP_ETH_TYPE);
}

static void
all_to_network(struct core *core, struct list *pkts)
{
	struct list *n;

	while ((n = list_pop(pkts))) {
		struct pkt *p = container_of(n, struct pkt, node);

		to_network(core, core->iface[p->ifindex], p);
	}
}

static void
join(struct core *core, struct pkt *pkt)
{
	struct list ready = LIST_INIT(ready);

	gro_take(&core->gro, pkt, &ready);
	all_to_network(core, &ready);
}

void
core_input(struct core *core, struct iface *iface, struct pkt *pkt)
{
	bool ip = pkt->ethertype == ETH_TYPE_IP4 || pkt->ethertype == ETH_TYPE_IP6;

	if (!core->joining || !ip || pkt->link_group || gro_passes(&core->gro, pkt))
		to_network(core, iface, pkt);
	else
		join(core, pkt);
}

void
core_input_begin(struct core *core)
{
	core->joining = true;
}

void
core_input_end(struct core *core)
{
	struct list ready = LIST_INIT(ready);

	core->joining = false;
	if (core->gro.count == 0)
		return;
	gro_flush(&core->gro, &ready);
	all_to_network(core, &ready);
}

bool
core_error(struct core *core, const struct net_error *e)
{
	const struct core_transport *t = &core->transport[e->proto];

	return t->ops && t->ops->error && t->ops->error(t->self, e);
}

void
core_refuse(struct core *core, const struct pkt *pkt, const struct ip_rx *rx, int error)
{
	const struct core_network *n = core_network_of(core, &rx->src);

	if (n->ops)
		n->ops->refuse(n->self, pkt, rx, error);
}
