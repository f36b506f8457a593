/*
 * pkt/pkt.h - the packet: a private room for headers, and references to shared, immutable payload.
 *
 * The octets of a packet are, in order, its *linear* part (one run of memory that starts at
 * `data`), then its *slices*. A packet made for sending has its headers in the room as the linear
 * part and its payload in slices; one read from a device has all of it in one block as the linear
 * part. Parsers ask pkt_need() for the header they are about to read, read it through `data`, and
 * step over it with pkt_pull(); senders go the other way with pkt_push().
 *
 * Each packet has one owner: functions named *_input, *_output and *_enqueue consume it, all others
 * borrow it. Sharing is pkt_clone(), which copies the linear part if it is in the room and shares
 * every block.
 */
#ifndef PKT_PKT_H
#define PKT_PKT_H

#include "base/list.h"
#include "base/nsec.h"
#include "pkt/pool.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

enum { PKT_ROOM = 128, PKT_SLICES = 18, PKT_SUPER_MAX = 65535 };

struct pkt_slice {
	struct pkt_block *block; /* one reference */
	uint32_t off, len;
};

/* What is known of the transport checksum. */
enum pkt_sum {
	PKT_SUM_UNKNOWN, /* as it came from a wire: whoever needs it verifies it */
	PKT_SUM_VALID,   /* verified, or computed in full by us */
	PKT_SUM_PARTIAL, /* the field holds the folded pseudo-header sum, not complemented; pkt_complete_sum() finishes it at the last moment. On receipt it counts as valid: it never left our memory */
};

/* What a super-segment is cut into; PKT_SEG_NONE is an ordinary packet. */
enum pkt_seg { PKT_SEG_NONE, PKT_SEG_TCP4, PKT_SEG_TCP6, PKT_SEG_UDP };

/* Why a frame was sent, for captures and traces: what Wireshark can only guess. */
enum pkt_why {
	PKT_WHY_NONE,
	PKT_WHY_DATA,
	PKT_WHY_ACK,
	PKT_WHY_HANDSHAKE,
	PKT_WHY_FIN,
	PKT_WHY_RETX_FAST,   /* fast retransmit: three duplicates or SACK said lost (RFC 6675) */
	PKT_WHY_RETX_SACK,   /* a later hole of the same recovery */
	PKT_WHY_RETX_RTO,    /* the retransmission timer */
	PKT_WHY_RETX_SYN,    /* a SYN or SYN-ACK again */
	PKT_WHY_RETX_PMTU,   /* smaller, after "packet too big" */
	PKT_WHY_RETX_RESCUE, /* RFC 6675, NextSeg rule 4 */
	PKT_WHY_ZERO_WINDOW_PROBE,
	PKT_WHY_KEEPALIVE,
	PKT_WHY_WINDOW_UPDATE,
	PKT_WHY_DUP_ACK,
	PKT_WHY_CHALLENGE_ACK, /* RFC 5961 */
	PKT_WHY_RESET,
	PKT_WHY_TIME_WAIT_ACK,
	PKT_WHY_COUNT
};

struct pkt {
	struct list node; /* of the queue that owns it */
	struct pkt_pool *pool;

	uint8_t *data;          /* the linear part */
	uint32_t linear;        /* octets in it */
	uint32_t len;           /* octets in all: linear and slices */
	struct pkt_block *home; /* the block that `data` points into, one reference; NULL: into the room */

	uint8_t *l3, *l4;  /* network and transport header where known, NULL otherwise; valid after a pull */
	uint16_t l3_len;   /* network header and its options or extension headers, in octets */
	uint16_t seg_size; /* payload octets per wire segment of a super-segment; 0 with PKT_SEG_NONE */
	uint16_t segs;     /* wire segments that this stands for, at least 1 */
	uint8_t seg;       /* enum pkt_seg */
	uint8_t sum;       /* enum pkt_sum */
	uint16_t sum_off;  /* with PKT_SUM_PARTIAL: where the field is, in octets from l4 */

	uint8_t why; /* enum pkt_why */
	uint8_t nslices;
	bool fixed_id;      /* IPv4: the pieces share one ID (RFC 6864, 4.1); otherwise it counts up */
	bool link_group;    /* brought by link broadcast or multicast: never answered with an error */
	uint16_t ethertype; /* where the link header has been pulled or not been pushed yet */
	uint32_t ifindex;   /* where it came in, or goes out */
	uint32_t charge;    /* memory that the queue it is in was charged for it: pkt_charge() at that time */
	uint64_t flow;      /* which connection sent it (struct event's flow); 0 = none */
	nsec_t stamp;       /* when it came in, or was handed to the link */

	struct pkt_slice slice[PKT_SLICES];
	uint8_t room[PKT_ROOM];
};

/*
 * @p is the next to be looked at: its marks and its headers, if they are in its room, are fetched
 * meanwhile. It may be NULL.
 */
static inline void
pkt_prefetch(const struct pkt *p)
{
	if (!p)
		return;
	__builtin_prefetch(p);
	__builtin_prefetch(&p->l3_len);
	__builtin_prefetch(p->room + PKT_ROOM - PKT_LINE);
	__builtin_prefetch(p->room + PKT_ROOM - 1);
}

/*
 * An empty packet whose linear part begins at the end of the room, so that headers are pushed
 * before it; NULL at the pool's limit.
 */
struct pkt *pkt_new(struct pkt_pool *pool);

/*
 * A packet whose linear part is all of @len octets at @block->data + @off. Takes over the caller's
 * reference; NULL (reference kept) at the limit.
 */
struct pkt *pkt_from_block(struct pkt_pool *pool, struct pkt_block *block, uint32_t off, uint32_t len);

/*
 * A packet whose linear part is a copy of @len octets, with headroom before it; NULL at the limit.
 */
struct pkt *pkt_from_bytes(struct pkt_pool *pool, const void *bytes, size_t len);

/* The end of a packet that did its work. One that did not goes through pkt_drop() (core/drop.h). */
void pkt_free(struct pkt *p);

/* The same octets and marks under a second owner; NULL at the limit. */
struct pkt *pkt_clone(const struct pkt *p);

/* What pkt_need() and pkt_own() do where the octets are not linear, or not private, yet. */
bool pkt_gather(struct pkt *p, size_t n);

/*
 * Make the first @n octets linear, so that a header can be read at p->data. Copies only where they
 * are not already; l3, l4 and the octets from there to `data` move along. False when the packet is
 * shorter than @n, or (only where @n does not fit the room) at the pool's limit.
 */
static inline bool
pkt_need(struct pkt *p, size_t n)
{
	return n <= p->linear || pkt_gather(p, n);
}

/* Like pkt_need(), and the octets may then be written: no other packet shares them. */
static inline bool
pkt_own(struct pkt *p, size_t n)
{
	return (n <= p->linear && (!p->home || p->home->refs == 1)) || pkt_gather(p, n);
}

/* Step over @n octets of the linear part (pkt_need() has made them so). */
static inline void
pkt_pull(struct pkt *p, size_t n)
{
	p->data += n;
	p->linear -= (uint32_t)n;
	p->len -= (uint32_t)n;
}

/* What pkt_push() does first where the linear part lies in a block. */
void pkt_push_home(struct pkt *p, size_t n);

/*
 * Room for @n octets before the packet; returns where they go. Asserts that the room has them:
 * headers are bounded. Never writes over octets of a shared block.
 */
static inline uint8_t *
pkt_push(struct pkt *p, size_t n)
{
	if (p->home)
		pkt_push_home(p, n);
	assert(p->home || (size_t)(p->data - p->room) >= n);
	p->data -= n;
	p->linear += (uint32_t)n;
	p->len += (uint32_t)n;
	return p->data;
}

/*
 * How much memory @p holds, in octets: itself, and of each block its share among those that refer
 * to it. The share changes as others let go, so a queue that is bounded by memory keeps what it
 * charged in p->charge.
 */
static inline uint32_t
pkt_charge(const struct pkt *p)
{
	uint32_t sum = (uint32_t)sizeof *p + (p->home ? p->home->size / p->home->refs : 0);

	for (unsigned i = 0; i < p->nslices; i++)
		sum += p->slice[i].block->size / p->slice[i].block->refs;
	return sum;
}

/* Cut the packet to its first @len octets. */
void pkt_trim(struct pkt *p, size_t len);

/* Step over the first @n octets wherever they lie, slices included. */
void pkt_skip(struct pkt *p, size_t n);

/*
 * Append @len octets at @off of @block, taking a reference of its own; joins the slice before when
 * they touch. False when the slices are full.
 */
bool pkt_append(struct pkt *p, struct pkt_block *block, uint32_t off, uint32_t len);

struct pkt_span {
	const uint8_t *at;
	uint32_t len;
};

/*
 * A place among a packet's octets, for going over them from there on without looking for the place
 * again. Good while the packet does not change.
 */
struct pkt_cursor {
	const struct pkt *p;
	uint32_t part; /* 0 = the linear part, then the slices from 1 */
	uint32_t off;  /* in it */
};

static inline void
pkt_cursor_init(struct pkt_cursor *c, const struct pkt *p, uint32_t off)
{
	*c = (struct pkt_cursor){.p = p, .off = off};
	if (off < p->linear)
		return;
	c->off -= p->linear;
	for (c->part = 1; c->part <= p->nslices && c->off >= p->slice[c->part - 1].len; c->part++)
		c->off -= p->slice[c->part - 1].len;
}

/*
 * The next octets that lie in one piece, at most @max, and past them. There must be one at least.
 */
static inline struct pkt_span
pkt_cursor_next(struct pkt_cursor *c, uint32_t max)
{
	const struct pkt *p = c->p;
	const struct pkt_slice *s = c->part ? &p->slice[c->part - 1] : NULL;
	const uint8_t *at = s ? s->block->data + s->off : p->data;
	uint32_t have = (s ? s->len : p->linear) - c->off, n = have < max ? have : max;
	struct pkt_span run = {at + c->off, n};

	c->off += n;
	if (n == have) {
		c->part++;
		c->off = 0;
	}
	return run;
}

/*
 * Append the @len octets at @c of another packet by reference (by copy where they lie in its room),
 * and move @c past them. False when full or at the limit; then @p is as before, and @c of no use.
 */
bool pkt_append_from(struct pkt *p, struct pkt_cursor *c, uint32_t len);

/*
 * Append @from's octets @off to @off + @len by reference (by copy where they lie in its room).
 * False when full or at the limit; then @p is as before.
 */
bool pkt_append_pkt(struct pkt *p, const struct pkt *from, uint32_t off, uint32_t len);

/*
 * All octets of @from behind its first @off move to the end of @p, with the references that hold
 * them; @from is good for nothing but pkt_free() then. False when full or at the limit; then both
 * are as before.
 */
bool pkt_move_rest(struct pkt *p, struct pkt *from, uint32_t off);

/* Append a copy of @len octets. False when full or at the limit; then @p is as before. */
bool pkt_append_bytes(struct pkt *p, const void *bytes, size_t len);

/* What pkt_header_off() does where the header is not in the linear part. */
uint32_t pkt_header_find(const struct pkt *p, const uint8_t *at);

/*
 * Where header @at (p->l3 or p->l4) stands, in octets from the packet's first. It must be in the
 * packet.
 */
static inline uint32_t
pkt_header_off(const struct pkt *p, const uint8_t *at)
{
	if (at >= p->data && at < p->data + p->linear)
		return (uint32_t)(at - p->data);
	return pkt_header_find(p, at);
}

/* Copy @len octets that begin at @off out of the packet, which must have them. */
void pkt_copy_out(const struct pkt *p, uint32_t off, void *to, size_t len);

/*
 * The packet's octets as runs of memory, in order; returns how many of @max were filled (at most
 * PKT_SLICES + 1 exist).
 */
unsigned pkt_spans(const struct pkt *p, struct pkt_span *span, unsigned max);

/*
 * The Internet checksum's sum (wire/checksum.h: as words lie in memory, not complemented) over
 * octets @off to @off + @len, going on from @sum.
 */
uint16_t pkt_sum_range(const struct pkt *p, uint32_t off, uint32_t len, uint16_t sum);

/*
 * The same over all octets from @off on, which is in the linear part or at its end; but what was
 * summed when it was written (pkt/runs.h) is not looked at again.
 */
uint16_t pkt_sum_rest(const struct pkt *p, uint32_t off);

/*
 * Finish a PKT_SUM_PARTIAL checksum (l4 and sum_off set); no-op otherwise. The packet must begin at
 * or before l4. Zero becomes 0xffff in UDP, which asks for it (RFC 768), and stays zero elsewhere.
 * False at the pool's limit (only where a header shared with another packet is longer than the
 * room); then the packet is as before.
 */
bool pkt_complete_sum(struct pkt *p);

#endif
