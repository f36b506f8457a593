/*
 * pkt/join.c - joins received TCP packets into one super-segment, as long as cutting it would give
 * the same packets back.
 *
 * It joins what Linux's GRO joins, and less: nothing is joined to a head with PSH. While the head
 * grows, its length and checksum fields still describe it alone. pkt_join_end() corrects them once
 * for all packets.
 */
#include "pkt/join.h"

#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"

#include <string.h>

/* Returns the length that the network header gives, including that header. */
static uint32_t
network_len(const uint8_t *ip, bool v6)
{
	return v6 ? (uint32_t)ip6_payload_len(ip) + IP6_HDR_LEN : ip4_len(ip);
}

/*
 * Returns true if the checksum is known to be good and the packet has exactly the length that its
 * headers give.
 */
static bool
is_whole(const struct pkt *p, const uint8_t *ip, const struct seg_hdr *h)
{
	return p->sum != PKT_SUM_UNKNOWN && network_len(ip, h->v6) == p->len - h->l3 && p->len > h->pay;
}

/*
 * Returns true if another segment may follow: plain data, without a flag that only a last piece may
 * have.
 */
static bool
may_grow(const uint8_t *tcp)
{
	return (tcp_flags(tcp) & (TCP_SYN | TCP_RST | TCP_URG | TCP_PSH | TCP_FIN | TCP_ACK)) == TCP_ACK;
}

bool
pkt_join_possible(const struct pkt *p)
{
	const uint8_t *ip = p->data;
	bool v6 = p->linear > 0 && ip[0] >> 4 == 6;
	uint32_t len = v6 ? IP6_HDR_LEN : IP4_HDR_LEN;

	if (p->linear < len + TCP_HDR_LEN || (v6 ? ip6_next(ip) : ip4_proto(ip)) != IP_PROTO_TCP)
		return false;
	return may_grow(ip + len) && network_len(ip, v6) > len + tcp_hdr_len(ip + len);
}

/* Returns true if all pieces so far are full, and their size fits the seg_size field. */
static bool
all_full(const struct pkt_join *j)
{
	return j->have == j->size * j->head->segs && j->size <= UINT16_MAX;
}

bool
pkt_join_begin(struct pkt_join *j, struct pkt *head)
{
	struct seg_hdr *h = &j->hdr;

	if (head->seg == PKT_SEG_UDP || !seg_headers(head, IP_PROTO_TCP, h) || !is_whole(head, h->ip, h) ||
	    !may_grow(h->transport) || (!h->v6 && (h->ip[IP4_VIHL] != 0x45 || ip4_is_fragment(h->ip))))
		return false;
	j->head = head;
	j->have = head->len - h->pay;
	j->size = head->seg ? head->seg_size : j->have;
	j->next_seq = tcp_seq(h->transport) + j->have;
	j->fixed_id = head->fixed_id;
	j->grown = false;
	if (!all_full(j) || !pkt_own(head, h->pay)) /* its headers are going to be written */
		return false;
	h->ip = head->l3;
	h->transport = head->l4;
	return true;
}

/* IDs count up from piece to piece. With DF, all pieces may have the same ID (RFC 6864, 4.1). */
static bool
same_ip4_id(const struct pkt_join *j, const uint8_t *ip, bool *fixed)
{
	uint16_t id = ip4_id(j->hdr.ip), segs = j->head->segs;

	*fixed = ip4_dont_fragment(ip) && ip4_id(ip) == id && (segs == 1 || j->fixed_id);
	if (*fixed)
		return true;
	return !(segs > 1 && j->fixed_id) && ip4_id(ip) == (uint16_t)(id + segs);
}

/*
 * Compares all but length, ID and checksum: addresses, TOS with ECN, TTL, DF. There are no options,
 * and it is no fragment.
 */
static bool
same_ip4(const struct pkt_join *j, const uint8_t *ip, bool *fixed)
{
	const uint64_t all_but_len_and_id = 0xffff00000000ffff;
	const uint8_t *own = j->hdr.ip;

	return ((be64_get(own) ^ be64_get(ip)) & all_but_len_and_id) == 0 &&
	       be16_get(own + IP4_TTL) == be16_get(ip + IP4_TTL) &&
	       be64_get(own + IP4_SRC) == be64_get(ip + IP4_SRC) && same_ip4_id(j, ip, fixed);
}

/*
 * Compares all but the length: traffic class with ECN, flow label, hop limit, addresses, extension
 * headers.
 */
static bool
same_ip6(const struct pkt_join *j, const uint8_t *ip)
{
	uint32_t len = j->hdr.l4 - j->hdr.l3;

	return memcmp(j->hdr.ip, ip, IP6_LEN) == 0 &&
	       memcmp(j->hdr.ip + IP6_NEXT, ip + IP6_NEXT, len - IP6_NEXT) == 0;
}

/* Compares options, which are a few whole 32-bit words. */
static bool
same_words(const uint8_t *a, const uint8_t *b, uint32_t len)
{
	uint32_t differ = 0;

	for (uint32_t i = 0; i < len; i += 4)
		differ |= be32_get(a + i) ^ be32_get(b + i);
	return differ == 0;
}

/*
 * Compares ports, the next sequence number, acknowledgement, window and options. The last packet
 * may carry PSH and FIN; only the first may carry CWR.
 */
static bool
same_tcp(const struct pkt_join *j, const uint8_t *t)
{
	const uint64_t all_but_flags = 0xffffffffff00ffff;
	const uint8_t never = TCP_SYN | TCP_RST | TCP_URG | TCP_CWR;
	const uint8_t *s = j->hdr.transport;

	return be32_get(s) == be32_get(t) && tcp_seq(t) == j->next_seq &&
	       ((be64_get(s + TCP_ACKNO) ^ be64_get(t + TCP_ACKNO)) & all_but_flags) == 0 &&
	       !(tcp_flags(t) & never) && !((tcp_flags(s) ^ tcp_flags(t)) & (TCP_ACK | TCP_ECE)) &&
	       tcp_urgent(s) == tcp_urgent(t) &&
	       same_words(s + TCP_HDR_LEN, t + TCP_HDR_LEN, j->hdr.pay - j->hdr.l4 - TCP_HDR_LEN);
}

/*
 * Returns true if the headers of @next are at the same offsets as the head's, after the same link
 * header.
 */
static bool
same_shape(const struct pkt_join *j, struct pkt *next)
{
	const struct seg_hdr *h = &j->hdr;

	return next->seg == PKT_SEG_NONE && next->l3 == next->data + h->l3 &&
	       next->l4 == next->data + h->l4 && next->ifindex == j->head->ifindex &&
	       pkt_need(next, h->pay) && is_whole(next, next->l3, h) &&
	       (h->l3 == 0 || memcmp(j->head->data, next->data, h->l3) == 0);
}

bool
pkt_join_more(struct pkt_join *j, struct pkt *next)
{
	const struct seg_hdr *h = &j->hdr;
	uint32_t more = next->len - h->pay;
	bool fixed = false;

	if (!same_shape(j, next) || !same_tcp(j, next->l4))
		return false;
	if (h->v6 ? !same_ip6(j, next->l3) : !same_ip4(j, next->l3, &fixed))
		return false;
	if (more > j->size || j->head->len - h->l3 + more > PKT_SUPER_MAX || !may_grow(h->transport) ||
	    !all_full(j) || !pkt_move_rest(j->head, next, h->pay))
		return false;
	j->fixed_id = fixed;
	j->have += more;
	j->next_seq += more;
	j->grown = true;
	j->head->segs++;
	h->transport[TCP_FLAGS] |= tcp_flags(next->l4) & (TCP_PSH | TCP_FIN);
	pkt_free(next);
	return true;
}

void
pkt_join_end(struct pkt_join *j)
{
	struct pkt *head = j->head;
	const struct seg_hdr *h = &j->hdr;
	uint16_t sum;

	if (!j->grown)
		return;
	if (head->seg == PKT_SEG_NONE) {
		head->seg = h->v6 ? PKT_SEG_TCP6 : PKT_SEG_TCP4;
		head->seg_size = (uint16_t)j->size;
	}
	head->fixed_id = j->fixed_id;
	seg_put_len(h, head->len - h->l3);
	head->sum = PKT_SUM_PARTIAL;
	head->sum_off = TCP_SUM;
	sum = seg_pseudo_sum(h->ip, h->proto, head->len - h->l4);
	memcpy(h->transport + TCP_SUM, &sum, sizeof sum);
}
