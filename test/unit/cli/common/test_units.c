/*
 * Numbers with units as people type them, and the messages if they are ambiguous.
 */
#include "cli/common/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
durations_take_us_ms_and_s(void **state)
{
	nsec_t t = -1;

	assert_null(unit_duration("300us", &t));
	assert_int_equal(t, 300 * USEC);
	assert_null(unit_duration("40ms", &t));
	assert_int_equal(t, 40 * MSEC);
	assert_null(unit_duration("1.5s", &t));
	assert_int_equal(t, 1500 * MSEC);
	assert_null(unit_duration("0ms", &t));
	assert_int_equal(t, 0);
}

static void
a_bare_number_is_refused_with_the_units_that_could_be_meant(void **state)
{
	nsec_t t = 7;
	uint64_t r = 7;
	uint32_t p = 7;

	assert_string_equal(unit_duration("10", &t), "has no unit: us, ms or s");
	assert_string_equal(unit_rate("10", &r), "has no unit: kbit, mbit or gbit");
	assert_string_equal(unit_share("1", &p), "has no unit: a percentage, such as 0.5%");
	assert_int_equal(t, 7);
	assert_int_equal(r, 7);
	assert_int_equal(p, 7);
}

static void
mbps_is_refused_because_tools_disagree_about_it(void **state)
{
	uint64_t r;

	assert_non_null(unit_rate("10mbps", &r));
	assert_non_null(unit_rate("10Mbps", &r));
	assert_null(unit_rate("10mbit", &r));
	assert_int_equal(r, 10000000);
	assert_null(unit_rate("64kbit", &r));
	assert_int_equal(r, 64000);
	assert_null(unit_rate("2.5gbit", &r));
	assert_int_equal(r, 2500000000);
}

static void
shares_are_kept_exactly_to_a_ten_millionth_of_a_percent(void **state)
{
	uint32_t p;

	assert_null(unit_share("0.5%", &p));
	assert_int_equal(p, 5000000);
	assert_null(unit_share("100%", &p));
	assert_int_equal(p, 1000000000);
	assert_null(unit_share("0.0000001%", &p));
	assert_int_equal(p, 1);
	assert_non_null(unit_share("100.1%", &p));
	assert_non_null(unit_share("-1%", &p));
}

static void
what_is_no_number_is_refused(void **state)
{
	static const char *const bad[] = {"", "ms", "-5ms", "inf", "nan", "0x10ms", "1e3ms", "1..2ms", "1ms2",
	    " 1ms", "1 ms", "99999999999999999999999999999999s"};
	nsec_t t = 7;

	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_non_null(unit_duration(bad[i], &t));
	assert_int_equal(t, 7);
}

static void
counts_keep_to_their_bounds(void **state)
{
	uint64_t n;

	assert_null(unit_count("18446744073709551615", 0, UINT64_MAX, &n));
	assert_true(n == UINT64_MAX);
	assert_non_null(unit_count("18446744073709551616", 0, UINT64_MAX, &n));
	assert_non_null(unit_count("0", 1, 10, &n));
	assert_non_null(unit_count("11", 1, 10, &n));
	assert_non_null(unit_count("-1", 0, 10, &n));
	assert_non_null(unit_count("", 0, 10, &n));
}

static void
what_is_written_reads_as_it_was_given(void **state)
{
	char buf[UNIT_TEXT];

	assert_string_equal(unit_duration_text(20 * MSEC, buf), "20ms");
	assert_string_equal(unit_duration_text(1500 * USEC, buf), "1.5ms");
	assert_string_equal(unit_duration_text(250 * USEC, buf), "250us");
	assert_string_equal(unit_duration_text(2 * SEC, buf), "2s");
	assert_string_equal(unit_rate_text(50000000, buf), "50mbit");
	assert_string_equal(unit_share_text(5000000, buf), "0.5%");
	assert_string_equal(unit_octets_text(10000000, buf), "10.00 MB");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(durations_take_us_ms_and_s),
	    cmocka_unit_test(a_bare_number_is_refused_with_the_units_that_could_be_meant),
	    cmocka_unit_test(mbps_is_refused_because_tools_disagree_about_it),
	    cmocka_unit_test(shares_are_kept_exactly_to_a_ten_millionth_of_a_percent),
	    cmocka_unit_test(what_is_no_number_is_refused),
	    cmocka_unit_test(counts_keep_to_their_bounds),
	    cmocka_unit_test(what_is_written_reads_as_it_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
