/*
 * test/unit/gate/test_published.c - which of the program's listeners a published port reaches, in
 * virtual time: also those on loopback, of both families.
 */
#include "stack/stack.h"
#include "tcp/tcp.h"
#include "udp/udp.h"
#include "wire/ip.h"
#include "world.h"

static const struct emu_impair PLAIN = {.delay = 5 * MSEC};

struct setting {
	struct world *w;
	struct iface *inside;
	unsigned unserved;
};

static bool
serves(void *arg, bool udp, const struct endpoint *at)
{
	struct setting *t = arg;

	return udp ? udp_serves(stack_udp(t->w->host), t->inside, at)
		   : tcp_serves(stack_tcp(t->w->host), t->inside, at);
}

static void
unserved(void *arg, bool udp, uint16_t port)
{
	struct setting *t = arg;

	assert_int_equal(port, 80);
	t->unserved++;
}

enum { OUTSIDE_PORT = 8080, CLIENT_PORT = 4321 };

static void
begin(struct setting *t, bool udp)
{
	struct gate_config config = {.serves = serves, .unserved = unserved, .program = t};

	*t = (struct setting){0};
	t->w = world_new(&PLAIN, 1, &config);
	t->inside = sim_link_iface(t->w->link, 0);
	assert_int_equal(iface_open_loopback(t->inside, udp ? IP_PROTO_UDP : IP_PROTO_TCP, 80), 0);
	world_publish(t->w, udp, OUTSIDE_PORT, 80);
}

static struct sock *
listen_at(struct setting *t, const char *text, uint16_t port, bool udp)
{
	struct endpoint local = world_end(text, port);
	struct sock *sk;

	assert_int_equal(sock_open(stack_socks(t->w->host), !ipaddr_is4(&local.addr),
			     udp ? SOCK_TYPE_DGRAM : SOCK_TYPE_STREAM, &sk),
	    0);
	assert_int_equal(sock_bind(sk, &local), 0);
	if (!udp)
		assert_int_equal(sock_listen(sk, 10), 0);
	return sk;
}

static bool
readable(void *arg)
{
	return sock_ready(arg) & (LEAT_IN | LEAT_ERR);
}

static bool
never(void *arg)
{
	return false;
}

static void
ignore(struct io_stream *io, unsigned events, void *arg)
{
}

static struct io_stream *
dial(struct setting *t, const char *from)
{
	struct endpoint peer = world_end(from, CLIENT_PORT);

	return world_dial(t->w, &peer, OUTSIDE_PORT, ignore, NULL);
}

/* Sends a datagram from @d, a client whose name is @from. */
static void
send_in(struct io_dgram *d, const struct endpoint *from, const char *text)
{
	struct endpoint at = world_published(from, OUTSIDE_PORT);

	assert_int_equal(d->ops->send_to(d, text, strlen(text), &at), strlen(text));
}

/* Asserts that a client @from reaches a listener at @at and has the address @shown there. */
static void
assert_reached(const char *from, const char *at, const char *shown)
{
	struct ipaddr seen = world_addr(shown);
	struct endpoint peer;
	struct setting t;
	struct io_stream *s;
	struct sock *l, *sk;

	begin(&t, false);
	l = listen_at(&t, at, 80, false);
	s = dial(&t, from);
	assert_true(world_run(t.w, 5 * SEC, readable, l));
	assert_int_equal(sock_accept(l, &sk), 0);
	assert_int_equal(sock_remote(sk, &peer), 0);
	assert_true(ipaddr_eq(&peer.addr, &seen));
	assert_int_equal(peer.port, CLIENT_PORT);
	assert_int_equal(t.unserved, 0);
	sock_close(sk);
	sock_close(l);
	io_close(s, false);
	world_run(t.w, SEC, never, NULL);
	world_free(t.w);
}

static void
a_client_reaches_a_listener_of_either_family_on_every_address(void **state)
{
	static const char *const at4[] = {"0.0.0.0", "127.0.0.1", "10.0.2.15"};
	static const char *const at6[] = {"fd00:2::15", "::1"};

	for (unsigned i = 0; i < 3; i++) {
		assert_reached("192.0.2.77", at4[i], "192.0.2.77");
		assert_reached("2001:db8::77", at4[i], "192.0.0.8");
		assert_reached("127.0.0.1", at4[i], "10.0.2.2");
		assert_reached("::1", at4[i], "10.0.2.2");
	}
	for (unsigned i = 0; i < 2; i++) {
		assert_reached("2001:db8::77", at6[i], "2001:db8::77");
		assert_reached("192.0.2.77", at6[i], "64:ff9b:1::c000:24d");
		assert_reached("127.0.0.1", at6[i], "fd00:2::2");
		assert_reached("::1", at6[i], "fd00:2::2");
	}
	assert_reached("192.0.2.77", "::", "192.0.2.77");
}

/*
 * A program may trust the gateway's address as its own machine's loopback. No other host has it
 * inside, whatever address it uses.
 */
static void
only_the_hosts_loopback_is_shown_as_the_gateway(void **state)
{
	static const char *const strangers4[] = {"10.0.2.2", "10.0.2.3", "10.0.2.15", "169.254.1.1"};
	static const char *const strangers6[] = {"fd00:2::2", "fd00:2::15", "fe80::1", "fd00:2::77"};

	for (unsigned i = 0; i < 4; i++) {
		assert_reached(strangers4[i], "127.0.0.1", "192.0.0.8");
		assert_reached(strangers4[i], "::1", "64:ff9b:1::c000:8");
		assert_reached(strangers6[i], "::1", "64:ff9b:1::c000:8");
		assert_reached(strangers6[i], "127.0.0.1", "192.0.0.8");
	}
}

static void
loopback_comes_after_the_address_on_the_link(void **state)
{
	struct sock *outer, *inner, *sk;
	struct io_stream *s;
	struct setting t;

	begin(&t, false);
	inner = listen_at(&t, "127.0.0.1", 80, false);
	outer = listen_at(&t, "10.0.2.15", 80, false);
	s = dial(&t, "192.0.2.77");
	assert_true(world_run(t.w, 5 * SEC, readable, outer));
	assert_int_equal(sock_accept(outer, &sk), 0);
	assert_int_equal(sock_ready(inner) & LEAT_IN, 0);
	sock_close(sk);
	sock_close(outer);
	sock_close(inner);
	io_close(s, false);
	world_run(t.w, SEC, never, NULL);
	world_free(t.w);
}

/* Another port, or another protocol at this port, is not opened. */
static void
only_published_ports_lead_to_loopback(void **state)
{
	struct endpoint other = world_end("10.0.2.15", 81), same = world_end("10.0.2.15", 80),
			unknown = world_end("10.0.2.16", 80);
	struct sock *sk[3];
	struct setting t;

	begin(&t, false);
	sk[0] = listen_at(&t, "127.0.0.1", 80, false);
	sk[1] = listen_at(&t, "127.0.0.1", 81, false);
	sk[2] = listen_at(&t, "127.0.0.1", 80, true);
	assert_true(serves(&t, false, &same));
	assert_false(serves(&t, true, &same));
	assert_false(serves(&t, false, &other));
	assert_false(serves(&t, false, &unknown));
	for (unsigned i = 0; i < 3; i++)
		sock_close(sk[i]);
	world_free(t.w);
}

static void
a_client_that_is_not_served_is_reported(void **state)
{
	struct endpoint from = world_end("192.0.2.77", CLIENT_PORT);
	struct io_stream *s;
	struct setting t;

	begin(&t, false);
	s = dial(&t, "192.0.2.77");
	world_run(t.w, SEC, never, NULL);
	assert_int_equal(t.unserved, 1);
	assert_int_equal(t.w->last.error, LEAT_ECONNREFUSED);
	io_close(s, false);
	world_run(t.w, SEC, never, NULL);
	world_free(t.w);

	begin(&t, true);
	send_in(world_dgram(t.w, &from, NULL, NULL), &from, "x");
	world_run(t.w, SEC, never, NULL);
	assert_int_equal(t.unserved, 1);
	assert_int_equal(stack_core(t.w->gate_stack)->drops[DROP_GATE_UNSERVED], 1);
	assert_int_equal(gate_counters(t.w->gate)->dgrams, 0);
	world_free(t.w);
}

/*
 * The socket is bound after the first datagrams were lost. Later ones reach it, on the loopback of
 * both families.
 */
static void
a_datagram_finds_a_socket_on_loopback_as_soon_as_there_is_one(void **state)
{
	struct endpoint from = world_end("192.0.2.77", CLIENT_PORT);
	static const char *const sockets[] = {"127.0.0.1", "::1"}, *const shown[] = {
								       "192.0.2.77", "64:ff9b:1::c000:24d"};

	for (unsigned i = 0; i < 2; i++) {
		struct ipaddr seen = world_addr(shown[i]);
		struct sock_msg msg;
		struct setting t;
		struct io_dgram *d;
		struct sock *sk;
		char buf[8];

		begin(&t, true);
		d = world_dgram(t.w, &from, NULL, NULL);
		send_in(d, &from, "lost");
		world_run(t.w, SEC, never, NULL);
		sk = listen_at(&t, sockets[i], 80, true);
		send_in(d, &from, "found");
		assert_true(world_run(t.w, SEC, readable, sk));
		assert_int_equal(sock_recv(sk, buf, sizeof buf, 0, &msg), 5);
		assert_true(ipaddr_eq(&msg.peer.addr, &seen));
		sock_close(sk);
		world_free(t.w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_client_reaches_a_listener_of_either_family_on_every_address),
	    cmocka_unit_test(only_the_hosts_loopback_is_shown_as_the_gateway),
	    cmocka_unit_test(loopback_comes_after_the_address_on_the_link),
	    cmocka_unit_test(only_published_ports_lead_to_loopback),
	    cmocka_unit_test(a_client_that_is_not_served_is_reported),
	    cmocka_unit_test(a_datagram_finds_a_socket_on_loopback_as_soon_as_there_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
