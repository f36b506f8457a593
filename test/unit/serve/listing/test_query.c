#include "serve/listing/impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct listing_query
read_query(const char *text)
{
	struct listing_query q;

	listing_query_read(http_span_of(text), &q);
	return q;
}

static void
no_query_means_by_name_and_all_entries(void **state)
{
	struct listing_query q = read_query("");

	assert_int_equal(q.sort, LISTING_BY_NAME);
	assert_false(q.descending);
	assert_int_equal(q.page, 0);
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
	assert_int_equal(q.page, 0);
	assert_int_equal(q.form, -1);
	assert_int_equal(read_query("page=0").page, 0);
	assert_true(read_query("page=99999999999999999999").page < 100000000);
}

static bool
matches(const char *query, const char *name)
{
	struct listing_query q = read_query(query);

	return listing_matches(&q, name);
}

static void
a_search_finds_names_that_have_all_its_words(void **state)
{
	assert_true(matches("", "x"));
	assert_true(matches("q=+", "x"));
	assert_true(matches("q=REP+20", "Annual Report 2020.pdf"));
	assert_true(matches("q=%E4%B8%AD", "\xe4\xb8\xad\xe6\x96\x87"));
	assert_false(matches("q=rep+21", "Annual Report 2020.pdf"));
	assert_false(matches("q=reportx", "report"));
	assert_true(matches("q=%00x", "report"));
}

static void
a_search_that_is_too_long_finds_everything(void **state)
{
	char query[2 * LISTING_SEARCH_MOST] = "q=";

	memset(query + 2, 'x', LISTING_SEARCH_MOST);
	assert_true(matches(query, "report"));
	query[LISTING_SEARCH_MOST + 1] = '\0';
	assert_false(matches(query, "report"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_query_means_by_name_and_all_entries),
	    cmocka_unit_test(all_parts_are_read_in_any_order),
	    cmocka_unit_test(what_means_nothing_is_ignored),
	    cmocka_unit_test(a_search_finds_names_that_have_all_its_words),
	    cmocka_unit_test(a_search_that_is_too_long_finds_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
