/*
 * net/ip6_ext.h - the walk over IPv6's extension headers (RFC 8200, 4), without sending anything.
 */
#ifndef NET_IP6_EXT_H
#define NET_IP6_EXT_H

#include "pkt/pkt.h"

#include <stdbool.h>

enum ip6_walk {
	IP6_WALK_UPPER,    /* an upper-layer header is next, or one that we do not know */
	IP6_WALK_FRAGMENT, /* a fragment of more than one: its fragment header is at @off */
	IP6_WALK_DROP,     /* silently, for @reason */
	IP6_WALK_PARAM,    /* with a parameter problem of @code at @pointer */
};

struct ip6_ext {
	uint8_t next;     /* which header is at @off */
	uint32_t off;     /* in octets from the IPv6 header */
	uint32_t next_at; /* where the octet is that says so */
	bool group;       /* the destination is a group */
	bool alert;       /* a Router Alert for MLD was met (RFC 2711, 2.1) */
	bool fragmented;  /* a fragment header was met, in this walk or an earlier one */
	/* why it ended */
	uint8_t code; /* of the parameter problem */
	uint32_t pointer;
	int reason; /* enum drop_reason */
};

/* Walk the headers of @pkt, data at the IPv6 header; what was walked over is linear then. */
enum ip6_walk ip6_ext_walk(struct pkt *pkt, struct ip6_ext *x);

/*
 * Where ip6_ext_walk() found a first fragment: does it hold every header, the upper layer's
 * included, as it must (RFC 7112, 5)?
 */
bool ip6_ext_chain_is_whole(struct pkt *pkt, const struct ip6_ext *x);

#endif
