/*
 * tcp/tables.c - whose a segment is: connections by four-tuple; and which local addresses and ports they use.
 */
#include "tcp/host.h"

#include <stdlib.h>

/* A local address and port, or one family's unspecified address and a port, and how many flows use it, by what they share. */
struct tcp_local {
	struct table_node node;
	struct endpoint end;
	uint32_t users;
	uint32_t flows[TCP_SHARES];
};

/* Scope matters for link-local IPv6 addresses only (RFC 4007, 6), so that flows compare by octets. */
struct endpoint
tcp_endpoint(const struct ipaddr *addr, uint16_t port, uint32_t ifindex)
{
	bool scoped = !ipaddr_is4(addr) && ipaddr_is_link_local(addr);

	return (struct endpoint){.addr = *addr, .port = port, .ifindex = scoped ? ifindex : 0};
}

static bool
endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && a->ifindex == b->ifindex && ipaddr_eq(&a->addr, &b->addr);
}

static uint64_t
end_hash(const struct table *t, const struct endpoint *e)
{
	uint64_t words[3] = {e->addr.w[0], e->addr.w[1], e->port};

	return table_hash(t, words, 3);
}

static uint64_t
flow_hash(const struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote)
{
	uint64_t words[5] = {(uint64_t)remote->ifindex << 32 | (uint32_t)local->port << 16 | remote->port,
	    local->addr.w[1], remote->addr.w[1], local->addr.w[0], remote->addr.w[0]};

	return table_hash(&tcp->flows, words, ipaddr_is4(&remote->addr) ? 3 : 5);
}

struct flow_key {
	const struct endpoint *local, *remote;
};

static bool
flow_is(const struct table_node *node, const void *key)
{
	const struct tcp_flow *f = container_of(node, const struct tcp_flow, node);
	const struct flow_key *k = key;

	return f->remote.port == k->remote->port && f->local.port == k->local->port &&
	       f->remote.ifindex == k->remote->ifindex && ipaddr_eq(&f->remote.addr, &k->remote->addr) &&
	       ipaddr_eq(&f->local.addr, &k->local->addr);
}

struct tcp_flow *
tcp_find(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote)
{
	struct flow_key key = {local, remote};
	struct table_node *n;

	if (tcp->last && flow_is(&tcp->last->node, &key))
		return tcp->last;
	n = table_find(&tcp->flows, flow_hash(tcp, local, remote), &key, flow_is);
	if (n)
		tcp->last = container_of(n, struct tcp_flow, node);
	return n ? tcp->last : NULL;
}

static bool
local_is(const struct table_node *node, const void *key)
{
	return endpoint_eq(&container_of(node, const struct tcp_local, node)->end, key);
}

static struct tcp_local *
local_find(struct tcp *tcp, const struct endpoint *end)
{
	struct table_node *n = table_find(&tcp->locals, end_hash(&tcp->locals, end), end, local_is);

	return n ? container_of(n, struct tcp_local, node) : NULL;
}

static struct tcp_local *
local_hold(struct tcp *tcp, const struct endpoint *end, uint8_t share)
{
	uint64_t hash = end_hash(&tcp->locals, end);
	struct table_node *n = table_find(&tcp->locals, hash, end, local_is);
	struct tcp_local *l = n ? container_of(n, struct tcp_local, node) : calloc(1, sizeof *l);

	if (!l)
		return NULL;
	if (!n) {
		l->end = *end;
		table_insert(&tcp->locals, &l->node, hash);
	}
	l->users++;
	l->flows[share]++;
	return l;
}

static void
local_release(struct tcp *tcp, struct tcp_local *l, uint8_t share)
{
	l->flows[share]--;
	if (--l->users == 0) {
		table_remove(&tcp->locals, &l->node);
		free(l);
	}
}

/* Of @end's port, whatever the address of its family. */
static struct endpoint
any_of(const struct endpoint *end)
{
	return (struct endpoint){
	    .addr = ipaddr_is4(&end->addr) ? IPADDR_ANY4 : IPADDR_ANY6, .port = end->port};
}

int
tcp_flow_add(struct tcp *tcp, struct tcp_flow *flow)
{
	struct endpoint any = any_of(&flow->local);

	flow->held[0] = local_hold(tcp, &flow->local, flow->share);
	if (!flow->held[0])
		return -LEAT_ENOBUFS;
	flow->held[1] = local_hold(tcp, &any, flow->share);
	if (!flow->held[1]) {
		local_release(tcp, flow->held[0], flow->share);
		return -LEAT_ENOBUFS;
	}
	table_insert(&tcp->flows, &flow->node, flow_hash(tcp, &flow->local, &flow->remote));
	return 0;
}

static void
leave_table(struct tcp *tcp, struct tcp_flow *flow)
{
	table_remove(&tcp->flows, &flow->node);
	if (tcp->last == flow)
		tcp->last = NULL;
}

void
tcp_flow_remove(struct tcp *tcp, struct tcp_flow *flow)
{
	if (!flow->held[0])
		return;
	leave_table(tcp, flow);
	for (unsigned i = 0; i < 2; i++)
		local_release(tcp, flow->held[i], flow->share);
}

void
tcp_flow_replace(struct tcp *tcp, struct tcp_flow *from, struct tcp_flow *to)
{
	uint64_t hash = from->node.hash;

	leave_table(tcp, from);
	to->local = from->local;
	to->remote = from->remote;
	to->share = from->share;
	for (unsigned i = 0; i < 2; i++) {
		to->held[i] = from->held[i];
		from->held[i] = NULL;
	}
	table_insert(&tcp->flows, &to->node, hash);
}

void
tcp_flow_share(struct tcp *tcp, struct tcp_flow *flow, uint8_t share)
{
	for (unsigned i = 0; i < 2; i++) {
		flow->held[i]->flows[flow->share]--;
		flow->held[i]->flows[share]++;
	}
	flow->share = share;
}

/* Does a flow under @end, of those that have none of the marks in @but, refuse to share with @share? */
static bool
refuses(struct tcp *tcp, const struct endpoint *end, unsigned share, unsigned but)
{
	const struct tcp_local *l = local_find(tcp, end);

	for (unsigned i = 0; l && i < TCP_SHARES; i++)
		if (l->flows[i] && !(i & but) && !(i & share & (TCP_SHARE_ADDR | TCP_SHARE_PORT)))
			return true;
	return false;
}

bool
tcp_local_taken(struct tcp *tcp, const struct endpoint *local, bool v6, const struct tcp_opts *opts)
{
	struct endpoint any4 = {.addr = IPADDR_ANY4, .port = local->port};
	struct endpoint any6 = {.addr = IPADDR_ANY6, .port = local->port};
	unsigned share = tcp_share(opts);

	if (!ipaddr_is_any(&local->addr)) {
		struct endpoint at = tcp_endpoint(&local->addr, local->port, local->ifindex);

		return refuses(tcp, &at, share, 0);
	}
	if (!ipaddr_is4(&local->addr))
		return refuses(tcp, &any6, share, 0) || (!opts->v6only && refuses(tcp, &any4, share, 0));
	/* Linux: every IPv4 address overlaps what an IPv6 socket has that could have had IPv4 as well. */
	return refuses(tcp, &any4, share, 0) || (!v6 && refuses(tcp, &any6, share, TCP_SHARE_V4));
}

bool
tcp_tuple_free(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote)
{
	struct endpoint l = tcp_endpoint(&local->addr, local->port, local->ifindex);
	struct endpoint r = tcp_endpoint(&remote->addr, remote->port, remote->ifindex);
	struct tcp_flow *f = tcp_find(tcp, &l, &r);

	return !f || (f->time_wait && tcp_time_wait_reusable(tcp, container_of(f, struct tcp_tw, flow)));
}
