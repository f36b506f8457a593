/*
 * test/unit/gate/test_handshakes.c - what a SYN of the program becomes, in virtual time: an answer when
 * the outside has one, and a place in the queue when the outside has no descriptor.
 */
#include "talking.h"

static const struct emu_impair PLAIN = {.delay = 5 * MSEC};

static bool
never(void *arg)
{
	return false;
}

/* RFC 9293, 3.5.3: a refused connection is a reset, and the program reads ECONNREFUSED. */
static void
a_refusal_outside_is_a_refusal_inside(void **state)
{
	struct world *w = world_new(&PLAIN, 1, NULL);
	struct simio_rule refuses = {.at = world_end("192.0.2.1", 80),
	    .error = LEAT_ECONNREFUSED,
	    .there = 15 * MSEC,
	    .back = 15 * MSEC};
	struct simio_rule at_once = {
	    .at = world_end("2001:db8::1", 80), .error = LEAT_ECONNREFUSED, .at_once = true};
	struct endpoint v4 = refuses.at, v6 = at_once.at;
	struct sock *sk;

	simio_net_rule(w->net, &refuses);
	simio_net_rule(w->net, &at_once);
	assert_int_equal(world_connect_wait(w, &v4, &sk), LEAT_ECONNREFUSED);
	assert_true(world_now(w) >= 40 * MSEC); /* not before the outside had answered */
	sock_close(sk);
	assert_int_equal(world_connect_wait(w, &v6, &sk), LEAT_ECONNREFUSED);
	sock_close(sk);
	assert_int_equal(gate_counters(w->gate)->streams_refused, 2);
	assert_int_equal(w->last.error, LEAT_ECONNREFUSED);
	world_free(w);
}

/*
 * RFC 1122, 3.2.2.1 and 4.2.3.9: an ICMP error reports an unreachable host at once, in both
 * versions.
 */
static void
an_unreachable_host_is_reported_by_icmp(void **state)
{
	struct world *w = world_new(&PLAIN, 2, NULL);
	struct simio_rule host = {.at = world_end("192.0.2.1", 80),
	    .error = LEAT_EHOSTUNREACH,
	    .there = 15 * MSEC,
	    .back = 15 * MSEC};
	struct simio_rule net = {
	    .at = world_end("2001:db8::1", 80), .error = LEAT_ENETUNREACH, .at_once = true};
	struct endpoint to = host.at, nowhere = net.at;
	struct sock *sk;

	simio_net_rule(w->net, &host);
	simio_net_rule(w->net, &net);
	assert_int_equal(world_connect_wait(w, &to, &sk), LEAT_EHOSTUNREACH);
	sock_close(sk);
	assert_int_equal(world_connect_wait(w, &nowhere, &sk), LEAT_ENETUNREACH);
	sock_close(sk);
	assert_true(world_now(w) < 500 * MSEC);
	world_free(w);
}

/* If a host is silent, the program's own handshake gives up, as it would outside. */
static void
silence_outside_is_silence_inside(void **state)
{
	struct world *w = world_new(&PLAIN, 3, NULL);
	struct simio_rule silent = {.at = world_end("192.0.2.1", 80), .there = NSEC_NEVER};
	struct sock *sk;

	simio_net_rule(w->net, &silent);
	assert_int_equal(world_connect_wait(w, &silent.at, &sk), LEAT_ETIMEDOUT);
	assert_true(world_now(w) > 60 * SEC);
	sock_close(sk);
	world_free(w);
}

static void
the_handshake_waits_for_the_outside(void **state)
{
	struct world *w = world_new(&PLAIN, 4, NULL);
	struct talking s;
	struct sock *sk;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.rule.there = s.rule.back = 150 * MSEC;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &sk), 0);
	assert_true(world_now(w) >= 310 * MSEC);
	assert_true(world_now(w) < 400 * MSEC);
	assert_int_equal(s.opened, 1);
	sock_close(sk);
	world_run(w, 5 * SEC, never, NULL);
	talking_close(&s, false);
	world_free(w);
}

static void
a_program_that_gives_up_connecting_leaves_nothing_outside(void **state)
{
	struct world *w = world_new(&PLAIN, 11, NULL);
	struct simio_rule silent = {.at = world_end("192.0.2.1", 80), .there = NSEC_NEVER};
	struct sock *sk;

	simio_net_rule(w->net, &silent);
	sk = world_connect(w, &silent.at);
	world_run(w, 100 * MSEC, never, NULL);
	assert_int_equal(gate_counters(w->gate)->streams, 1);
	sock_close(sk);
	world_run(w, 500 * SEC, never, NULL);
	assert_int_equal(w->ended, 1);
	world_free(w);
}

/* Beyond the limit the program's SYN is not answered. It is sent again, and there is room then. */
static void
a_flow_beyond_the_limit_waits_for_room(void **state)
{
	struct gate_config limits = {.max_streams = 1};
	struct world *w = world_new(&PLAIN, 13, &limits);
	struct talking s;
	struct sock *first, *second;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = true;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &first), 0);
	second = world_connect(w, &s.rule.at);
	world_run(w, 2 * SEC, never, NULL);
	assert_false(sock_ready(second) & LEAT_OUT);
	sock_abort(first);
	world_run(w, 10 * SEC, never, NULL);
	assert_true(sock_ready(second) & LEAT_OUT);
	assert_true(gate_counters(w->gate)->streams_limit > 0);
	sock_close(second);
	talking_close(&s, false);
	world_free(w);
}

/*
 * A SYN for which the outside has no descriptor is not refused. It waits as with a full backlog,
 * and is tried again when a descriptor is free.
 */
static void
connections_without_a_descriptor_outside_wait_their_turn(void **state)
{
	struct world *w = world_new(&PLAIN, 14, NULL);
	struct talking s;
	struct sock *sk[4];

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = true;
	talking_serve(w, &s);
	simio_host_limit(w->machine, 1);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &sk[0]), 0);
	for (int i = 1; i < 4; i++)
		sk[i] = world_connect(w, &s.rule.at);
	world_run(w, 2 * SEC, never, NULL);
	assert_true(gate_waits(w->gate));
	sock_abort(sk[2]); /* this program gives up */
	sock_abort(sk[0]);
	world_run(w, 30 * MSEC, never, NULL); /* six times the delay: no SYN was sent again */
	assert_true(sock_ready(sk[1]) & LEAT_OUT);
	assert_false(sock_ready(sk[3]) & LEAT_OUT);
	simio_host_limit(w->machine, 2); /* as if something else had been closed */
	gate_retry(w->gate);
	world_run(w, 30 * MSEC, never, NULL);
	assert_true(sock_ready(sk[3]) & LEAT_OUT);
	assert_false(gate_waits(w->gate));
	assert_int_equal(gate_counters(w->gate)->streams_refused, 0);
	sock_close(sk[1]);
	sock_close(sk[3]);
	talking_close(&s, false);
	world_free(w);
}

static void
connections_that_wait_for_a_descriptor_are_tried_from_time_to_time(void **state)
{
	struct world *w = world_new(&PLAIN, 15, NULL);
	struct talking s;
	struct sock *sk;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = true;
	talking_serve(w, &s);
	simio_host_limit(w->machine, 0);
	sk = world_connect(w, &s.rule.at);
	world_run(w, 300 * MSEC, never, NULL);
	assert_false(sock_ready(sk) & LEAT_OUT);
	simio_host_limit(w->machine, 1);
	world_run(w, 150 * MSEC, never, NULL);
	assert_true(sock_ready(sk) & LEAT_OUT);
	sock_close(sk);
	talking_close(&s, false);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_refusal_outside_is_a_refusal_inside),
	    cmocka_unit_test(an_unreachable_host_is_reported_by_icmp),
	    cmocka_unit_test(silence_outside_is_silence_inside),
	    cmocka_unit_test(the_handshake_waits_for_the_outside),
	    cmocka_unit_test(a_program_that_gives_up_connecting_leaves_nothing_outside),
	    cmocka_unit_test(a_flow_beyond_the_limit_waits_for_room),
	    cmocka_unit_test(connections_without_a_descriptor_outside_wait_their_turn),
	    cmocka_unit_test(connections_that_wait_for_a_descriptor_are_tried_from_time_to_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
