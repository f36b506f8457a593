/*
 * UDP and echo through the gateway, names, and published ports, in virtual time.
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

struct answering {
	struct sim_service service;
	unsigned asked;
	uint8_t last[64];
	size_t last_len;
};

/* Answers with what it was sent, backwards. */
static void
answer(void *arg, struct out_dgram *d, const uint8_t *octets, size_t len)
{
	struct answering *s = arg;
	uint8_t reply[64];

	s->asked++;
	s->last_len = len < sizeof reply ? len : sizeof reply;
	memcpy(s->last, octets, s->last_len);
	for (size_t i = 0; i < s->last_len; i++)
		reply[i] = octets[s->last_len - 1 - i];
	sim_dgram_reply(d, reply, s->last_len);
}

static void
answering_init(struct answering *s, const char *at, uint16_t port)
{
	*s = (struct answering){
	    .service = {.at = world_end(at, port), .dgram = answer, .arg = s, .delay = 10 * MSEC}};
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

		answering_init(&s, ends[i], 9);
		sim_outside_serve(w->outside, &s.service);
		sk = dgram_open(w, &s.service.at); /* connected: takes answers from that end only */
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

	answering_init(&s, "192.0.2.53", 53);
	sim_outside_serve(w->outside, &s.service);
	sk = dgram_open(w, &alias);
	ask(w, sk, "name?", "?eman");
	sock_close(sk);
	world_free(w);
}

/* RFC 1122, 4.1.3.3: the program hears of a closed port, though its datagram ended in the gateway. */
static void
a_closed_port_outside_is_told_by_icmp(void **state)
{
	static const char *const ends[] = {"192.0.2.7", "2001:db8::7"};

	for (int i = 0; i < 2; i++) {
		struct world *w = world_new(&PLAIN, 3, NULL);
		struct sim_service closed = {.at = world_end(ends[i], 9), .error = LEAT_ECONNREFUSED};
		struct sock *sk;

		sim_outside_serve(w->outside, &closed);
		sk = dgram_open(w, &closed.at);
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
	return sim_outside_open(w->outside);
}

static void
flows_expire_sooner_when_nobody_answered(void **state)
{
	struct world *w = world_new(&PLAIN, 4, NULL);
	struct answering s, mute;
	struct sock *a, *b;

	answering_init(&s, "192.0.2.7", 9);
	answering_init(&mute, "192.0.2.8", 9);
	mute.service.dgram = NULL;
	sim_outside_serve(w->outside, &s.service);
	sim_outside_serve(w->outside, &mute.service);
	a = dgram_open(w, &s.service.at);
	b = dgram_open(w, &mute.service.at);
	ask(w, a, "abc", "cba");
	assert_int_equal(sock_send(b, "abc", 3, 0, NULL), 3);
	world_run(w, 25 * SEC, never, NULL);
	assert_int_equal(count_flows(w), 2);
	world_run(w, 10 * SEC, never, NULL);
	assert_int_equal(count_flows(w), 1);
	world_run(w, 100 * SEC, never, NULL);
	assert_int_equal(count_flows(w), 0);
	assert_int_equal(w->ended, 2);
	ask(w, a, "abc", "cba"); /* and is made anew when it is needed again */
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
	struct answering s;
	struct sock *sk = dgram_open(w, &any);

	answering_init(&s, "0.0.0.0", 9);
	s.service.dgram = NULL;
	sim_outside_serve(w->outside, &s.service);
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

	answering_init(&s, "0.0.0.0", 0);
	sim_outside_serve(w->outside, &s.service);
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
	struct sim_service four = {.at = world_end("192.0.2.9", 0)},
			   six = {.at = world_end("2001:db8::9", 0)};

	sim_outside_serve(w->outside, &four);
	sim_outside_serve(w->outside, &six);
	ping(w, "10.0.2.2", 12); /* the gateway itself, and its alias */
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
	struct sim_service forbidden = {
	    .at = world_end("192.0.2.9", 0), .error = LEAT_EPERM, .at_once = true};

	sim_outside_serve(w->outside, &forbidden);
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
	/* A resolver on the host's loopback is what the gateway's own port 53 means. */
	c.names.servers = 2;
	struct endpoint shown = world_end("10.0.2.2", 53), out = gate_map(&c, &shown);
	struct ipaddr means = world_addr("127.0.0.53");

	assert_true(ipaddr_eq(&out.addr, &means));
	/*
	 * A link-local server is asked under another name, and reached over the interface that the
	 * host's file names.
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
	struct sim_service service;
	bool failed;
	uint8_t got[64];
	ssize_t n;
};

static void
client_news(void *arg, struct out_stream *peer, unsigned mask)
{
	struct client *c = arg;

	c->failed |= (mask & OUT_FAILED) != 0;
	if (c->n <= 0)
		c->n = sim_peer_read(peer, c->got, sizeof c->got);
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
	struct endpoint at = world_end("127.0.0.1", 8080), from = world_end(client, 4321), peer;
	struct client c = {.service = {.news = client_news, .arg = &c}, .n = -1};
	struct ipaddr seen = world_addr(seen_as);
	struct sock *l = program_listens(w, true, SOCK_TYPE_STREAM, 80), *sk;
	struct out_stream *s;
	char buf[8];

	assert_int_equal(gate_publish(w->gate, false, &at, 80), 0);
	assert_int_equal(gate_publish(w->gate, false, &at, 81), -LEAT_EADDRINUSE);
	assert_int_equal(sim_outside_dial(w->outside, &at, &from, &c.service, &s), 0);
	assert_int_equal(sim_peer_write(s, "GET", 3), 3);
	assert_true(world_run(w, 5 * SEC, readable, l));
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
	sim_peer_close(s, false);
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

/* A server that is full answers and resets: all of that may be here before the gateway has looked at the stream again. */
static void
an_answer_before_a_reset_reaches_a_client_that_is_being_connected(void **state)
{
	struct world *w = world_new(&PLAIN, 11, NULL);
	struct endpoint at = world_end("127.0.0.1", 8080), from = world_end("127.0.0.1", 4321);
	struct client c = {.service = {.news = client_news, .arg = &c}, .n = -1};
	struct sock *l = program_listens(w, true, SOCK_TYPE_STREAM, 80), *sk;
	struct out_stream *s;

	assert_int_equal(gate_publish(w->gate, false, &at, 80), 0);
	assert_int_equal(sim_outside_dial(w->outside, &at, &from, &c.service, &s), 0);
	world_run(w, 1 * MSEC, never, NULL);
	assert_true(sim_run(
	    w->sim, world_now(w) + 5 * SEC, readable, l)); /* the gateway's stack, and not the gateway */
	assert_int_equal(sock_accept(l, &sk), 0);
	assert_int_equal(sock_send(sk, "503 Busy", 8, 0, NULL), 8);
	sock_abort(sk);
	sim_run(w->sim, world_now(w) + 1 * SEC, never, NULL);
	world_run(w, 1 * SEC, never, NULL);
	assert_int_equal(c.n, 8);
	assert_memory_equal(c.got, "503 Busy", 8);
	assert_true(c.failed);
	assert_int_equal(w->last.error, LEAT_ECONNRESET);
	sim_peer_close(s, false);
	sock_close(l);
	world_free(w);
}

static void
a_published_port_that_nobody_serves_resets_the_client(void **state)
{
	struct world *w = world_new(&PLAIN, 10, NULL);
	struct endpoint at = world_end("127.0.0.1", 8080), from = world_end("127.0.0.1", 4321);
	struct client c = {.service = {.news = client_news, .arg = &c}, .n = -1};
	struct out_stream *s;

	assert_int_equal(gate_publish(w->gate, false, &at, 80), 0);
	assert_int_equal(sim_outside_dial(w->outside, &at, &from, &c.service, &s), 0);
	world_run(w, 1 * SEC, never, NULL);
	assert_true(c.failed);
	assert_int_equal(w->last.error, LEAT_ECONNREFUSED);
	sim_peer_close(s, false);
	world_free(w);
}

static void
a_published_datagram_port_answers_its_clients(void **state)
{
	struct world *w = world_new(&PLAIN, 11, NULL);
	struct endpoint at = world_end("127.0.0.1", 5353), from = world_end("192.0.2.77", 4321);
	struct answering client = {.service = {.arg = &client}};
	struct sock *sk = program_listens(w, false, SOCK_TYPE_DGRAM, 53);
	struct sock_msg msg;
	char buf[8];

	client.service.dgram = answer;
	assert_int_equal(gate_publish(w->gate, true, &at, 53), 0);
	assert_int_equal(sim_outside_send(w->outside, &at, &from, "hello", 5, &client.service), 0);
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

/* What the program is told by an error begins as its own datagram did (RFC 1812, 4.3.2.3). */
static void
an_error_quotes_what_was_sent(void **state)
{
	struct world *w = world_new(&PLAIN, 12, NULL);
	struct sim_service closed = {.at = world_end("192.0.2.7", 9), .error = LEAT_ECONNREFUSED};
	int on = 1;
	struct dgram_error e;
	struct sock *sk;
	char buf[16];

	sim_outside_serve(w->outside, &closed);
	sk = dgram_open(w, &closed.at);
	assert_int_equal(sock_setopt(sk, 0, 11 /* IP_RECVERR */, &on, sizeof on), 0);
	assert_int_equal(sock_send(sk, "anyone?", 7, 0, NULL), 7);
	assert_true(world_run(w, 5 * SEC, readable, sk));
	assert_int_equal(sock_recv_error(sk, buf, sizeof buf, &e, NULL), 7);
	assert_memory_equal(buf, "anyone?", 7);
	assert_int_equal(e.error, LEAT_ECONNREFUSED);
	assert_true(ipaddr_eq(&e.offender, &closed.at.addr));
	sock_close(sk);
	world_free(w);
}

/* Two clients that the program would see under one name: the second gets another port, and each keeps its own. */
static void
clients_that_look_alike_are_told_apart(void **state)
{
	struct world *w = world_new(&PLAIN, 13, NULL);
	struct endpoint at = world_end("127.0.0.1", 5353),
			from[] = {world_end("127.0.0.1", 4321), world_end("127.0.0.2", 4321)};
	struct answering client[2] = {{.service = {.arg = &client[0]}}, {.service = {.arg = &client[1]}}};
	struct sock *sk = program_listens(w, false, SOCK_TYPE_DGRAM, 53);
	struct sock_msg msg[2], again;
	char buf[8];

	assert_int_equal(gate_publish(w->gate, true, &at, 53), 0);
	for (int i = 0; i < 2; i++) {
		client[i].service.dgram = answer;
		assert_int_equal(
		    sim_outside_send(w->outside, &at, &from[i], i ? "two" : "one", 3, &client[i].service), 0);
		assert_true(world_run(w, 1 * SEC, readable, sk));
		assert_int_equal(sock_recv(sk, buf, sizeof buf, 0, &msg[i]), 3);
		assert_memory_equal(buf, i ? "two" : "one", 3);
	}
	assert_int_equal(msg[0].peer.port, 4321);
	assert_int_not_equal(msg[1].peer.port, 4321);
	assert_true(ipaddr_eq(&msg[0].peer.addr, &msg[1].peer.addr));
	assert_int_equal(sim_outside_send(w->outside, &at, &from[0], "more", 4, &client[0].service), 0);
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

	answering_init(&s, "192.0.2.7", 9);
	sim_outside_serve(w->outside, &s.service);
	sim_outside_limit(w->outside, 2);
	for (int i = 0; i < 3; i++) {
		sk[i] = dgram_open(w, &s.service.at);
		ask(w, sk[i], "abc", "cba");
		world_run(w, 1 * SEC, never, NULL);
	}
	assert_int_equal(sim_outside_open(w->outside), 2);
	ask(w, sk[1], "ab", "ba"); /* still there */
	assert_int_equal(gate_counters(w->gate)->dgrams, 3);
	ask(w, sk[0], "xy", "yx"); /* opened anew, in the place of sk[2]'s */
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

	answering_init(&s, "192.0.2.7", 9);
	sim_outside_serve(w->outside, &s.service);
	sk = dgram_open(w, &s.service.at);
	assert_int_equal(sock_send(sk, "late", 4, 0, NULL), 4);
	sock_close(sk);
	world_run(w, 1 * SEC, never, NULL);
	assert_int_equal(s.asked, 1);
	assert_int_equal(sim_outside_open(w->outside), 0);
	world_free(w);
}

static void
the_flows_of_a_socket_that_is_gone_end_and_no_others(void **state)
{
	struct world *w = world_new(&PLAIN, 22, NULL);
	struct answering s, t;
	struct endpoint gone, stays;
	struct sock *a, *b;

	answering_init(&s, "192.0.2.7", 9);
	answering_init(&t, "192.0.2.8", 9);
	sim_outside_serve(w->outside, &s.service);
	sim_outside_serve(w->outside, &t.service);
	a = dgram_open(w, &s.service.at);
	b = dgram_open(w, &s.service.at);
	ask(w, a, "abc", "cba");
	ask(w, b, "abc", "cba");
	assert_int_equal(sock_connect(a, &t.service.at), 0);
	ask(w, a, "abc", "cba");
	assert_int_equal(sim_outside_open(w->outside), 3);
	assert_int_equal(sock_local(a, &gone), 0);
	assert_int_equal(sock_local(b, &stays), 0);
	sock_close(a);
	gate_dgram_gone(w->gate, true, gone.port); /* an echo's identifier is another thing */
	assert_int_equal(sim_outside_open(w->outside), 3);
	gate_dgram_gone(w->gate, false, gone.port);
	assert_int_equal(sim_outside_open(w->outside), 1);
	assert_int_equal(w->last.inside.port, gone.port);
	ask(w, b, "ab", "ba");
	assert_int_equal(gate_counters(w->gate)->dgrams, 3);
	assert_false(gate_dgram_relieve(w->gate, 60 * SEC));
	assert_true(gate_dgram_relieve(w->gate, 0));
	assert_false(gate_dgram_relieve(w->gate, 0));
	assert_int_equal(sim_outside_open(w->outside), 0);
	sock_close(b);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_question_is_answered_from_where_it_went),
	    cmocka_unit_test(questions_to_the_alias_reach_the_hosts_name_server),
	    cmocka_unit_test(a_closed_port_outside_is_told_by_icmp),
	    cmocka_unit_test(flows_expire_sooner_when_nobody_answered),
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
	    cmocka_unit_test(a_published_port_that_nobody_serves_resets_the_client),
	    cmocka_unit_test(a_published_datagram_port_answers_its_clients),
	    cmocka_unit_test(an_error_quotes_what_was_sent),
	    cmocka_unit_test(clients_that_look_alike_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
