/*
 * base/ipaddr.h - one type for IPv4 and IPv6 addresses, and one for the endpoint of a flow.
 *
 * An IPv4 address is held in its IPv4-mapped form ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so one
 * comparison, one hash and one table serve both families. The unspecified address is "::" for IPv6
 * and ::ffff:0.0.0.0 for IPv4.
 */
#ifndef BASE_IPADDR_H
#define BASE_IPADDR_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct ipaddr {
	uint64_t w[2]; /* the 16 octets in network byte order, as two words of memory */
};

/*
 * One end of a flow. @ifindex is the interface of a link-local IPv6 address; it is 0 for other
 * addresses.
 */
struct endpoint {
	struct ipaddr addr;
	uint16_t port; /* host byte order */
	uint32_t ifindex;
};

static inline const uint8_t *
ipaddr_octets(const struct ipaddr *a)
{
	return (const uint8_t *)a->w;
}

/* Returns the four octets of an IPv4 address. */
static inline const uint8_t *
ipaddr_octets4(const struct ipaddr *a)
{
	return (const uint8_t *)a->w + 12;
}

static inline struct ipaddr
ipaddr_from16(const uint8_t *octets)
{
	struct ipaddr a;

	memcpy(a.w, octets, 16);
	return a;
}

static inline struct ipaddr
ipaddr_from4(const uint8_t *octets)
{
	uint32_t four;

	memcpy(&four, octets, 4);
	return (struct ipaddr){
	    {0, (uint64_t)four << 32 | 0xffff0000}}; /* octets 10 and 11, then the last four */
}

/* Makes an IPv4 address from a number: ipaddr_v4(0x7f000001) is 127.0.0.1. */
static inline struct ipaddr
ipaddr_v4(uint32_t number)
{
	uint8_t octets[4];

	be32_put(octets, number);
	return ipaddr_from4(octets);
}

static inline uint32_t
ipaddr_v4_number(const struct ipaddr *a)
{
	return be32_get(ipaddr_octets4(a));
}

static inline bool
ipaddr_is4(const struct ipaddr *a)
{
	return a->w[0] == 0 && be32_get(ipaddr_octets(a) + 8) == 0xffff;
}

static inline bool
ipaddr_eq(const struct ipaddr *a, const struct ipaddr *b)
{
	return a->w[0] == b->w[0] && a->w[1] == b->w[1];
}

/* Returns true for the unspecified addresses 0.0.0.0 and "::". */
static inline bool
ipaddr_is_any(const struct ipaddr *a)
{
	return ipaddr_is4(a) ? ipaddr_v4_number(a) == 0 : (a->w[0] | a->w[1]) == 0;
}

extern const struct ipaddr IPADDR_ANY4, IPADDR_ANY6, IPADDR_LOOPBACK4, IPADDR_LOOPBACK6, IPADDR_BROADCAST4;

/* Returns true for 127.0.0.0/8 and ::1. */
static inline bool
ipaddr_is_loopback(const struct ipaddr *a)
{
	return ipaddr_is4(a) ? ipaddr_octets4(a)[0] == 127 : ipaddr_eq(a, &IPADDR_LOOPBACK6);
}

/* Returns true for 224.0.0.0/4 and ff00::/8. */
static inline bool
ipaddr_is_multicast(const struct ipaddr *a)
{
	return ipaddr_is4(a) ? ipaddr_octets4(a)[0] >> 4 == 14 : ipaddr_octets(a)[0] == 0xff;
}

/* Returns true for 169.254.0.0/16 and fe80::/10. */
static inline bool
ipaddr_is_link_local(const struct ipaddr *a)
{
	return ipaddr_is4(a) ? ipaddr_v4_number(a) >> 16 == 0xa9fe
			     : be16_get(ipaddr_octets(a)) >> 6 == 0xfe80 >> 6;
}

/*
 * Returns true if the first @bits bits of @a and @b are equal. @bits counts within the family of
 * the address: up to 32 for IPv4, up to 128 for IPv6. Addresses of different families never match.
 */
bool ipaddr_prefix_match(const struct ipaddr *a, const struct ipaddr *b, unsigned bits);

/* Returns @addr with all bits after the first @bits of its family cleared. */
struct ipaddr ipaddr_prefix(const struct ipaddr *addr, unsigned bits);

enum { IPADDR_TEXT = 46, ENDPOINT_TEXT = 64 };

/* Writes the address as RFC 5952 does ("10.0.2.15", "fd00:2::15"). Returns @buf. */
char *ipaddr_text(const struct ipaddr *a, char buf[static IPADDR_TEXT]);

/* Writes an address with its port: "10.0.2.15:80", "[fd00:2::15]:80". Returns @buf. */
char *endpoint_text(const struct endpoint *e, char buf[static ENDPOINT_TEXT]);

/*
 * Reads an address of either family from @text, which must hold nothing else. Returns 0, or
 * -LEAT_EINVAL with @a untouched.
 */
int ipaddr_parse(const char *text, struct ipaddr *a);

#endif
