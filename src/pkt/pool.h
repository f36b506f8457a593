/*
 * pkt/pool.h - where packets and the blocks of their payload come from, and where they go back.
 *
 * One pool belongs to one thread. It is bounded: when the limit is reached, taking fails, and the
 * caller counts a drop (POOL_EMPTY). A test ends with pkt_pool_in_use() at 0.
 */
#ifndef PKT_POOL_H
#define PKT_POOL_H

#include <stddef.h>
#include <stdint.h>

struct pkt;
struct pkt_pool;

/*
 * What a processor reads at once: blocks and packets begin there, so that each touches as few as
 * can be, and copies go fastest.
 */
enum { PKT_LINE = 64 };

/*
 * A run of octets shared by reference count. Once more than one reference exists, or a slice of it
 * has been handed to another layer, the octets that slices cover are never written again; the tail
 * that no slice covers may still be filled by the one writer.
 */
struct pkt_block {
	struct pkt_pool *pool;
	struct pkt_block *next_free;
	uint32_t refs;
	uint32_t size;     /* octets in data */
	uint32_t run_off;  /* pkt/runs.h: where in data the first run with a known sum begins */
	uint16_t run_len;  /* octets of each */
	uint16_t runs;     /* how many there are */
	uint16_t run_next; /* where the next search begins: most ask for one after the other */
	uint8_t data[] __attribute__((aligned(PKT_LINE)));
};

/* Sizes that the pool keeps; pkt_block_new() rounds up to one of them. */
enum { PKT_BLOCK_SMALL = 2048, PKT_BLOCK_MEDIUM = 16384, PKT_BLOCK_LARGE = 66560 };

/*
 * A pool of up to @limit octets, blocks and packets together; NULL without memory. What came back
 * is kept for the next taker.
 */
struct pkt_pool *pkt_pool_new(size_t limit);

/* Asserts that all came back. */
void pkt_pool_free(struct pkt_pool *pool);

/* Packets and blocks that are out at the moment, together. */
size_t pkt_pool_in_use(const struct pkt_pool *pool);

/* Octets of blocks that are out at the moment, for memory limits. */
size_t pkt_pool_octets(const struct pkt_pool *pool);

/*
 * One reference to a block of at least @size octets (at most PKT_BLOCK_LARGE); NULL at the limit.
 */
struct pkt_block *pkt_block_new(struct pkt_pool *pool, size_t size);

static inline struct pkt_block *
pkt_block_ref(struct pkt_block *b)
{
	b->refs++;
	return b;
}

/* Back to its pool: for pkt_block_unref() alone. */
void pkt_block_give(struct pkt_block *b);

static inline void
pkt_block_unref(struct pkt_block *b)
{
	if (--b->refs == 0)
		pkt_block_give(b);
}

/*
 * Memory for a packet, nothing in it set but its pool; NULL at the limit. For pkt_new() and
 * pkt_free() alone.
 */
struct pkt *pkt_pool_take(struct pkt_pool *pool);
void pkt_pool_give(struct pkt *p);

#endif
