#include "serve/page/listing.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct listing_query
read_query(const char *text)
{
	struct listing_query q;

	listing_query_read(http_span_of(text), &q);
	return q;
}

static void
no_query_means_by_name_from_the_first_page_on(void **state)
{
	struct listing_query q = read_query("");

	assert_int_equal(q.sort, LISTING_BY_NAME);
	assert_false(q.descending);
	assert_int_equal(q.page, 1);
	assert_int_equal(q.form, -1);
}

static void
all_parts_are_read_in_any_order(void **state)
{
	struct listing_query q = read_query("page=7&order=desc&format=json&sort=size");

	assert_int_equal(q.sort, LISTING_BY_SIZE);
	assert_true(q.descending);
	assert_int_equal(q.page, 7);
	assert_int_equal(q.form, PAGE_JSON);
	assert_int_equal(read_query("sort=date").sort, LISTING_BY_TIME);
	assert_int_equal(read_query("format=html").form, PAGE_HTML);
}

static void
what_means_nothing_is_ignored(void **state)
{
	struct listing_query q = read_query("sort=colour&order=up&page=x&format=xml&a=b&&=");

	assert_int_equal(q.sort, LISTING_BY_NAME);
	assert_false(q.descending);
	assert_int_equal(q.page, 1);
	assert_int_equal(q.form, -1);
	assert_int_equal(read_query("page=0").page, 1);
	assert_true(read_query("page=99999999999999999999").page < 100000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_query_means_by_name_from_the_first_page_on),
	    cmocka_unit_test(all_parts_are_read_in_any_order),
	    cmocka_unit_test(what_means_nothing_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
