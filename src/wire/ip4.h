/*
 * wire/ip4.h - the IPv4 header (RFC 791, 3.1).
 */
#ifndef WIRE_IP4_H
#define WIRE_IP4_H

#include "base/bytes.h"
#include "base/ipaddr.h"
#include "wire/checksum.h"
#include "wire/ip.h"

enum {
	IP4_VIHL = 0,
	IP4_TOS = 1,
	IP4_LEN = 2,
	IP4_ID = 4,
	IP4_FRAG = 6,
	IP4_TTL = 8,
	IP4_PROTO = 9,
	IP4_SUM = 10,
	IP4_SRC = 12,
	IP4_DST = 16,
	IP4_HDR_LEN = 20,
	IP4_HDR_MAX = 60,
	IP4_MIN_MTU = 68 /* RFC 791, 3.2 */
};
enum { IP4_DF = 0x4000, IP4_MF = 0x2000, IP4_OFFSET_MASK = 0x1fff };
enum {
	IP4_OPT_END = 0,
	IP4_OPT_NOP = 1,
	IP4_OPT_RR = 7,
	IP4_OPT_TS = 68,
	IP4_OPT_LSRR = 131,
	IP4_OPT_SSRR = 137,
	IP4_OPT_RA = 148
};

static inline unsigned
ip4_version(const uint8_t *h)
{
	return h[IP4_VIHL] >> 4;
}

/* Returns the length of header and options in octets. */
static inline unsigned
ip4_hdr_len(const uint8_t *h)
{
	return (h[IP4_VIHL] & 15u) * 4;
}

static inline uint8_t
ip4_tos(const uint8_t *h)
{
	return h[IP4_TOS];
}

/* Returns the length of header and payload in octets. */
static inline uint16_t
ip4_len(const uint8_t *h)
{
	return be16_get(h + IP4_LEN);
}

static inline uint16_t
ip4_id(const uint8_t *h)
{
	return be16_get(h + IP4_ID);
}

/* Returns the offset of this fragment's payload in the datagram, in octets. */
static inline uint32_t
ip4_frag_offset(const uint8_t *h)
{
	return (be16_get(h + IP4_FRAG) & IP4_OFFSET_MASK) * 8u;
}

static inline bool
ip4_more_fragments(const uint8_t *h)
{
	return be16_get(h + IP4_FRAG) & IP4_MF;
}

static inline bool
ip4_dont_fragment(const uint8_t *h)
{
	return be16_get(h + IP4_FRAG) & IP4_DF;
}

static inline bool
ip4_is_fragment(const uint8_t *h)
{
	return be16_get(h + IP4_FRAG) & (IP4_MF | IP4_OFFSET_MASK);
}

static inline uint8_t
ip4_ttl(const uint8_t *h)
{
	return h[IP4_TTL];
}

static inline uint8_t
ip4_proto(const uint8_t *h)
{
	return h[IP4_PROTO];
}

static inline struct ipaddr
ip4_src(const uint8_t *h)
{
	return ipaddr_from4(h + IP4_SRC);
}

static inline struct ipaddr
ip4_dst(const uint8_t *h)
{
	return ipaddr_from4(h + IP4_DST);
}

/*
 * Returns true if @h holds a whole IPv4 header with its options, and its Total Length fits the @n
 * octets that arrived. The caller verifies the checksum. More octets than the Total Length may have
 * arrived, because links pad short frames.
 */
static inline bool
ip4_valid(const uint8_t *h, size_t n)
{
	return n >= IP4_HDR_LEN && ip4_version(h) == 4 && ip4_hdr_len(h) >= IP4_HDR_LEN &&
	       ip4_len(h) >= ip4_hdr_len(h) && ip4_len(h) <= n;
}

/* Returns the sum of a header without options. It is 0xffff if the checksum is right. */
static inline uint16_t
ip4_sum(const uint8_t *h)
{
	uint64_t front, middle;
	uint32_t end;

	memcpy(&front, h, sizeof front);
	memcpy(&middle, h + 8, sizeof middle);
	memcpy(&end, h + 16, sizeof end);
	return checksum_fold(
	    (front & UINT32_MAX) + (front >> 32) + (middle & UINT32_MAX) + (middle >> 32) + end);
}

/*
 * Writes a header without options and with a checksum of zero. @frag holds IP4_DF, IP4_MF and the
 * offset in units of 8 octets.
 */
static inline void
ip4_put(uint8_t *h, uint8_t tos, uint16_t len, uint16_t id, uint16_t frag, uint8_t ttl, uint8_t proto,
    const struct ipaddr *src, const struct ipaddr *dst)
{
	h[IP4_VIHL] = 0x45;
	h[IP4_TOS] = tos;
	be16_put(h + IP4_LEN, len);
	be16_put(h + IP4_ID, id);
	be16_put(h + IP4_FRAG, frag);
	h[IP4_TTL] = ttl;
	h[IP4_PROTO] = proto;
	be16_put(h + IP4_SUM, 0);
	memcpy(h + IP4_SRC, ipaddr_octets4(src), 4);
	memcpy(h + IP4_DST, ipaddr_octets4(dst), 4);
}

/*
 * Does the same as ip4_put(), and sets the checksum. The sum is computed from the arguments: to
 * read the header back in wider words than it was written would make the processor wait for its own
 * stores.
 */
static inline void
ip4_put_summed(uint8_t *h, uint8_t tos, uint16_t len, uint16_t id, uint16_t frag, uint8_t ttl, uint8_t proto,
    const struct ipaddr *src, const struct ipaddr *dst)
{
	uint64_t from = src->w[1] >> 32, to = dst->w[1] >> 32; /* the four octets of each address */
	uint64_t front = 0x45u | (uint32_t)tos << 8 | (uint32_t)__builtin_bswap16(len) << 16 |
			 (uint64_t)__builtin_bswap16(id) << 32 | (uint64_t)__builtin_bswap16(frag) << 48;
	uint32_t middle = ttl | (uint32_t)proto << 8;
	uint16_t sum = checksum_fold((front & UINT32_MAX) + (front >> 32) + middle + from + to);

	middle |= (uint32_t)(uint16_t)~sum << 16;
	memcpy(h, &front, sizeof front);
	memcpy(h + IP4_TTL, &middle, sizeof middle);
	from |= to << 32;
	memcpy(h + IP4_SRC, &from, sizeof from);
}

#endif
