/*
 * Memory that is kept for the next taker.
 */
#include "base/slab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIZE = 48, MOST = 3 };

static void
assert_zero(const uint8_t *p)
{
	for (unsigned i = 0; i < SIZE; i++)
		assert_int_equal(p[i], 0);
}

/* What was written before the end is gone, whether the memory is new or was kept. */
static void
what_is_taken_is_zero(void **state)
{
	struct slab s;

	slab_init(&s, SIZE, MOST);
	for (unsigned i = 0; i < 3; i++) {
		uint8_t *p = slab_take(&s);

		assert_non_null(p);
		assert_zero(p);
		memset(p, 0xa5, SIZE);
		slab_give(&s, p);
	}
	slab_fini(&s);
}

/* No more is kept than was asked for, however much comes back; nothing at the end. */
static void
what_is_kept_is_bounded(void **state)
{
	struct slab s;
	void *p[2 * MOST];

	slab_init(&s, SIZE, MOST);
	for (unsigned i = 0; i < 2 * MOST; i++)
		p[i] = slab_take(&s);
	for (unsigned i = 0; i < 2 * MOST; i++)
		slab_give(&s, p[i]);
	assert_true(s.kept <= MOST);
	assert_int_equal(s.kept, s.most);
	slab_fini(&s);
	assert_int_equal(s.kept, 0);
	assert_null(s.free);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_taken_is_zero),
	    cmocka_unit_test(what_is_kept_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
