/*
 * net/ip6_ext.c - extension headers; see ip6_ext.h.
 */
#include "net/ip6_ext.h"

#include "core/drop.h"
#include "wire/icmp.h"
#include "wire/ip6.h"
#include "wire/tcp.h"
#include "wire/udp.h"

enum {
	EXT_HEADERS_MAX = 8, /* more would only cost time (RFC 9099, 2.2.2) */
	EXT_OPTIONS_MAX = 8  /* likewise; padding is not counted; Linux's limit */
};

static enum ip6_walk
drop_it(struct ip6_ext *x, enum drop_reason reason)
{
	x->reason = (int)reason;
	return IP6_WALK_DROP;
}

static enum ip6_walk
param_problem(struct ip6_ext *x, uint8_t code, uint32_t pointer)
{
	x->reason = DROP_IP_BAD_OPTION;
	x->code = code;
	x->pointer = pointer;
	return IP6_WALK_PARAM;
}

/* Handles an unknown option: its two highest bits say what to do (RFC 8200, 4.2). */
static enum ip6_walk
unknown_option(struct ip6_ext *x, uint8_t type, uint32_t at)
{
	switch (type >> 6) {
	case 0:
		return IP6_WALK_UPPER;
	case 1:
		return drop_it(x, DROP_IP_BAD_OPTION);
	case 2:
		return param_problem(x, ICMP6_PARAM_OPTION, at);
	default:
		if (x->group)
			return drop_it(x, DROP_IP_BAD_OPTION);
		return param_problem(x, ICMP6_PARAM_OPTION, at);
	}
}

/* Returns true for the Router Alert of MLD, which is a hop-by-hop option (RFC 2711, 2.1). */
static bool
is_mld_alert(const struct ip6_ext *x, const uint8_t *o)
{
	return x->next == IP_PROTO_HOPOPTS && o[0] == IP6_OPT_ROUTER_ALERT && o[1] == 2 &&
	       be16_get(o + 2) == 0;
}

/*
 * Checks the options of the header @h, which has @len octets and is at x->off. Returns
 * IP6_WALK_UPPER to go on.
 */
static enum ip6_walk
check_options(struct ip6_ext *x, const uint8_t *h, uint32_t len)
{
	unsigned options = 0;
	uint32_t i = 2;

	while (i < len) {
		enum ip6_walk verdict;

		if (h[i] == IP6_OPT_PAD1) {
			i++;
			continue;
		}
		if (i + 1 >= len || i + 2 + h[i + 1] > len)
			return drop_it(x, DROP_IP_BAD_OPTION);
		if (h[i] != IP6_OPT_PADN) {
			if (++options > EXT_OPTIONS_MAX)
				return drop_it(x, DROP_IP_BAD_OPTION);
			x->alert |= is_mld_alert(x, h + i);
			verdict = h[i] == IP6_OPT_ROUTER_ALERT ? IP6_WALK_UPPER
							       : unknown_option(x, h[i], x->off + i);
			if (verdict != IP6_WALK_UPPER)
				return verdict;
		}
		i += 2u + h[i + 1];
	}
	return IP6_WALK_UPPER;
}

/*
 * Checks a routing header. All types are refused (type 0: RFC 5095), unless no segments are left
 * (RFC 8200, 4.4).
 */
static enum ip6_walk
check_routing(struct ip6_ext *x, const uint8_t *h)
{
	enum ip6_walk verdict;

	if (h[IP6_ROUTING_LEFT] == 0)
		return IP6_WALK_UPPER;
	verdict = param_problem(x, ICMP6_PARAM_HEADER, x->off + IP6_ROUTING_TYPE);
	x->reason = DROP_IP_SOURCE_ROUTE;
	return verdict;
}

/* Walks over one header of the common form. */
static enum ip6_walk
step(struct pkt *pkt, struct ip6_ext *x)
{
	enum ip6_walk verdict;
	const uint8_t *h;
	uint32_t len;

	if (!pkt_need(pkt, x->off + IP6_EXT_MIN))
		return drop_it(x, DROP_IP_BAD_OPTION);
	len = ip6_ext_len(pkt->data + x->off);
	if (!pkt_need(pkt, x->off + len))
		return drop_it(x, DROP_IP_BAD_OPTION);
	h = pkt->data + x->off;
	verdict = x->next == IP_PROTO_ROUTING ? check_routing(x, h) : check_options(x, h, len);
	x->next = h[IP6_EXT_NEXT];
	if (verdict == IP6_WALK_UPPER) {
		x->next_at = x->off + IP6_EXT_NEXT;
		x->off += len;
	}
	return verdict;
}

/* Walks over a fragment header if the packet is not fragmented (RFC 6946). */
static enum ip6_walk
step_fragment(struct pkt *pkt, struct ip6_ext *x)
{
	const uint8_t *h;

	if (!pkt_need(pkt, x->off + IP6_FRAG_LEN))
		return drop_it(x, DROP_FRAG_BAD);
	x->fragmented = true;
	h = pkt->data + x->off;
	if (ip6_frag_offset(h) || ip6_frag_more(h))
		return IP6_WALK_FRAGMENT;
	x->next = h[IP6_FRAG_NEXT];
	x->next_at = x->off + IP6_FRAG_NEXT;
	x->off += IP6_FRAG_LEN;
	return IP6_WALK_UPPER;
}

enum ip6_walk
ip6_ext_walk(struct pkt *pkt, struct ip6_ext *x)
{
	x->next = ip6_next(pkt->data);
	x->next_at = IP6_NEXT;
	x->off = IP6_HDR_LEN;
	for (unsigned headers = 0; headers <= EXT_HEADERS_MAX; headers++) {
		enum ip6_walk verdict;

		switch (x->next) {
		case IP_PROTO_HOPOPTS:
			if (headers > 0) /* allowed only as the first header (RFC 8200, 4.1) */
				return param_problem(x, ICMP6_PARAM_NEXT, x->next_at);
			verdict = step(pkt, x);
			break;
		case IP_PROTO_DSTOPTS:
		case IP_PROTO_ROUTING:
			verdict = step(pkt, x);
			break;
		case IP_PROTO_FRAGMENT:
			verdict = step_fragment(pkt, x);
			break;
		default:
			return IP6_WALK_UPPER;
		}
		if (verdict != IP6_WALK_UPPER)
			return verdict;
	}
	return drop_it(x, DROP_IP_BAD_OPTION);
}

/*
 * Returns true if the header of @proto at @off is whole. For an unknown protocol one octet is
 * enough.
 */
static bool
upper_is_whole(struct pkt *pkt, uint8_t proto, uint32_t off)
{
	switch (proto) {
	case IP_PROTO_TCP:
		return pkt_need(pkt, off + TCP_HDR_LEN) && pkt_need(pkt, off + tcp_hdr_len(pkt->data + off));
	case IP_PROTO_UDP:
		return pkt_need(pkt, off + UDP_HDR_LEN);
	case IP_PROTO_ICMP6:
		return pkt_need(pkt, off + ICMP_HDR_LEN);
	case IP_PROTO_NONE:
		return true;
	default:
		return pkt_need(pkt, off + 1);
	}
}

bool
ip6_ext_chain_is_whole(struct pkt *pkt, const struct ip6_ext *x)
{
	uint8_t next = pkt->data[x->off + IP6_FRAG_NEXT];
	uint32_t off = x->off + IP6_FRAG_LEN, len;

	for (unsigned headers = 0; headers <= EXT_HEADERS_MAX; headers++) {
		switch (next) {
		case IP_PROTO_HOPOPTS:
		case IP_PROTO_DSTOPTS:
		case IP_PROTO_ROUTING:
		case IP_PROTO_FRAGMENT:
			if (!pkt_need(pkt, off + IP6_EXT_MIN))
				return false;
			len = next == IP_PROTO_FRAGMENT ? IP6_FRAG_LEN : ip6_ext_len(pkt->data + off);
			next = pkt->data[off + IP6_EXT_NEXT];
			off += len;
			break;
		default:
			return upper_is_whole(pkt, next, off);
		}
	}
	return true; /* the walk over the reassembled packet will refuse so many headers */
}
