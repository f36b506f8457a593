/*
 * pkt/pool.c - free lists of packets and of blocks, one for each size.
 *
 * What is given back goes to the front of its list and is taken next, while it is still in the
 * cache. Memory is allocated only when a list is empty, so a steady state allocates none. In a
 * build with AddressSanitizer, free packets and blocks are poisoned.
 */
#include "pkt/pool.h"

#include "pkt/pkt.h"
#include "pkt/runs.h"

#include <assert.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_POISONS 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define POOL_POISONS 1
#endif

#ifdef POOL_POISONS
#include <sanitizer/asan_interface.h>
#define pool_poison(at, n)   ASAN_POISON_MEMORY_REGION(at, n)
#define pool_unpoison(at, n) ASAN_UNPOISON_MEMORY_REGION(at, n)
#else
#define pool_poison(at, n)   ((void)(at))
#define pool_unpoison(at, n) ((void)(at))
#endif

enum { POOL_CLASSES = 3 };

static const uint32_t class_size[POOL_CLASSES] = {PKT_BLOCK_SMALL, PKT_BLOCK_MEDIUM, PKT_BLOCK_LARGE};

struct pkt_pool {
	size_t limit;
	size_t held;   /* octets in use and on the free lists */
	size_t octets; /* octets of blocks in use */
	size_t pkts;   /* packets in use */
	size_t blocks; /* blocks in use */
	struct list *free_pkts;
	struct pkt_block *free_blocks[POOL_CLASSES];
};

struct pkt_pool *
pkt_pool_new(size_t limit)
{
	struct pkt_pool *pool = calloc(1, sizeof *pool);

	if (pool)
		pool->limit = limit;
	return pool;
}

static struct pkt *
pop_pkt(struct pkt_pool *pool)
{
	struct pkt *p = container_of(pool->free_pkts, struct pkt, node);

	pool->free_pkts = p->node.next;
	pool_unpoison(p, sizeof *p);
	return p;
}

static struct pkt_block *
pop_block(struct pkt_pool *pool, unsigned class)
{
	struct pkt_block *b = pool->free_blocks[class];

	pool->free_blocks[class] = b->next_free;
	pool_unpoison(b->data, b->size);
	return b;
}

/* Frees one unused block or packet, the largest first. Returns false if there is none. */
static bool
shrink(struct pkt_pool *pool)
{
	for (unsigned class = POOL_CLASSES; class -- > 0;) {
		if (pool->free_blocks[class]) {
			pool->held -= class_size[class];
			free(pop_block(pool, class));
			return true;
		}
	}
	if (!pool->free_pkts)
		return false;
	pool->held -= sizeof(struct pkt);
	free(pop_pkt(pool));
	return true;
}

void
pkt_pool_free(struct pkt_pool *pool)
{
	if (!pool)
		return;
	assert(pkt_pool_in_use(pool) == 0);
	while (shrink(pool))
		;
	free(pool);
}

size_t
pkt_pool_in_use(const struct pkt_pool *pool)
{
	return pool->pkts + pool->blocks;
}

size_t
pkt_pool_octets(const struct pkt_pool *pool)
{
	return pool->octets;
}

/*
 * Returns true if @size more octets fit under the limit. Frees unused memory of other sizes if it
 * must.
 */
static bool
reserve(struct pkt_pool *pool, size_t size)
{
	if (size > pool->limit - pool->octets - pool->pkts * sizeof(struct pkt))
		return false;
	while (pool->held + size > pool->limit)
		shrink(pool);
	return true;
}

/* Allocates @size octets that begin at a cache line. Returns NULL without memory. */
static void *
lines(size_t size)
{
	return aligned_alloc(PKT_LINE, (size + PKT_LINE - 1) & ~(size_t)(PKT_LINE - 1));
}

struct pkt *
pkt_pool_take(struct pkt_pool *pool)
{
	struct pkt *p;

	if (pool->free_pkts) {
		p = pop_pkt(pool);
		if (pool->free_pkts)
			pkt_prefetch(container_of(pool->free_pkts, struct pkt, node));
	} else {
		if (!reserve(pool, sizeof *p) || !(p = lines(sizeof *p)))
			return NULL;
		p->pool = pool;
		pool->held += sizeof *p;
	}
	pool->pkts++;
	return p;
}

void
pkt_pool_give(struct pkt *p)
{
	struct pkt_pool *pool = p->pool;

	assert(pool->pkts > 0);
	pool->pkts--;
	p->node.next = pool->free_pkts;
	pool->free_pkts = &p->node;
	pool_poison((uint8_t *)p + offsetof(struct pkt, data), sizeof *p - offsetof(struct pkt, data));
}

static unsigned
class_of(size_t size)
{
	return size <= PKT_BLOCK_SMALL ? 0 : size <= PKT_BLOCK_MEDIUM ? 1 : 2;
}

struct pkt_block *
pkt_block_new(struct pkt_pool *pool, size_t size)
{
	unsigned class = class_of(size);
	struct pkt_block *b;

	assert(size <= PKT_BLOCK_LARGE);
	size = class_size[class];
	if (pool->free_blocks[class]) {
		b = pop_block(pool, class);
	} else {
		if (!reserve(pool, size) || !(b = lines(sizeof *b + size + runs_room(size))))
			return NULL;
		b->pool = pool;
		b->size = (uint32_t)size;
		pool->held += size;
	}
	b->refs = 1;
	b->runs = b->run_next = 0;
	pool->blocks++;
	pool->octets += size;
	return b;
}

void
pkt_block_give(struct pkt_block *b)
{
	struct pkt_pool *pool = b->pool;
	unsigned class = class_of(b->size);

	assert(pool->blocks > 0 && b->refs == 0);
	pool->blocks--;
	pool->octets -= b->size;
	b->next_free = pool->free_blocks[class];
	pool->free_blocks[class] = b;
	pool_poison(b->data, b->size);
}
