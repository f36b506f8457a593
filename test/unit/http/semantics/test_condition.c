/*
 * Conditional requests (RFC 9110, 13). The resource of all rows was modified at 08:49:37 and has
 * the tag "v2", unless the row says otherwise.
 */
#include "http/semantics/condition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define EXACT  "Sun, 06 Nov 1994 08:49:37 GMT"
#define AFTER  "Sun, 06 Nov 1994 08:49:38 GMT"

enum { MODIFIED = 784111777, NOW = MODIFIED + 3600 };

enum {
	GO_ON = HTTP_CONDITION_GO_ON,
	WHOLE = HTTP_CONDITION_WHOLE,
	NOT_MODIFIED = HTTP_CONDITION_NOT_MODIFIED,
	FAILED = HTTP_CONDITION_FAILED
};

struct row {
	const char *name[3], *value[3];
	int get, put;                 /* the outcome for GET and for PUT */
	int missing_get, missing_put; /* the same for a resource that does not exist */
};

/* clang-format off */
static const struct row rows[] = {
	{{NULL}, {NULL}, GO_ON, GO_ON, GO_ON, GO_ON},
	/* 13.1.1 */
	{{"If-Match"}, {"\"v2\""}, GO_ON, GO_ON, FAILED, FAILED},
	{{"if-match"}, {"\"v1\", \"v2\""}, GO_ON, GO_ON, FAILED, FAILED},
	{{"If-Match"}, {"\"v1\""}, FAILED, FAILED, FAILED, FAILED},
	{{"If-Match"}, {"W/\"v2\""}, FAILED, FAILED, FAILED, FAILED},
	{{"If-Match"}, {"*"}, GO_ON, GO_ON, FAILED, FAILED},
	{{"If-Match"}, {""}, FAILED, FAILED, FAILED, FAILED},
	{{"If-Match", "If-Match"}, {"\"v1\"", "\"v2\""}, GO_ON, GO_ON, FAILED, FAILED},
	/* 13.1.2 */
	{{"If-None-Match"}, {"\"v2\""}, NOT_MODIFIED, FAILED, GO_ON, GO_ON},
	{{"If-None-Match"}, {"W/\"v2\""}, NOT_MODIFIED, FAILED, GO_ON, GO_ON},
	{{"If-None-Match"}, {"\"v1\""}, GO_ON, GO_ON, GO_ON, GO_ON},
	{{"If-None-Match"}, {"*"}, NOT_MODIFIED, FAILED, GO_ON, GO_ON},
	{{"If-None-Match", "x", "If-None-Match"}, {"\"v1\"", "", "\"v2\""}, NOT_MODIFIED, FAILED, GO_ON, GO_ON},
	/* 13.1.3 */
	{{"If-Modified-Since"}, {EXACT}, NOT_MODIFIED, GO_ON, GO_ON, GO_ON},
	{{"If-Modified-Since"}, {AFTER}, NOT_MODIFIED, GO_ON, GO_ON, GO_ON},
	{{"If-Modified-Since"}, {BEFORE}, GO_ON, GO_ON, GO_ON, GO_ON},
	{{"If-Modified-Since"}, {"yesterday"}, GO_ON, GO_ON, GO_ON, GO_ON},
	{{"If-Modified-Since", "If-Modified-Since"}, {EXACT, EXACT}, GO_ON, GO_ON, GO_ON, GO_ON},
	/* 13.1.4 */
	{{"If-Unmodified-Since"}, {EXACT}, GO_ON, GO_ON, GO_ON, GO_ON},
	{{"If-Unmodified-Since"}, {BEFORE}, FAILED, FAILED, GO_ON, GO_ON},
	{{"If-Unmodified-Since"}, {"never"}, GO_ON, GO_ON, GO_ON, GO_ON},
	/* 13.1.5 */
	{{"Range", "If-Range"}, {"bytes=0-", "\"v2\""}, GO_ON, GO_ON, WHOLE, GO_ON},
	{{"Range", "If-Range"}, {"bytes=0-", "\"v1\""}, WHOLE, GO_ON, WHOLE, GO_ON},
	{{"Range", "If-Range"}, {"bytes=0-", "W/\"v2\""}, WHOLE, GO_ON, WHOLE, GO_ON},
	{{"Range", "If-Range"}, {"bytes=0-", EXACT}, GO_ON, GO_ON, WHOLE, GO_ON},
	{{"Range", "If-Range"}, {"bytes=0-", AFTER}, WHOLE, GO_ON, WHOLE, GO_ON},
	{{"Range", "If-Range"}, {"bytes=0-", "v2"}, WHOLE, GO_ON, WHOLE, GO_ON},
	{{"If-Range"}, {"\"v1\""}, GO_ON, GO_ON, GO_ON, GO_ON},
	{{"Range"}, {"bytes=0-"}, GO_ON, GO_ON, GO_ON, GO_ON},
	/* 13.2.2: the tag goes before the date, what must hold before what must not */
	{{"If-Match", "If-Unmodified-Since"}, {"\"v2\"", BEFORE}, GO_ON, GO_ON, FAILED, FAILED},
	{{"If-None-Match", "If-Modified-Since"}, {"\"v1\"", EXACT}, GO_ON, GO_ON, GO_ON, GO_ON},
	{{"If-None-Match", "If-Modified-Since"}, {"\"v2\"", BEFORE}, NOT_MODIFIED, FAILED, GO_ON, GO_ON},
	{{"If-None-Match", "If-Match"}, {"\"v2\"", "\"v1\""}, FAILED, FAILED, FAILED, FAILED},
	{{"If-Range", "Range", "If-None-Match"}, {"\"v1\"", "bytes=0-", "\"v2\""}, NOT_MODIFIED, FAILED, WHOLE, GO_ON},
};
/* clang-format on */

static const struct http_validators present = {true, true, true, {{"\"v2\"", 4}, false}, MODIFIED};
static const struct http_validators missing = {0};

static size_t
fields_of(const struct row *r, struct http_field field[3])
{
	size_t n = 0;

	for (; n < 3 && r->name[n]; n++)
		field[n] = (struct http_field){http_span_of(r->name[n]), http_span_of(r->value[n])};
	return n;
}

static void
rfc_9110_13_each_condition_has_its_outcome(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];
		struct http_field f[3];
		size_t n = fields_of(r, f);

		print_message("row %zu\n", i);
		assert_int_equal(http_condition(HTTP_GET, f, n, &present, NOW), r->get);
		assert_int_equal(http_condition(HTTP_PUT, f, n, &present, NOW), r->put);
		assert_int_equal(http_condition(HTTP_GET, f, n, &missing, NOW), r->missing_get);
		assert_int_equal(http_condition(HTTP_PUT, f, n, &missing, NOW), r->missing_put);
	}
}

/* RFC 9110, 13.1.5: Range, and so If-Range, is for GET alone; a HEAD is otherwise like it. */
static void
rfc_9110_13_1_5_if_range_means_nothing_to_head(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_field f[3];
		size_t n = fields_of(&rows[i], f);

		assert_int_equal(http_condition(HTTP_HEAD, f, n, &present, NOW),
		    rows[i].get == WHOLE ? GO_ON : rows[i].get);
	}
}

/* RFC 9110, 13.2.1: methods that do not select a representation ignore conditions. */
static void
rfc_9110_13_2_1_options_trace_and_connect_have_no_conditions(void **state)
{
	struct http_field f = {http_span_of("If-Match"), http_span_of("\"v1\"")};

	assert_int_equal(http_condition(HTTP_OPTIONS, &f, 1, &present, NOW), GO_ON);
	assert_int_equal(http_condition(HTTP_TRACE, &f, 1, &present, NOW), GO_ON);
	assert_int_equal(http_condition(HTTP_CONNECT, &f, 1, &present, NOW), GO_ON);
	assert_int_equal(http_condition(HTTP_DELETE, &f, 1, &present, NOW), FAILED);
	assert_int_equal(http_condition(HTTP_POST, &f, 1, &present, NOW), FAILED);
}

/* RFC 9110, 8.8.2.2: within the second of the change the file may change again. */
static void
rfc_9110_8_8_2_2_a_date_of_this_second_is_weak(void **state)
{
	struct http_field f[] = {{http_span_of("Range"), http_span_of("bytes=0-")},
	    {http_span_of("If-Range"), http_span_of(EXACT)}};

	assert_int_equal(http_condition(HTTP_GET, f, 2, &present, MODIFIED), WHOLE);
	assert_int_equal(http_condition(HTTP_GET, f, 2, &present, MODIFIED + 1), GO_ON);
}

/* RFC 9110, 8.8.3: a weak tag of the resource matches weakly only. */
static void
rfc_9110_13_1_2_a_weak_tag_of_the_resource(void **state)
{
	struct http_validators weak = present;
	struct http_field f = {http_span_of("If-None-Match"), http_span_of("\"v2\"")};

	weak.etag.weak = true;
	assert_int_equal(http_condition(HTTP_GET, &f, 1, &weak, NOW), NOT_MODIFIED);
	f.name = http_span_of("If-Match");
	assert_int_equal(http_condition(HTTP_GET, &f, 1, &weak, NOW), FAILED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_9110_13_each_condition_has_its_outcome),
	    cmocka_unit_test(rfc_9110_13_1_5_if_range_means_nothing_to_head),
	    cmocka_unit_test(rfc_9110_13_2_1_options_trace_and_connect_have_no_conditions),
	    cmocka_unit_test(rfc_9110_8_8_2_2_a_date_of_this_second_is_weak),
	    cmocka_unit_test(rfc_9110_13_1_2_a_weak_tag_of_the_resource),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
