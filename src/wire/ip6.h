/*
 * wire/ip6.h - the IPv6 header (RFC 8200, 3) and its extension headers (RFC 8200, 4).
 */
#ifndef WIRE_IP6_H
#define WIRE_IP6_H

#include "base/bytes.h"
#include "base/ipaddr.h"
#include "wire/ip.h"

enum {
	IP6_VTF = 0,
	IP6_LEN = 4,
	IP6_NEXT = 6,
	IP6_HOPS = 7,
	IP6_SRC = 8,
	IP6_DST = 24,
	IP6_HDR_LEN = 40,
	IP6_MIN_MTU = 1280
};

/*
 * The common form of hop-by-hop, destination options and routing headers: next header, then length
 * in units of 8 octets, the first 8 not counted.
 */
enum { IP6_EXT_NEXT = 0, IP6_EXT_LEN = 1, IP6_EXT_MIN = 8 };
enum { IP6_ROUTING_TYPE = 2, IP6_ROUTING_LEFT = 3 };
enum { IP6_FRAG_NEXT = 0, IP6_FRAG_OFFSET = 2, IP6_FRAG_ID = 4, IP6_FRAG_LEN = 8 };
enum { IP6_OPT_PAD1 = 0, IP6_OPT_PADN = 1, IP6_OPT_ROUTER_ALERT = 5, IP6_OPT_JUMBO = 0xc2 };

static inline unsigned
ip6_version(const uint8_t *h)
{
	return h[IP6_VTF] >> 4;
}

/* Returns the traffic class: DSCP and ECN. */
static inline uint8_t
ip6_class(const uint8_t *h)
{
	return (uint8_t)(be16_get(h + IP6_VTF) >> 4);
}

static inline uint32_t
ip6_flow_label(const uint8_t *h)
{
	return be32_get(h + IP6_VTF) & 0xfffff;
}

/* Returns the length of all that follows the 40 octets, including extension headers. */
static inline uint16_t
ip6_payload_len(const uint8_t *h)
{
	return be16_get(h + IP6_LEN);
}

static inline uint8_t
ip6_next(const uint8_t *h)
{
	return h[IP6_NEXT];
}

static inline uint8_t
ip6_hops(const uint8_t *h)
{
	return h[IP6_HOPS];
}

static inline struct ipaddr
ip6_src(const uint8_t *h)
{
	return ipaddr_from16(h + IP6_SRC);
}

static inline struct ipaddr
ip6_dst(const uint8_t *h)
{
	return ipaddr_from16(h + IP6_DST);
}

/*
 * Returns true if @h holds a whole IPv6 header, and its Payload Length fits the octets that
 * arrived. Jumbograms (RFC 2675) are not supported.
 */
static inline bool
ip6_valid(const uint8_t *h, size_t n)
{
	return n >= IP6_HDR_LEN && ip6_version(h) == 6 && (size_t)ip6_payload_len(h) + IP6_HDR_LEN <= n;
}

static inline void
ip6_put(uint8_t *h, uint8_t class, uint32_t flow_label, uint16_t payload_len, uint8_t next, uint8_t hops,
    const struct ipaddr *src, const struct ipaddr *dst)
{
	be32_put(h + IP6_VTF, 6u << 28 | (uint32_t) class << 20 | (flow_label & 0xfffff));
	be16_put(h + IP6_LEN, payload_len);
	h[IP6_NEXT] = next;
	h[IP6_HOPS] = hops;
	memcpy(h + IP6_SRC, ipaddr_octets(src), 16);
	memcpy(h + IP6_DST, ipaddr_octets(dst), 16);
}

/* Returns the length in octets of an extension header of the common form. */
static inline unsigned
ip6_ext_len(const uint8_t *h)
{
	return (h[IP6_EXT_LEN] + 1u) * 8;
}

/* Returns true if @h holds a whole extension header of the common form. */
static inline bool
ip6_ext_valid(const uint8_t *h, size_t n)
{
	return n >= IP6_EXT_MIN && ip6_ext_len(h) <= n;
}

static inline bool
ip6_frag_valid(const uint8_t *h, size_t n)
{
	(void)h;
	return n >= IP6_FRAG_LEN;
}

/* Returns the offset in octets. */
static inline uint32_t
ip6_frag_offset(const uint8_t *h)
{
	return be16_get(h + IP6_FRAG_OFFSET) & 0xfff8u;
}

static inline bool
ip6_frag_more(const uint8_t *h)
{
	return h[IP6_FRAG_OFFSET + 1] & 1;
}

static inline uint32_t
ip6_frag_id(const uint8_t *h)
{
	return be32_get(h + IP6_FRAG_ID);
}

/* Writes a fragment header. @offset is in octets and a multiple of 8. */
static inline void
ip6_frag_put(uint8_t *h, uint8_t next, uint32_t offset, bool more, uint32_t id)
{
	h[IP6_FRAG_NEXT] = next;
	h[1] = 0;
	be16_put(h + IP6_FRAG_OFFSET, (uint16_t)(offset | more));
	be32_put(h + IP6_FRAG_ID, id);
}

#endif
