/* What TCP_INFO reports, and where PSH is set. */
#include "script.h"

static struct leat_tcp_info
info(struct script *s)
{
	struct leat_tcp_info i;

	tcp_info(s->c, &i);
	return i;
}

/*
 * Linux's tcpi_rwnd_limited: the time in which the peer's window allowed nothing more. It is part
 * of tcpi_busy_time.
 */
static void
shut_window_counts_as_rwnd_limited(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, ". 1:1(0) ack 1 win 0");
	elapse(s, 300 * MSEC);
	assert_int_equal(info(s).tcpi_busy_time, 0);
	send_octets(s, 1000);
	elapse(s, 100 * MSEC);
	assert_int_equal(info(s).tcpi_rwnd_limited, 100000);
	inject(s, ". 1:1(0) ack 1 win 2000");
	elapse(s, 30 * MSEC);
	inject(s, ". 1:1(0) ack 1001 win 2000");
	elapse(s, 70 * MSEC);
	assert_int_equal(info(s).tcpi_rwnd_limited, 100000);
	assert_int_equal(info(s).tcpi_busy_time, 130000);
	assert_int_equal(info(s).tcpi_sndbuf_limited, 0);
	script_end(s);
}

/* Linux's tcpi_sndbuf_limited: everything is sent, and the user waited for room to write more. */
static void
small_buffer_counts_as_sndbuf_limited(void **state)
{
	struct script *s = script_new();
	uint8_t octets[9000] = {0};

	s->opts.sndbuf = 8000;
	establish_passive(s, "");
	assert_int_equal(tcp_send(s->c, octets, sizeof octets, false, false), 8000);
	elapse(s, 50 * MSEC);
	inject(s, ". 1:1(0) ack 8001");
	elapse(s, 50 * MSEC);
	assert_int_equal(info(s).tcpi_sndbuf_limited, 50000);
	assert_int_equal(info(s).tcpi_busy_time, 50000);
	script_end(s);
}

/* As on Linux: before the first octet, the time since the handshake. */
static void
last_data_counts_from_the_handshake(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	elapse(s, SEC);
	assert_int_equal(info(s).tcpi_last_data_recv, 1000);
	assert_int_equal(info(s).tcpi_last_data_sent, 1000);
	inject(s, "P. 1:101(100) ack 1");
	assert_int_equal(info(s).tcpi_last_data_recv, 0);
	script_end(s);
}

static void
send_more(struct script *s, size_t n, bool more)
{
	uint8_t octets[4000] = {0};

	assert_int_equal(tcp_send(s->c, octets, n, false, more), n);
}

static uint8_t
flags_sent(struct script *s)
{
	struct pkt *p = container_of(list_pop(&s->out), struct pkt, node);
	uint8_t flags = tcp_flags(p->data);

	pkt_free(p);
	assert_true(list_empty(&s->out));
	return flags;
}

/*
 * RFC 9293, 3.9.1.2: PSH is set where a write ended, unless the user said that more follows
 * (MSG_MORE), and on what the override timer sends.
 */
static void
push_stands_at_the_end_of_a_write(void **state)
{
	struct script *s = script_new();

	s->opts.nodelay = true;
	establish_passive(s, "");
	send_more(s, 1000, true);
	assert_int_equal(flags_sent(s), TCP_ACK);
	send_more(s, 100, true);
	expect_nothing(s);
	inject(s, ". 1:1(0) ack 1001"); /* as on Linux, MSG_MORE ends here */
	assert_int_equal(flags_sent(s), TCP_ACK);
	send_more(s, 100, true);
	send_more(s, 100, false);
	assert_int_equal(flags_sent(s), TCP_ACK | TCP_PSH);
	inject(s, ". 1:1(0) ack 1301");
	send_more(s, 100, true);
	elapse(s, 200 * MSEC);
	assert_int_equal(flags_sent(s), TCP_ACK | TCP_PSH);
	script_end(s);
}

/*
 * tcp(7), TCP_NOTSENT_LOWAT: a write takes only as much as may stay unsent, and what can be sent at
 * once.
 */
static void
write_stops_at_the_low_water_mark(void **state)
{
	struct script *s = script_new();
	uint8_t octets[40000] = {0};

	s->opts.notsent_lowat = 4000;
	establish_passive(s, "");
	assert_int_equal(tcp_send(s->c, octets, sizeof octets, false, false), 14000);
	assert_int_equal(tcp_unsent(s->c), 4000);
	assert_int_equal(tcp_send(s->c, octets, sizeof octets, false, false), -LEAT_EAGAIN);
	assert_int_equal(tcp_ready(s->c) & LEAT_OUT, 0);
	s->events = 0;
	inject(s, ". 1:1(0) ack 1001"); /* slow start: two more are sent */
	assert_int_equal(tcp_unsent(s->c), 2000);
	assert_true(s->events & TCP_EVENT_WRITABLE);
	script_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shut_window_counts_as_rwnd_limited),
	    cmocka_unit_test(small_buffer_counts_as_sndbuf_limited),
	    cmocka_unit_test(last_data_counts_from_the_handshake),
	    cmocka_unit_test(push_stands_at_the_end_of_a_write),
	    cmocka_unit_test(write_stops_at_the_low_water_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
