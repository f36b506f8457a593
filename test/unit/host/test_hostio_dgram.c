/*
 * test/unit/host/test_hostio_dgram.c - what is special to datagram sockets over the machine's UDP.
 */
#include "host/hostio_rig.h"

/*
 * The kernel gives the error of an earlier datagram to the next send, which then has sent nothing.
 */
static void
a_datagram_is_sent_though_an_earlier_one_was_refused(void **state)
{
	struct rig *b = *state;
	const struct endpoint any = {.addr = IPADDR_LOOPBACK4};
	struct io_dgram *served, *flow;
	struct endpoint name, from;
	unsigned seen = 0, at_server = 0;
	char buf[8];

	served = rig_dgram(b, &any, NULL, &at_server);
	assert_int_equal(served->ops->local(served, &name), 0);
	flow = rig_dgram(b, NULL, &name, &seen);
	served->ops->close(served);
	assert_int_equal(flow->ops->send_to(flow, "lost", 4, NULL), 4);
	served = rig_dgram(b, &name, NULL, &at_server);
	assert_int_equal(flow->ops->send_to(flow, "here", 4, NULL), 4);
	served->ops->want(served, IO_READABLE);
	rig_until(b, &at_server, IO_READABLE);
	assert_int_equal(served->ops->recv_from(served, buf, sizeof buf, &from), 4);
	assert_memory_equal(buf, "here", 4);
	flow->ops->want(flow, IO_READABLE);
	rig_until(b, &seen, IO_READABLE);
	assert_int_equal(flow->ops->recv_from(flow, buf, sizeof buf, &from), -LEAT_ECONNREFUSED);
	assert_int_equal(flow->ops->recv_from(flow, buf, sizeof buf, &from), -LEAT_EAGAIN);
	served->ops->close(served);
	flow->ops->close(flow);
}

static void
a_datagram_socket_without_a_name_serves_both_families(void **state)
{
	struct rig *b = *state;
	const struct ipaddr *loopback[2] = {&IPADDR_LOOPBACK4, &IPADDR_LOOPBACK6};
	struct io_dgram *any, *peer;
	struct endpoint from, name;
	unsigned seen = 0, at_peer = 0;
	char buf[8];

	any = rig_dgram(b, NULL, NULL, &seen);
	assert_int_equal(any->ops->local(any, &name), 0);
	assert_int_not_equal(name.port, 0);
	for (int i = 0; i < 2; i++) {
		struct endpoint at = {.addr = *loopback[i]}, to;

		peer = rig_dgram(b, &at, NULL, &at_peer);
		assert_int_equal(peer->ops->local(peer, &to), 0);
		assert_int_equal(any->ops->send_to(any, "hi", 2, &to), 2);
		peer->ops->want(peer, IO_READABLE);
		at_peer = 0;
		rig_until(b, &at_peer, IO_READABLE);
		assert_int_equal(peer->ops->recv_from(peer, buf, sizeof buf, &from), 2);
		assert_true(ipaddr_eq(&from.addr, loopback[i]));
		assert_int_equal(from.port, name.port);
		assert_int_equal(peer->ops->send_to(peer, "ho!", 3, &from), 3);
		any->ops->want(any, IO_READABLE);
		seen = 0;
		rig_until(b, &seen, IO_READABLE);
		assert_int_equal(any->ops->recv_from(any, buf, sizeof buf, &from), 3);
		assert_true(ipaddr_eq(&from.addr, loopback[i]));
		assert_int_equal(from.port, to.port);
		peer->ops->close(peer);
	}
	any->ops->close(any);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    RIG_TEST(a_datagram_is_sent_though_an_earlier_one_was_refused),
	    RIG_TEST(a_datagram_socket_without_a_name_serves_both_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
