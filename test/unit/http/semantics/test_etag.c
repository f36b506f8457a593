/*
 * Entity tags (RFC 9110, 8.8.3).
 */
#include "http/semantics/etag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct http_etag
tag(const char *text)
{
	struct http_etag e;

	assert_true(http_etag_read(http_span_of(text), &e));
	return e;
}

/* The table of RFC 9110, 8.8.3.2. */
static const struct {
	const char *a, *b;
	bool strong, weak;
} pairs[] = {{"W/\"1\"", "W/\"1\"", false, true}, {"W/\"1\"", "W/\"2\"", false, false},
    {"W/\"1\"", "\"1\"", false, true}, {"\"1\"", "\"1\"", true, true}, {"\"1\"", "\"11\"", false, false}};

static void
rfc_9110_8_8_3_2_strong_and_weak_comparison(void **state)
{
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		struct http_etag a = tag(pairs[i].a), b = tag(pairs[i].b);

		assert_int_equal(http_etag_same_strong(&a, &b), pairs[i].strong);
		assert_int_equal(http_etag_same_weak(&a, &b), pairs[i].weak);
		assert_int_equal(http_etag_same_strong(&b, &a), pairs[i].strong);
	}
}

static void
rfc_9110_8_8_3_what_is_no_tag_is_refused(void **state)
{
	static const char *const bad[] = {
	    "", "\"", "1", "\"1", "1\"", "w/\"1\"", "W/1", "W/", "\"1\"x", "\"a b\"", " \"1\"", "*"};
	struct http_etag e;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (http_etag_read(http_span_of(bad[i]), &e))
			fail_msg("\"%s\" was read", bad[i]);
	assert_true(tag("\"\"").tag.len == 2);
	assert_true(tag("W/\"a\xff!,\"").weak);
}

static void
rfc_9110_13_1_1_a_list_may_have_commas_in_its_tags(void **state)
{
	struct http_span rest = http_span_of(", \"a,b\" ,W/\"c\",, \"d\"");
	struct http_etag e;

	assert_true(http_etag_next(&rest, &e) && http_span_is(e.tag, "\"a,b\"") && !e.weak);
	assert_true(http_etag_next(&rest, &e) && http_span_is(e.tag, "\"c\"") && e.weak);
	assert_true(http_etag_next(&rest, &e) && http_span_is(e.tag, "\"d\""));
	assert_false(http_etag_next(&rest, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_9110_8_8_3_2_strong_and_weak_comparison),
	    cmocka_unit_test(rfc_9110_8_8_3_what_is_no_tag_is_refused),
	    cmocka_unit_test(rfc_9110_13_1_1_a_list_may_have_commas_in_its_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
