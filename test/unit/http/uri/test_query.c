/*
 * Queries as pairs (WHATWG URL, 5.1).
 */
#include "http/uri/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
	const char *in, *pairs; /* the pairs as "[name|value]" */
} rows[] = {{"", ""}, {"&&", ""}, {"a", "[a|]"}, {"a=", "[a|]"}, {"=b", "[|b]"}, {"a=b&c=d", "[a|b][c|d]"},
    {"a=b=c&", "[a|b=c]"}, {"&a=1&&b+c=%26", "[a|1][b+c|%26]"}};

static void
a_query_is_cut_at_ampersands_and_the_first_equals_sign(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_span rest = http_span_of(rows[i].in), name, value;
		char text[100] = "";
		size_t n = 0;

		while (http_query_next(&rest, &name, &value))
			n += (size_t)snprintf(text + n, sizeof text - n, "[%.*s|%.*s]", (int)name.len,
			    name.at, (int)value.len, value.at);
		assert_string_equal(text, rows[i].pairs);
	}
}

static void
a_name_is_found_however_it_is_encoded(void **state)
{
	struct http_span q = http_span_of("sort=x&na%6de+b=y&name+b=z&%=p"), value;

	assert_true(http_query_find(q, "name b", &value));
	assert_true(http_span_is(value, "y"));
	assert_true(http_query_find(q, "%", &value));
	assert_true(http_span_is(value, "p"));
	assert_false(http_query_find(q, "SORT", &value));
	assert_false(http_query_find(q, "sor", &value));
	assert_false(http_query_find(q, "sorts", &value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_query_is_cut_at_ampersands_and_the_first_equals_sign),
	    cmocka_unit_test(a_name_is_found_however_it_is_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
