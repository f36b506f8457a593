/*
 * pkt/cut.c - super-segments into pieces of wire size. The payload is shared, the headers are each piece's own.
 */
#include "pkt/seg.h"
#include "pkt/seg_hdr.h"

#include "base/err.h"
#include "wire/ip4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include <stddef.h>
#include <string.h>

/* Headers alone, copied from @whole, with its marks. */
static struct pkt *
piece_new(const struct pkt *whole, const struct seg_hdr *h)
{
	struct pkt *p;

	if (h->pay <= PKT_ROOM) {
		p = pkt_new(whole->pool);
		if (p)
			memcpy(pkt_push(p, h->pay), whole->data, h->pay);
	} else {
		p = pkt_from_bytes(whole->pool, whole->data, h->pay);
	}
	if (!p)
		return NULL;
	p->l3 = p->data + h->l3;
	p->l4 = p->data + h->l4;
	p->l3_len = (uint16_t)(h->l4 - h->l3);
	p->why = whole->why;
	p->ethertype = whole->ethertype;
	p->ifindex = whole->ifindex;
	p->flow = whole->flow;
	p->stamp = whole->stamp;
	return p;
}

/* What of the TCP header depends on where in the whole the piece begins. */
static void
mend_tcp(uint8_t *tcp, uint32_t off, bool last)
{
	uint16_t urgent = tcp_urgent(tcp);
	uint8_t flags = tcp_flags(tcp);

	be32_put(tcp + TCP_SEQ, tcp_seq(tcp) + off);
	if (!last)
		flags &= (uint8_t) ~(TCP_PSH | TCP_FIN);
	if (off > 0)
		flags &= (uint8_t)~TCP_CWR;
	if (flags & TCP_URG) {
		/* It counts from the piece's own number; one that lies wholly beyond it is not urgent. */
		if (urgent <= off)
			flags &= (uint8_t)~TCP_URG;
		be16_put(tcp + TCP_URGENT, urgent > off ? (uint16_t)(urgent - off) : 0);
	}
	tcp[TCP_FLAGS] = flags;
}

static void
mend_sum(struct pkt *p, const struct pkt *whole, const struct seg_hdr *h)
{
	unsigned field = h->proto == IP_PROTO_TCP ? TCP_SUM : UDP_SUM;
	uint32_t len = p->len - h->l4;
	uint16_t sum;

	p->sum_off = (uint16_t)field;
	if (whole->sum == PKT_SUM_PARTIAL) {
		sum = be16_get(h->transport + field);
		be16_put(h->transport + field,
		    seg_sum_replace(sum, (uint16_t)(whole->len - h->l4), (uint16_t)len));
		p->sum = PKT_SUM_PARTIAL;
		return;
	}
	p->sum = PKT_SUM_VALID;
	if (h->proto == IP_PROTO_UDP && !h->v6 && udp_sum(h->transport) == 0)
		return; /* the sender computes none */
	be16_put(h->transport + field, 0);
	checksum_put(h->transport + field, pkt_sum_range(p, h->l4, len, seg_pseudo_sum(h, len)));
	if (h->proto == IP_PROTO_UDP && udp_sum(h->transport) == 0)
		be16_put(h->transport + field, 0xffff); /* zero would mean "none" (RFC 768) */
}

/* Piece number @i, which begins at payload octet @off. NULL at the limit. */
static struct pkt *
piece_cut(const struct pkt *whole, const struct seg_hdr *h, uint32_t i, uint32_t off)
{
	uint32_t left = whole->len - h->pay - off, len = left < whole->seg_size ? left : whole->seg_size;
	struct pkt *p = piece_new(whole, h);
	struct seg_hdr own = *h;

	if (!p)
		return NULL;
	if (!pkt_append_pkt(p, whole, h->pay + off, len)) {
		pkt_free(p);
		return NULL;
	}
	own.ip = p->l3;
	own.transport = p->l4;
	seg_put_len(&own, p->len - h->l3);
	if (!h->v6 && !whole->fixed_id)
		seg_ip4_put(own.ip, IP4_ID, (uint16_t)(ip4_id(own.ip) + i));
	if (h->proto == IP_PROTO_TCP)
		mend_tcp(own.transport, off, len == left);
	else
		be16_put(own.transport + UDP_LEN, (uint16_t)(UDP_HDR_LEN + len));
	mend_sum(p, whole, &own);
	return p;
}

/* An ordinary packet after all. */
static void
mark_single(struct pkt *p)
{
	p->seg = PKT_SEG_NONE;
	p->seg_size = 0;
	p->segs = 1;
}

static void
free_newest(struct list *out, uint32_t count)
{
	while (count-- > 0) {
		struct pkt *p = list_last(out, struct pkt, node);

		list_del(&p->node);
		pkt_free(p);
	}
}

int
pkt_cut(struct pkt *p, struct list *out)
{
	uint8_t proto = p->seg == PKT_SEG_UDP ? IP_PROTO_UDP : IP_PROTO_TCP;
	struct seg_hdr h;
	uint32_t i = 0;

	if (p->seg == PKT_SEG_NONE) {
		list_push(out, &p->node);
		return 0;
	}
	if (p->seg_size == 0 || !seg_headers(p, proto, &h)) {
		pkt_free(p);
		return -LEAT_EINVAL;
	}
	if (p->len - h.pay <= p->seg_size) {
		mark_single(p);
		list_push(out, &p->node);
		return 0;
	}
	for (uint32_t off = 0; off < p->len - h.pay; off += p->seg_size, i++) {
		struct pkt *piece = piece_cut(p, &h, i, off);

		if (!piece) {
			free_newest(out, i);
			pkt_free(p);
			return -LEAT_ENOMEM;
		}
		list_push(out, &piece->node);
	}
	pkt_free(p);
	return 0;
}
