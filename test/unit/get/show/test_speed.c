/*
 * Speeds of a transfer.
 */
#include "get/show/speed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Notes @rate octets per second in steps of 100 ms, from @from on for @seconds. */
static uint64_t
run(struct speed *s, nsec_t from, unsigned seconds, uint64_t octets, uint64_t rate)
{
	for (unsigned i = 1; i <= seconds * 10; i++) {
		octets += rate / 10;
		speed_note(s, from + i * 100 * MSEC, octets);
	}
	return octets;
}

static void
a_steady_transfer_has_its_speed(void **state)
{
	struct speed s;
	uint64_t octets;

	speed_begin(&s, 7 * SEC, 0);
	octets = run(&s, 7 * SEC, 3, 0, 1000);
	assert_in_range(speed_recent(&s, 10 * SEC, octets), 999, 1000);
	assert_in_range(speed_mean(&s, 10 * SEC, octets), 999, 1000);
	octets = run(&s, 10 * SEC, 60, octets, 1000);
	assert_in_range(speed_recent(&s, 70 * SEC, octets), 990, 1010);
}

static void
what_is_older_than_some_seconds_does_not_count(void **state)
{
	struct speed s;
	uint64_t octets;

	speed_begin(&s, 0, 0);
	octets = run(&s, 0, 60, 0, 1000000);
	octets = run(&s, 60 * SEC, 10, octets, 1000);
	assert_in_range(speed_recent(&s, 70 * SEC, octets), 900, 1100);
	assert_true(speed_mean(&s, 70 * SEC, octets) > 800000);
}

static void
a_transfer_that_stands_has_no_speed_in_the_end(void **state)
{
	struct speed s;
	uint64_t octets;

	speed_begin(&s, 0, 0);
	octets = run(&s, 0, 10, 0, 1000000);
	run(&s, 10 * SEC, 10, octets, 0);
	assert_int_equal(speed_recent(&s, 20 * SEC, octets), 0);
}

static void
octets_that_were_there_before_do_not_count(void **state)
{
	struct speed s;

	speed_begin(&s, 0, 5000000);
	assert_int_equal(speed_recent(&s, SEC, 5001000), 1000);
	assert_int_equal(speed_mean(&s, SEC, 5001000), 1000);
}

static void
no_time_and_fewer_octets_give_no_speed(void **state)
{
	struct speed s;

	speed_begin(&s, SEC, 100);
	assert_int_equal(speed_recent(&s, SEC, 200), 0);
	assert_int_equal(speed_mean(&s, 2 * SEC, 50), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_steady_transfer_has_its_speed),
	    cmocka_unit_test(what_is_older_than_some_seconds_does_not_count),
	    cmocka_unit_test(a_transfer_that_stands_has_no_speed_in_the_end),
	    cmocka_unit_test(octets_that_were_there_before_do_not_count),
	    cmocka_unit_test(no_time_and_fewer_octets_give_no_speed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
