/* Virtual time, and the loop on this machine's clock. */
#include "leat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <sched.h>

struct world {
	struct leat_sim *sim;
	struct leat_stack *host[2];
	struct leat_link *link;
	struct leat_sock *sock[2]; /* datagrams from the first to the second */
	struct leat_addr to;
};

static struct world
world(const struct leat_impair *up)
{
	struct leat_link_config c = {.size = sizeof c, .up = up};
	struct leat_prefix prefix;
	struct world w;

	assert_int_equal(leat_sim_new(5, &w.sim), 0);
	for (unsigned n = 0; n < 2; n++)
		assert_int_equal(leat_sim_add_host(w.sim, 0, &w.host[n]), 0);
	assert_int_equal(leat_sim_link(w.sim, w.host[0], w.host[1], &c, &w.link), 0);
	for (unsigned n = 0; n < 2; n++) {
		leat_prefix_parse(n ? "10.0.0.2/24" : "10.0.0.1/24", &prefix);
		assert_int_equal(leat_iface_addr_add(leat_link_iface(w.link, n), &prefix, 0), 0);
		assert_int_equal(leat_sock_open(w.host[n], LEAT_INET, LEAT_DGRAM, &w.sock[n]), 0);
	}
	leat_addr_parse("10.0.0.2:53", &w.to);
	assert_int_equal(leat_sock_bind(w.sock[1], &w.to), 0);
	assert_int_equal(leat_sock_connect(w.sock[0], &w.to), 0);
	return w;
}

static void
stop(struct leat_sock *sock, void *arg)
{
	char c;

	assert_int_equal(leat_sock_recv(sock, &c, 1, 0, NULL), 1);
	leat_sim_stop(arg);
}

static void
time_passes_as_the_link_says_and_stops_when_asked(void **state)
{
	struct leat_impair i = {.size = sizeof i, .delay = 40 * LEAT_MSEC};
	struct world w = world(&i);

	leat_sock_watch(w.sock[1], stop, w.sim);
	assert_int_equal(leat_sock_send(w.sock[0], "x", 1, 0, NULL), 1);
	assert_int_equal(leat_sim_run(w.sim, LEAT_NEVER), 0);
	assert_int_equal(leat_sim_now(w.sim), 2 * 40 * LEAT_MSEC); /* the ARP announcement and the datagram */
	assert_int_equal(leat_stack_now(w.host[0]), leat_sim_now(w.sim));
	assert_int_equal(leat_sim_run(w.sim, 200 * LEAT_MSEC), 0);
	assert_int_equal(leat_sim_now(w.sim), 200 * LEAT_MSEC);
	leat_sim_free(w.sim);
	leat_sim_free(NULL);
}

static void
a_link_that_loses_everything_says_so_and_can_be_mended(void **state)
{
	struct leat_impair i = {.size = sizeof i, .loss = LEAT_PERCENT(100)};
	struct leat_link_counters c;
	struct world w = world(&i);
	char got;

	leat_sock_send(w.sock[0], "x", 1, 0, NULL);
	leat_sim_run(w.sim, 10 * LEAT_SEC);
	assert_int_equal(leat_sock_recv(w.sock[1], &got, 1, 0, NULL), -LEAT_EAGAIN);
	assert_int_equal(leat_link_counters(w.link, 0, &c, sizeof c), 0);
	assert_true(c.frames > 0);
	assert_int_equal(c.lost, c.frames);
	assert_int_equal(c.delivered, 0);
	i.loss = 0;
	assert_int_equal(leat_link_set(w.link, 0, &i), 0);
	assert_int_equal(leat_link_set(w.link, 1, NULL), 0);
	leat_sock_send(
	    w.sock[0], "x", 1, 0, NULL); /* or, once, the error of the neighbour that did not answer */
	leat_sock_send(w.sock[0], "x", 1, 0, NULL);
	leat_sim_run(w.sim, 20 * LEAT_SEC);
	assert_int_equal(leat_sock_recv(w.sock[1], &got, 1, 0, NULL), 1);
	assert_int_equal(leat_link_counters(w.link, 2, &c, sizeof c), -LEAT_EINVAL);
	assert_int_equal(leat_link_set(w.link, 2, &i), -LEAT_EINVAL);
	assert_null(leat_link_iface(w.link, 2));
	leat_sim_free(w.sim);
}

static void
what_no_link_can_do_is_refused(void **state)
{
	const struct leat_impair bad[] = {{.size = sizeof bad[0], .delay = -1},
	    {.size = sizeof bad[0], .jitter = 1}, {.size = sizeof bad[0], .loss = 1000000001}, {.delay = 1},
	    {.size = sizeof bad[0], .delay = 1, .jitter = -1}};
	struct leat_link_config c = {.size = sizeof c};
	struct world w = world(NULL), other = world(NULL);
	struct leat_link *l = NULL;
	struct leat_stack *s;

	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		c.up = &bad[i];
		assert_int_equal(leat_sim_link(w.sim, w.host[0], w.host[1], &c, &l), -LEAT_EINVAL);
		assert_int_equal(leat_link_set(w.link, 0, &bad[i]), -LEAT_EINVAL);
	}
	c.up = NULL;
	c.flags = LEAT_IFACE_TSO4;
	assert_int_equal(leat_sim_link(w.sim, w.host[0], w.host[1], &c, &l), -LEAT_EINVAL);
	assert_int_equal(leat_sim_link(w.sim, w.host[0], other.host[0], NULL, &l), -LEAT_EINVAL);
	assert_int_equal(leat_iface_input(leat_link_iface(w.link, 0), "x", 1, 0), -LEAT_EINVAL);
	assert_int_equal(leat_sim_add_host(w.sim, 0x40, &s), -LEAT_EINVAL);
	assert_null(l);
	for (unsigned n = 0; n < 13; n++)
		assert_int_equal(leat_sim_link(w.sim, w.host[0], w.host[1], NULL, &l), 0);
	assert_int_equal(leat_sim_link(w.sim, w.host[0], w.host[1], NULL, &l), -LEAT_ENOMEM);
	leat_sim_free(w.sim);
	leat_sim_free(other.sim);
}

static void
a_link_may_configure_itself(void **state)
{
	struct leat_link_config c = {.size = sizeof c, .flags = LEAT_IFACE_AUTOCONF};
	struct leat_iface_info info;
	struct leat_stack *host[2];
	struct leat_link *l;
	struct leat_sim *sim;

	leat_sim_new(1, &sim);
	leat_sim_add_host(sim, 0, &host[0]);
	leat_sim_add_host(sim, LEAT_STACK_FORWARD, &host[1]);
	assert_int_equal(leat_sim_link(sim, host[0], host[1], &c, &l), 0);
	leat_sim_run(sim, 10 * LEAT_SEC);
	leat_iface_info(leat_link_iface(l, 0), &info, sizeof info);
	assert_true(info.tx_frames >= 2); /* duplicate address detection, router solicitation */
	leat_sim_free(sim);
}

static void
on_client(struct leat_sock *sock, void *arg)
{
	char buf[8];

	if (leat_sock_recv(sock, buf, sizeof buf, 0, NULL) == 5)
		leat_loop_stop(arg);
}

/* On the machine's clock, over the host's own loopback; no device is needed. */
static void
a_loop_drives_a_stack_until_it_is_stopped(void **state)
{
	struct leat_sock *listener, *client, *child;
	struct leat_stack *s;
	struct leat_loop *l, *other;
	struct leat_addr at;

	assert_int_equal(leat_stack_new(NULL, &s), 0);
	assert_int_equal(leat_loop_new(&l), 0);
	assert_int_equal(leat_loop_new(&other), 0);
	assert_int_equal(leat_loop_add_stack(l, s), 0);
	assert_int_equal(leat_loop_add_stack(l, s), -LEAT_EBUSY);
	assert_int_equal(leat_loop_add_stack(other, s), -LEAT_EBUSY);
	leat_addr_parse("[::1]:80", &at);
	leat_sock_open(s, LEAT_INET6, LEAT_STREAM, &listener);
	assert_int_equal(leat_sock_bind(listener, &at), 0);
	assert_int_equal(leat_sock_listen(listener, 1), 0);
	leat_sock_open(s, LEAT_INET6, LEAT_STREAM, &client);
	assert_int_equal(leat_sock_connect(client, &at), -LEAT_EINPROGRESS);
	for (int i = 0; i < 100 && leat_sock_accept(listener, &child) != 0; i++)
		leat_loop_turn(l, LEAT_MSEC);
	assert_int_equal(leat_sock_connect(client, &at), 0);
	leat_sock_watch(client, on_client, l);
	assert_int_equal(leat_sock_send(child, "hello", 5, 0, NULL), 5);
	leat_loop_run(l);
	leat_loop_turn(l, 0);
	leat_loop_turn(l, -5);
	leat_loop_free(l); /* the loop first, then the stack: either order is allowed */
	leat_stack_free(s);
	leat_loop_free(other);
	leat_loop_free(NULL);
}

static void
a_tap_is_refused_where_it_makes_no_sense(void **state)
{
	struct leat_tap_config c = {.size = sizeof c, .name = "a-name-of-16-octets"};
	struct leat_iface *i = NULL;
	struct leat_stack *s;
	struct leat_loop *l;

	leat_stack_new(NULL, &s);
	leat_loop_new(&l);
	assert_int_equal(leat_tap_open(l, s, NULL, &i), -LEAT_EINVAL); /* the loop does not drive it */
	leat_loop_add_stack(l, s);
	assert_int_equal(leat_tap_open(l, s, &c, &i), -LEAT_EINVAL);
	c.name = NULL;
	c.flags = LEAT_IFACE_VNET_HDR;
	assert_int_equal(leat_tap_open(l, s, &c, &i), -LEAT_EINVAL);
	assert_null(i);
	leat_stack_free(s);
	leat_loop_free(l);
}

/*
 * In a network namespace of its own, which ends with this process. Only the test uses the TAP
 * device.
 */
static void
a_tap_goes_with_its_stack_or_its_loop(void **state)
{
	struct leat_tap_config c = {.size = sizeof c, .name = "leat0", .mtu = 1400};
	struct leat_iface_info info;
	struct leat_prefix prefix;
	struct leat_iface *i;
	struct leat_sock *sock;
	struct leat_addr to;
	struct leat_stack *s;
	struct leat_loop *l;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) && unshare(CLONE_NEWNET)) {
		print_message("not run: TAP devices (no network namespace can be made here)\n");
		skip();
	}
	leat_prefix_parse("10.0.0.2/24", &prefix);
	leat_addr_parse("10.0.0.1:9", &to);
	for (int stack_first = 0; stack_first < 2; stack_first++) {
		leat_stack_new(NULL, &s);
		leat_loop_new(&l);
		leat_loop_add_stack(l, s);
		if (leat_tap_open(l, s, &c, &i) != 0) {
			leat_stack_free(s);
			leat_loop_free(l);
			print_message("not run: TAP devices (none can be opened here)\n");
			skip();
		}
		assert_int_equal(leat_iface_addr_add(i, &prefix, 0), 0);
		leat_iface_info(i, &info, sizeof info);
		assert_string_equal(info.name, "leat0");
		assert_int_equal(info.mtu, 1400);
		assert_int_equal(leat_tap_open(l, s, &c, &i), -LEAT_EBUSY);
		assert_int_equal(leat_iface_input(i, "x", 1, 0), -LEAT_EINVAL);
		leat_sock_open(s, LEAT_INET, LEAT_STREAM, &sock);
		assert_int_equal(leat_sock_connect(sock, &to), -LEAT_EINPROGRESS);
		leat_loop_turn(l, LEAT_MSEC);
		if (stack_first) {
			leat_stack_free(s);
			leat_loop_free(l);
			continue;
		}
		leat_loop_free(l);
		leat_stack_advance(
		    s, leat_stack_now(s) +
			   5 * LEAT_SEC); /* sends another request to the neighbour; no device takes it */
		leat_stack_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(time_passes_as_the_link_says_and_stops_when_asked),
	    cmocka_unit_test(a_link_that_loses_everything_says_so_and_can_be_mended),
	    cmocka_unit_test(what_no_link_can_do_is_refused), cmocka_unit_test(a_link_may_configure_itself),
	    cmocka_unit_test(a_loop_drives_a_stack_until_it_is_stopped),
	    cmocka_unit_test(a_tap_is_refused_where_it_makes_no_sense),
	    cmocka_unit_test(a_tap_goes_with_its_stack_or_its_loop), /* last, because it moves this process */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
