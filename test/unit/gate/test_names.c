/*
 * test/unit/gate/test_names.c - questions to the name servers, in virtual time: all servers, in the
 * order and with the timeouts of resolv.conf(5).
 */
#include "nameservers.h"

static void
the_first_server_is_asked_alone_where_it_answers(void **state)
{
	struct setting t;

	setting_begin(&t, 3);
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

	setting_begin(&t, 2);
	t.server[0].rule.there = NSEC_NEVER;
	assert_answered(&t, "10.0.2.3", DNS_OK, 2 * SEC, 2 * SEC + 50 * MSEC);
	/* it is known to be silent now, and asked last */
	assert_answered(&t, "10.0.2.3", DNS_OK, 0, 50 * MSEC);
	assert_asked(&t, 0, 2, 0);
	world_free(t.w);

	setting_begin(&t, 2);
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

	setting_begin(&t, 1);
	t.server[0].deaf = 100;
	sk = socket_to(&t, "10.0.2.3");
	put_question(sk, 7, "www.example.org");
	assert_int_equal(get_answer(&t, sk, 7, &took), -1);
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

	setting_begin(&t, 2);
	t.server[0].rule.there = NSEC_NEVER;
	sk = socket_to(&t, "10.0.2.3");
	put_question(sk, 7, "www.example.org");
	world_run(t.w, SEC, NULL, NULL);
	put_question(sk, 7, "www.example.org");
	assert_int_equal(get_answer(&t, sk, 7, &took), DNS_OK);
	assert_in_range(took, 0, 50 * MSEC);
	sock_close(sk);
	world_free(t.w);
}

/* SERVFAIL, REFUSED, a closed port, no IPv6 on this machine: the next one is asked at once. */
static void
a_server_that_declines_or_is_not_there_is_passed_over_at_once(void **state)
{
	struct setting t;

	setting_begin(&t, 3);
	t.server[0].rcode = DNS_SERVFAIL;
	t.server[1].rule.error = LEAT_ENETUNREACH;
	t.server[1].rule.at_once = true;
	assert_answered(&t, "10.0.2.3", DNS_OK, 0, 60 * MSEC);
	assert_asked(&t, 1, 0, 1);
	world_free(t.w);

	setting_begin(&t, 2);
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

	setting_begin(&t, 2);
	t.server[0].rcode = DNS_REFUSED;
	t.server[1].rcode = DNS_SERVFAIL;
	assert_answered(&t, "10.0.2.3", DNS_SERVFAIL, 0, 60 * MSEC);
	assert_asked(&t, 1, 1, 0);
	/* A closed port on both gives the error that a single server would give. */
	for (unsigned i = 0; i < 2; i++)
		t.server[i].rule.error = LEAT_ECONNREFUSED;
	sk = socket_to(&t, "10.0.2.3");
	put_question(sk, 9, "www.example.org");
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

		setting_begin(&t, 1);
		for (unsigned k = 0; k < SERVERS; k++) {
			t.server[k].rule.error = LEAT_ENETUNREACH;
			t.server[k].rule.at_once = true;
		}
		t.names.nnamed = 1;
		t.names.named[0] = t.server[1].rule.at;
		sk = socket_to(&t, asked[i]);
		put_question(sk, 7, "www.example.org");
		assert_true(world_run(t.w, SEC, readable, sk));
		assert_int_equal(world_error(sk), LEAT_ECONNREFUSED);
		sock_close(sk);
		/* Of other addresses the program learns no more than from a router. */
		sk = socket_to(&t, "192.0.2.1");
		put_question(sk, 7, "www.example.org");
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
	setting_begin(&t, 1);
	t.server[0].liar = &liar;
	sk = socket_to(&t, "10.0.2.3");
	for (uint16_t id = 1; id < 100; id++) {
		uint8_t r[QUESTION_MOST];
		struct dns_cursor c;
		struct dns_question q;
		ssize_t n;

		put_question(sk, id, "www.example.org");
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

	setting_begin(&t, 3);
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

	setting_begin(&t, 2);
	sk = socket_to(&t, "10.0.2.3");
	for (uint16_t i = 0; i < 40; i++)
		put_question(sk, i, "www.example.org");
	/* More than are kept at a time: the oldest eight are not answered. */
	for (uint16_t i = 8; i < 40; i++)
		assert_int_equal(get_answer(&t, sk, i, &took), DNS_OK);
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

	setting_begin(&t, 3);
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

	setting_begin(&t, 1);
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

	setting_begin(&t, 1);
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

	setting_begin(&t, 2);
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

	setting_begin(&t, 1);
	sk = socket_to(&t, "10.0.2.3");
	put_question(sk, 1, "www.example.org");
	assert_int_equal(get_answer(&t, sk, 1, &took), DNS_OK);
	assert_asked(&t, 1, 0, 0);
	t.names.server[0] = t.server[1].rule.at;
	t.fresh = true;
	put_question(sk, 2, "www.example.org");
	assert_int_equal(get_answer(&t, sk, 2, &took), DNS_OK);
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
