/*
 * host/hostnet.h - what the machine's own network looks like: its subnets, which the inside must
 * not overlap, and its name servers.
 */
#ifndef HOST_HOSTNET_H
#define HOST_HOSTNET_H

#include "base/ipaddr.h"
#include "dns/resolvconf.h"

enum { HOSTNET_SUBNETS = 128 };

struct subnet {
	struct ipaddr addr;
	uint8_t bits;
};

/*
 * The subnets of all interfaces that are up, loopback's included. How many of @max were filled; or
 * a negative LEAT_E.
 */
int hostnet_subnets(struct subnet *out, unsigned max);

/* Do any two addresses of @a and @b coincide? */
bool subnet_overlaps(const struct subnet *a, const struct subnet *b);

/*
 * Reads the file @path, /etc/resolv.conf mostly. One that cannot be read is an empty one, as for
 * every resolver.
 */
void hostnet_resolvconf(const char *path, struct resolvconf *out);

/* Port 53 of @s; its scope becomes an interface's number, 0 where there is no such interface. */
struct endpoint hostnet_nameserver(const struct resolvconf_server *s);

#endif
