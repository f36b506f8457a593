/*
 * Versions of a file, and parts of them.
 */
#include "get/parts/version.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* 2023-11-14, 22:13:20 */
enum { NOW = 1700000000 };

static struct http_field fields[4];

/* A response with some of ETag, Last-Modified and Content-Range. */
static struct http_response
response(unsigned status, const char *etag, const char *modified, const char *range)
{
	struct http_response r = {.status = (uint16_t)status, .field = fields};

	if (etag)
		fields[r.fields++] = (struct http_field){http_span_of("ETag"), http_span_of(etag)};
	if (modified)
		fields[r.fields++] =
		    (struct http_field){http_span_of("Last-Modified"), http_span_of(modified)};
	if (range)
		fields[r.fields++] = (struct http_field){http_span_of("Content-Range"), http_span_of(range)};
	return r;
}

#define OLD "Tue, 14 Nov 2023 20:00:00 GMT"
#define NEW "Tue, 14 Nov 2023 22:13:19 GMT"

static void
a_strong_etag_or_an_old_date_tells_versions_apart(void **state)
{
	static const struct {
		const char *etag, *modified, *validator;
	} rows[] = {{"\"a\"", NULL, "\"a\""}, {"\"a\"", OLD, "\"a\""}, {NULL, OLD, OLD},
	    {"W/\"a\"", OLD, OLD}, {NULL, NEW, NULL}, {"W/\"a\"", NULL, NULL}, {NULL, NULL, NULL},
	    {"a", "yesterday", NULL}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_response r = response(206, rows[i].etag, rows[i].modified, "bytes 0-9/1000");
		struct version v;

		assert_int_equal(version_read(&v, &r, NOW), rows[i].validator != NULL);
		if (!rows[i].validator)
			continue;
		assert_true(http_span_eq(version_validator(&v), http_span_of(rows[i].validator)));
		assert_int_equal(v.length, 1000);
	}
}

static void
without_a_length_there_is_no_version(void **state)
{
	struct http_response r = response(206, "\"a\"", NULL, "bytes 0-9/*");
	struct version v;

	assert_false(version_read(&v, &r, NOW));
	r = response(206, "\"a\"", NULL, NULL);
	assert_false(version_read(&v, &r, NOW));
}

static void
a_part_is_of_the_same_version_and_the_same_octets(void **state)
{
	static const struct {
		unsigned status;
		const char *etag, *range, *why;
	} rows[] = {
	    {206, "\"a\"", "bytes 10-19/1000", NULL},
	    {206, "\"b\"", "bytes 10-19/1000", "has changed on the server"},
	    {206, NULL, "bytes 10-19/1000", "has changed on the server"},
	    {206, "W/\"a\"", "bytes 10-19/1000", "has changed on the server"},
	    {206, "\"a\"", "bytes 10-19/1001", "has changed on the server"},
	    {206, "\"a\"", "bytes 10-19/*", "has changed on the server"},
	    {200, "\"a\"", NULL, "has changed on the server"},
	    {206, "\"a\"", "bytes 10-18/1000", "came with other octets than were asked for"},
	    {206, "\"a\"", "bytes 0-19/1000", "came with other octets than were asked for"},
	    {206, "\"a\"", NULL, "was not sent in parts"},
	    {416, "\"a\"", "bytes */1000", "was not sent in parts"},
	};
	struct http_response first = response(206, "\"a\"", NULL, "bytes 0-9/1000");
	struct http_range asked = {10, 19};
	struct version v;

	assert_true(version_read(&v, &first, NOW));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_response r = response(rows[i].status, rows[i].etag, NULL, rows[i].range);
		const char *why = NULL;

		assert_int_equal(version_is_part(&v, &r, &asked, &why), rows[i].why == NULL);
		if (rows[i].why)
			assert_string_equal(why, rows[i].why);
	}
}

static void
the_line_of_a_version_is_read_again(void **state)
{
	static const char *const lines[] = {"etag \"a\"\n", "modified " OLD "\n"};

	for (size_t i = 0; i < 2; i++) {
		char text[300] = "";
		struct http_writer w = http_writer(text, sizeof text - 1);
		struct version v = {0};

		assert_true(version_read_line(&v, (struct http_span){lines[i], strlen(lines[i]) - 1}));
		version_put(&w, &v);
		assert_string_equal(text, lines[i]);
	}
}

static void
other_lines_are_no_version(void **state)
{
	static const char *const bad[] = {"", "etag", "etag ", "etag\"a\"", "tag \"a\"", "modified "};
	struct version v;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(version_read_line(&v, http_span_of(bad[i])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_strong_etag_or_an_old_date_tells_versions_apart),
	    cmocka_unit_test(without_a_length_there_is_no_version),
	    cmocka_unit_test(a_part_is_of_the_same_version_and_the_same_octets),
	    cmocka_unit_test(the_line_of_a_version_is_read_again),
	    cmocka_unit_test(other_lines_are_no_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
