/*
 * core/iface.c - interfaces, their addresses and groups, and the paths of frames in and out.
 */
#include "core/iface.h"

#include "core/internal.h"
#include "pkt/seg.h"

#include <stdlib.h>

int
iface_add(struct core *core, const struct iface_config *config, struct iface **out)
{
	struct iface *i;
	uint32_t index = 1;

	while (index < CORE_IFACES && core->iface[index])
		index++;
	if (index == CORE_IFACES)
		return -LEAT_ENOSPC;
	i = calloc(1, sizeof *i);
	if (!i)
		return -LEAT_ENOMEM;
	i->core = core;
	i->index = index;
	strncpy(i->name, config->name, IFACE_NAME - 1);
	i->mtu = config->mtu;
	memcpy(i->mac, config->mac, sizeof i->mac);
	i->link = config->link;
	i->wire = config->wire;
	i->loopback = config->loopback;
	i->up = true;
	core->iface[index] = i;
	routes_changed(core);
	*out = i;
	return 0;
}

static struct route
onlink_route(const struct iface *iface, const struct iface_addr *a)
{
	bool v4 = ipaddr_is4(&a->addr);
	struct route r = {
	    .dst = ipaddr_prefix(&a->addr, a->bits),
	    .bits = a->bits,
	    .gateway = v4 ? IPADDR_ANY4 : IPADDR_ANY6,
	    .ifindex = iface->index,
	    .metric = v4 ? 0 : 256, /* as Linux */
	    .src = v4 ? IPADDR_ANY4 : IPADDR_ANY6,
	};
	return r;
}

static bool
addr_is_unicast(const struct ipaddr *addr)
{
	return !ipaddr_is_any(addr) && !ipaddr_is_multicast(addr) && !ipaddr_eq(addr, &IPADDR_BROADCAST4);
}

int
iface_addr_add(struct iface *iface, const struct ipaddr *addr, uint8_t bits, bool optimistic)
{
	struct core *core = iface->core;
	const struct core_network *n = ipaddr_is4(addr) ? &core->net4 : &core->net6;
	struct iface_addr *a;
	struct route route;
	int err;

	if (!addr_is_unicast(addr) || bits > (ipaddr_is4(addr) ? 32 : 128))
		return -LEAT_EINVAL;
	if (iface_addr_find(iface, addr))
		return -LEAT_EEXIST;
	if (iface->naddr == IFACE_ADDRS)
		return -LEAT_ENOSPC;
	a = &iface->addr[iface->naddr];
	a->addr = *addr;
	a->bits = bits;
	a->state = optimistic || iface->loopback ? ADDR_PREFERRED : ADDR_TENTATIVE;
	route = onlink_route(iface, a);
	err = route_add(core, &route);
	if (err && err != -LEAT_EEXIST)
		return err;
	iface->naddr++;
	routes_changed(core);
	if (n->ops && n->ops->addr_added)
		n->ops->addr_added(n->self, iface, a);
	return 0;
}

static bool
route_still_needed(const struct iface *iface, const struct route *route)
{
	for (unsigned i = 0; i < iface->naddr; i++) {
		struct route r = onlink_route(iface, &iface->addr[i]);

		if (r.bits == route->bits && ipaddr_eq(&r.dst, &route->dst))
			return true;
	}
	return false;
}

int
iface_addr_del(struct iface *iface, const struct ipaddr *addr)
{
	struct iface_addr *a = iface_addr_find(iface, addr);
	struct route route;

	if (!a)
		return -LEAT_ENOENT;
	route = onlink_route(iface, a);
	iface->naddr--;
	memmove(a, a + 1, (size_t)(iface->addr + iface->naddr - a) * sizeof *a);
	if (!route_still_needed(iface, &route))
		route_del(iface->core, &route);
	routes_changed(iface->core);
	return 0;
}

void
iface_addr_set_state(struct iface *iface, struct iface_addr *entry, enum addr_state state)
{
	entry->state = (uint8_t)state;
	routes_changed(iface->core);
}

struct iface_addr *
iface_addr_find(struct iface *iface, const struct ipaddr *addr)
{
	for (unsigned i = 0; i < iface->naddr; i++)
		if (ipaddr_eq(&iface->addr[i].addr, addr))
			return &iface->addr[i];
	return NULL;
}

static bool
owns(struct iface *iface, const struct ipaddr *addr)
{
	const struct iface_addr *a;

	if (iface->loopback && ipaddr_is4(addr) && ipaddr_is_loopback(addr))
		return true;
	a = iface_addr_find(iface, addr);
	return a && (a->state == ADDR_PREFERRED || a->state == ADDR_DEPRECATED);
}

struct iface *
iface_of_addr(struct core *core, const struct ipaddr *addr)
{
	for (unsigned i = 1; i < CORE_IFACES && core->iface[i]; i++)
		if (owns(core->iface[i], addr))
			return core->iface[i];
	return NULL;
}

bool
iface_is_broadcast(const struct iface *iface, const struct ipaddr *addr)
{
	uint32_t n = ipaddr_v4_number(addr);

	/*
	 * The last two bits are set in every broadcast address: subnets with prefixes of 31 (RFC
	 * 3021) or 32 bits have none.
	 */
	if ((n & 3) != 3 || !ipaddr_is4(addr))
		return false;
	if (ipaddr_eq(addr, &IPADDR_BROADCAST4))
		return true;
	for (unsigned i = 0; i < iface->naddr; i++) {
		const struct iface_addr *a = &iface->addr[i];
		uint32_t host;

		if (!ipaddr_is4(&a->addr) || a->bits > 30 || iface->loopback)
			continue;
		host = UINT32_MAX >> a->bits;
		if (((n ^ ipaddr_v4_number(&a->addr)) & ~host) == 0 && (n & host) == host)
			return true;
	}
	return false;
}

/*
 * Returns true for ff02::1:ff00:0/104 with the last 24 bits of an address of this interface (RFC
 * 4291, 2.7.1).
 */
static bool
is_solicited_node(const struct iface *iface, const struct ipaddr *addr)
{
	static const uint8_t prefix[13] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
	const uint8_t *octet = ipaddr_octets(addr);

	if (memcmp(octet, prefix, sizeof prefix) != 0)
		return false;
	for (unsigned i = 0; i < iface->naddr; i++) {
		const struct ipaddr *own = &iface->addr[i].addr;

		if (!ipaddr_is4(own) && memcmp(octet + 13, ipaddr_octets(own) + 13, 3) == 0)
			return true;
	}
	return false;
}

bool
iface_in_group(const struct iface *iface, const struct ipaddr *addr)
{
	static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1}, all_here[16] = {0xff, 1, [15] = 1};

	if (ipaddr_is4(addr)) {
		if (ipaddr_v4_number(addr) == 0xe0000001) /* 224.0.0.1, RFC 1112, 4 */
			return true;
	} else if (memcmp(ipaddr_octets(addr), all_nodes, 16) == 0 ||
		   memcmp(ipaddr_octets(addr), all_here, 16) == 0 || is_solicited_node(iface, addr)) {
		return true;
	}
	return iface_group_find(iface, addr) != NULL;
}

void
iface_down(struct iface *iface)
{
	iface->up = false;
	routes_changed(iface->core);
}

int
iface_open_loopback(struct iface *iface, uint8_t proto, uint16_t port)
{
	if (iface->nopened == IFACE_OPENED)
		return -LEAT_ENOSPC;
	iface->opened[iface->nopened++] = (struct iface_opened){proto, port};
	return 0;
}

bool
iface_opens_loopback(
    const struct iface *iface, uint8_t proto, const struct endpoint *to, struct ipaddr *loopback)
{
	for (unsigned i = 0; i < iface->nopened; i++) {
		if (iface->opened[i].port != to->port || iface->opened[i].proto != proto)
			continue;
		for (unsigned k = 0; k < iface->naddr; k++) {
			if (!ipaddr_eq(&iface->addr[k].addr, &to->addr))
				continue;
			*loopback = ipaddr_is4(&to->addr) ? IPADDR_LOOPBACK4 : IPADDR_LOOPBACK6;
			return true;
		}
	}
	return false;
}

void
iface_input(struct iface *iface, struct pkt *frame)
{
	frame->ifindex = iface->index;
	frame->stamp = iface->core->now;
	if (!iface->up) {
		pkt_drop(iface->core, frame, DROP_IFACE_DOWN);
		return;
	}
	iface->count.rx_frames++;
	iface->count.rx_octets += frame->len;
	iface->link->input(iface, frame);
}

/* Returns true if the wire takes this frame without cutting it. */
static bool
wire_takes_whole(const struct wire *wire, const struct pkt *frame)
{
	switch (frame->seg) {
	case PKT_SEG_TCP4:
		return wire->features & WIRE_TSO4;
	case PKT_SEG_TCP6:
		return wire->features & WIRE_TSO6;
	case PKT_SEG_UDP:
		return wire->features & WIRE_USO;
	default:
		return true;
	}
}

static void
transmit_one(struct iface *iface, struct pkt *frame)
{
	if (frame->seg == PKT_SEG_NONE && frame->len > iface->mtu + iface->link->header_len) {
		pkt_drop(iface->core, frame, DROP_IFACE_MTU);
		return;
	}
	if (!iface_offloads_checksum(iface) && !pkt_complete_sum(frame)) {
		pkt_drop(iface->core, frame, DROP_POOL_EMPTY);
		return;
	}
	frame->ifindex = iface->index;
	frame->stamp = iface->core->now;
	iface->count.tx_frames += frame->segs;
	iface->count.tx_octets += frame->len;
	iface->wire->transmit(iface->wire, frame, iface->core->now);
}

static void
transmit_pieces(struct iface *iface, struct pkt *frame)
{
	struct list pieces = LIST_INIT(pieces);
	struct list *n;
	int err;

	err = iface_offloads_checksum(iface) ? pkt_cut(frame, &pieces) : pkt_cut_complete(frame, &pieces);
	if (err)
		pkt_drop(iface->core, NULL, err == -LEAT_ENOMEM ? DROP_POOL_EMPTY : DROP_SEG_BAD);
	while ((n = list_pop(&pieces)) != NULL)
		transmit_one(iface, container_of(n, struct pkt, node));
}

void
iface_transmit(struct iface *iface, struct pkt *frame)
{
	if (!iface->up)
		pkt_drop(iface->core, frame, DROP_IFACE_DOWN);
	else if (wire_takes_whole(iface->wire, frame))
		transmit_one(iface, frame);
	else
		transmit_pieces(iface, frame);
}
