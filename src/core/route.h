/*
 * core/route.h - finds the route to a destination (longest prefix, then lowest metric) and the
 * source address to use (the main rules of RFC 6724).
 */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H

#include "base/ipaddr.h"
#include "base/nsec.h"

#include <stdbool.h>
#include <stdint.h>

struct core;
struct iface;

struct route {
	struct ipaddr dst; /* IPADDR_ANY4 or IPADDR_ANY6 with bits 0 is the default route */
	uint8_t bits;
	struct ipaddr gateway; /* unspecified address of dst's family = on the link itself */
	uint32_t ifindex;
	uint32_t metric;
	struct ipaddr src; /* preferred source; unspecified = choose */
	uint32_t mtu;      /* 0 = the interface's */
	bool reject;       /* an unreachable destination: route_find() returns -LEAT_ENETUNREACH */
};

/* The result of route_find(). */
struct path {
	struct iface *iface;
	struct ipaddr next_hop; /* the destination itself if it is on the link */
	struct ipaddr src;
	/*
	 * the smallest of the interface's MTU, the route's, and the one learned from "packet
	 * too big" (RFC 8201, RFC 1191)
	 */
	uint32_t mtu;
	bool local; /* the destination is an address of this host: goes through loopback */
};

/* Returns 0, -LEAT_EEXIST, -LEAT_ENODEV (no such interface) or -LEAT_ENOMEM. */
int route_add(struct core *core, const struct route *route);

/* Removes the route with the same dst, bits, gateway and ifindex. Returns 0, or -LEAT_ENOENT. */
int route_del(struct core *core, const struct route *route);

/*
 * Calls @fn for every route, shorter prefixes before the longer ones that they cover. @fn must not
 * change the routes.
 */
void route_each(const struct core *core, void (*fn)(const struct route *route, void *arg), void *arg);

/*
 * Finds the path to @dst. If @src is neither NULL nor unspecified, it becomes the source; the
 * caller must have checked it. @ifindex 0 = any interface. Returns 0 and sets *@out, or
 * -LEAT_ENETUNREACH (no route), -LEAT_EADDRNOTAVAIL (no source of that family) or -LEAT_ENETDOWN.
 */
int route_find(struct core *core, const struct ipaddr *dst, const struct ipaddr *src, uint32_t ifindex,
    struct path *out);

/*
 * Notes that packets of at most @mtu octets fit the path to @dst, but never less than 576 (IPv4,
 * RFC 1191) or 1280 (IPv6, RFC 8201). The entry expires after ten minutes. Returns true if no
 * MTU as small was known.
 */
bool route_learn_mtu(struct core *core, const struct ipaddr *dst, uint32_t mtu);

/* A path kept by a frequent sender. All zero = not found yet. */
struct path_cache {
	uint64_t generation; /* route_generation() when the path was found */
	struct path path;
	bool passes;         /* the network has checked that the source may be used on this path */
	uint32_t flow_label; /* IPv6: of the flow that uses this path; 0 = not computed yet */
};

/*
 * Removes the learned MTU of the path to @dst. It is called when nothing comes back from @dst (RFC
 * 9293, 3.8.3, R1): the MTU may belong to an old path. If it is still right, it is learned again.
 */
void route_forget_mtu(struct core *core, const struct ipaddr *dst);

#endif
