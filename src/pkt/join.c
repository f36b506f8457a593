/*
 * pkt/join.c - received TCP packets into one super-segment, as long as cutting it would give them back.
 *
 * What may be joined is what Linux's GRO joins, and less: a head that carries PSH takes nothing more.
 */
#include "pkt/seg.h"
#include "pkt/seg_hdr.h"

#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"

#include <string.h>

/* How many octets the network header says there are, itself included. */
static uint32_t
network_len(const struct seg_hdr *h)
{
	return h->v6 ? (uint32_t)ip6_payload_len(h->ip) + IP6_HDR_LEN : ip4_len(h->ip);
}

/* Whole headers, a checksum known good, and neither more nor fewer octets than the headers say. */
static bool
joinable(struct pkt *p, struct seg_hdr *h)
{
	return p->sum != PKT_SUM_UNKNOWN && p->seg != PKT_SEG_UDP && seg_headers(p, IP_PROTO_TCP, h) &&
	       network_len(h) == p->len - h->l3 && p->len > h->pay;
}

/* IDs count up from piece to piece; with DF they may also stand still (RFC 6864, 4.1). */
static bool
same_ip4_id(const struct pkt *head, const struct seg_hdr *a, const struct seg_hdr *b, bool *fixed)
{
	uint16_t id = ip4_id(a->ip);

	*fixed = ip4_dont_fragment(a->ip) && ip4_id(b->ip) == id && (head->segs == 1 || head->fixed_id);
	if (*fixed)
		return true;
	return !(head->segs > 1 && head->fixed_id) && ip4_id(b->ip) == (uint16_t)(id + head->segs);
}

/* Everything but length, ID and checksum: addresses, TOS with ECN, TTL, DF; no options, no fragment. */
static bool
same_ip4(const struct pkt *head, const struct seg_hdr *a, const struct seg_hdr *b, bool *fixed)
{
	return a->ip[IP4_VIHL] == 0x45 && b->ip[IP4_VIHL] == 0x45 && !ip4_is_fragment(a->ip) &&
	       ip4_tos(a->ip) == ip4_tos(b->ip) && memcmp(a->ip + IP4_FRAG, b->ip + IP4_FRAG, 4) == 0 &&
	       memcmp(a->ip + IP4_SRC, b->ip + IP4_SRC, 8) == 0 && same_ip4_id(head, a, b, fixed);
}

/* Everything but the length: class with ECN, flow label, hop limit, addresses, extension headers. */
static bool
same_ip6(const struct seg_hdr *a, const struct seg_hdr *b)
{
	return a->l4 - a->l3 == b->l4 - b->l3 && memcmp(a->ip, b->ip, IP6_LEN) == 0 &&
	       memcmp(a->ip + IP6_NEXT, b->ip + IP6_NEXT, a->l4 - a->l3 - IP6_NEXT) == 0;
}

/* Ports, acknowledgement, window, options; PSH and FIN may come with the last, CWR with the first. */
static bool
same_tcp(const struct seg_hdr *a, const struct seg_hdr *b)
{
	const uint8_t *s = a->transport, *t = b->transport;
	uint8_t never = TCP_SYN | TCP_RST | TCP_URG;

	if (a->pay - a->l4 != b->pay - b->l4 || memcmp(s, t, TCP_SEQ) != 0)
		return false;
	if (tcp_flags(s) & (never | TCP_PSH | TCP_FIN) || tcp_flags(t) & (never | TCP_CWR))
		return false;
	if (!(tcp_flags(s) & TCP_ACK) || ((tcp_flags(s) ^ tcp_flags(t)) & (TCP_ACK | TCP_ECE)))
		return false;
	return memcmp(s + TCP_ACKNO, t + TCP_ACKNO, 5) == 0 && tcp_window(s) == tcp_window(t) &&
	       tcp_urgent(s) == tcp_urgent(t) &&
	       memcmp(s + TCP_HDR_LEN, t + TCP_HDR_LEN, a->pay - a->l4 - TCP_HDR_LEN) == 0;
}

/* Full pieces first, one that is shorter last, 64 KiB in all. */
static bool
fits(const struct pkt *head, const struct seg_hdr *a, const struct pkt *next, const struct seg_hdr *b)
{
	uint32_t have = head->len - a->pay, more = next->len - b->pay;
	uint32_t size = head->seg ? head->seg_size : have;

	return have == size * head->segs && more <= size && have <= UINT16_MAX &&
	       tcp_seq(b->transport) == tcp_seq(a->transport) + have &&
	       head->len - a->l3 + more <= PKT_SUPER_MAX;
}

static bool
same_link(const struct pkt *head, const struct seg_hdr *a, const struct pkt *next, const struct seg_hdr *b)
{
	return head->ifindex == next->ifindex && a->l3 == b->l3 && memcmp(head->data, next->data, a->l3) == 0;
}

bool
pkt_join(struct pkt *head, struct pkt *next)
{
	struct seg_hdr a, b;
	bool fixed = false;
	uint32_t have, more;
	uint16_t sum;

	if (next->seg != PKT_SEG_NONE || !joinable(head, &a) || !joinable(next, &b) || a.v6 != b.v6)
		return false;
	if (!same_link(head, &a, next, &b) || !same_tcp(&a, &b) || !fits(head, &a, next, &b))
		return false;
	if (a.v6 ? !same_ip6(&a, &b) : !same_ip4(head, &a, &b, &fixed))
		return false;
	have = head->len - a.pay;
	more = next->len - b.pay;
	if (!pkt_own(head, a.pay) || !pkt_append_pkt(head, next, b.pay, more))
		return false;
	a.ip = head->l3;
	a.transport = head->l4;
	if (head->seg == PKT_SEG_NONE) {
		head->seg = a.v6 ? PKT_SEG_TCP6 : PKT_SEG_TCP4;
		head->seg_size = (uint16_t)have;
		head->fixed_id = fixed;
	}
	head->segs++;
	a.transport[TCP_FLAGS] |= tcp_flags(b.transport) & (TCP_PSH | TCP_FIN);
	seg_put_len(&a, head->len - a.l3);
	head->sum = PKT_SUM_PARTIAL;
	head->sum_off = TCP_SUM;
	sum = seg_pseudo_sum(&a, head->len - a.l4);
	memcpy(a.transport + TCP_SUM, &sum, sizeof sum);
	pkt_free(next);
	return true;
}
