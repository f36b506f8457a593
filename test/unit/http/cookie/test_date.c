/*
 * Dates of cookies (RFC 6265, 5.1.1).
 */
#include "http/cookie/cookie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
	const char *in;
	int64_t seconds; /* -1: no date */
} rows[] = {
    {"Wed, 09 Jun 2021 10:18:14 GMT", 1623233894},
    {"Wednesday, 09-Jun-21 10:18:14 GMT", 1623233894},
    {"Wed Jun  9 10:18:14 2021", 1623233894},
    {"9 june 2021 10:18:14", 1623233894},
    {"10:18:14 2021 Jun 9", 1623233894},
    {"9 Jun 21 10:18:14 PST+8", 1623233894},
    {"09-Jun-2021;10:18:14x", 1623233894},
    {"Thu, 01-Jan-1970 00:00:00 GMT", 0},
    {"Thu, 1 Jan 70 0:0:0", 0},
    {"1 Jan 69 00:00:00", 3124224000},
    {"1 Jan 1601 00:00:00", -11644473600},
    {"1 Jan 1600 00:00:00", -1},
    {"31 Feb 2021 00:00:00", -1},
    {"1 Jan 2021 24:00:00", -1},
    {"1 Jan 2021 00:60:00", -1},
    {"1 Jan 2021 00:00:60", -1},
    {"1 Jan 2021", -1},
    {"1 Jan 00:00:00", -1},
    {"Jan 2021 00:00:00", -1},
    {"1 2021 00:00:00", -1},
    {"1 Jan 20211 00:00:00", -1},
    {"0", -1},
    {"", -1},
};

static void
rfc_6265_5_1_1_dates_are_read_in_every_form(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t seconds = -1;

		print_message("%s\n", rows[i].in);
		http_cookie_date_read(http_span_of(rows[i].in), &seconds);
		assert_int_equal(seconds, rows[i].seconds);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(rfc_6265_5_1_1_dates_are_read_in_every_form)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
