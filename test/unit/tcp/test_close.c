#include "script.h"

/* An owner that shares nothing. */
static const struct tcp_opts alone;

/* RFC 9293, 3.6, figure 12: this side closes first. */
static void
active_close_ends_in_time_wait(void **state)
{
	struct script *s = script_new();
	struct endpoint us;

	establish_passive(s, "");
	us = s->us;
	tcp_close(s->c);
	expect(s, "F. 1:1(0) ack 1");
	inject(s, ". 1:1(0) ack 2");
	inject(s, "F. 1:1(0) ack 2");
	expect(s, ". 2:2(0) ack 2");
	tcp_listener_close(s->listener);
	assert_true(tcp_local_taken(s->tcp, &us, false, &alone));
	inject(s, "F. 1:1(0) ack 2");
	expect(s, ". 2:2(0) ack 2");
	elapse(s, 60 * SEC);
	assert_false(tcp_local_taken(s->tcp, &us, false, &alone));
	script_end(s);
}

/* RFC 9293, 3.6, figure 12: the peer closes first. */
static void
passive_close(void **state)
{
	struct script *s = script_new();
	char octet;

	establish_passive(s, "");
	inject(s, "F. 1:1(0) ack 1");
	expect(s, ". 1:1(0) ack 2");
	assert_state(s, CLOSE_WAIT);
	assert_int_equal(tcp_recv(s->c, &octet, 1, false), 0);
	assert_int_equal(tcp_ready(s->c), LEAT_IN | LEAT_OUT | LEAT_RDHUP);
	send_octets(s, 5);
	expect(s, "P. 1:6(5) ack 2");
	tcp_close(s->c);
	expect(s, "F. 6:6(0) ack 2");
	inject(s, ". 2:2(0) ack 7");
	inject(s, ". 2:2(0) ack 7");
	expect(s, "R 7:7(0)");
	script_end(s);
}

/* RFC 9293, 3.6, figure 13: both sides close at once. */
static void
simultaneous_close(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	assert_int_equal(tcp_shutdown_send(s->c), 0);
	expect(s, "F. 1:1(0) ack 1");
	assert_state(s, FIN_WAIT_1);
	inject(s, "F. 1:1(0) ack 1");
	assert_state(s, CLOSING);
	expect(s, ". 2:2(0) ack 2");
	inject(s, ". 2:2(0) ack 2");
	assert_state(s, TIME_WAIT);
	tcp_close(s->c);
	script_end(s);
}

/* A FIN that also acknowledges ours: from FIN-WAIT-1 to TIME-WAIT at once. */
static void
fin_with_ack_of_fin(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	tcp_shutdown_send(s->c);
	expect(s, "F. 1:1(0) ack 1");
	inject(s, "F. 1:1(0) ack 2");
	assert_state(s, TIME_WAIT);
	expect(s, ". 2:2(0) ack 2");
	assert_int_equal(s->events & TCP_EVENT_CLOSED, TCP_EVENT_CLOSED);
	tcp_close(s->c);
	script_end(s);
}

/* Half-close: data arrives after our FIN. */
static void
half_close_still_receives(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	tcp_shutdown_send(s->c);
	expect(s, "F. 1:1(0) ack 1");
	inject(s, ". 1:1(0) ack 2");
	assert_state(s, FIN_WAIT_2);
	inject(s, "P. 1:101(100) ack 2");
	expect(s, ". 2:2(0) ack 101");
	read_octets(s, 100);
	assert_int_equal(tcp_send(s->c, "x", 1, false, false), -LEAT_EPIPE);
	inject(s, "F. 101:101(0) ack 2");
	expect(s, ". 2:2(0) ack 102");
	tcp_close(s->c);
	script_end(s);
}

/* The FIN is sent with the last data, and both are retransmitted. */
static void
fin_rides_on_data_and_is_sent_again(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	s->opts.cork = true;
	assert_int_equal(tcp_set_opts(s->c, &s->opts), 0);
	send_octets(s, 50);
	tcp_shutdown_send(s->c);
	expect(s, "FP. 1:51(50) ack 1");
	elapse(s, SEC);
	expect(s, "FP. 1:51(50) ack 1");
	inject(s, ". 1:1(0) ack 52");
	assert_state(s, FIN_WAIT_2);
	script_end(s);
}

/* RFC 9293, 3.6.1; RFC 2525, 2.17: closing with unread data resets. */
static void
unread_data_at_close_resets(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, "P. 1:101(100) ack 1");
	expect(s, ". 1:1(0) ack 101");
	tcp_close(s->c);
	expect(s, "R. 1:1(0) ack 101");
	expect_nothing(s);
	script_end(s);
}

/*
 * Linux sends what it may at once. So what was written just before a close that resets is sent
 * before the RST, even from within a callback.
 */
static void
what_was_sent_leaves_before_the_reset(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	s->close_on_event = true;
	s->send_on_event = 2500;
	inject(s, "P. 1:101(100) ack 1 win 2000");
	expect(s, ". 1:1(0) ack 101");
	expect(s, "P. 1:2001(2000) ack 101 segs 2");
	expect(s, "R. 2001:2001(0) ack 101"); /* the window is full */
	expect_nothing(s);
	script_end(s);
}

/*
 * Linux, tcp_acceptable_seq(): a peer that has taken back some of its window would not accept a RST
 * beyond it.
 */
static void
reset_stays_in_a_shrunken_window(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	send_octets(s, 5000);
	ignore_output(s);
	inject(s, ". 1:1(0) ack 1001 win 1000");
	ignore_output(s);
	tcp_abort(s->c);
	expect(s, "R. 2001:2001(0) ack 1");
	script_end(s);
}

/* RFC 9293, 3.6.1; RFC 2525, 2.17: data that arrives after the close resets. */
static void
data_after_close_resets(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	tcp_close(s->c);
	expect(s, "F. 1:1(0) ack 1");
	inject(s, "P. 1:101(100) ack 2");
	expect(s, "R. 2:2(0)");
	expect_drop(s, DROP_DATA_AFTER_CLOSE);
	script_end(s);
}

/*
 * Linux: after shutdown for receiving a read does not wait, and data that arrives can still be
 * read.
 */
static void
data_after_shutdown_can_be_read(void **state)
{
	struct script *s = script_new();
	char octet;

	establish_passive(s, "");
	tcp_shutdown_recv(s->c);
	assert_int_equal(tcp_recv(s->c, &octet, 1, false), 0);
	inject(s, "P. 1:101(100) ack 1");
	expect(s, ". 1:1(0) ack 101");
	read_octets(s, 100);
	assert_int_equal(tcp_recv(s->c, &octet, 1, false), 0);
	script_end(s);
}

/* With both directions shut down, data is answered with a RST. */
static void
data_after_both_are_shut_resets(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	tcp_shutdown_recv(s->c);
	tcp_shutdown_send(s->c);
	expect(s, "F. 1:1(0) ack 1");
	inject(s, "P. 1:101(100) ack 2");
	expect(s, "R. 2:2(0)");
	assert_int_equal(tcp_take_error(s->c), LEAT_ECONNRESET);
	script_end(s);
}

/* RFC 7323, 3.2: a RST has timestamps if both sides agreed on them. */
static void
reset_carries_timestamps(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",ts 100 0");
	inject(s, "P. 1:101(100) ack 1 <ts 200 0>");
	elapse(s, 40 * MSEC);
	ignore_output(s);
	tcp_close(s->c);
	s->c = NULL;
	expect(s, "R. 1:1(0) ack 101 <ts 0 200>");
	script_end(s);
}

/* Linux, tcp_fin_timeout: without a user, FIN-WAIT-2 lasts a minute. */
static void
orphan_leaves_fin_wait_2(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	tcp_close(s->c);
	expect(s, "F. 1:1(0) ack 1");
	inject(s, ". 1:1(0) ack 2");
	elapse(s, 60 * SEC);
	expect_nothing(s);
	inject(s, "F. 1:1(0) ack 2");
	expect(s, "R 2:2(0)");
	script_end(s);
}

/* RFC 9293, 3.10.5: ABORT. */
static void
abort_resets(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	send_octets(s, 10);
	ignore_output(s);
	tcp_abort(s->c);
	expect(s, "R. 11:11(0) ack 1");
	script_end(s);
}

/*
 * tcp(7), TCP_LINGER2: with a negative value there is no FIN-WAIT-2 without a user, whichever comes
 * first.
 */
static void
negative_linger2_resets(void **state)
{
	struct script *s = script_new();

	s->opts.linger2 = -1;
	establish_passive(s, "");
	tcp_close(s->c);
	expect(s, "F. 1:1(0) ack 1");
	inject(s, ". 1:1(0) ack 2");
	expect(s, "R. 2:2(0) ack 1");
	s->peer.port++;
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, ". 1:1(0) ack 1");
	accept_child(s);
	assert_int_equal(tcp_shutdown_send(s->c), 0);
	expect(s, "F. 1:1(0) ack 1");
	inject(s, ". 1:1(0) ack 2");
	expect_nothing(s);
	tcp_close(s->c);
	expect(s, "R. 2:2(0) ack 1");
	script_end(s);
}

/*
 * A connection without a user gives up sooner if its peer does not answer: Linux's
 * tcp_orphan_retries.
 */
static void
orphan_gives_up(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	tcp_close(s->c);
	elapse(s, 600 * SEC);
	ignore_output(s);
	tcp_listener_close(s->listener);
	assert_false(tcp_local_taken(s->tcp, &s->us, false, &alone));
	script_end(s);
}

static void
into_time_wait(struct script *s, const char *more)
{
	establish_passive(s, more);
	tcp_close(s->c);
	expect(s, "F. 1:1(0) ack 1");
	inject(s, *more ? "F. 1:1(0) ack 2 <ts 200 0>" : "F. 1:1(0) ack 2");
	expect(s, ". 2:2(0) ack 2");
}

/* At the limit of connections the oldest TIME-WAIT ends for a new connection. */
static void
time_wait_makes_room_for_a_new_connection(void **state)
{
	struct script *s = script_new();
	struct tcp_limits limits = {
	    .conns = 1, .syn_queue = 8, .time_wait = 8, .sndbuf_max = 100000, .rcvbuf_max = 100000};

	into_time_wait(s, "");
	tcp_set_limits(s->tcp, &limits);
	s->peer.port++;
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	script_end(s);
}

/* RFC 1337: a RST does not end TIME-WAIT. */
static void
time_wait_ignores_reset(void **state)
{
	struct script *s = script_new();

	into_time_wait(s, "");
	inject(s, "R 2:2(0)");
	expect_drop(s, DROP_TIME_WAIT);
	inject(s, "F. 1:1(0) ack 2");
	expect(s, ". 2:2(0) ack 2");
	script_end(s);
}

/*
 * RFC 9293, 3.6.1, RFC 6191: a SYN beyond what we received begins a new connection, with numbers
 * beyond our old ones.
 */
static void
time_wait_is_reused_by_a_new_number(void **state)
{
	struct script *s = script_new();
	seq_t old;

	into_time_wait(s, "");
	old = s->iss;
	inject(s, "S 2:2(0) win 65535 <mss 1000>");
	ignore_output(s);
	inject(s, "S 100000:100000(0) win 65535 <mss 1000>");
	s->irs += 100000;
	expect(s, "S. 0:0(0) ack 1");
	assert_true(seq_gt(s->iss, old + 65535));
	inject(s, ". 1:1(0) ack 1");
	assert_int_equal(tcp_accept_pending(s->listener), 1);
	script_end(s);
}

/*
 * RFC 6191, 2: so does a SYN with a newer timestamp, whatever its number. One with an older
 * timestamp is an old segment.
 */
static void
time_wait_is_reused_by_a_new_timestamp(void **state)
{
	struct script *s = script_new();

	into_time_wait(s, ",ts 100 0");
	inject(s, "S 5000:5000(0) win 65535 <mss 1000,ts 150 0>");
	expect(s, ". 2:2(0) ack 2");
	inject(s, "S 0:0(0) win 65535 <mss 1000,ts 201 0>");
	expect(s, "S. 0:0(0) ack 1");
	script_end(s);
}

/*
 * Our own connect() may take over a TIME-WAIT after a second, if timestamps protect it (RFC 6191).
 */
static void
connect_takes_time_wait_over(void **state)
{
	struct script *s = script_new();
	seq_t old;

	into_time_wait(s, ",ts 100 0");
	old = s->iss;
	assert_false(tcp_tuple_free(s->tcp, &s->us, &s->peer));
	elapse(s, 1100 * MSEC);
	assert_true(tcp_tuple_free(s->tcp, &s->us, &s->peer));
	connect_to(s);
	expect(s, "S 0:0(0)");
	assert_true(seq_gt(s->iss, old + 65535));
	script_end(s);
}

/* The oldest TIME-WAITs end when there are too many. */
static void
time_waits_are_bounded(void **state)
{
	struct script *s = script_new();
	struct tcp_limits limits = {
	    .conns = 100, .syn_queue = 8, .time_wait = 1, .sndbuf_max = 1 << 20, .rcvbuf_max = 1 << 20};

	tcp_set_limits(s->tcp, &limits);
	into_time_wait(s, "");
	s->peer.port++;
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, "F. 1:1(0) ack 1");
	accept_child(s);
	expect(s, ". 1:1(0) ack 2");
	tcp_close(s->c);
	expect(s, "F. 1:1(0) ack 2");
	inject(s, ". 2:2(0) ack 2"); /* LAST-ACK: no TIME-WAIT */
	s->peer.port--;
	assert_false(tcp_tuple_free(s->tcp, &s->us, &s->peer));
	script_end(s);
}

/* Each change of the state is an event. */
static void
states_are_reported(void **state)
{
	static const uint8_t path[] = {LEAT_TCP_SYN_RECEIVED, LEAT_TCP_ESTABLISHED, LEAT_TCP_FIN_WAIT_1,
	    LEAT_TCP_FIN_WAIT_2, LEAT_TCP_TIME_WAIT, LEAT_TCP_CLOSED};
	struct script *s = script_new();

	establish_passive(s, "");
	tcp_close(s->c);
	expect(s, "F. 1:1(0) ack 1");
	inject(s, ". 1:1(0) ack 2");
	inject(s, "F. 1:1(0) ack 2");
	elapse(s, 61 * SEC);
	assert_int_equal(s->states, sizeof path);
	assert_memory_equal(s->path, path, sizeof path);
	assert_int_equal(s->event[EVENT_TCP_OPEN], 1);
	assert_int_equal(s->event[EVENT_TCP_CLOSE], 1);
	script_end(s);
}

/* A FIN waits for the data before it. */
static void
fin_out_of_order_waits(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, "F. 101:201(100) ack 1");
	expect(s, ". 1:1(0) ack 1");
	assert_state(s, ESTABLISHED);
	inject(s, "P. 1:101(100) ack 1");
	expect(s, ". 1:1(0) ack 202");
	assert_state(s, CLOSE_WAIT);
	read_octets(s, 200);
	script_end(s);
}

/* The user may keep, ask and change a connection in TIME-WAIT, which ends by itself. */
static void
user_may_hold_on_to_time_wait(void **state)
{
	struct script *s = script_new();
	struct leat_tcp_info info;

	for (unsigned i = 0; i < 2; i++) {
		if (i == 0)
			establish_passive(s, "");
		if (i > 0) {
			s->peer.port++;
			inject(s, "S 0:0(0) win 65535 <mss 1000>");
			expect(s, "S. 0:0(0) ack 1");
			inject(s, ". 1:1(0) ack 1");
			accept_child(s);
		}
		tcp_shutdown_send(s->c);
		expect(s, "F. 1:1(0) ack 1");
		inject(s, "F. 1:1(0) ack 2");
		expect(s, ". 2:2(0) ack 2");
		assert_state(s, TIME_WAIT);
		s->opts.keepalive = true;
		s->opts.keep_idle = 1;
		assert_int_equal(tcp_set_opts(s->c, &s->opts), 0);
		tcp_info(s->c, &info);
		assert_int_equal(tcp_shutdown_send(s->c), 0);
		elapse(s, 5 * SEC);
		expect_nothing(s);
		if (i == 0)
			tcp_close(s->c);
		else
			tcp_abort(s->c);
		elapse(s, 5 * SEC);
		expect_nothing(s);
		assert_false(tcp_tuple_free(s->tcp, &s->us, &s->peer));
	}
	assert_int_equal(s->event[EVENT_TCP_CLOSE], 2);
	script_end(s);
}

/* What bind() asks: whether connections use a port, on one address or on any. */
static void
ports_are_taken_as_long_as_needed(void **state)
{
	struct script *s = script_new();
	struct endpoint any = {.addr = IPADDR_ANY4, .port = 80}, any6 = {.addr = IPADDR_ANY6, .port = 80};
	struct endpoint other = {.addr = ipaddr_v4(0x0a000009), .port = 80};
	struct tcp_opts only = {.v6only = true};

	assert_false(tcp_local_taken(s->tcp, &any, false, &alone));
	connect_to(s);
	assert_true(tcp_local_taken(s->tcp, &any, false, &alone));
	assert_true(tcp_local_taken(s->tcp, &any6, true, &alone));
	assert_false(tcp_local_taken(s->tcp, &any6, true, &only));
	assert_true(tcp_local_taken(s->tcp, &s->us, false, &alone));
	assert_false(tcp_local_taken(s->tcp, &other, false, &alone));
	tcp_close(s->c);
	assert_false(tcp_local_taken(s->tcp, &any, false, &alone));
	script_end(s);
}

/* SO_REUSEADDR, SO_REUSEPORT: both sides must agree, and TIME-WAIT counts. */
static void
ports_are_shared_when_both_agree(void **state)
{
	struct script *s = script_new();
	struct tcp_opts addr = {.reuse_addr = true}, port = {.reuse_port = true};

	s->opts.reuse_addr = true;
	establish_passive(s, "");
	tcp_close(s->c);
	inject(s, "F. 1:1(0) ack 2");
	ignore_output(s);
	assert_true(tcp_local_taken(s->tcp, &s->us, false, &alone));
	assert_true(tcp_local_taken(s->tcp, &s->us, false, &port));
	assert_false(tcp_local_taken(s->tcp, &s->us, false, &addr));
	script_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(active_close_ends_in_time_wait),
	    cmocka_unit_test(passive_close),
	    cmocka_unit_test(simultaneous_close),
	    cmocka_unit_test(fin_with_ack_of_fin),
	    cmocka_unit_test(half_close_still_receives),
	    cmocka_unit_test(fin_rides_on_data_and_is_sent_again),
	    cmocka_unit_test(unread_data_at_close_resets),
	    cmocka_unit_test(what_was_sent_leaves_before_the_reset),
	    cmocka_unit_test(reset_stays_in_a_shrunken_window),
	    cmocka_unit_test(data_after_close_resets),
	    cmocka_unit_test(data_after_shutdown_can_be_read),
	    cmocka_unit_test(data_after_both_are_shut_resets),
	    cmocka_unit_test(reset_carries_timestamps),
	    cmocka_unit_test(orphan_leaves_fin_wait_2),
	    cmocka_unit_test(abort_resets),
	    cmocka_unit_test(negative_linger2_resets),
	    cmocka_unit_test(orphan_gives_up),
	    cmocka_unit_test(time_wait_makes_room_for_a_new_connection),
	    cmocka_unit_test(time_wait_ignores_reset),
	    cmocka_unit_test(time_wait_is_reused_by_a_new_number),
	    cmocka_unit_test(time_wait_is_reused_by_a_new_timestamp),
	    cmocka_unit_test(connect_takes_time_wait_over),
	    cmocka_unit_test(time_waits_are_bounded),
	    cmocka_unit_test(states_are_reported),
	    cmocka_unit_test(fin_out_of_order_waits),
	    cmocka_unit_test(user_may_hold_on_to_time_wait),
	    cmocka_unit_test(ports_are_taken_as_long_as_needed),
	    cmocka_unit_test(ports_are_shared_when_both_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
