/*
 * net/icmp4.c - ICMP (RFC 792; RFC 1122, 3.2.2; RFC 1812, 4.3).
 */
#include "net/internal.h"

enum {
	QUOTE4_MAX =
	    576 - IP4_HDR_LEN - ICMP_HDR_LEN, /* RFC 1812, 4.3.2.3: the whole message in 576 octets */
	QUOTED_TRANSPORT = 8,                 /* what every error must quote of it (RFC 792) */
	TOS_INTERNET_CONTROL = 0xc0           /* RFC 1812, 4.3.2.5 */
};

/* May the packet with the header @h be answered with an error? (RFC 1122, 3.2.2; RFC 1812, 4.3.2.7) */
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

/* What a host says of a packet that reached it comes from the address that it was sent to; what a router says, from its own. */
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
	struct core *core = net->core;
	const uint8_t *h = pkt->l3;
	struct ip_tx tx = {.proto = IP_PROTO_ICMP4, .tos = TOS_INTERNET_CONTROL, .transparent = true};
	struct path path;
	struct pkt *p;

	if (!may_answer(net, pkt, h))
		return;
	tx.dst = ip4_src(h);
	tx.src = ip4_dst(h);
	if (!speaks_for(net, &tx.src, type, code)) {
		if (route_find(core, &tx.dst, NULL, 0, &path) < 0)
			return;
		tx.src = path.src;
	}
	if (!icmp_may_send(net, pkt, &tx.dst))
		return;
	p = icmp_quote(core, pkt, QUOTE4_MAX);
	if (!p) {
		drop_note(core, pkt, DROP_POOL_EMPTY);
		return;
	}
	icmp_put(pkt_push(p, ICMP_HDR_LEN), type, code, rest);
	checksum_put(p->data + ICMP_SUM, pkt_sum_range(p, 0, p->len, 0));
	p->l4 = p->data;
	p->sum = PKT_SUM_VALID;
	core_output(core, p, &tx);
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

struct meaning {
	int error;
	enum net_error_kind kind;
};

/* Destination unreachable by code, as Linux tells it (icmp_err_convert in its ip(7)); which ones are hard: RFC 1122, 4.2.3.9. */
static const struct meaning unreach[] = {
    [ICMP4_UNREACH_NET] = {LEAT_ENETUNREACH, NET_ERROR_SOFT},
    [ICMP4_UNREACH_HOST] = {LEAT_EHOSTUNREACH, NET_ERROR_SOFT},
    [ICMP4_UNREACH_PROTO] = {LEAT_ENOPROTOOPT, NET_ERROR_HARD},
    [ICMP4_UNREACH_PORT] = {LEAT_ECONNREFUSED, NET_ERROR_HARD},
    [ICMP4_UNREACH_FRAG_NEEDED] = {LEAT_EMSGSIZE, NET_ERROR_PMTU},
    [ICMP4_UNREACH_SRC_ROUTE] = {LEAT_EOPNOTSUPP, NET_ERROR_SOFT},
    [ICMP4_UNREACH_NET_UNKNOWN] = {LEAT_ENETUNREACH, NET_ERROR_HARD},
    [ICMP4_UNREACH_HOST_UNKNOWN] = {LEAT_EHOSTDOWN, NET_ERROR_HARD},
    [8] = {LEAT_EHOSTUNREACH, NET_ERROR_HARD}, /* source host isolated */
    [ICMP4_UNREACH_NET_PROHIBITED] = {LEAT_ENETUNREACH, NET_ERROR_HARD},
    [ICMP4_UNREACH_HOST_PROHIBITED] = {LEAT_EHOSTUNREACH, NET_ERROR_HARD},
    [11] = {LEAT_ENETUNREACH, NET_ERROR_SOFT}, /* for this type of service */
    [12] = {LEAT_EHOSTUNREACH, NET_ERROR_SOFT},
    [ICMP4_UNREACH_PROHIBITED] = {LEAT_EHOSTUNREACH, NET_ERROR_HARD},
    [14] = {LEAT_EHOSTUNREACH, NET_ERROR_HARD}, /* host precedence violation */
    [15] = {LEAT_EHOSTUNREACH, NET_ERROR_HARD}, /* precedence cutoff */
};

/* False: a code that says nothing to a transport. */
static bool
meaning_of(uint8_t type, uint8_t code, struct net_error *e)
{
	e->kind = NET_ERROR_SOFT;
	switch (type) {
	case ICMP4_UNREACH:
		if (code >= sizeof unreach / sizeof unreach[0])
			return false;
		e->error = unreach[code].error;
		e->kind = unreach[code].kind;
		return true;
	case ICMP4_TIME_EXCEEDED:
		e->error = LEAT_EHOSTUNREACH;
		return true;
	case ICMP4_PARAM:
		e->error = LEAT_EPROTO;
		e->kind = NET_ERROR_HARD;
		return true;
	default:
		return false;
	}
}

/* What a router from before RFC 1191 must have meant: the next plateau below the packet that was too big (RFC 1191, 7). */
static uint32_t
plateau_below(uint32_t len)
{
	static const uint16_t plateau[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};

	for (unsigned i = 0; i < sizeof plateau / sizeof plateau[0]; i++)
		if (plateau[i] < len)
			return plateau[i];
	return 68;
}

/* False: it cannot be true of the packet quoted. */
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
	if (!meaning_of(e.type, e.code, &e)) {
		pkt_drop(core, pkt, DROP_ICMP_IGNORED);
		return;
	}
	if (e.kind == NET_ERROR_PMTU && !read_mtu(&e, h, quoted)) {
		pkt_drop(core, pkt, DROP_ICMP_BAD);
		return;
	}
	icmp_tell(core, &e);
	pkt_free(pkt);
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
	default: /* redirects, source quench (RFC 6633), timestamps, and what nobody uses (RFC 6918) */
		pkt_drop(core, pkt, DROP_ICMP_IGNORED);
		return;
	}
}

/* An error about an ICMP message of ours: only who pings cares. */
static void
error_about_us(void *self, const struct net_error *e)
{
	struct net *net = self;
	const struct core_transport *ping = &net->core->ping;

	if (ping->ops && ping->ops->error && icmp_type(e->quoted) == ICMP4_ECHO)
		ping->ops->error(ping->self, e);
}

const struct transport_ops icmp4_ops = {input, error_about_us};
