/*
 * wire/icmp.h - the headers of ICMP (RFC 792) and ICMPv6 (RFC 4443). Both have the same eight
 * octets, with different numbers.
 */
#ifndef WIRE_ICMP_H
#define WIRE_ICMP_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>

enum { ICMP_TYPE = 0, ICMP_CODE = 1, ICMP_SUM = 2, ICMP_REST = 4, ICMP_HDR_LEN = 8 };
enum { ICMP_ECHO_ID = 4, ICMP_ECHO_SEQ = 6 };
enum {
	ICMP4_MTU = 6 /* RFC 1191, 4 */,
	ICMP6_MTU = 4 /* RFC 4443, 3.2 */,
	ICMP6_POINTER = 4,
	ICMP4_POINTER = 4
};

enum {
	ICMP4_ECHO_REPLY = 0,
	ICMP4_UNREACH = 3,
	ICMP4_QUENCH = 4,
	ICMP4_REDIRECT = 5,
	ICMP4_ECHO = 8,
	ICMP4_TIME_EXCEEDED = 11,
	ICMP4_PARAM = 12,
	ICMP4_TIMESTAMP = 13,
	ICMP4_TIMESTAMP_REPLY = 14
};
enum {
	ICMP4_UNREACH_NET = 0,
	ICMP4_UNREACH_HOST = 1,
	ICMP4_UNREACH_PROTO = 2,
	ICMP4_UNREACH_PORT = 3,
	ICMP4_UNREACH_FRAG_NEEDED = 4,
	ICMP4_UNREACH_SRC_ROUTE = 5,
	ICMP4_UNREACH_NET_UNKNOWN = 6,
	ICMP4_UNREACH_HOST_UNKNOWN = 7,
	ICMP4_UNREACH_HOST_ISOLATED = 8,
	ICMP4_UNREACH_NET_PROHIBITED = 9,
	ICMP4_UNREACH_HOST_PROHIBITED = 10,
	ICMP4_UNREACH_NET_TOS = 11,
	ICMP4_UNREACH_HOST_TOS = 12,
	ICMP4_UNREACH_PROHIBITED = 13,
	ICMP4_UNREACH_PRECEDENCE = 14,
	ICMP4_UNREACH_CUTOFF = 15
};
enum { ICMP4_TIME_TTL = 0, ICMP4_TIME_REASSEMBLY = 1 };

enum {
	ICMP6_UNREACH = 1,
	ICMP6_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAM = 4,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
	ICMP6_MLD_QUERY = 130,
	ICMP6_MLD_REPORT = 131,
	ICMP6_MLD_DONE = 132,
	ICMP6_ROUTER_SOLICIT = 133,
	ICMP6_ROUTER_ADVERT = 134,
	ICMP6_NEIGHBOR_SOLICIT = 135,
	ICMP6_NEIGHBOR_ADVERT = 136,
	ICMP6_REDIRECT = 137,
	ICMP6_MLD2_REPORT = 143
};
enum {
	ICMP6_UNREACH_NO_ROUTE = 0,
	ICMP6_UNREACH_PROHIBITED = 1,
	ICMP6_UNREACH_SCOPE = 2,
	ICMP6_UNREACH_ADDR = 3,
	ICMP6_UNREACH_PORT = 4,
	ICMP6_UNREACH_POLICY = 5,
	ICMP6_UNREACH_REJECT = 6
};
enum { ICMP6_TIME_HOPS = 0, ICMP6_TIME_REASSEMBLY = 1 };
enum {
	ICMP6_PARAM_HEADER = 0,
	ICMP6_PARAM_NEXT = 1,
	ICMP6_PARAM_OPTION = 2,
	ICMP6_PARAM_CHAIN = 3 /* RFC 7112, 5 */
};

static inline bool
icmp_valid(const uint8_t *h, size_t n)
{
	(void)h;
	return n >= ICMP_HDR_LEN;
}

static inline uint8_t
icmp_type(const uint8_t *h)
{
	return h[ICMP_TYPE];
}

static inline uint8_t
icmp_code(const uint8_t *h)
{
	return h[ICMP_CODE];
}

static inline uint16_t
icmp_echo_id(const uint8_t *h)
{
	return be16_get(h + ICMP_ECHO_ID);
}

static inline uint16_t
icmp_echo_seq(const uint8_t *h)
{
	return be16_get(h + ICMP_ECHO_SEQ);
}

/*
 * Returns the next hop's MTU from a "fragmentation needed" message. It is 0 from routers older than
 * RFC 1191.
 */
static inline uint16_t
icmp4_mtu(const uint8_t *h)
{
	return be16_get(h + ICMP4_MTU);
}

static inline uint32_t
icmp6_mtu(const uint8_t *h)
{
	return be32_get(h + ICMP6_MTU);
}

/* Returns true for error messages, false for informational ones (RFC 4443, 2.1). */
static inline bool
icmp6_is_error(uint8_t type)
{
	return type < 128;
}

static inline bool
icmp4_is_error(uint8_t type)
{
	return type == ICMP4_UNREACH || type == ICMP4_QUENCH || type == ICMP4_REDIRECT ||
	       type == ICMP4_TIME_EXCEEDED || type == ICMP4_PARAM;
}

/* Writes the header with a checksum of zero. @rest is octets 4 to 7 as one number. */
static inline void
icmp_put(uint8_t *h, uint8_t type, uint8_t code, uint32_t rest)
{
	h[ICMP_TYPE] = type;
	h[ICMP_CODE] = code;
	be16_put(h + ICMP_SUM, 0);
	be32_put(h + ICMP_REST, rest);
}

#endif
