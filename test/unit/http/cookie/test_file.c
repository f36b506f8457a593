/*
 * Lines of Netscape's cookie files, as curl writes them.
 */
#include "http/cookie/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char *const good[] = {
    "www.example.com\tFALSE\t/\tFALSE\t0\tsession\tx y\n",
    ".example.com\tTRUE\t/docs\tTRUE\t1700000000\ta\tb=c\n",
    "#HttpOnly_.example.com\tTRUE\t/\tFALSE\t1700000000\ta\t\n",
    "#HttpOnly_::1\tFALSE\t/\tTRUE\t0\ta\tb\n",
};

/* What is read is written as the same line. */
static void
a_line_of_curl_is_read_and_written(void **state)
{
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		char buf[200] = "";
		struct http_writer w = http_writer(buf, sizeof buf - 1);
		struct http_cookie c;

		assert_int_equal(http_cookie_line_read(http_span_of(good[i]), &c), HTTP_COOKIE_LINE);
		http_put_cookie_line(&w, &c);
		assert_string_equal(buf, good[i]);
	}
}

static void
the_columns_of_a_line_have_their_meaning(void **state)
{
	struct http_cookie c;

	assert_int_equal(
	    http_cookie_line_read(http_span_of("#HttpOnly_.example.com\tTRUE\t/d\tTRUE\t17\tn\tv\r\n"), &c),
	    HTTP_COOKIE_LINE);
	assert_true(http_span_is(c.domain, "example.com") && http_span_is(c.path, "/d"));
	assert_true(http_span_is(c.name, "n") && http_span_is(c.value, "v"));
	assert_true(c.http_only && c.secure && c.persistent && !c.host_only);
	assert_int_equal(c.expires, 17);
	assert_int_equal(
	    http_cookie_line_read(http_span_of("a\tFALSE\t/\tFALSE\t0\tn"), &c), HTTP_COOKIE_LINE);
	assert_true(c.host_only && !c.persistent && !c.secure && !c.http_only && c.value.len == 0);
}

static void
comments_and_empty_lines_are_no_cookies(void **state)
{
	static const char *const none[] = {
	    "", "\n", "\r\n", "# Netscape HTTP Cookie File\n", "#a\tFALSE\t/\tFALSE\t0\tn\tv"};
	struct http_cookie c;

	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_int_equal(http_cookie_line_read(http_span_of(none[i]), &c), HTTP_COOKIE_LINE_NONE);
}

static void
malformed_lines_are_refused(void **state)
{
	static const char *const bad[] = {"x", "a\tFALSE\t/\tFALSE\t0", "a\tFALSE\t/\tFALSE\t0\tn\tv\tw",
	    "\tFALSE\t/\tFALSE\t0\tn\tv", "a\tFALSE\tx\tFALSE\t0\tn\tv", "a\tFALSE\t/\tFALSE\t\tn\tv",
	    "a\tFALSE\t/\tFALSE\t-1\tn\tv", "a\tFALSE\t/\tFALSE\t99999999999999999999\tn\tv",
	    "a\tFALSE\t/\tFALSE\t0\t\tv", "a\tFALSE\t/\tFALSE\t0\tn\tv\rSet-Cookie: x", "#HttpOnly_\n"};
	struct http_cookie c;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		print_message("row %zu\n", i);
		assert_int_not_equal(http_cookie_line_read(http_span_of(bad[i]), &c), HTTP_COOKIE_LINE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_of_curl_is_read_and_written),
	    cmocka_unit_test(the_columns_of_a_line_have_their_meaning),
	    cmocka_unit_test(comments_and_empty_lines_are_no_cookies),
	    cmocka_unit_test(malformed_lines_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
