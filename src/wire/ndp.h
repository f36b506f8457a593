/*
 * wire/ndp.h - neighbour discovery (RFC 4861, 4): solicitations, advertisements and their options.
 * Offsets count from the ICMPv6 header.
 */
#ifndef WIRE_NDP_H
#define WIRE_NDP_H

#include "base/bytes.h"
#include "base/ipaddr.h"
#include "wire/icmp.h"

enum { NDP_TARGET = 8, NDP_NEIGHBOR_LEN = 24 }; /* neighbour solicitation and neighbour advertisement */
enum { NDP_NA_FLAGS = 4, NDP_NA_ROUTER = 0x80, NDP_NA_SOLICITED = 0x40, NDP_NA_OVERRIDE = 0x20 };
enum {
	NDP_RS_LEN = 8,
	NDP_RA_HOPS = 4,
	NDP_RA_FLAGS = 5,
	NDP_RA_LIFETIME = 6,
	NDP_RA_REACHABLE = 8,
	NDP_RA_RETRANS = 12,
	NDP_RA_LEN = 16
};
enum { NDP_REDIRECT_LEN = 40 };

enum { NDP_OPT_TYPE = 0, NDP_OPT_LEN = 1, NDP_OPT_HDR_LEN = 2 };
enum {
	NDP_OPT_SOURCE_LINK = 1,
	NDP_OPT_TARGET_LINK = 2,
	NDP_OPT_PREFIX = 3,
	NDP_OPT_REDIRECTED = 4,
	NDP_OPT_MTU = 5,
	NDP_OPT_RDNSS = 25
};
enum { NDP_LINK_OPT_LEN = 8 };
enum {
	NDP_PREFIX_BITS = 2,
	NDP_PREFIX_FLAGS = 3,
	NDP_PREFIX_VALID = 4,
	NDP_PREFIX_PREFERRED = 8,
	NDP_PREFIX_ADDR = 16,
	NDP_PREFIX_LEN = 32,
	NDP_PREFIX_ON_LINK = 0x80,
	NDP_PREFIX_AUTONOMOUS = 0x40
};
enum { NDP_MTU_VALUE = 4, NDP_MTU_LEN = 8 };

static inline struct ipaddr
ndp_target(const uint8_t *h)
{
	return ipaddr_from16(h + NDP_TARGET);
}

/*
 * Returns an option's length in octets. 0 is malformed: a loop over the options must end there (RFC
 * 4861, 4.6).
 */
static inline size_t
ndp_opt_len(const uint8_t *o)
{
	return o[NDP_OPT_LEN] * 8u;
}

/* Returns true if @o holds a whole option. */
static inline bool
ndp_opt_valid(const uint8_t *o, size_t n)
{
	return n >= NDP_OPT_HDR_LEN && ndp_opt_len(o) != 0 && ndp_opt_len(o) <= n;
}

/* Returns true if the @n octets at @o are whole options only. */
static inline bool
ndp_opts_valid(const uint8_t *o, size_t n)
{
	for (size_t len; n; n -= len, o += len) {
		if (!ndp_opt_valid(o, n))
			return false;
		len = ndp_opt_len(o);
	}
	return true;
}

/* Returns the first option of @type among @n octets that ndp_opts_valid() accepted, or NULL. */
static inline const uint8_t *
ndp_opt_find(const uint8_t *o, size_t n, uint8_t type)
{
	for (size_t len; n; n -= len, o += len) {
		if (o[NDP_OPT_TYPE] == type)
			return o;
		len = ndp_opt_len(o);
	}
	return NULL;
}

static inline void
ndp_put_link_option(uint8_t *o, uint8_t type, const uint8_t mac[6])
{
	o[NDP_OPT_TYPE] = type;
	o[NDP_OPT_LEN] = NDP_LINK_OPT_LEN / 8;
	memcpy(o + NDP_OPT_HDR_LEN, mac, 6);
}

#endif
