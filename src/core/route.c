/*
 * core/route.c - routes in a binary trie with one-way branches left out, so that finding one costs at most as many steps
 * as there are different prefixes on the way down. A trie for each family.
 */
#include "core/route.h"

#include "core/internal.h"

#include <stdlib.h>

struct entry {
	struct entry *next; /* by metric, lowest first */
	struct route route;
};

/* A prefix that routes have, or where two such part. */
struct node {
	struct node *parent, *child[2];
	struct ipaddr prefix;
	unsigned bits;
	struct entry *entries; /* NULL where prefixes only part */
};

struct routes {
	struct node *root[2];
	uint64_t generation;
};

struct routes *
routes_new(void)
{
	struct routes *routes = calloc(1, sizeof *routes);

	if (routes)
		routes->generation = 1; /* a cache of 0 has never been filled */
	return routes;
}

static void
node_free(struct node *n)
{
	struct entry *next;

	for (struct entry *e = n->entries; e; e = next) {
		next = e->next;
		free(e);
	}
	free(n);
}

void
routes_free(struct routes *routes)
{
	for (unsigned f = 0; f < 2; f++) {
		struct node *n = routes->root[f];

		while (n) {
			struct node *parent = n->parent;

			if (n->child[0] || n->child[1]) {
				n = n->child[0] ? n->child[0] : n->child[1];
				continue;
			}
			if (parent)
				parent->child[parent->child[1] == n] = NULL;
			node_free(n);
			n = parent;
		}
	}
	free(routes);
}

void
routes_changed(struct core *core)
{
	core->routes->generation++;
}

uint64_t
route_generation(const struct core *core)
{
	return core->routes->generation;
}

static struct node **
root_of(struct routes *routes, const struct ipaddr *dst)
{
	return &routes->root[ipaddr_is4(dst) ? 0 : 1];
}

/* Bit @i of the address, counted within its family. */
static unsigned
bit_at(const struct ipaddr *a, unsigned i)
{
	const uint8_t *octet = ipaddr_is4(a) ? ipaddr_octets4(a) : ipaddr_octets(a);

	return octet[i / 8] >> (7 - i % 8) & 1;
}

static unsigned
common_bits(const struct ipaddr *a, const struct ipaddr *b, unsigned limit)
{
	uint64_t diff = be64_get(ipaddr_octets(a)) ^ be64_get(ipaddr_octets(b));
	unsigned n;

	if (diff) {
		n = (unsigned)__builtin_clzll(diff);
	} else {
		diff = be64_get(ipaddr_octets(a) + 8) ^ be64_get(ipaddr_octets(b) + 8);
		n = 64 + (diff ? (unsigned)__builtin_clzll(diff) : 64);
	}
	if (ipaddr_is4(a))
		n -= 96;
	return n < limit ? n : limit;
}

/* The deepest node whose prefix covers @dst's first @bits and is no longer than that; NULL when there is none. */
static struct node *
deepest(struct node *n, const struct ipaddr *dst, unsigned bits)
{
	struct node *best = NULL;

	while (n && n->bits <= bits && ipaddr_prefix_match(&n->prefix, dst, n->bits)) {
		best = n;
		if (n->bits == bits)
			break;
		n = n->child[bit_at(dst, n->bits)];
	}
	return best;
}

static struct node *
node_new(const struct ipaddr *prefix, unsigned bits)
{
	struct node *n = calloc(1, sizeof *n);

	if (n) {
		n->prefix = *prefix;
		n->bits = bits;
	}
	return n;
}

static void
adopt(struct node *parent, struct node *child)
{
	parent->child[bit_at(&child->prefix, parent->bits)] = child;
	child->parent = parent;
}

/* The node of exactly this prefix, made where there is none; NULL without memory. */
static struct node *
node_make(struct node **root, const struct ipaddr *dst, unsigned bits)
{
	struct node *above = deepest(*root, dst, bits);
	struct node *below, *n, *fork = NULL;
	struct node **at;

	if (above && above->bits == bits)
		return above;
	at = above ? &above->child[bit_at(dst, above->bits)] : root;
	below = *at;
	n = node_new(dst, bits);
	if (!n)
		return NULL;
	if (below) {
		unsigned common = common_bits(dst, &below->prefix, bits < below->bits ? bits : below->bits);

		if (common < bits) { /* they part before the new prefix ends */
			fork = node_new(dst, common);
			if (!fork) {
				free(n);
				return NULL;
			}
			adopt(fork, n);
			adopt(fork, below);
		} else {
			adopt(n, below);
		}
	}
	*at = fork ? fork : n;
	(*at)->parent = above;
	return n;
}

/* Take out nodes from @n upwards that serve nothing any more. */
static void
node_prune(struct node **root, struct node *n)
{
	while (n && !n->entries && !(n->child[0] && n->child[1])) {
		struct node *parent = n->parent;
		struct node *child = n->child[0] ? n->child[0] : n->child[1];
		struct node **at = parent ? &parent->child[parent->child[1] == n] : root;

		*at = child;
		if (child)
			child->parent = parent;
		node_free(n);
		n = parent;
	}
}

static bool
same_route(const struct route *a, const struct route *b)
{
	return a->ifindex == b->ifindex && ipaddr_eq(&a->gateway, &b->gateway);
}

int
route_add(struct core *core, const struct route *route)
{
	struct node **root = root_of(core->routes, &route->dst);
	struct entry *e, **at;
	struct node *n;

	if (!route->reject &&
	    (route->ifindex == 0 || route->ifindex >= CORE_IFACES || !core->iface[route->ifindex]))
		return -LEAT_ENODEV;
	e = calloc(1, sizeof *e);
	if (!e)
		return -LEAT_ENOMEM;
	e->route = *route;
	n = node_make(root, &route->dst, route->bits);
	if (!n) {
		free(e);
		return -LEAT_ENOMEM;
	}
	for (struct entry *other = n->entries; other; other = other->next) {
		if (same_route(&other->route, route)) {
			free(e);
			return -LEAT_EEXIST;
		}
	}
	for (at = &n->entries; *at && (*at)->route.metric <= route->metric; at = &(*at)->next)
		;
	e->next = *at;
	*at = e;
	routes_changed(core);
	return 0;
}

int
route_del(struct core *core, const struct route *route)
{
	struct node **root = root_of(core->routes, &route->dst);
	struct node *n = deepest(*root, &route->dst, route->bits);

	if (!n || n->bits != route->bits)
		return -LEAT_ENOENT;
	for (struct entry **at = &n->entries; *at; at = &(*at)->next) {
		struct entry *e = *at;

		if (!same_route(&e->route, route))
			continue;
		*at = e->next;
		free(e);
		node_prune(root, n);
		routes_changed(core);
		return 0;
	}
	return -LEAT_ENOENT;
}

/* The best route to @dst, on @ifindex if that is not 0; NULL when there is none. */
static const struct route *
lookup(const struct core *core, const struct ipaddr *dst, uint32_t ifindex)
{
	struct node *n = deepest(*root_of(core->routes, dst), dst, ipaddr_is4(dst) ? 32 : 128);

	for (; n; n = n->parent) {
		for (const struct entry *e = n->entries; e; e = e->next) {
			if (e->route.reject)
				return &e->route;
			if (ifindex && e->route.ifindex != ifindex)
				continue;
			if (core->iface[e->route.ifindex]->up)
				return &e->route;
		}
	}
	return NULL;
}

static struct iface *
iface_at(const struct core *core, uint32_t ifindex)
{
	return ifindex < CORE_IFACES ? core->iface[ifindex] : NULL;
}

static struct iface *
loopback_of(const struct core *core)
{
	for (unsigned i = 1; i < CORE_IFACES && core->iface[i]; i++)
		if (core->iface[i]->loopback)
			return core->iface[i];
	return NULL;
}

/* Does @iface have an address of @dst's family? */
static bool
speaks(const struct iface *iface, const struct ipaddr *dst)
{
	for (unsigned i = 0; i < iface->naddr; i++)
		if (ipaddr_is4(&iface->addr[i].addr) == ipaddr_is4(dst))
			return true;
	return false;
}

/* Groups and the limited broadcast: to where they are sent when nobody says and no route does. */
static struct iface *
first_outside(const struct core *core, const struct ipaddr *dst)
{
	for (unsigned i = 1; i < CORE_IFACES && core->iface[i]; i++)
		if (!core->iface[i]->loopback && core->iface[i]->up && speaks(core->iface[i], dst))
			return core->iface[i];
	return NULL;
}

static int
find_group(struct core *core, const struct ipaddr *dst, uint32_t ifindex, struct path *path)
{
	const struct route *r = ifindex ? NULL : lookup(core, dst, 0);

	path->next_hop = *dst;
	if (ifindex)
		path->iface = iface_at(core, ifindex);
	else if (r && !r->reject)
		path->iface = core->iface[r->ifindex];
	else
		path->iface = first_outside(core, dst);
	if (!path->iface)
		return -LEAT_ENETUNREACH;
	path->mtu = path->iface->mtu;
	return path->iface->up ? 0 : -LEAT_ENETDOWN;
}

static int
find_local(struct core *core, struct path *path, const struct ipaddr *dst)
{
	path->iface = loopback_of(core);
	if (!path->iface)
		return -LEAT_ENETUNREACH;
	path->next_hop = *dst;
	path->mtu = path->iface->mtu;
	path->local = true;
	return path->iface->up ? 0 : -LEAT_ENETDOWN;
}

static int
find_routed(struct core *core, const struct ipaddr *dst, uint32_t ifindex, struct path *path)
{
	const struct route *r = lookup(core, dst, ifindex);
	uint32_t learned;

	if (!r && ifindex && iface_at(core, ifindex) && !iface_at(core, ifindex)->up)
		return -LEAT_ENETDOWN;
	if (!r || r->reject)
		return -LEAT_ENETUNREACH;
	path->iface = core->iface[r->ifindex];
	path->next_hop = ipaddr_is_any(&r->gateway) ? *dst : r->gateway;
	path->src = r->src;
	path->mtu = r->mtu && r->mtu < path->iface->mtu ? r->mtu : path->iface->mtu;
	learned = pmtu_find(core->pmtu, dst);
	if (learned && learned < path->mtu)
		path->mtu = learned;
	return 0;
}

/* Where a packet to one of our own addresses comes from: that address, but 127.0.0.1 for all of 127.0.0.0/8, as Linux. */
static struct ipaddr
local_source(const struct ipaddr *dst)
{
	return ipaddr_is4(dst) && ipaddr_is_loopback(dst) ? IPADDR_LOOPBACK4 : *dst;
}

int
route_find(
    struct core *core, const struct ipaddr *dst, const struct ipaddr *src, uint32_t ifindex, struct path *out)
{
	struct path path = {.src = ipaddr_is4(dst) ? IPADDR_ANY4 : IPADDR_ANY6};
	const struct ipaddr *chosen;
	int err;

	if (ipaddr_is_any(dst))
		return -LEAT_ENETUNREACH;
	if (ipaddr_is_multicast(dst) || ipaddr_eq(dst, &IPADDR_BROADCAST4))
		err = find_group(core, dst, ifindex, &path);
	else if (ipaddr_is_loopback(dst) || iface_of_addr(core, dst))
		err = find_local(core, &path, dst);
	else
		err = find_routed(core, dst, ifindex, &path);
	if (err)
		return err;
	if (src && !ipaddr_is_any(src)) {
		path.src = *src;
	} else if (path.local) {
		path.src = local_source(dst);
	} else if (ipaddr_is_any(&path.src)) {
		chosen = source_select(core, path.iface, dst, &path.next_hop);
		if (!chosen)
			return -LEAT_EADDRNOTAVAIL;
		path.src = *chosen;
	}
	*out = path;
	return 0;
}

/* No deeper than a prefix has bits. */
static void
node_each(const struct node *n, void (*fn)(const struct route *route, void *arg), void *arg)
{
	if (!n)
		return;
	for (const struct entry *e = n->entries; e; e = e->next)
		fn(&e->route, arg);
	node_each(n->child[0], fn, arg);
	node_each(n->child[1], fn, arg);
}

void
route_each(const struct core *core, void (*fn)(const struct route *route, void *arg), void *arg)
{
	node_each(core->routes->root[0], fn, arg);
	node_each(core->routes->root[1], fn, arg);
}
