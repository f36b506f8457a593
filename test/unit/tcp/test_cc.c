/*
 * The seam between a connection and its congestion control (tcp/cc/cc.h). An algorithm made for
 * these tests records each call: when it comes, and with what.
 */
#include "script.h"

#include "tcp/conn/conn.h"

enum { MSS = 1000 };

/* What the algorithm was called with, the last time, and how often. */
static struct {
	unsigned inits, acks, ssthreshs, states, undones, restarts, losses;
	struct cc_start start;
	struct ack_sample sample;
	enum ca_state ack_state, why, entered;
	uint32_t flight, cwnd_at_undo, ssthresh_at_undo, lost;
	nsec_t idle, rto, now;
} seen;

static struct cc_ops spy;

static void
spy_init(struct cc *cc, const struct cc_start *at)
{
	seen.inits++;
	seen.start = *at;
	for (unsigned i = 0; i < CC_PRIV; i++)
		assert_int_equal(cc->priv[i], 0);
	cc->priv[0] = 42;
}

static void
spy_ack(struct cc *cc, const struct ack_sample *s, enum ca_state state)
{
	seen.acks++;
	seen.sample = *s;
	seen.ack_state = state;
	assert_int_equal(cc->priv[0], 42);
}

static uint32_t
spy_ssthresh(struct cc *cc, uint32_t flight, enum ca_state why)
{
	seen.ssthreshs++;
	seen.flight = flight;
	seen.why = why;
	return 7 * MSS;
}

static void
spy_lost(struct cc *cc, uint32_t octets, nsec_t now)
{
	seen.losses++;
	seen.lost = octets;
	seen.now = now;
}

static size_t
spy_info(const struct cc *cc, uint8_t out[CC_INFO_MAX])
{
	out[0] = cc->priv[0];
	return 1;
}

static void
spy_state(struct cc *cc, enum ca_state state, nsec_t now)
{
	seen.states++;
	seen.entered = state;
	seen.now = now;
}

static void
spy_undone(struct cc *cc, nsec_t now)
{
	seen.undones++;
	seen.cwnd_at_undo = cc->cwnd;
	seen.ssthresh_at_undo = cc->ssthresh;
	seen.now = now;
}

static void
spy_restart(struct cc *cc, nsec_t idle, nsec_t rto, nsec_t now)
{
	seen.restarts++;
	seen.idle = idle;
	seen.rto = rto;
	seen.now = now;
}

/* Changes to the spy, from an algorithm that has left its state and a pacing rate. */
static void
take_spy(struct script *s)
{
	struct cc_start at = tcp_cc_start(s->c);

	memset(s->c->cc.priv, 1, CC_PRIV);
	s->c->cc.pacing_rate = 1;
	cc_switch(&s->c->cc, &spy, &at);
}

/* A host without a connection. */
static int
setup_closed(void **state)
{
	memset(&seen, 0, sizeof seen);
	spy = (struct cc_ops){.name = "spy",
	    .init = spy_init,
	    .ack = spy_ack,
	    .lost = spy_lost,
	    .ssthresh = spy_ssthresh,
	    .state = spy_state,
	    .undone = spy_undone,
	    .restart = spy_restart,
	    .info = spy_info};
	*state = script_new();
	return 0;
}

/* An established connection of segments of 1000 octets, whose congestion control is the spy. */
static int
setup(void **state)
{
	setup_closed(state);
	establish_passive(*state, ",sackOK");
	take_spy(*state);
	return 0;
}

static int
teardown(void **state)
{
	script_end(*state);
	return 0;
}

static void
init_is_called_once_with_cleared_state(void **state)
{
	struct script *s = *state;

	assert_int_equal(seen.inits, 1);
	assert_int_equal(seen.start.now, s->core->now);
	assert_int_equal(s->c->cc.pacing_rate, CC_UNPACED);
}

/* An algorithm begins with the handshake's round trip, when the initial window has been set. */
static void
init_waits_for_the_handshake_and_gets_its_round_trip(void **state)
{
	struct script *s = *state;

	connect_to(s);
	expect(s, "S 0:0(0)");
	take_spy(s);
	assert_int_equal(seen.inits, 0);
	elapse(s, 30 * MSEC);
	inject(s, "S. 0:0(0) ack 1 win 65535 <mss 1000,sackOK>");
	assert_state(s, ESTABLISHED);
	assert_int_equal(seen.inits, 1);
	assert_int_equal(seen.start.now, s->core->now);
	assert_int_equal(seen.start.srtt, 30 * MSEC);
	assert_int_equal(seen.start.min_rtt, 30 * MSEC);
	assert_int_equal(s->c->cc.cwnd, cc_initial_window(MSS));
}

/* RFC 8985 has such timers; today the retransmission timer is the only one. */
static void
what_a_timer_finds_lost_is_reported(void **state)
{
	struct script *s = *state;

	send_octets(s, 10 * MSS);
	inject(s, ". 1:1(0) ack 1 <sack 1001:3001>");
	assert_int_equal(seen.losses, 0);
	elapse(s, s->c->rto.rto);
	assert_int_equal(seen.losses, 1);
	assert_int_equal(seen.lost, 8 * MSS);
	assert_int_equal(seen.now, s->core->now);
	assert_int_equal(seen.entered, CA_LOSS);
}

static void
the_sample_has_the_smoothed_and_the_least_round_trip(void **state)
{
	struct script *s = *state;

	send_octets(s, MSS);
	elapse(s, 40 * MSEC);
	inject(s, ". 1:1(0) ack 1001");
	assert_int_equal(seen.sample.srtt, s->c->rto.srtt);
	assert_true(seen.sample.srtt > 0);
	assert_int_equal(seen.sample.min_rtt, s->c->snd.min_rtt);
}

/* TCP_CC_INFO. An algorithm without the operation reports nothing, as Reno on Linux. */
static void
info_is_what_the_algorithm_reports(void **state)
{
	struct script *s = *state;
	uint8_t info[CC_INFO_MAX];

	assert_int_equal(tcp_cc_info(s->c, info), 1);
	assert_int_equal(info[0], 42);
	spy.info = NULL;
	assert_int_equal(tcp_cc_info(s->c, info), 0);
}

static void
the_default_algorithm_is_the_first_of_the_table(void **state)
{
	struct tcp_opts opts;

	tcp_opts_default(&opts);
	assert_ptr_equal(cc_find(opts.cc), cc_default());
}

static void
ack_comes_after_loss_detection_with_what_was_delivered(void **state)
{
	struct script *s = *state;

	send_octets(s, 4 * MSS);
	elapse(s, 20 * MSEC);
	inject(s, ". 1:1(0) ack 1001 <sack 2001:3001>");
	assert_int_equal(seen.acks, 1);
	assert_int_equal(seen.ack_state, CA_DISORDER);
	assert_int_equal(seen.sample.acked, MSS);
	assert_int_equal(seen.sample.newly_sacked, MSS);
	assert_int_equal(seen.sample.newly_delivered, 2 * MSS);
	assert_int_equal(seen.sample.prior_out, 4 * MSS);
	assert_int_equal(seen.sample.prior_in_flight, 4 * MSS);
	assert_int_equal(seen.sample.in_flight, 2 * MSS);
	assert_int_equal(seen.sample.rtt_latest, 20 * MSEC);
	assert_int_equal(seen.sample.now, s->core->now);
}

static void
ack_is_not_called_when_nothing_was_delivered(void **state)
{
	struct script *s = *state;

	send_octets(s, 2 * MSS);
	inject(s, ". 1:1(0) ack 1 win 60000");
	inject(s, ". 1:1(0) ack 1 win 60000");
	assert_int_equal(seen.acks, 0);
}

/* RFC 6675, 5: one reduction for a window, at the third duplicate. */
static void
a_loss_asks_once_for_ssthresh_and_reports_the_states(void **state)
{
	struct script *s = *state;

	send_octets(s, 10 * MSS);
	inject(s, ". 1:1(0) ack 1 <sack 1001:2001>");
	inject(s, ". 1:1(0) ack 1 <sack 1001:3001>");
	assert_int_equal(seen.ssthreshs, 0);
	inject(s, ". 1:1(0) ack 1 <sack 1001:4001>");
	assert_int_equal(seen.ssthreshs, 1);
	assert_int_equal(seen.flight, 10 * MSS);
	assert_int_equal(seen.why, CA_RECOVERY);
	assert_int_equal(seen.states, 1);
	assert_int_equal(seen.entered, CA_RECOVERY);
	assert_int_equal(seen.ack_state, CA_RECOVERY);
	assert_int_equal(s->c->cc.ssthresh, 7 * MSS);
	assert_int_equal(s->c->cc.cwnd, 7 * MSS);
	inject(s, ". 1:1(0) ack 1 <sack 5001:9001,sack 1001:4001>");
	assert_int_equal(seen.ssthreshs, 1);
	inject(s, ". 1:1(0) ack 10001");
	assert_int_equal(seen.states, 2);
	assert_int_equal(seen.entered, CA_OPEN);
	assert_int_equal(seen.ack_state, CA_OPEN);
}

/* RFC 5681, 3.1 (4) and RFC 6298, 5.4. */
static void
a_timeout_asks_once_for_ssthresh_and_enters_loss(void **state)
{
	struct script *s = *state;

	send_octets(s, 4 * MSS);
	elapse(s, s->c->rto.rto);
	assert_int_equal(seen.ssthreshs, 1);
	assert_int_equal(seen.why, CA_LOSS);
	assert_int_equal(seen.flight, 4 * MSS);
	assert_int_equal(seen.entered, CA_LOSS);
	assert_int_equal(seen.now, s->core->now);
	assert_int_equal(s->c->cc.cwnd, MSS);
	elapse(s, s->c->rto.rto);
	assert_int_equal(seen.ssthreshs, 1);
}

/* RFC 3708. */
static void
undone_is_called_when_the_window_has_been_put_back(void **state)
{
	struct script *s = *state;
	uint32_t before = s->c->cc.cwnd;

	send_octets(s, 10 * MSS);
	inject(s, ". 1:1(0) ack 1 <sack 1001:4001>");
	inject(s, ". 1:1(0) ack 10001");
	assert_int_equal(seen.undones, 0);
	inject(s, ". 1:1(0) ack 10001 <sack 1:1001>");
	assert_int_equal(seen.undones, 1);
	assert_int_equal(seen.cwnd_at_undo, before);
	assert_int_equal(seen.ssthresh_at_undo, CC_INFINITE);
	assert_int_equal(seen.now, s->core->now);
	assert_int_equal(seen.entered, CA_OPEN);
}

/* RFC 5681, 4.1. */
static void
restart_is_called_for_the_first_data_after_a_pause(void **state)
{
	struct script *s = *state;

	send_octets(s, MSS);
	assert_int_equal(seen.restarts, 0);
	inject(s, ". 1:1(0) ack 1001");
	elapse(s, 3 * SEC);
	send_octets(s, MSS);
	assert_int_equal(seen.restarts, 1);
	assert_int_equal(seen.idle, 3 * SEC);
	assert_int_equal(seen.rto, s->c->rto.rto);
	assert_int_equal(seen.now, s->core->now);
	elapse(s, 10 * MSEC);
	send_octets(s, MSS);
	assert_int_equal(seen.restarts, 1);
}

static void
an_algorithm_that_owns_cwnd_is_left_to_govern_it(void **state)
{
	struct script *s = *state;
	uint32_t before = s->c->cc.cwnd;

	spy.own_cwnd = true;
	send_octets(s, 10 * MSS);
	inject(s, ". 1:1(0) ack 1 <sack 1001:4001>");
	assert_int_equal(seen.entered, CA_RECOVERY);
	assert_int_equal(s->c->cc.cwnd, before);
	inject(s, ". 1:1(0) ack 10001");
	assert_int_equal(s->c->cc.cwnd, before);
	send_octets(s, 4 * MSS);
	elapse(s, s->c->rto.rto);
	assert_int_equal(seen.entered, CA_LOSS);
	assert_int_equal(s->c->cc.cwnd, before);
	inject(s, ". 1:1(0) ack 14001");
	elapse(s, 100 * SEC);
	send_octets(s, MSS);
	assert_int_equal(s->c->cc.cwnd, before);
}

static void
paced_data_leaves_at_the_rate(void **state)
{
	struct script *s = *state;

	s->c->cc.pacing_rate = 1000 * MSS; /* a segment in a millisecond */
	send_octets(s, MSS);
	send_octets(s, MSS);
	send_octets(s, MSS);
	expect(s, ". 1:1001(1000)");
	expect_nothing(s);
	elapse(s, MSEC - 1);
	inject(s, ". 1:1(0) ack 1001"); /* no reason to send sooner */
	expect_nothing(s);
	elapse(s, 1);
	expect(s, ". 1001:3001(2000)");
	send_octets(s, MSS);
	elapse(s, 2 * MSEC - 1);
	expect_nothing(s);
	elapse(s, 1);
	expect(s, ". 3001:4001(1000)");
}

/* A pause earns no credit: the rate holds from the first segment after it. */
static void
paced_data_does_not_catch_up_after_a_pause(void **state)
{
	struct script *s = *state;

	s->c->cc.pacing_rate = 1000 * MSS;
	send_octets(s, MSS);
	inject(s, ". 1:1(0) ack 1001");
	elapse(s, 50 * MSEC);
	ignore_output(s);
	send_octets(s, MSS);
	send_octets(s, MSS);
	expect(s, ". 1001:2001(1000)");
	expect_nothing(s);
	elapse(s, MSEC);
	expect(s, ". 2001:3001(1000)");
}

/* What is written at once leaves in quanta, not as one burst. */
static void
paced_data_leaves_in_quanta(void **state)
{
	struct script *s = *state;

	s->c->cc.pacing_rate = 4000 * MSS;
	send_octets(s, 10 * MSS);
	expect(s, ". 1:4001(4000)");
	expect_nothing(s);
	elapse(s, MSEC);
	expect(s, ". 4001:8001(4000)");
	expect_nothing(s);
	elapse(s, MSEC);
	expect(s, "P. 8001:10001(2000)");
}

/*
 * With nothing in flight no ACK will come, and the persist timer lets a connection go on. Data that
 * waits for the pacing rate has a timer already; it is neither probed for nor pushed out.
 */
static void
the_persist_timer_does_not_run_for_paced_data(void **state)
{
	struct script *s = *state;

	s->c->cc.pacing_rate = MSS; /* a segment in a second */
	send_octets(s, MSS);
	send_octets(s, MSS);
	ignore_output(s);
	inject(s, ". 1:1(0) ack 1001");
	assert_true(timer_armed(&s->c->timer.pace));
	assert_false(timer_armed(&s->c->timer.persist));
	elapse(s, SEC - 1);
	expect_nothing(s);
	elapse(s, 1);
	expect(s, ". 1001:2001(1000)");
}

static void
retransmissions_are_paced_too(void **state)
{
	struct script *s = *state;

	send_octets(s, 10 * MSS);
	ignore_output(s);
	s->c->cc.pacing_rate = 1000 * MSS;
	inject(s, ". 1:1(0) ack 1 <sack 4001:10001,sack 1001:3001>");
	expect(s, ". 1:1001(1000)");
	expect_nothing(s);
	elapse(s, MSEC);
	expect(s, ". 3001:4001(1000)");
}

static void
data_is_not_delayed_without_a_pacing_rate(void **state)
{
	struct script *s = *state;

	for (unsigned i = 0; i < 3; i++)
		send_octets(s, MSS);
	expect(s, ". 1:1001(1000)");
	expect(s, ". 1001:2001(1000)");
	expect(s, ". 2001:3001(1000)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(init_is_called_once_with_cleared_state),
	    cmocka_unit_test_setup_teardown(
		init_waits_for_the_handshake_and_gets_its_round_trip, setup_closed, teardown),
	    T(what_a_timer_finds_lost_is_reported),
	    T(the_sample_has_the_smoothed_and_the_least_round_trip),
	    T(info_is_what_the_algorithm_reports),
	    T(the_default_algorithm_is_the_first_of_the_table),
	    T(ack_comes_after_loss_detection_with_what_was_delivered),
	    T(ack_is_not_called_when_nothing_was_delivered),
	    T(a_loss_asks_once_for_ssthresh_and_reports_the_states),
	    T(a_timeout_asks_once_for_ssthresh_and_enters_loss),
	    T(undone_is_called_when_the_window_has_been_put_back),
	    T(restart_is_called_for_the_first_data_after_a_pause),
	    T(an_algorithm_that_owns_cwnd_is_left_to_govern_it),
	    T(paced_data_leaves_at_the_rate),
	    T(paced_data_does_not_catch_up_after_a_pause),
	    T(paced_data_leaves_in_quanta),
	    T(the_persist_timer_does_not_run_for_paced_data),
	    T(retransmissions_are_paced_too),
	    T(data_is_not_delayed_without_a_pacing_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
