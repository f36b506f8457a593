#include "script.h"

#include <string.h>

/* Uses up the quick ACKs of a new connection. Leaves RCV.NXT at 17 (relative). */
static void
wear_out_quick_acks(struct script *s)
{
	char text[60];

	for (unsigned i = 0; i < 16; i++) {
		snprintf(text, sizeof text, "P. %u:%u(1) ack 1", i + 1, i + 2);
		inject(s, text);
	}
	elapse(s, 40 * MSEC);
	ignore_output(s);
	read_octets(s, 16);
}

/* RFC 9293, 3.8.6.3: the ACK of one segment is delayed, by 40 ms as on Linux. */
static void
ack_of_one_segment_is_delayed(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	wear_out_quick_acks(s);
	inject(s, "P. 17:1017(1000) ack 1");
	elapse(s, 39 * MSEC);
	expect_nothing(s);
	elapse(s, MSEC);
	expect(s, ". 1:1(0) ack 1017");
	script_end(s);
}

/* Linux: TCP_QUICKACK set to 0 ends the quick ACKs of a new connection and those after a pause. */
static void
quickack_off_delays_the_first_acks(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, "P. 1:11(10) ack 1");
	expect(s, ". 1:1(0) ack 11");
	s->opts.quickack = -1;
	assert_int_equal(tcp_set_opts(s->c, &s->opts), 0);
	inject(s, "P. 11:21(10) ack 1");
	expect_nothing(s);
	elapse(s, 40 * MSEC);
	expect(s, ". 1:1(0) ack 21");
	elapse(s, 10 * SEC);
	inject(s, "P. 21:31(10) ack 1");
	expect_nothing(s);
	elapse(s, 40 * MSEC);
	expect(s, ". 1:1(0) ack 31");
	s->opts.quickack = 1;
	assert_int_equal(tcp_set_opts(s->c, &s->opts), 0);
	inject(s, "P. 31:41(10) ack 1");
	expect(s, ". 1:1(0) ack 41");
	script_end(s);
}

/*
 * A writer that found no memory, with nothing in flight whose ACK could come, is notified when
 * there may be memory again.
 */
static void
a_writer_without_memory_is_notified(void **state)
{
	struct script *s = script_new();
	struct list taken, *n;
	struct pkt *p;

	establish_passive(s, "");
	list_init(&taken);
	while ((p = pkt_new(s->pool)))
		list_push(&taken, &p->node);
	assert_int_equal(tcp_send(s->c, "x", 1, false, false), -LEAT_EAGAIN);
	while ((n = list_pop(&taken)))
		pkt_free(container_of(n, struct pkt, node));
	s->events = 0;
	elapse(s, SEC);
	assert_true(s->events & TCP_EVENT_WRITABLE);
	send_octets(s, 1);
	expect(s, "P. 1:2(1) ack 1");
	script_end(s);
}

/* RFC 5681, 4.2: every second full segment is acknowledged at once. */
static void
second_full_segment_is_acknowledged(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	wear_out_quick_acks(s);
	inject(s, ". 17:1017(1000) ack 1");
	expect_nothing(s);
	inject(s, ". 1017:2017(1000) ack 1");
	expect(s, ". 1:1(0) ack 2017");
	script_end(s);
}

/*
 * After a hole was filled, ACKs are not delayed for a while: the sender's window has just shrunk, and
 * a delayed ACK of an odd segment would stop it.
 */
static void
acks_after_a_filled_hole_are_quick(void **state)
{
	struct script *s = script_new();
	char text[60];

	establish_passive(s, "");
	wear_out_quick_acks(s);
	inject(s, ". 1017:2017(1000) ack 1");
	ignore_output(s);
	inject(s, ". 17:1017(1000) ack 1");
	expect(s, ". 1:1(0) ack 2017");
	for (unsigned at = 2017; at < 2017 + 15 * 1000; at += 1000) {
		snprintf(text, sizeof text, ". %u:%u(1000) ack 1", at, at + 1000);
		inject(s, text);
		snprintf(text, sizeof text, ". 1:1(0) ack %u", at + 1000);
		expect(s, text);
	}
	inject(s, ". 17017:18017(1000) ack 1");
	expect_nothing(s);
	elapse(s, 40 * MSEC);
	expect(s, ". 1:1(0) ack 18017");
	script_end(s);
}

/* TCP_QUICKACK set to 0: only the ACK of what fills the hole is not delayed. */
static void
quickack_off_delays_acks_after_a_filled_hole(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	s->opts.quickack = -1;
	assert_int_equal(tcp_set_opts(s->c, &s->opts), 0);
	inject(s, ". 1001:2001(1000) ack 1");
	ignore_output(s);
	inject(s, ". 1:1001(1000) ack 1");
	expect(s, ". 1:1(0) ack 2001");
	inject(s, ". 2001:3001(1000) ack 1");
	expect_nothing(s);
	elapse(s, 40 * MSEC);
	expect(s, ". 1:1(0) ack 3001");
	script_end(s);
}

/* A super-segment counts as its wire segments. */
static void
super_segment_is_acknowledged_at_once(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	wear_out_quick_acks(s);
	inject(s, ". 17:3017(3000) ack 1 segs 3");
	expect(s, ". 1:1(0) ack 3017");
	script_end(s);
}

/* Data in the other direction has the ACK. */
static void
ack_rides_on_data(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	wear_out_quick_acks(s);
	inject(s, "P. 17:117(100) ack 1");
	send_octets(s, 10);
	expect(s, "P. 1:11(10) ack 117");
	elapse(s, 100 * MSEC);
	expect_nothing(s);
	script_end(s);
}

/* RFC 9293, 3.7.4, Nagle: a short segment waits while another is in flight; a full one does not. */
static void
nagle_holds_short_segments(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	send_octets(s, 10);
	expect(s, "P. 1:11(10)");
	send_octets(s, 10);
	send_octets(s, 10);
	expect_nothing(s);
	inject(s, ". 1:1(0) ack 11");
	expect(s, "P. 11:31(20)");
	send_octets(s, 1005);
	expect(s, ". 31:1031(1000)");
	expect_nothing(s);
	inject(s, ". 1:1(0) ack 1031");
	expect(s, "P. 1031:1036(5)");
	script_end(s);
}

/* TCP_NODELAY sends at once, and also sends what was held back. */
static void
nodelay_turns_nagle_off(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	send_octets(s, 10);
	expect(s, "P. 1:11(10)");
	send_octets(s, 10);
	expect_nothing(s);
	s->opts.nodelay = true;
	tcp_set_opts(s->c, &s->opts);
	expect(s, "P. 11:21(10)");
	script_end(s);
}

/* TCP_CORK holds a short segment back until it is cleared, or for 200 ms. */
static void
cork_holds_for_200_ms(void **state)
{
	struct script *s = script_new();

	s->opts.cork = true;
	establish_passive(s, "");
	send_octets(s, 10);
	expect_nothing(s);
	elapse(s, 200 * MSEC);
	expect(s, "P. 1:11(10)");
	send_octets(s, 10);
	inject(s, ". 1:1(0) ack 11");
	s->opts.cork = false;
	tcp_set_opts(s->c, &s->opts);
	expect(s, "P. 11:21(10)");
	script_end(s);
}

/* tcp(7), TCP_NODELAY: each time it is set, it sends what is held back, even by a cork. */
static void
a_push_pulls_what_a_cork_holds(void **state)
{
	struct script *s = script_new();

	s->opts.cork = true;
	establish_passive(s, "");
	send_octets(s, 10);
	expect_nothing(s);
	tcp_push(s->c);
	expect(s, "P. 1:11(10)");
	send_octets(s, 10);
	expect_nothing(s);
	tcp_push(s->c);
	expect(s, "P. 11:21(10)");
	script_end(s);
}

/*
 * As on Linux each super-segment ends with PSH, so that a receiver that coalesces it delivers it.
 */
static void
super_segments_end_with_psh(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	send_octets(s, 15000);
	expect(s, "P. 1:10001(10000)");
	inject(s, ". 1:1(0) ack 1001");
	expect(s, "P. 10001:12001(2000)");
	script_end(s);
}

/* MSG_MORE holds data back like a cork, until a write without it. */
static void
more_holds_until_less(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	assert_int_equal(tcp_send(s->c, "abc", 3, false, true), 3);
	expect_nothing(s);
	assert_int_equal(tcp_send(s->c, "def", 3, false, false), 3);
	expect(s, "P. 1:7(6)");
	script_end(s);
}

/* RFC 6928: first ten segments, as one super-segment, then two for each one acknowledged. */
static void
initial_window_is_ten_segments(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	send_octets(s, 30000);
	expect(s, ". 1:10001(10000) segs 10");
	expect_nothing(s);
	inject(s, ". 1:1(0) ack 2001");
	expect(s, ". 10001:14001(4000) segs 4");
	script_end(s);
}

/* The peer's window limits what is sent. */
static void
peers_window_limits(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, ". 1:1(0) ack 1 win 2500");
	send_octets(s, 5000);
	expect(s, ". 1:2001(2000) segs 2");
	expect_nothing(s);
	inject(s, ". 1:1(0) ack 2001 win 2500");
	expect(s, ". 2001:4001(2000)");
	script_end(s);
}

/*
 * RFC 9293, 3.8.6.2.1: a small window gets no small segment, unless it is half of the largest
 * window, or after a while.
 */
static void
sender_avoids_silly_windows(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, ". 1:1(0) ack 1 win 100");
	send_octets(s, 5000);
	expect_nothing(s);
	elapse(s, 200 * MSEC);
	expect(s, ". 1:101(100)");
	script_end(s);
}

/*
 * RFC 9293, 3.8.6.1: a shut window is probed at growing intervals, without end while the peer
 * answers.
 */
static void
zero_window_is_probed(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, ". 1:1(0) ack 1 win 0");
	send_octets(s, 100);
	expect_nothing(s);
	elapse(s, 201 * MSEC); /* the RTO: 200 ms more than a round trip of no time */
	expect(s, ". 0:0(0) ack 1");
	inject(s, ". 1:1(0) ack 1 win 0");
	elapse(s, 398 * MSEC);
	expect_nothing(s);
	elapse(s, 2 * MSEC);
	expect(s, ". 0:0(0) ack 1");
	for (unsigned i = 0; i < 30; i++) {
		inject(s, ". 1:1(0) ack 1 win 0");
		elapse(s, 120 * SEC);
		ignore_output(s);
	}
	assert_state(s, ESTABLISHED);
	inject(s, ". 1:1(0) ack 1 win 1000");
	expect(s, "P. 1:101(100)");
	script_end(s);
}

/* If the peer does not answer probes, the connection ends. */
static void
unanswered_probes_end_the_connection(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, ". 1:1(0) ack 1 win 0");
	send_octets(s, 100);
	elapse(s, 1800 * SEC);
	assert_state(s, CLOSED);
	assert_int_equal(tcp_take_error(s->c), LEAT_ETIMEDOUT);
	script_end(s);
}

/*
 * RFC 9293, 3.8.6.2.2: the window shuts when the user does not read, and opens by at least a
 * segment.
 */
static void
receiver_avoids_silly_windows(void **state)
{
	struct script *s = script_new();
	uint8_t octet;

	s->opts.rcvbuf = 16384;
	establish_passive(s, "");
	for (unsigned i = 0; i < 20; i++) {
		char text[80];

		snprintf(text, sizeof text, ". %u:%u(1000) ack 1", 1 + 1000 * i, 1001 + 1000 * i);
		inject(s, text);
	}
	ignore_output(s);
	assert_true(tcp_unread(s->c) > 4000);
	assert_int_equal(tcp_recv(s->c, &octet, 1, false), 1);
	expect_nothing(s);
	read_octets(s, tcp_unread(s->c));
	assert_false(list_empty(&s->out)); /* the peer has been notified that it is open again */
	script_end(s);
}

/*
 * RFC 2018, 3: data beyond a hole is reported, the latest first; once the hole is filled, all is
 * acknowledged.
 */
static void
sack_reports_what_is_here(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK");
	inject(s, ". 1001:2001(1000) ack 1");
	expect(s, ". 1:1(0) ack 1 <sack 1001:2001>");
	inject(s, ". 3001:4001(1000) ack 1");
	expect(s, ". 1:1(0) ack 1 <sack 3001:4001,sack 1001:2001>");
	inject(s, ". 2001:3001(1000) ack 1");
	expect(s, ". 1:1(0) ack 1 <sack 1001:4001>");
	inject(s, ". 1:1001(1000) ack 1");
	expect(s, ". 1:1(0) ack 4001");
	read_octets(s, 4000);
	script_end(s);
}

/* A segment that begins before RCV.NXT and ends after it is trimmed; the octets are right. */
static void
overlap_is_trimmed(void **state)
{
	struct script *s = script_new();
	uint8_t buf[150];

	establish_passive(s, "");
	inject(s, ". 1:101(100) ack 1");
	inject(s, ". 51:151(100) ack 1");
	assert_int_equal(tcp_recv(s->c, buf, sizeof buf, false), 150);
	for (unsigned i = 0; i < 150; i++)
		assert_int_equal(buf[i], (uint8_t)((i + 1) * 7 + ((i + 1) >> 8)));
	script_end(s);
}

/* Three ways to see the same octets: spans, peek, read. */
static void
peeking_leaves_data(void **state)
{
	struct script *s = script_new();
	struct pkt_span span[4];
	uint8_t buf[200];

	establish_passive(s, "");
	inject(s, ". 1:101(100) ack 1");
	assert_int_equal(tcp_recv(s->c, buf, 10, true), 10);
	assert_int_equal(tcp_peek_spans(s->c, span, 4), 1);
	assert_int_equal(span[0].len, 100);
	assert_memory_equal(span[0].at, buf, 10);
	tcp_consume(s->c, 60);
	assert_int_equal(tcp_recv(s->c, buf, sizeof buf, false), 40);
	assert_int_equal(tcp_recv(s->c, buf, sizeof buf, false), -LEAT_EAGAIN);
	script_end(s);
}

/* Reserve, write in place, commit. */
static void
reserved_room_is_sent(void **state)
{
	struct script *s = script_new();
	void *at;
	ssize_t n;

	establish_passive(s, "");
	n = tcp_reserve(s->c, 500, &at);
	assert_true(n >= 500);
	memset(at, 'x', 500);
	expect_nothing(s);
	tcp_commit(s->c, 500);
	expect(s, "P. 1:501(500)");
	script_end(s);
}

/*
 * Only whole super-segments are sent while the user has more, as MSG_MORE holds short segments back
 * (send(2)); 0 octets say that nothing follows.
 */
static void
more_at_hand_waits_to_fill_a_super_segment(void **state)
{
	struct script *s = script_new();
	void *at;

	establish_passive(s, "");
	assert_true(tcp_reserve(s->c, 1500, &at) >= 1500);
	memset(at, 'x', 1500);
	tcp_commit_more(s->c, 1500);
	expect_nothing(s);
	tcp_commit(s->c, 0);
	expect(s, "P. 1:1501(1500)");
	script_end(s);
}

/* The send buffer fills, and the user is notified when there is room. */
static void
full_buffer_blocks_and_wakes(void **state)
{
	struct script *s = script_new();
	static uint8_t big[100000];

	s->opts.sndbuf = 20000;
	establish_passive(s, "");
	assert_int_equal(tcp_send(s->c, big, sizeof big, false, false), 20000);
	assert_int_equal(tcp_send(s->c, big, sizeof big, false, false), -LEAT_EAGAIN);
	assert_int_equal(tcp_ready(s->c) & LEAT_OUT, 0);
	assert_int_equal(tcp_unacked(s->c), 20000);
	assert_int_equal(tcp_unsent(s->c), 10000);
	s->events = 0;
	inject(s, ". 1:1(0) ack 10001");
	assert_int_equal(s->events & TCP_EVENT_WRITABLE, TCP_EVENT_WRITABLE);
	assert_int_equal(tcp_ready(s->c) & LEAT_OUT, LEAT_OUT);
	script_end(s);
}

/* RFC 6093: the urgent octet is not among the data, and reading stops once before its place. */
static void
urgent_octet_is_out_of_line(void **state)
{
	struct script *s = script_new();
	uint8_t buf[200], octet;

	establish_passive(s, "");
	assert_int_equal(tcp_recv_urgent(s->c, &octet, false), -LEAT_EINVAL);
	inject(s, "PU. 1:101(100) ack 1 urg 50");
	assert_int_equal(tcp_ready(s->c) & LEAT_PRI, LEAT_PRI);
	assert_false(tcp_at_mark(s->c));
	assert_int_equal(tcp_unread(s->c), 99);
	assert_int_equal(tcp_recv(s->c, buf, sizeof buf, false), 49);
	assert_int_equal(tcp_recv_urgent(s->c, &octet, false), 1);
	assert_int_equal(octet, (uint8_t)(50 * 7));
	assert_int_equal(tcp_recv_urgent(s->c, &octet, false), -LEAT_EINVAL);
	assert_int_equal(tcp_recv(s->c, buf, sizeof buf, false), 50);
	assert_int_equal(buf[0], (uint8_t)(51 * 7));
	script_end(s);
}

/* SO_OOBINLINE: the octet is among the data, and reading still stops before it. */
static void
urgent_octet_inline(void **state)
{
	struct script *s = script_new();
	uint8_t buf[200];

	s->opts.oob_inline = true;
	establish_passive(s, "");
	inject(s, "PU. 1:101(100) ack 1 urg 50");
	assert_int_equal(tcp_recv(s->c, buf, sizeof buf, false), 49);
	assert_true(tcp_at_mark(s->c));
	assert_int_equal(tcp_recv(s->c, buf, sizeof buf, false), 51);
	assert_int_equal(buf[0], (uint8_t)(50 * 7));
	script_end(s);
}

/*
 * Sending: the urgent pointer points after the last octet (RFC 6093, 4), until that is
 * acknowledged.
 */
static void
urgent_pointer_is_sent(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	assert_int_equal(tcp_send(s->c, "abc", 3, true, false), 3);
	expect(s, "PU. 1:4(3) urg 3");
	inject(s, ". 1:1(0) ack 4");
	send_octets(s, 5);
	expect(s, "P. 4:9(5) urg 0");
	script_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ack_of_one_segment_is_delayed),
	    cmocka_unit_test(quickack_off_delays_the_first_acks),
	    cmocka_unit_test(a_writer_without_memory_is_notified),
	    cmocka_unit_test(second_full_segment_is_acknowledged),
	    cmocka_unit_test(acks_after_a_filled_hole_are_quick),
	    cmocka_unit_test(quickack_off_delays_acks_after_a_filled_hole),
	    cmocka_unit_test(super_segment_is_acknowledged_at_once),
	    cmocka_unit_test(ack_rides_on_data),
	    cmocka_unit_test(nagle_holds_short_segments),
	    cmocka_unit_test(nodelay_turns_nagle_off),
	    cmocka_unit_test(cork_holds_for_200_ms),
	    cmocka_unit_test(a_push_pulls_what_a_cork_holds),
	    cmocka_unit_test(super_segments_end_with_psh),
	    cmocka_unit_test(more_holds_until_less),
	    cmocka_unit_test(initial_window_is_ten_segments),
	    cmocka_unit_test(peers_window_limits),
	    cmocka_unit_test(sender_avoids_silly_windows),
	    cmocka_unit_test(zero_window_is_probed),
	    cmocka_unit_test(unanswered_probes_end_the_connection),
	    cmocka_unit_test(receiver_avoids_silly_windows),
	    cmocka_unit_test(sack_reports_what_is_here),
	    cmocka_unit_test(overlap_is_trimmed),
	    cmocka_unit_test(peeking_leaves_data),
	    cmocka_unit_test(reserved_room_is_sent),
	    cmocka_unit_test(more_at_hand_waits_to_fill_a_super_segment),
	    cmocka_unit_test(full_buffer_blocks_and_wakes),
	    cmocka_unit_test(urgent_octet_is_out_of_line),
	    cmocka_unit_test(urgent_octet_inline),
	    cmocka_unit_test(urgent_pointer_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
