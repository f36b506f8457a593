/*
 * test/unit/gate/test_datagrams.c - UDP and echo through the gateway, names, and published ports,
 * in virtual time.
 */
#include "core/errq.h"
#include "world.h"

static const struct emu_impair PLAIN = {.delay = 5 * MSEC};

static bool
never(void *arg)
{
	return false;
}

static bool
readable(void *arg)
{
	return sock_ready(arg) & (LEAT_IN | LEAT_ERR);
}

/* A datagram socket outside that answers each datagram with its octets in reverse. */
struct answering {
	struct simio_rule rule;
	unsigned asked;
	uint8_t last[64];
	size_t last_len;
};

static void
answer(struct io_dgram *d, unsigned events, void *arg)
{
	struct answering *s = arg;
	struct endpoint from;
	uint8_t reply[64];
	ssize_t n;

	while ((n = d->ops->recv_from(d, s->last, sizeof s->last, &from)) >= 0) {
		s->asked++;
		s->last_len = (size_t)n;
		for (size_t i = 0; i < s->last_len; i++)
			reply[i] = s->last[s->last_len - 1 - i];
		assert_int_equal(d->ops->send_to(d, reply, s->last_len, &from), n);
	}
}

static void
answering_begin(struct world *w, struct answering *s, const char *at, uint16_t port)
{
	*s = (struct answering){.rule = {.at = world_end(at, port), .there = 5 * MSEC, .back = 5 * MSEC}};
	assert_int_equal(simio_net_rule(w->net, &s->rule), 0);
	world_dgram(w, &s->rule.at, answer, s);
}

/* Adds a rule by which everything sent to @at is lost. */
static void
lose(struct world *w, struct simio_rule *rule, const char *at, uint16_t port)
{
	*rule = (struct simio_rule){.at = world_end(at, port), .there = NSEC_NEVER};
	assert_int_equal(simio_net_rule(w->net, rule), 0);
}

static struct sock *
dgram_open(struct world *w, const struct endpoint *to)
{
	struct sock *sk;

	assert_int_equal(sock_open(stack_socks(w->host), !ipaddr_is4(&to->addr), SOCK_TYPE_DGRAM, &sk), 0);
	if (to->port)
		assert_int_equal(sock_connect(sk, to), 0);
	return sk;
}

static void
ask(struct world *w, struct sock *sk, const char *question, const char *expected)
{
	char buf[64];
	size_t len = strlen(question);

	assert_int_equal(sock_send(sk, question, len, 0, NULL), len);
	assert_true(world_run(w, 5 * SEC, readable, sk));
	assert_int_equal(sock_recv(sk, buf, sizeof buf, 0, NULL), strlen(expected));
	assert_memory_equal(buf, expected, strlen(expected));
}

static void
a_question_is_answered_from_where_it_went(void **state)
{
	static const char *const ends[] = {"192.0.2.7", "2001:db8::7"};

	for (int i = 0; i < 2; i++) {
		struct world *w = world_new(&PLAIN, 1, NULL);
		struct answering s;
		struct sock *sk;

		answering_begin(w, &s, ends[i], 9);
		sk = dgram_open(w, &s.rule.at); /* connected, so it takes answers from that end only */
		ask(w, sk, "abc", "cba");
		ask(w, sk, "defg", "gfed");
		assert_int_equal(gate_counters(w->gate)->dgrams, 1);
		sock_close(sk);
		world_free(w);
	}
}

static void
questions_to_the_alias_reach_the_hosts_name_server(void **state)
{
	struct world *w = world_new(&PLAIN, 2, NULL);
	struct endpoint alias = world_end("10.0.2.3", 53);
	struct answering s;
	struct sock *sk;

	answering_begin(w, &s, "192.0.2.53", 53);
	sk = dgram_open(w, &alias);
	ask(w, sk, "name?", "?eman");
	sock_close(sk);
	world_free(w);
}

/*
 * RFC 1122, 4.1.3.3: the program learns of a closed port, though its datagram ended in the gateway.
 */
static void
a_closed_port_outside_is_reported_by_icmp(void **state)
{
	static const char *const ends[] = {"192.0.2.7", "2001:db8::7"};

	for (int i = 0; i < 2; i++) {
		struct world *w = world_new(&PLAIN, 3, NULL);
		struct endpoint closed = world_end(ends[i], 9);
		struct sock *sk;

		sk = dgram_open(w, &closed);
		assert_int_equal(sock_send(sk, "anyone?", 7, 0, NULL), 7);
		assert_true(world_run(w, 5 * SEC, readable, sk));
		assert_int_equal(world_error(sk), LEAT_ECONNREFUSED);
		sock_close(sk);
		world_free(w);
	}
}

static void
flows_expire_sooner_without_an_answer(void **state)
{
	struct world *w = world_new(&PLAIN, 4, NULL);
	struct simio_rule mute;
	struct answering s;
	struct sock *a, *b;

	answering_begin(w, &s, "192.0.2.7", 9);
	lose(w, &mute, "192.0.2.8", 9);
	a = dgram_open(w, &s.rule.at);
	b = dgram_open(w, &mute.at);
	ask(w, a, "abc", "cba");
	assert_int_equal(sock_send(b, "abc", 3, 0, NULL), 3);
	world_run(w, 25 * SEC, never, NULL);
	assert_int_equal(world_open(w), 2);
	world_run(w, 10 * SEC, never, NULL);
	assert_int_equal(world_open(w), 1);
	world_run(w, 100 * SEC, never, NULL);
	assert_int_equal(world_open(w), 0);
	assert_int_equal(w->ended, 2);
	ask(w, a, "abc", "cba"); /* and is opened again when it is needed */
	sock_close(a);
	sock_close(b);
	world_free(w);
}

static void
the_flow_longest_out_of_use_makes_room(void **state)
{
	struct gate_config limits = {.max_dgrams = 3};
	struct world *w = world_new(&PLAIN, 5, &limits);
	struct endpoint any = {.addr = IPADDR_ANY4};
	struct simio_rule mute;
	struct sock *sk = dgram_open(w, &any);

	lose(w, &mute, "0.0.0.0", 9);
	for (uint16_t i = 0; i < 10; i++) {
		struct sock_msg msg = {.peer = world_end("192.0.2.1", 9), .local = {.addr = IPADDR_ANY4}};

		msg.peer.addr = ipaddr_v4(0xc0000201u + i);
		assert_int_equal(sock_send(sk, "x", 1, 0, &msg), 1);
		world_run(w, 20 * MSEC, never, NULL);
		assert_true(world_open(w) <= 3);
	}
	assert_int_equal(gate_counters(w->gate)->dgrams_limit, 7);
	sock_close(sk);
	world_free(w);
}

static void
multicast_stays_inside(void **state)
{
	struct world *w = world_new(&PLAIN, 6, NULL);
	struct endpoint group = world_end("239.1.2.3", 9);
	struct answering s;
	struct sock *sk;

	answering_begin(w, &s, "0.0.0.0", 9);
	sk = dgram_open(w, &group);
	assert_int_equal(sock_send(sk, "all", 3, 0, NULL), 3);
	world_run(w, 1 * SEC, never, NULL);
	assert_int_equal(s.asked, 0);
	sock_close(sk);
	world_free(w);
}

/* An ICMP error quotes the beginning of the program's datagram (RFC 1812, 4.3.2.3). */
static void
an_error_quotes_what_was_sent(void **state)
{
	struct world *w = world_new(&PLAIN, 12, NULL);
	struct endpoint closed = world_end("192.0.2.7", 9);
	int on = 1;
	struct dgram_error e;
	struct sock *sk;
	char buf[16];

	sk = dgram_open(w, &closed);
	assert_int_equal(sock_setopt(sk, 0, 11 /* IP_RECVERR */, &on, sizeof on), 0);
	assert_int_equal(sock_send(sk, "anyone?", 7, 0, NULL), 7);
	assert_true(world_run(w, 5 * SEC, readable, sk));
	assert_int_equal(sock_recv_error(sk, buf, sizeof buf, &e, NULL), 7);
	assert_memory_equal(buf, "anyone?", 7);
	assert_int_equal(e.error, LEAT_ECONNREFUSED);
	assert_true(ipaddr_eq(&e.offender, &closed.addr));
	sock_close(sk);
	world_free(w);
}

static void
without_a_descriptor_the_idlest_flow_makes_room(void **state)
{
	struct world *w = world_new(&PLAIN, 21, NULL);
	struct answering s;
	struct sock *sk[3];

	answering_begin(w, &s, "192.0.2.7", 9);
	simio_host_limit(w->machine, 2);
	for (int i = 0; i < 3; i++) {
		sk[i] = dgram_open(w, &s.rule.at);
		ask(w, sk[i], "abc", "cba");
		world_run(w, 1 * SEC, never, NULL);
	}
	assert_int_equal(world_open(w), 2);
	ask(w, sk[1], "ab", "ba"); /* it is still open */
	assert_int_equal(gate_counters(w->gate)->dgrams, 3);
	ask(w, sk[0], "xy", "yx"); /* opened again, in place of the flow of sk[2] */
	assert_int_equal(gate_counters(w->gate)->dgrams, 4);
	assert_int_equal(gate_counters(w->gate)->dgrams_refused, 0);
	for (int i = 0; i < 3; i++)
		sock_close(sk[i]);
	world_free(w);
}

static bool
always_gone(void *arg, uint16_t port)
{
	return true;
}

static void
what_arrives_after_its_socket_was_closed_goes_out_and_holds_nothing(void **state)
{
	struct gate_config config = {.gone = always_gone};
	struct world *w = world_new(&PLAIN, 23, &config);
	struct answering s;
	struct sock *sk;

	answering_begin(w, &s, "192.0.2.7", 9);
	sk = dgram_open(w, &s.rule.at);
	assert_int_equal(sock_send(sk, "late", 4, 0, NULL), 4);
	sock_close(sk);
	world_run(w, 1 * SEC, never, NULL);
	assert_int_equal(s.asked, 1);
	assert_int_equal(world_open(w), 0);
	world_free(w);
}

static void
the_flows_of_a_socket_that_is_gone_end_and_no_others(void **state)
{
	struct world *w = world_new(&PLAIN, 22, NULL);
	struct answering s, t;
	struct endpoint gone, stays;
	struct sock *a, *b;

	answering_begin(w, &s, "192.0.2.7", 9);
	answering_begin(w, &t, "192.0.2.8", 9);
	a = dgram_open(w, &s.rule.at);
	b = dgram_open(w, &s.rule.at);
	ask(w, a, "abc", "cba");
	ask(w, b, "abc", "cba");
	assert_int_equal(sock_connect(a, &t.rule.at), 0);
	ask(w, a, "abc", "cba");
	assert_int_equal(world_open(w), 3);
	assert_int_equal(sock_local(a, &gone), 0);
	assert_int_equal(sock_local(b, &stays), 0);
	sock_close(a);
	gate_dgram_gone(w->gate, true, gone.port); /* of an echo, not a port */
	assert_int_equal(world_open(w), 3);
	gate_dgram_gone(w->gate, false, gone.port);
	assert_int_equal(world_open(w), 1);
	assert_int_equal(w->last.inside.port, gone.port);
	ask(w, b, "ab", "ba");
	assert_int_equal(gate_counters(w->gate)->dgrams, 3);
	assert_false(gate_dgram_relieve(w->gate, 60 * SEC));
	assert_true(gate_dgram_relieve(w->gate, 0));
	assert_false(gate_dgram_relieve(w->gate, 0));
	assert_int_equal(world_open(w), 0);
	sock_close(b);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_question_is_answered_from_where_it_went),
	    cmocka_unit_test(questions_to_the_alias_reach_the_hosts_name_server),
	    cmocka_unit_test(a_closed_port_outside_is_reported_by_icmp),
	    cmocka_unit_test(flows_expire_sooner_without_an_answer),
	    cmocka_unit_test(the_flow_longest_out_of_use_makes_room),
	    cmocka_unit_test(without_a_descriptor_the_idlest_flow_makes_room),
	    cmocka_unit_test(what_arrives_after_its_socket_was_closed_goes_out_and_holds_nothing),
	    cmocka_unit_test(the_flows_of_a_socket_that_is_gone_end_and_no_others),
	    cmocka_unit_test(multicast_stays_inside),
	    cmocka_unit_test(an_error_quotes_what_was_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
