/*
 * tcp/flow/flow.c - finds the owner of a four-tuple, and knows which local addresses and ports are
 * in use.
 */
#include "tcp/flow/flow.h"

#include "leat.h"

#include <stdlib.h>

/*
 * A local port and its flows. Only bind() asks whether they share the port. It needs to walk the
 * list only for a single address, and only if the counts do not already give the answer.
 */
struct tcp_port {
	struct table_node node;
	uint16_t number;
	uint32_t users[2][TCP_SHARES]; /* flows by family (IPv4, IPv6) and struct tcp_flow.share */
	struct list flows;             /* struct tcp_flow.same_port */
};

enum { PORTS_KEPT = 256 };

int
tcp_flows_init(struct tcp_flows *flows, const struct siphash_key *key)
{
	slab_init(&flows->port_slab, sizeof(struct tcp_port), PORTS_KEPT);
	flows->last = NULL;
	if (table_init(&flows->table, key))
		return -LEAT_ENOMEM;
	if (table_init(&flows->ports, key)) {
		table_fini(&flows->table);
		return -LEAT_ENOMEM;
	}
	return 0;
}

void
tcp_flows_fini(struct tcp_flows *flows)
{
	slab_fini(&flows->port_slab);
	table_fini(&flows->table);
	table_fini(&flows->ports);
}

static bool
endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && a->ifindex == b->ifindex && ipaddr_eq(&a->addr, &b->addr);
}

static uint64_t
flow_hash(const struct tcp_flows *flows, const struct endpoint *local, const struct endpoint *remote)
{
	struct tcp_words w = tcp_words(local, remote);

	return w.n == 2 ? siphash13_two(&flows->table.key, w.word[0], w.word[1])
			: table_hash(&flows->table, w.word, w.n);
}

static bool
flow_is(const struct tcp_flow *f, const struct endpoint *local, const struct endpoint *remote)
{
	return f->remote.port == remote->port && f->local.port == local->port &&
	       f->remote.ifindex == remote->ifindex && ipaddr_eq(&f->remote.addr, &remote->addr) &&
	       ipaddr_eq(&f->local.addr, &local->addr);
}

struct tcp_flow *
tcp_find(struct tcp_flows *flows, const struct endpoint *local, const struct endpoint *remote, uint64_t *hash)
{
	if (flows->last && flow_is(flows->last, local, remote)) {
		*hash = flows->last->node.hash;
		return flows->last;
	}
	*hash = flow_hash(flows, local, remote);
	for (struct table_node *n = table_first(&flows->table, *hash); n; n = table_next(n)) {
		struct tcp_flow *f = container_of(n, struct tcp_flow, node);

		if (flow_is(f, local, remote))
			return flows->last = f;
	}
	return NULL;
}

/* No secret key is needed: of 65,536 ports, at most 256 can collide in a table of that size. */
static uint64_t
port_hash(uint16_t number)
{
	return number * UINT64_C(0x9e3779b97f4a7c15) >> 32;
}

static bool
port_is(const struct table_node *node, const void *number)
{
	return container_of(node, const struct tcp_port, node)->number == *(const uint16_t *)number;
}

static struct tcp_port *
port_find(const struct tcp_flows *flows, uint16_t number)
{
	struct table_node *n = table_find(&flows->ports, port_hash(number), &number, port_is);

	return n ? container_of(n, struct tcp_port, node) : NULL;
}

static struct tcp_port *
port_make(struct tcp_flows *flows, uint16_t number)
{
	struct tcp_port *p = slab_take(&flows->port_slab);

	if (!p)
		return NULL;
	p->number = number;
	list_init(&p->flows);
	table_insert(&flows->ports, &p->node, port_hash(number));
	return p;
}

static uint32_t *
users(struct tcp_flow *flow, uint8_t share)
{
	return &flow->port->users[!ipaddr_is4(&flow->local.addr)][share];
}

int
tcp_flow_add(struct tcp_flows *flows, struct tcp_flow *flow, uint64_t hash)
{
	flow->port = port_find(flows, flow->local.port);
	if (!flow->port)
		flow->port = port_make(flows, flow->local.port);
	if (!flow->port)
		return -LEAT_ENOBUFS;
	++*users(flow, flow->share);
	list_push(&flow->port->flows, &flow->same_port);
	table_insert(&flows->table, &flow->node, hash);
	return 0;
}

static void
leave_table(struct tcp_flows *flows, struct tcp_flow *flow)
{
	table_remove(&flows->table, &flow->node);
	list_del(&flow->same_port);
	if (flows->last == flow)
		flows->last = NULL;
}

void
tcp_flow_remove(struct tcp_flows *flows, struct tcp_flow *flow)
{
	struct tcp_port *port = flow->port;

	if (!port)
		return;
	leave_table(flows, flow);
	--*users(flow, flow->share);
	flow->port = NULL;
	if (!list_empty(&port->flows))
		return;
	table_remove(&flows->ports, &port->node);
	slab_give(&flows->port_slab, port);
}

void
tcp_flow_replace(struct tcp_flows *flows, struct tcp_flow *from, struct tcp_flow *to)
{
	uint64_t hash = from->node.hash;

	leave_table(flows, from);
	to->local = from->local;
	to->remote = from->remote;
	to->share = from->share;
	to->port = from->port;
	from->port = NULL;
	list_push(&to->port->flows, &to->same_port);
	table_insert(&flows->table, &to->node, hash);
}

void
tcp_flow_share(struct tcp_flow *flow, uint8_t share)
{
	--*users(flow, flow->share);
	++*users(flow, share);
	flow->share = share;
}

/*
 * Returns true if a flow that shares as @i says does not share with @share. Flows with a bit of
 * @but are left out.
 */
static bool
refuses(unsigned i, unsigned share, unsigned but)
{
	return !(i & but) && !(i & share & (TCP_SHARE_ADDR | TCP_SHARE_PORT));
}

/* Returns true if a flow of that family on @port refuses to share. */
static bool
any_refuses(const struct tcp_port *port, bool v6, unsigned share, unsigned but)
{
	for (unsigned i = 0; port && i < TCP_SHARES; i++)
		if (port->users[v6][i] && refuses(i, share, but))
			return true;
	return false;
}

/* Returns true if a flow with the address of @local refuses to share. */
static bool
one_refuses(const struct tcp_port *port, const struct endpoint *local, unsigned share)
{
	struct endpoint at = tcp_endpoint(&local->addr, local->port, local->ifindex);

	if (!any_refuses(port, !ipaddr_is4(&at.addr), share, 0))
		return false;
	list_each(n, &port->flows) {
		const struct tcp_flow *f = container_of(n, const struct tcp_flow, same_port);

		if (endpoint_eq(&f->local, &at) && refuses(f->share, share, 0))
			return true;
	}
	return false;
}

bool
tcp_flows_refuse(const struct tcp_flows *flows, const struct endpoint *local, bool v6, unsigned share)
{
	const struct tcp_port *port = port_find(flows, local->port);

	if (!ipaddr_is_any(&local->addr))
		return one_refuses(port, local, share);
	if (!ipaddr_is4(&local->addr))
		return any_refuses(port, true, share, 0) ||
		       (!(share & TCP_SHARE_V4) && any_refuses(port, false, share, 0));
	/* Linux: every IPv4 address conflicts with an IPv6 socket that is not IPV6_V6ONLY. */
	return any_refuses(port, false, share, 0) || (!v6 && any_refuses(port, true, share, TCP_SHARE_V4));
}
