/*
 * base/ipaddr.c - compares prefixes of addresses, and converts addresses to and from text.
 */
#include "base/ipaddr.h"

#include "leat.h"

#include <arpa/inet.h>
#include <stdio.h>

/* The 64-bit word whose octets in memory are the number @x in network byte order. */
#define NET64(x) __builtin_bswap64(x)

const struct ipaddr IPADDR_ANY4 = {{0, NET64(0x0000ffff00000000)}};
const struct ipaddr IPADDR_ANY6 = {{0, 0}};
const struct ipaddr IPADDR_LOOPBACK4 = {{0, NET64(0x0000ffff7f000001)}};
const struct ipaddr IPADDR_LOOPBACK6 = {{0, NET64(1)}};
const struct ipaddr IPADDR_BROADCAST4 = {{0, NET64(0x0000ffffffffffff)}};

/* Returns true if the first @bits bits (at most 64) of two words in network byte order differ. */
static bool
word_differs(uint64_t a, uint64_t b, unsigned bits)
{
	return bits != 0 && __builtin_bswap64(a ^ b) >> (64 - bits) != 0;
}

bool
ipaddr_prefix_match(const struct ipaddr *a, const struct ipaddr *b, unsigned bits)
{
	if (ipaddr_is4(a) != ipaddr_is4(b))
		return false;
	if (ipaddr_is4(a))
		bits += 96;
	if (bits >= 128)
		return ipaddr_eq(a, b);
	if (bits <= 64)
		return !word_differs(a->w[0], b->w[0], bits);
	return a->w[0] == b->w[0] && !word_differs(a->w[1], b->w[1], bits - 64);
}

struct ipaddr
ipaddr_prefix(const struct ipaddr *addr, unsigned bits)
{
	struct ipaddr p = *addr;
	uint8_t *octet = (uint8_t *)p.w;

	if (ipaddr_is4(addr))
		bits += 96;
	for (unsigned i = 0; i < 16; i++) {
		unsigned keep = bits > i * 8 ? bits - i * 8 : 0;

		if (keep < 8)
			octet[i] &= (uint8_t)(0xff00 >> keep);
	}
	return p;
}

/*
 * Finds the longest run of at least two zero groups, the first one if several are equally long (RFC
 * 5952, 4.2). Sets @*from to its first group and @*to to the group after its last. Both are 8 if
 * there is none.
 */
static void
find_zeros(const uint8_t *octets, int *from, int *to)
{
	*from = *to = 8;
	for (int i = 0; i < 8; i++) {
		int end = i;

		while (end < 8 && be16_get(octets + 2 * end) == 0)
			end++;
		if (end - i >= 2 && end - i > *to - *from) {
			*from = i;
			*to = end;
		}
	}
}

char *
ipaddr_text(const struct ipaddr *a, char buf[static IPADDR_TEXT])
{
	const uint8_t *o = ipaddr_octets(a);
	int from, to, n = 0;

	if (ipaddr_is4(a)) {
		snprintf(buf, IPADDR_TEXT, "%u.%u.%u.%u", o[12], o[13], o[14], o[15]);
		return buf;
	}
	find_zeros(o, &from, &to);
	buf[0] = '\0';
	for (int i = 0; i < 8; i++) {
		if (i == from) {
			n += snprintf(buf + n, IPADDR_TEXT - (size_t)n, "::");
			i = to - 1;
			continue;
		}
		n += snprintf(buf + n, IPADDR_TEXT - (size_t)n, "%s%x", i == 0 || i == to ? "" : ":",
		    be16_get(o + 2 * i));
	}
	return buf;
}

char *
endpoint_text(const struct endpoint *e, char buf[static ENDPOINT_TEXT])
{
	char addr[IPADDR_TEXT];

	snprintf(buf, ENDPOINT_TEXT, ipaddr_is4(&e->addr) ? "%s:%u" : "[%s]:%u", ipaddr_text(&e->addr, addr),
	    e->port);
	return buf;
}

int
ipaddr_parse(const char *text, struct ipaddr *a)
{
	uint8_t octets[16];

	if (inet_pton(AF_INET, text, octets) == 1) {
		*a = ipaddr_from4(octets);
		return 0;
	}
	if (inet_pton(AF_INET6, text, octets) == 1) {
		*a = ipaddr_from16(octets);
		return 0;
	}
	return -LEAT_EINVAL;
}
