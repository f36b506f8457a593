/*
 * Datagrams that are sent in pieces (MSG_MORE, UDP_CORK), on one host that talks to itself over
 * loopback.
 */
#include "base/err.h"
#include "sock_rig.h"

#include <string.h>

struct fixture {
	struct simnet net;
	struct sock *from, *to, *other;
	struct endpoint at_to, at_other;
};

static struct sock *
bound(struct fixture *f, struct endpoint *name)
{
	struct sock *sk = open_sock(&f->net, 0, false, SOCK_TYPE_DGRAM);

	*name = (struct endpoint){.addr = IPADDR_LOOPBACK4};
	assert_int_equal(sock_bind(sk, name), 0);
	assert_int_equal(sock_local(sk, name), 0);
	return sk;
}

static int
setup(void **state)
{
	static struct fixture f;
	struct endpoint any;

	simnet_start(&f.net, 1, 1);
	f.from = bound(&f, &any);
	f.to = bound(&f, &f.at_to);
	f.other = bound(&f, &f.at_other);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	sock_close(f->from);
	sock_close(f->to);
	sock_close(f->other);
	simnet_end(&f->net);
	return 0;
}

static ssize_t
send_to(struct fixture *f, const char *text, unsigned flags, const struct endpoint *to)
{
	struct sock_msg msg = {.peer = *to};

	return sock_send(f->from, text, strlen(text), flags, &msg);
}

static void
assert_arrives(struct fixture *f, struct sock *at, const char *text)
{
	char got[100];
	ssize_t n;

	settle(&f->net);
	n = sock_recv(at, got, sizeof got, 0, NULL);
	if (!text) {
		assert_int_equal(n, -LEAT_EAGAIN);
		return;
	}
	assert_int_equal(n, strlen(text));
	assert_memory_equal(got, text, strlen(text));
}

static void
cork(struct fixture *f, int on)
{
	set_int(f->from, IPPROTO_UDP, UDP_CORK, on);
}

/* send(2), MSG_MORE: all data are sent in a single datagram by the first call without the flag. */
static void
pieces_are_one_datagram(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(send_to(f, "one ", SOCK_MORE, &f->at_to), 4);
	assert_true(sock_holds_part(f->from));
	assert_arrives(f, f->to, NULL);
	assert_int_equal(send_to(f, "two", SOCK_MORE, &f->at_to), 3);
	assert_int_equal(send_to(f, "", 0, &f->at_to), 0);
	assert_false(sock_holds_part(f->from));
	assert_arrives(f, f->to, "one two");
	assert_arrives(f, f->to, NULL);
}

/* Linux's udp_sendmsg() goes to do_append_data before it reads the address. */
static void
the_first_piece_says_where_to(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(send_to(f, "a", SOCK_MORE, &f->at_to), 1);
	assert_int_equal(send_to(f, "b", 0, &f->at_other), 1);
	assert_arrives(f, f->other, NULL);
	assert_arrives(f, f->to, "ab");
}

/* udp(7), UDP_CORK: all data are accumulated until the option is off. */
static void
a_cork_holds_until_it_is_off(void **state)
{
	struct fixture *f = *state;

	cork(f, 1);
	assert_int_equal(send_to(f, "a", 0, &f->at_to), 1);
	assert_int_equal(send_to(f, "b", 0, &f->at_to), 1);
	assert_arrives(f, f->to, NULL);
	cork(f, 0);
	assert_arrives(f, f->to, "ab");
	cork(f, 0);
	assert_arrives(f, f->to, NULL);
}

/* On Linux the earlier pieces are discarded with the one that does not fit. */
static void
too_much_is_refused_and_forgotten(void **state)
{
	struct fixture *f = *state;
	struct sock_msg msg = {.peer = f->at_to};
	static char most[65507];

	assert_int_equal(send_to(f, "a", SOCK_MORE, &f->at_to), 1);
	assert_int_equal(sock_send(f->from, most, sizeof most, SOCK_MORE, &msg), -LEAT_EMSGSIZE);
	assert_int_equal(send_to(f, "b", 0, &f->at_to), 1);
	assert_arrives(f, f->to, "b");
}

static void
without_a_peer_no_piece_is_taken(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(sock_send(f->from, "a", 1, SOCK_MORE, NULL), -LEAT_EDESTADDRREQ);
	assert_false(sock_holds_part(f->from));
}

/* The fixture closes the socket. */
static void
what_waits_goes_with_its_socket(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(send_to(f, "a", SOCK_MORE, &f->at_to), 1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(pieces_are_one_datagram),
	    T(the_first_piece_says_where_to),
	    T(a_cork_holds_until_it_is_off),
	    T(too_much_is_refused_and_forgotten),
	    T(without_a_peer_no_piece_is_taken),
	    T(what_waits_goes_with_its_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
