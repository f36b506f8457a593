/*
 * net/frag.h - putting fragments together, for IPv4 and IPv6 alike (RFC 791, 3.2; RFC 8200, 4.5).
 *
 * Octets are copied to where they belong in one block, so that many small fragments cost no more
 * memory than the datagram. Overlapping fragments condemn the datagram (RFC 5722), those still to
 * come included; a fragment that repeats octets exactly is ignored. Bounded in all and for each
 * source; the oldest go.
 */
#ifndef NET_FRAG_H
#define NET_FRAG_H

#include "base/ipaddr.h"
#include "base/table.h"
#include "base/wheel.h"
#include "pkt/pkt.h"

struct core;

enum {
	FRAG_OCTETS_MAX = 4 << 20, /* Linux's ipfrag_high_thresh */
	FRAG_SOURCES = 64,         /* sources by hash, */
	FRAG_SOURCE_MAX = 1 << 20, /* each with so many octets at most */
	FRAG_HEADER_MAX = 512,     /* headers that stand before the fragmented part */
};

/*
 * What is to happen when a datagram's time is up. Borrows @first: its offset-zero fragment as it
 * came, cut short; NULL when it did not come.
 */
typedef void frag_expired_fn(void *arg, const struct pkt *first);

struct frags {
	struct core *core;
	struct table table;
	struct list age; /* oldest first */
	size_t octets;
	struct {
		struct list age;
		size_t octets;
	} source[FRAG_SOURCES];
	frag_expired_fn *expired;
	void *arg;
};

/* A fragment, as its network understood it. */
struct frag_piece {
	struct ipaddr src, dst;
	uint32_t id;
	uint8_t proto;   /* IPv4 tells datagrams apart by it, IPv6 does not: 0 */
	uint32_t offset; /* in octets */
	bool more;
	uint16_t header_len; /* octets from data to the fragmented part, the fragment header included */
	uint16_t keep;       /* so many of them belong before the reassembled datagram, too */
	uint16_t next_at;    /* IPv6: the octet of the kept header that named the fragment header, */
	uint8_t next;        /* and what it will name; next_at 0 = nothing to change */
	uint8_t ecn;
};

/* A datagram that is whole. */
struct frag_whole {
	struct pkt *
	    pkt; /* data at the first fragment's header (its first @keep octets), lengths not yet made good */
	bool ce; /* a fragment was marked CE, none was not ECN-capable (RFC 3168, 5.3) */
};

/* 0 or -LEAT_ENOMEM. */
int frags_init(struct frags *f, struct core *core, frag_expired_fn *expired, void *arg);
void frags_fini(struct frags *f);

/*
 * Consumes @pkt, data at its network header, of which header_len octets are linear. True with *@out
 * when this was the last one missing.
 */
bool frag_input(struct frags *f, struct pkt *pkt, const struct frag_piece *piece, struct frag_whole *out);

#endif
