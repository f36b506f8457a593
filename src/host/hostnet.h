/*
 * host/hostnet.h - finds the subnets and name servers of the machine's own network. The network
 * inside Leat must not overlap these subnets.
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
 * Stores the subnets of all interfaces that are up, also loopback's, in @out, which has room for
 * @max. Returns how many it stored, or a negative LEAT_E.
 */
int hostnet_subnets(struct subnet *out, unsigned max);

/* Returns true if @a and @b have an address in common. */
bool subnet_overlaps(const struct subnet *a, const struct subnet *b);

/*
 * Reads the file @path, in general /etc/resolv.conf, into @out. A file that cannot be read counts
 * as an empty file, as in other resolvers. Of a file over 1 MiB, only the whole lines before that
 * are used.
 */
void hostnet_resolvconf(const char *path, struct resolvconf *out);

/*
 * Returns the endpoint at port 53 of @s. The scope, a name or a number, becomes the number of an
 * interface: 0 if it is a name that no interface has.
 */
struct endpoint hostnet_nameserver(const struct resolvconf_server *s);

#endif
