#include "script.h"

/* A connection with @n full segments in flight, sent as one packet. */
static void
in_flight(struct script *s, const char *more, unsigned n)
{
	establish_passive(s, more);
	send_octets(s, 1000 * n);
	ignore_output(s);
}

/*
 * RFC 6298 (5.4) to (5.6): the first segment is sent again at growing intervals; R2 ends it (Linux:
 * 15).
 */
static void
rto_backs_off_to_the_end(void **state)
{
	struct script *s = script_new();
	nsec_t wait = 200 * MSEC, began;

	establish_passive(s, "");
	send_octets(s, 10);
	expect(s, "P. 1:11(10)");
	for (unsigned n = 0; n < 15; n++) {
		for (began = s->core->now; list_empty(&s->out);)
			elapse(s, MSEC);
		assert_in_range(s->core->now - began, wait - MSEC, wait + MSEC);
		expect(s, "P. 1:11(10)");
		wait = nsec_min(2 * wait, 120 * SEC);
	}
	elapse(s, 125 * SEC);
	expect_nothing(s);
	assert_state(s, CLOSED);
	assert_int_equal(tcp_take_error(s->c), LEAT_ETIMEDOUT);
	script_end(s);
}

/* After a timeout: one segment, then slow start over what was lost (RFC 5681, 3.1). */
static void
rto_begins_slow_start(void **state)
{
	struct script *s = script_new();

	in_flight(s, "", 4);
	elapse(s, 201 * MSEC);
	expect(s, ". 1:1001(1000)");
	expect_nothing(s);
	inject(s, ". 1:1(0) ack 1001");
	expect(s, ". 1001:3001(2000)");
	inject(s, ". 1:1(0) ack 4001");
	expect_nothing(s);
	script_end(s);
}

/* RFC 5681, 3.2 and RFC 6582: three duplicate ACKs without SACK. */
static void
third_duplicate_retransmits(void **state)
{
	struct script *s = script_new();

	in_flight(s, "", 10);
	inject(s, ". 1:1(0) ack 1");
	inject(s, ". 1:1(0) ack 1");
	expect_nothing(s);
	inject(s, ". 1:1(0) ack 1");
	expect(s, ". 1:1001(1000)");
	expect_nothing(s);
	inject(s, ". 1:1(0) ack 10001");
	expect_nothing(s);
	script_end(s);
}

/* RFC 6582, 3.2 (3): a partial ACK shows the next hole. */
static void
partial_ack_retransmits_the_next_hole(void **state)
{
	struct script *s = script_new();

	in_flight(s, "", 10);
	for (unsigned i = 0; i < 3; i++)
		inject(s, ". 1:1(0) ack 1");
	expect(s, ". 1:1001(1000)");
	inject(s, ". 1:1(0) ack 4001");
	expect(s, ". 4001:5001(1000)");
	script_end(s);
}

/* An ACK with another window, or with data, is no duplicate (RFC 5681, 2). */
static void
window_update_is_no_duplicate(void **state)
{
	struct script *s = script_new();

	in_flight(s, "", 10);
	for (unsigned i = 0; i < 5; i++) {
		char text[60];

		snprintf(text, sizeof text, ". 1:1(0) ack 1 win %u", 60000 + i);
		inject(s, text);
	}
	expect_nothing(s);
	script_end(s);
}

/* RFC 6675: SACK reports three segments above the hole. */
static void
sack_finds_the_hole(void **state)
{
	struct script *s = script_new();

	in_flight(s, ",sackOK", 10);
	inject(s, ". 1:1(0) ack 1 <sack 1001:2001>");
	inject(s, ". 1:1(0) ack 1 <sack 1001:3001>");
	expect_nothing(s);
	inject(s, ". 1:1(0) ack 1 <sack 1001:4001>");
	expect(s, ". 1:1001(1000)");
	assert_int_equal(s->event[EVENT_TCP_RETX], 1);
	inject(s, ". 1:1(0) ack 10001");
	expect_nothing(s);
	script_end(s);
}

/*
 * Both of two holes are filled before new data is sent; the rescue of NextSeg() (4) repeats
 * neither.
 */
static void
sack_fills_all_holes(void **state)
{
	struct script *s = script_new();

	in_flight(s, ",sackOK", 10);
	inject(s, ". 1:1(0) ack 1 <sack 1001:2001,sack 3001:10001>");
	expect(s, ". 1:1001(1000)");
	expect(s, ". 2001:3001(1000)");
	expect_nothing(s);
	script_end(s);
}

/* RFC 3042: the first duplicates allow new data. */
static void
limited_transmit(void **state)
{
	struct script *s = script_new();

	establish_passive(s, ",sackOK");
	send_octets(s, 15000);
	expect(s, ". 1:10001(10000) segs 10");
	inject(s, ". 1:1(0) ack 1 <sack 1001:2001>");
	expect(s, ". 10001:11001(1000)");
	inject(s, ". 1:1(0) ack 1 <sack 1001:3001>");
	expect(s, ". 11001:12001(1000)");
	script_end(s);
}

/* Eifel (RFC 3522): the ACK of the original arrives after a timeout: cwnd is as before. */
static void
spurious_timeout_is_undone(void **state)
{
	struct script *s = script_new();
	struct leat_tcp_info info;
	char text[80];
	struct pkt *p;
	struct tcp_options o;

	establish_passive(s, ",ts 100 0");
	send_octets(s, 8000);
	p = list_first(&s->out, struct pkt, node);
	tcp_options_parse(p->data + 20, 12, &o);
	ignore_output(s);
	elapse(s, 201 * MSEC);
	ignore_output(s);
	tcp_info(s->c, &info);
	assert_int_equal(info.tcpi_ca_state, 4);
	snprintf(text, sizeof text, ". 1:1(0) ack 1977 <ts 200 %d>", (int)o.ts_val);
	inject(s, text);
	tcp_info(s->c, &info);
	assert_int_equal(info.tcpi_ca_state, 0);
	assert_true(info.tcpi_snd_cwnd >= 10);
	script_end(s);
}

/* RFC 5681, 4.1: after a pause cwnd is at most the restart window. */
static void
idle_connection_restarts(void **state)
{
	struct script *s = script_new();
	struct leat_tcp_info info;

	establish_passive(s, "");
	for (unsigned i = 0; i < 4; i++) {
		char text[40];

		send_octets(s, 10000);
		ignore_output(s);
		snprintf(text, sizeof text, ". 1:1(0) ack %u", 10001 + 10000 * i);
		inject(s, text);
		ignore_output(s);
	}
	tcp_info(s->c, &info);
	assert_true(info.tcpi_snd_cwnd > 15);
	elapse(s, 30 * SEC);
	send_octets(s, 30000);
	expect(s, ". 40001:50001(10000)");
	expect_nothing(s);
	script_end(s);
}

/*
 * RFC 1191, 6.5, RFC 8201: after "packet too big" segments are smaller, and those that were too
 * large are sent again at once.
 */
static void
packet_too_big_shrinks_segments(void **state)
{
	struct script *s = script_new();
	struct leat_tcp_info info;

	in_flight(s, "", 2);
	icmp_error(s, NET_ERROR_PMTU, LEAT_EMSGSIZE, 600, 1);
	tcp_info(s->c, &info);
	assert_int_equal(info.tcpi_snd_mss, 560);
	assert_int_equal(info.tcpi_pmtu, 600);
	assert_false(list_empty(&s->out));
	expect(s, "P. 1:2001(2000) segs 4");
	assert_int_equal(info.tcpi_ca_state, 0);
	script_end(s);
}

/*
 * RFC 9293, 3.8.3: at R1 the learned path MTU is forgotten; if it holds, it will be reported again.
 */
static void
path_mtu_is_forgotten_at_r1(void **state)
{
	struct script *s = script_new();
	struct leat_tcp_info info;

	in_flight(s, "", 2);
	icmp_error(s, NET_ERROR_PMTU, LEAT_EMSGSIZE, 600, 1);
	for (unsigned n = 0; n < 3; n++) {
		tcp_info(s->c, &info);
		assert_int_equal(info.tcpi_pmtu, 600);
		ignore_output(s);
		while (list_empty(&s->out))
			elapse(s, MSEC);
	}
	tcp_info(s->c, &info);
	assert_int_equal(info.tcpi_pmtu, 1500);
	assert_int_equal(info.tcpi_snd_mss, 1000);
	icmp_error(s, NET_ERROR_PMTU, LEAT_EMSGSIZE, 600, 1);
	elapse(s, 10 * SEC); /* R1 is reached once */
	tcp_info(s->c, &info);
	assert_int_equal(info.tcpi_pmtu, 600);
	ignore_output(s);
	script_end(s);
}

/* RFC 5927, 4.1: an error that quotes nothing in flight is ignored. */
static void
forged_error_is_ignored(void **state)
{
	struct script *s = script_new();
	struct leat_tcp_info info;

	in_flight(s, "", 2);
	icmp_error(s, NET_ERROR_PMTU, LEAT_EMSGSIZE, 600, 3000);
	expect_nothing(s);
	expect_drop(s, DROP_ICMP_OUT_OF_WINDOW);
	tcp_info(s->c, &info);
	assert_int_equal(info.tcpi_snd_mss, 1000);
	script_end(s);
}

/*
 * RFC 5461, RFC 5927, 5: an error ends a handshake. In an established connection it is only
 * remembered.
 */
static void
errors_are_soft_once_established(void **state)
{
	struct script *s = script_new();

	in_flight(s, "", 1);
	icmp_error(s, NET_ERROR_HARD, LEAT_ECONNREFUSED, 0, 1);
	assert_state(s, ESTABLISHED);
	icmp_error(s, NET_ERROR_SOFT, LEAT_EHOSTUNREACH, 0, 1);
	elapse(s, 2000 * SEC);
	assert_state(s, CLOSED);
	assert_int_equal(tcp_take_error(s->c), LEAT_EHOSTUNREACH);
	script_end(s);
}

static void
errors_end_a_handshake(void **state)
{
	struct script *s = script_new();

	connect_to(s);
	expect(s, "S 0:0(0)");
	icmp_error(s, NET_ERROR_SOFT, LEAT_EHOSTUNREACH, 0, 7);
	assert_state(s, SYN_SENT);
	icmp_error(s, NET_ERROR_SOFT, LEAT_EHOSTUNREACH, 0, 0);
	assert_state(s, CLOSED);
	assert_int_equal(tcp_take_error(s->c), LEAT_EHOSTUNREACH);
	script_end(s);
}

/*
 * As on Linux: a connection that waits for the last ACK of the peer's handshake ends for few errors
 * in IPv4, for hard ones in IPv6.
 */
static void
few_errors_end_a_request(void **state)
{
	for (unsigned v6 = 0; v6 < 2; v6++) {
		for (unsigned type = 1; type <= 12; type++) {
			struct script *s = script_new();
			struct net_error e = {.kind = type % 2 ? NET_ERROR_HARD : NET_ERROR_SOFT,
			    .error = LEAT_EHOSTUNREACH,
			    .v6 = (uint8_t)v6,
			    .type = (uint8_t)type,
			    .code = type == 4 ? 1 : 2};
			bool ends = v6 ? type % 2 : type == 11 || type == 12;

			listen_on(s, 5);
			inject(s, "S 0:0(0) win 65535 <mss 1000>");
			expect(s, "S. 0:0(0) ack 1");
			icmp_quoting(s, e, 0);
			inject(s, ". 1:1(0) ack 1 win 65535");
			assert_int_equal(s->event[EVENT_TCP_CLOSE], ends);
			ignore_output(s);
			script_end(s);
		}
	}
}

/* RFC 9293, 3.8.4: keepalive probes a silent connection, and ends it after the last probe. */
static void
keepalive_probes_and_ends(void **state)
{
	struct script *s = script_new();

	s->opts.keepalive = true;
	s->opts.keep_idle = 10;
	s->opts.keep_interval = 2;
	s->opts.keep_count = 3;
	establish_passive(s, "");
	elapse(s, 9 * SEC);
	expect_nothing(s);
	elapse(s, SEC);
	expect(s, ". 0:0(0) ack 1");
	inject(s, ". 1:1(0) ack 1");
	elapse(s, 9 * SEC);
	expect_nothing(s);
	elapse(s, SEC);
	for (unsigned i = 0; i < 3; i++) {
		expect(s, ". 0:0(0) ack 1");
		elapse(s, 2 * SEC);
	}
	expect(s, "R. 1:1(0)");
	assert_int_equal(tcp_take_error(s->c), LEAT_ETIMEDOUT);
	script_end(s);
}

/* RFC 5482, TCP_USER_TIMEOUT: the user's own R2. */
static void
user_timeout_ends_sooner(void **state)
{
	struct script *s = script_new();

	s->opts.user_timeout = 3000;
	in_flight(s, "", 1);
	elapse(s, 2900 * MSEC);
	assert_state(s, ESTABLISHED);
	elapse(s, 400 * MSEC); /* counted from the first retransmission, after 200 ms */
	assert_state(s, CLOSED);
	assert_int_equal(tcp_take_error(s->c), LEAT_ETIMEDOUT);
	script_end(s);
}

/*
 * The window is shut while data is in flight: the timer retransmits the first octets for as long as
 * the peer answers.
 */
static void
window_shut_over_data_in_flight(void **state)
{
	struct script *s = script_new();

	in_flight(s, "", 2);
	inject(s, ". 1:1(0) ack 1 win 0");
	for (unsigned i = 0; i < 40; i++) {
		elapse(s, 120 * SEC);
		ignore_output(s);
		inject(s, ". 1:1(0) ack 1 win 0");
	}
	assert_state(s, ESTABLISHED);
	inject(s, ". 1:1(0) ack 1 win 5000");
	elapse(s, 120 * SEC);
	inject(s, ". 1:1(0) ack 2001 win 5000");
	ignore_output(s);
	assert_int_equal(tcp_unacked(s->c), 0);
	script_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rto_backs_off_to_the_end),
	    cmocka_unit_test(rto_begins_slow_start),
	    cmocka_unit_test(third_duplicate_retransmits),
	    cmocka_unit_test(partial_ack_retransmits_the_next_hole),
	    cmocka_unit_test(window_update_is_no_duplicate),
	    cmocka_unit_test(sack_finds_the_hole),
	    cmocka_unit_test(sack_fills_all_holes),
	    cmocka_unit_test(limited_transmit),
	    cmocka_unit_test(spurious_timeout_is_undone),
	    cmocka_unit_test(idle_connection_restarts),
	    cmocka_unit_test(packet_too_big_shrinks_segments),
	    cmocka_unit_test(path_mtu_is_forgotten_at_r1),
	    cmocka_unit_test(forged_error_is_ignored),
	    cmocka_unit_test(errors_are_soft_once_established),
	    cmocka_unit_test(errors_end_a_handshake),
	    cmocka_unit_test(few_errors_end_a_request),
	    cmocka_unit_test(keepalive_probes_and_ends),
	    cmocka_unit_test(user_timeout_ends_sooner),
	    cmocka_unit_test(window_shut_over_data_in_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
