/* The peer's window: shut, opened a little, taken back. */
#include "script.h"

#include "tcp/conn/conn.h"

/*
 * RFC 9293, 3.8.6.2.1: the override timer starts when the window opens too little, whatever the
 * backoff of the probes is.
 */
static void
small_window_after_long_shut_is_used_soon(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, ". 1:1(0) ack 1 win 0");
	send_octets(s, 3000);
	expect_nothing(s);
	for (unsigned i = 0; i < 7;
	     i++) { /* probes at growing intervals: the next would be half a minute later */
		elapse(s, (200 * MSEC << i) + 10 * MSEC);
		ignore_output(s);
		inject(s, ". 1:1(0) ack 1 win 0");
	}
	inject(s, ". 1:1(0) ack 1 win 100");
	expect_nothing(s);
	elapse(s, 200 * MSEC);
	expect(s, ". 1:101(100) ack 1");
	script_end(s);
}

/*
 * RFC 6429: without a user, the wait for a shut window is limited, even if the peer answers each
 * probe.
 */
static void
shut_window_does_not_keep_an_orphan(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, ". 1:1(0) ack 1 win 0");
	send_octets(s, 3000);
	tcp_close(s->c);
	for (unsigned i = 0; i < 600 && s->tcp->conns.count > 0; i++) {
		elapse(s, SEC);
		if (!list_empty(&s->out) && s->tcp->conns.count > 0)
			inject(s, ". 1:1(0) ack 1 win 0");
		if (s->tcp->conns.count > 0)
			ignore_output(s);
	}
	assert_int_equal(s->tcp->conns.count, 0);
	expect(s, "R. 1:1(0) ack 1");
	script_end(s);
}

/*
 * RFC 9293, 3.8.6: to a peer that has taken back some of its window, data is sent again only within
 * the window; the first segment always is.
 */
static void
retransmission_stays_in_a_shrunken_window(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK");
	send_octets(s, 10000);
	ignore_output(s);
	inject(s, ". 1:1(0) ack 1 win 2500 <sack 4001:5001>");
	inject(s, ". 1:1(0) ack 1 win 2500 <sack 4001:6001>");
	inject(s, ". 1:1(0) ack 1 win 2500 <sack 4001:8001>");
	expect(s, ". 1:2001(2000) ack 1");
	expect_nothing(s);
	inject(s, ". 1:1(0) ack 1 win 0 <sack 4001:8001>");
	elapse(s, 2 * SEC);
	expect(s, ". 1:1001(1000) ack 1");
	script_end(s);
}

/*
 * tcp(7), TCP_USER_TIMEOUT: a window that stays shut for this time ends the connection, even if the
 * peer answers probes.
 */
static void
user_timeout_bounds_a_shut_window(void **state)
{
	struct script *s = script_new();

	s->opts.user_timeout = 3000;
	establish_passive(s, "");
	inject(s, ". 1:1(0) ack 1 win 0");
	send_octets(s, 1000);
	for (unsigned i = 0; i < 29; i++) {
		elapse(s, 100 * MSEC);
		if (!list_empty(&s->out))
			inject(s, ". 1:1(0) ack 1 win 0");
		ignore_output(s);
	}
	assert_state(s, ESTABLISHED);
	elapse(s, 101 * MSEC);
	assert_state(s, CLOSED);
	assert_int_equal(tcp_take_error(s->c), LEAT_ETIMEDOUT);
	script_end(s);
}

/*
 * snd.sml is of the last short segment. After half the sequence space of full segments it lies
 * ahead, and holds nothing back.
 */
static void
old_short_segment_does_not_hold_back(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	s->c->snd.sml = s->c->snd.una + 0x7fffffff;
	send_octets(s, 1000);
	send_octets(s, 10);
	expect(s, ". 1:1001(1000) ack 1");
	expect(s, "P. 1001:1011(10) ack 1");
	script_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(small_window_after_long_shut_is_used_soon),
	    cmocka_unit_test(retransmission_stays_in_a_shrunken_window),
	    cmocka_unit_test(user_timeout_bounds_a_shut_window),
	    cmocka_unit_test(old_short_segment_does_not_hold_back),
	    cmocka_unit_test(shut_window_does_not_keep_an_orphan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
