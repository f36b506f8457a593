/*
 * A neighbour's link address changes and no host is notified, as when a spare machine takes over.
 * The retransmissions of TCP must find the new address (RFC 9293, 3.8.3, R1; RFC 4861, 7.3.3).
 */
#include "../simnet.h"
#include "core/neigh.h"
#include "tcp/tcp.h"

struct moved {
	struct simnet net;
	struct tcp_listener *listener;
	struct tcp_conn *c, *child;
};

static void
on_events(void *user, unsigned mask)
{
	(void)user;
	(void)mask;
}

static const struct tcp_user_ops quiet = {.notify = on_events};

/* Makes a connection and sends octets over it, so that the neighbour is known to be reachable. */
static struct moved
connected(bool v6)
{
	struct moved m;
	struct endpoint from = at(v6 ? "fd00::1" : "10.0.0.1", 1000),
			to = at(v6 ? "fd00::2" : "10.0.0.2", 80);
	struct tcp_opts opts;
	struct path path;

	tcp_opts_default(&opts);
	simnet_start(&m.net, 7, 2);
	simnet_link(&m.net, &(struct emu_impair){.delay = 10 * MSEC});
	simnet_pass(&m.net, 2 * SEC);
	assert_int_equal(
	    tcp_listen(stack_tcp(m.net.host[1]), &to, false, 1, &opts, &quiet, NULL, &m.listener), 0);
	assert_int_equal(route_find(stack_core(m.net.host[0]), &to.addr, &from.addr, 0, &path), 0);
	assert_int_equal(
	    tcp_connect(stack_tcp(m.net.host[0]), &from, &to, &path, &opts, &quiet, NULL, &m.c), 0);
	simnet_pass(&m.net, SEC);
	m.child = tcp_accept(m.listener, &quiet, NULL);
	assert_non_null(m.child);
	assert_int_equal(tcp_send(m.c, "hello", 5, false, false), 5);
	simnet_pass(&m.net, 2 * SEC);
	assert_int_equal(tcp_unread(m.child), 5);
	return m;
}

static void
finish(struct moved *m)
{
	tcp_close(m->c);
	tcp_close(m->child);
	tcp_listener_close(m->listener);
	simnet_end(&m->net);
}

static void
state_of_other(const struct neigh_info *info, void *arg)
{
	if (ipaddr_octets(&info->addr)[15] == 2)
		*(enum neigh_state *)arg = info->state;
}

/*
 * The entry counts as reachable for at least 15 seconds, so only TCP can find that it is wrong. TCP
 * reaches R1 1.4 s after the first transmission. The old address is probed, and a second later all
 * neighbours are asked. The next retransmission, about 3 s after the first transmission, arrives.
 */
static void
a_neighbour_that_moved_is_found_after_r1(void **state)
{
	(void)state;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct moved m = connected(v6);
		enum neigh_state seen = NEIGH_NONE;
		nsec_t began = sim_now(m.net.sim);

		m.net.iface[0][1]->mac[5] ^= 0x80;
		assert_int_equal(tcp_send(m.c, "again", 5, false, false), 5);
		sim_run(m.net.sim, began + 1300 * MSEC, NULL, NULL);
		neigh_each(stack_core(m.net.host[0]), state_of_other, &seen);
		assert_int_equal(seen, NEIGH_REACHABLE);
		sim_run(m.net.sim, began + 2 * SEC, NULL, NULL);
		neigh_each(stack_core(m.net.host[0]), state_of_other, &seen);
		assert_int_equal(seen, NEIGH_PROBE);
		sim_run(m.net.sim, began + 4 * SEC, NULL, NULL);
		neigh_each(stack_core(m.net.host[0]), state_of_other, &seen);
		assert_int_equal(seen, NEIGH_REACHABLE);
		assert_int_equal(tcp_unread(m.child), 10);
		assert_int_equal(tcp_unacked(m.c), 0);
		finish(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_neighbour_that_moved_is_found_after_r1)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
