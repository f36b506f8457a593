/*
 * test/unit/gate/test_clients.c - clients of published ports, in virtual time: what the program sees of them, and
 * how they are answered.
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

struct client {
	bool failed;
	uint8_t got[64];
	ssize_t n;
};

static void
on_client(struct io_stream *io, unsigned events, void *arg)
{
	struct client *c = arg;

	c->failed |= (events & IO_FAILED) != 0;
	if (c->n <= 0)
		c->n = io_read(io, c->got, sizeof c->got);
	io_want(io, c->n <= 0 ? IO_READABLE : 0);
}

static struct sock *
program_listens(struct world *w, bool v6, enum sock_type type, uint16_t port)
{
	struct endpoint local = {.addr = v6 ? IPADDR_ANY6 : IPADDR_ANY4, .port = port};
	struct sock *sk;

	assert_int_equal(sock_open(stack_socks(w->host), v6, type, &sk), 0);
	assert_int_equal(sock_bind(sk, &local), 0);
	if (type == SOCK_TYPE_STREAM)
		assert_int_equal(sock_listen(sk, 10), 0);
	return sk;
}

static void
published_from(const char *client, const char *seen_as)
{
	struct world *w = world_new(&PLAIN, 9, NULL);
	struct endpoint from = world_end(client, 4321), at = world_published(&from, 8080), peer;
	struct client c = {.n = -1};
	struct ipaddr seen = world_addr(seen_as);
	struct sock *l = program_listens(w, true, SOCK_TYPE_STREAM, 80), *sk;
	struct io_stream *s;
	char buf[8];

	world_publish(w, false, 8080, 80);
	assert_int_equal(gate_publish(w->gate, false, &at, 81), -LEAT_EADDRINUSE);
	s = world_dial(w, &from, 8080, on_client, &c);
	assert_true(world_run(w, 5 * SEC, readable, l));
	assert_int_equal(io_write(s, "GET", 3, 0), 3);
	assert_int_equal(sock_accept(l, &sk), 0);
	assert_int_equal(sock_remote(sk, &peer), 0);
	assert_true(ipaddr_eq(&peer.addr, &seen));
	assert_int_equal(peer.port, 4321);
	assert_true(world_run(w, 5 * SEC, readable, sk));
	assert_int_equal(sock_recv(sk, buf, sizeof buf, 0, NULL), 3);
	assert_int_equal(sock_send(sk, "200 OK", 6, 0, NULL), 6);
	sock_close(sk);
	world_run(w, 1 * SEC, never, NULL);
	assert_int_equal(c.n, 6);
	assert_memory_equal(c.got, "200 OK", 6);
	assert_false(c.failed);
	io_close(s, false);
	world_run(w, 1 * SEC, never, NULL);
	assert_int_equal(w->ended, 1);
	assert_true(w->last.published);
	sock_close(l);
	world_free(w);
}

static void
a_published_port_shows_the_real_client(void **state)
{
	published_from("192.0.2.77", "192.0.2.77");
	published_from("2001:db8::77", "2001:db8::77");
	published_from("127.0.0.1", "10.0.2.2");
	published_from("::1", "fd00:2::2");
}

/* A server that is full answers and resets. All of that can arrive before the gateway has run. */
static void
an_answer_before_a_reset_reaches_a_client_that_is_being_connected(void **state)
{
	struct world *w = world_new(&PLAIN, 11, NULL);
	struct endpoint from = world_end("127.0.0.1", 4321);
	struct client c = {.n = -1};
	struct sock *l = program_listens(w, true, SOCK_TYPE_STREAM, 80), *sk;
	struct io_stream *s;

	world_publish(w, false, 8080, 80);
	s = world_dial(w, &from, 8080, on_client, &c);
	world_run(w, 1 * MSEC, never, NULL);
	assert_true(
	    sim_run(w->sim, world_now(w) + 5 * SEC, readable, l)); /* the stacks run, the gateway does not */
	assert_int_equal(sock_accept(l, &sk), 0);
	assert_int_equal(sock_send(sk, "503 Busy", 8, 0, NULL), 8);
	sock_abort(sk);
	sim_run(w->sim, world_now(w) + 1 * SEC, never, NULL);
	world_run(w, 1 * SEC, never, NULL);
	assert_int_equal(c.n, 8);
	assert_memory_equal(c.got, "503 Busy", 8);
	assert_true(c.failed);
	assert_int_equal(w->last.error, LEAT_ECONNRESET);
	io_close(s, false);
	sock_close(l);
	world_free(w);
}

static void
a_published_port_that_is_not_served_resets_the_client(void **state)
{
	struct world *w = world_new(&PLAIN, 10, NULL);
	struct endpoint from = world_end("127.0.0.1", 4321);
	struct client c = {.n = -1};
	struct io_stream *s;

	world_publish(w, false, 8080, 80);
	s = world_dial(w, &from, 8080, on_client, &c);
	world_run(w, 1 * SEC, never, NULL);
	assert_true(c.failed);
	assert_int_equal(w->last.error, LEAT_ECONNREFUSED);
	io_close(s, false);
	world_free(w);
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
a_published_datagram_port_answers_its_clients(void **state)
{
	struct world *w = world_new(&PLAIN, 11, NULL);
	struct endpoint from = world_end("192.0.2.77", 4321), at = world_published(&from, 5353);
	struct answering client = {.asked = 0};
	struct io_dgram *d = world_dgram(w, &from, answer, &client);
	struct sock *sk = program_listens(w, false, SOCK_TYPE_DGRAM, 53);
	struct sock_msg msg;
	char buf[8];

	world_publish(w, true, 5353, 53);
	assert_int_equal(d->ops->send_to(d, "hello", 5, &at), 5);
	assert_true(world_run(w, 1 * SEC, readable, sk));
	assert_int_equal(sock_recv(sk, buf, sizeof buf, 0, &msg), 5);
	assert_true(ipaddr_eq(&msg.peer.addr, &from.addr));
	assert_int_equal(msg.peer.port, 4321);
	assert_int_equal(sock_send(sk, "there", 5, 0, &msg), 5);
	world_run(w, 1 * SEC, never, NULL);
	assert_int_equal(client.asked, 1);
	assert_memory_equal(client.last, "there", 5);
	sock_close(sk);
	world_free(w);
}

/*
 * Two clients have the same address inside. The second one gets another port, and each keeps its
 * own.
 */
static void
clients_with_one_address_inside_have_different_ports(void **state)
{
	struct world *w = world_new(&PLAIN, 13, NULL);
	struct endpoint at = world_end("127.0.0.1", 5353),
			from[] = {world_end("127.0.0.1", 4321), world_end("127.0.0.2", 4321)};
	struct answering client[2] = {{.asked = 0}, {.asked = 0}};
	struct io_dgram *d[2];
	struct sock *sk = program_listens(w, false, SOCK_TYPE_DGRAM, 53);
	struct sock_msg msg[2], again;
	char buf[8];

	world_publish(w, true, 5353, 53);
	for (int i = 0; i < 2; i++) {
		d[i] = world_dgram(w, &from[i], answer, &client[i]);
		assert_int_equal(d[i]->ops->send_to(d[i], i ? "two" : "one", 3, &at), 3);
		assert_true(world_run(w, 1 * SEC, readable, sk));
		assert_int_equal(sock_recv(sk, buf, sizeof buf, 0, &msg[i]), 3);
		assert_memory_equal(buf, i ? "two" : "one", 3);
	}
	assert_int_equal(msg[0].peer.port, 4321);
	assert_int_not_equal(msg[1].peer.port, 4321);
	assert_true(ipaddr_eq(&msg[0].peer.addr, &msg[1].peer.addr));
	assert_int_equal(d[0]->ops->send_to(d[0], "more", 4, &at), 4);
	assert_true(world_run(w, 1 * SEC, readable, sk));
	assert_int_equal(sock_recv(sk, buf, sizeof buf, 0, &again), 4);
	assert_int_equal(again.peer.port, 4321);
	sock_close(sk);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_published_port_shows_the_real_client),
	    cmocka_unit_test(an_answer_before_a_reset_reaches_a_client_that_is_being_connected),
	    cmocka_unit_test(a_published_port_that_is_not_served_resets_the_client),
	    cmocka_unit_test(a_published_datagram_port_answers_its_clients),
	    cmocka_unit_test(clients_with_one_address_inside_have_different_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
