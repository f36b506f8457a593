/*
 * pkt/pkt.h - the packet: private room for headers, and references to shared, immutable payload.
 *
 * The octets of a packet are its *linear* part (contiguous memory that starts at `data`), then its
 * *slices*. A packet made for sending has its headers in its room as the linear part, and its
 * payload in slices. A packet read from a device is one linear part in a block. A parser calls
 * pkt_need() for the next header, reads it at `data`, and steps over it with pkt_pull(). A sender
 * adds headers with pkt_push().
 *
 * Each packet has one owner. Functions named *_input, *_output and *_enqueue consume it, all others
 * borrow it. pkt_clone() shares it: it copies the linear part if that is in the room, and shares
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

/* What is known about the transport checksum. */
enum pkt_sum {
	PKT_SUM_UNKNOWN, /* as received; code that needs it valid must verify it */
	PKT_SUM_VALID,   /* verified, or computed in full by this host */
	/*
	 * The field holds the folded pseudo-header sum, not complemented. pkt_complete_sum()
	 * completes it as late as possible. A received packet in this state counts as valid,
	 * because it never left this memory.
	 */
	PKT_SUM_PARTIAL,
};

/* The kind of super-segment. PKT_SEG_NONE is an ordinary packet. */
enum pkt_seg { PKT_SEG_NONE, PKT_SEG_TCP4, PKT_SEG_TCP6, PKT_SEG_UDP };

/* Why a frame was sent, for captures and traces. Wireshark can only guess it. */
enum pkt_why {
	PKT_WHY_NONE,
	PKT_WHY_DATA,
	PKT_WHY_ACK,
	PKT_WHY_HANDSHAKE,
	PKT_WHY_FIN,
	PKT_WHY_RETX_FAST,   /* fast retransmit: three duplicate ACKs, or SACK shows the loss (RFC 6675) */
	PKT_WHY_RETX_SACK,   /* a later hole of the same recovery */
	PKT_WHY_RETX_RTO,    /* the retransmission timer expired */
	PKT_WHY_RETX_SYN,    /* a SYN or SYN-ACK again */
	PKT_WHY_RETX_PMTU,   /* in smaller segments, after "packet too big" */
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

	uint8_t *data;   /* start of the linear part */
	uint32_t linear; /* octets in the linear part */
	uint32_t len;    /* octets of linear part and slices together */
	/* the block that `data` points into, one reference; NULL = `data` points into the room */
	struct pkt_block *home;

	/* network and transport header if known, otherwise NULL; they stay valid after a pull */
	uint8_t *l3, *l4;
	uint16_t l3_len;   /* octets of the network header with its options or extension headers */
	uint16_t seg_size; /* payload octets of each piece of a super-segment; 0 with PKT_SEG_NONE */
	uint16_t segs;     /* number of wire packets that this one stands for, at least 1 */
	uint8_t seg;       /* enum pkt_seg */
	uint8_t sum;       /* enum pkt_sum */
	uint16_t sum_off;  /* with PKT_SUM_PARTIAL: offset of the checksum field from l4 */

	uint8_t why; /* enum pkt_why */
	uint8_t nslices;
	/* IPv4: all pieces have the same ID (RFC 6864, 4.1); otherwise the ID counts up */
	bool fixed_id;
	bool link_group;    /* received as link broadcast or multicast: no ICMP error may answer it */
	uint16_t ethertype; /* valid while the packet has no link header */
	uint32_t ifindex;   /* the interface that it came in by or goes out by */
	/* what the queue that holds it was charged for its memory: pkt_charge() at that time */
	uint32_t charge;
	uint64_t flow; /* the connection that sent it (as in struct event); 0 = none */
	nsec_t stamp;  /* when it came in, or was handed to the link */

	struct pkt_slice slice[PKT_SLICES];
	uint8_t room[PKT_ROOM];
};

/*
 * Prefetches @p's marks, and its headers if they are in its room. Call it for the packet that is
 * processed next. @p may be NULL.
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
 * Returns an empty packet, or NULL at the pool's limit. Its linear part begins at the end of the
 * room, so that headers can be pushed before it.
 */
struct pkt *pkt_new(struct pkt_pool *pool);

/*
 * Returns a packet whose linear part is the @len octets at @block->data + @off. Takes over the
 * caller's reference to @block. Returns NULL at the pool's limit; the caller then keeps the
 * reference.
 */
struct pkt *pkt_from_block(struct pkt_pool *pool, struct pkt_block *block, uint32_t off, uint32_t len);

/*
 * Returns a packet whose linear part is a copy of @len octets, with headroom before it. Returns
 * NULL at the pool's limit.
 */
struct pkt *pkt_from_bytes(struct pkt_pool *pool, const void *bytes, size_t len);

/* Frees a packet that did its work. For one that did not, call pkt_drop() (core/drop.h). */
void pkt_free(struct pkt *p);

/*
 * Returns a packet with the same octets and marks for a second owner, or NULL at the pool's limit.
 */
struct pkt *pkt_clone(const struct pkt *p);

/* For pkt_need() and pkt_own(), when the octets are not linear or not private yet. */
bool pkt_gather(struct pkt *p, size_t n);

/*
 * Makes the first @n octets linear, so that a header can be read at p->data. It copies only if they
 * are not linear yet. l3, l4 and the octets from them to `data` move along. Returns false if the
 * packet is shorter than @n, or at the pool's limit if @n octets do not fit into the room.
 */
static inline bool
pkt_need(struct pkt *p, size_t n)
{
	return n <= p->linear || pkt_gather(p, n);
}

/*
 * Does the same as pkt_need(), and makes the octets private: no other packet shares them, so they
 * may be written.
 */
static inline bool
pkt_own(struct pkt *p, size_t n)
{
	return (n <= p->linear && (!p->home || p->home->refs == 1)) || pkt_gather(p, n);
}

/* Steps over the first @n octets, which must be linear (see pkt_need()). */
static inline void
pkt_pull(struct pkt *p, size_t n)
{
	p->data += n;
	p->linear -= (uint32_t)n;
	p->len -= (uint32_t)n;
}

/* For pkt_push(), when the linear part is in a block. */
void pkt_push_home(struct pkt *p, size_t n);

/*
 * Adds room for @n octets before the packet and returns where they go. It asserts that the room is
 * large enough, because headers are bounded. It never writes over octets of a shared block.
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
 * Returns how much memory @p holds, in octets: the structure, and for each block its size divided
 * by the number of references. This share changes when others release the block, so a queue that
 * limits memory keeps the charged amount in p->charge.
 */
static inline uint32_t
pkt_charge(const struct pkt *p)
{
	uint32_t sum = (uint32_t)sizeof *p + (p->home ? p->home->size / p->home->refs : 0);

	for (unsigned i = 0; i < p->nslices; i++)
		sum += p->slice[i].block->size / p->slice[i].block->refs;
	return sum;
}

/* Cuts the packet to its first @len octets. */
void pkt_trim(struct pkt *p, size_t len);

/* Steps over the first @n octets, in the linear part and in slices. */
void pkt_skip(struct pkt *p, size_t n);

/*
 * Appends the @len octets at @off of @block, with a new reference to it. Extends the last slice if
 * the octets follow it directly. Returns false if all slices are in use.
 */
bool pkt_append(struct pkt *p, struct pkt_block *block, uint32_t off, uint32_t len);

struct pkt_span {
	const uint8_t *at;
	uint32_t len;
};

/*
 * A position in a packet, from which its octets are read in order without a search. It is valid
 * while the packet does not change.
 */
struct pkt_cursor {
	const struct pkt *p;
	uint32_t part; /* 0 = the linear part, 1 and up = the slices */
	uint32_t off;  /* offset in that part */
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
 * Returns the next octets that are contiguous in memory, at most @max, and moves the cursor to
 * after them. There must be at least one octet.
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
 * Appends the @len octets at @c of another packet, and moves @c to after them. They are appended by
 * reference, or by copy if they are in that packet's room. Returns false if all slices are in use
 * or at the pool's limit; @p is then unchanged, and @c must not be used again.
 */
bool pkt_append_from(struct pkt *p, struct pkt_cursor *c, uint32_t len);

/*
 * Appends @len octets of @from, beginning at @off: by reference, or by copy if they are in the room
 * of @from. Returns false if all slices are in use or at the pool's limit; @p is then unchanged.
 */
bool pkt_append_pkt(struct pkt *p, const struct pkt *from, uint32_t off, uint32_t len);

/*
 * Moves all octets of @from after the first @off to the end of @p, with the references that hold
 * them. @from may only be freed afterwards. Returns false if all slices are in use or at the pool's
 * limit; both packets are then unchanged.
 */
bool pkt_move_rest(struct pkt *p, struct pkt *from, uint32_t off);

/*
 * Appends a copy of @len octets. Returns false if all slices are in use or at the pool's limit; @p
 * is then unchanged.
 */
bool pkt_append_bytes(struct pkt *p, const void *bytes, size_t len);

/* For pkt_header_off(), when the header is not in the linear part. */
uint32_t pkt_header_find(const struct pkt *p, const uint8_t *at);

/*
 * Returns the offset of header @at (p->l3 or p->l4) from the packet's first octet. The header must
 * be in the packet.
 */
static inline uint32_t
pkt_header_off(const struct pkt *p, const uint8_t *at)
{
	if (at >= p->data && at < p->data + p->linear)
		return (uint32_t)(at - p->data);
	return pkt_header_find(p, at);
}

/* Copies @len octets from offset @off out of the packet, which must have them. */
void pkt_copy_out(const struct pkt *p, uint32_t off, void *to, size_t len);

/*
 * Lists the packet's octets as spans of memory, in order. Returns how many of @max spans it filled.
 * A packet has at most PKT_SLICES + 1.
 */
unsigned pkt_spans(const struct pkt *p, struct pkt_span *span, unsigned max);

/*
 * Adds the Internet checksum's sum of the @len octets from offset @off to @sum. The sum is in
 * memory order and not complemented (wire/checksum.h).
 */
uint16_t pkt_sum_range(const struct pkt *p, uint32_t off, uint32_t len, uint16_t sum);

/*
 * Returns the sum of all octets from @off on. @off must be in the linear part or at its end. Slices
 * whose sum was kept when they were written (pkt/runs.h) are not read.
 */
uint16_t pkt_sum_rest(const struct pkt *p, uint32_t off);

/*
 * Completes a PKT_SUM_PARTIAL checksum; otherwise does nothing. l4 and sum_off must be set, and the
 * packet must begin at or before l4. In UDP a checksum of zero becomes 0xffff (RFC 768); in other
 * protocols it stays zero. Returns false at the pool's limit, which happens only if a shared header
 * is longer than the room; the packet is then unchanged.
 */
bool pkt_complete_sum(struct pkt *p);

#endif
