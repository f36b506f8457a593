/*
 * BSD calls on a whole host that talks to itself over loopback, in virtual time.
 */
#include "base/err.h"
#include "sock_rig.h"

#include <string.h>

static int
setup(void **state)
{
	static struct simnet net;

	simnet_start(&net, 1, 1);
	*state = &net;
	return 0;
}

static int
teardown(void **state)
{
	simnet_end(*state);
	return 0;
}

/* Asserts what a stream is ready for; sock_ended() returns its part of that. */
static void
expect_ready(const struct sock *sk, unsigned ready)
{
	assert_int_equal(sock_ready(sk), ready);
	assert_int_equal(sock_ended(sk), ready & (LEAT_RDHUP | LEAT_HUP | LEAT_ERR));
}

/* Linux's tcp_poll(), state by state. */
static void
readiness_is_that_of_linux(void **state)
{
	struct simnet *n = *state;
	struct sock *l = open_listener(n, 0, "127.0.0.1", 80, 8), *c, *s;
	char octet;

	c = open_stream(n, 0);
	expect_ready(c, LEAT_OUT | LEAT_HUP);
	sock_close(c);
	assert_int_equal(sock_ready(l), 0);
	connect_pair(n, l, at("127.0.0.1", 80), &c, &s);
	expect_ready(c, LEAT_OUT);
	assert_int_equal(sock_send(s, "x", 1, 0, NULL), 1);
	settle(n);
	expect_ready(c, LEAT_IN | LEAT_OUT);
	set_int(c, SOL_SOCKET, SO_RCVLOWAT, 2);
	expect_ready(c, LEAT_OUT);
	assert_int_equal(sock_shutdown(s, SOCK_SHUT_WR), 0);
	settle(n);
	expect_ready(c, LEAT_IN | LEAT_OUT | LEAT_RDHUP);
	assert_int_equal(sock_recv(c, &octet, 1, 0, NULL), 1);
	assert_int_equal(sock_recv(c, &octet, 1, 0, NULL), 0);
	assert_int_equal(sock_shutdown(c, SOCK_SHUT_WR), 0);
	settle(n);
	expect_ready(c, LEAT_IN | LEAT_OUT | LEAT_RDHUP | LEAT_HUP);
	sock_close(c);
	sock_close(s);
	sock_close(l);
}

/* connect(2): -LEAT_EINPROGRESS, then -LEAT_EALREADY, then 0 once, then -LEAT_EISCONN. */
static void
connect_reports_each_stage(void **state)
{
	struct simnet *n = *state;
	struct sock *l = open_listener(n, 0, "127.0.0.1", 80, 8), *c = open_stream(n, 0);
	struct endpoint e = at("127.0.0.1", 80), closed = at("127.0.0.1", 81), name;
	char octet;

	assert_int_equal(sock_recv(c, &octet, 1, 0, NULL), -LEAT_ENOTCONN);
	assert_int_equal(sock_send(c, &octet, 1, 0, NULL), -LEAT_EPIPE);
	assert_int_equal(sock_shutdown(c, SOCK_SHUT_WR), -LEAT_ENOTCONN);
	assert_int_equal(sock_connect(c, &e), -LEAT_EINPROGRESS);
	assert_int_equal(sock_connect(c, &e), -LEAT_EALREADY);
	assert_int_equal(sock_remote(c, &name), -LEAT_ENOTCONN);
	settle(n);
	assert_int_equal(sock_connect(c, &e), 0);
	assert_int_equal(sock_connect(c, &e), -LEAT_EISCONN);
	assert_int_equal(sock_remote(c, &name), 0);
	assert_int_equal(name.port, 80);
	sock_close(c);
	c = open_stream(n, 0);
	assert_int_equal(sock_connect(c, &closed), -LEAT_EINPROGRESS);
	settle(n);
	expect_ready(c, LEAT_IN | LEAT_OUT | LEAT_ERR | LEAT_HUP | LEAT_RDHUP);
	assert_int_equal(sock_connect(c, &closed), -LEAT_ECONNREFUSED);
	assert_int_equal(sock_connect(c, &e), -LEAT_EINPROGRESS); /* the socket can connect again */
	settle(n);
	assert_int_equal(sock_connect(c, &e), 0);
	assert_int_equal(sock_connect(l, &e), -LEAT_EISCONN);
	sock_close(c);
	sock_close(l);
}

/* SO_REUSEPORT: listeners of one name share the connections. When one closes, the others go on. */
static void
listeners_share_a_port(void **state, const char *on, const char *to)
{
	struct simnet *n = *state;
	struct sock *l[3], *c[64], *s, *strange = open_sock(n, 0, strchr(on, ':'), SOCK_TYPE_STREAM);
	struct endpoint name = at(on, 80), peer = at(to, 80);
	unsigned got[3] = {0};

	for (unsigned i = 0; i < 3; i++) {
		l[i] = open_sock(n, 0, strchr(on, ':'), SOCK_TYPE_STREAM);
		set_int(l[i], SOL_SOCKET, SO_REUSEPORT, 1);
		assert_int_equal(sock_bind(l[i], &name), 0);
		assert_int_equal(sock_listen(l[i], 64), 0);
	}
	assert_int_equal(sock_bind(strange, &name), -LEAT_EADDRINUSE);
	sock_close(strange);
	for (unsigned i = 0; i < 64; i++) {
		c[i] = open_sock(n, 0, strchr(to, ':'), SOCK_TYPE_STREAM);
		assert_int_equal(sock_connect(c[i], &peer), -LEAT_EINPROGRESS);
	}
	settle(n);
	sock_close(l[1]); /* its accepted connections are reset */
	settle(n);
	for (unsigned i = 0; i < 64; i++)
		got[1] += sock_ready(c[i]) & LEAT_ERR ? 1 : 0;
	for (unsigned i = 0; i < 3; i += 2)
		while (sock_accept(l[i], &s) == 0) {
			got[i]++;
			sock_close(s);
		}
	assert_int_equal(got[0] + got[1] + got[2], 64);
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(got[i], 8, 40);
	for (unsigned i = 0; i < 64; i++)
		sock_close(c[i]);
	sock_close(l[0]);
	sock_close(l[2]);
}

static void
listeners_share_an_ipv4_port(void **state)
{
	listeners_share_a_port(state, "127.0.0.1", "127.0.0.1");
}

static void
listeners_share_an_ipv6_port(void **state)
{
	listeners_share_a_port(state, "::1", "::1");
}

static void
listeners_share_a_dual_port(void **state)
{
	listeners_share_a_port(state, "::", "127.0.0.1");
}

/* A connection in TIME-WAIT keeps its port from sockets without SO_REUSEADDR. */
static void
time_wait_keeps_the_port(void **state)
{
	struct simnet *n = *state;
	struct sock *l = open_listener(n, 0, "127.0.0.1", 80, 8), *c, *s;
	struct endpoint e = at("127.0.0.1", 80);

	connect_pair(n, l, at("127.0.0.1", 80), &c, &s);
	sock_close(s);
	sock_close(l);
	settle(n);
	sock_close(c);
	settle(n);
	l = open_stream(n, 0);
	assert_int_equal(sock_bind(l, &e), -LEAT_EADDRINUSE);
	set_int(l, SOL_SOCKET, SO_REUSEADDR, 1);
	assert_int_equal(sock_bind(l, &e), 0);
	assert_int_equal(sock_listen(l, 1), 0);
	sock_close(l);
}

/* It keeps the port at its own address and at the wildcard, but not at other addresses. */
static void
time_wait_keeps_no_other_address(void **state)
{
	struct simnet *n = *state;
	struct sock *l = open_listener(n, 0, "127.0.0.1", 80, 8), *c, *s, *other;
	struct endpoint all = at("0.0.0.0", 80), beside = at("127.0.0.2", 80);

	connect_pair(n, l, at("127.0.0.1", 80), &c, &s);
	sock_close(s);
	sock_close(l);
	settle(n);
	sock_close(c);
	settle(n);
	other = open_stream(n, 0);
	assert_int_equal(sock_bind(other, &all), -LEAT_EADDRINUSE);
	assert_int_equal(sock_bind(other, &beside), 0);
	sock_close(other);
}

/* ipv6(7): an IPv6 wildcard serves IPv4 with mapped names, unless IPV6_V6ONLY. */
static void
dual_stack_listeners_serve_both(void **state)
{
	struct simnet *n = *state;
	struct sock *l = open_listener(n, 0, "::", 80, 8), *c, *s;
	struct endpoint e = at("0.0.0.0", 80), name;

	connect_pair(n, l, at("127.0.0.1", 80), &c, &s);
	assert_true(sock_is_v6(s));
	sock_remote(s, &name);
	assert_true(ipaddr_is4(&name.addr));
	sock_close(c);
	sock_close(s);
	connect_pair(n, l, at("::1", 80), &c, &s);
	sock_close(c);
	sock_close(s);
	sock_close(l);
	l = open_sock(n, 0, true, SOCK_TYPE_STREAM);
	set_int(l, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	set_int(l, SOL_SOCKET, SO_REUSEADDR, 1);
	e = at("::", 80);
	assert_int_equal(sock_bind(l, &e), 0);
	assert_int_equal(sock_listen(l, 1), 0);
	c = open_listener(n, 0, "0.0.0.0", 80, 8); /* as well */
	sock_close(c);
	sock_close(l);
}

/* socket(7): Linux doubles buffer sizes and shows the double. */
static void
options_read_back_as_on_linux(void **state)
{
	struct simnet *n = *state;
	struct sock *sk = open_sock(n, 0, true, SOCK_TYPE_STREAM);
	int32_t linger[2] = {1, 5}, back[2];
	size_t len = sizeof back;

	set_int(sk, SOL_SOCKET, SO_SNDBUF, 50000);
	assert_int_equal(get_int(sk, SOL_SOCKET, SO_SNDBUF), 100000);
	set_int(sk, SOL_SOCKET, SO_RCVBUF, 1);
	assert_int_equal(get_int(sk, SOL_SOCKET, SO_RCVBUF), 2304);
	assert_int_equal(get_int(sk, SOL_SOCKET, SO_TYPE), 1);
	assert_int_equal(get_int(sk, SOL_SOCKET, SO_DOMAIN), 10);
	assert_int_equal(get_int(sk, SOL_SOCKET, SO_PROTOCOL), 6);
	assert_int_equal(get_int(sk, SOL_SOCKET, SO_ACCEPTCONN), 0);
	assert_int_equal(sock_listen(sk, 1), 0);
	assert_int_equal(get_int(sk, SOL_SOCKET, SO_ACCEPTCONN), 1);
	assert_int_equal(sock_setopt(sk, SOL_SOCKET, SO_LINGER, linger, sizeof linger), 0);
	assert_int_equal(sock_getopt(sk, SOL_SOCKET, SO_LINGER, back, &len), 0);
	assert_memory_equal(linger, back, sizeof back);
	assert_int_equal(sock_setopt(sk, SOL_SOCKET, 9999, linger, 4), -LEAT_ENOPROTOOPT);
	assert_int_equal(sock_setopt(sk, SOL_SOCKET, SO_REUSEADDR, linger, 1), -LEAT_EINVAL);
	sock_close(sk);
}

/* tcp(7), SO_LINGER 0: close is a reset. */
static void
linger_zero_resets(void **state)
{
	struct simnet *n = *state;
	struct sock *l = open_listener(n, 0, "127.0.0.1", 80, 8), *c, *s;
	int32_t linger[2] = {1, 0};
	char octet;

	connect_pair(n, l, at("127.0.0.1", 80), &c, &s);
	sock_setopt(c, SOL_SOCKET, SO_LINGER, linger, sizeof linger);
	sock_close(c);
	settle(n);
	assert_int_equal(sock_recv(s, &octet, 1, 0, NULL), -LEAT_ECONNRESET);
	assert_int_equal(sock_recv(s, &octet, 1, 0, NULL), 0);
	sock_close(s);
	sock_close(l);
}

static void
count_watch(struct sock *sk, void *arg)
{
	unsigned *calls = arg;

	(*calls)++;
}

/* sock.h: watchers are called by the stack, never from within a call. */
static void
watchers_wait_for_the_end_of_the_entry(void **state)
{
	struct simnet *n = *state;
	struct sock *a = open_sock(n, 0, false, SOCK_TYPE_DGRAM),
		    *b = open_sock(n, 0, false, SOCK_TYPE_DGRAM);
	struct endpoint e = at("127.0.0.1", 53);
	struct sock_msg msg = {.peer = e};
	unsigned calls = 0;

	assert_int_equal(sock_bind(a, &e), 0);
	sock_watch(a, count_watch, &calls);
	assert_int_equal(sock_send(b, "hello", 5, 0, &msg), 5);
	assert_int_equal(calls, 0);
	assert_int_equal(stack_next(n->host[0]), sim_now(n->sim));
	settle(n);
	assert_int_equal(calls, 1);
	assert_int_equal(sock_unread(a), 5);
	sock_shutdown(a, SOCK_SHUT_RD);
	assert_int_equal(calls, 1);
	settle(n);
	assert_int_equal(calls, 2);
	sock_close(a);
	sock_close(b);
}

/* connect(2), AF_UNSPEC: what bind() did not fix becomes unspecified again. */
static void
a_datagram_socket_may_lose_its_peer(void **state)
{
	struct simnet *n = *state;
	struct sock *a = open_sock(n, 0, false, SOCK_TYPE_DGRAM);
	struct endpoint e = at("127.0.0.1", 53), name;

	assert_int_equal(sock_send(a, "x", 1, 0, NULL), -LEAT_EDESTADDRREQ);
	assert_int_equal(sock_connect(a, &e), 0);
	sock_local(a, &name);
	assert_true(ipaddr_eq(&name.addr, &IPADDR_LOOPBACK4));
	assert_in_range(name.port, 32768, 60999);
	assert_int_equal(sock_send(a, "x", 1, 0, NULL), 1);
	settle(n);
	assert_int_equal(sock_ready(a), LEAT_OUT | LEAT_ERR);
	assert_int_equal(get_int(a, SOL_SOCKET, SO_ERROR), LEAT_ECONNREFUSED);
	assert_int_equal(sock_connect(a, NULL), 0);
	assert_int_equal(sock_remote(a, &name), -LEAT_ENOTCONN);
	sock_local(a, &name);
	assert_true(ipaddr_is_any(&name.addr) && name.port == 0);
	sock_close(a);
}

/*
 * RFC 6056: one address can have more connections than there are ports, to different destinations.
 */
static void
connections_outnumber_ports(void **state)
{
	struct simnet *n = *state;
	struct sock *l[2] = {
	    open_listener(n, 0, "127.0.0.1", 80, 8), open_listener(n, 0, "127.0.0.2", 80, 8)};
	enum { COUNT = 300 };
	static struct sock *c[2][COUNT];
	struct endpoint to[2] = {at("127.0.0.1", 80), at("127.0.0.2", 80)};

	for (unsigned i = 0; i < COUNT; i++)
		for (unsigned j = 0; j < 2; j++) {
			struct sock *child;

			c[j][i] = open_stream(n, 0);
			assert_int_equal(sock_connect(c[j][i], &to[j]), -LEAT_EINPROGRESS);
			simnet_pass(n, MSEC);
			assert_int_equal(sock_accept(l[j], &child), 0);
			sock_close(child);
		}
	for (unsigned i = 0; i < COUNT; i++)
		for (unsigned j = 0; j < 2; j++)
			sock_close(c[j][i]);
	sock_close(l[0]);
	sock_close(l[1]);
}

static bool answered;

static void
answer(struct sock *l, void *arg)
{
	struct sock *child;
	struct endpoint local;

	while (sock_accept(l, &child) == 0) {
		sock_local(child, &local);
		sock_answer(child, local.port == 81 ? LEAT_ECONNREFUSED : 0);
		if (local.port != 81)
			sock_close(child);
		answered = true;
	}
}

/*
 * LEAT_ANY_PORT and LEAT_DEFER_ACCEPT: a listener takes every port, and sends no SYN-ACK before the
 * answer.
 */
static void
a_deferred_listener_decides_about_each_child(void **state)
{
	struct simnet *n = *state;
	struct sock *l = open_sock(n, 0, true, SOCK_TYPE_STREAM), *c = open_stream(n, 0);
	struct endpoint refused = at("127.0.0.1", 81), taken = at("127.0.0.1", 82);

	set_int(l, LEAT_SOL_LEAT, LEAT_ANY_PORT, 1);
	set_int(l, LEAT_SOL_LEAT, LEAT_DEFER_ACCEPT, 1);
	assert_int_equal(sock_listen(l, 8), 0);
	assert_int_equal(sock_connect(c, &refused), -LEAT_EINPROGRESS);
	settle(n);
	assert_int_equal(sock_connect(c, &refused), -LEAT_EALREADY);
	assert_int_equal(sock_ready(l), LEAT_IN);
	sock_watch(l, answer, NULL);
	answer(l, NULL);
	settle(n);
	assert_true(answered);
	assert_int_equal(sock_connect(c, &refused), -LEAT_ECONNREFUSED);
	assert_int_equal(sock_connect(c, &taken), -LEAT_EINPROGRESS);
	settle(n);
	assert_int_equal(sock_connect(c, &taken), 0);
	sock_close(c);
	sock_close(l);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(readiness_is_that_of_linux),
	    T(connect_reports_each_stage),
	    T(listeners_share_an_ipv4_port),
	    T(listeners_share_an_ipv6_port),
	    T(listeners_share_a_dual_port),
	    T(time_wait_keeps_the_port),
	    T(time_wait_keeps_no_other_address),
	    T(dual_stack_listeners_serve_both),
	    T(options_read_back_as_on_linux),
	    T(linger_zero_resets),
	    T(watchers_wait_for_the_end_of_the_entry),
	    T(a_datagram_socket_may_lose_its_peer),
	    T(connections_outnumber_ports),
	    T(a_deferred_listener_decides_about_each_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
