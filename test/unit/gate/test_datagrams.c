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

static unsigned
count_flows(struct world *w)
{
	return world_open(w);
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
	assert_int_equal(count_flows(w), 2);
	world_run(w, 10 * SEC, never, NULL);
	assert_int_equal(count_flows(w), 1);
	world_run(w, 100 * SEC, never, NULL);
	assert_int_equal(count_flows(w), 0);
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
		assert_true(count_flows(w) <= 3);
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

/* Pings. */

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
	assert_int_equal(count_flows(w), 0);
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

/* Names. */

static void
names_mean_outside_what_they_should(void **state)
{
	struct gate_config c = {.own4 = world_addr("10.0.2.2"),
	    .own6 = world_addr("fd00:2::2"),
	    .dns = world_addr("10.0.2.3"),
	    .names = {.server = {world_end("192.0.2.53", 53), world_end("127.0.0.53", 53)},
		.servers = 1,
		.named = {{.addr = world_addr("fe80::53"), .port = 53, .ifindex = 7}},
		.named_as = {world_addr("fd00:2::3")},
		.nnamed = 1}};
	static const struct {
		const char *shown;
		uint16_t port;
		const char *means;
	} names[] = {
	    {"10.0.2.2", 8080, "127.0.0.1"},
	    {"fd00:2::2", 8080, "::1"},
	    {"10.0.2.3", 53, "192.0.2.53"},
	    {"10.0.2.3", 80, "127.0.0.1"},
	    {"10.0.2.2", 53, "127.0.0.1"},
	    {"192.0.2.1", 53, "192.0.2.1"},
	    {"2001:db8::1", 443, "2001:db8::1"},
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct endpoint shown = world_end(names[i].shown, names[i].port), out = gate_map(&c, &shown);
		struct ipaddr means = world_addr(names[i].means);

		assert_true(ipaddr_eq(&out.addr, &means));
		assert_int_equal(out.port, names[i].port);
	}
	/* The gateway's own port 53 means a resolver on the host's loopback. */
	c.names.servers = 2;
	struct endpoint shown = world_end("10.0.2.2", 53), out = gate_map(&c, &shown);
	struct ipaddr means = world_addr("127.0.0.53");

	assert_true(ipaddr_eq(&out.addr, &means));
	/*
	 * A link-local server is asked under another address, and reached over the interface in the
	 * host's file.
	 */
	shown = world_end("fd00:2::3", 53);
	out = gate_map(&c, &shown);
	assert_true(ipaddr_eq(&out.addr, &c.names.named[0].addr));
	assert_int_equal(out.ifindex, 7);
	shown.port = 5353;
	out = gate_map(&c, &shown);
	assert_true(ipaddr_eq(&out.addr, &shown.addr));
}

/* Published ports. */

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
	    cmocka_unit_test(pings_cross_the_gateway_under_their_own_identifier),
	    cmocka_unit_test(a_ping_that_the_machine_forbids_is_counted),
	    cmocka_unit_test(names_mean_outside_what_they_should),
	    cmocka_unit_test(a_published_port_shows_the_real_client),
	    cmocka_unit_test(an_answer_before_a_reset_reaches_a_client_that_is_being_connected),
	    cmocka_unit_test(a_published_port_that_is_not_served_resets_the_client),
	    cmocka_unit_test(a_published_datagram_port_answers_its_clients),
	    cmocka_unit_test(an_error_quotes_what_was_sent),
	    cmocka_unit_test(clients_with_one_address_inside_have_different_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
