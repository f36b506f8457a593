/*
 * The slab: memory that is kept for the next allocation.
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

/* An allocated object is all zero, whether its memory is new or was used before. */
static void
a_new_object_is_zero(void **state)
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

/* No more objects are kept than the limit, however many are freed; none after slab_fini(). */
static void
kept_objects_are_limited(void **state)
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
	    cmocka_unit_test(a_new_object_is_zero),
	    cmocka_unit_test(kept_objects_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
