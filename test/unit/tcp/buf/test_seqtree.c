/* The tree by sequence numbers, against an array, with numbers that wrap. */
#include "base/list.h"
#include "base/rng.h"
#include "tcp/buf/seqtree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { NODES = 300 };

static struct seqtree_node node[NODES];
static bool in[NODES];

static struct seqtree_node *
model_floor(seq_t seq)
{
	for (int i = NODES - 1; i >= 0; i--) {
		if (in[i] && seq_leq(node[i].seq, seq))
			return &node[i];
	}
	return NULL;
}

static struct seqtree_node *
model_ceil(seq_t seq)
{
	for (int i = 0; i < NODES; i++) {
		if (in[i] && seq_geq(node[i].seq, seq))
			return &node[i];
	}
	return NULL;
}

static void
floor_and_ceil_agree_with_an_array_across_the_wrap(void **state)
{
	struct seqtree t = {NULL};
	seq_t base = 0u - 3 * NODES;
	struct rng rng;

	rng_seed(&rng, 1);
	for (uint32_t i = 0; i < NODES; i++)
		node[i].seq = base + 7 * i;
	for (int step = 0; step < 30000; step++) {
		uint64_t i = rng_below(&rng, NODES);
		seq_t seq = base - 20 + (seq_t)rng_below(&rng, 7 * NODES + 40);

		if (in[i])
			seqtree_remove(&t, &node[i]);
		else
			seqtree_insert(&t, &node[i]);
		in[i] = !in[i];
		assert_ptr_equal(seqtree_floor(&t, seq), model_floor(seq));
		assert_ptr_equal(seqtree_ceil(&t, seq), model_ceil(seq));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(floor_and_ceil_agree_with_an_array_across_the_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
