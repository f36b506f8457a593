/*
 * net/icmp.c - what ICMP and ICMPv6 share: quoting packets, notifying transports, and echo.
 */
#include "net/internal.h"

#include <assert.h>

enum { QUOTE_MAX = 1280 };

/*
 * Returns a copy of at most @limit octets of @pkt from its network header on, as a new packet.
 * Returns NULL at the pool's limit.
 */
static struct pkt *
quote(struct core *core, const struct pkt *pkt, uint32_t limit)
{
	uint8_t copy[QUOTE_MAX];
	uint32_t pulled = (uint32_t)(pkt->data - pkt->l3); /* they are still before data: see pkt.h */
	uint32_t n = pulled + pkt->len;

	assert(limit <= QUOTE_MAX);
	if (n > limit)
		n = limit;
	if (pulled > n)
		pulled = n;
	memcpy(copy, pkt->l3, pulled);
	pkt_copy_out(pkt, 0, copy + pulled, n - pulled);
	return pkt_from_bytes(core->pool, copy, n);
}

/* Applies the rate limit. As in Linux, errors about packets from loopback are not limited. */
static bool
may_send(struct net *net, const struct pkt *pkt, const struct ipaddr *dst)
{
	const struct iface *from = pkt->ifindex < CORE_IFACES ? net->core->iface[pkt->ifindex] : NULL;

	if ((from && from->loopback) || icmp_rate_allows(&net->icmp_rate, dst, net->core->now))
		return true;
	drop_note(net->core, pkt, DROP_ICMP_RATE);
	return false;
}

void
icmp_error_output(struct net *net, const struct pkt *pkt, struct ip_tx *tx, const struct icmp_error *e)
{
	struct core *core = net->core;
	struct path path;
	struct pkt *p;
	uint16_t sum = 0;

	if (ipaddr_is_any(&tx->src)) {
		if (route_find(core, &tx->dst, NULL, tx->ifindex, &path) < 0)
			return;
		tx->src = path.src;
	}
	if (!may_send(net, pkt, &tx->dst))
		return;
	p = quote(core, pkt, e->quote_max);
	if (!p) {
		drop_note(core, pkt, DROP_POOL_EMPTY);
		return;
	}
	icmp_put(pkt_push(p, ICMP_HDR_LEN), e->type, e->code, e->rest);
	if (tx->proto == IP_PROTO_ICMP6)
		sum = checksum_pseudo(&tx->src, &tx->dst, IP_PROTO_ICMP6, p->len);
	checksum_put(p->data + ICMP_SUM, pkt_sum_range(p, 0, p->len, sum));
	p->l4 = p->data;
	p->sum = PKT_SUM_VALID;
	core_output(core, p, tx);
}

/* Fills in the ports from a TCP or UDP header, for the event. */
static void
name_ports(struct event *e, const struct net_error *n)
{
	if (n->proto != IP_PROTO_TCP && n->proto != IP_PROTO_UDP)
		return;
	e->icmp.local.port = be16_get(n->quoted);
	e->icmp.remote.port = be16_get(n->quoted + 2);
}

static void
emit(struct core *core, const struct net_error *n)
{
	struct event e = {.kind = EVENT_ICMP_ERROR};

	if (!sink_wants(core->sink, EVENT_ICMP_ERROR))
		return;
	e.icmp.v6 = n->v6;
	e.icmp.type = n->type;
	e.icmp.code = n->code;
	e.icmp.local.addr = n->local;
	e.icmp.remote.addr = n->remote;
	name_ports(&e, n);
	core_emit(core, &e);
}

/*
 * A path MTU is learned only if a local flow may have sent the quoted packet. All flows share it,
 * so an error about a forged datagram would otherwise bypass the checks of TCP (RFC 8201, 4; RFC
 * 5927, 7).
 */
void
icmp_notify(struct core *core, struct pkt *pkt, const struct net_error *n)
{
	const struct transport_ops *t = core->transport[n->proto].ops;

	if (!core_error(core, n)) {
		pkt_drop(core, pkt, DROP_ICMP_NO_FLOW);
		return;
	}
	if (!t->validates_errors) {
		if (n->kind == NET_ERROR_PMTU)
			route_learn_mtu(core, &n->remote, n->mtu);
		emit(core, n);
	}
	pkt_free(pkt);
}

bool
icmp_error_about_us(void *self, const struct net_error *e)
{
	struct net *net = self;
	const struct core_transport *ping = &net->core->ping;

	return ping->ops && ping->ops->error && e->quoted_len >= ICMP_HDR_LEN &&
	       icmp_type(e->quoted) == (e->v6 ? ICMP6_ECHO : ICMP4_ECHO) && ping->ops->error(ping->self, e);
}

/*
 * Chooses the source of an echo reply. A request to a group is answered from an address of the
 * interface (RFC 4443, 4.2). Returns false if there is none.
 */
static bool
reply_source(struct net *net, const struct ip_rx *rx, struct ipaddr *src)
{
	struct path path;

	if (!rx->group) {
		*src = rx->dst;
		return true;
	}
	if (route_find(net->core, &rx->src, NULL, rx->iface->index, &path) < 0)
		return false;
	*src = path.src;
	return true;
}

void
icmp_echo_request_input(struct net *net, struct pkt *pkt, const struct ip_rx *rx, uint8_t reply_type)
{
	struct core *core = net->core;
	const struct core_transport *others = &core->echo;
	struct ip_tx tx = {
	    .dst = rx->src, .proto = rx->proto, .tos = rx->tos, .transparent = core->transparent};
	uint8_t old[2];

	if (others->ops && !rx->group && !iface_of_addr(core, &rx->dst)) {
		others->ops->input(others->self, pkt, rx);
		return;
	}
	if (!reply_source(net, rx, &tx.src)) {
		pkt_drop(core, pkt, DROP_IP_NO_ROUTE);
		return;
	}
	if (ipaddr_is_link_local(&tx.dst))
		tx.ifindex = rx->iface->index;
	if (!pkt_own(pkt, ICMP_HDR_LEN)) {
		pkt_drop(core, pkt, DROP_POOL_EMPTY);
		return;
	}
	pkt_complete_sum(pkt);
	memcpy(old, pkt->data, 2);
	pkt->data[ICMP_TYPE] = reply_type;
	checksum_update(pkt->data + ICMP_SUM, old, pkt->data, 2);
	pkt->l3 = NULL;
	pkt->l4 = pkt->data;
	pkt->sum = PKT_SUM_VALID;
	core_output(core, pkt, &tx);
}

void
icmp_echo_reply_input(struct net *net, struct pkt *pkt, const struct ip_rx *rx)
{
	const struct core_transport *ping = &net->core->ping;

	if (ping->ops)
		ping->ops->input(ping->self, pkt, rx);
	else
		pkt_drop(net->core, pkt, DROP_ICMP_NO_FLOW);
}
