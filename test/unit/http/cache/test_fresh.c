/*
 * Freshness and age (RFC 9111, 4.2). The responses of all rows were asked for at 22:13:20, and
 * arrived two seconds later.
 */
#include "fields.h"

#include "http/cache/fresh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define DATE  "Date: Tue, 14 Nov 2023 22:13:20 GMT\n"
#define LATER "Tue, 14 Nov 2023 22:14:20 GMT" /* a minute */

enum { ASKED = 1700000000, ARRIVED = ASKED + 2 };

static struct http_cached
cached(unsigned status, const struct fields *f)
{
	return (struct http_cached){status, f->at, f->n, ASKED, ARRIVED};
}

/* clang-format off */
static const struct {
	unsigned status;
	const char *fields;
	int64_t lifetime;
} lifetimes[] = {
	{200, "", 0},
	{200, DATE "Cache-Control: max-age=100", 100},
	{200, DATE "Cache-Control: max-age=100\nExpires: " LATER, 100},
	{200, DATE "Cache-Control: s-maxage=5\nExpires: " LATER, 60},
	{200, "Expires: " LATER, 58}, /* without Date, what arrived is that old */
	{200, DATE "Expires: Tue, 14 Nov 2023 22:13:20 GMT", 0}, {200, DATE "Expires: Sun, 06 Nov 1994 08:49:37 GMT", 0},
	{200, DATE "Expires: 0", 0}, {200, DATE "Expires: 0\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT", 0},
	/* 4.2.2 */
	{200, DATE "Last-Modified: Tue, 14 Nov 2023 22:10:00 GMT", 20}, {404, DATE "Last-Modified: Tue, 14 Nov 2023 22:10:00 GMT", 20},
	{200, DATE "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT", 86400}, {200, DATE "Last-Modified: " LATER, 0},
	{302, DATE "Last-Modified: Tue, 14 Nov 2023 22:10:00 GMT", 0}, {200, DATE "Last-Modified: x", 0},
};

static const struct {
	const char *fields;
	int64_t after, age; /* @after it has arrived */
} ages[] = {
	{DATE, 0, 2}, {DATE, 10, 12}, {"", 10, 12}, {DATE "Age: 30", 10, 42}, {DATE "Age: 30, 50", 10, 42}, {DATE "Age: x", 10, 12},
	{"Date: Tue, 14 Nov 2023 22:12:20 GMT", 10, 72}, {"Date: Tue, 14 Nov 2023 22:12:20 GMT\nAge: 90", 10, 102},
	{"Date: " LATER, 10, 12}, {DATE, -10, 2},
};

static const struct {
	const char *response, *request;
	int64_t after; /* it has arrived with the age 2 */
	enum http_cache_use use;
} uses[] = {
	{"Cache-Control: max-age=60", "", 57, HTTP_CACHE_USE}, {"Cache-Control: max-age=60", "", 58, HTTP_CACHE_REVALIDATE},
	{"", "", 0, HTTP_CACHE_REVALIDATE},
	/* 5.2.2 */
	{"Cache-Control: max-age=60, no-cache", "", 0, HTTP_CACHE_REVALIDATE},
	{"Cache-Control: max-age=60, must-revalidate", "", 0, HTTP_CACHE_USE},
	{"Cache-Control: max-age=60, must-revalidate", "Cache-Control: max-stale", 58, HTTP_CACHE_REVALIDATE},
	/* 5.2.1 */
	{"Cache-Control: max-age=60", "Cache-Control: max-age=10", 8, HTTP_CACHE_USE},
	{"Cache-Control: max-age=60", "Cache-Control: max-age=10", 9, HTTP_CACHE_REVALIDATE},
	{"Cache-Control: max-age=60", "Cache-Control: max-age=0", 0, HTTP_CACHE_REVALIDATE},
	{"Cache-Control: max-age=60", "Cache-Control: max-stale", 999, HTTP_CACHE_USE},
	{"Cache-Control: max-age=60", "Cache-Control: max-stale=10", 68, HTTP_CACHE_USE},
	{"Cache-Control: max-age=60", "Cache-Control: max-stale=10", 69, HTTP_CACHE_REVALIDATE},
	{"Cache-Control: max-age=60", "Cache-Control: min-fresh=50", 8, HTTP_CACHE_USE},
	{"Cache-Control: max-age=60", "Cache-Control: min-fresh=50", 9, HTTP_CACHE_REVALIDATE},
	{"Cache-Control: max-age=60", "Cache-Control: no-cache", 0, HTTP_CACHE_REVALIDATE},
	{"Cache-Control: max-age=60", "Pragma: no-cache", 0, HTTP_CACHE_REVALIDATE},
	{"Cache-Control: max-age=60", "Cache-Control: only-if-cached", 0, HTTP_CACHE_USE},
	{"Cache-Control: max-age=60", "Cache-Control: only-if-cached", 58, HTTP_CACHE_TIMEOUT},
};
/* clang-format on */

static void
rfc_9111_4_2_1_lifetimes(void **state)
{
	for (size_t i = 0; i < sizeof lifetimes / sizeof lifetimes[0]; i++) {
		struct fields f = fields_of(lifetimes[i].fields);
		struct http_cached r = cached(lifetimes[i].status, &f);

		print_message("%s\n", lifetimes[i].fields);
		assert_int_equal(http_cache_lifetime(&r), lifetimes[i].lifetime);
	}
}

static void
rfc_9111_4_2_3_ages(void **state)
{
	for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
		struct fields f = fields_of(ages[i].fields);
		struct http_cached r = cached(200, &f);

		print_message("%s\n", ages[i].fields);
		assert_int_equal(http_cache_age(&r, ARRIVED + ages[i].after), ages[i].age);
	}
}

static void
rfc_9111_5_2_a_response_is_used_or_its_server_asked(void **state)
{
	for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
		struct fields f = fields_of(uses[i].response), request = fields_of(uses[i].request);
		struct http_cached r = cached(200, &f);

		print_message("row %zu\n", i);
		assert_int_equal(
		    http_cache_use(&r, request.at, request.n, ARRIVED + uses[i].after), uses[i].use);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_9111_4_2_1_lifetimes),
	    cmocka_unit_test(rfc_9111_4_2_3_ages),
	    cmocka_unit_test(rfc_9111_5_2_a_response_is_used_or_its_server_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
