/*
 * net/arp.c - ARP (RFC 826), with the probes, announcements and defence of RFC 5227.
 *
 * What is learned goes to core's neighbour table. Only a request to this host makes an entry. All
 * other ARP packets only update entries that this host made by asking.
 */
#include "wire/arp.h"
#include "net/internal.h"

static const nsec_t DEFEND_INTERVAL = 10 * SEC; /* RFC 5227, 1.1 */

static const uint8_t broadcast_mac[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, no_mac[6];

static void
send(struct iface *iface, uint16_t op, const struct ipaddr *spa, const uint8_t tha[6],
    const struct ipaddr *tpa, const uint8_t to[6])
{
	struct core *core = iface->core;
	struct pkt *p;

	if (!iface->link->has_neighbours)
		return;
	p = pkt_new(core->pool);
	if (!p) {
		drop_note(core, NULL, DROP_POOL_EMPTY);
		return;
	}
	arp_put(pkt_push(p, ARP_LEN), op, iface->mac, spa, tha, tpa);
	p->ethertype = ETH_TYPE_ARP;
	p->sum = PKT_SUM_VALID;
	iface->link->output_to(iface, p, to);
}

/* RFC 5227, 2.1.1: a probe is a request with no sender address. */
void
arp_probe(struct iface *iface, const struct ipaddr *addr)
{
	send(iface, ARP_OP_REQUEST, &IPADDR_ANY4, no_mac, addr, broadcast_mac);
}

/* RFC 5227, 2.3. */
void
arp_announce(struct iface *iface, const struct ipaddr *addr)
{
	send(iface, ARP_OP_REQUEST, addr, no_mac, addr, broadcast_mac);
}

/*
 * Returns the address to ask from: one in the target's subnet if there is one, otherwise any other.
 * NULL if there is none.
 */
static const struct ipaddr *
asking_address(const struct iface *iface, const struct ipaddr *target)
{
	const struct ipaddr *any = NULL;

	for (unsigned i = 0; i < iface->naddr; i++) {
		const struct iface_addr *a = &iface->addr[i];

		if (!ipaddr_is4(&a->addr) || a->state == ADDR_TENTATIVE || a->state == ADDR_DUPLICATE)
			continue;
		if (ipaddr_prefix_match(&a->addr, target, a->bits))
			return &a->addr;
		if (!any)
			any = &a->addr;
	}
	return any;
}

static void
solicit(void *self, struct iface *iface, const struct ipaddr *addr, const uint8_t *mac)
{
	const struct ipaddr *from = asking_address(iface, addr);

	(void)self;
	if (from)
		send(iface, ARP_OP_REQUEST, from, no_mac, addr, mac ? mac : broadcast_mac);
}

const struct neigh_ops arp_neigh_ops = {solicit};

/*
 * Another host uses an address of this one. Announces the address once, and ignores more conflicts
 * for a while (RFC 5227, 2.4 (b)).
 */
static void
defend(struct net *net, struct iface *iface, const struct ipaddr *addr)
{
	nsec_t *last = &net->defended[iface->index];

	if (*last && net->core->now - *last < DEFEND_INTERVAL)
		return;
	*last = net->core->now;
	arp_announce(iface, addr);
}

/*
 * Returns true if @h shows that another host uses an address of this one, or probes for one that
 * this host is probing for. It has then been handled.
 */
static bool
conflicts(struct net *net, struct iface *iface, const uint8_t *h)
{
	struct ipaddr spa = arp_spa(h), tpa = arp_tpa(h);
	struct iface_addr *a = iface_addr_find(iface, &spa);

	if (memcmp(arp_sha(h), iface->mac, ETH_ADDR_LEN) == 0)
		return false;
	if (!a && ipaddr_is_any(&spa) && arp_op(h) == ARP_OP_REQUEST) {
		a = iface_addr_find(iface, &tpa);
		/*
		 * a probe for an address that this host already uses is answered like any request
		 */
		if (!a || a->state != ADDR_TENTATIVE)
			return false;
	}
	if (!a || a->state == ADDR_DUPLICATE)
		return false;
	if (a->state == ADDR_TENTATIVE)
		dad_conflict(net, iface, a);
	else
		defend(net, iface, &a->addr);
	return true;
}

static bool
sender_is_sound(const uint8_t *h)
{
	struct ipaddr spa = arp_spa(h);

	return !eth_is_group(arp_sha(h)) && memcmp(arp_sha(h), no_mac, ETH_ADDR_LEN) != 0 &&
	       !ipaddr_is_multicast(&spa) && !ipaddr_is_loopback(&spa) &&
	       !ipaddr_eq(&spa, &IPADDR_BROADCAST4);
}

static void
hear(struct iface *iface, const uint8_t *h, bool solicited, bool create)
{
	struct neigh_event event = {
	    .addr = arp_spa(h), .solicited = solicited, .override = true, .create = create};

	if (ipaddr_is_any(&event.addr))
		return;
	memcpy(event.mac, arp_sha(h), sizeof event.mac);
	neigh_heard(iface, &event);
}

/* As Linux (arp_ignore 0), this host answers on any interface for any of its addresses. */
static bool
is_ours(struct iface *iface, const struct ipaddr *addr)
{
	const struct iface *at = iface_of_addr(iface->core, addr);

	return at && !at->loopback;
}

void
arp_input(struct net *net, struct iface *iface, struct pkt *pkt)
{
	struct core *core = net->core;
	struct ipaddr spa, tpa;
	const uint8_t *h;
	bool ours;

	if (!iface->link->has_neighbours || !pkt_need(pkt, ARP_LEN) || !arp_valid(pkt->data, pkt->len) ||
	    !sender_is_sound(pkt->data)) {
		pkt_drop(core, pkt, DROP_ARP_BAD);
		return;
	}
	h = pkt->data;
	if (conflicts(net, iface, h)) {
		pkt_drop(core, pkt, DROP_ARP_SPOOF);
		return;
	}
	spa = arp_spa(h);
	tpa = arp_tpa(h);
	ours = is_ours(iface, &tpa);
	hear(iface, h, ours && arp_op(h) == ARP_OP_REPLY, ours && arp_op(h) == ARP_OP_REQUEST);
	if (ours && arp_op(h) == ARP_OP_REQUEST)
		send(iface, ARP_OP_REPLY, &tpa, arp_sha(h), &spa, arp_sha(h));
	if (ours || ipaddr_eq(&spa, &tpa)) /* an announcement is for all hosts */
		pkt_free(pkt);
	else
		pkt_drop(core, pkt, DROP_ARP_NOT_FOR_US);
}
