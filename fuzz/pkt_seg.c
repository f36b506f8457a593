/*
 * fuzz/pkt_seg.c - any octets as a super-segment to be cut, or as two received packets to be
 * joined. If the two packets are joined, cutting the result must give both back. Only their
 * checksums may differ, because this target does not verify those of the input. Nothing may remain
 * in the pool.
 *
 * The input is an octet that chooses the case, one or two octets of numbers, then headers and
 * payload.
 */
#include "pkt/join.h"
#include "pkt/seg.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CHOOSE_CUT = 1, CHOOSE_LINK = 2, CHOOSE_SLICES = 4, CHOOSE_PARTIAL = 8, CHOOSE_SHIFT = 4 };

static void
check(bool right)
{
	if (!right)
		abort();
}

/*
 * Makes a packet of @n octets: linear, or with only the first @linear of them linear and the rest
 * in a slice.
 */
static struct pkt *
packet(struct pkt_pool *pool, const uint8_t *data, size_t n, size_t linear)
{
	struct pkt *p;

	if (linear > n)
		linear = n;
	p = pkt_from_bytes(pool, data, linear);
	check(p && pkt_append_bytes(p, data + linear, n - linear));
	return p;
}

static void
free_all(struct list *l)
{
	struct list *n;

	while ((n = list_pop(l)))
		pkt_free(container_of(n, struct pkt, node));
}

/* Whatever the headers contain, the packet is cut or refused. */
static void
cut_anything(struct pkt_pool *pool, uint8_t choice, const uint8_t *data, size_t size)
{
	struct list out = LIST_INIT(out);
	size_t l3 = choice & CHOOSE_LINK ? 14 : 0, l4;
	struct pkt *p;

	if (size < 3 || size - 2 < l3 + 20)
		return;
	l4 = l3 + data[0] % 100;
	p = packet(pool, data + 2, size - 2, choice & CHOOSE_SLICES ? l3 + 20 : size);
	if (l4 <= p->linear) {
		p->l3 = p->data + l3;
		p->l4 = p->data + l4;
	}
	p->seg = (uint8_t)(choice >> CHOOSE_SHIFT & 3);
	p->seg_size = data[1];
	p->sum = choice & CHOOSE_PARTIAL ? PKT_SUM_PARTIAL : PKT_SUM_VALID;
	pkt_cut(p, &out);
	free_all(&out);
}

/* Prepares the packet as the network does: checks lengths, trims surplus octets, sets l3 and l4. */
static bool
parse(struct pkt *p, size_t l3)
{
	const uint8_t *ip = p->data + l3;
	size_t n = p->linear - l3, hdr;

	if (n < 1)
		return false;
	if (ip[0] >> 4 == 4) {
		if (!ip4_valid(ip, n) || ip4_proto(ip) != IP_PROTO_TCP || ip4_is_fragment(ip))
			return false;
		hdr = ip4_hdr_len(ip);
		n = ip4_len(ip);
	} else {
		if (!ip6_valid(ip, n))
			return false;
		hdr = IP6_HDR_LEN;
		n = IP6_HDR_LEN + ip6_payload_len(ip);
		if (ip6_next(ip) == IP_PROTO_DSTOPTS) {
			if (!ip6_ext_valid(ip + hdr, n - hdr) || ip[hdr] != IP_PROTO_TCP)
				return false;
			hdr += ip6_ext_len(ip + hdr);
		} else if (ip6_next(ip) != IP_PROTO_TCP) {
			return false;
		}
	}
	if (!tcp_valid(ip + hdr, n - hdr))
		return false;
	pkt_trim(p, l3 + n);
	p->l3 = p->data + l3;
	p->l4 = p->l3 + hdr;
	p->sum = PKT_SUM_VALID;
	return true;
}

/* Checks that two packets are equal except for the checksums. */
static void
check_same(struct pkt *a, struct pkt *b)
{
	check(a->len == b->len && pkt_own(a, a->len) && pkt_own(b, b->len));
	if (a->l3[0] >> 4 == 4) {
		be16_put(a->l3 + IP4_SUM, 0);
		be16_put(b->l3 + IP4_SUM, 0);
	}
	be16_put(a->l4 + TCP_SUM, 0);
	be16_put(b->l4 + TCP_SUM, 0);
	check(memcmp(a->data, b->data, a->len) == 0);
}

static void
join_two(struct pkt_pool *pool, uint8_t choice, const uint8_t *data, size_t size)
{
	struct list out = LIST_INIT(out);
	size_t l3 = choice & CHOOSE_LINK ? 14 : 0, first;
	struct pkt *a, *b, *was[2], *is[2];
	struct pkt_join j;

	if (size < 2)
		return;
	first = be16_get(data);
	if (first < l3 || first > size - 2 || size - 2 - first < l3)
		return;
	a = pkt_from_bytes(pool, data + 2, first);
	b = pkt_from_bytes(pool, data + 2 + first, size - 2 - first);
	check(a && b);
	if (!parse(a, l3) || !parse(b, l3)) {
		pkt_free(a);
		pkt_free(b);
		return;
	}
	was[0] = pkt_clone(a);
	was[1] = pkt_clone(b);
	if (pkt_join_begin(&j, a) && pkt_join_more(&j, b)) {
		pkt_join_end(&j);
		check(a->segs == 2 && pkt_cut(a, &out) == 0);
		for (int i = 0; i < 2; i++) {
			is[i] = list_first(&out, struct pkt, node);
			check(is[i]);
			list_del(&is[i]->node);
			check_same(was[i], is[i]);
			pkt_free(is[i]);
		}
		check(list_empty(&out));
	} else {
		pkt_free(a);
		pkt_free(b);
	}
	pkt_free(was[0]);
	pkt_free(was[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pkt_pool *pool;

	if (size < 1 || size > 9000)
		return 0;
	pool = pkt_pool_new(8 << 20);
	check(pool);
	if (data[0] & CHOOSE_CUT)
		cut_anything(pool, data[0], data + 1, size - 1);
	else
		join_two(pool, data[0], data + 1, size - 1);
	check(pkt_pool_in_use(pool) == 0);
	pkt_pool_free(pool);
	return 0;
}
