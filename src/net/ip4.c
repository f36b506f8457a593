/*
 * net/ip4.c - receives IPv4 packets (RFC 791; RFC 1122, 3.2.1): checks them, reads their options,
 * and delivers or forwards them.
 */
#include "net/internal.h"

/*
 * Returns true for addresses that no host may have: 0.0.0.0/8 except 0.0.0.0 itself, 240.0.0.0/4,
 * groups and broadcasts (RFC 1122, 3.2.1.3; RFC 6890).
 */
static bool
is_no_host(const struct iface *iface, const struct ipaddr *a)
{
	uint32_t n = ipaddr_v4_number(a);

	return (n >> 24 == 0 && n != 0) || n >> 28 >= 14 || iface_is_broadcast(iface, a);
}

static bool
source_is_martian(struct net *net, struct iface *iface, const struct ip_rx *rx)
{
	if (is_no_host(iface, &rx->src))
		return true;
	if (iface->loopback)
		return false;
	if (ipaddr_is_any(&rx->src)) /* a host without an address may send to all hosts */
		return !rx->group;
	return ipaddr_is_loopback(&rx->src) || iface_of_addr(net->core, &rx->src);
}

enum { OPTION_OK = 0, OPTION_SOURCE_ROUTE = -1 };

/*
 * Returns OPTION_OK, OPTION_SOURCE_ROUTE, or the offset of a wrong octet in the header (RFC 1122,
 * 3.2.1.8).
 */
static int
check_options(const uint8_t *h)
{
	unsigned end = ip4_hdr_len(h), i = IP4_HDR_LEN;

	while (i < end) {
		if (h[i] == IP4_OPT_END)
			return OPTION_OK;
		if (h[i] == IP4_OPT_NOP) {
			i++;
			continue;
		}
		if (i + 1 >= end || h[i + 1] < 2 || i + h[i + 1] > end)
			return i + 1 < end ? (int)i + 1 : (int)i;
		if (h[i] == IP4_OPT_LSRR || h[i] == IP4_OPT_SSRR) /* RFC 7126, 4.3 */
			return OPTION_SOURCE_ROUTE;
		i += h[i + 1];
	}
	return OPTION_OK;
}

static bool
options_pass(struct net *net, struct pkt *pkt)
{
	int verdict = check_options(pkt->data);

	if (verdict == OPTION_OK)
		return true;
	if (verdict == OPTION_SOURCE_ROUTE) {
		pkt_drop(net->core, pkt, DROP_IP_SOURCE_ROUTE);
		return false;
	}
	icmp4_error(net, pkt, ICMP4_PARAM, 0, (uint32_t)verdict << 24);
	pkt_drop(net->core, pkt, DROP_IP_BAD_OPTION);
	return false;
}

static bool
sum_right(const uint8_t *h)
{
	unsigned len = ip4_hdr_len(h);

	return (len == IP4_HDR_LEN ? ip4_sum(h) : checksum_add(h, len, 0)) == 0xffff;
}

/* Checks that the header is whole and intact, and trims the packet to its Total Length. */
static bool
header_passes(struct net *net, struct iface *iface, struct pkt *pkt)
{
	struct core *core = net->core;

	if (!pkt_need(pkt, IP4_HDR_LEN)) {
		pkt_drop(core, pkt, DROP_TOO_SHORT);
		return false;
	}
	if (!ip4_valid(pkt->data, pkt->len) || !pkt_need(pkt, ip4_hdr_len(pkt->data))) {
		pkt_drop(core, pkt, DROP_IP_BAD_HEADER);
		return false;
	}
	if (!iface->loopback && !sum_right(pkt->data)) {
		pkt_drop(core, pkt, DROP_IP_BAD_SUM);
		return false;
	}
	if (pkt->len > ip4_len(pkt->data))
		pkt_trim(pkt, ip4_len(pkt->data));
	return true;
}

/*
 * Adds a fragment to its datagram. Returns the reassembled packet if it is complete, otherwise
 * NULL.
 */
static struct pkt *
reassemble(struct net *net, struct pkt *pkt, const struct ip_rx *rx)
{
	const uint8_t *h = pkt->data;
	struct frag_piece piece = {
	    .src = rx->src,
	    .dst = rx->dst,
	    .id = ip4_id(h),
	    .proto = rx->proto,
	    .offset = ip4_frag_offset(h),
	    .more = ip4_more_fragments(h),
	    .header_len = (uint16_t)ip4_hdr_len(h),
	    .keep = (uint16_t)ip4_hdr_len(h),
	    .ecn = rx->tos & IP_ECN_MASK,
	};
	struct frag_whole whole;
	uint8_t *to;

	if (!frag_input(&net->frags, pkt, &piece, &whole))
		return NULL;
	if (whole.pkt->len > UINT16_MAX) {
		pkt_drop(net->core, whole.pkt, DROP_FRAG_BAD);
		return NULL;
	}
	to = whole.pkt->data;
	be16_put(to + IP4_LEN, (uint16_t)whole.pkt->len);
	be16_put(to + IP4_FRAG, 0);
	if (whole.ce)
		to[IP4_TOS] |= IP_ECN_CE;
	be16_put(to + IP4_SUM, 0);
	checksum_put(to + IP4_SUM, checksum_add(to, ip4_hdr_len(to), 0));
	return whole.pkt;
}

static void
deliver(struct net *net, struct pkt *pkt, struct ip_rx *rx)
{
	uint32_t hdr_len;

	if (ip4_is_fragment(pkt->data)) {
		pkt = reassemble(net, pkt, rx);
		if (!pkt)
			return;
		rx->tos = ip4_tos(pkt->data);
		rx->ttl = ip4_ttl(pkt->data);
	}
	hdr_len = ip4_hdr_len(pkt->data);
	pkt->l3 = pkt->data;
	pkt->l3_len = (uint16_t)hdr_len;
	pkt_pull(pkt, hdr_len);
	pkt->l4 = pkt->data;
	/* ICMPv6 relies on the address checks of IPv6, which have not been made here */
	if (rx->proto != IP_PROTO_ICMP6 && core_deliver(net->core, pkt, rx))
		return;
	if (!rx->group)
		icmp4_error(net, pkt, ICMP4_UNREACH, ICMP4_UNREACH_PROTO, 0);
	pkt_drop(net->core, pkt, DROP_IP_NO_PROTOCOL);
}

/*
 * A packet for another host in transparent mode (the gateway). This host counts as a hop, so the
 * packet ends here if its TTL is used up (RFC 1812, 5.3.1).
 */
static void
pass_on(struct net *net, struct pkt *pkt, struct ip_rx *rx)
{
	if (rx->ttl > 1) {
		deliver(net, pkt, rx);
		return;
	}
	icmp4_error(net, pkt, ICMP4_TIME_EXCEEDED, ICMP4_TIME_TTL, 0);
	pkt_drop(net->core, pkt, DROP_IP_TTL);
}

/* Decides whether the packet is for this host (RFC 1122, 3.2.1.3). */
static void
route_in(struct net *net, struct iface *iface, struct pkt *pkt, struct ip_rx *rx)
{
	struct core *core = net->core;
	uint32_t dst = ipaddr_v4_number(&rx->dst);

	if (rx->group) {
		if (ipaddr_is_multicast(&rx->dst) && !iface_in_group(iface, &rx->dst))
			pkt_drop(core, pkt, DROP_IP_NOT_FOR_US);
		else
			deliver(net, pkt, rx);
		return;
	}
	if (dst >> 24 == 0 || dst >> 28 == 15 || (ipaddr_is_loopback(&rx->dst) && !iface->loopback)) {
		pkt_drop(core, pkt, DROP_IP_MARTIAN_DEST);
		return;
	}
	if (pkt->link_group) {
		pkt_drop(core, pkt, DROP_IP_LINK_GROUP);
		return;
	}
	if (iface_of_addr(core, &rx->dst)) {
		ip_pair_note(net, rx);
		deliver(net, pkt, rx);
	} else if (core->transparent) {
		pass_on(net, pkt, rx);
	} else if (core->forwarding) {
		forward4(net, iface, pkt);
	} else {
		pkt_drop(core, pkt, DROP_IP_NOT_FOR_US);
	}
}

void
ip4_input(void *self, struct iface *iface, struct pkt *pkt)
{
	struct net *net = self;
	struct ip_rx rx = {.iface = iface};
	const uint8_t *h;

	if (pkt->ethertype == ETH_TYPE_ARP) {
		arp_input(net, iface, pkt);
		return;
	}
	if (!header_passes(net, iface, pkt))
		return;
	h = pkt->data;
	pkt->l3 = pkt->data;
	pkt->l3_len = (uint16_t)ip4_hdr_len(h);
	rx.src = ip4_src(h);
	rx.dst = ip4_dst(h);
	rx.proto = ip4_proto(h);
	rx.ttl = ip4_ttl(h);
	rx.tos = ip4_tos(h);
	if (!pkt->link_group && ip4_hdr_len(h) == IP4_HDR_LEN && ip_pair_known(net, &rx)) {
		deliver(net, pkt, &rx);
		return;
	}
	rx.group = ipaddr_is_multicast(&rx.dst) || iface_is_broadcast(iface, &rx.dst);
	if (source_is_martian(net, iface, &rx)) {
		pkt_drop(net->core, pkt, DROP_IP_MARTIAN_SOURCE);
		return;
	}
	if (ip4_hdr_len(h) > IP4_HDR_LEN && !options_pass(net, pkt))
		return;
	route_in(net, iface, pkt, &rx);
}
