/*
 * net/ip6_out.c - sends IPv6 packets: header, flow label, route, fragments.
 */
#include "net/internal.h"
#include "wire/eth.h"

/* Returns the flow label: constant for a flow, and not predictable (RFC 6437, 3). */
static uint32_t
flow_label(const struct core *core, const struct pkt *pkt, struct path_cache *cache)
{
	uint32_t label;

	if (!pkt->flow)
		return 0;
	if (cache && cache->flow_label)
		return cache->flow_label;
	label = (uint32_t)siphash_words(&core->secret, &pkt->flow, 1) & 0xfffff;
	if (cache)
		cache->flow_label = label;
	return label;
}

/* Returns an identification that cannot be guessed and repeats only by chance (RFC 7739, 5.4). */
static uint32_t
next_frag_id(struct net *net)
{
	const uint64_t words[2] = {++net->frag_ids, 0x66726167};

	return (uint32_t)siphash_words(&net->core->secret, words, 2);
}

static struct pkt *
piece_of(struct net *net, const struct pkt *pkt, uint8_t proto, uint32_t off, uint32_t len, uint32_t id)
{
	struct pkt *p = pkt_new(net->core->pool);

	if (!p)
		return NULL;
	if (!pkt_append_pkt(p, pkt, off, len)) {
		pkt_free(p);
		return NULL;
	}
	ip6_frag_put(pkt_push(p, IP6_FRAG_LEN), proto, off, off + len < pkt->len, id);
	p->flow = pkt->flow;
	p->why = pkt->why;
	p->sum = PKT_SUM_VALID;
	return p;
}

static void
send_one(struct net *net, struct pkt *pkt, uint8_t next, const struct ip_tx *tx, const struct path *path)
{
	uint32_t len = pkt->len;

	ip6_put(pkt_push(pkt, IP6_HDR_LEN), tx->tos, flow_label(net->core, pkt, tx->cache), (uint16_t)len,
	    next, ip_hops(tx), &tx->src, &tx->dst);
	pkt->l3 = pkt->data;
	pkt->l3_len = next == IP_PROTO_FRAGMENT ? IP6_HDR_LEN + IP6_FRAG_LEN : IP6_HDR_LEN;
	pkt->ethertype = ETH_TYPE_IP6;
	path->iface->link->output(path->iface, pkt, &path->next_hop);
}

static void
send_pieces(struct net *net, struct pkt *pkt, const struct ip_tx *tx, const struct path *path, uint32_t mtu)
{
	uint32_t step = (mtu - IP6_HDR_LEN - IP6_FRAG_LEN) & ~7u, id = next_frag_id(net);

	pkt_complete_sum(pkt);
	for (uint32_t off = 0; off < pkt->len; off += step) {
		uint32_t len = pkt->len - off < step ? pkt->len - off : step;
		struct pkt *p = piece_of(net, pkt, tx->proto, off, len, id);

		if (!p) { /* the remaining fragments would be useless */
			drop_note(net->core, pkt, DROP_POOL_EMPTY);
			break;
		}
		send_one(net, p, IP_PROTO_FRAGMENT, tx, path);
	}
	pkt_free(pkt);
}

/* Returns the longest packet that may be sent. Every link takes 1280 octets (RFC 8200, 5). */
static uint32_t
longest(const struct ip_tx *tx, const struct path *path)
{
	uint32_t mtu = tx->mtu && tx->mtu < path->mtu ? tx->mtu : path->mtu;

	return mtu > IP6_MIN_MTU ? mtu : IP6_MIN_MTU;
}

int
ip6_output(void *self, struct pkt *pkt, const struct ip_tx *tx)
{
	struct net *net = self;
	struct core *core = net->core;
	struct path room;
	bool fits;
	int err;
	const struct path *path = ip_path(core, pkt, tx, &room, &err);

	if (!path)
		return err;
	fits = ip_fits(pkt, pkt->len + IP6_HDR_LEN, IP6_HDR_LEN, tx->mtu ? longest(tx, path) : path->mtu);
	if (pkt->len > UINT16_MAX || (!fits && (tx->dont_fragment || pkt->seg != PKT_SEG_NONE))) {
		pkt_drop(core, pkt, DROP_IP_TOO_BIG);
		return -LEAT_EMSGSIZE;
	}
	if (fits)
		send_one(net, pkt, tx->proto, tx, path);
	else
		send_pieces(net, pkt, tx, path, longest(tx, path));
	return 0;
}
