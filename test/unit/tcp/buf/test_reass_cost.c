/*
 * The cost of data out of order, in comparisons of sequence numbers, not in time: in any order that
 * a peer chooses, a segment costs about the logarithm of the number of runs, on average (Sleator
 * and Tarjan, 1985: the splay tree's access theorem).
 *
 * The module is compiled into the test with its comparisons counted.
 */
#include "base/rng.h"
#include "base/seq.h"

static uint64_t compared;

#define seq_lt(a, b)  (compared++, (seq_lt)(a, b))
#define seq_gt(a, b)  (compared++, (seq_gt)(a, b))
#define seq_leq(a, b) (compared++, (seq_leq)(a, b))
#define seq_geq(a, b) (compared++, (seq_geq)(a, b))

#include "tcp/buf/reass.c"
#include "tcp/buf/seqtree.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { BITS = 14, COUNT = 1 << BITS, PER_SEGMENT = 12 * BITS };

typedef uint32_t order_fn(uint32_t i);

static uint32_t
ascending(uint32_t i)
{
	return i;
}

static uint32_t
descending(uint32_t i)
{
	return COUNT - 1 - i;
}

static uint32_t
from_both_ends(uint32_t i)
{
	return i & 1 ? COUNT - 1 - i / 2 : i / 2;
}

static uint32_t
outwards(uint32_t i)
{
	return from_both_ends(COUNT - 1 - i);
}

/* Each number is as far as possible from those before it. */
static uint32_t
bit_reversed(uint32_t i)
{
	uint32_t r = 0;

	for (unsigned b = 0; b < BITS; b++)
		r |= (i >> b & 1) << (BITS - 1 - b);
	return r;
}

static uint32_t
scrambled(uint32_t i)
{
	return i * 0x9e3779b1u % COUNT;
}

/*
 * Single octets with holes between them arrive in @order; then some again, the most expensive
 * first.
 */
static void
costs_a_logarithm(order_fn *order)
{
	struct pkt_pool *pool = pkt_pool_new(256 << 20);
	struct reass r;
	struct list evicted;

	reass_init(&r);
	list_init(&evicted);
	compared = 0;
	for (unsigned round = 0; round < 2; round++)
		for (uint32_t i = 0; i < COUNT; i++) {
			struct pkt *p = pkt_from_bytes(pool, "x", 1);

			if (reass_insert(&r, 0xffff0000 + 2 * order(i), p, SIZE_MAX, &evicted) != REASS_KEPT)
				pkt_free(p);
		}
	assert_int_equal(r.runs, COUNT);
	assert_in_range(compared, 1, (uint64_t)2 * COUNT * PER_SEGMENT);
	print_message("%.1f comparisons a segment\n", (double)compared / (2.0 * COUNT));
	reass_fini(&r);
	pkt_pool_free(pool);
}

static void
any_order_costs_a_logarithm(void **state)
{
	static order_fn *const orders[] = {
	    ascending, descending, from_both_ends, outwards, bit_reversed, scrambled};

	for (unsigned i = 0; i < sizeof orders / sizeof *orders; i++)
		costs_a_logarithm(orders[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(any_order_costs_a_logarithm)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
