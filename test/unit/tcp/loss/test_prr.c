/* Proportional Rate Reduction alone: the steps of RFC 9937's algorithm, and what it says of them. */
#include "tcp/loss/prr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SMSS = 1000 };

static struct prr prr;

static uint32_t
on_ack(uint32_t delivered, uint32_t inflight, uint32_t ssthresh, bool safe)
{
	struct prr_ack ack = {.DeliveredData = delivered * SMSS,
	    .inflight = inflight * SMSS,
	    .ssthresh = ssthresh * SMSS,
	    .SMSS = SMSS,
	    .SafeACK = safe};

	return prr_on_ack(&prr, &ack);
}

/* Initialization steps: nothing delivered, nothing sent. */
static void
initialization_steps_count_from_zero(void **state)
{
	prr = (struct prr){.prr_delivered = 5, .prr_out = 7};
	prr_begin(&prr, 20 * SMSS);
	assert_int_equal(prr.RecoverFS, 20 * SMSS);
	assert_int_equal(prr.prr_delivered, 0);
	assert_int_equal(prr.prr_out, 0);
}

/* Per-ACK steps: the fast retransmission leaves even if the proportion does not allow it yet. */
static void
per_ack_steps_force_a_fast_retransmit(void **state)
{
	prr_begin(&prr, 20 * SMSS);
	assert_int_equal(on_ack(1, 16, 10, false), 17 * SMSS);
	prr_sent(&prr, SMSS);
	assert_int_equal(on_ack(0, 16, 10, false), 16 * SMSS); /* once */
}

/*
 * Per-ACK steps, inflight > ssthresh: one segment for each two delivered, if ssthresh is half of
 * RecoverFS. The window goes down evenly.
 */
static void
per_ack_steps_reduce_in_proportion(void **state)
{
	uint32_t inflight = 19, sent = 0;

	prr_begin(&prr, 20 * SMSS);
	for (unsigned i = 1; i <= 18; i++) {
		uint32_t cwnd = on_ack(1, --inflight, 10, false);

		if (cwnd >= (inflight + 1) * SMSS) {
			prr_sent(&prr, SMSS);
			inflight++;
			sent++;
		}
		assert_in_range(sent + 1, i / 2, i / 2 + 2);
		assert_true(inflight >= 9);
	}
	assert_int_equal(sent, 9);
	assert_int_equal(inflight, 10);
}

/* The quotient is rounded up: CEIL(prr_delivered * ssthresh / RecoverFS). */
static void
per_ack_steps_round_up(void **state)
{
	struct prr_ack ack = {.DeliveredData = 1, .inflight = 8 * SMSS, .ssthresh = 7 * SMSS, .SMSS = SMSS};

	prr_begin(&prr, 10 * SMSS);
	prr_sent(&prr, SMSS);
	prr.prr_delivered = 10 * SMSS / 7; /* 1428, which carry 999.6 */
	assert_int_equal(prr_on_ack(&prr, &ack), 8 * SMSS + 1);
}

/* Per-ACK steps, inflight <= ssthresh: conservative without a SafeACK, one segment more with it. */
static void
per_ack_steps_catch_up_by_what_is_delivered(void **state)
{
	prr_begin(&prr, 20 * SMSS);
	prr_sent(&prr, SMSS);
	assert_int_equal(on_ack(2, 3, 10, false), 5 * SMSS);
	prr_sent(&prr, 2 * SMSS);
	assert_int_equal(on_ack(1, 4, 10, true), 6 * SMSS);
	prr_sent(&prr, 0);
	prr.prr_out = 0; /* less was sent than allowed: that is made up for */
	assert_int_equal(on_ack(1, 4, 20, false), 8 * SMSS);
}

/* Per-ACK steps: MIN(ssthresh - inflight, out_len). */
static void
per_ack_steps_do_not_go_beyond_ssthresh(void **state)
{
	prr_begin(&prr, 20 * SMSS);
	prr_sent(&prr, SMSS);
	assert_int_equal(on_ack(9, 7, 10, true), 10 * SMSS);
	assert_int_equal(on_ack(1, 10, 10, true), 10 * SMSS);
}

/* What was sent beyond the proportion is not sent twice, and never makes cwnd less than inflight. */
static void
per_transmit_steps_count_what_left(void **state)
{
	prr_begin(&prr, 10 * SMSS);
	prr_sent(&prr, 5 * SMSS);
	assert_int_equal(on_ack(2, 8, 5, true), 8 * SMSS);
	assert_int_equal(on_ack(2, 2, 5, false), 4 * SMSS);
}

/* SafeACKs that come together allow a segment each, as they do one by one. */
static void
safe_acks_of_one_batch_allow_a_segment_each(void **state)
{
	prr_begin(&prr, 20 * SMSS);
	on_ack(1, 2, 10, false);
	prr_sent(&prr, SMSS);
	on_ack(1, 2, 10, true);
	on_ack(1, 1, 10, true);
	assert_int_equal(on_ack(1, 0, 10, true), 6 * SMSS); /* three delivered, three SafeACKs */
	prr_sent(&prr, 6 * SMSS);
	assert_int_equal(on_ack(1, 5, 10, false), 6 * SMSS);
}

/* The largest window (RFC 7323, 2.3) overflows nothing. */
static void
a_window_of_a_gibioctet_overflows_nothing(void **state)
{
	struct prr_ack ack = {
	    .DeliveredData = 1u << 30, .inflight = 1u << 30, .ssthresh = 1u << 29, .SMSS = 1460};

	prr_begin(&prr, 1u << 30);
	assert_int_equal(prr_on_ack(&prr, &ack), (1u << 30) + (1u << 29));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(initialization_steps_count_from_zero),
	    cmocka_unit_test(per_ack_steps_force_a_fast_retransmit),
	    cmocka_unit_test(per_ack_steps_reduce_in_proportion),
	    cmocka_unit_test(per_ack_steps_round_up),
	    cmocka_unit_test(per_ack_steps_catch_up_by_what_is_delivered),
	    cmocka_unit_test(per_ack_steps_do_not_go_beyond_ssthresh),
	    cmocka_unit_test(per_transmit_steps_count_what_left),
	    cmocka_unit_test(safe_acks_of_one_batch_allow_a_segment_each),
	    cmocka_unit_test(a_window_of_a_gibioctet_overflows_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
