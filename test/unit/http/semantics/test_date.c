/*
 * Dates in fields (RFC 9110, 5.6.7).
 */
#include "http/semantics/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

enum { NOW = 1700000000 }; /* 2023-11-14 */

static const struct {
	const char *in;
	int64_t seconds;
} good[] = {
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777}, {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Sun Nov  6 08:49:37 1994", 784111777}, {"Sun Nov 16 08:49:37 1994", 784975777},
    {"sun, 06 nov 1994 08:49:37 gmt", 784111777}, {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Wed, 31 Dec 1969 23:59:59 GMT", -1}, {"Mon, 01 Jan 0001 00:00:00 GMT", -62135596800},
    {"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799}, {"Tue, 29 Feb 2000 12:00:00 GMT", 951825600},
    {"Thu, 29 Feb 2024 12:00:00 GMT", 1709208000},
    {"Sat, 31 Dec 2016 23:59:60 GMT", 1483228800}, /* a leap second */
};

static const char *const bad[] = {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT", "Wed, 29 Feb 2023 12:00:00 GMT", "Mon, 29 Feb 1900 12:00:00 GMT",
    "Sun, 06 Nox 1994 08:49:37 GMT", "Sxn, 06 Nov 1994 08:49:37 GMT", "Sun 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 0000 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sun Nov 6 08:49:37 1994", "784111777", "0", "-1"};

static void
rfc_9110_5_6_7_all_three_forms_are_read(void **state)
{
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		int64_t seconds;

		print_message("%s\n", good[i].in);
		assert_true(http_date_read(http_span_of(good[i].in), NOW, &seconds));
		assert_int_equal(seconds, good[i].seconds);
	}
}

static void
what_is_no_date_is_refused(void **state)
{
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int64_t seconds = 7;

		if (http_date_read(http_span_of(bad[i]), NOW, &seconds))
			fail_msg("\"%s\" was read", bad[i]);
		assert_int_equal(seconds, 7);
	}
}

static int
year_of(const char *two_digits)
{
	char text[40];
	int64_t seconds;

	snprintf(text, sizeof text, "Sunday, 01-Jul-%s 00:00:00 GMT", two_digits);
	assert_true(http_date_read(http_span_of(text), NOW, &seconds));
	return http_time_year(seconds);
}

/* NOW lies in 2023. */
static void
rfc_9110_5_6_7_two_digits_are_a_year_at_most_50_years_ahead(void **state)
{
	assert_int_equal(year_of("23"), 2023);
	assert_int_equal(year_of("73"), 2073);
	assert_int_equal(year_of("74"), 1974);
	assert_int_equal(year_of("99"), 1999);
	assert_int_equal(year_of("00"), 2000);
}

/* The C library's calendar as the other opinion. */
static void
dates_are_written_as_imf_fixdate_and_read_again(void **state)
{
	for (int64_t s = -62135596800; s <= 253402300799; s += 86400 * 97 + 3607) {
		char ours[HTTP_DATE_LEN + 1] = "", theirs[64];
		time_t t = s;
		int64_t back;
		struct tm tm;

		http_date_write(s, ours);
		gmtime_r(&t, &tm);
		strftime(theirs, sizeof theirs, "%a, %d %b", &tm);
		snprintf(theirs + strlen(theirs), 40, " %04d", tm.tm_year + 1900);
		strftime(theirs + strlen(theirs), 20, " %H:%M:%S GMT", &tm);
		assert_string_equal(ours, theirs);
		assert_true(http_date_read(http_span_of(ours), NOW, &back));
		assert_int_equal(back, s);
	}
}

static void
a_time_that_has_no_such_date_is_written_as_the_nearest(void **state)
{
	char text[HTTP_DATE_LEN + 1] = "";

	http_date_write(INT64_MAX, text);
	assert_string_equal(text, "Fri, 31 Dec 9999 23:59:59 GMT");
	http_date_write(INT64_MIN, text);
	assert_string_equal(text, "Mon, 01 Jan 0001 00:00:00 GMT");
}

static void
rfc_9110_10_2_3_retry_after_is_a_date_or_a_delay(void **state)
{
	static const struct {
		const char *value;
		int64_t seconds; /* -1: malformed */
	} rows[] = {{"120", 120}, {"0", 0}, {"Tue, 14 Nov 2023 22:13:30 GMT", 10},
	    {"Sun, 06 Nov 1994 08:49:37 GMT", 0}, {"99999999999999999999", INT64_C(1) << 31}, {"", -1},
	    {"-1", -1}, {"1.5", -1}, {"soon", -1}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t seconds = -1;

		assert_int_equal(
		    http_retry_after_read(http_span_of(rows[i].value), NOW, &seconds), rows[i].seconds >= 0);
		assert_int_equal(seconds, rows[i].seconds);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_9110_5_6_7_all_three_forms_are_read),
	    cmocka_unit_test(what_is_no_date_is_refused),
	    cmocka_unit_test(rfc_9110_5_6_7_two_digits_are_a_year_at_most_50_years_ahead),
	    cmocka_unit_test(dates_are_written_as_imf_fixdate_and_read_again),
	    cmocka_unit_test(rfc_9110_10_2_3_retry_after_is_a_date_or_a_delay),
	    cmocka_unit_test(a_time_that_has_no_such_date_is_written_as_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
