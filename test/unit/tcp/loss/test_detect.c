/* Loss detection by what is sacked (RFC 6675). test_txq.c has the scoreboard that it looks at. */
#include "tcp/loss/detect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MSS = 100 };

static struct txrec_slab slab;
static struct txq q;
static struct ack_sample s;

static int
setup(void **state)
{
	txrec_slab_init(&slab);
	txq_init(&q, &slab, 0);
	q.sack = true;
	return 0;
}

static int
teardown(void **state)
{
	txq_fini(&q);
	txrec_slab_fini(&slab);
	return 0;
}

/* An ACK of nothing new that sacks one range. */
static void
ack_sack(seq_t start, seq_t end)
{
	struct seq_range range = {start, end};
	struct ack_in in = {.ack = q.una, .sack = &range, .sacks = 1, .mss = MSS, .now = SEC};

	txq_ack(&q, &in, &s);
	detect_loss(&q, &s, MSS);
}

/* RFC 6675, 4, IsLost(): more than (DupThresh - 1) * SMSS octets sacked above, or DupThresh runs. */
static void
is_lost_by_octets_above(void **state)
{
	txq_sent(&q, 10 * MSS, MSS, 10);
	ack_sack(MSS, 3 * MSS);
	assert_int_equal(q.lost, 0);
	assert_int_equal(s.newly_sacked, 2 * MSS);
	ack_sack(MSS, 4 * MSS);
	assert_int_equal(q.lost, MSS);
	assert_int_equal(s.newly_lost, MSS);
	assert_int_equal(s.in_flight, 6 * MSS);
	assert_int_equal(txq_pipe(&q), 6 * MSS);
	assert_int_equal(txq_next_lost(&q)->end, MSS);
	assert_int_equal(slab.in_use, 3);
}

static void
is_lost_by_runs_above(void **state)
{
	for (int i = 0; i < 7; i++) /* seven small segments */
		txq_sent(&q, 10, MSS, 10);
	ack_sack(10, 20);
	ack_sack(30, 40);
	assert_int_equal(q.lost, 0);
	ack_sack(50, 60);
	assert_int_equal(q.lost, 10);
	assert_int_equal(q.dupacks, 3);
}

/*
 * RFC 6675, 4: IsLost() depends on what is sacked now. An undo takes a segment for late; if it is
 * lost after all, the next SACK finds it, not the timer.
 */
static void
what_undo_forgave_can_be_lost_again(void **state)
{
	assert_true(txq_sent(&q, 10 * MSS, MSS, 1));
	ack_sack(300, 600);
	assert_int_equal(q.lost, 300);
	txq_unmark_lost(&q);
	assert_int_equal(q.lost, 0);
	ack_sack(600, 700);
	assert_int_equal(q.lost, 300);
}

/* A retransmission stays in flight, although its octets now count as lost. */
static void
what_was_sent_again_stays_in_flight(void **state)
{
	struct txrec *first;

	txq_sent(&q, 10 * MSS, MSS, 1);
	txq_mark_first_lost(&q, MSS);
	first = txq_next_lost(&q);
	txq_resent(&q, first, MSS, MSS, 2);
	txq_unmark_lost(&q);
	assert_false(first->lost);
	ack_sack(MSS, 4 * MSS);
	assert_true(first->lost && first->retx);
	assert_int_equal(s.newly_lost, MSS);
	assert_null(txq_next_lost(&q));
	assert_int_equal(s.in_flight, 7 * MSS);
}

/* RFC 6675, 5 (1), and without SACK RFC 5681, 3.2: the third duplicate says that a segment is lost. */
static void
three_duplicates_say_that_a_segment_is_lost(void **state)
{
	struct ack_in in = {.ack = 0, .dupack = true, .mss = MSS, .now = SEC};

	q.sack = false;
	txq_sent(&q, 10 * MSS, MSS, 1);
	for (unsigned i = 1; i <= DUP_THRESH; i++) {
		txq_ack(&q, &in, &s);
		detect_loss(&q, &s, MSS);
		assert_int_equal(detect_found(&q), i == DUP_THRESH);
	}
	assert_int_equal(s.newly_lost, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(is_lost_by_octets_above),
	    T(is_lost_by_runs_above),
	    T(what_undo_forgave_can_be_lost_again),
	    T(what_was_sent_again_stays_in_flight),
	    T(three_duplicates_say_that_a_segment_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
