/*
 * net/icmp4.c - ICMP (RFC 792; RFC 1122, 3.2.2; RFC 1812, 4.3).
 */
#include "net/internal.h"

enum {
	QUOTE4_MAX =
	    576 - IP4_HDR_LEN - ICMP_HDR_LEN, /* RFC 1812, 4.3.2.3: the whole message fits 576 octets */
	/* octets of the transport header that every error must quote (RFC 792) */
	QUOTED_TRANSPORT = 8,
	TOS_INTERNET_CONTROL = 0xc0 /* RFC 1812, 4.3.2.5 */
};

/*
 * Returns true if an error may be sent about the packet with the header @h (RFC 1122, 3.2.2; RFC
 * 1812, 4.3.2.7).
 */
static bool
may_answer(struct net *net, const struct pkt *pkt, const uint8_t *h)
{
	struct ipaddr src = ip4_src(h), dst = ip4_dst(h);
	const struct iface *iface = pkt->ifindex < CORE_IFACES ? net->core->iface[pkt->ifindex] : NULL;
	uint32_t n = ipaddr_v4_number(&src);
	uint8_t type;

	if (pkt->link_group || ip4_frag_offset(h) || ipaddr_is_multicast(&dst) ||
	    ipaddr_eq(&dst, &IPADDR_BROADCAST4))
		return false;
	if (iface && (iface_is_broadcast(iface, &dst) || iface_is_broadcast(iface, &src)))
		return false;
	if (n >> 24 == 0 || n >> 28 >= 14 || (ipaddr_is_loopback(&src) && iface && !iface->loopback))
		return false;
	if (ip4_proto(h) != IP_PROTO_ICMP4)
		return true;
	if ((uint32_t)(pkt->data + pkt->linear - h) <= ip4_hdr_len(h))
		return false;
	type = h[ip4_hdr_len(h)];
	return type == ICMP4_ECHO || type == ICMP4_ECHO_REPLY || type == ICMP4_TIMESTAMP;
}

/*
 * Returns true if the error comes from the quoted packet's destination @dst: this host reports it
 * as the destination host. An error that a router reports comes from the router's own address
 * instead.
 */
static bool
speaks_for(const struct net *net, const struct ipaddr *dst, uint8_t type, uint8_t code)
{
	if (type == ICMP4_UNREACH && code != ICMP4_UNREACH_PROTO && code != ICMP4_UNREACH_PORT)
		return false;
	if (type == ICMP4_TIME_EXCEEDED && code == ICMP4_TIME_TTL)
		return false;
	return net->core->transparent || iface_of_addr(net->core, dst);
}

void
icmp4_error(struct net *net, const struct pkt *pkt, uint8_t type, uint8_t code, uint32_t rest)
{
	const uint8_t *h = pkt->l3;
	struct ip_tx tx = {.dst = ip4_src(h),
	    .src = ip4_dst(h),
	    .proto = IP_PROTO_ICMP4,
	    .tos = TOS_INTERNET_CONTROL,
	    .transparent = true};
	struct icmp_error error = {type, code, rest, QUOTE4_MAX};

	if (!may_answer(net, pkt, h))
		return;
	if (!speaks_for(net, &tx.src, type, code))
		tx.src = IPADDR_ANY4;
	icmp_error_output(net, pkt, &tx, &error);
}

void
icmp4_refuse(void *self, const struct pkt *pkt, const struct ip_rx *rx, int error)
{
	uint8_t code;

	switch (error) {
	case LEAT_ECONNREFUSED:
		code = ICMP4_UNREACH_PORT;
		break;
	case LEAT_ENETUNREACH:
		code = ICMP4_UNREACH_NET;
		break;
	case LEAT_EACCES:
		code = ICMP4_UNREACH_PROHIBITED;
		break;
	case LEAT_EPROTO:
		code = ICMP4_UNREACH_PROTO;
		break;
	default:
		code = ICMP4_UNREACH_HOST;
		break;
	}
	icmp4_error(self, pkt, ICMP4_UNREACH, code, 0);
}

/*
 * Returns the next plateau below the size of a packet that was too big (RFC 1191, 7). Routers older
 * than RFC 1191 do not report an MTU.
 */
static uint32_t
plateau_below(uint32_t len)
{
	static const uint16_t plateau[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};

	for (unsigned i = 0; i < sizeof plateau / sizeof plateau[0]; i++)
		if (plateau[i] < len)
			return plateau[i];
	return 68;
}

/* Reads the reported MTU. Returns false if it cannot be right for the quoted packet. */
static bool
read_mtu(struct net_error *e, const uint8_t *h, const uint8_t *quoted)
{
	uint32_t mtu = icmp4_mtu(h), len = ip4_len(quoted);

	if (mtu == 0)
		mtu = plateau_below(len);
	if (mtu >= len)
		return false;
	e->mtu = mtu;
	return true;
}

static void
error_input(struct net *net, struct pkt *pkt, const struct ip_rx *rx)
{
	struct core *core = net->core;
	struct net_error e = {.reporter = rx->src};
	const uint8_t *h, *quoted;
	uint32_t room, hdr_len;

	if (!pkt_need(pkt, pkt->len < 256 ? pkt->len : 256)) {
		pkt_drop(core, pkt, DROP_POOL_EMPTY);
		return;
	}
	h = pkt->data;
	quoted = h + ICMP_HDR_LEN;
	room = (pkt->linear < 256 ? pkt->linear : 256) - ICMP_HDR_LEN;
	hdr_len = room >= IP4_HDR_LEN ? ip4_hdr_len(quoted) : 0;
	if (hdr_len < IP4_HDR_LEN || ip4_version(quoted) != 4 || room < hdr_len + QUOTED_TRANSPORT) {
		pkt_drop(core, pkt, DROP_ICMP_BAD);
		return;
	}
	e.type = icmp_type(h);
	e.code = icmp_code(h);
	e.local = ip4_src(quoted);
	e.remote = ip4_dst(quoted);
	e.proto = ip4_proto(quoted);
	e.quoted = quoted + hdr_len;
	e.quoted_len = (uint16_t)(room - hdr_len);
	if (!ipaddr_eq(&e.local, &rx->dst) || ip4_frag_offset(quoted)) {
		pkt_drop(core, pkt, DROP_ICMP_NO_FLOW);
		return;
	}
	if (!icmp4_meaning(&e)) {
		pkt_drop(core, pkt, DROP_ICMP_IGNORED);
		return;
	}
	if (e.kind == NET_ERROR_PMTU && !read_mtu(&e, h, quoted)) {
		pkt_drop(core, pkt, DROP_ICMP_BAD);
		return;
	}
	icmp_notify(core, pkt, &e);
}

static void
input(void *self, struct pkt *pkt, const struct ip_rx *rx)
{
	struct net *net = self;
	struct core *core = net->core;

	if (!pkt_need(pkt, ICMP_HDR_LEN)) {
		pkt_drop(core, pkt, DROP_ICMP_BAD);
		return;
	}
	if (pkt->sum == PKT_SUM_UNKNOWN && pkt_sum_range(pkt, 0, pkt->len, 0) != 0xffff) {
		pkt_drop(core, pkt, DROP_ICMP_BAD_SUM);
		return;
	}
	switch (icmp_type(pkt->data)) {
	case ICMP4_ECHO:
		if (rx->group) /* RFC 1122, 3.2.2.6; as Linux */
			pkt_drop(core, pkt, DROP_ICMP_IGNORED);
		else
			icmp_echo_request_input(net, pkt, rx, ICMP4_ECHO_REPLY);
		return;
	case ICMP4_ECHO_REPLY:
		icmp_echo_reply_input(net, pkt, rx);
		return;
	case ICMP4_UNREACH:
	case ICMP4_TIME_EXCEEDED:
	case ICMP4_PARAM:
		error_input(net, pkt, rx);
		return;
	/* redirects, source quench (RFC 6633), timestamps, and types that no one uses (RFC 6918) */
	default:
		pkt_drop(core, pkt, DROP_ICMP_IGNORED);
		return;
	}
}

const struct transport_ops icmp4_ops = {input, icmp_error_about_us};
