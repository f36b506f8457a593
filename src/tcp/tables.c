/*
 * tcp/tables.c - whose a segment is: connections by four-tuple, listeners from the specific to the general; and which local addresses and ports are
 * in use.
 */
#include "tcp/conn.h"

#include <stdlib.h>

/* A local address and port, or one family's unspecified address and a port, and how many flows use it. */
struct tcp_local {
	struct table_node node;
	struct endpoint end;
	uint32_t users;
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
	uint64_t words[5] = {local->addr.w[0], local->addr.w[1], remote->addr.w[0], remote->addr.w[1],
	    (uint64_t)remote->ifindex << 32 | (uint32_t)local->port << 16 | remote->port};

	return table_hash(&tcp->flows, words, 5);
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
	struct table_node *n = table_find(&tcp->flows, flow_hash(tcp, local, remote), &key, flow_is);

	return n ? container_of(n, struct tcp_flow, node) : NULL;
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

static int
local_hold(struct tcp *tcp, const struct endpoint *end)
{
	struct tcp_local *l = local_find(tcp, end);

	if (!l) {
		l = calloc(1, sizeof *l);
		if (!l)
			return -LEAT_ENOBUFS;
		l->end = *end;
		table_insert(&tcp->locals, &l->node, end_hash(&tcp->locals, end));
	}
	l->users++;
	return 0;
}

static void
local_release(struct tcp *tcp, const struct endpoint *end)
{
	struct tcp_local *l = local_find(tcp, end);

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
tcp_local_hold(struct tcp *tcp, const struct endpoint *local)
{
	struct endpoint any = any_of(local);
	int err = local_hold(tcp, local);

	if (err)
		return err;
	err = local_hold(tcp, &any);
	if (err)
		local_release(tcp, local);
	return err;
}

void
tcp_local_release(struct tcp *tcp, const struct endpoint *local)
{
	struct endpoint any = any_of(local);

	local_release(tcp, local);
	local_release(tcp, &any);
}

int
tcp_flow_add(struct tcp *tcp, struct tcp_flow *flow)
{
	int err = tcp_local_hold(tcp, &flow->local);

	if (!err)
		table_insert(&tcp->flows, &flow->node, flow_hash(tcp, &flow->local, &flow->remote));
	return err;
}

void
tcp_flow_remove(struct tcp *tcp, struct tcp_flow *flow)
{
	table_remove(&tcp->flows, &flow->node);
	tcp_local_release(tcp, &flow->local);
}

bool
tcp_local_in_use(struct tcp *tcp, const struct endpoint *local)
{
	struct endpoint any4 = {.addr = IPADDR_ANY4, .port = local->port};
	struct endpoint any6 = {.addr = IPADDR_ANY6, .port = local->port};

	if (ipaddr_is_any(&local->addr))
		return local_find(tcp, ipaddr_is4(&local->addr) ? &any4 : &any6) ||
		       (!ipaddr_is4(&local->addr) && local_find(tcp, &any4));
	if (local_find(tcp, local))
		return true;
	return tcp_find_listener(tcp, local) && list_empty(&tcp->catch_all);
}

bool
tcp_tuple_free(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote)
{
	struct endpoint l = tcp_endpoint(&local->addr, local->port, local->ifindex);
	struct endpoint r = tcp_endpoint(&remote->addr, remote->port, remote->ifindex);
	struct tcp_flow *f = tcp_find(tcp, &l, &r);

	return !f || (f->time_wait && tcp_time_wait_reusable(tcp, container_of(f, struct tcp_tw, flow)));
}

struct listen_key {
	const struct endpoint *local;
	bool v4; /* a listener on "::" must not be v6only */
};

static bool
listener_takes(const struct table_node *node, const void *key)
{
	const struct tcp_listener *l = container_of(node, const struct tcp_listener, node);
	const struct listen_key *k = key;

	return l->local.port == k->local->port && ipaddr_eq(&l->local.addr, &k->local->addr) &&
	       (l->local.ifindex == 0 || l->local.ifindex == k->local->ifindex) && !(k->v4 && l->v6only);
}

static struct tcp_listener *
find_listener_at(struct tcp *tcp, const struct endpoint *local, const struct ipaddr *addr, bool v4)
{
	struct endpoint at = {.addr = *addr, .port = local->port, .ifindex = local->ifindex};
	struct listen_key key = {&at, v4};
	struct table_node *n =
	    table_find(&tcp->listening, end_hash(&tcp->listening, &at), &key, listener_takes);

	return n ? container_of(n, struct tcp_listener, node) : NULL;
}

/* The specific before the wildcard, the own family's wildcard before the dual one, a port before every port. */
struct tcp_listener *
tcp_find_listener(struct tcp *tcp, const struct endpoint *local)
{
	bool v4 = ipaddr_is4(&local->addr);
	struct tcp_listener *l = find_listener_at(tcp, local, &local->addr, false);

	if (!l && v4)
		l = find_listener_at(tcp, local, &IPADDR_ANY4, false);
	if (!l)
		l = find_listener_at(tcp, local, &IPADDR_ANY6, v4);
	return l ? l : list_first(&tcp->catch_all, struct tcp_listener, any);
}
