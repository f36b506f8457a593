/*
 * tcp/buf/rcvbuf.h - the data that has arrived in order and waits for the user, the size of that
 * buffer, and the window to offer.
 *
 * It knows no connection. It owns its packets. Reading never walks a list: what is read is at the
 * head. The buffer is counted in octets of memory, the window in octets of payload. Their ratio is
 * measured on what arrives (as Linux's scaling_ratio).
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
	struct pkt_queue q; /* q.octets are unread */
	size_t mem;         /* memory of q, by pkt_charge() */
	size_t size;        /* memory that it may hold; the window follows from it */
	size_t max;         /* up to where size grows by itself */
	bool fixed;         /* SO_RCVBUF was set: size does not grow */
	uint8_t ratio;      /* payload per memory, in 256ths */
	uint32_t clamp;     /* no wider window is offered (TCP_WINDOW_CLAMP); 0: no bound */

	/* dynamic right-sizing: how much the user reads in one round trip */
	nsec_t rtt;            /* round-trip time measured by the receiver; 0 = not known yet */
	nsec_t rtt_mark_at;    /* without timestamps: when the window being filled was offered, */
	seq_t rtt_mark;        /* and where it ends; rtt_mark_at 0 = not measuring */
	nsec_t round_at;       /* when this round began; 0 = none yet */
	uint64_t copied;       /* octets read, ever */
	uint64_t round_copied; /* copied when the round began */
	uint64_t space;        /* octets read in the best round so far */
};

/*
 * Starts with @size octets of memory. Unless @fixed the buffer may grow up to @max. Linux has
 * 131072 and 6 MiB.
 */
void rcvbuf_init(struct rcvbuf *b, size_t size, size_t max, bool fixed);

/* Frees what is unread. */
void rcvbuf_fini(struct rcvbuf *b);

/* SO_RCVBUF was set to @size octets of memory: the size stays. */
void rcvbuf_set(struct rcvbuf *b, size_t size);

/* Limits the window offered, not the buffer, to @octets of payload; 0: no limit. */
void rcvbuf_clamp(struct rcvbuf *b, uint32_t octets);

/*
 * Consumes @pkt, the next octets in order: payload without headers, not empty. Small payloads are
 * copied together, so that each does not hold a block.
 */
void rcvbuf_push(struct rcvbuf *b, struct pkt *pkt);

static inline size_t
rcvbuf_unread(const struct rcvbuf *b)
{
	return b->q.octets;
}

/*
 * Fills @span with the first unread octets, valid until the next call that is not const. Returns
 * how many of @max were filled.
 */
unsigned rcvbuf_spans(const struct rcvbuf *b, struct pkt_span *span, unsigned max);

/*
 * Copies up to @len unread octets, @off octets after the first, which stay unread. Returns how
 * many.
 */
size_t rcvbuf_peek(const struct rcvbuf *b, size_t off, void *to, size_t len);

/* Removes the first @len unread octets. They count for the right-sizing. */
void rcvbuf_consume(struct rcvbuf *b, size_t len);

/*
 * Takes a round-trip time measured by timestamps: the TSecr of a data segment against the clock
 * (RFC 7323, 4). It may include pauses of the sender, so the smallest counts.
 */
void rcvbuf_rtt_sample(struct rcvbuf *b, nsec_t rtt);

/*
 * Measures the round-trip time without timestamps: data up to @rcv_nxt has arrived, and @window
 * octets are offered after it. A whole window takes at least a round trip.
 */
void rcvbuf_rtt_by_window(struct rcvbuf *b, nsec_t now, seq_t rcv_nxt, uint32_t window);

/*
 * The user has read: once per round trip, grows so that the peer may send twice what was read in it
 * (Linux: tcp_rcv_space_adjust). Returns true if size grew.
 */
bool rcvbuf_adjust(struct rcvbuf *b, nsec_t now, uint32_t mss);

/* Returns how many octets of payload still fit: the largest possible window. */
uint32_t rcvbuf_space(const struct rcvbuf *b);

/* Returns how many octets of payload fit an empty buffer. */
uint32_t rcvbuf_full_space(const struct rcvbuf *b);

/* Returns the memory that data out of order may use: the limit for reass_insert(). */
size_t rcvbuf_reass_limit(const struct rcvbuf *b);

/*
 * Returns the window to offer in a segment that leaves now, in octets: a multiple of 2^@scale, at
 * most 65535 << @scale. @offered is what is left of the last window (RCV.NXT + RCV.WND as last
 * sent, less RCV.NXT now). The right edge never moves left (RFC 9293, 3.8.6.2.1). It moves right by
 * at least min(MSS, half the buffer) or not at all (3.8.6.2.2). If @offered is not a multiple of
 * 2^@scale, the result is rounded up to one (RFC 7323, 2.4).
 */
uint32_t rcvbuf_window(const struct rcvbuf *b, uint32_t offered, uint32_t mss, unsigned scale);

/*
 * The user has read: returns true if the window is now so much wider that it is reported at once:
 * twice @offered as on Linux, and wider by at least an MSS or half the buffer.
 */
bool rcvbuf_should_update(const struct rcvbuf *b, uint32_t offered, uint32_t mss, unsigned scale);

/*
 * Returns the window scale for a SYN, 0 to 14, with which the maximum size can be offered later
 * (RFC 7323, 2.3).
 */
unsigned rcvbuf_scale(const struct rcvbuf *b);

#endif
