/*
 * Segments that arrived at once (tcp_batch_begin() to tcp_batch_end()) are answered together,
 * except those that need an answer each.
 */
#include "script.h"

static void
one_ack_answers_all_that_came_at_once(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK");
	tcp_batch_begin(s->tcp);
	for (int i = 0; i < 5; i++) {
		char text[64];

		snprintf(text, sizeof text, ". %d:%d(1000) ack 1 win 65535", 1 + 1000 * i, 1001 + 1000 * i);
		inject(s, text);
	}
	expect_nothing(s);
	tcp_batch_notify(s->tcp);
	tcp_batch_end(s->tcp);
	expect(s, ". 1:1(0) ack 5001");
	expect_nothing(s);
	read_octets(s, 5000);
	script_end(s);
}

/* RFC 5681, 4.2: the sender counts duplicate ACKs, so each segment beyond a hole has its own. */
static void
each_segment_beyond_a_hole_has_its_own_duplicate_ack(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	tcp_batch_begin(s->tcp);
	inject(s, ". 1001:2001(1000) ack 1 win 65535");
	expect(s, ". 1:1(0) ack 1");
	inject(s, ". 2001:3001(1000) ack 1 win 65535");
	expect(s, ". 1:1(0) ack 1");
	inject(s, ". 3001:4001(1000) ack 1 win 65535");
	expect(s, ". 1:1(0) ack 1");
	inject(s, ". 1:1001(1000) ack 1 win 65535");
	tcp_batch_notify(s->tcp);
	tcp_batch_end(s->tcp);
	expect(s, ". 1:1(0) ack 4001");
	expect_nothing(s);
	read_octets(s, 4000);
	script_end(s);
}

static void
acks_that_came_at_once_let_out_what_all_of_them_allow(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK");
	send_octets(s, 30000);
	ignore_output(s);
	tcp_batch_begin(s->tcp);
	inject(s, ". 1:1(0) ack 2001 win 65535");
	inject(s, ". 1:1(0) ack 4001 win 65535");
	inject(s, ". 1:1(0) ack 6001 win 65535");
	expect_nothing(s);
	tcp_batch_notify(s->tcp);
	tcp_batch_end(s->tcp);
	expect(s, ". 10001:22001(12000) ack 1 segs 12");
	script_end(s);
}

/*
 * Two FINs in one batch end their connections: TIME-WAIT is entered, and the next segments of the
 * batch find it.
 */
static void
a_batch_may_end_a_connection(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	tcp_shutdown_send(s->c);
	expect(s, "F. 1:1(0) ack 1");
	tcp_batch_begin(s->tcp);
	inject(s, ". 1:1(0) ack 2 win 65535");
	inject(s, "F. 1:1(0) ack 2 win 65535");
	inject(s, "F. 1:1(0) ack 2 win 65535");
	tcp_batch_notify(s->tcp);
	tcp_batch_end(s->tcp);
	expect(s, ". 2:2(0) ack 2");
	script_end(s);
}

/*
 * A segment of another flow must be answered at once; our connection still waits for the end of the
 * batch.
 */
static void
a_segment_of_another_flow_does_not_end_the_wait(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	tcp_batch_begin(s->tcp);
	inject(s, ". 1:1001(1000) ack 1 win 65535");
	s->peer.port++;
	inject(s, ". 1:1(0) ack 1 win 65535");
	expect(s, "R 1:1(0)");
	s->peer.port--;
	expect_nothing(s);
	inject(s, ". 1001:2001(1000) ack 1 win 65535");
	tcp_batch_notify(s->tcp);
	tcp_batch_end(s->tcp);
	expect(s, ". 1:1(0) ack 2001");
	expect_nothing(s);
	read_octets(s, 2000);
	script_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_ack_answers_all_that_came_at_once),
	    cmocka_unit_test(each_segment_beyond_a_hole_has_its_own_duplicate_ack),
	    cmocka_unit_test(acks_that_came_at_once_let_out_what_all_of_them_allow),
	    cmocka_unit_test(a_batch_may_end_a_connection),
	    cmocka_unit_test(a_segment_of_another_flow_does_not_end_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
