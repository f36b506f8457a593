/*
 * test/unit/gate/test_names.c - questions to the name servers, in virtual time: all servers, in the
 * order and with the timeouts of resolv.conf(5).
 */
#include "wire/dns.h"
#include "world.h"

static const struct emu_impair PLAIN = {.delay = 5 * MSEC};

enum { QUESTION_MOST = 300 };

/*
 * A name server: it answers a question with the question's own octets and @rcode, after ignoring
 * the first @deaf.
 */
struct server {
	struct simio_rule rule;
	unsigned asked, deaf;
	uint16_t rcode;
	struct rng *liar; /* sends garbage before the answer */
};

/* Sends the answer with a few octets changed, or another length, or nothing of it. */
static void
lie(struct server *s, struct io_dgram *d, const struct endpoint *to, const uint8_t *octets, size_t len)
{
	uint8_t wrong[QUESTION_MOST];
	size_t n = rng_below(s->liar, len + 20);

	memset(wrong, (int)rng_below(s->liar, 256), sizeof wrong);
	memcpy(wrong, octets, len);
	for (uint64_t changes = 1 + rng_below(s->liar, 3); changes; changes--)
		wrong[rng_below(s->liar, len)] ^= (uint8_t)(1 + rng_below(s->liar, 255));
	/* Most have the right number, so that the rest is looked at. None of them is the answer. */
	if (rng_below(s->liar, 4))
		memcpy(wrong, octets, 2);
	wrong[len - 1] ^= 1;
	assert_int_equal(d->ops->send_to(d, wrong, n, to), n);
}

static void
answer(struct server *s, struct io_dgram *d, const struct endpoint *from, uint8_t *octets, size_t len)
{
	s->asked++;
	if (s->asked <= s->deaf)
		return;
	be16_put(octets + DNS_FLAGS, (uint16_t)(DNS_QR | s->rcode));
	for (unsigned i = 0; s->liar && i < 20; i++)
		lie(s, d, from, octets, len);
	assert_int_equal(d->ops->send_to(d, octets, len, from), len);
}

static void
on_question(struct io_dgram *d, unsigned events, void *arg)
{
	uint8_t octets[QUESTION_MOST];
	struct endpoint from;
	ssize_t n;

	while ((n = d->ops->recv_from(d, octets, sizeof octets, &from)) >= 0)
		answer(arg, d, &from, octets, (size_t)n);
}

static void
accepted(void *arg, struct io_stream *io)
{
	struct server *s = arg;

	s->asked++;
	io_write(io, "x", 1, 0);
	io_close(io, false);
}

enum { SERVERS = 3 };

/* What a test uses: three servers, @n of them in the configuration. */
struct setting {
	struct world *w;
	struct server server[SERVERS];
	struct gate_names names;
	unsigned renewed;
	bool fresh;
};

static const char *const addresses[SERVERS] = {"192.0.2.1", "2001:db8::2", "127.0.0.53"};

static bool
renew(void *arg, struct gate_names *out)
{
	struct setting *t = arg;

	if (!t->fresh)
		return false;
	t->fresh = false;
	t->renewed++;
	*out = t->names;
	return true;
}

static void
begin(struct setting *t, unsigned n)
{
	struct gate_config config = {.renew_names = renew, .names_arg = t};

	*t = (struct setting){.fresh = true, .names = {.servers = n, .timeout = 2, .attempts = 2}};
	for (unsigned i = 0; i < SERVERS; i++) {
		struct server *s = &t->server[i];

		s->rule = (struct simio_rule){
		    .at = world_end(addresses[i], 53), .there = 5 * MSEC, .back = 5 * MSEC};
		if (i < n)
			t->names.server[i] = s->rule.at;
	}
	config.names = t->names;
	t->w = world_new(&PLAIN, 1, &config);
	for (unsigned i = 0; i < SERVERS; i++) {
		struct server *s = &t->server[i];

		assert_int_equal(simio_net_rule(t->w->net, &s->rule), 0);
		world_dgram(t->w, &s->rule.at, on_question, s);
		world_listen(t->w, &s->rule.at, accepted, s);
	}
}

static struct sock *
socket_to(struct setting *t, const char *to)
{
	struct endpoint at = world_end(to, 53);
	struct sock *sk;

	assert_int_equal(sock_open(stack_socks(t->w->host), !ipaddr_is4(&at.addr), SOCK_TYPE_DGRAM, &sk), 0);
	assert_int_equal(sock_connect(sk, &at), 0);
	return sk;
}

static void
put(struct sock *sk, uint16_t id, const char *text)
{
	uint8_t q[QUESTION_MOST];
	struct dns_name name;
	size_t len = DNS_HDR_LEN;

	assert_true(dns_name_parse(text, &name));
	dns_put(q, id, DNS_RD, 1);
	len += dns_question_put(q + len, sizeof q - len, &name, DNS_A, DNS_IN);
	assert_int_equal(sock_send(sk, q, len, 0, NULL), len);
}

static bool
readable(void *arg)
{
	return sock_ready(arg) & (LEAT_IN | LEAT_ERR);
}

/* Waits for the answer and returns its rcode, or -1 after a minute. The time is stored in @took. */
static int
get(struct setting *t, struct sock *sk, uint16_t id, nsec_t *took)
{
	nsec_t begun = world_now(t->w);
	uint8_t r[QUESTION_MOST];

	if (!world_run(t->w, 60 * SEC, readable, sk) || sock_recv(sk, r, sizeof r, 0, NULL) < DNS_HDR_LEN)
		return -1;
	*took = world_now(t->w) - begun;
	assert_int_equal(dns_id(r), id);
	return (int)dns_rcode(r);
}

static void
assert_answered(struct setting *t, const char *to, int rcode, nsec_t at_least, nsec_t at_most)
{
	struct sock *sk = socket_to(t, to);
	nsec_t took = 0;

	put(sk, 7, "www.example.org");
	assert_int_equal(get(t, sk, 7, &took), rcode);
	assert_in_range(took, at_least, at_most);
	sock_close(sk);
}

static void
assert_asked(const struct setting *t, unsigned first, unsigned second, unsigned third)
{
	assert_int_equal(t->server[0].asked, first);
	assert_int_equal(t->server[1].asked, second);
	assert_int_equal(t->server[2].asked, third);
}

static void
the_first_server_is_asked_alone_where_it_answers(void **state)
{
	struct setting t;

	begin(&t, 3);
	assert_answered(&t, "10.0.2.3", DNS_OK, 20 * MSEC, 30 * MSEC);
	assert_asked(&t, 1, 0, 0);
	world_free(t.w);
}

/*
 * The first has its two seconds, the second twice as long divided by their number. Then the first
 * is asked again.
 */
static void
a_silent_server_is_followed_by_the_next(void **state)
{
	struct setting t;

	begin(&t, 2);
	t.server[0].rule.there = NSEC_NEVER;
	assert_answered(&t, "10.0.2.3", DNS_OK, 2 * SEC, 2 * SEC + 50 * MSEC);
	/* it is known to be silent now, and asked last */
	assert_answered(&t, "10.0.2.3", DNS_OK, 0, 50 * MSEC);
	assert_asked(&t, 0, 2, 0);
	world_free(t.w);

	begin(&t, 2);
	t.server[0].deaf = 1;
	t.server[1].rule.there = NSEC_NEVER;
	assert_answered(&t, "10.0.2.3", DNS_OK, 4 * SEC, 4 * SEC + 50 * MSEC);
	assert_int_equal(t.server[0].asked, 2);
	world_free(t.w);
}

static void
after_the_last_attempt_there_is_silence(void **state)
{
	struct setting t;
	struct sock *sk;
	nsec_t took;

	begin(&t, 1);
	t.server[0].deaf = 100;
	sk = socket_to(&t, "10.0.2.3");
	put(sk, 7, "www.example.org");
	assert_int_equal(get(&t, sk, 7, &took), -1);
	assert_asked(&t, 2, 0, 0);
	sock_close(sk);
	world_free(t.w);
}

/* A program that asks again has given up on the server: the next one is asked at once. */
static void
a_question_that_is_repeated_goes_to_the_next_server(void **state)
{
	struct setting t;
	struct sock *sk;
	nsec_t took;

	begin(&t, 2);
	t.server[0].rule.there = NSEC_NEVER;
	sk = socket_to(&t, "10.0.2.3");
	put(sk, 7, "www.example.org");
	world_run(t.w, SEC, NULL, NULL);
	put(sk, 7, "www.example.org");
	assert_int_equal(get(&t, sk, 7, &took), DNS_OK);
	assert_in_range(took, 0, 50 * MSEC);
	sock_close(sk);
	world_free(t.w);
}

/* SERVFAIL, REFUSED, a closed port, no IPv6 on this machine: the next one is asked at once. */
static void
a_server_that_declines_or_is_not_there_is_passed_over_at_once(void **state)
{
	struct setting t;

	begin(&t, 3);
	t.server[0].rcode = DNS_SERVFAIL;
	t.server[1].rule.error = LEAT_ENETUNREACH;
	t.server[1].rule.at_once = true;
	assert_answered(&t, "10.0.2.3", DNS_OK, 0, 60 * MSEC);
	assert_asked(&t, 1, 0, 1);
	world_free(t.w);

	begin(&t, 2);
	t.server[0].rule.error = LEAT_ECONNREFUSED;
	t.server[1].rcode = DNS_NXDOMAIN;
	assert_answered(&t, "10.0.2.3", DNS_NXDOMAIN, 0, 60 * MSEC);
	world_free(t.w);
}

static void
where_all_decline_the_program_hears_it(void **state)
{
	struct setting t;
	struct sock *sk;

	begin(&t, 2);
	t.server[0].rcode = DNS_REFUSED;
	t.server[1].rcode = DNS_SERVFAIL;
	assert_answered(&t, "10.0.2.3", DNS_SERVFAIL, 0, 60 * MSEC);
	assert_asked(&t, 1, 1, 0);
	/* A closed port on both gives the error that a single server would give. */
	for (unsigned i = 0; i < 2; i++)
		t.server[i].rule.error = LEAT_ECONNREFUSED;
	sk = socket_to(&t, "10.0.2.3");
	put(sk, 9, "www.example.org");
	assert_true(world_run(t.w, SEC, readable, sk));
	assert_int_equal(world_error(sk), LEAT_ECONNREFUSED);
	sock_close(sk);
	world_free(t.w);
}

/*
 * On a host without IPv6, connect() returns an error. Inside it must be an error that every socket
 * gets, or the resolver waits.
 */
static void
a_server_without_a_route_is_refused(void **state)
{
	static const char *const asked[] = {"2001:db8::2", "10.0.2.3"};

	for (unsigned i = 0; i < 2; i++) {
		struct setting t;
		struct sock *sk;

		begin(&t, 1);
		for (unsigned k = 0; k < SERVERS; k++) {
			t.server[k].rule.error = LEAT_ENETUNREACH;
			t.server[k].rule.at_once = true;
		}
		t.names.nnamed = 1;
		t.names.named[0] = t.server[1].rule.at;
		sk = socket_to(&t, asked[i]);
		put(sk, 7, "www.example.org");
		assert_true(world_run(t.w, SEC, readable, sk));
		assert_int_equal(world_error(sk), LEAT_ECONNREFUSED);
		sock_close(sk);
		/* Of other addresses the program learns no more than from a router. */
		sk = socket_to(&t, "192.0.2.1");
		put(sk, 7, "www.example.org");
		assert_false(world_run(t.w, SEC, readable, sk));
		sock_close(sk);
		world_free(t.w);
	}
}

/* RFC 5452, 9.1: what does not match the question is not an answer. The answer after it arrives. */
static void
what_is_no_answer_is_dropped(void **state)
{
	struct setting t;
	struct rng liar;
	struct sock *sk;

	rng_seed(&liar, 5452);
	begin(&t, 1);
	t.server[0].liar = &liar;
	sk = socket_to(&t, "10.0.2.3");
	for (uint16_t id = 1; id < 100; id++) {
		uint8_t r[QUESTION_MOST];
		struct dns_cursor c;
		struct dns_question q;
		ssize_t n;

		put(sk, id, "www.example.org");
		assert_true(world_run(t.w, SEC, readable, sk));
		n = sock_recv(sk, r, sizeof r, 0, NULL);
		assert_true(n >= DNS_HDR_LEN && dns_id(r) == id);
		dns_cursor_init(&c, r, (size_t)n);
		if (dns_count(r, DNS_QDCOUNT)) /* a server that declines may leave it out */
			assert_true(dns_next_question(&c, &q) && q.class == DNS_IN);
		world_run(t.w, SEC, NULL, NULL);
		while (sock_recv(sk, r, sizeof r, 0, NULL) >= 0)
			fail();
	}
	assert_true(stack_core(t.w->gate_stack)->drops[DROP_GATE_NO_QUESTION] > 1000);
	sock_close(sk);
	world_free(t.w);
}

static void
rotate_begins_each_question_with_another_server(void **state)
{
	struct setting t;

	begin(&t, 3);
	t.names.rotate = true;
	for (unsigned i = 0; i < 6; i++)
		assert_answered(&t, "10.0.2.3", DNS_OK, 0, 50 * MSEC);
	assert_asked(&t, 2, 2, 2);
	world_free(t.w);
}

/* The C library asks for A and AAAA from one socket: each answer has its own number. */
static void
each_question_of_one_socket_has_its_own_answer(void **state)
{
	struct setting t;
	struct sock *sk;
	nsec_t took;

	begin(&t, 2);
	sk = socket_to(&t, "10.0.2.3");
	for (uint16_t i = 0; i < 40; i++)
		put(sk, i, "www.example.org");
	/* More than are kept at a time: the oldest eight are not answered. */
	for (uint16_t i = 8; i < 40; i++)
		assert_int_equal(get(&t, sk, i, &took), DNS_OK);
	assert_int_equal(stack_core(t.w->gate_stack)->drops[DROP_GATE_LIMIT], 8);
	assert_int_equal(stack_core(t.w->gate_stack)->drops[DROP_GATE_NO_QUESTION], 8);
	sock_close(sk);
	world_free(t.w);
}

static unsigned
refused_by_tcp(struct setting *t)
{
	struct endpoint at = world_end("10.0.2.3", 53);
	struct sock *sk;
	int e = world_connect_wait(t->w, &at, &sk);

	sock_close(sk);
	return (unsigned)e;
}

static void
tcp_goes_from_server_to_server_too(void **state)
{
	struct setting t;

	begin(&t, 3);
	t.server[0].rule.error = LEAT_ECONNREFUSED;
	t.server[1].rule.there = NSEC_NEVER;
	assert_int_equal(refused_by_tcp(&t), 0);
	assert_in_range(world_now(t.w), SEC, 2 * SEC); /* 2 s * 2 / 3 servers, in whole seconds */
	world_run(t.w, SEC, NULL, NULL);
	assert_asked(&t, 0, 0, 1);
	for (unsigned i = 0; i < SERVERS; i++) {
		t.server[i].rule.error = LEAT_ECONNREFUSED;
		t.server[i].rule.at_once = i == 2;
		t.server[i].rule.there = 5 * MSEC;
	}
	assert_int_equal(refused_by_tcp(&t), LEAT_ECONNREFUSED);
	world_run(t.w, SEC, NULL, NULL);
	world_free(t.w);
}

/*
 * With --dns, every server of the host's file and the host's loopback mean the given one. Others
 * mean themselves.
 */
static void
other_servers_can_be_asked_in_the_place_of_the_hosts(void **state)
{
	struct setting t;

	begin(&t, 1);
	t.names.instead = true;
	t.names.nnamed = 2;
	t.names.named[0] = world_end("198.51.100.1", 53);
	t.names.named[1] = world_end("2001:db8::53", 53);
	assert_answered(&t, "10.0.2.3", DNS_OK, 0, 50 * MSEC);
	assert_answered(&t, "10.0.2.2", DNS_OK, 0, 50 * MSEC);
	assert_answered(&t, "fd00:2::2", DNS_OK, 0, 50 * MSEC);
	assert_answered(&t, "198.51.100.1", DNS_OK, 0, 50 * MSEC);
	assert_answered(&t, "2001:db8::53", DNS_OK, 0, 50 * MSEC);
	assert_asked(&t, 5, 0, 0);
	assert_answered(&t, "2001:db8::2", DNS_OK, 0, 50 * MSEC);
	assert_asked(&t, 5, 1, 0);
	world_free(t.w);
}

static void
without_them_each_server_is_asked_itself(void **state)
{
	struct setting t;

	begin(&t, 1);
	t.names.nnamed = 2;
	t.names.named[0] = world_end("192.0.2.1", 53);
	t.names.named[1] = world_end("2001:db8::2", 53);
	assert_answered(&t, "2001:db8::2", DNS_OK, 0, 50 * MSEC);
	assert_asked(&t, 0, 1, 0);
	world_free(t.w);
}

/*
 * A server on the host's loopback has another address inside, and is asked itself. With --dns, that
 * address means the given one, too.
 */
static void
a_server_is_asked_under_the_address_that_it_has_inside(void **state)
{
	struct setting t;

	begin(&t, 2);
	t.names.nnamed = 1;
	t.names.named[0] = t.server[2].rule.at;
	t.names.named_as[0] = world_addr("198.51.100.4");
	assert_answered(&t, "198.51.100.4", DNS_OK, 0, 50 * MSEC);
	assert_asked(&t, 0, 0, 1);
	t.names.instead = t.fresh = true;
	assert_answered(&t, "198.51.100.4", DNS_OK, 0, 50 * MSEC);
	assert_asked(&t, 1, 0, 1);
	world_free(t.w);
}

/*
 * The host's file changes while the program runs: the next question goes to the new server, also
 * from a socket that has asked before.
 */
static void
a_change_of_the_servers_is_followed(void **state)
{
	struct setting t;
	struct sock *sk;
	nsec_t took;

	begin(&t, 1);
	sk = socket_to(&t, "10.0.2.3");
	put(sk, 1, "www.example.org");
	assert_int_equal(get(&t, sk, 1, &took), DNS_OK);
	assert_asked(&t, 1, 0, 0);
	t.names.server[0] = t.server[1].rule.at;
	t.fresh = true;
	put(sk, 2, "www.example.org");
	assert_int_equal(get(&t, sk, 2, &took), DNS_OK);
	assert_asked(&t, 1, 1, 0);
	assert_int_equal(t.renewed, 2);
	sock_close(sk);
	world_free(t.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_server_is_asked_alone_where_it_answers),
	    cmocka_unit_test(a_silent_server_is_followed_by_the_next),
	    cmocka_unit_test(after_the_last_attempt_there_is_silence),
	    cmocka_unit_test(a_question_that_is_repeated_goes_to_the_next_server),
	    cmocka_unit_test(a_server_that_declines_or_is_not_there_is_passed_over_at_once),
	    cmocka_unit_test(where_all_decline_the_program_hears_it),
	    cmocka_unit_test(a_server_without_a_route_is_refused),
	    cmocka_unit_test(what_is_no_answer_is_dropped),
	    cmocka_unit_test(rotate_begins_each_question_with_another_server),
	    cmocka_unit_test(each_question_of_one_socket_has_its_own_answer),
	    cmocka_unit_test(tcp_goes_from_server_to_server_too),
	    cmocka_unit_test(other_servers_can_be_asked_in_the_place_of_the_hosts),
	    cmocka_unit_test(without_them_each_server_is_asked_itself),
	    cmocka_unit_test(a_server_is_asked_under_the_address_that_it_has_inside),
	    cmocka_unit_test(a_change_of_the_servers_is_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
