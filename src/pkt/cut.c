/*
 * pkt/cut.c - cuts super-segments into packets of wire size. The pieces share the payload; each has
 * its own headers.
 */
#include "pkt/seg.h"
#include "pkt/seg_hdr.h"

#include "base/err.h"
#include "wire/ip4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include <stddef.h>
#include <string.h>

/* The state of cutting one super-segment. */
struct cutting {
	struct pkt *whole;
	struct seg_hdr hdr;
	struct pkt_cursor at; /* the next payload octet */
	uint32_t off;         /* the offset of that octet in the payload */
	uint16_t number;      /* of the next piece, from 0 */
	uint32_t full;        /* octets of a full piece from the transport header on */
	bool complete;        /* pieces get complete checksums, although the whole has a partial one */

	/*
	 * TCP: values from the header of the whole. They are kept here because that header was just
	 * written: a load that is wider than the store before it waits for that store.
	 */
	seq_t seq;
	uint16_t urgent;
	uint16_t flags;  /* the flags field, with the octet of the header length, as in memory */
	uint64_t common; /* sum of the header and pseudo-header fields that all full pieces share */
};

enum { WORD = 16 }; /* octets; network and transport header together are never shorter */

/*
 * Copies in steps of a constant size. The last step overlaps the one before it. For so few octets,
 * memcpy() with a variable length takes longer to start.
 */
static void
copy_headers(uint8_t *to, const uint8_t *from, uint32_t len)
{
	for (uint32_t i = 0; i + WORD <= len; i += WORD)
		memcpy(to + i, from + i, WORD);
	memcpy(to + len - WORD, from + len - WORD, WORD);
}

/* Makes a piece that holds a copy of the whole's headers and its marks, but no payload yet. */
static struct pkt *
piece_new(const struct pkt *whole, const struct seg_hdr *h)
{
	struct pkt *p;

	if (h->pay <= PKT_ROOM) {
		p = pkt_new(whole->pool);
		if (p)
			copy_headers(pkt_push(p, h->pay), whole->data, h->pay);
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

/* Appends the next @len payload octets by reference. In most cases they lie within one slice. */
static bool
piece_fill(struct pkt *p, struct pkt_cursor *at, uint32_t len)
{
	const struct pkt_slice *s = at->part ? &at->p->slice[at->part - 1] : NULL;

	if (!s || s->len - at->off <= len)
		return pkt_append_from(p, at, len);
	p->slice[p->nslices++] = (struct pkt_slice){pkt_block_ref(s->block), s->off + at->off, len};
	p->len += len;
	at->off += len;
	return true;
}

/*
 * Returns the sum of the TCP header and the pseudo-header without the fields that differ between
 * pieces. @len counts octets from the transport header on.
 */
static uint64_t
common_sum(const struct seg_hdr *h, uint32_t len)
{
	const uint8_t *t = h->transport;
	uint64_t sum = (uint64_t)seg_pseudo_sum(h->ip, h->proto, len) + checksum_words(t, TCP_SEQ) +
		       checksum_words(t + TCP_ACKNO, TCP_OFFSET - TCP_ACKNO) +
		       checksum_words(t + TCP_WINDOW, TCP_SUM - TCP_WINDOW);

	return checksum_add_carry(sum, checksum_words(t + TCP_HDR_LEN, h->pay - h->l4 - TCP_HDR_LEN));
}

/*
 * Sets the fields of the TCP header that depend on the piece's place in the whole, and the checksum
 * if pieces get one.
 */
static void
patch_tcp(const struct cutting *c, struct pkt *p, bool last)
{
	uint8_t *tcp = p->l4;
	uint16_t urgent = c->urgent, flags = c->flags;
	uint32_t seq = __builtin_bswap32(c->seq + c->off);

	if (!last)
		flags &= (uint16_t) ~(TCP_PSH | TCP_FIN);
	if (c->off > 0)
		flags &= (uint16_t)~TCP_CWR;
	if (flags & TCP_URG) {
		/*
		 * The urgent pointer counts from the piece's own sequence number. A piece that lies
		 * wholly after the urgent data is not urgent.
		 */
		if (urgent <= c->off)
			flags &= (uint16_t)~TCP_URG;
		urgent = urgent > c->off ? (uint16_t)(urgent - c->off) : 0;
	}
	urgent = __builtin_bswap16(urgent);
	flags = __builtin_bswap16(flags);
	memcpy(tcp + TCP_SEQ, &seq, 4);
	memcpy(tcp + TCP_OFFSET, &flags, 2);
	memcpy(tcp + TCP_URGENT, &urgent, 2);
	if (c->complete) {
		uint32_t len = p->len - c->hdr.l4;
		uint64_t same = len == c->full ? c->common : common_sum(&c->hdr, len);

		checksum_put(
		    tcp + TCP_SUM, checksum_fold(checksum_add_carry(
				       same, (uint64_t)seq + flags + urgent + pkt_sum_rest(p, c->hdr.pay))));
	}
}

/* Sets the checksum of a UDP piece. */
static void
patch_udp(const struct cutting *c, struct pkt *p)
{
	uint8_t *field = p->l4 + UDP_SUM;
	uint32_t len = p->len - c->hdr.l4;

	if (!c->complete || (!c->hdr.v6 && udp_sum(p->l4) == 0)) /* the sender computes no checksum */
		return;
	be16_put(field, 0);
	checksum_put(field, checksum_fold((uint64_t)seg_pseudo_sum(p->l3, IP_PROTO_UDP, len) +
					  checksum_words(p->l4, UDP_HDR_LEN) + pkt_sum_rest(p, c->hdr.pay)));
	if (be16_get(field) == 0)
		be16_put(field, 0xffff); /* zero would mean "no checksum" (RFC 768) */
}

/*
 * Writes the lengths of a packet that has @len octets from the transport header on, and corrects a
 * partial checksum that was made for @before octets.
 */
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

/*
 * Makes the headers of the whole those of a full piece, so that each piece can copy them unchanged.
 * Returns false at the pool's limit.
 */
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
	if (h->proto == IP_PROTO_TCP) {
		c->seq = tcp_seq(p->l4);
		c->flags = be16_get(p->l4 + TCP_OFFSET);
		c->urgent = tcp_urgent(p->l4);
		c->common = common_sum(h, c->full);
	}
	return true;
}

/* Corrects the lengths in the last piece, which is shorter than the others. */
static void
patch_len(const struct cutting *c, struct pkt *p)
{
	struct seg_hdr own = c->hdr;

	own.ip = p->l3;
	own.transport = p->l4;
	put_len(&own, !c->complete, c->full, p->len - own.l4);
}

/* Returns the next piece, or NULL at the pool's limit. */
static struct pkt *
cut_next(struct cutting *c)
{
	const struct pkt *whole = c->whole;
	uint32_t left = whole->len - c->hdr.pay - c->off,
		 len = left < whole->seg_size ? left : whole->seg_size;
	struct pkt *p = piece_new(whole, &c->hdr);

	if (!p)
		return NULL;
	if (!piece_fill(p, &c->at, len)) {
		pkt_free(p);
		return NULL;
	}
	if (len < whole->seg_size)
		patch_len(c, p);
	if (!c->hdr.v6 && !whole->fixed_id && c->number)
		seg_ip4_put(p->l3, IP4_ID, (uint16_t)(ip4_id(p->l3) + c->number));
	p->sum = c->complete ? PKT_SUM_VALID : PKT_SUM_PARTIAL;
	if (c->hdr.proto == IP_PROTO_TCP) {
		p->sum_off = TCP_SUM;
		patch_tcp(c, p, len == left);
	} else {
		p->sum_off = UDP_SUM;
		patch_udp(c, p);
	}
	c->off += len;
	c->number++;
	return p;
}

/* Marks @p as an ordinary packet. */
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

static int
cut(struct pkt *p, struct list *out, bool complete)
{
	struct cutting c = {.whole = p, .complete = complete || p->sum != PKT_SUM_PARTIAL};

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

int
pkt_cut(struct pkt *p, struct list *out)
{
	return cut(p, out, false);
}

int
pkt_cut_complete(struct pkt *p, struct list *out)
{
	return cut(p, out, true);
}
