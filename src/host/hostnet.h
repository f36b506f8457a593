/*
 * host/hostnet.h - what the machine's own network looks like: its subnets, which the inside must not overlap, and its name servers.
 */
#ifndef HOST_HOSTNET_H
#define HOST_HOSTNET_H

#include "base/ipaddr.h"

enum { HOSTNET_SUBNETS = 128, HOSTNET_NAMESERVERS = 8 };

struct subnet {
	struct ipaddr addr;
	uint8_t bits;
};

/* The subnets of all interfaces that are up, loopback's included. How many of @max were filled; or a negative LEAT_E. */
int hostnet_subnets(struct subnet *out, unsigned max);

/* Do any two addresses of @a and @b coincide? */
bool subnet_overlaps(const struct subnet *a, const struct subnet *b);

/*
 * The name servers of @path (NULL = /etc/resolv.conf), in its order. An interface name behind a link-local one is resolved into
 * ifindex; port is 53. How many of @max were filled, 0 for a missing file, as resolv.conf(5) has it: then the caller asks 127.0.0.1.
 */
unsigned hostnet_nameservers(const char *path, struct endpoint *out, unsigned max);

#endif
