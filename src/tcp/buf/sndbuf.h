/*
 * tcp/buf/sndbuf.h - the send buffer: octets of the user until the peer has acknowledged them.
 *
 * It knows no connection and no sequence numbers. Offsets count from the first octet that is not
 * acknowledged (SND.UNA, once the SYN is acknowledged); the caller handles FIN. Octets are written
 * once, into blocks, and never move. Packets refer to slices of the blocks, however often they are
 * sent. An offset is found by binary search in a ring of blocks.
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
	uint64_t at;             /* position of data[off]: the number of octets ever written before it */
	uint32_t off, len;       /* the part of the block that is in the buffer */
};

struct sndbuf {
	struct pkt_pool *pool;
	struct sndbuf_piece *ring; /* NULL until something is written */
	struct sndbuf_piece one;   /* the ring while one piece is enough, as for a single message */
	uint32_t mask;             /* pieces in the ring, a power of two, less 1 */
	uint32_t first, count;     /* of the pieces in use */
	uint64_t una, end;         /* positions of the first octet kept, and after the last */
	size_t limit;              /* how many octets may be kept */
	size_t max;                /* up to where limit grows by itself */
	bool fixed;                /* SO_SNDBUF was set: limit does not grow */
	bool reserved;             /* a user may be writing after the last octet */

	/* octets of a segment to come, whose checksum is kept (pkt/runs.h); 0 = none */
	uint16_t run_len;
	uint16_t run_sum; /* checksum of the octets of the present run so far */
	uint64_t run_at;  /* position of the first octet of the present run, */
	uint64_t run_end; /* and after its last octet so far */
};

/*
 * Starts with room for @limit octets. Unless @fixed, the limit may grow up to @max. Linux has
 * 16384, which is 87040 after the handshake, and 4 MiB.
 */
void sndbuf_init(struct sndbuf *b, struct pkt_pool *pool, size_t limit, size_t max, bool fixed);

/*
 * Nothing more will be sent: returns all blocks, except one that was reserved from, since its user
 * may be writing into it.
 */
void sndbuf_end(struct sndbuf *b);

/* Returns the blocks. Packets that refer to them stay valid. */
void sndbuf_fini(struct sndbuf *b);

/* SO_SNDBUF was set: the limit stays. */
void sndbuf_set(struct sndbuf *b, size_t limit);

/*
 * Raises the limit to @want octets, which keep the path busy (twice cwnd, as on Linux), but not
 * above max. Returns true if it rose.
 */
bool sndbuf_grow(struct sndbuf *b, size_t want);

/* Returns the number of octets kept. */
static inline size_t
sndbuf_len(const struct sndbuf *b)
{
	return (size_t)(b->end - b->una);
}

/* Returns how many octets may be written now. */
static inline size_t
sndbuf_room(const struct sndbuf *b)
{
	size_t len = sndbuf_len(b);

	return len < b->limit ? b->limit - len : 0;
}

/* Returns true if there is enough room to wake a writer: a third of the limit, as on Linux. */
static inline bool
sndbuf_writable(const struct sndbuf *b)
{
	return sndbuf_room(b) > 0 && sndbuf_room(b) >= sndbuf_len(b) / 2;
}

/*
 * Points *@at to memory for at most @want of the next octets. Returns how many: fewer than @want
 * although there is more room, if the block ends (reserve again after the commit); -LEAT_EAGAIN
 * without room; -LEAT_ENOBUFS when the pool is empty. The octets are in the buffer only after
 * sndbuf_commit(). The memory stays valid until then, whatever is acknowledged meanwhile.
 */
ssize_t sndbuf_reserve(struct sndbuf *b, size_t want, void **at);

/* The first @len octets of the last reservation have been written: adds them to the buffer. */
void sndbuf_commit(struct sndbuf *b, size_t len);

/*
 * Segments of @len octets will be cut from the buffer for a device without checksum offload: their
 * checksums are computed while copying. 0: not needed.
 */
void sndbuf_sum_runs(struct sndbuf *b, uint16_t len);

/* The next octet written will be the first of a segment. */
static inline void
sndbuf_begin_run(struct sndbuf *b)
{
	b->run_at = b->run_end = b->end;
}

/*
 * Copies as much of @len octets as fits. Returns how many, at least 1; or the error of
 * sndbuf_reserve(). For @len 0 it returns 0.
 */
ssize_t sndbuf_write(struct sndbuf *b, const void *from, size_t len);

/*
 * Appends octets @off to @off + @len, which must exist, to @pkt by reference. Returns how many:
 * fewer than @len only if the slices of @pkt are full.
 */
uint32_t sndbuf_slice(const struct sndbuf *b, uint32_t off, uint32_t len, struct pkt *pkt);

/* Removes the first @len octets, which have been acknowledged. */
void sndbuf_ack(struct sndbuf *b, size_t len);

#endif
