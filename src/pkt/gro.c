/*
 * pkt/gro.c - joins consecutive TCP segments of a connection within one batch (generic receive
 * offload). It reads headers only, and keeps no state after the batch.
 */
#include "pkt/gro.h"

#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"

#include <string.h>

/*
 * Moves flow number @i to @out. The flows after it move up, so they stay in the order of their
 * arrival.
 */
static void
release(struct gro *g, unsigned i, struct list *out)
{
	pkt_join_end(&g->flow[i]);
	list_push(out, &g->flow[i].head->node);
	g->count--;
	memmove(&g->flow[i], &g->flow[i + 1], (g->count - i) * sizeof g->flow[0]);
}

void
gro_flush(struct gro *g, struct list *out)
{
	for (unsigned i = 0; i < g->count; i++) {
		pkt_join_end(&g->flow[i]);
		list_push(out, &g->flow[i].head->node);
	}
	g->count = 0;
}

/* Returns true if the packet is an intact IPv4 header without options, followed by TCP. */
static bool
plain4(const struct pkt *p)
{
	const uint8_t *h = p->data;

	return p->linear >= IP4_HDR_LEN + TCP_HDR_LEN && h[IP4_VIHL] == 0x45 &&
	       ip4_proto(h) == IP_PROTO_TCP && ip4_len(h) == p->len && !ip4_is_fragment(h) &&
	       ip4_sum(h) == 0xffff;
}

static bool
plain6(const struct pkt *p)
{
	const uint8_t *h = p->data;

	return p->linear >= IP6_HDR_LEN + TCP_HDR_LEN && h[0] >> 4 == 6 && ip6_next(h) == IP_PROTO_TCP &&
	       ip6_payload_len(h) + (uint32_t)IP6_HDR_LEN == p->len;
}

/* Sets l3 and l4 if the packet is TCP directly after a network header without options. */
static bool
find_headers(struct pkt *p)
{
	bool v6 = p->len > 0 && p->data[0] >> 4 == 6;
	unsigned len = v6 ? IP6_HDR_LEN : IP4_HDR_LEN;

	if (v6 ? !plain6(p) : !plain4(p))
		return false;
	p->l3 = p->data;
	p->l4 = p->data + len;
	p->l3_len = (uint16_t)len;
	return tcp_valid(p->l4, p->len - len) && p->linear >= len + tcp_hdr_len(p->l4);
}

/*
 * Verifies the checksum if that has not been done yet. It happens here because the octets are read
 * anyway, and only packets with a good checksum may be joined.
 */
static bool
sum_good(struct pkt *p)
{
	uint32_t len = p->len - p->l3_len;

	if (p->sum != PKT_SUM_UNKNOWN)
		return true;
	if (pkt_sum_range(p, p->l3_len, len, seg_pseudo_sum(p->data, IP_PROTO_TCP, len)) != 0xffff)
		return false;
	p->sum = PKT_SUM_VALID;
	return true;
}

static bool
same_flow(const struct pkt_join *j, const struct pkt *p)
{
	const struct pkt *head = j->head;
	bool v6 = p->data[0] >> 4 == 6;

	if (j->hdr.v6 != v6 || memcmp(head->l4, p->l4, TCP_SEQ) != 0)
		return false;
	return v6 ? memcmp(head->l3 + IP6_SRC, p->l3 + IP6_SRC, 32) == 0
		  : memcmp(head->l3 + IP4_SRC, p->l3 + IP4_SRC, 8) == 0;
}

static unsigned
find_flow(const struct gro *g, const struct pkt *p)
{
	unsigned i = 0;

	while (i < g->count && !same_flow(&g->flow[i], p))
		i++;
	return i;
}

void
gro_take(struct gro *g, struct pkt *p, struct list *out)
{
	unsigned i;

	if (!find_headers(p) || !sum_good(p)) { /* it may belong to any of the flows */
		gro_flush(g, out);
		list_push(out, &p->node);
		return;
	}
	i = find_flow(g, p);
	if (i < g->count) {
		if (pkt_join_more(&g->flow[i], p))
			return;
		release(g, i, out);
	}
	if (g->count == GRO_FLOWS)
		release(g, 0, out);
	if (pkt_join_begin(&g->flow[g->count], p))
		g->count++;
	else
		list_push(out, &p->node);
}
