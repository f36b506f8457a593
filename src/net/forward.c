/*
 * net/forward.c - forwards packets for other hosts between interfaces (RFC 1812, 5; RFC 8200, 3).
 *
 * The header is changed in place, and its checksum is updated from the difference. A super-segment
 * stays one.
 */
#include "net/internal.h"

/*
 * Returns true for addresses whose packets no router forwards (RFC 1812, 5.3.7; RFC 3927, 7; RFC
 * 4007, 9).
 */
static bool
stays_on_link(const struct ipaddr *a)
{
	return ipaddr_is_any(a) || ipaddr_is_loopback(a) || ipaddr_is_link_local(a) || ipaddr_is_multicast(a);
}

/*
 * Sets l3 and l4 if they are needed to cut a super-segment or to complete a partial checksum.
 * Returns false if the packet is too short, or at the pool's limit.
 */
static bool
find_l4(struct pkt *pkt, uint32_t hdr_len)
{
	if (pkt->seg == PKT_SEG_NONE && pkt->sum != PKT_SUM_PARTIAL)
		return true;
	if (!pkt_need(pkt, pkt->len < hdr_len + 60 ? pkt->len : hdr_len + 60) || pkt->linear < hdr_len + 20)
		return false;
	pkt->l3 = pkt->data;
	pkt->l4 = pkt->data + hdr_len;
	pkt->l3_len = (uint16_t)hdr_len;
	return true;
}

static void
decrement_ttl(uint8_t *h)
{
	uint8_t old[2] = {h[IP4_TTL], h[IP4_PROTO]};

	h[IP4_TTL]--;
	checksum_update(h + IP4_SUM, old, h + IP4_TTL, 2);
}

static void
too_big4(struct net *net, struct pkt *pkt, const struct path *path)
{
	if (!ip4_dont_fragment(pkt->data) && pkt->seg == PKT_SEG_NONE) {
		decrement_ttl(pkt->data);
		pkt_complete_sum(pkt);
		ip4_fragment(net, pkt, path);
		return;
	}
	icmp4_error(net, pkt, ICMP4_UNREACH, ICMP4_UNREACH_FRAG_NEEDED, path->mtu & 0xffff);
	pkt_drop(net->core, pkt, DROP_IP_TOO_BIG);
}

void
forward4(struct net *net, struct iface *iface, struct pkt *pkt)
{
	struct core *core = net->core;
	struct ipaddr src = ip4_src(pkt->data), dst = ip4_dst(pkt->data);
	uint32_t hdr_len = ip4_hdr_len(pkt->data);
	struct path path;
	int err;

	if (stays_on_link(&src) || stays_on_link(&dst)) {
		pkt_drop(core, pkt, DROP_IP_MARTIAN_DEST);
		return;
	}
	if (ip4_ttl(pkt->data) <= 1) {
		icmp4_error(net, pkt, ICMP4_TIME_EXCEEDED, ICMP4_TIME_TTL, 0);
		pkt_drop(core, pkt, DROP_IP_TTL);
		return;
	}
	err = route_find(core, &dst, &src, 0, &path);
	if (err) {
		icmp4_error(net, pkt, ICMP4_UNREACH, ICMP4_UNREACH_NET, 0);
		pkt_drop(core, pkt, DROP_IP_NO_ROUTE);
		return;
	}
	if (iface_is_broadcast(path.iface, &dst)) { /* RFC 2644 */
		pkt_drop(core, pkt, DROP_IP_MARTIAN_DEST);
		return;
	}
	if (!pkt_own(pkt, hdr_len) || !find_l4(pkt, hdr_len)) {
		pkt_drop(core, pkt, DROP_POOL_EMPTY);
		return;
	}
	pkt->l3 = pkt->data;
	if (!ip_fits(pkt, pkt->len, hdr_len, path.mtu)) {
		too_big4(net, pkt, &path);
		return;
	}
	decrement_ttl(pkt->data);
	path.iface->link->output(path.iface, pkt, &path.next_hop);
}

void
forward6(struct net *net, struct iface *iface, struct pkt *pkt)
{
	struct core *core = net->core;
	struct ipaddr src = ip6_src(pkt->data), dst = ip6_dst(pkt->data);
	struct path path;

	if (stays_on_link(&src) || stays_on_link(&dst)) {
		icmp6_error(net, pkt, ICMP6_UNREACH, ICMP6_UNREACH_SCOPE, 0);
		pkt_drop(core, pkt, DROP_IP_MARTIAN_DEST);
		return;
	}
	if (ip6_hops(pkt->data) <= 1) {
		icmp6_error(net, pkt, ICMP6_TIME_EXCEEDED, ICMP6_TIME_HOPS, 0);
		pkt_drop(core, pkt, DROP_IP_TTL);
		return;
	}
	if (route_find(core, &dst, &src, 0, &path) < 0) {
		icmp6_error(net, pkt, ICMP6_UNREACH, ICMP6_UNREACH_NO_ROUTE, 0);
		pkt_drop(core, pkt, DROP_IP_NO_ROUTE);
		return;
	}
	if (!pkt_own(pkt, IP6_HDR_LEN) || !find_l4(pkt, IP6_HDR_LEN)) {
		pkt_drop(core, pkt, DROP_POOL_EMPTY);
		return;
	}
	pkt->l3 = pkt->data;
	if (!ip_fits(pkt, pkt->len, IP6_HDR_LEN, path.mtu)) {
		icmp6_error(net, pkt, ICMP6_TOO_BIG, 0, path.mtu);
		pkt_drop(core, pkt, DROP_IP_TOO_BIG);
		return;
	}
	pkt->data[IP6_HOPS]--;
	path.iface->link->output(path.iface, pkt, &path.next_hop);
}
