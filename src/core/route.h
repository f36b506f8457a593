/*
 * core/route.h - which way to a destination: longest prefix, then lowest metric; and from which of
 * our addresses (RFC 6724 in its essence).
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
	struct ipaddr dst; /* IPADDR_ANY4 or IPADDR_ANY6 with bits 0: the default route */
	uint8_t bits;
	struct ipaddr gateway; /* unspecified (of dst's family): on the link itself */
	uint32_t ifindex;
	uint32_t metric;
	struct ipaddr src; /* preferred source; unspecified = choose */
	uint32_t mtu;      /* 0 = the interface's */
	bool reject;       /* unreachable on purpose: answers -LEAT_ENETUNREACH */
};

/* A way found. */
struct path {
	struct iface *iface;
	struct ipaddr next_hop; /* the destination itself when it is on the link */
	struct ipaddr src;
	uint32_t
	    mtu; /* of the path: the interface's, the route's, or what "packet too big" taught (RFC 8201, RFC 1191) */
	bool local; /* an address of our own: goes through loopback */
};

/* 0, -LEAT_EEXIST, -LEAT_ENODEV (no such interface), -LEAT_ENOMEM. */
int route_add(struct core *core, const struct route *route);

/* 0, or -LEAT_ENOENT. Matches dst, bits, gateway and ifindex. */
int route_del(struct core *core, const struct route *route);

/*
 * Every route there is, shorter prefixes before the longer ones that they cover. @fn must not
 * change them.
 */
void route_each(const struct core *core, void (*fn)(const struct route *route, void *arg), void *arg);

/*
 * The way to @dst. @src, when neither NULL nor unspecified, is kept as the source; it is the
 * caller's to check. @ifindex 0 = any interface. 0 with *@out filled; -LEAT_ENETUNREACH (no route),
 * -LEAT_EADDRNOTAVAIL (no source of that family), -LEAT_ENETDOWN.
 */
int route_find(struct core *core, const struct ipaddr *dst, const struct ipaddr *src, uint32_t ifindex,
    struct path *out);

/*
 * Remember that packets of @mtu octets still fit on the way to @dst (not below 576 or 1280, RFC
 * 1191, RFC 8201); forgotten after ten minutes. True if that is news.
 */
bool route_learn_mtu(struct core *core, const struct ipaddr *dst, uint32_t mtu);

/* A way kept by whoever sends along it often; all zero = none yet. */
struct path_cache {
	uint64_t generation; /* of what it was found in */
	struct path path;
	bool passes;         /* its network has seen that the source may be used there */
	uint32_t flow_label; /* IPv6: of the flow that goes along it; 0 = not found yet */
};

/*
 * Nothing comes back from @dst (RFC 9293, 3.8.3, R1): what was learnt of the way's MTU may be of a
 * way that is no more, and is learnt anew if it is true.
 */
void route_forget_mtu(struct core *core, const struct ipaddr *dst);

#endif
