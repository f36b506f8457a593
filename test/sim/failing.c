/*
 * test/sim/failing.c - counts the allocations of the library, and makes them fail. The linker
 * redirects them to here (--wrap).
 */
#include "failing.h"

#include "pkt/pool.h"

#include <stdlib.h>

struct failing mem;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *at, size_t n);
void *__real_aligned_alloc(size_t align, size_t n);
void __real_free(void *at);
struct pkt *__real_pkt_pool_take(struct pkt_pool *pool);
struct pkt_block *__real_pkt_block_new(struct pkt_pool *pool, size_t size);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *at, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n);
void __wrap_free(void *at);
struct pkt *__wrap_pkt_pool_take(struct pkt_pool *pool);
struct pkt_block *__wrap_pkt_block_new(struct pkt_pool *pool, size_t size);

static bool
refuse(void)
{
	bool hit = mem.armed && ++mem.count >= mem.fail_at && mem.count < mem.fail_at + mem.burst;

	mem.failed |= hit;
	return hit;
}

static void *
counted(void *at)
{
	mem.live += at != NULL;
	return at;
}

void *
__wrap_malloc(size_t n)
{
	return refuse() ? NULL : counted(__real_malloc(n));
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return refuse() ? NULL : counted(__real_calloc(n, size));
}

void *
__wrap_realloc(void *at, size_t n)
{
	if (refuse())
		return NULL;
	return at ? __real_realloc(at, n) : counted(__real_realloc(at, n));
}

void *
__wrap_aligned_alloc(size_t align, size_t n)
{
	return refuse() ? NULL : counted(__real_aligned_alloc(align, n));
}

void
__wrap_free(void *at)
{
	mem.live -= at != NULL;
	__real_free(at);
}

struct pkt *
__wrap_pkt_pool_take(struct pkt_pool *pool)
{
	return refuse() ? NULL : __real_pkt_pool_take(pool);
}

struct pkt_block *
__wrap_pkt_block_new(struct pkt_pool *pool, size_t size)
{
	return refuse() ? NULL : __real_pkt_block_new(pool, size);
}
