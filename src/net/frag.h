/*
 * net/frag.h - reassembles fragments, for IPv4 and IPv6 alike (RFC 791, 3.2; RFC 8200, 4.5).
 *
 * Octets are copied to their place in one block, so many small fragments take no more memory than
 * the datagram. If fragments overlap, the datagram is dropped, including fragments that arrive
 * later (RFC 5722). A fragment that repeats octets exactly is ignored. Memory is limited in total
 * and for each source; the oldest datagrams are dropped first.
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
	FRAG_SOURCES = 64,         /* number of sources, by hash */
	FRAG_SOURCE_MAX = 1 << 20, /* octets for each source */
	FRAG_HEADER_MAX = 512,     /* octets of headers before the fragmented part */
};

/*
 * Called when a datagram is not complete in time. Borrows @first: the fragment at offset zero,
 * shortened, or NULL if it did not arrive.
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

/* What the network found in a fragment. */
struct frag_piece {
	struct ipaddr src, dst;
	uint32_t id;
	uint8_t proto;   /* part of the key in IPv4; always 0 in IPv6 */
	uint32_t offset; /* in octets */
	bool more;
	uint16_t header_len; /* octets from data to the fragmented part, the fragment header included */
	uint16_t keep;       /* how many of them stand before the reassembled datagram */
	/*
	 * IPv6: offset of the Next Header field that names the fragment header; 0 = nothing to
	 * change
	 */
	uint16_t next_at;
	uint8_t next; /* what that field becomes */
	uint8_t ecn;
};

/* A reassembled datagram. */
struct frag_whole {
	/*
	 * Data at the first fragment's header (its first @keep octets). The caller corrects the
	 * length fields.
	 */
	struct pkt *pkt;
	bool ce; /* a fragment was marked CE, and none was Not-ECT (RFC 3168, 5.3) */
};

/* Returns 0 or -LEAT_ENOMEM. */
int frags_init(struct frags *f, struct core *core, frag_expired_fn *expired, void *arg);
void frags_fini(struct frags *f);

/*
 * Consumes @pkt. Its data is at its network header, and header_len octets are linear. Returns true
 * and sets *@out if this fragment completed the datagram.
 */
bool frag_input(struct frags *f, struct pkt *pkt, const struct frag_piece *piece, struct frag_whole *out);

#endif
