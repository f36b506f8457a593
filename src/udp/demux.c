/* udp/demux.c - finds the end that a datagram is for. */
#include "core/core.h"
#include "udp/end.h"
#include "wire/ip.h"

#include <stdlib.h>

enum { KEY_WORDS = 5 };

struct slot_key {
	const struct endpoint *local, *remote;
};

static const struct endpoint NO_PEER = {{{0, 0}}, 0, 0};

static uint64_t
slot_hash(const struct udp *udp, const struct slot_key *k)
{
	uint64_t words[KEY_WORDS] = {k->local->addr.w[0], k->local->addr.w[1], k->remote->addr.w[0],
	    k->remote->addr.w[1], (uint64_t)k->local->port << 16 | k->remote->port};

	return table_hash(&udp->slots, words, KEY_WORDS);
}

static bool
same_name(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && ipaddr_eq(&a->addr, &b->addr);
}

static bool
slot_eq(const struct table_node *node, const void *key)
{
	const struct udp_slot *s = container_of(node, const struct udp_slot, node);
	const struct slot_key *k = key;

	return same_name(&s->local, k->local) && same_name(&s->remote, k->remote);
}

static struct udp_slot *
slot_find(const struct udp *udp, const struct endpoint *local, const struct endpoint *remote)
{
	struct slot_key k = {local, remote};
	struct table_node *n = table_find(&udp->slots, slot_hash(udp, &k), &k, slot_eq);

	return n ? container_of(n, struct udp_slot, node) : NULL;
}

static struct udp_slot *
slot_make(struct udp *udp, const struct endpoint *local, const struct endpoint *remote)
{
	struct slot_key k = {local, remote};
	struct udp_slot *s = slot_find(udp, local, remote);

	if (s)
		return s;
	s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->local = *local;
	s->remote = *remote;
	list_init(&s->ends);
	table_insert(&udp->slots, &s->node, slot_hash(udp, &k));
	return s;
}

static void
slot_leave(struct udp_end *e)
{
	struct udp_slot *s = e->slot;

	list_del(&e->node);
	e->slot = NULL;
	if (s && list_empty(&s->ends)) {
		table_remove(&e->udp->slots, &s->node);
		free(s);
	}
}

int
udp_slot_move(struct udp_end *e, const struct endpoint *local, const struct endpoint *remote)
{
	struct udp_slot *s = NULL;

	if (local->port) {
		s = slot_make(e->udp, local, remote ? remote : &NO_PEER);
		if (!s)
			return -LEAT_ENOBUFS;
		if (s == e->slot)
			return 0;
	}
	slot_leave(e);
	e->slot = s;
	if (s)
		list_push_front(&s->ends, &e->node);
	return 0;
}

/* Returns true if @e takes datagrams of this interface and family. */
static bool
end_takes(const struct udp_end *e, const struct udp_flow *f)
{
	if (f->iface && e->opts.bound_if && e->opts.bound_if != f->iface->index)
		return false;
	if (f->iface && e->local.ifindex && e->local.ifindex != f->iface->index)
		return false;
	return !(e->opts.v6only && ipaddr_is4(&f->local.addr));
}

/* Ends of one name with SO_REUSEPORT share its flows evenly; a flow always goes to the same end. */
static struct udp_end *
share(const struct udp *udp, const struct udp_slot *s, const struct udp_flow *f, unsigned count)
{
	struct slot_key k = {&f->local, &f->remote};
	uint64_t at = (slot_hash(udp, &k) >> 32) * count >> 32;

	list_each(n, &s->ends) {
		struct udp_end *e = container_of(n, struct udp_end, node);

		if (end_takes(e, f) && e->opts.reuse_port && at-- == 0)
			return e;
	}
	return NULL;
}

/* Returns the end with the names (@local, @remote) that takes @f; NULL if there is none. */
static struct udp_end *
pick(const struct udp *udp, const struct endpoint *local, const struct endpoint *remote,
    const struct udp_flow *f)
{
	const struct udp_slot *s = slot_find(udp, local, remote);
	struct udp_end *first = NULL;
	unsigned sharing = 0;

	if (!s)
		return NULL;
	list_each(n, &s->ends) {
		struct udp_end *e = container_of(n, struct udp_end, node);

		if (!end_takes(e, f))
			continue;
		if (!first)
			first = e;
		if (!first->opts.reuse_port)
			return first;
		sharing += e->opts.reuse_port;
	}
	return sharing > 1 ? share(udp, s, f, sharing) : first;
}

static struct udp_end *
pick_wildcard(const struct udp *udp, const struct udp_flow *f)
{
	struct endpoint any = {IPADDR_ANY6, f->local.port, 0};
	struct udp_end *e = NULL;

	if (ipaddr_is4(&f->local.addr)) {
		any.addr = IPADDR_ANY4;
		e = pick(udp, &any, &NO_PEER, f);
		any.addr = IPADDR_ANY6;
	}
	return e ? e : pick(udp, &any, &NO_PEER, f);
}

struct udp_end *
udp_find_sender(struct udp *udp, const struct udp_flow *f)
{
	struct udp_end *e = pick(udp, &f->local, &f->remote, f);

	if (!e)
		e = pick(udp, &f->local, &NO_PEER, f);
	return e ? e : pick_wildcard(udp, f);
}

struct udp_end *
udp_find(struct udp *udp, const struct udp_flow *f)
{
	struct udp_end *e = udp_find_sender(udp, f);
	struct endpoint instead = f->local;

	if (!e && f->iface && iface_opens_loopback(f->iface, IP_PROTO_UDP, &f->local, &instead.addr))
		e = pick(udp, &instead, &NO_PEER, f);
	return e ? e : list_first(&udp->any_port, struct udp_end, node);
}

bool
udp_serves(struct udp *udp, struct iface *iface, const struct endpoint *local)
{
	struct udp_flow f = {.local = *local, .remote = {.addr = local->addr}, .iface = iface};

	return udp_find(udp, &f) != NULL;
}

bool
udp_is_taken(struct udp *udp, const struct endpoint *local, const struct endpoint *remote, uint32_t ifindex)
{
	struct udp_flow f = {
	    *local, *remote, ifindex < CORE_IFACES ? udp->core->iface[ifindex] : NULL, 0, 0, false};

	return udp_find_sender(udp, &f) != NULL;
}

static void
each_in_slot(struct udp *udp, const struct ipaddr *local, const struct endpoint *remote,
    const struct udp_flow *f, void (*fn)(struct udp_end *e, void *arg), void *arg)
{
	struct endpoint name = {*local, f->local.port, 0};
	struct udp_slot *s = slot_find(udp, &name, remote);

	if (!s)
		return;
	list_each_safe(n, &s->ends) {
		struct udp_end *e = container_of(n, struct udp_end, node);

		if (end_takes(e, f) && udp_takes_from(e, f))
			fn(e, arg);
	}
}

void
udp_each_member(
    struct udp *udp, const struct udp_flow *f, void (*fn)(struct udp_end *e, void *arg), void *arg)
{
	each_in_slot(udp, &f->local.addr, &f->remote, f, fn, arg);
	each_in_slot(udp, &f->local.addr, &NO_PEER, f, fn, arg);
	if (ipaddr_is4(&f->local.addr))
		each_in_slot(udp, &IPADDR_ANY4, &NO_PEER, f, fn, arg);
	each_in_slot(udp, &IPADDR_ANY6, &NO_PEER, f, fn, arg);
}
