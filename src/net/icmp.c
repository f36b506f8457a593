/*
 * net/icmp.c - what ICMP and ICMPv6 share: quoting, telling transports, echo.
 */
#include "net/internal.h"

#include <assert.h>

enum { QUOTE_MAX = 1280 };

struct pkt *
icmp_quote(struct core *core, const struct pkt *pkt, uint32_t limit)
{
	uint8_t copy[QUOTE_MAX];
	uint32_t pulled = (uint32_t)(pkt->data - pkt->l3); /* still there: pkt.h carries them along */
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

bool
icmp_may_send(struct net *net, const struct pkt *pkt, const struct ipaddr *dst)
{
	const struct iface *from = pkt->ifindex < CORE_IFACES ? net->core->iface[pkt->ifindex] : NULL;

	if ((from && from->loopback) || icmp_rate_allows(&net->icmp_rate, dst, net->core->now))
		return true;
	drop_note(net->core, pkt, DROP_ICMP_RATE);
	return false;
}

/* The ports of a TCP or UDP header, for the event. */
static void
name_ports(struct event *e, const struct net_error *n)
{
	if (n->proto != IP_PROTO_TCP && n->proto != IP_PROTO_UDP)
		return;
	e->icmp.local.port = be16_get(n->quoted);
	e->icmp.remote.port = be16_get(n->quoted + 2);
}

void
icmp_tell(struct core *core, struct net_error *n)
{
	const struct transport_ops *t = core->transport[n->proto].ops;
	bool judged = t && t->judges_errors;

	if (n->kind == NET_ERROR_PMTU && !judged)
		route_learn_mtu(core, &n->remote, n->mtu);
	if (!judged && sink_wants(core->sink, EVENT_ICMP_ERROR)) {
		struct event e = {.kind = EVENT_ICMP_ERROR};

		e.icmp.v6 = n->v6;
		e.icmp.type = n->type;
		e.icmp.code = n->code;
		e.icmp.local.addr = n->local;
		e.icmp.remote.addr = n->remote;
		name_ports(&e, n);
		core_emit(core, &e);
	}
	core_error(core, n);
}

/* A request to a group is answered from an address of the interface (RFC 4443, 4.2). False when there is none. */
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
