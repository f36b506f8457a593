/*
 * tcp/buf/sndbuf.h - the send queue: octets from the user until the peer has acknowledged them.
 *
 * It knows no connection and no sequence numbers: positions are offsets from the first octet not
 * yet acknowledged (SND.UNA once the SYN is acknowledged; FIN is the caller's). Octets are written
 * once, into blocks, and never move; packets refer to slices of them, however often they are sent.
 * A position is found by binary search over a ring of blocks.
 */
#ifndef TCP_BUF_SNDBUF_H
#define TCP_BUF_SNDBUF_H

#include "pkt/pkt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sndbuf_piece {
	struct pkt_block *block; /* one reference */
	uint64_t at;             /* position in the stream of data[off] */
	uint32_t off, len;       /* what of the block is in the stream */
};

struct sndbuf {
	struct pkt_pool *pool;
	struct sndbuf_piece *ring; /* NULL until something is written */
	struct sndbuf_piece one;   /* the ring while one piece is enough, as for a lone message */
	uint32_t mask;             /* pieces in the ring - 1, a power of two */
	uint32_t first, count;     /* of the pieces in use */
	uint64_t una, end;         /* positions in the stream: of the first octet kept, and behind the last */
	size_t limit;              /* how many octets may be kept */
	size_t max;                /* how far limit grows by itself */
	bool fixed;                /* SO_SNDBUF was set: limit stays */
	bool reserved;             /* someone may be writing behind the last octet */

	uint16_t
	    run_len; /* octets of a segment to come whose sum is worth keeping (pkt/runs.h); 0 = none is */
	uint16_t run_sum; /* of those of the present run that are written */
	uint64_t run_at;  /* position where the present run begins, */
	uint64_t run_end; /* and behind its last octet so far */
};

/* Linux: 16384 (grown to 87040 when the connection is established), 4 MiB. */
void sndbuf_init(struct sndbuf *b, struct pkt_pool *pool, size_t limit, size_t max, bool fixed);

/*
 * Nothing more will be sent: gives all blocks back but the one that was reserved from, since its
 * user may be writing into it.
 */
void sndbuf_end(struct sndbuf *b);

/* Gives the blocks back; packets that refer to them live on. */
void sndbuf_fini(struct sndbuf *b);

/* The user set SO_SNDBUF: for good. */
void sndbuf_set(struct sndbuf *b, size_t limit);

/*
 * @want octets would keep the path busy (twice the congestion window, as Linux reckons): raise the
 * limit to it, up to max. True when it rose.
 */
bool sndbuf_grow(struct sndbuf *b, size_t want);

/* Octets kept. */
static inline size_t
sndbuf_len(const struct sndbuf *b)
{
	return (size_t)(b->end - b->una);
}

/* Octets that may be written now. */
static inline size_t
sndbuf_room(const struct sndbuf *b)
{
	size_t len = sndbuf_len(b);

	return len < b->limit ? b->limit - len : 0;
}

/*
 * Is there so much room that a writer who waits should be woken? A third of the limit, as Linux has
 * it.
 */
static inline bool
sndbuf_writable(const struct sndbuf *b)
{
	return sndbuf_room(b) > 0 && sndbuf_room(b) >= sndbuf_len(b) / 2;
}

/*
 * Memory to write the next octets into: @at, at most @want of them. Returns how many (may be fewer
 * than @want, though there is room: reserve again after the commit); -LEAT_EAGAIN when there is no
 * room, -LEAT_ENOBUFS when the pool is empty. Nothing is in the stream before sndbuf_commit(), and
 * the memory stays until then, whatever is acknowledged meanwhile.
 */
ssize_t sndbuf_reserve(struct sndbuf *b, size_t want, void **at);

/* The first @len octets of what was reserved last are written, and in the stream. */
void sndbuf_commit(struct sndbuf *b, size_t len);

/*
 * Segments of @len octets will be cut from the stream, without help with their checksums: sum while
 * copying. 0: no need.
 */
void sndbuf_sum_runs(struct sndbuf *b, uint16_t len);

/* The next octet that is written will be the first of a segment. */
static inline void
sndbuf_begin_run(struct sndbuf *b)
{
	b->run_at = b->run_end = b->end;
}

/*
 * Copy in as much of @len octets as fits. Octets taken, at least 1; or as sndbuf_reserve(). @len 0
 * gives 0.
 */
ssize_t sndbuf_write(struct sndbuf *b, const void *from, size_t len);

/*
 * Append octets @off to @off + @len of what is kept to @pkt, by reference. They must exist. Returns
 * how many were appended: fewer than @len only when @pkt's slices are full.
 */
uint32_t sndbuf_slice(const struct sndbuf *b, uint32_t off, uint32_t len, struct pkt *pkt);

/* The first @len octets are acknowledged: let them go. */
void sndbuf_ack(struct sndbuf *b, size_t len);

#endif
