/*
 * Sockets keep the paths that they use, and the results of checks on received packets. They must
 * not use them any more after an address, a route or the interface has changed.
 */
#include "../simnet.h"
#include "core/route.h"
#include "tcp/tcp.h"

#include <string.h>

struct pair {
	struct simnet net;
	struct ipaddr addr[2];
	struct sock *stream[2], *datagram[2];
};

static struct sock *
open_sock(struct pair *p, unsigned who, enum sock_type type, uint16_t port)
{
	struct endpoint name = {.addr = p->addr[who], .port = port};
	struct sock *sk;

	assert_int_equal(sock_open(stack_socks(p->net.host[who]), !ipaddr_is4(&p->addr[0]), type, &sk), 0);
	if (port)
		assert_int_equal(sock_bind(sk, &name), 0);
	return sk;
}

static void
pass(struct pair *p)
{
	simnet_pass(&p->net, 100 * MSEC);
}

/*
 * Makes a stream and two datagram sockets and sends over them. So each side keeps its path, and has
 * checked the addresses of the other.
 */
static struct pair
talking(bool v6)
{
	static const char *const name[2][2] = {{"10.0.0.1", "10.0.0.2"}, {"fd00::1", "fd00::2"}};
	struct pair p = {0};
	struct endpoint to = {.port = 80};
	struct sock *listener;

	simnet_start(&p.net, 3, 2);
	simnet_link(&p.net, &(struct emu_impair){.delay = MSEC});
	for (unsigned i = 0; i < 2; i++)
		p.addr[i] = addr(name[v6][i]);
	pass(&p);
	listener = open_sock(&p, 1, SOCK_TYPE_STREAM, 80);
	assert_int_equal(sock_listen(listener, 1), 0);
	to.addr = p.addr[1];
	p.stream[0] = open_sock(&p, 0, SOCK_TYPE_STREAM, 0);
	assert_int_equal(sock_connect(p.stream[0], &to), -LEAT_EINPROGRESS);
	pass(&p);
	assert_int_equal(sock_accept(listener, &p.stream[1]), 0);
	sock_close(listener);
	p.datagram[1] = open_sock(&p, 1, SOCK_TYPE_DGRAM, 80);
	p.datagram[0] = open_sock(&p, 0, SOCK_TYPE_DGRAM, 0);
	assert_int_equal(sock_connect(p.datagram[0], &to), 0);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(sock_send(p.datagram[0], "x", 1, 0, NULL), 1);
		assert_int_equal(sock_send(p.stream[0], "x", 1, 0, NULL), 1);
		pass(&p);
	}
	assert_int_equal(sock_unread(p.stream[1]), 3);
	return p;
}

static unsigned
arrived(struct sock *sk)
{
	unsigned n = 0;
	char c;

	while (sock_recv(sk, &c, 1, 0, NULL) == 1)
		n++;
	return n;
}

static void
finish(struct pair *p)
{
	for (unsigned i = 0; i < 2; i++) {
		sock_abort(p->stream[i]);
		sock_close(p->datagram[i]);
	}
	simnet_end(&p->net);
}

static void
an_address_that_is_gone_is_no_source_any_more(void **state)
{
	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct pair p = talking(v6);

		assert_int_equal(arrived(p.datagram[1]), 3);
		assert_int_equal(iface_addr_del(p.net.iface[0][0], &p.addr[0]), 0);
		assert_true(sock_send(p.datagram[0], "x", 1, 0, NULL) < 0);
		sock_send(p.stream[0], "x", 1, 0, NULL);
		pass(&p);
		assert_int_equal(arrived(p.datagram[1]), 0);
		assert_int_equal(sock_unread(p.stream[1]), 3);
		assert_int_equal(iface_addr_add(p.net.iface[0][0], &p.addr[0], v6 ? 64 : 24, true), 0);
		assert_int_equal(sock_send(p.datagram[0], "x", 1, 0, NULL), 1);
		simnet_pass(&p.net, 2 * SEC);
		assert_int_equal(arrived(p.datagram[1]), 1);
		assert_int_equal(sock_unread(p.stream[1]), 4); /* retransmitted */
		finish(&p);
	}
}

static void
a_route_that_rejects_is_seen_at_once(void **state)
{
	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct pair p = talking(v6);
		struct route reject = {.dst = p.addr[1],
		    .bits = v6 ? 128 : 32,
		    .gateway = v6 ? IPADDR_ANY6 : IPADDR_ANY4,
		    .src = v6 ? IPADDR_ANY6 : IPADDR_ANY4,
		    .reject = true};

		assert_int_equal(arrived(p.datagram[1]), 3);
		assert_int_equal(route_add(stack_core(p.net.host[0]), &reject), 0);
		assert_int_equal(sock_send(p.datagram[0], "x", 1, 0, NULL), -LEAT_ENETUNREACH);
		sock_send(p.stream[0], "x", 1, 0, NULL);
		pass(&p);
		assert_int_equal(sock_unread(p.stream[1]), 3);
		assert_true(stack_core(p.net.host[0])->drops[DROP_IP_NO_ROUTE] > 0);
		finish(&p);
	}
}

/*
 * An address that was deleted receives nothing, although the last packet before that was received.
 */
static void
an_address_that_is_gone_receives_nothing_more(void **state)
{
	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct pair p = talking(v6);

		assert_int_equal(arrived(p.datagram[1]), 3);
		assert_int_equal(iface_addr_del(p.net.iface[0][1], &p.addr[1]), 0);
		assert_int_equal(sock_send(p.datagram[0], "x", 1, 0, NULL), 1);
		pass(&p);
		assert_int_equal(arrived(p.datagram[1]), 0);
		assert_true(stack_core(p.net.host[1])->drops[DROP_IP_NOT_FOR_US] > 0);
		finish(&p);
	}
}

static void
an_interface_that_is_down_leads_nowhere(void **state)
{
	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct pair p = talking(v6);

		iface_down(p.net.iface[0][0]);
		assert_true(sock_send(p.datagram[0], "x", 1, 0, NULL) < 0);
		finish(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_address_that_is_gone_is_no_source_any_more),
	    cmocka_unit_test(a_route_that_rejects_is_seen_at_once),
	    cmocka_unit_test(an_address_that_is_gone_receives_nothing_more),
	    cmocka_unit_test(an_interface_that_is_down_leads_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
