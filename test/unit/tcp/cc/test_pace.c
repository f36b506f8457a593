/* Pacing alone. test_cc.c has it with a connection. */
#include "tcp/cc/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MSS = 1000 };

static void
the_quantum_is_what_a_millisecond_carries(void **state)
{
	assert_int_equal(pace_quantum(10000 * MSS, MSS), 10 * MSS);
	assert_int_equal(pace_quantum(10000 * MSS + 999999, MSS), 10 * MSS);
}

static void
the_quantum_is_at_least_two_segments_and_at_most_a_super_segment(void **state)
{
	assert_int_equal(pace_quantum(0, MSS), 2 * MSS);
	assert_int_equal(pace_quantum(1, MSS), 2 * MSS);
	assert_int_equal(pace_quantum(UINT64_MAX - 1, MSS), 65 * MSS);
	assert_int_equal(pace_quantum(UINT64_MAX - 1, 65495), 2 * 65495);
}

static void
the_next_data_waits_for_as_long_as_the_last_takes(void **state)
{
	struct pace p = {0};

	assert_int_equal(pace_room(&p, 1000 * MSS, MSS, SEC), 2 * MSS);
	pace_sent(&p, 1000 * MSS, 2 * MSS, SEC);
	assert_int_equal(p.next, SEC + 2 * MSEC);
	assert_int_equal(pace_room(&p, 1000 * MSS, MSS, p.next - 1), 0);
	assert_int_equal(pace_room(&p, 1000 * MSS, MSS, p.next), 2 * MSS);
}

static void
a_pause_earns_no_credit(void **state)
{
	struct pace p = {.next = SEC};

	pace_sent(&p, 1000 * MSS, MSS, 5 * SEC);
	assert_int_equal(p.next, 5 * SEC + MSEC);
}

static void
without_a_rate_there_is_no_limit(void **state)
{
	struct pace p = {.next = SEC};

	assert_int_equal(pace_room(&p, CC_UNPACED, MSS, 0), UINT32_MAX);
	pace_sent(&p, CC_UNPACED, MSS, 5 * SEC);
	assert_int_equal(p.next, SEC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_quantum_is_what_a_millisecond_carries),
	    cmocka_unit_test(the_quantum_is_at_least_two_segments_and_at_most_a_super_segment),
	    cmocka_unit_test(the_next_data_waits_for_as_long_as_the_last_takes),
	    cmocka_unit_test(a_pause_earns_no_credit),
	    cmocka_unit_test(without_a_rate_there_is_no_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
