#include "script.h"

/* RFC 9293, 3.5, figure 6: the active side of the handshake. It offers Linux's options. */
static void
active_open(void **state)
{
	struct script *s = script_new();

	connect_to(s);
	assert_state(s, SYN_SENT);
	expect(s, "S 0:0(0) <mss 1460,sackOK,wscale 7,ts 0 0>");
	inject(s, "S. 0:0(0) ack 1 win 1000 <mss 1000,sackOK,wscale 2,ts 7 0>");
	assert_state(s, ESTABLISHED);
	expect(s, ". 1:1(0) ack 1 <ts 0 7>");
	assert_int_equal(s->events & TCP_EVENT_CONNECTED, TCP_EVENT_CONNECTED);
	tcp_close(s->c);
	script_end(s);
}

/* The passive side: the child can be accepted when the handshake is over. */
static void
passive_open(void **state)
{
	struct script *s = script_new();

	listen_on(s, 1);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1 <mss 1460>");
	assert_int_equal(tcp_accept_pending(s->listener), 0);
	inject(s, ". 1:1(0) ack 1");
	assert_int_equal(tcp_accept_pending(s->listener), 1);
	assert_int_equal(s->listener_events, TCP_EVENT_ACCEPT);
	accept_child(s);
	assert_state(s, ESTABLISHED);
	expect_nothing(s);
	script_end(s);
}

/* RFC 9293, 3.5, figure 8: both sides open at once. */
static void
simultaneous_open(void **state)
{
	struct script *s = script_new();

	connect_to(s);
	expect(s, "S 0:0(0)");
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	assert_state(s, SYN_RECEIVED);
	expect(s, "S. 0:0(0) ack 1");
	inject(s, "S. 0:0(0) ack 1 <mss 1000>");
	assert_state(s, ESTABLISHED);
	send_octets(s, 10);
	expect(s, "P. 1:11(10) ack 1");
	script_end(s);
}

/*
 * RFC 9293, 3.10.7.3, first: an ACK of what was never sent gets a RST, and the handshake goes on.
 */
static void
bad_ack_in_syn_sent_is_reset(void **state)
{
	struct script *s = script_new();

	connect_to(s);
	expect(s, "S 0:0(0)");
	inject(s, ". 0:0(0) ack 5");
	expect(s, "R 5:5(0)");
	expect_drop(s, DROP_TCP_BAD_ACK_SYN);
	assert_state(s, SYN_SENT);
	script_end(s);
}

/* RFC 9293, 3.10.7.3, second: a RST that acknowledges our SYN means refused. */
static void
reset_in_syn_sent_is_refusal(void **state)
{
	struct script *s = script_new();

	connect_to(s);
	expect(s, "S 0:0(0)");
	inject(s, "R 0:0(0)");
	assert_state(s, SYN_SENT);
	inject(s, "R. 0:0(0) ack 1");
	assert_state(s, CLOSED);
	assert_int_equal(tcp_take_error(s->c), LEAT_ECONNREFUSED);
	assert_int_equal(s->events & TCP_EVENT_CLOSED, TCP_EVENT_CLOSED);
	expect_nothing(s);
	tcp_close(s->c);
	script_end(s);
}

/*
 * RFC 6298 (2.1) and Linux: the SYN is retransmitted after 1, 2, 4, ... seconds, six times; then
 * ETIMEDOUT.
 */
static void
syn_is_retransmitted_six_times(void **state)
{
	struct script *s = script_new();

	connect_to(s);
	expect(s, "S 0:0(0)");
	for (unsigned i = 0; i < 6; i++) {
		elapse(s, (SEC << i) - MSEC);
		expect_nothing(s);
		elapse(s, MSEC);
		expect(s, "S 0:0(0)");
	}
	elapse(s, 64 * SEC);
	expect_nothing(s);
	assert_state(s, CLOSED);
	assert_int_equal(tcp_take_error(s->c), LEAT_ETIMEDOUT);
	script_end(s);
}

/* RFC 6298 (5.7), RFC 6928, 2: after a lost SYN, cwnd is one segment. */
static void
lost_syn_leaves_one_segment(void **state)
{
	struct script *s = script_new();

	connect_to(s);
	expect(s, "S 0:0(0)");
	elapse(s, SEC);
	expect(s, "S 0:0(0)");
	inject(s, "S. 0:0(0) ack 1 win 65535 <mss 1000>");
	expect(s, ". 1:1(0) ack 1");
	send_octets(s, 5000);
	expect(s, ". 1:1001(1000) ack 1");
	expect_nothing(s);
	script_end(s);
}

/* The last ACK of the handshake is lost: the peer's first data completes it. */
static void
data_completes_the_handshake(void **state)
{
	struct script *s = script_new();

	listen_on(s, 1);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, "P. 1:101(100) ack 1");
	expect(s, ". 1:1(0) ack 101");
	accept_child(s);
	read_octets(s, 100);
	script_end(s);
}

/* Our SYN-ACK is sent again for a repeated SYN, and after a second of silence. */
static void
syn_ack_is_sent_again(void **state)
{
	struct script *s = script_new();

	listen_on(s, 1);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	elapse(s, SEC);
	expect(s, "S. 0:0(0) ack 1");
	script_end(s);
}

/* RFC 9293, 3.10.7.4, fifth: an ACK of anything but our SYN-ACK gets a RST; the child stays. */
static void
wrong_ack_in_syn_received_is_reset(void **state)
{
	struct script *s = script_new();

	listen_on(s, 1);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, ". 1:1(0) ack 2");
	expect(s, "R 2:2(0)");
	inject(s, ". 1:1(0) ack 1");
	assert_int_equal(tcp_accept_pending(s->listener), 1);
	script_end(s);
}

/* RFC 9293, 3.10.7.4, second: a RST ends a child in SYN-RECEIVED without an event. */
static void
reset_in_syn_received_is_silent(void **state)
{
	struct script *s = script_new();

	listen_on(s, 1);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, "R 1:1(0)");
	inject(s, ". 1:1(0) ack 1");
	expect(s, "R 1:1(0)");
	assert_int_equal(s->listener_events, 0);
	script_end(s);
}

/* RFC 9293, 3.10.7.1: without a connection, anything but a RST gets a RST. */
static void
closed_port_resets(void **state)
{
	struct script *s = script_new();

	s->iss = 0;
	inject(s, "S 0:0(0)");
	expect(s, "R. 0:0(0) ack 1");
	expect_drop(s, DROP_TCP_NO_LISTENER);
	inject(s, "F. 7:17(10) ack 5");
	expect(s, "R 5:5(0)");
	inject(s, "R 0:0(0)");
	expect_nothing(s);
	script_end(s);
}

/* RFC 9293, 3.10.7.2: LISTEN ignores a RST, resets an ACK, answers a SYN. */
static void
listen_takes_only_syn(void **state)
{
	struct script *s = script_new();

	listen_on(s, 1);
	inject(s, "R 0:0(0)");
	expect_drop(s, DROP_TCP_BAD_FLAGS);
	inject(s, ". 0:0(0) ack 9");
	expect(s, "R 9:9(0)");
	expect_drop(s, DROP_TCP_NO_LISTENER);
	inject(s, "- 0:10(10)");
	expect_drop(s, DROP_TCP_BAD_FLAGS);
	inject(s, "SF 0:0(0)");
	expect_drop(s, DROP_TCP_BAD_FLAGS);
	expect_nothing(s);
	script_end(s);
}

/* With a full accept queue no handshake begins. */
static void
full_accept_queue_drops_the_syn(void **state)
{
	struct script *s = script_new();

	listen_on(s, 0);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, ". 1:1(0) ack 1");
	s->peer.port++;
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect_nothing(s);
	expect_drop(s, DROP_TCP_ACCEPT_QUEUE);
	s->peer.port--;
	script_end(s);
}

/*
 * Linux: if the accept queue fills up meanwhile, the last ACK is dropped; our retransmitted SYN-ACK
 * asks for it again.
 */
static void
full_accept_queue_drops_the_last_ack(void **state)
{
	struct script *s = script_new();
	seq_t first, second;

	listen_on(s, 0);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	first = s->iss;
	s->peer.port++;
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	second = s->iss;
	s->peer.port--;
	s->iss = first;
	inject(s, ". 1:1(0) ack 1");
	s->peer.port++;
	s->iss = second;
	inject(s, ". 1:1(0) ack 1");
	expect_drop(s, DROP_TCP_ACCEPT_QUEUE);
	accept_child(s);
	elapse(s, SEC);
	expect(s, "S. 0:0(0) ack 1");
	inject(s, ". 1:1(0) ack 1");
	assert_int_equal(tcp_accept_pending(s->listener), 1);
	script_end(s);
}

/* RFC 7323, 4.3: a repeated SYN has a newer timestamp, which the SYN-ACK echoes. */
static void
repeated_syn_brings_its_timestamp(void **state)
{
	struct script *s = script_new();

	listen_on(s, 8);
	inject(s, "S 0:0(0) win 65535 <mss 1000,ts 100 0>");
	expect(s, "S. 0:0(0) ack 1 <ts 0 100>");
	inject(s, "S 0:0(0) win 65535 <mss 1000,ts 200 0>");
	expect(s, "S. 0:0(0) ack 1 <ts 0 200>");
	script_end(s);
}

/*
 * A half-open connection that is evicted sooner than a handshake takes is of no use to anyone: such
 * a SYN gets no answer.
 */
static void
half_open_connection_keeps_its_place_for_a_while(void **state)
{
	struct script *s = script_new();
	struct tcp_limits limits = {
	    .conns = 100, .syn_queue = 2, .time_wait = 10, .sndbuf_max = 1 << 20, .rcvbuf_max = 1 << 20};

	tcp_set_limits(s->tcp, &limits);
	listen_on(s, 8);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	for (unsigned i = 0; i < 2; i++) {
		s->peer.port++;
		ignore_output(s);
		inject(s, "S 0:0(0) win 65535 <mss 1000>");
	}
	expect_nothing(s);
	expect_drop(s, DROP_TCP_SYN_FLOOD);
	s->peer.port = 5000;
	ignore_output(s);
	script_end(s);
}

/* RFC 4987, 3.4: the SYN queue is bounded; the oldest child is evicted. */
static void
syn_queue_is_bounded(void **state)
{
	struct script *s = script_new();
	struct tcp_limits limits = {
	    .conns = 100, .syn_queue = 2, .time_wait = 10, .sndbuf_max = 1 << 20, .rcvbuf_max = 1 << 20};

	tcp_set_limits(s->tcp, &limits);
	listen_on(s, 8);
	for (unsigned i = 0; i < 3; i++) {
		inject(s, "S 0:0(0) win 65535 <mss 1000>");
		expect(s, "S. 0:0(0) ack 1");
		s->peer.port++;
		elapse(s, 10 * MSEC);
	}
	expect_drop(s, DROP_TCP_SYN_QUEUE);
	s->peer.port = 5000;
	ignore_output(s);
	script_end(s);
}

/* No SYN-ACK is sent before the user has decided about the child. */
static void
deferred_child_is_answered_late(void **state)
{
	struct script *s = script_new();

	s->opts.defer_syn_ack = true;
	listen_on(s, 8);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect_nothing(s);
	accept_child(s);
	assert_state(s, SYN_RECEIVED);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect_nothing(s);
	elapse(s, 2 * SEC);
	expect_nothing(s);
	tcp_answer_accept(s->c);
	expect(s, "S. 0:0(0) ack 1 <mss 1460>");
	inject(s, ". 1:1(0) ack 1");
	assert_state(s, ESTABLISHED);
	assert_int_equal(s->events & TCP_EVENT_CONNECTED, TCP_EVENT_CONNECTED);
	script_end(s);
}

static void
deferred_child_is_refused(void **state)
{
	struct script *s = script_new();

	s->opts.defer_syn_ack = true;
	listen_on(s, 8);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	accept_child(s);
	tcp_answer_refuse(s->c, LEAT_ECONNREFUSED);
	s->iss = 0;
	expect(s, "R. 0:0(0) ack 1");
	s->peer.port++;
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	accept_child(s);
	tcp_answer_refuse(s->c, LEAT_EHOSTUNREACH);
	expect_nothing(s);
	assert_int_equal(s->refused, LEAT_EHOSTUNREACH);
	script_end(s);
}

/* Closing a listener resets the children that were not accepted. */
static void
closed_listener_resets_children(void **state)
{
	struct script *s = script_new();

	listen_on(s, 8);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, ". 1:1(0) ack 1");
	tcp_listener_close(s->listener);
	expect(s, "R. 1:1(0) ack 1");
	inject(s, ". 1:1(0) ack 1");
	expect(s, "R 1:1(0)");
	script_end(s);
}

/* A listener on an address comes before one on every address. */
static void
specific_listener_comes_first(void **state)
{
	struct script *s = script_new();
	struct tcp_listener *specific, *again;

	listen_on(s, 8);
	assert_int_equal(tcp_listen(s->tcp, &s->us, false, 8, &s->opts, NULL, NULL, &specific), 0);
	assert_int_equal(
	    tcp_listen(s->tcp, &s->us, false, 8, &s->opts, NULL, NULL, &again), -LEAT_EADDRINUSE);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, ". 1:1(0) ack 1");
	assert_int_equal(tcp_accept_pending(s->listener), 0);
	assert_int_equal(tcp_accept_pending(specific), 1);
	script_end(s);
}

/* RFC 6528: the numbers of one four-tuple advance; those of another are unrelated. */
static void
initial_numbers_are_keyed(void **state)
{
	struct script *s = script_new();
	seq_t first;

	connect_to(s);
	expect(s, "S 0:0(0)");
	first = s->iss;
	tcp_close(s->c);
	elapse(s, SEC);
	connect_to(s);
	expect(s, "S 0:0(0)");
	assert_int_equal(s->iss - first, 250000);
	tcp_close(s->c);
	s->peer.port++;
	connect_to(s);
	expect(s, "S 0:0(0)");
	assert_true(s->iss - first > 1000000 && first - s->iss > 1000000);
	script_end(s);
}

/* The user may close from within a callback. */
static void
closing_in_the_upcall(void **state)
{
	struct script *s = script_new();

	connect_to(s);
	s->close_on_event = true;
	expect(s, "S 0:0(0)");
	inject(s, "S. 0:0(0) ack 1 win 65535 <mss 1000>");
	expect(s, ". 1:1(0) ack 1");
	expect(s, "F. 1:1(0) ack 1");
	inject(s, "R 1:1(0)");
	script_end(s);
}

/* Linux: a child that was reset can still be accepted, and its user finds the error. */
static void
reset_child_stays_to_be_accepted(void **state)
{
	struct script *s = script_new();

	listen_on(s, 8);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, ". 1:1(0) ack 1");
	inject(s, "R 1:1(0)");
	assert_int_equal(tcp_accept_pending(s->listener), 1);
	accept_child(s);
	assert_state(s, CLOSED);
	assert_int_equal(tcp_take_error(s->c), LEAT_ECONNRESET);
	tcp_close(s->c);
	script_end(s);
}

/* tcp(7), TCP_DEFER_ACCEPT: a child can be accepted when its data has arrived. */
static void
child_waits_for_data(void **state)
{
	struct script *s = script_new();

	s->opts.await_data = 3;
	listen_on(s, 1);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, ". 1:1(0) ack 1");
	expect_drop(s, DROP_TCP_NO_DATA_YET);
	assert_int_equal(tcp_accept_pending(s->listener), 0);
	elapse(s, 2 * SEC);
	expect_nothing(s); /* the peer's ACK has arrived: no SYN-ACK is retransmitted */
	inject(s, "P. 1:11(10) ack 1");
	assert_int_equal(tcp_accept_pending(s->listener), 1);
	accept_child(s);
	assert_state(s, ESTABLISHED);
	read_octets(s, 10);
	tcp_abort(s->c);
	tcp_listener_close(s->listener);
	script_end(s);
}

/*
 * TCP_DEFER_ACCEPT, as on Linux: the last SYN-ACK asks for the ACK again, and then the child can be
 * accepted without data.
 */
static void
child_does_not_wait_for_ever(void **state)
{
	struct script *s = script_new();

	s->opts.await_data = 2;
	listen_on(s, 1);
	inject(s, "S 0:0(0) win 65535 <mss 1000>");
	expect(s, "S. 0:0(0) ack 1");
	inject(s, ". 1:1(0) ack 1");
	elapse(s, SEC);
	expect_nothing(s);
	elapse(s, 2 * SEC);
	expect(s, "S. 0:0(0) ack 1");
	inject(s, ". 1:1(0) ack 1");
	assert_int_equal(tcp_accept_pending(s->listener), 1);
	tcp_listener_close(s->listener);
	script_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(active_open),
	    cmocka_unit_test(passive_open),
	    cmocka_unit_test(simultaneous_open),
	    cmocka_unit_test(bad_ack_in_syn_sent_is_reset),
	    cmocka_unit_test(reset_in_syn_sent_is_refusal),
	    cmocka_unit_test(syn_is_retransmitted_six_times),
	    cmocka_unit_test(lost_syn_leaves_one_segment),
	    cmocka_unit_test(data_completes_the_handshake),
	    cmocka_unit_test(syn_ack_is_sent_again),
	    cmocka_unit_test(wrong_ack_in_syn_received_is_reset),
	    cmocka_unit_test(reset_in_syn_received_is_silent),
	    cmocka_unit_test(closed_port_resets),
	    cmocka_unit_test(listen_takes_only_syn),
	    cmocka_unit_test(full_accept_queue_drops_the_last_ack),
	    cmocka_unit_test(full_accept_queue_drops_the_syn),
	    cmocka_unit_test(repeated_syn_brings_its_timestamp),
	    cmocka_unit_test(syn_queue_is_bounded),
	    cmocka_unit_test(half_open_connection_keeps_its_place_for_a_while),
	    cmocka_unit_test(child_waits_for_data),
	    cmocka_unit_test(child_does_not_wait_for_ever),
	    cmocka_unit_test(deferred_child_is_answered_late),
	    cmocka_unit_test(deferred_child_is_refused),
	    cmocka_unit_test(closed_listener_resets_children),
	    cmocka_unit_test(specific_listener_comes_first),
	    cmocka_unit_test(initial_numbers_are_keyed),
	    cmocka_unit_test(closing_in_the_upcall),
	    cmocka_unit_test(reset_child_stays_to_be_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
