/*
 * net/ndp.c - neighbour discovery (RFC 4861): sends and receives solicitations and advertisements.
 *
 * What is learned about neighbours goes to core's neighbour table. What routers advertise goes to
 * slaac.c.
 */
#include "wire/ndp.h"

#include "net/internal.h"
#include "wire/eth.h"

enum { NDP_HOPS = 255 /* proves that no router has forwarded the packet (RFC 4861, 7.1) */ };

static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1}, all_routers[16] = {0xff, 2, [15] = 2};
static const uint8_t solicited_prefix[13] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};

struct ipaddr
ndp_solicited_node(const struct ipaddr *addr)
{
	uint8_t octets[16];

	memcpy(octets, solicited_prefix, sizeof solicited_prefix);
	memcpy(octets + 13, ipaddr_octets(addr) + 13, 3);
	return ipaddr_from16(octets);
}

void
ndp_send(struct iface *iface, struct pkt *p, const struct ipaddr *src, const struct ipaddr *dst,
    const uint8_t *mac)
{
	uint32_t len = p->len;

	p->l4 = p->data;
	checksum_put(
	    p->data + ICMP_SUM, pkt_sum_range(p, 0, len, checksum_pseudo(src, dst, IP_PROTO_ICMP6, len)));
	ip6_put(pkt_push(p, IP6_HDR_LEN), 0, 0, (uint16_t)len, IP_PROTO_ICMP6, NDP_HOPS, src, dst);
	p->l3 = p->data;
	p->l3_len = IP6_HDR_LEN;
	p->sum = PKT_SUM_VALID;
	p->ethertype = ETH_TYPE_IP6;
	if (mac)
		iface->link->output_to(iface, p, mac);
	else
		iface->link->output(iface, p, dst);
}

static struct pkt *
message_new(struct iface *iface, size_t len)
{
	struct pkt *p;

	if (!iface->link->has_neighbours)
		return NULL;
	p = pkt_new(iface->core->pool);
	if (!p)
		drop_note(iface->core, NULL, DROP_POOL_EMPTY);
	else
		memset(pkt_push(p, len), 0, len);
	return p;
}

/* RFC 4862, 5.4.2. */
void
ndp_probe(struct iface *iface, const struct ipaddr *addr)
{
	struct ipaddr to = ndp_solicited_node(addr);
	struct pkt *p = message_new(iface, NDP_NEIGHBOR_LEN);

	if (!p)
		return;
	icmp_put(p->data, ICMP6_NEIGHBOR_SOLICIT, 0, 0);
	memcpy(p->data + NDP_TARGET, ipaddr_octets(addr), 16);
	ndp_send(iface, p, &IPADDR_ANY6, &to, NULL);
}

/*
 * Sets *@from to the address to ask from: a link-local one for a link-local target, otherwise the
 * one that the route chooses. Returns false if there is none.
 */
static bool
asking_address(struct iface *iface, const struct ipaddr *target, struct ipaddr *from)
{
	struct path path;

	if (route_find(iface->core, target, NULL, iface->index, &path) < 0)
		return false;
	*from = path.src;
	return true;
}

static void
solicit(void *self, struct iface *iface, const struct ipaddr *addr, const uint8_t *mac)
{
	struct ipaddr from, to = mac ? *addr : ndp_solicited_node(addr);
	struct pkt *p;

	(void)self;
	if (!asking_address(iface, addr, &from))
		return;
	p = message_new(iface, NDP_NEIGHBOR_LEN + NDP_LINK_OPT_LEN);
	if (!p)
		return;
	icmp_put(p->data, ICMP6_NEIGHBOR_SOLICIT, 0, 0);
	memcpy(p->data + NDP_TARGET, ipaddr_octets(addr), 16);
	ndp_put_link_option(p->data + NDP_NEIGHBOR_LEN, NDP_OPT_SOURCE_LINK, iface->mac);
	ndp_send(iface, p, &from, &to, mac);
}

const struct neigh_ops ndp_neigh_ops = {solicit};

static void
advertise(struct iface *iface, const struct ipaddr *addr, const struct ipaddr *to, unsigned flags)
{
	struct pkt *p = message_new(iface, NDP_NEIGHBOR_LEN + NDP_LINK_OPT_LEN);

	if (!p)
		return;
	if (iface->core->forwarding)
		flags |= NDP_NA_ROUTER;
	icmp_put(p->data, ICMP6_NEIGHBOR_ADVERT, 0, flags << 24);
	memcpy(p->data + NDP_TARGET, ipaddr_octets(addr), 16);
	ndp_put_link_option(p->data + NDP_NEIGHBOR_LEN, NDP_OPT_TARGET_LINK, iface->mac);
	ndp_send(iface, p, addr, to, NULL);
}

/* RFC 4861, 7.2.6. */
void
ndp_announce(struct iface *iface, const struct ipaddr *addr)
{
	struct ipaddr to = ipaddr_from16(all_nodes);

	advertise(iface, addr, &to, NDP_NA_OVERRIDE);
}

/* RFC 4861, 6.3.7. */
void
ndp_router_solicit(struct iface *iface)
{
	struct ipaddr to = ipaddr_from16(all_routers), from;
	struct pkt *p;

	if (!asking_address(iface, &to, &from))
		return;
	p = message_new(iface, NDP_RS_LEN + NDP_LINK_OPT_LEN);
	if (!p)
		return;
	icmp_put(p->data, ICMP6_ROUTER_SOLICIT, 0, 0);
	ndp_put_link_option(p->data + NDP_RS_LEN, NDP_OPT_SOURCE_LINK, iface->mac);
	ndp_send(iface, p, &from, &to, NULL);
}

/*
 * Returns the link address in the option of @type, or NULL if there is none or no host may have it.
 */
static const uint8_t *
link_option(const uint8_t *h, uint32_t at, uint32_t len, uint8_t type)
{
	const uint8_t *o = ndp_opt_find(h + at, len - at, type);

	if (!o || ndp_opt_len(o) != NDP_LINK_OPT_LEN || eth_is_group(o + NDP_OPT_HDR_LEN))
		return NULL;
	return o + NDP_OPT_HDR_LEN;
}

static bool
hear(struct iface *iface, const struct ipaddr *addr, const uint8_t *mac, struct neigh_event event)
{
	event.addr = *addr;
	memcpy(event.mac, mac, sizeof event.mac);
	return neigh_heard(iface, &event);
}

static bool
is_solicited_node(const struct ipaddr *a)
{
	return memcmp(ipaddr_octets(a), solicited_prefix, sizeof solicited_prefix) == 0;
}

/* RFC 4861, 7.2.3 and RFC 4862, 5.4.3. */
static enum drop_reason
solicitation(struct net *net, const uint8_t *h, uint32_t len, const struct ip_rx *rx)
{
	struct iface *iface = rx->iface;
	struct ipaddr target, all = ipaddr_from16(all_nodes);
	bool probe = ipaddr_is_any(&rx->src);
	struct iface_addr *a;
	const uint8_t *mac;

	if (len < NDP_NEIGHBOR_LEN)
		return DROP_NDP_BAD;
	target = ndp_target(h);
	if (ipaddr_is_multicast(&target) || !ndp_opts_valid(h + NDP_NEIGHBOR_LEN, len - NDP_NEIGHBOR_LEN))
		return DROP_NDP_BAD;
	mac = link_option(h, NDP_NEIGHBOR_LEN, len, NDP_OPT_SOURCE_LINK);
	if (probe && (mac || !is_solicited_node(&rx->dst)))
		return DROP_NDP_BAD;
	a = iface_addr_find(iface, &target);
	if (!a || a->state == ADDR_DUPLICATE)
		return DROP_NDP_NOT_FOR_US;
	if (a->state == ADDR_TENTATIVE) {
		if (!probe)
			return DROP_NDP_NOT_FOR_US;
		dad_conflict(net, iface, a); /* two hosts want the address: neither gets it */
		return DROP_NDP_SPOOF;
	}
	/* allowed in a packet to a group, but the sender uses an address of this host */
	if (iface_addr_find(iface, &rx->src))
		return DROP_NDP_SPOOF;
	if (mac)
		hear(iface, &rx->src, mac, (struct neigh_event){.override = true, .create = true});
	if (probe)
		advertise(iface, &target, &all, NDP_NA_OVERRIDE);
	else
		advertise(iface, &target, &rx->src, NDP_NA_SOLICITED | NDP_NA_OVERRIDE);
	return DROP_COUNT;
}

/* RFC 4861, 7.2.5 and RFC 4862, 5.4.4. */
static enum drop_reason
advertisement(struct net *net, const uint8_t *h, uint32_t len, const struct ip_rx *rx)
{
	struct iface *iface = rx->iface;
	struct ipaddr target;
	struct iface_addr *a;
	const uint8_t *mac;
	uint8_t flags;

	if (len < NDP_NEIGHBOR_LEN)
		return DROP_NDP_BAD;
	target = ndp_target(h);
	flags = h[NDP_NA_FLAGS];
	if (ipaddr_is_multicast(&target) || (rx->group && (flags & NDP_NA_SOLICITED)) ||
	    !ndp_opts_valid(h + NDP_NEIGHBOR_LEN, len - NDP_NEIGHBOR_LEN))
		return DROP_NDP_BAD;
	a = iface_addr_find(iface, &target);
	if (a) {
		if (a->state == ADDR_TENTATIVE)
			dad_conflict(net, iface, a);
		return DROP_NDP_SPOOF;
	}
	mac = link_option(h, NDP_NEIGHBOR_LEN, len, NDP_OPT_TARGET_LINK);
	/*
	 * An announcement (7.2.6) goes to all hosts, including those that do not know the
	 * neighbour. As with ARP, it is not an error.
	 */
	if (mac && !hear(iface, &target, mac,
		       (struct neigh_event){
			   .solicited = flags & NDP_NA_SOLICITED, .override = flags & NDP_NA_OVERRIDE}))
		return rx->group ? DROP_COUNT : DROP_NDP_UNASKED;
	if (mac)
		return DROP_COUNT;
	if (flags & NDP_NA_SOLICITED) /* the answer to a unicast probe may omit the option */
		neigh_confirm(iface, &target);
	return DROP_COUNT;
}

/* RFC 4861, 6.1.2. The contents are handled in slaac.c. */
static enum drop_reason
router_advertisement(struct net *net, const uint8_t *h, uint32_t len, const struct ip_rx *rx)
{
	const uint8_t *mac;

	if (len < NDP_RA_LEN || !ipaddr_is_link_local(&rx->src) ||
	    !ndp_opts_valid(h + NDP_RA_LEN, len - NDP_RA_LEN))
		return DROP_NDP_BAD;
	if (net->core->forwarding)
		return DROP_ICMP_IGNORED;
	mac = link_option(h, NDP_RA_LEN, len, NDP_OPT_SOURCE_LINK);
	if (mac)
		hear(rx->iface, &rx->src, mac, (struct neigh_event){.override = true, .create = true});
	return slaac_router_advert(net, rx->iface, &rx->src, h, len);
}

void
ndp_input(struct net *net, struct pkt *pkt, const struct ip_rx *rx)
{
	enum drop_reason reason;
	const uint8_t *h;

	if (rx->fragmented) { /* a monitor of the link could not have checked it for forgery (RFC 6980) */
		pkt_drop(net->core, pkt, DROP_NDP_FRAGMENTED);
		return;
	}
	if (!rx->iface->link->has_neighbours || rx->ttl != NDP_HOPS || icmp_code(pkt->data) != 0 ||
	    !pkt_need(pkt, pkt->len)) {
		pkt_drop(net->core, pkt, DROP_NDP_BAD);
		return;
	}
	h = pkt->data;
	switch (icmp_type(h)) {
	case ICMP6_NEIGHBOR_SOLICIT:
		reason = solicitation(net, h, pkt->len, rx);
		break;
	case ICMP6_NEIGHBOR_ADVERT:
		reason = advertisement(net, h, pkt->len, rx);
		break;
	case ICMP6_ROUTER_ADVERT:
		reason = router_advertisement(net, h, pkt->len, rx);
		break;
	/*
	 * router solicitations are for advertising routers; redirects are ignored, since routes are
	 * configured
	 */
	default:
		reason = DROP_ICMP_IGNORED;
		break;
	}
	if (reason == DROP_COUNT)
		pkt_free(pkt);
	else
		pkt_drop(net->core, pkt, reason);
}
