/*
 * Streams of a host that talks to itself, in virtual time: how each becomes a fresh socket again,
 * and what its names, options and accept queue are then.
 */
#include "base/err.h"
#include "sock_rig.h"

struct fixture {
	struct simnet net;
	struct sock *listener, *client, *server;
};

/* A listener on 127.0.0.1:80 with a backlog of 1, which lets two wait, and a connection to it. */
static int
setup(void **state)
{
	static struct fixture f;

	simnet_start(&f.net, 1, 1);
	f.listener = open_listener(&f.net, 0, "127.0.0.1", 80, 1);
	connect_pair(&f.net, f.listener, at("127.0.0.1", 80), &f.client, &f.server);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	sock_close(f->client);
	sock_close(f->server);
	sock_close(f->listener);
	simnet_end(&f->net);
	return 0;
}

/*
 * Returns the window that a client sees of a server whose listener has option @name of @level set
 * to @n. The caller closes *@server and *@client.
 */
static uint32_t
window_with(struct fixture *f, int level, int name, int n, struct sock **server, struct sock **client)
{
	struct sock *l = open_listener(&f->net, 0, "127.0.0.1", 81, 1);
	struct leat_tcp_info info;
	size_t len = sizeof info;

	set_int(l, level, name, n);
	connect_pair(&f->net, l, at("127.0.0.1", 81), client, server);
	sock_close(l);
	assert_int_equal(sock_getopt(*client, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	return info.tcpi_snd_wnd;
}

/*
 * Linux doubles the number of SO_RCVBUF for what packets cost besides their octets, so the window
 * is about that number. TCP_WINDOW_CLAMP sets the window itself.
 */
static void
the_window_is_about_what_was_asked_for(void **state)
{
	static const int asked[] = {2304, 4096, 16384, 50000, 65535};
	struct fixture *f = *state;
	struct sock *server, *client;

	for (unsigned i = 0; i < sizeof asked / sizeof *asked; i++) {
		for (int clamp = 0; clamp < 2; clamp++) {
			uint32_t window = window_with(f, clamp ? IPPROTO_TCP : SOL_SOCKET,
			    clamp ? TCP_WINDOW_CLAMP : SO_RCVBUF, asked[i], &server, &client);

			assert_in_range(window, asked[i] * 9 / 10, asked[i]);
			assert_int_equal(
			    get_int(server, IPPROTO_TCP, TCP_WINDOW_CLAMP), clamp ? asked[i] : 0);
			sock_abort(client);
			sock_close(server);
			settle(&f->net);
		}
	}
}

/* On Linux the clamp bounds what is offered at one time, but not what the buffer holds. */
static void
a_clamped_window_does_not_make_the_buffer_smaller(void **state)
{
	struct fixture *f = *state;
	struct sock *server, *client;
	uint8_t octets[20000] = {0};

	window_with(f, IPPROTO_TCP, TCP_WINDOW_CLAMP, 4096, &server, &client);
	assert_int_equal(sock_send(client, octets, sizeof octets, 0, NULL), sizeof octets);
	settle(&f->net);
	assert_int_equal(sock_unread(server), sizeof octets);
	sock_abort(client);
	sock_close(server);
}

/* socket(7): the host's limits bound what is granted. */
static void
buffers_are_granted_up_to_the_host_s_bound(void **state)
{
	struct fixture *f = *state;

	set_int(f->client, SOL_SOCKET, SO_RCVBUF, 1000000);
	assert_int_equal(get_int(f->client, SOL_SOCKET, SO_RCVBUF), 2 * 212992);
	socks_set_buffer_max(stack_socks(f->net.host[0]), 300000, 4000000);
	set_int(f->client, SOL_SOCKET, SO_RCVBUF, 5000000);
	assert_int_equal(get_int(f->client, SOL_SOCKET, SO_RCVBUF), 8000000);
	set_int(f->client, SOL_SOCKET, SO_SNDBUF, -1);
	assert_int_equal(get_int(f->client, SOL_SOCKET, SO_SNDBUF), 600000);
}

static uint16_t
port_of(const struct sock *sk)
{
	struct endpoint e;

	assert_int_equal(sock_local(sk, &e), 0);
	return e.port;
}

/*
 * connect(2), AF_UNSPEC: the peer is reset. The socket may connect again and has only the name that
 * bind() gave it.
 */
static void
a_dissolved_connection_is_a_fresh_socket(void **state)
{
	struct fixture *f = *state;
	struct endpoint e = at("127.0.0.1", 80), remote;
	char octet;

	assert_int_equal(sock_connect(f->client, NULL), 0);
	settle(&f->net);
	assert_int_equal(sock_recv(f->server, &octet, 1, 0, NULL), -LEAT_ECONNRESET);
	assert_int_equal(sock_ready(f->client), LEAT_OUT | LEAT_HUP);
	assert_int_equal(sock_remote(f->client, &remote), -LEAT_ENOTCONN);
	assert_int_equal(port_of(f->client), 0);
	assert_int_equal(sock_connect(f->client, &e), -LEAT_EINPROGRESS);
	settle(&f->net);
	assert_int_equal(sock_connect(f->client, &e), 0);
	assert_int_equal(
	    sock_connect(f->server, NULL), 0); /* its port is that of its listener, and stays so */
	assert_int_equal(port_of(f->server), 80);
}

static void
a_dissolved_listener_refuses_and_keeps_its_name(void **state)
{
	struct fixture *f = *state;
	struct endpoint e = at("127.0.0.1", 80);
	struct sock *c = open_stream(&f->net, 0);

	assert_int_equal(sock_connect(f->listener, NULL), 0);
	assert_int_equal(sock_connect(c, &e), -LEAT_EINPROGRESS);
	settle(&f->net);
	assert_int_equal(sock_connect(c, &e), -LEAT_ECONNREFUSED);
	assert_int_equal(port_of(f->listener), 80);
	assert_int_equal(sock_listen(f->listener, 1), 0);
	assert_int_equal(sock_connect(c, &e), -LEAT_EINPROGRESS);
	settle(&f->net);
	assert_int_equal(sock_connect(c, &e), 0);
	sock_close(c);
}

/* shutdown() gives back a port that listen() chose. */
static void
a_shut_listener_gives_back_a_port_that_it_was_not_bound_to(void **state)
{
	struct fixture *f = *state;
	struct sock *l = open_stream(&f->net, 0);

	assert_int_equal(sock_listen(l, 1), 0);
	assert_int_not_equal(port_of(l), 0);
	assert_int_equal(sock_shutdown(l, SOCK_SHUT_RD), 0);
	assert_int_equal(port_of(l), 0);
	sock_close(l);
}

/* RFC 9293, 3.5: both ends of a simultaneous open may be one. */
static void
a_bound_stream_connects_to_itself(void **state)
{
	struct fixture *f = *state;
	struct sock *sk = open_stream(&f->net, 0);
	struct endpoint e = at("127.0.0.1", 81), remote;
	char octet = 0;

	assert_int_equal(sock_bind(sk, &e), 0);
	assert_int_equal(sock_connect(sk, &e), -LEAT_EINPROGRESS);
	settle(&f->net);
	assert_int_equal(sock_connect(sk, &e), 0);
	assert_int_equal(sock_remote(sk, &remote), 0);
	assert_int_equal(remote.port, 81);
	assert_int_equal(sock_send(sk, "x", 1, 0, NULL), 1);
	settle(&f->net);
	assert_int_equal(sock_recv(sk, &octet, 1, 0, NULL), 1);
	assert_int_equal(octet, 'x');
	sock_close(sk);
}

/* On Linux a connection in TIME-WAIT has left its socket: both ends get ENOTCONN. */
static void
time_wait_has_left_its_socket(void **state)
{
	struct fixture *f = *state;
	struct endpoint remote;

	assert_int_equal(sock_shutdown(f->client, SOCK_SHUT_WR), 0);
	settle(&f->net);
	assert_int_equal(sock_shutdown(f->server, SOCK_SHUT_WR), 0);
	settle(&f->net);
	assert_int_equal(sock_remote(f->client, &remote), -LEAT_ENOTCONN);
	assert_int_equal(sock_remote(f->server, &remote), -LEAT_ENOTCONN);
	assert_int_equal(sock_shutdown(f->client, SOCK_SHUT_WR), -LEAT_ENOTCONN);
	remote = sock_accepted_from(f->server);
	assert_int_equal(remote.port, port_of(f->client));
}

/* A backlog of 1 lets two wait, in the accept queue or taken by sock_accept() only. */
static void
unaccepted_connections_fill_the_accept_queue(void **state)
{
	struct fixture *f = *state;
	struct endpoint e = at("127.0.0.1", 80);
	struct sock *c[2] = {open_stream(&f->net, 0), open_stream(&f->net, 0)};

	sock_set_unaccepted(f->listener, 1);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(sock_connect(c[i], &e), -LEAT_EINPROGRESS);
		settle(&f->net);
		assert_int_equal(sock_connect(c[i], &e), i == 0 ? 0 : -LEAT_EALREADY);
	}
	sock_set_unaccepted(f->listener, 0);
	settle(&f->net);
	settle(&f->net);
	assert_int_equal(sock_connect(c[1], &e), 0);
	sock_close(c[0]);
	sock_close(c[1]);
}

/* tcp(7): TCP_NODELAY flushes each time that it is set. */
static void
nodelay_flushes_each_time(void **state)
{
	struct fixture *f = *state;

	set_int(f->client, IPPROTO_TCP, TCP_CORK, 1);
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(sock_send(f->client, "x", 1, 0, NULL), 1);
		simnet_pass(&f->net, 100 * MSEC);
		assert_int_equal(sock_unread(f->server), i - 1);
		set_int(f->client, IPPROTO_TCP, TCP_NODELAY, 1);
		simnet_pass(&f->net, 10 * MSEC);
		assert_int_equal(sock_unread(f->server), i);
	}
}

static int
try_int(struct sock *sk, int level, int name, int value)
{
	return sock_setopt(sk, level, name, &value, sizeof value);
}

/* Values and errors that test/system/test_same_as_linux.py finds on Linux. */
static void
options_take_what_linux_takes(void **state)
{
	struct fixture *f = *state;
	struct sock *sk = open_stream(&f->net, 0);
	int32_t linger[2] = {0, 7};
	size_t len = sizeof linger;

	assert_int_equal(sock_setopt(sk, IPPROTO_TCP, TCP_CONGESTION, "none", 4), -LEAT_ENOENT);
	assert_int_equal(sock_setopt(sk, IPPROTO_TCP, TCP_CONGESTION, "", 0), -LEAT_EINVAL);
	assert_int_equal(sock_setopt(sk, IPPROTO_TCP, TCP_CONGESTION, "reno", 4), 0);
	set_int(sk, IPPROTO_TCP, TCP_WINDOW_CLAMP, 1);
	assert_int_equal(get_int(sk, IPPROTO_TCP, TCP_WINDOW_CLAMP), 1152);
	assert_int_equal(try_int(f->client, IPPROTO_TCP, TCP_WINDOW_CLAMP, 0), -LEAT_EINVAL);
	set_int(sk, IPPROTO_TCP, TCP_LINGER2, -5);
	assert_int_equal(get_int(sk, IPPROTO_TCP, TCP_LINGER2), -1);
	set_int(sk, IPPROTO_TCP, TCP_LINGER2, 0);
	assert_int_equal(get_int(sk, IPPROTO_TCP, TCP_LINGER2), 60);
	set_int(sk, IPPROTO_IP, IP_TOS, 0x110);
	assert_int_equal(get_int(sk, IPPROTO_IP, IP_TOS), 0x10);
	assert_int_equal(get_int(sk, SOL_SOCKET, SO_PRIORITY), 6);
	assert_int_equal(try_int(sk, IPPROTO_IP, IP_MULTICAST_TTL, 1), -LEAT_EINVAL);
	assert_int_equal(sock_setopt(sk, SOL_SOCKET, SO_LINGER, linger, sizeof linger), 0);
	assert_int_equal(sock_getopt(sk, SOL_SOCKET, SO_LINGER, linger, &len), 0);
	assert_int_equal(linger[1], 0);
	sock_close(sk);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(the_window_is_about_what_was_asked_for),
	    T(a_clamped_window_does_not_make_the_buffer_smaller),
	    T(buffers_are_granted_up_to_the_host_s_bound),
	    T(a_dissolved_connection_is_a_fresh_socket),
	    T(a_dissolved_listener_refuses_and_keeps_its_name),
	    T(a_shut_listener_gives_back_a_port_that_it_was_not_bound_to),
	    T(a_bound_stream_connects_to_itself),
	    T(time_wait_has_left_its_socket),
	    T(unaccepted_connections_fill_the_accept_queue),
	    T(nodelay_flushes_each_time),
	    T(options_take_what_linux_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
