/*
 * Segments that others have overtaken, and duplicates: neither does harm or gets a needless answer.
 */
#include "script.h"

/*
 * RFC 7323, 5.3, as Linux's tcp_disordered_ack() reads it: a pure ACK that a later one has
 * overtaken has an older timestamp, but needs no answer.
 */
static void
overtaken_acks_are_not_answered(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK,ts 100 0");
	send_octets(s, 5000);
	ignore_output(s);
	inject(s, ". 1:1(0) ack 2001 <ts 130 0>");
	inject(s, ". 1:1(0) ack 1001 <ts 120 0>");
	expect_nothing(s);
	expect_drop(s, DROP_PAWS);
	inject(s, ". 1:1(0) ack 2001 win 60000 <ts 120 0>"); /* nor is its window used */
	expect_nothing(s);
	expect_drop(s, DROP_PAWS);
	inject(s, ". 1:1(0) ack 3001 <ts 120 0>"); /* an ACK of more cannot be older: it gets the answer */
	expect(s, ". 5001:5001(0) ack 1 <ts 0 130>");
	expect_drop(s, DROP_PAWS);
	script_end(s);
}

/* The SACK blocks of an overtaken ACK count. */
static void
sack_of_an_overtaken_ack_counts(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK,ts 100 0");
	send_octets(s, 6000);
	ignore_output(s);
	inject(s, ". 1:1(0) ack 1 <ts 130 0,sack 989:1977>");
	inject(s, ". 1:1(0) ack 1 <ts 120 0,sack 1977:2965>");
	inject(s, ". 1:1(0) ack 1 <ts 120 0,sack 2965:3953>");
	expect(s, ". 1:989(988) ack 1");
	script_end(s);
}

/*
 * RFC 7323, 5.3, R1: data with an old timestamp is answered each time, as in 3.10.7.4: its sender
 * waits for an ACK, and D-SACK reports what came twice.
 */
static void
old_data_are_answered_each_time(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK,ts 100 0");
	inject(s, "P. 1:101(100) ack 1 <ts 130 0>");
	expect(s, ". 1:1(0) ack 101");
	for (unsigned i = 0; i < 3; i++) {
		inject(s, "P. 1:101(100) ack 1 <ts 120 0>");
		expect(s, ". 1:1(0) ack 101 <ts 0 130,sack 1:101>");
		expect_drop(s, DROP_PAWS);
	}
	script_end(s);
}

/*
 * RFC 2883, 4.2.2: a segment in order repeats two ranges; the first is reported as a whole, though
 * it came in pieces.
 */
static void
dsack_reports_the_first_of_several_ranges(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK");
	inject(s, ". 501:1001(500) ack 1");
	inject(s, ". 1001:1501(500) ack 1");
	inject(s, ". 2001:2501(500) ack 1");
	inject(s, ". 2501:3001(500) ack 1");
	ignore_output(s);
	inject(s, ". 1:3501(3500) ack 1");
	expect(s, ". 1:1(0) ack 3501 <sack 501:1501>");
	script_end(s);
}

/* RFC 2883, 4.2.2: a range that begins before RCV.NXT continues into data that waited. */
static void
dsack_goes_on_without_a_hole(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK");
	inject(s, "P. 1:501(500) ack 1");
	inject(s, ". 1001:1501(500) ack 1");
	ignore_output(s);
	inject(s, ". 1:1501(1500) ack 1");
	expect(s, ". 1:1(0) ack 1501 <sack 1:501>");
	inject(s, ". 2001:2501(500) ack 1");
	expect(s, ". 1:1(0) ack 1501 <sack 2001:2501>");
	inject(s, ". 1501:2001(500) ack 1");
	expect(s, ". 1:1(0) ack 2501");
	script_end(s);
}

/* RFC 2883, 4.2.3: the same beyond a hole; the second block contains the first. */
static void
dsack_reports_the_first_range_beyond_a_hole(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK");
	inject(s, ". 1501:2001(500) ack 1");
	inject(s, ". 2501:3001(500) ack 1");
	ignore_output(s);
	inject(s, ". 1001:3501(2500) ack 1");
	expect(s, ". 1:1(0) ack 1 <sack 1501:2001,sack 1001:3501>");
	script_end(s);
}

/*
 * RFC 9293, 3.10.7.4, first: a repeated FIN is answered each time, however recent the last answer
 * is, because its ACK was lost.
 */
static void
fin_again_is_answered_each_time(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, "F. 1:1(0) ack 1");
	expect(s, ". 1:1(0) ack 2");
	for (unsigned i = 0; i < 3; i++) {
		inject(s, "F. 1:1(0) ack 1");
		expect(s, ". 1:1(0) ack 2");
	}
	script_end(s);
}

/*
 * RFC 9293, 3.10.7.4, first: also in SYN-RECEIVED an unacceptable segment is answered with an ACK.
 * A peer that has begun anew then resets the half-open connection.
 */
static void
half_open_connection_answers_with_ack(void **state)
{
	struct script *s = script_new();

	listen_on(s, 8);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, "S 900000:900000(0) win 65535 <mss 1000>");
	expect(s, ". 1:1(0) ack 1");
	inject(s, "R 1:1(0)");
	s->irs_next = s->irs + 900000;
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	script_end(s);
}

/* There is no such answer while the user has not decided about the connection. */
static void
deferred_connection_answers_nothing(void **state)
{
	struct script *s = script_new();

	s->opts.defer_syn_ack = true;
	listen_on(s, 8);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	inject(s, "S 900000:900000(0) win 65535 <mss 1000>");
	inject(s, "P. 900000:900100(100) ack 1");
	expect_nothing(s);
	accept_child(s);
	tcp_answer_accept(s->c);
	expect(s, "S. 0:0(0) ack 1");
	script_end(s);
}

static void
check_impossible_echo(const char *ack)
{
	struct script *s = script_new();
	struct leat_tcp_info before, after;

	establish_passive(s, ",sackOK,ts 100 0");
	send_octets(s, 1000);
	elapse(s, 2 * SEC);
	ignore_output(s);
	tcp_info(s->c, &before);
	inject(s, ack);
	tcp_info(s->c, &after);
	assert_int_equal(after.tcpi_rtt, before.tcpi_rtt);
	assert_int_equal(after.tcpi_min_rtt, before.tcpi_min_rtt);
	script_end(s);
}

/* RFC 7323, 4: an echo that our clock did not make gives no sample. */
static void
impossible_echo_is_not_measured(void **state)
{
	check_impossible_echo(". 1:1(0) ack 989 <ts 130 7>");
	check_impossible_echo(". 1:1(0) ack 989 <ts 130 2000000000>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(overtaken_acks_are_not_answered),
	    cmocka_unit_test(sack_of_an_overtaken_ack_counts),
	    cmocka_unit_test(old_data_are_answered_each_time),
	    cmocka_unit_test(dsack_reports_the_first_of_several_ranges),
	    cmocka_unit_test(dsack_goes_on_without_a_hole),
	    cmocka_unit_test(dsack_reports_the_first_range_beyond_a_hole),
	    cmocka_unit_test(fin_again_is_answered_each_time),
	    cmocka_unit_test(half_open_connection_answers_with_ack),
	    cmocka_unit_test(deferred_connection_answers_nothing),
	    cmocka_unit_test(impossible_echo_is_not_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
