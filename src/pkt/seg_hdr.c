/*
 * pkt/seg_hdr.c - finds and corrects the headers of packets that are cut or joined.
 */
#include "pkt/seg_hdr.h"

#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include <string.h>

static bool
network_header(struct pkt *p, struct seg_hdr *h)
{
	h->v6 = p->l3[0] >> 4 == 6;
	if (h->v6)
		return h->l4 - h->l3 >= IP6_HDR_LEN;
	return p->l3[0] >> 4 == 4 && h->l4 - h->l3 >= IP4_HDR_LEN && ip4_hdr_len(p->l3) == h->l4 - h->l3 &&
	       ip4_proto(p->l3) == h->proto;
}

bool
seg_headers(struct pkt *p, uint8_t proto, struct seg_hdr *h)
{
	uint32_t fixed = proto == IP_PROTO_TCP ? TCP_HDR_LEN : UDP_HDR_LEN;

	if (!p->l3 || !p->l4)
		return false;
	h->proto = proto;
	h->l3 = pkt_header_off(p, p->l3);
	h->l4 = pkt_header_off(p, p->l4);
	if (h->l4 <= h->l3 || !pkt_need(p, h->l4 + fixed) || !network_header(p, h))
		return false;
	h->pay = h->l4 + (proto == IP_PROTO_TCP ? tcp_hdr_len(p->l4) : fixed);
	if (h->pay < h->l4 + fixed || !pkt_need(p, h->pay))
		return false;
	h->ip = p->l3;
	h->transport = p->l4;
	return true;
}

uint16_t
seg_pseudo_sum(const uint8_t *ip, uint8_t proto, uint32_t len)
{
	uint64_t sum = ip[0] >> 4 == 6 ? checksum_words(ip + IP6_SRC, 32) : checksum_words(ip + IP4_SRC, 8);

	return checksum_fold(
	    checksum_add_carry(sum, (uint64_t)__builtin_bswap32(len) + __builtin_bswap32(proto)));
}

void
seg_ip4_put(uint8_t *ip, unsigned at, uint16_t new)
{
	uint16_t sum, old, now;

	memcpy(&sum, ip + IP4_SUM, 2);
	memcpy(&old, ip + at, 2);
	be16_put(ip + at, new);
	memcpy(&now, ip + at, 2);
	checksum_put(ip + IP4_SUM, checksum_replace((uint16_t)~sum, old, now));
}

void
seg_put_len(const struct seg_hdr *h, uint32_t len)
{
	if (h->v6)
		be16_put(h->ip + IP6_LEN, (uint16_t)(len - IP6_HDR_LEN));
	else
		seg_ip4_put(h->ip, IP4_LEN, (uint16_t)len);
}
