/*
 * The retransmission timeout (RFC 6298), and where it follows Linux.
 */
#include "tcp/loss/rto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* RFC 6298 (2.1): before the first sample RTO is one second. */
static void
rto_is_one_second_before_the_first_sample(void **state)
{
	struct rto r;

	rto_init(&r);
	assert_int_equal(r.rto, 1 * SEC);
}

/* RFC 6298 (2.2): the first sample R gives SRTT = R, RTTVAR = R/2, RTO = 3R. */
static void
first_sample_sets_rto_to_three_times_rtt(void **state)
{
	struct rto r;

	rto_init(&r);
	rto_sample(&r, 2 * SEC, 1);
	assert_int_equal(r.srtt, 2 * SEC);
	assert_int_equal(r.rttvar, 1 * SEC);
	assert_int_equal(r.rto, 6 * SEC);
}

/* RFC 6298 (2.3): RTTVAR moves by a quarter (before SRTT does), SRTT by an eighth. */
static void
later_samples_move_by_an_eighth_and_a_quarter(void **state)
{
	struct rto r;

	rto_init(&r);
	rto_sample(&r, 800 * MSEC, 1);
	rto_sample(&r, 1600 * MSEC, 1);
	assert_int_equal(r.rttvar, (400 + (800 - 400) / 4) * MSEC);
	assert_int_equal(r.srtt, 900 * MSEC);
	assert_int_equal(r.rto, (900 + 4 * 500) * MSEC);
}

/* RFC 7323, appendix G: the more samples in a round trip, the less each weighs. */
static void
many_samples_of_one_flight_weigh_as_one(void **state)
{
	struct rto one, many;

	rto_init(&one);
	rto_init(&many);
	rto_sample(&one, 800 * MSEC, 1);
	rto_sample(&many, 800 * MSEC, 1);
	rto_sample(&one, 1600 * MSEC, 1);
	for (int i = 0; i < 10; i++)
		rto_sample(&many, 1600 * MSEC, 10);
	assert_in_range(many.srtt, one.srtt - 10 * MSEC, one.srtt);
	assert_int_equal(RTO_SAMPLES(10 * 1460, 1460), 5);
	assert_int_equal(RTO_SAMPLES(1, 1460), 1);
}

/* As on Linux: at least 200 ms over the smoothed round trip, however steady the path is. */
static void
margin_is_at_least_200_ms(void **state)
{
	struct rto r;

	rto_init(&r);
	for (int i = 0; i < 100; i++)
		rto_sample(&r, 10 * MSEC, 1);
	assert_int_equal(r.rto, 210 * MSEC);
	rto_sample(&r, 0, 1);
	assert_true(r.srtt > 0);
}

/* RFC 6298 (5.5): each expiry doubles the timeout; (2.5): up to a maximum, here 120 s. */
static void
each_expiry_doubles_up_to_120_s(void **state)
{
	struct rto r;

	rto_init(&r);
	rto_back_off(&r);
	assert_int_equal(r.rto, 2 * SEC);
	for (int i = 0; i < 100; i++)
		rto_back_off(&r);
	assert_int_equal(r.rto, 120 * SEC);
}

/* RFC 6298 (5.7, note): a sample ends the backoff; as on Linux, so does progress. */
static void
sample_or_progress_ends_the_backoff(void **state)
{
	struct rto r;

	rto_init(&r);
	rto_sample(&r, 100 * MSEC, 1);
	rto_back_off(&r);
	rto_progress(&r);
	assert_int_equal(r.rto, r.base);
	rto_back_off(&r);
	rto_sample(&r, 100 * MSEC, 1);
	assert_int_equal(r.rto, r.base);
	assert_int_equal(r.backoff, 0);
}

/* RFC 6298 (5.7): after a lost SYN the first timeout of data is 3 s, unless there was a sample. */
static void
lost_syn_makes_it_three_seconds(void **state)
{
	struct rto r;

	rto_init(&r);
	rto_back_off(&r);
	rto_syn_was_lost(&r);
	assert_int_equal(r.rto, 3 * SEC);
	rto_sample(&r, 100 * MSEC, 1);
	rto_syn_was_lost(&r);
	assert_int_equal(r.rto, 300 * MSEC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rto_is_one_second_before_the_first_sample),
	    cmocka_unit_test(first_sample_sets_rto_to_three_times_rtt),
	    cmocka_unit_test(later_samples_move_by_an_eighth_and_a_quarter),
	    cmocka_unit_test(many_samples_of_one_flight_weigh_as_one),
	    cmocka_unit_test(margin_is_at_least_200_ms),
	    cmocka_unit_test(each_expiry_doubles_up_to_120_s),
	    cmocka_unit_test(sample_or_progress_ends_the_backoff),
	    cmocka_unit_test(lost_syn_makes_it_three_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
