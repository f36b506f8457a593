/*
 * tcp/buf/rcvbuf.h - data in order, waiting for the user; how large that buffer should be, and what
 * window to offer.
 *
 * It knows no connection. It owns its packets. Reading never walks: what is read is at the head.
 * The buffer is counted in octets of memory, the window in octets of payload; the ratio between
 * them is measured on what arrives (as in Linux's scaling_ratio).
 */
#ifndef TCP_BUF_RCVBUF_H
#define TCP_BUF_RCVBUF_H

#include "base/nsec.h"
#include "base/seq.h"
#include "pkt/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rcvbuf {
	struct pkt_queue q; /* q.octets is what is unread */
	size_t mem;         /* what q holds, by pkt_charge() */
	size_t size;        /* how much memory it may hold; the window follows from it */
	size_t max;         /* how far size grows by itself */
	bool fixed;         /* SO_RCVBUF was set: size stays */
	uint8_t ratio;      /* payload per memory, in 256ths */
	uint32_t clamp;     /* no wider window is offered (TCP_WINDOW_CLAMP); 0: no bound */

	/* dynamic right-sizing: how much the user read in one round trip */
	nsec_t rtt;            /* as the receiver sees it; 0 = not known yet */
	nsec_t rtt_mark_at;    /* without timestamps: when the window now being filled was offered, */
	seq_t rtt_mark;        /* and where it ends; rtt_mark_at 0 = not measuring */
	nsec_t round_at;       /* when this round began; 0 = not yet */
	uint64_t copied;       /* octets read, ever */
	uint64_t round_copied; /* copied when the round began */
	uint64_t space;        /* octets that the best round so far read */
};

/*
 * A buffer of @size octets of memory that may grow to @max; @fixed: it may not. Linux: 131072, 6
 * MiB.
 */
void rcvbuf_init(struct rcvbuf *b, size_t size, size_t max, bool fixed);

/* Frees what is unread. */
void rcvbuf_fini(struct rcvbuf *b);

/* The user set SO_RCVBUF: @size octets of memory, for good. */
void rcvbuf_set(struct rcvbuf *b, size_t size);

/*
 * The user bounds the window that is offered, and not the buffer: @octets of payload; 0: no bound.
 */
void rcvbuf_clamp(struct rcvbuf *b, uint32_t octets);

/*
 * Consumes @pkt: payload without headers, the next octets in order, not empty. Small payloads are
 * copied together, so that they do not each hold a block.
 */
void rcvbuf_push(struct rcvbuf *b, struct pkt *pkt);

static inline size_t
rcvbuf_unread(const struct rcvbuf *b)
{
	return b->q.octets;
}

/*
 * The first unread octets as spans, good until the next call that is not const; how many of @max
 * were filled.
 */
unsigned rcvbuf_spans(const struct rcvbuf *b, struct pkt_span *span, unsigned max);

/*
 * Copy up to @len unread octets, beginning @off octets behind the first, and leave them there.
 * Octets copied.
 */
size_t rcvbuf_peek(const struct rcvbuf *b, size_t off, void *to, size_t len);

/*
 * The user has read the first @len octets (there must be so many). They count for the right-sizing.
 */
void rcvbuf_consume(struct rcvbuf *b, size_t len);

/*
 * A round trip as timestamps show it to a receiver: a data segment's TSecr against the clock (RFC
 * 7323, 4; it may include the sender's pauses, so the least counts).
 */
void rcvbuf_rtt_sample(struct rcvbuf *b, nsec_t rtt);

/*
 * Without timestamps: data up to @rcv_nxt arrived, with @window octets offered beyond it. A whole
 * window takes a round trip at least.
 */
void rcvbuf_rtt_by_window(struct rcvbuf *b, nsec_t now, seq_t rcv_nxt, uint32_t window);

/*
 * After the user has read: once a round trip, grow so that the peer may send twice what was read in
 * it (Linux: tcp_rcv_space_adjust). True when size grew.
 */
bool rcvbuf_adjust(struct rcvbuf *b, nsec_t now, uint32_t mss);

/* Payload that still fits, in octets: what a new window could be at most. */
uint32_t rcvbuf_space(const struct rcvbuf *b);

/* Payload that fits an empty buffer. */
uint32_t rcvbuf_full_space(const struct rcvbuf *b);

/* Memory left for data out of order: the limit for reass_insert(). */
size_t rcvbuf_reass_limit(const struct rcvbuf *b);

/*
 * The window to offer in a segment that leaves now, in octets: a multiple of 2^@scale, at most
 * 65535 << @scale. @offered is what is left of the last offer (RCV.NXT + RCV.WND as last sent,
 * minus RCV.NXT now): the right edge never moves left (RFC 9293, 3.8.6.2.1), and it moves right
 * only by min(MSS, half the buffer) or more (3.8.6.2.2). @offered need not be a multiple of
 * 2^@scale: the answer then rounds up to the next (RFC 7323, 2.4).
 */
uint32_t rcvbuf_window(const struct rcvbuf *b, uint32_t offered, uint32_t mss, unsigned scale);

/*
 * After reading: is the window that rcvbuf_window() would offer now so much wider that the peer
 * should be told at once? True at twice @offered (Linux's rule), never for less than an MSS or half
 * the buffer.
 */
bool rcvbuf_should_update(const struct rcvbuf *b, uint32_t offered, uint32_t mss, unsigned scale);

/*
 * The scale to announce in a SYN so that max octets can be offered one day (RFC 7323, 2.3), 0 to
 * 14.
 */
unsigned rcvbuf_scale(const struct rcvbuf *b);

#endif
