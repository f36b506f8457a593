/*
 * SipHash, the hash table that uses it, and the random generator.
 */
#include "base/list.h"
#include "base/rng.h"
#include "base/siphash.h"
#include "base/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The test vectors of Aumasson and Bernstein: key 00..0f, message 00, 01, ... of 0 to 15 octets. */
static void
siphash_gives_the_authors_results(void **state)
{
	static const struct siphash_key key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};
	static const uint64_t expect[] = {0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a,
	    0x85676696d7fb7e2d, 0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce,
	    0xab0200f58b01d137, 0x93f5f5799a932462, 0x9e0082df0ba9e4b0};
	uint8_t msg[16];

	for (size_t i = 0; i < sizeof msg; i++)
		msg[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof expect / sizeof expect[0]; i++)
		assert_int_equal(siphash(&key, msg, i), expect[i]);
	assert_int_equal(
	    siphash(&key, msg, 15), 0xa129ca6149be45e5); /* the example in appendix A of the paper */
}

static void
siphash_words_is_siphash(void **state)
{
	struct siphash_key key = {{1, 2}};
	uint64_t words[9];
	struct rng r;

	rng_seed(&r, 1);
	for (int i = 0; i < 9; i++)
		words[i] = rng_u64(&r);
	for (size_t n = 0; n <= 9; n++)
		assert_int_equal(siphash_words(&key, words, n), siphash(&key, words, 8 * n));
}

/*
 * The authors' first vector for SipHash-1-3: the empty message, with the key of the paper's
 * examples.
 */
static void
siphash13_gives_the_authors_result(void **state)
{
	static const struct siphash_key key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};

	assert_int_equal(siphash13_words(&key, NULL, 0), 0xabac0158050fc4dc);
}

static void
siphash13_of_two_words_is_siphash13(void **state)
{
	struct siphash_key key = {{1, 2}};
	uint64_t words[2] = {0x0123456789abcdef, 77};

	assert_int_equal(siphash13_two(&key, words[0], words[1]), siphash13_words(&key, words, 2));
}

struct member {
	struct table_node node;
	uint64_t key;
	int seen;
};

static bool
member_eq(const struct table_node *node, const void *key)
{
	return container_of(node, struct member, node)->key == *(const uint64_t *)key;
}

static struct member *
member_find(struct table *t, uint64_t key)
{
	struct table_node *n = table_find(t, table_hash(t, &key, 1), &key, member_eq);

	return n ? container_of(n, struct member, node) : NULL;
}

static void
see_and_remove_odd(struct table_node *node, void *arg)
{
	struct member *m = container_of(node, struct member, node);

	m->seen++;
	if (m->key % 2)
		table_remove(arg, node);
}

static void
table_finds_its_entries_and_nothing_else(void **state)
{
	enum { N = 20000 };
	static const struct siphash_key key = {{3, 4}};
	struct member *m = calloc(N, sizeof *m);
	struct table t;

	assert_int_equal(table_init(&t, &key), 0);
	for (uint64_t i = 0; i < N; i++) {
		m[i].key = i;
		assert_null(member_find(&t, i));
		table_insert(&t, &m[i].node, table_hash(&t, &i, 1));
	}
	assert_int_equal(t.count, N);
	assert_true(t.mask + 1 >= N); /* it grew */
	for (uint64_t i = 0; i < N; i++)
		assert_ptr_equal(member_find(&t, i), &m[i]);
	table_each(&t, see_and_remove_odd, &t);
	assert_int_equal(t.count, N / 2);
	for (uint64_t i = 0; i < N; i++) {
		assert_int_equal(m[i].seen, 1);
		assert_ptr_equal(member_find(&t, i), i % 2 ? NULL : &m[i]);
	}
	table_fini(&t);
	free(m);
}

/* Entries with the same hash are distinguished by their keys, and each can be removed. */
static void
table_distinguishes_entries_of_one_hash(void **state)
{
	static const struct siphash_key key = {{5, 6}};
	struct member m[100] = {0};
	struct table t;

	assert_int_equal(table_init(&t, &key), 0);
	for (uint64_t i = 0; i < 100; i++) {
		m[i].key = i;
		table_insert(&t, &m[i].node, 42);
	}
	for (uint64_t i = 0; i < 100; i++) {
		assert_ptr_equal(table_find(&t, 42, &i, member_eq), &m[i].node);
		table_remove(&t, &m[i].node);
		assert_null(table_find(&t, 42, &i, member_eq));
	}
	assert_int_equal(t.count, 0);
	table_fini(&t);
}

/* The reference code of xoshiro256** with state {1, 2, 3, 4}. */
static void
rng_is_xoshiro256starstar(void **state)
{
	static const uint64_t expect[] = {11520, 0, 1509978240, 1215971899390074240};
	struct rng r = {{1, 2, 3, 4}};

	for (size_t i = 0; i < 4; i++)
		assert_int_equal(rng_u64(&r), expect[i]);
}

static void
rng_forks_do_not_repeat_each_other(void **state)
{
	struct rng a, b, again;

	rng_fork(&a, 7, 0);
	rng_fork(&again, 7, 0);
	assert_int_equal(rng_u64(&a), rng_u64(&again));
	rng_fork(&b, 7, 1);
	assert_int_not_equal(rng_u64(&a), rng_u64(&b));
	rng_fork(&a, 1, 0);
	rng_fork(&b, 0, 1);
	assert_int_not_equal(rng_u64(&a), rng_u64(&b));
}

static void
rng_below_is_even_and_below(void **state)
{
	unsigned count[7] = {0};
	struct rng r;

	rng_seed(&r, 9);
	for (int i = 0; i < 70000; i++)
		count[rng_below(&r, 7)]++;
	for (int i = 0; i < 7; i++)
		assert_in_range(count[i], 9600, 10400);
	assert_int_equal(rng_below(&r, 0), 0);
	assert_int_equal(rng_below(&r, 1), 0);
	for (int i = 0; i < 1000; i++)
		assert_true(rng_below(&r, UINT64_C(3) << 62) < UINT64_C(3) << 62);
}

static void
rng_chance_has_its_probability_and_draws_once(void **state)
{
	struct rng r, twin;
	unsigned yes = 0;
	double sum = 0;

	rng_seed(&r, 11);
	rng_seed(&twin, 11);
	for (int i = 0; i < 100000; i++)
		yes += rng_chance(&r, 10000000); /* 1% */
	assert_in_range(yes, 900, 1100);
	for (int i = 0; i < 100000; i++)
		assert_false(rng_chance(&twin, 0));
	assert_int_equal(rng_u64(&r), rng_u64(&twin));
	for (int i = 0; i < 1000; i++)
		assert_true(rng_chance(&r, 1000000000));
	for (int i = 0; i < 10000; i++)
		sum += rng_unit(&r);
	assert_true(sum > 4900 && sum < 5100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(siphash_gives_the_authors_results),
	    cmocka_unit_test(siphash_words_is_siphash),
	    cmocka_unit_test(siphash13_of_two_words_is_siphash13),
	    cmocka_unit_test(siphash13_gives_the_authors_result),
	    cmocka_unit_test(table_finds_its_entries_and_nothing_else),
	    cmocka_unit_test(table_distinguishes_entries_of_one_hash),
	    cmocka_unit_test(rng_is_xoshiro256starstar),
	    cmocka_unit_test(rng_forks_do_not_repeat_each_other),
	    cmocka_unit_test(rng_below_is_even_and_below),
	    cmocka_unit_test(rng_chance_has_its_probability_and_draws_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
