/*
 * api/route.c - adds and removes addresses of interfaces, routes and permanent neighbours, and
 * lists the neighbours. It checks arguments and converts structs.
 */
#include "api/impl.h"
#include "core/neigh.h"

#include <string.h>

int
leat_iface_addr_add(struct leat_iface *iface, const struct leat_prefix *addr, uint32_t flags)
{
	struct ipaddr a = ipaddr_from16(addr->octets);

	if (flags & ~(uint32_t)LEAT_ADDR_PROBE || addr->bits > 128)
		return -LEAT_EINVAL;
	return iface_addr_add(iface->iface, &a, (uint8_t)addr->bits, !(flags & LEAT_ADDR_PROBE));
}

int
leat_iface_addr_del(struct leat_iface *iface, const struct leat_addr *addr)
{
	struct ipaddr a = ipaddr_from16(addr->octets);

	return iface_addr_del(iface->iface, &a);
}

/* Converts the caller's @route to the core's struct. Returns 0 or -LEAT_EINVAL. */
static int
read_route(const struct leat_stack *stack, const struct leat_route *route, struct route *out)
{
	struct leat_route c;
	int err = api_config(&c, sizeof c, route);

	if (err)
		return err;
	if (!route || !c.iface || c.iface->owner != stack || c.flags & ~(uint32_t)LEAT_ROUTE_REJECT)
		return -LEAT_EINVAL;
	*out = (struct route){.dst = ipaddr_from16(c.dst.octets), .ifindex = c.iface->iface->index};
	out->gateway = api_addr_or_any(&c.gateway, &out->dst);
	out->src = api_addr_or_any(&c.source, &out->dst);
	if (c.dst.bits > (ipaddr_is4(&out->dst) ? 32 : 128) ||
	    ipaddr_is4(&out->gateway) != ipaddr_is4(&out->dst) ||
	    ipaddr_is4(&out->src) != ipaddr_is4(&out->dst))
		return -LEAT_EINVAL;
	out->bits = (uint8_t)c.dst.bits;
	out->metric = c.metric;
	out->mtu = c.mtu;
	out->reject = c.flags & LEAT_ROUTE_REJECT;
	return 0;
}

int
leat_route_add(struct leat_stack *stack, const struct leat_route *route)
{
	struct route r;
	int err = read_route(stack, route, &r);

	return err ? err : route_add(stack_core(stack->stack), &r);
}

int
leat_route_del(struct leat_stack *stack, const struct leat_route *route)
{
	struct route r;
	int err = read_route(stack, route, &r);

	return err ? err : route_del(stack_core(stack->stack), &r);
}

int
leat_neigh_set(struct leat_iface *iface, const struct leat_addr *addr, const uint8_t mac[6])
{
	struct ipaddr a = ipaddr_from16(addr->octets);

	if (!iface->iface->link->has_neighbours || ipaddr_is_any(&a) || ipaddr_is_multicast(&a))
		return -LEAT_EINVAL;
	return neigh_set_permanent(iface->iface, &a, mac);
}

struct neigh_visit {
	void (*fn)(void *arg, const struct leat_neigh *neigh);
	void *arg;
};

/* Calls the caller's function with one entry of the neighbour cache. */
static void
visit_neigh(const struct neigh_info *info, void *arg)
{
	const struct neigh_visit *v = arg;
	struct endpoint addr = {.addr = info->addr};
	struct leat_neigh n = {
	    .addr = api_addr(&addr), .state = info->state, .iface = info->ifindex, .updated = info->updated};

	memcpy(n.mac, info->mac, sizeof n.mac);
	v->fn(v->arg, &n);
}

void
leat_neigh_each(struct leat_stack *stack, void (*fn)(void *arg, const struct leat_neigh *neigh), void *arg)
{
	struct neigh_visit v = {fn, arg};

	neigh_each(stack_core(stack->stack), visit_neigh, &v);
}
