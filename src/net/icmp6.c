/*
 * net/icmp6.c - ICMPv6 (RFC 4443).
 */
#include "net/internal.h"

enum { QUOTE6_MAX = IP6_MIN_MTU - IP6_HDR_LEN - ICMP_HDR_LEN /* RFC 4443, 2.4 (c) */, QUOTED_MAX = 512 };

/*
 * Finds the transport header of a packet of which only the first @n octets are available. Follows
 * extension headers. Returns its offset and sets *@proto, or returns 0 if the header is not
 * available.
 */
static uint32_t
find_transport(const uint8_t *h, uint32_t n, uint8_t *proto)
{
	uint32_t off = IP6_HDR_LEN;
	uint8_t next = ip6_next(h);

	for (;;) {
		switch (next) {
		case IP_PROTO_HOPOPTS:
		case IP_PROTO_DSTOPTS:
		case IP_PROTO_ROUTING:
			if (off + IP6_EXT_MIN > n)
				return 0;
			next = h[off + IP6_EXT_NEXT];
			off += ip6_ext_len(h + off);
			break;
		case IP_PROTO_FRAGMENT:
			if (off + IP6_FRAG_LEN > n || ip6_frag_offset(h + off))
				return 0;
			next = h[off + IP6_FRAG_NEXT];
			off += IP6_FRAG_LEN;
			break;
		default:
			*proto = next;
			return off <= n ? off : 0;
		}
	}
}

/*
 * Returns true if an error may be sent (RFC 4443, 2.4 (e)). Packet Too Big and errors about unknown
 * options may answer packets to groups too.
 */
static bool
may_answer(const struct pkt *pkt, uint8_t type, uint8_t code)
{
	const uint8_t *h = pkt->l3;
	uint32_t n = (uint32_t)(pkt->data + pkt->linear - h), at;
	struct ipaddr src = ip6_src(h), dst = ip6_dst(h);
	bool to_groups = type == ICMP6_TOO_BIG || (type == ICMP6_PARAM && code == ICMP6_PARAM_OPTION);
	uint8_t proto;

	if ((ipaddr_is_multicast(&dst) || pkt->link_group) && !to_groups)
		return false;
	if (ipaddr_is_any(&src) || ipaddr_is_multicast(&src))
		return false;
	at = find_transport(h, n, &proto);
	if (at == 0 || proto != IP_PROTO_ICMP6)
		return true;
	return at < n && !icmp6_is_error(h[at]) && h[at] != ICMP6_REDIRECT;
}

/*
 * Returns true if the error comes from the quoted packet's destination @dst, because this host
 * reports it as that host (RFC 4443, 2.2).
 */
static bool
speaks_for(const struct net *net, const struct ipaddr *dst, uint8_t type, uint8_t code)
{
	if (ipaddr_is_multicast(dst) || type == ICMP6_TOO_BIG ||
	    (type == ICMP6_UNREACH && code != ICMP6_UNREACH_PORT) ||
	    (type == ICMP6_TIME_EXCEEDED && code == ICMP6_TIME_HOPS))
		return false;
	return net->core->transparent || iface_of_addr(net->core, dst);
}

void
icmp6_error(struct net *net, const struct pkt *pkt, uint8_t type, uint8_t code, uint32_t rest)
{
	struct ip_tx tx = {
	    .dst = ip6_src(pkt->l3), .src = ip6_dst(pkt->l3), .proto = IP_PROTO_ICMP6, .transparent = true};
	struct icmp_error error = {type, code, rest, QUOTE6_MAX};

	if (!may_answer(pkt, type, code))
		return;
	if (ipaddr_is_link_local(&tx.dst))
		tx.ifindex = pkt->ifindex;
	if (!speaks_for(net, &tx.src, type, code))
		tx.src = IPADDR_ANY6;
	icmp_error_output(net, pkt, &tx, &error);
}

void
icmp6_refuse(void *self, const struct pkt *pkt, const struct ip_rx *rx, int error)
{
	struct net *net = self;

	switch (error) {
	case LEAT_ECONNREFUSED:
		icmp6_error(net, pkt, ICMP6_UNREACH, ICMP6_UNREACH_PORT, 0);
		return;
	case LEAT_ENETUNREACH:
		icmp6_error(net, pkt, ICMP6_UNREACH, ICMP6_UNREACH_NO_ROUTE, 0);
		return;
	case LEAT_EACCES:
		icmp6_error(net, pkt, ICMP6_UNREACH, ICMP6_UNREACH_PROHIBITED, 0);
		return;
	case LEAT_EPROTO:
		icmp6_error(net, pkt, ICMP6_PARAM, ICMP6_PARAM_NEXT, IP6_NEXT);
		return;
	default:
		icmp6_error(net, pkt, ICMP6_UNREACH, ICMP6_UNREACH_ADDR, 0);
		return;
	}
}

/*
 * Reads the reported MTU. Returns false if it cannot be right for the quoted packet. An MTU below
 * 1280 octets is ignored (RFC 8201, 4).
 */
static bool
read_mtu(struct net_error *e, const uint8_t *h, const uint8_t *quoted)
{
	uint32_t mtu = icmp6_mtu(h);

	if (mtu < IP6_MIN_MTU || mtu >= ip6_payload_len(quoted) + (uint32_t)IP6_HDR_LEN)
		return false;
	e->mtu = mtu;
	return true;
}

static void
error_input(struct net *net, struct pkt *pkt, const struct ip_rx *rx)
{
	struct core *core = net->core;
	struct net_error e = {.reporter = rx->src, .v6 = 1, .ifindex = rx->iface ? rx->iface->index : 0};
	uint32_t room = pkt->len < QUOTED_MAX ? pkt->len : QUOTED_MAX, at;
	const uint8_t *h, *quoted;

	if (!pkt_need(pkt, room)) {
		pkt_drop(core, pkt, DROP_POOL_EMPTY);
		return;
	}
	h = pkt->data;
	quoted = h + ICMP_HDR_LEN;
	room -= ICMP_HDR_LEN;
	if (room < IP6_HDR_LEN || ip6_version(quoted) != 6) {
		pkt_drop(core, pkt, DROP_ICMP_BAD);
		return;
	}
	at = find_transport(quoted, room, &e.proto);
	e.local = ip6_src(quoted);
	e.remote = ip6_dst(quoted);
	if (at == 0 || room - at < 8 || !ipaddr_eq(&e.local, &rx->dst)) {
		pkt_drop(core, pkt, DROP_ICMP_NO_FLOW);
		return;
	}
	e.type = icmp_type(h);
	e.code = icmp_code(h);
	e.quoted = quoted + at;
	e.quoted_len = (uint16_t)(room - at);
	icmp6_meaning(&e);
	if (e.kind == NET_ERROR_PMTU && !read_mtu(&e, h, quoted)) {
		pkt_drop(core, pkt, DROP_ICMP_BAD);
		return;
	}
	icmp_notify(core, pkt, &e);
}

static void
dispatch(struct net *net, struct pkt *pkt, const struct ip_rx *rx)
{
	uint8_t type = icmp_type(pkt->data);

	switch (type) {
	case ICMP6_ECHO:
		icmp_echo_request_input(net, pkt, rx, ICMP6_ECHO_REPLY);
		return;
	case ICMP6_ECHO_REPLY:
		icmp_echo_reply_input(net, pkt, rx);
		return;
	case ICMP6_ROUTER_SOLICIT:
	case ICMP6_ROUTER_ADVERT:
	case ICMP6_NEIGHBOR_SOLICIT:
	case ICMP6_NEIGHBOR_ADVERT:
	case ICMP6_REDIRECT:
		ndp_input(net, pkt, rx);
		return;
	case ICMP6_MLD_QUERY:
		mld_query_input(net, pkt, rx);
		return;
	default:
		if (icmp6_is_error(type))
			error_input(net, pkt, rx);
		else
			pkt_drop(net->core, pkt, DROP_ICMP_IGNORED);
		return;
	}
}

static void
input(void *self, struct pkt *pkt, const struct ip_rx *rx)
{
	struct net *net = self;

	if (!pkt_need(pkt, ICMP_HDR_LEN)) {
		pkt_drop(net->core, pkt, DROP_ICMP_BAD);
		return;
	}
	if (pkt->sum == PKT_SUM_UNKNOWN &&
	    pkt_sum_range(pkt, 0, pkt->len, checksum_pseudo(&rx->src, &rx->dst, IP_PROTO_ICMP6, pkt->len)) !=
		0xffff) {
		pkt_drop(net->core, pkt, DROP_ICMP_BAD_SUM);
		return;
	}
	dispatch(net, pkt, rx);
}

const struct transport_ops icmp6_ops = {input, icmp_error_about_us};
