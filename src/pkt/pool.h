/*
 * pkt/pool.h - the pool that packets and their payload blocks are taken from and given back to.
 *
 * A pool belongs to one thread. It has a limit: at the limit, taking fails and the caller counts a
 * drop (POOL_EMPTY). A test ends with pkt_pool_in_use() at 0.
 */
#ifndef PKT_POOL_H
#define PKT_POOL_H

#include <stddef.h>
#include <stdint.h>

struct pkt;
struct pkt_pool;

/*
 * The size of a cache line. Blocks and packets begin at a line, so each uses as few lines as
 * possible, and copies are fastest.
 */
enum { PKT_LINE = 64 };

/*
 * A reference-counted buffer. The octets that slices refer to are never written again once a second
 * reference exists, or once a slice has been handed to another layer. The octets after them may
 * still be filled by the one writer.
 */
struct pkt_block {
	struct pkt_pool *pool;
	struct pkt_block *next_free;
	uint32_t refs;
	uint32_t size;     /* octets in data */
	uint32_t run_off;  /* for pkt/runs.h: the offset in data of the first run with a known sum */
	uint16_t run_len;  /* octets of each run */
	uint16_t runs;     /* number of runs */
	uint16_t run_next; /* where the next search begins: most searches go from one run to the next */
	uint8_t data[] __attribute__((aligned(PKT_LINE)));
};

/* The sizes of blocks. pkt_block_new() rounds up to one of them. */
enum { PKT_BLOCK_SMALL = 2048, PKT_BLOCK_MEDIUM = 16384, PKT_BLOCK_LARGE = 66560 };

/*
 * Returns a pool of up to @limit octets, for blocks and packets together, or NULL without memory.
 * Memory that is given back is kept for the next taker.
 */
struct pkt_pool *pkt_pool_new(size_t limit);

/* Frees the pool. Asserts that all packets and blocks have been given back. */
void pkt_pool_free(struct pkt_pool *pool);

/* Returns the number of packets and blocks in use. */
size_t pkt_pool_in_use(const struct pkt_pool *pool);

/* Returns the octets of blocks in use, for memory limits. */
size_t pkt_pool_octets(const struct pkt_pool *pool);

/*
 * Returns one reference to a block of at least @size octets. @size is at most PKT_BLOCK_LARGE.
 * Returns NULL at the limit.
 */
struct pkt_block *pkt_block_new(struct pkt_pool *pool, size_t size);

static inline struct pkt_block *
pkt_block_ref(struct pkt_block *b)
{
	b->refs++;
	return b;
}

/* For pkt_block_unref() only. */
void pkt_block_give(struct pkt_block *b);

static inline void
pkt_block_unref(struct pkt_block *b)
{
	if (--b->refs == 0)
		pkt_block_give(b);
}

/*
 * Returns memory for a packet in which only @pool is set, or NULL at the limit. For pkt_new(),
 * pkt_clone() and pkt_free() only.
 */
struct pkt *pkt_pool_take(struct pkt_pool *pool);
void pkt_pool_give(struct pkt *p);

#endif
