/*
 * test/unit/pool.h - the end of a test's packet pool.
 */
#ifndef TEST_POOL_H
#define TEST_POOL_H

/* cmocka.h needs these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pkt/pool.h"

/* Frees @p. Asserts that every packet is back in it. */
static inline void
pool_end(struct pkt_pool *p)
{
	assert_int_equal(pkt_pool_in_use(p), 0);
	assert_int_equal(pkt_pool_octets(p), 0);
	pkt_pool_free(p);
}

#endif
