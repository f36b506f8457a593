/*
 * test/unit/gate/test_echo.c - ICMP echo through the gateway, in virtual time.
 */
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

static void
ping(struct world *w, const char *to, int expect)
{
	struct endpoint e = world_end(to, 0);
	bool v6 = !ipaddr_is4(&e.addr);
	uint8_t out[] = {v6 ? 128 : 8, 0, 0, 0, 0, 0, 0, 1, 'p', 'i', 'n', 'g'}, in[64];
	struct sock *sk;
	ssize_t n;

	assert_int_equal(sock_open(stack_socks(w->host), v6, SOCK_TYPE_PING, &sk), 0);
	assert_int_equal(sock_connect(sk, &e), 0);
	assert_int_equal(sock_send(sk, out, sizeof out, 0, NULL), sizeof out);
	world_run(w, 2 * SEC, readable, sk);
	n = sock_recv(sk, in, sizeof in, 0, NULL);
	assert_int_equal(n, expect);
	if (n > 0) {
		assert_int_equal(in[0], v6 ? 129 : 0);
		assert_memory_equal(in + 6, out + 6, 6);
	}
	sock_close(sk);
}

static void
pings_cross_the_gateway_under_their_own_identifier(void **state)
{
	struct world *w = world_new(&PLAIN, 7, NULL);

	ping(w, "10.0.2.2", 12); /* the gateway itself, and its other address */
	ping(w, "10.0.2.3", 12);
	ping(w, "fd00:2::2", 12);
	assert_int_equal(gate_counters(w->gate)->echoes, 0);
	ping(w, "192.0.2.9", 12);
	ping(w, "2001:db8::9", 12);
	assert_int_equal(gate_counters(w->gate)->echoes, 2);
	world_run(w, 40 * SEC, never, NULL);
	assert_int_equal(world_open(w), 0);
	world_free(w);
}

static void
a_ping_that_the_machine_forbids_is_counted(void **state)
{
	struct world *w = world_new(&PLAIN, 8, NULL);
	struct simio_rule forbidden = {.at = world_end("192.0.2.9", 0), .error = LEAT_EPERM, .at_once = true};

	simio_net_rule(w->net, &forbidden);
	ping(w, "192.0.2.9", -LEAT_EAGAIN);
	assert_int_equal(gate_counters(w->gate)->echoes_denied, 1);
	assert_int_equal(stack_core(w->gate_stack)->drops[DROP_GATE_ECHO], 1);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pings_cross_the_gateway_under_their_own_identifier),
	    cmocka_unit_test(a_ping_that_the_machine_forbids_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
