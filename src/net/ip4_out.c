/*
 * net/ip4_out.c - sends IPv4 packets: header, identification, route, fragments.
 */
#include "net/internal.h"
#include "wire/eth.h"

/*
 * Returns the first identification for @segs packets. Each destination and protocol has a counter.
 * A keyed hash selects the counter, and it starts at a random number, so the identifications of one
 * flow reveal nothing about another (RFC 7739, 5.3). Atomic datagrams need no identification (RFC
 * 6864, 4.1).
 */
static uint16_t
next_id(struct net *net, const struct ip_tx *tx, uint16_t segs)
{
	const uint64_t words[3] = {tx->src.w[1], tx->dst.w[1], tx->proto};
	uint16_t *counter, id;

	counter = &net->ip4_id[siphash_words(&net->core->secret, words, 3) % IP4_ID_SLOTS];
	id = *counter;
	*counter = (uint16_t)(id + segs);
	return id;
}

int
ip4_output(void *self, struct pkt *pkt, const struct ip_tx *tx)
{
	struct net *net = self;
	struct core *core = net->core;
	struct path room;
	uint32_t len = pkt->len + IP4_HDR_LEN;
	bool fits;
	int err;
	const struct path *path = ip_path(core, pkt, tx, &room, &err);

	if (!path)
		return err;
	fits = ip_fits(pkt, len, IP4_HDR_LEN, path->mtu);
	if (len > UINT16_MAX || (!fits && (tx->dont_fragment || pkt->seg != PKT_SEG_NONE))) {
		pkt_drop(core, pkt, DROP_IP_TOO_BIG);
		return -LEAT_EMSGSIZE;
	}
	if (!fits)
		pkt_complete_sum(pkt);
	ip4_put_summed(pkt_push(pkt, IP4_HDR_LEN), tx->tos, (uint16_t)len,
	    tx->dont_fragment ? 0 : next_id(net, tx, pkt->segs), tx->dont_fragment ? IP4_DF : 0, ip_hops(tx),
	    tx->proto, &tx->src, &tx->dst);
	pkt->l3 = pkt->data;
	pkt->l3_len = IP4_HDR_LEN;
	pkt->fixed_id = tx->dont_fragment; /* any value will do, so all pieces have the same one */
	pkt->ethertype = ETH_TYPE_IP4;
	if (fits)
		path->iface->link->output(path->iface, pkt, &path->next_hop);
	else
		ip4_fragment(net, pkt, path);
	return 0;
}

/*
 * Prepares the header for the fragments after the first: options that they do not repeat become
 * no-operations. Options with the top bit set are repeated (RFC 791, 3.1).
 */
static void
blank_uncopied_options(uint8_t *h)
{
	unsigned i = IP4_HDR_LEN, end = ip4_hdr_len(h);

	while (i < end && h[i] != IP4_OPT_END) {
		unsigned len = h[i] == IP4_OPT_NOP ? 1 : h[i + 1];

		if (!(h[i] & 0x80))
			memset(h + i, IP4_OPT_NOP, len);
		i += len;
	}
}

/*
 * Makes a fragment: the header @h, then @len octets of the payload of @pkt from offset @off on.
 * Returns NULL at the pool's limit.
 */
static struct pkt *
piece_of(struct net *net, const struct pkt *pkt, const uint8_t *h, uint32_t off, uint32_t len, bool more)
{
	uint32_t hdr_len = ip4_hdr_len(h);
	struct pkt *p = pkt_new(net->core->pool);
	uint16_t frag = be16_get(h + IP4_FRAG);
	uint8_t *to;

	if (!p)
		return NULL;
	if (!pkt_append_pkt(p, pkt, hdr_len + off, len)) {
		pkt_free(p);
		return NULL;
	}
	to = pkt_push(p, hdr_len);
	memcpy(to, h, hdr_len);
	frag = (uint16_t)(frag + off / 8);
	if (more)
		frag |= IP4_MF;
	be16_put(to + IP4_FRAG, frag);
	be16_put(to + IP4_LEN, (uint16_t)(hdr_len + len));
	be16_put(to + IP4_SUM, 0);
	checksum_put(to + IP4_SUM, checksum_add(to, hdr_len, 0));
	p->l3 = to;
	p->l3_len = (uint16_t)hdr_len;
	p->ethertype = ETH_TYPE_IP4;
	p->ifindex = pkt->ifindex;
	p->flow = pkt->flow;
	p->why = pkt->why;
	/* the checksum of the whole datagram has been completed; a fragment has none of its own */
	p->sum = PKT_SUM_VALID;
	return p;
}

void
ip4_fragment(struct net *net, struct pkt *pkt, const struct path *path)
{
	uint8_t h[IP4_HDR_MAX];
	uint32_t hdr_len = ip4_hdr_len(pkt->data), total = pkt->len - hdr_len;
	/* even if a route has a smaller MTU */
	uint32_t mtu = path->mtu > IP4_MIN_MTU ? path->mtu : IP4_MIN_MTU;
	uint32_t step = (mtu - hdr_len) & ~7u;
	/* a fragment is fragmented again: its last piece is not the last of the datagram */
	bool last_of_more = ip4_more_fragments(pkt->data);

	memcpy(h, pkt->data, hdr_len);
	for (uint32_t off = 0; off < total; off += step) {
		uint32_t len = total - off < step ? total - off : step;
		struct pkt *p = piece_of(net, pkt, h, off, len, off + len < total || last_of_more);

		if (!p) { /* the remaining fragments would be useless */
			drop_note(net->core, pkt, DROP_POOL_EMPTY);
			break;
		}
		if (off == 0)
			blank_uncopied_options(h);
		path->iface->link->output(path->iface, p, &path->next_hop);
	}
	pkt_free(pkt);
}
