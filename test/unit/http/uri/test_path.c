/*
 * Paths of requests as names of files: nothing leads out, nothing is cut short.
 */
#include "http/uri/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct row {
	const char *in;
	enum http_path_result result;
	const char *text;
	unsigned segments;
	bool folder;
};

/* clang-format off */
static const struct row rows[] = {
	{"/", HTTP_PATH_OK, "", 0, true},
	{"/a", HTTP_PATH_OK, "a", 1, false},
	{"/a/b%20c/", HTTP_PATH_OK, "a/b c", 2, true},
	{"//a///b", HTTP_PATH_OK, "a/b", 2, false},
	/* RFC 3986, 5.2.4; and 6.2.2.3 for the encoded ones */
	{"/./a/.", HTTP_PATH_OK, "a", 1, true},
	{"/a/../b", HTTP_PATH_OK, "b", 1, false},
	{"/a/b/..", HTTP_PATH_OK, "a", 1, true},
	{"/a/%2e%2E/b/%2e", HTTP_PATH_OK, "b", 1, true},
	{"/a/..", HTTP_PATH_OK, "", 0, true},
	{"/...", HTTP_PATH_OK, "...", 1, false},
	{"/..a/.b", HTTP_PATH_OK, "..a/.b", 2, false},
	/* out of the root */
	{"/..", HTTP_PATH_ABOVE, "", 0, false},
	{"/../etc/passwd", HTTP_PATH_ABOVE, "", 0, false},
	{"/a/../../etc/passwd", HTTP_PATH_ABOVE, "", 0, false},
	{"/%2e%2e/a", HTTP_PATH_ABOVE, "", 0, false},
	{"/.%2e/a", HTTP_PATH_ABOVE, "", 0, false},
	/* one segment stays one */
	{"/a%2Fb", HTTP_PATH_SLASH, "", 0, false},
	{"/..%2fetc", HTTP_PATH_SLASH, "", 0, false},
	{"/a%00.txt", HTTP_PATH_NUL, "", 0, false},
	{"/a\\b/..%5c..%5cc", HTTP_PATH_OK, "a\\b/..\\..\\c", 2, false},
	/* decoded once: RFC 3986, 2.4 */
	{"/%252e%252e/%25", HTTP_PATH_OK, "%2e%2e/%", 2, false},
	{"/a%", HTTP_PATH_PERCENT, "", 0, false},
	{"/a%2", HTTP_PATH_PERCENT, "", 0, false},
	{"/%2/a", HTTP_PATH_PERCENT, "", 0, false},
	{"/%g0", HTTP_PATH_PERCENT, "", 0, false},
	/* names are octets */
	{"/%e4%b8%ad/\xe4\xb8\xad", HTTP_PATH_OK, "\xe4\xb8\xad/\xe4\xb8\xad", 2, false},
	{"/%ff%c0%ae%0a", HTTP_PATH_OK, "\xff\xc0\xae\n", 1, false},
	{"/a+b;c=d,e", HTTP_PATH_OK, "a+b;c=d,e", 1, false},
	{"", HTTP_PATH_FORM, "", 0, false},
	{"*", HTTP_PATH_FORM, "", 0, false},
	{"a/b", HTTP_PATH_FORM, "", 0, false},
};
/* clang-format on */

static void
a_path_gives_names_or_a_reason(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];
		struct http_path p;
		char buf[64];

		print_message("%s\n", r->in);
		assert_int_equal(http_path_decode(http_span_of(r->in), buf, sizeof buf, &p), r->result);
		if (r->result != HTTP_PATH_OK)
			continue;
		assert_string_equal(p.text.at, r->text);
		assert_int_equal(p.text.len, strlen(r->text));
		assert_int_equal(p.segments, r->segments);
		assert_int_equal(p.folder, r->folder);
	}
}

static void
a_path_that_fits_exactly_is_taken_and_a_longer_one_refused(void **state)
{
	struct http_path p;
	char buf[8];

	assert_int_equal(http_path_decode(http_span_of("/abc/def"), buf, 8, &p), HTTP_PATH_OK);
	assert_int_equal(http_path_decode(http_span_of("/abc/def"), buf, 7, &p), HTTP_PATH_LONG);
	assert_int_equal(http_path_decode(http_span_of("/abc/defg"), buf, 8, &p), HTTP_PATH_LONG);
	assert_int_equal(http_path_decode(http_span_of("/"), buf, 0, &p), HTTP_PATH_LONG);
}

static void
segments_come_one_after_the_other(void **state)
{
	struct http_span rest = http_span_of("a/b c"), segment;

	assert_true(http_path_next(&rest, &segment) && http_span_is(segment, "a"));
	assert_true(http_path_next(&rest, &segment) && http_span_is(segment, "b c"));
	assert_false(http_path_next(&rest, &segment));
}

static void
each_refusal_has_words(void **state)
{
	for (enum http_path_result r = HTTP_PATH_FORM; r <= HTTP_PATH_LONG; r++)
		assert_true(strlen(http_path_words(r)) > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_path_gives_names_or_a_reason),
	    cmocka_unit_test(a_path_that_fits_exactly_is_taken_and_a_longer_one_refused),
	    cmocka_unit_test(segments_come_one_after_the_other),
	    cmocka_unit_test(each_refusal_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
