/*
 * net/ip6_ext.h - walks over IPv6 extension headers (RFC 8200, 4). It sends nothing.
 */
#ifndef NET_IP6_EXT_H
#define NET_IP6_EXT_H

#include "pkt/pkt.h"

#include <stdbool.h>

enum ip6_walk {
	IP6_WALK_UPPER,    /* the next header is an upper-layer header or an unknown one */
	IP6_WALK_FRAGMENT, /* the packet is a fragment of several; its fragment header is at @off */
	IP6_WALK_DROP,     /* drop the packet silently, for @reason */
	IP6_WALK_PARAM,    /* drop the packet and send a parameter problem with @code and @pointer */
};

struct ip6_ext {
	uint8_t next;     /* the type of the header at @off */
	uint32_t off;     /* offset from the IPv6 header, in octets */
	uint32_t next_at; /* offset of the Next Header field that holds @next */
	bool group;       /* the destination is a group */
	bool alert;       /* a Router Alert for MLD was found (RFC 2711, 2.1) */
	bool fragmented;  /* a fragment header was found, in this walk or an earlier one */
	/* The next three say why the walk ended. */
	uint8_t code; /* of the parameter problem */
	uint32_t pointer;
	int reason; /* enum drop_reason */
};

/*
 * Walks over the headers of @pkt, whose data is at the IPv6 header. These headers are linear
 * afterwards.
 */
enum ip6_walk ip6_ext_walk(struct pkt *pkt, struct ip6_ext *x);

/*
 * Returns true if the first fragment that ip6_ext_walk() found holds all headers, including the
 * upper-layer header, as RFC 7112, 5 requires.
 */
bool ip6_ext_chain_is_whole(struct pkt *pkt, const struct ip6_ext *x);

#endif
