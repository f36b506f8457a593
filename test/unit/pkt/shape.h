/*
 * test/unit/pkt/shape.h - packets of any form for the tests of cutting and joining, and checks of
 * their lengths and checksums that do not use the code under test.
 */
#ifndef TEST_PKT_SHAPE_H
#define TEST_PKT_SHAPE_H

#include "../pool.h"
#include "pkt/join.h"
#include "pkt/seg.h"

#include "base/err.h"
#include "base/rng.h"
#include "wire/checksum.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pkt_pool *pool;
static struct rng rng;

/* The form of the packet under test. */
struct shape {
	bool v6, udp, no_sum;
	uint32_t link;      /* octets of link header */
	uint32_t ip_extra;  /* of IPv4 options or IPv6 extension headers; a multiple of 8 */
	uint32_t tcp_extra; /* of TCP options; a multiple of 4 */
	uint32_t payload, mss;
	uint8_t flags, tos, ttl;
	uint16_t id, frag, urgent, window;
	seq_t seq, ack;
	enum pkt_sum sum;
};

static const struct shape plain = {.link = 14,
    .tcp_extra = 12,
    .payload = 10000,
    .mss = 1448,
    .flags = TCP_ACK | TCP_PSH,
    .ttl = 64,
    .id = 65530,
    .frag = IP4_DF,
    .window = 500,
    .seq = 0xfffffff0,
    .ack = 77,
    .sum = PKT_SUM_PARTIAL};

static inline int
setup(void **state)
{
	pool = pkt_pool_new(4 << 20);
	rng_seed(&rng, 1);
	return pool ? 0 : -1;
}

static inline int
teardown(void **state)
{
	pool_end(pool);
	return 0;
}

/*
 * The checksum as RFC 1071 defines it, without the code under test: over @n octets, in host byte
 * order.
 */
static inline uint32_t
slow_sum(const uint8_t *p, size_t n, uint32_t sum)
{
	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static inline uint32_t
slow_pseudo(const uint8_t *ip, uint8_t proto, uint32_t len)
{
	if (ip[0] >> 4 == 6)
		return slow_sum(ip + 8, 32, proto + len);
	return slow_sum(ip + 12, 8, proto + len);
}

static inline uint32_t
hdr_len(const struct shape *s)
{
	return s->link + (s->v6 ? 40 : 20) + s->ip_extra + (s->udp ? 8 : 20 + s->tcp_extra);
}

static inline struct pkt *
build(const struct shape *s)
{
	uint32_t l4_len = (s->udp ? 8 : 20 + s->tcp_extra) + s->payload,
		 ip_len = (s->v6 ? 40 : 20) + s->ip_extra;
	uint8_t proto = s->udp ? IP_PROTO_UDP : IP_PROTO_TCP, *h, *l4, *field;
	struct ipaddr src = ipaddr_v4(0x0a000001), dst = ipaddr_v4(0x0a000002);
	struct pkt *p;
	uint8_t *bytes = calloc(1, s->link + ip_len + l4_len);
	uint32_t at = 0;
	uint32_t sum;

	memset(bytes, 0xe7, s->link);
	h = bytes + s->link;
	l4 = h + ip_len;
	if (s->v6) {
		ipaddr_parse("fd00::1", &src);
		ipaddr_parse("fd00::2", &dst);
		ip6_put(h, s->tos, 0x12345, (uint16_t)(s->ip_extra + l4_len),
		    s->ip_extra ? IP_PROTO_DSTOPTS : proto, s->ttl, &src, &dst);
		if (s->ip_extra) {
			h[40] = proto;
			h[41] = (uint8_t)(s->ip_extra / 8 - 1);
			h[42] = IP6_OPT_PADN;
			h[43] = (uint8_t)(s->ip_extra - 4);
		}
	} else {
		ip4_put(h, s->tos, (uint16_t)(ip_len + l4_len), s->id, s->frag, s->ttl, proto, &src, &dst);
		h[0] = (uint8_t)(0x40 | ip_len / 4);
		memset(h + 20, IP4_OPT_NOP, s->ip_extra);
		be16_put(h + IP4_SUM, (uint16_t)~slow_sum(h, ip_len, 0));
	}
	if (s->udp) {
		udp_put(l4, 1000, 2000, (uint16_t)l4_len);
		field = l4 + UDP_SUM;
	} else {
		tcp_put(l4, 1000, 2000, s->seq, s->ack, 20 + s->tcp_extra, s->flags, s->window);
		memset(l4 + 20, 1, s->tcp_extra);
		be16_put(l4 + TCP_URGENT, s->urgent);
		field = l4 + TCP_SUM;
	}
	for (uint32_t i = l4_len - s->payload; i < l4_len; i++)
		l4[i] = (uint8_t)rng_u64(&rng);
	sum = slow_pseudo(h, proto, l4_len);
	if (s->sum == PKT_SUM_PARTIAL)
		be16_put(field, (uint16_t)sum);
	else if (!s->no_sum)
		be16_put(field, (uint16_t)~slow_sum(l4, l4_len, sum));

	p = pkt_from_bytes(pool, bytes, hdr_len(s));
	/* The payload goes into slices of odd lengths. */
	while (at < s->payload) {
		uint32_t n = s->payload - at < 4001 ? s->payload - at : 4001;
		struct pkt_block *b = pkt_block_new(pool, n);

		memcpy(b->data, bytes + hdr_len(s) + at, n);
		assert_true(pkt_append(p, b, 0, n));
		pkt_block_unref(b);
		at += n;
	}
	p->l3 = p->data + s->link;
	p->l4 = p->l3 + ip_len;
	p->l3_len = (uint16_t)ip_len;
	p->sum = (uint8_t)s->sum;
	p->sum_off = s->udp ? UDP_SUM : TCP_SUM;
	if (s->mss > 0 && s->mss < s->payload) {
		p->seg = s->udp ? PKT_SEG_UDP : s->v6 ? PKT_SEG_TCP6 : PKT_SEG_TCP4;
		p->seg_size = (uint16_t)s->mss;
		p->segs = (uint16_t)((s->payload + s->mss - 1) / s->mss);
	}
	free(bytes);
	return p;
}

/* Writes the packet to @buf as it would be on a wire. Returns its length. */
static inline uint32_t
flat(const struct pkt *p, uint8_t *buf)
{
	struct pkt *c = pkt_clone(p);
	uint32_t len = p->len;

	assert_non_null(c);
	assert_true(pkt_complete_sum(c));
	assert_int_not_equal(c->sum, PKT_SUM_PARTIAL);
	pkt_copy_out(c, 0, buf, len);
	pkt_free(c);
	return len;
}

/* Checks lengths and checksums by computing them again. */
static inline void
assert_wire_right(const struct shape *s, const uint8_t *frame, uint32_t len)
{
	const uint8_t *ip = frame + s->link, *l4 = ip + (s->v6 ? 40 : 20) + s->ip_extra;
	uint32_t l4_len = (uint32_t)(frame + len - l4);
	uint8_t proto = s->udp ? IP_PROTO_UDP : IP_PROTO_TCP;

	if (s->v6) {
		assert_int_equal(ip6_payload_len(ip), len - s->link - 40);
	} else {
		assert_int_equal(ip4_len(ip), len - s->link);
		assert_int_equal(slow_sum(ip, 20 + s->ip_extra, 0), 0xffff);
	}
	if (s->udp)
		assert_int_equal(udp_len(l4), l4_len);
	if (s->no_sum)
		assert_int_equal(udp_sum(l4), 0);
	else
		assert_int_equal(slow_sum(l4, l4_len, slow_pseudo(ip, proto, l4_len)), 0xffff);
}

/* Returns true if @head and @next can be joined, in a join of their own. */
static inline bool
join_two(struct pkt *head, struct pkt *next)
{
	struct pkt_join j;
	bool joined = pkt_join_begin(&j, head) && pkt_join_more(&j, next);

	if (joined)
		pkt_join_end(&j);
	return joined;
}

static inline struct pkt *
pop(struct list *l)
{
	struct list *n = list_pop(l);

	return n ? container_of(n, struct pkt, node) : NULL;
}

#endif
