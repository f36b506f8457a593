#include "script.h"

#include "tcp/conn/conn.h"

/* RFC 9293, 3.10.7.4, second: a RST at RCV.NXT ends the connection. */
static void
exact_reset_ends(void **state)
{
	struct script *s = script_new();
	char octet;

	establish_passive(s, "");
	inject(s, "R 1:1(0)");
	assert_state(s, CLOSED);
	expect_nothing(s);
	assert_int_equal(tcp_ready(s->c), LEAT_IN | LEAT_OUT | LEAT_HUP | LEAT_RDHUP | LEAT_ERR);
	assert_int_equal(tcp_recv(s->c, &octet, 1, false), -LEAT_ECONNRESET);
	assert_int_equal(tcp_recv(s->c, &octet, 1, false), 0);
	assert_int_equal(tcp_send(s->c, "x", 1, false, false), -LEAT_EPIPE);
	tcp_close(s->c);
	script_end(s);
}

/* Data that arrived before the reset can still be read. */
static void
data_before_reset_is_kept(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, "P. 1:101(100) ack 1");
	inject(s, "R 101:101(0)");
	read_octets(s, 100);
	script_end(s);
}

/* RFC 5961, 3.2: a RST elsewhere in the window gets a challenge ACK. */
static void
reset_in_window_is_challenged(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, "R 2:2(0)");
	expect(s, ". 1:1(0) ack 1");
	expect_drop(s, DROP_RST_NOT_EXACT);
	assert_state(s, ESTABLISHED);
	script_end(s);
}

/* A RST outside the window gets no answer. */
static void
reset_outside_window_is_dropped(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, "R 70000:70000(0)");
	expect_drop(s, DROP_SEQ_OUT_OF_WINDOW);
	inject(s, "R 0:0(0)");
	expect_drop(s, DROP_RST_OLD);
	expect_nothing(s);
	assert_state(s, ESTABLISHED);
	script_end(s);
}

/* RFC 9293, 3.10.7.4: an exact RST ends the connection even if the window is zero. */
static void
reset_into_zero_window_ends(void **state)
{
	struct script *s = script_new();

	s->opts.rcvbuf = 2304;
	establish_passive(s, "");
	for (unsigned i = 0; i < 8; i++)
		inject(s, ". 1:1001(1000) ack 1");
	ignore_output(s);
	inject(s, "R 1001:1001(0)");
	assert_state(s, CLOSED);
	script_end(s);
}

/* RFC 5961, 4.2: a SYN on a synchronized connection gets a challenge ACK, whatever its number. */
static void
syn_is_challenged(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, "S 500:500(0)");
	expect(s, ". 1:1(0) ack 1");
	expect_drop(s, DROP_SYN_IN_WINDOW);
	elapse(s, 500 * MSEC);
	inject(s, "S 900000:900000(0)");
	expect(s, ". 1:1(0) ack 1");
	assert_state(s, ESTABLISHED);
	script_end(s);
}

/* RFC 5961, 7: the number of challenge ACKs is limited. */
static void
challenges_are_limited(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, "S 500:500(0)");
	expect(s, ". 1:1(0) ack 1");
	inject(s, "S 500:500(0)");
	inject(s, "R 2:2(0)");
	expect_nothing(s);
	elapse(s, 500 * MSEC);
	inject(s, "R 2:2(0)");
	expect(s, ". 1:1(0) ack 1");
	script_end(s);
}

/*
 * RFC 5961, 5.2: an ACK older than any window, or of what was not sent, gets a challenge ACK, and
 * its data is dropped.
 */
static void
ack_out_of_range_is_challenged(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, "P. 1:11(10) ack 2");
	expect(s, ". 1:1(0) ack 1");
	expect_drop(s, DROP_ACK_UNSENT);
	elapse(s, 500 * MSEC);
	inject(s, "P. 1:11(10) ack -70000");
	expect(s, ". 1:1(0) ack 1");
	expect_drop(s, DROP_ACK_TOO_OLD);
	inject(s, "P. 1:11(10) ack -60000");
	expect(s, ". 1:1(0) ack 11");
	script_end(s);
}

/* RFC 9293, 3.10.7.4, fifth: a segment without ACK has no effect. */
static void
segment_without_ack_is_dropped(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, "P 1:11(10)");
	expect_nothing(s);
	expect_drop(s, DROP_ACK_MISSING);
	script_end(s);
}

/* RFC 7323, 5.3: a segment with an old timestamp is old: it is answered and dropped. */
static void
old_timestamp_is_rejected(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",ts 100 0");
	inject(s, "P. 1:11(10) ack 1 <ts 110 0>");
	expect(s, ". 1:1(0) ack 11 <ts 0 110>");
	inject(s, "P. 11:21(10) ack 1 <ts 109 0>");
	expect(s, ". 1:1(0) ack 11 <ts 0 110>");
	expect_drop(s, DROP_PAWS);
	inject(s, "P. 11:21(10) ack 1 <ts 110 0>");
	expect(s, ". 1:1(0) ack 21");
	script_end(s);
}

/*
 * RFC 7323, 3.2: without the timestamp that both sides agreed on, a segment is dropped silently; a
 * RST needs none.
 */
static void
missing_timestamp_is_dropped(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",ts 100 0");
	inject(s, "P. 1:11(10) ack 1");
	expect_nothing(s);
	expect_drop(s, DROP_TS_MISSING);
	inject(s, "R 1:1(0)");
	assert_state(s, CLOSED);
	script_end(s);
}

/* RFC 7323, 5.5: after 24 days an old timestamp proves nothing. */
static void
stale_timestamp_does_not_bind(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",ts 100 0");
	elapse(s, 25 * 24 * 3600 * SEC);
	inject(s, "P. 1:11(10) ack 1 <ts 50 0>");
	expect(s, ". 1:1(0) ack 11 <ts 0 50>");
	script_end(s);
}

/*
 * RFC 7323, 4.3: TS.Recent comes from the segment that covers Last.ACK.sent, not from one beyond a
 * hole.
 */
static void
echo_is_of_the_segment_in_order(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK,ts 100 0");
	inject(s, "P. 1001:2001(1000) ack 1 <ts 120 0>");
	expect(s, ". 1:1(0) ack 1 <ts 0 100,sack 1001:2001>");
	inject(s, "P. 1:1001(1000) ack 1 <ts 130 0>");
	expect(s, ". 1:1(0) ack 2001 <ts 0 130>");
	script_end(s);
}

/*
 * RFC 9293, 3.10.7.4, first: data that arrives again is acknowledged again; D-SACK says which (RFC
 * 2883).
 */
static void
duplicate_data_is_acknowledged(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK");
	inject(s, "P. 1:101(100) ack 1");
	expect(s, ". 1:1(0) ack 101");
	inject(s, "P. 1:101(100) ack 1");
	expect(s, ". 1:1(0) ack 101 <sack 1:101>");
	expect_drop(s, DROP_DATA_DUPLICATE);
	script_end(s);
}

/* RFC 5961, 3.2: a RST at RCV.NXT+RCV.WND lies outside the window, and is dropped without an answer; one octet before it gets a challenge ACK. */
static void
reset_at_the_right_edge_is_outside(void **state)
{
	struct script *s = script_new();
	uint32_t wnd;
	char text[40];

	establish_passive(s, "");
	wnd = tcp_rcv_wnd(s->c);
	snprintf(text, sizeof text, "R %u:%u(0)", 1 + wnd, 1 + wnd);
	inject(s, text);
	expect_nothing(s);
	expect_drop(s, DROP_SEQ_OUT_OF_WINDOW);
	snprintf(text, sizeof text, "R %u:%u(0)", wnd, wnd);
	inject(s, text);
	expect(s, ". 1:1(0) ack 1");
	expect_drop(s, DROP_RST_NOT_EXACT);
	assert_state(s, ESTABLISHED);
	script_end(s);
}

/* A keepalive or window probe, one octet before the window, is answered. */
static void
probe_is_answered(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, ". 0:0(0) ack 1");
	expect(s, ". 1:1(0) ack 1");
	expect_drop(s, DROP_SEQ_OUT_OF_WINDOW);
	script_end(s);
}

/* Malformed segments are counted and get no answer. */
static void
malformed_segments_are_counted(void **state)
{
	struct script *s = script_new();
	struct ip_rx rx = {.src = s->peer.addr, .dst = s->us.addr, .iface = s->iface, .proto = 6};
	uint8_t h[40] = {0};

	for (unsigned n = 0; n < 20; n++)
		core_deliver(s->core, pkt_from_bytes(s->pool, h, n), &rx);
	assert_int_equal(s->core->drops[DROP_TCP_BAD_HEADER], 20);
	tcp_put(h, 5000, 80, 0, 0, 24, TCP_SYN, 0);
	h[20] = TCP_OPT_MSS;
	h[21] = 1;
	core_deliver(s->core, pkt_from_bytes(s->pool, h, 20), &rx); /* Data Offset exceeds the segment */
	assert_int_equal(s->core->drops[DROP_TCP_BAD_HEADER], 21);
	core_deliver(s->core, pkt_from_bytes(s->pool, h, 24), &rx);
	assert_int_equal(s->core->drops[DROP_TCP_BAD_SUM], 1);
	rx.group = true;
	core_deliver(s->core, pkt_from_bytes(s->pool, h, 24), &rx);
	assert_int_equal(s->core->drops[DROP_TCP_BROADCAST], 1);
	expect_nothing(s);
	script_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(exact_reset_ends),
	    cmocka_unit_test(data_before_reset_is_kept),
	    cmocka_unit_test(reset_in_window_is_challenged),
	    cmocka_unit_test(reset_outside_window_is_dropped),
	    cmocka_unit_test(reset_into_zero_window_ends),
	    cmocka_unit_test(syn_is_challenged),
	    cmocka_unit_test(challenges_are_limited),
	    cmocka_unit_test(ack_out_of_range_is_challenged),
	    cmocka_unit_test(segment_without_ack_is_dropped),
	    cmocka_unit_test(old_timestamp_is_rejected),
	    cmocka_unit_test(missing_timestamp_is_dropped),
	    cmocka_unit_test(stale_timestamp_does_not_bind),
	    cmocka_unit_test(echo_is_of_the_segment_in_order),
	    cmocka_unit_test(duplicate_data_is_acknowledged),
	    cmocka_unit_test(reset_at_the_right_edge_is_outside),
	    cmocka_unit_test(probe_is_answered),
	    cmocka_unit_test(malformed_segments_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
