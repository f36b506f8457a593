/*
 * core/route.c - finds the route of a packet. Each family has a trie of prefixes; each prefix has
 * its routes, ordered by metric. It also adds the learned path MTU.
 */
#include "core/route.h"

#include "core/internal.h"
#include "core/route_trie.h"

#include <stdlib.h>

struct routes {
	struct node *root[2];
};

struct routes *
routes_new(void)
{
	return calloc(1, sizeof(struct routes));
}

void
routes_free(struct routes *routes)
{
	for (unsigned f = 0; f < 2; f++)
		trie_free(routes->root[f]);
	free(routes);
}

void
routes_changed(struct core *core)
{
	core->route_generation++;
}

static struct node **
root_of(struct routes *routes, const struct ipaddr *dst)
{
	return &routes->root[ipaddr_is4(dst) ? 0 : 1];
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
	n = trie_make(root, &route->dst, route->bits);
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
	struct node *n = trie_deepest(*root, &route->dst, route->bits);

	if (!n || n->bits != route->bits)
		return -LEAT_ENOENT;
	for (struct entry **at = &n->entries; *at; at = &(*at)->next) {
		struct entry *e = *at;

		if (!same_route(&e->route, route))
			continue;
		*at = e->next;
		free(e);
		trie_prune(root, n);
		routes_changed(core);
		return 0;
	}
	return -LEAT_ENOENT;
}

/*
 * Returns the best route to @dst, or NULL. If @ifindex is not 0, only routes of that interface
 * count.
 */
static const struct route *
lookup(const struct core *core, const struct ipaddr *dst, uint32_t ifindex)
{
	struct node *n = trie_deepest(*root_of(core->routes, dst), dst, ipaddr_is4(dst) ? 32 : 128);

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

/* Returns true if @iface has an address of @dst's family. */
static bool
speaks(const struct iface *iface, const struct ipaddr *dst)
{
	for (unsigned i = 0; i < iface->naddr; i++)
		if (ipaddr_is4(&iface->addr[i].addr) == ipaddr_is4(dst))
			return true;
	return false;
}

/*
 * Returns the interface for groups and the limited broadcast, if neither the caller nor a route
 * names one.
 */
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

/*
 * Returns the source of a packet to @dst, an address of this host. It is @dst itself, but 127.0.0.1
 * for all of 127.0.0.0/8, as in Linux.
 */
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

void
route_each(const struct core *core, void (*fn)(const struct route *route, void *arg), void *arg)
{
	trie_each(core->routes->root[0], fn, arg);
	trie_each(core->routes->root[1], fn, arg);
}
