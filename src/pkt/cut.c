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

/* A whole that is being cut, and how far. */
struct cutting {
	struct pkt *whole;
	struct seg_hdr hdr;
	struct pkt_cursor at; /* the next payload octet */
	uint32_t off;         /* its number */
	uint16_t number;      /* of the piece, from 0 */
	uint32_t full;        /* octets of a full piece from the transport header on */
};

/* Headers alone, copied from the whole, with its marks. */
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

/* Of a piece that is not PKT_SUM_PARTIAL: the sum of its own octets. */
static void
put_sum(struct pkt *p, const struct seg_hdr *h)
{
	uint8_t *field = h->transport + (h->proto == IP_PROTO_TCP ? TCP_SUM : UDP_SUM);
	uint32_t len = p->len - h->l4;

	p->sum = PKT_SUM_VALID;
	if (h->proto == IP_PROTO_UDP && !h->v6 && udp_sum(h->transport) == 0)
		return; /* the sender computes none */
	be16_put(field, 0);
	checksum_put(field, pkt_sum_range(p, h->l4, len, seg_pseudo_sum(h, len)));
	if (h->proto == IP_PROTO_UDP && be16_get(field) == 0)
		be16_put(field, 0xffff); /* zero would mean "none" (RFC 768) */
}

/* What the headers say of a packet that is @len octets from the transport header on, and said of one of @before. */
static void
put_len(const struct seg_hdr *h, bool partial, uint32_t before, uint32_t len)
{
	uint8_t *field = h->transport + (h->proto == IP_PROTO_TCP ? TCP_SUM : UDP_SUM);

	seg_put_len(h, len + (h->l4 - h->l3));
	if (h->proto == IP_PROTO_UDP)
		be16_put(h->transport + UDP_LEN, (uint16_t)len);
	if (partial)
		be16_put(field, checksum_replace(be16_get(field), (uint16_t)before, (uint16_t)len));
}

/* Make the whole's headers those of a full piece, so that each piece copies them as they are. False at the limit. */
static bool
cut_begin(struct cutting *c)
{
	struct pkt *p = c->whole;
	struct seg_hdr *h = &c->hdr;

	if (!pkt_own(p, h->pay))
		return false;
	h->ip = p->l3;
	h->transport = p->l4;
	c->full = h->pay - h->l4 + p->seg_size;
	put_len(h, p->sum == PKT_SUM_PARTIAL, p->len - h->l4, c->full);
	pkt_cursor_init(&c->at, p, h->pay);
	return true;
}

/* The next piece; NULL at the limit. */
static struct pkt *
cut_next(struct cutting *c)
{
	const struct pkt *whole = c->whole;
	uint32_t left = whole->len - c->hdr.pay - c->off,
		 len = left < whole->seg_size ? left : whole->seg_size;
	struct pkt *p = piece_new(whole, &c->hdr);
	struct seg_hdr own = c->hdr;

	if (!p)
		return NULL;
	if (!pkt_append_from(p, &c->at, len)) {
		pkt_free(p);
		return NULL;
	}
	own.ip = p->l3;
	own.transport = p->l4;
	if (len < whole->seg_size)
		put_len(&own, whole->sum == PKT_SUM_PARTIAL, c->full, p->len - own.l4);
	if (!own.v6 && !whole->fixed_id && c->number)
		seg_ip4_put(own.ip, IP4_ID, (uint16_t)(ip4_id(own.ip) + c->number));
	if (own.proto == IP_PROTO_TCP)
		mend_tcp(own.transport, c->off, len == left);
	p->sum = PKT_SUM_PARTIAL;
	p->sum_off = own.proto == IP_PROTO_TCP ? TCP_SUM : UDP_SUM;
	if (whole->sum != PKT_SUM_PARTIAL)
		put_sum(p, &own);
	c->off += len;
	c->number++;
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

static uint8_t
proto_of(const struct pkt *p)
{
	return p->seg == PKT_SEG_UDP ? IP_PROTO_UDP : IP_PROTO_TCP;
}

uint32_t
pkt_seg_headers(struct pkt *p)
{
	struct seg_hdr h;

	return p->seg_size && seg_headers(p, proto_of(p), &h) ? h.pay : 0;
}

int
pkt_cut(struct pkt *p, struct list *out)
{
	struct cutting c = {.whole = p};

	if (p->seg == PKT_SEG_NONE) {
		list_push(out, &p->node);
		return 0;
	}
	if (p->seg_size == 0 || !seg_headers(p, proto_of(p), &c.hdr)) {
		pkt_free(p);
		return -LEAT_EINVAL;
	}
	if (p->len - c.hdr.pay <= p->seg_size) {
		mark_single(p);
		list_push(out, &p->node);
		return 0;
	}
	if (!cut_begin(&c)) {
		pkt_free(p);
		return -LEAT_ENOMEM;
	}
	while (c.off < p->len - c.hdr.pay) {
		struct pkt *piece = cut_next(&c);

		if (!piece) {
			free_newest(out, c.number);
			pkt_free(p);
			return -LEAT_ENOMEM;
		}
		list_push(out, &piece->node);
	}
	pkt_free(p);
	return 0;
}
