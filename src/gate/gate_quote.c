/*
 * gate/gate_quote.c - reports to the program that a datagram could not be delivered outside. An
 * ICMP error quotes the packet that caused it (RFC 792; RFC 4443, 3). That packet was read from a
 * socket and is gone, so its headers are written again from what the flow knows. Its checksum is
 * not known; receivers of errors do not look at it.
 */
#include "base/err.h"
#include "core/core.h"
#include "gate/impl.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/udp.h"

#include <string.h>

enum { QUOTE_TTL = 64 };

/* Builds the datagram again, with data at its UDP header. Returns NULL at the pool's limit. */
static struct pkt *
quote_build(
    struct gate *g, const struct endpoint *src, const struct endpoint *dst, const struct gate_quoted *q)
{
	uint16_t udp_len = (uint16_t)(UDP_HDR_LEN + q->len);
	struct pkt *p =
	    pkt_from_bytes(g->core->pool, q->head, q->len < GATE_QUOTED ? q->len : (size_t)GATE_QUOTED);
	uint8_t *h;

	if (!p)
		return NULL;
	udp_put(pkt_push(p, UDP_HDR_LEN), src->port, dst->port, udp_len);
	if (ipaddr_is4(&src->addr)) {
		h = pkt_push(p, IP4_HDR_LEN);
		ip4_put_summed(h, 0, (uint16_t)(IP4_HDR_LEN + udp_len), 0, IP4_DF, QUOTE_TTL, IP_PROTO_UDP,
		    &src->addr, &dst->addr);
		p->l3_len = IP4_HDR_LEN;
	} else {
		h = pkt_push(p, IP6_HDR_LEN);
		ip6_put(h, 0, 0, udp_len, IP_PROTO_UDP, QUOTE_TTL, &src->addr, &dst->addr);
		p->l3_len = IP6_HDR_LEN;
	}
	p->l3 = h;
	p->l4 = h + p->l3_len;
	pkt_pull(p, p->l3_len);
	return p;
}

void
gate_quoted_set(struct gate_quoted *q, const void *payload, size_t len)
{
	q->len = len;
	if (len)
		memcpy(q->head, payload, len < GATE_QUOTED ? len : (size_t)GATE_QUOTED);
}

void
gate_quote_udp(struct gate *g, const struct endpoint *src, const struct endpoint *dst,
    const struct gate_quoted *q, int error)
{
	struct ip_rx rx = {.src = src->addr, .dst = dst->addr, .proto = IP_PROTO_UDP, .ttl = QUOTE_TTL};
	int refusal = gate_refusal(error);
	struct path path;
	struct pkt *p;

	drop_note(g->core, NULL, DROP_GATE_REFUSED);
	if (refusal < 0 || error == LEAT_EMSGSIZE || route_find(g->core, &src->addr, NULL, 0, &path) < 0)
		return;
	rx.iface = path.iface;
	p = quote_build(g, src, dst, q);
	if (!p)
		return;
	core_refuse(g->core, p, &rx, refusal);
	pkt_free(p);
}
