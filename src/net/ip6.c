/*
 * net/ip6.c - receives IPv6 packets (RFC 8200): checks them, walks their extension headers, and
 * delivers or forwards them.
 */
#include "net/internal.h"
#include "net/ip6_ext.h"

enum { SCOPE_RESERVED = 0, SCOPE_INTERFACE = 1 };

/*
 * An address in ::ffff:0:0/96 means an IPv4 address and is never sent. If it were accepted, it
 * would be treated as IPv4 and bypass IPv4's checks.
 */
static bool
is_mapped(const struct ipaddr *a)
{
	return ipaddr_is4(a);
}

/*
 * Returns true if no host may send from this source. In a packet to a group, the source may be an
 * address of this host or none: another host runs duplicate detection, or has the same address (RFC
 * 4862, 5.4). A packet to one host with such a source is forged.
 */
static bool
source_is_martian(struct net *net, struct iface *iface, const struct ip_rx *rx)
{
	if (is_mapped(&rx->src) || ipaddr_is_multicast(&rx->src))
		return true;
	if (iface->loopback)
		return false;
	if (ipaddr_is_loopback(&rx->src))
		return true;
	if (rx->group)
		return false;
	if (ipaddr_is_any(&rx->src) || iface_addr_find(iface, &rx->src))
		return true;
	return !ipaddr_is_link_local(&rx->src) && iface_of_addr(net->core, &rx->src);
}

static bool
dest_is_martian(const struct iface *iface, const struct ip_rx *rx)
{
	unsigned scope = ipaddr_octets(&rx->dst)[1] & 15;

	if (is_mapped(&rx->dst) || ipaddr_is_any(&rx->dst))
		return true;
	if (rx->group) /* RFC 4291, 2.7 */
		return scope == SCOPE_RESERVED || (scope == SCOPE_INTERFACE && !iface->loopback);
	return ipaddr_is_loopback(&rx->dst) && !iface->loopback;
}

static bool
header_passes(struct net *net, struct pkt *pkt)
{
	if (!pkt_need(pkt, IP6_HDR_LEN)) {
		pkt_drop(net->core, pkt, DROP_TOO_SHORT);
		return false;
	}
	if (!ip6_valid(pkt->data, pkt->len)) {
		pkt_drop(net->core, pkt, DROP_IP_BAD_HEADER);
		return false;
	}
	pkt_trim(pkt, (size_t)ip6_payload_len(pkt->data) + IP6_HDR_LEN);
	return true;
}

/*
 * Returns true if @dst is an address of this host. A link-local address counts only on its own link
 * (RFC 4007, 5).
 */
static bool
is_ours(struct net *net, struct iface *iface, const struct ipaddr *dst)
{
	struct iface *at = iface_of_addr(net->core, dst);
	const struct iface_addr *a;

	if (!at || !ipaddr_is_link_local(dst) || iface->loopback)
		return at != NULL;
	a = iface_addr_find(iface, dst);
	return a && (a->state == ADDR_PREFERRED || a->state == ADDR_DEPRECATED);
}

/*
 * Adds a fragment to its datagram. Returns the reassembled packet if it is complete, otherwise
 * NULL.
 */
static struct pkt *
reassemble(struct net *net, struct pkt *pkt, const struct ip_rx *rx, const struct ip6_ext *x)
{
	const uint8_t *fh = pkt->data + x->off;
	uint32_t len = pkt->len - x->off - IP6_FRAG_LEN;
	struct frag_piece piece = {
	    .src = rx->src,
	    .dst = rx->dst,
	    .id = ip6_frag_id(fh),
	    .offset = ip6_frag_offset(fh),
	    .more = ip6_frag_more(fh),
	    .header_len = (uint16_t)(x->off + IP6_FRAG_LEN),
	    .keep = (uint16_t)x->off,
	    .next_at = (uint16_t)x->next_at,
	    .next = fh[IP6_FRAG_NEXT],
	    .ecn = rx->tos & IP_ECN_MASK,
	};
	struct frag_whole whole;

	if ((piece.more && len % 8) || piece.offset + len > UINT16_MAX) { /* RFC 8200, 4.5 */
		icmp6_error(net, pkt, ICMP6_PARAM, ICMP6_PARAM_HEADER,
		    piece.more && len % 8 ? IP6_LEN : x->off + IP6_FRAG_OFFSET);
		pkt_drop(net->core, pkt, DROP_FRAG_BAD);
		return NULL;
	}
	if (piece.offset == 0 && !ip6_ext_chain_is_whole(pkt, x)) {
		icmp6_error(net, pkt, ICMP6_PARAM, ICMP6_PARAM_CHAIN, 0);
		pkt_drop(net->core, pkt, DROP_FRAG_CHAIN);
		return NULL;
	}
	if (!frag_input(&net->frags, pkt, &piece, &whole))
		return NULL;
	if (whole.pkt->len - IP6_HDR_LEN > UINT16_MAX) {
		pkt_drop(net->core, whole.pkt, DROP_FRAG_BAD);
		return NULL;
	}
	be16_put(whole.pkt->data + IP6_LEN, (uint16_t)(whole.pkt->len - IP6_HDR_LEN));
	if (whole.ce)
		whole.pkt->data[1] |= IP_ECN_CE << 4;
	return whole.pkt;
}

/*
 * Returns true for protocols that rely on the address checks of IPv4, which have not been made
 * here.
 */
static bool
is_of_ip4(uint8_t proto)
{
	return proto == IP_PROTO_ICMP4 || proto == IP_PROTO_IGMP;
}

static void
deliver(struct net *net, struct pkt *pkt, struct ip_rx *rx, const struct ip6_ext *x)
{
	uint32_t next_at = x->next_at;

	rx->proto = x->next;
	rx->ttl = ip6_hops(pkt->data);
	rx->tos = ip6_class(pkt->data);
	rx->alert = x->alert;
	rx->fragmented = x->fragmented;
	pkt->l3 = pkt->data;
	pkt->l3_len = (uint16_t)x->off;
	pkt_pull(pkt, x->off);
	pkt->l4 = pkt->data;
	if (!is_of_ip4(x->next) && core_deliver(net->core, pkt, rx))
		return;
	if (x->next != IP_PROTO_NONE)
		icmp6_error(net, pkt, ICMP6_PARAM, ICMP6_PARAM_NEXT, next_at);
	pkt_drop(net->core, pkt, DROP_IP_NO_PROTOCOL);
}

/* Walks the extension headers of a packet for this host and delivers it. */
static void
open_up(struct net *net, struct pkt *pkt, struct ip_rx *rx)
{
	struct ip6_ext x = {.group = rx->group};

	for (;;) {
		switch (ip6_ext_walk(pkt, &x)) {
		case IP6_WALK_UPPER:
			deliver(net, pkt, rx, &x);
			return;
		case IP6_WALK_DROP:
			pkt_drop(net->core, pkt, (enum drop_reason)x.reason);
			return;
		case IP6_WALK_PARAM:
			icmp6_error(net, pkt, ICMP6_PARAM, x.code, x.pointer);
			pkt_drop(net->core, pkt, (enum drop_reason)x.reason);
			return;
		case IP6_WALK_FRAGMENT:
			pkt = reassemble(net, pkt, rx, &x);
			if (!pkt)
				return;
			break; /* walk the reassembled packet */
		}
	}
}

/*
 * A packet for another host in transparent mode (the gateway). This host counts as a hop, so the
 * packet ends here if its hop limit is used up (RFC 4443, 3.3).
 */
static void
pass_on(struct net *net, struct pkt *pkt, struct ip_rx *rx)
{
	if (rx->ttl > 1) {
		open_up(net, pkt, rx);
		return;
	}
	icmp6_error(net, pkt, ICMP6_TIME_EXCEEDED, ICMP6_TIME_HOPS, 0);
	pkt_drop(net->core, pkt, DROP_IP_TTL);
}

void
ip6_input(void *self, struct iface *iface, struct pkt *pkt)
{
	struct net *net = self;
	struct core *core = net->core;
	struct ip_rx rx = {.iface = iface};

	if (!header_passes(net, pkt))
		return;
	pkt->l3 = pkt->data;
	pkt->l3_len = IP6_HDR_LEN;
	rx.src = ip6_src(pkt->data);
	rx.dst = ip6_dst(pkt->data);
	rx.ttl = ip6_hops(pkt->data);
	rx.tos = ip6_class(pkt->data);
	if (ip_pair_known(net, &rx) && !is_mapped(&rx.dst)) {
		open_up(net, pkt, &rx);
		return;
	}
	rx.group = !is_mapped(&rx.dst) && ipaddr_is_multicast(&rx.dst);
	if (source_is_martian(net, iface, &rx)) {
		pkt_drop(core, pkt, DROP_IP_MARTIAN_SOURCE);
		return;
	}
	if (dest_is_martian(iface, &rx)) {
		pkt_drop(core, pkt, DROP_IP_MARTIAN_DEST);
		return;
	}
	if (!rx.group && is_ours(net, iface, &rx.dst)) {
		ip_pair_note(net, &rx);
		open_up(net, pkt, &rx);
	} else if (rx.group && iface_in_group(iface, &rx.dst)) {
		open_up(net, pkt, &rx);
	} else if (!rx.group && core->transparent) {
		pass_on(net, pkt, &rx);
	} else if (!rx.group && core->forwarding) {
		forward6(net, iface, pkt);
	} else {
		pkt_drop(core, pkt, DROP_IP_NOT_FOR_US);
	}
}
