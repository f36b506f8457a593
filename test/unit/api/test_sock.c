/*
 * Sockets through the public header: refused arguments, reading and writing in place, datagrams,
 * offloads, watchers.
 */
#include "pair.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void
only_sockets_that_exist_can_be_opened(void **state)
{
	struct pair *p = pair_new(0, 0);
	struct leat_sock *s = NULL;

	assert_int_equal(leat_sock_open(p->end[0].stack, 1, LEAT_STREAM, &s), -LEAT_EAFNOSUPPORT);
	assert_int_equal(leat_sock_open(p->end[0].stack, LEAT_INET, 0, &s), -LEAT_ESOCKTNOSUPPORT);
	assert_int_equal(leat_sock_open(p->end[0].stack, LEAT_INET, 9, &s), -LEAT_ESOCKTNOSUPPORT);
	assert_null(s);
	leat_sock_close(NULL);
	leat_sock_abort(NULL);
	pair_free(p);
}

static void
what_makes_no_sense_is_refused_and_harms_nothing(void **state)
{
	struct pair *p = pair_new(0, 0);
	struct leat_sock *sock[2], *fresh, *dgram, *out = NULL;
	struct leat_addr addr;
	struct leat_msg m = {0};
	char c;
	void *at;

	pair_connect(p, sock);
	leat_sock_open(p->end[0].stack, LEAT_INET, LEAT_STREAM, &fresh);
	leat_sock_open(p->end[0].stack, LEAT_INET, LEAT_DGRAM, &dgram);
	assert_int_equal(leat_sock_send(sock[0], "x", 1, 0x10000, NULL), -LEAT_EINVAL);
	assert_int_equal(leat_sock_send(sock[0], "x", 1, LEAT_MSG_PEEK, NULL), -LEAT_EINVAL);
	assert_int_equal(leat_sock_recv(sock[0], &c, 1, LEAT_MSG_MORE, NULL), -LEAT_EINVAL);
	assert_int_equal(leat_sock_recv(dgram, &c, 1, 0, &m), -LEAT_EINVAL); /* no size */
	assert_int_equal(leat_sock_recv(sock[0], &c, 1, 0, NULL), -LEAT_EAGAIN);
	assert_int_equal(leat_sock_accept(sock[0], &out), -LEAT_EINVAL);
	assert_int_equal(leat_sock_accept(dgram, &out), -LEAT_EOPNOTSUPP);
	assert_int_equal(leat_sock_listen(dgram, 1), -LEAT_EOPNOTSUPP);
	assert_int_equal(leat_sock_shutdown(sock[0], 3), -LEAT_EINVAL);
	assert_int_equal(leat_sock_shutdown(fresh, LEAT_SHUT_WR), -LEAT_ENOTCONN);
	assert_int_equal(leat_sock_remote(fresh, &addr), -LEAT_ENOTCONN);
	assert_int_equal(leat_sock_reserve(dgram, 1, &at), -LEAT_EOPNOTSUPP);
	assert_int_equal(leat_sock_reserve(fresh, 1, &at), -LEAT_EPIPE);
	assert_int_equal(leat_sock_commit(fresh, 1), -LEAT_EINVAL);
	assert_int_equal(leat_sock_commit(sock[0], 1), -LEAT_EINVAL);
	assert_int_equal(leat_sock_consume(sock[0], 1), -LEAT_EINVAL);
	assert_int_equal(leat_sock_consume(dgram, 0), -LEAT_EINVAL);
	assert_int_equal(leat_sock_answer(sock[1], LEAT_EIO), -LEAT_EINVAL);
	assert_int_equal(leat_sock_send(dgram, "x", 1, 0, NULL), -LEAT_EDESTADDRREQ);
	assert_int_equal(leat_sock_setopt(sock[0], 12345, 1, &c, 1), -LEAT_ENOPROTOOPT);
	assert_null(out);
	leat_sock_close(fresh);
	leat_sock_close(dgram);
	leat_sock_close(sock[0]);
	leat_sock_close(sock[1]);
	pair_free(p);
}

static void
octets_are_written_and_read_where_they_lie(void **state)
{
	struct pair *p = pair_new(0, 0);
	struct leat_sock *sock[2];
	struct leat_span span[4];
	ssize_t n;
	void *at;

	pair_connect(p, sock);
	n = leat_sock_reserve(sock[0], 100, &at);
	assert_int_equal(n, 100);
	memset(at, 'x', 100);
	assert_int_equal(leat_sock_commit(sock[0], 101), -LEAT_EINVAL);
	assert_int_equal(leat_sock_commit(sock[0], 60), 0);
	assert_int_equal(leat_sock_commit(sock[0], 1), -LEAT_EINVAL); /* only once */
	assert_int_equal(leat_sock_unacked(sock[0]), 60);
	pair_run(p, LEAT_SEC);
	assert_int_equal(leat_sock_unacked(sock[0]), 0);
	assert_int_equal(leat_sock_unread(sock[1]), 60);
	assert_int_equal(leat_sock_peek(sock[1], span, 4), 1);
	assert_int_equal(span[0].len, 60);
	assert_memory_equal(span[0].data, "xxxxxxxxxx", 10);
	assert_int_equal(leat_sock_consume(sock[1], 61), -LEAT_EINVAL);
	assert_int_equal(leat_sock_consume(sock[1], 60), 0);
	assert_int_equal(leat_sock_peek(sock[1], span, 4), 0);
	leat_sock_close(sock[0]);
	leat_sock_close(sock[1]);
	pair_free(p);
}

static void
what_was_reserved_is_given_up_with_the_connection(void **state)
{
	struct pair *p = pair_new(0, 0);
	struct leat_sock *sock[2];
	ssize_t n;
	void *at;

	pair_connect(p, sock);
	n = leat_sock_reserve(sock[0], 5000, &at);
	assert_true(n > 0);
	leat_sock_abort(sock[1]);
	pair_run(p, LEAT_SEC);
	memset(at, 'x', (size_t)n); /* the space is still the caller's */
	assert_int_equal(leat_sock_commit(sock[0], (size_t)n), 0);
	assert_int_equal(leat_sock_send(sock[0], "x", 1, 0, NULL), -LEAT_ECONNRESET);
	assert_int_equal(leat_sock_send(sock[0], "x", 1, 0, NULL), -LEAT_EPIPE);
	assert_int_equal(leat_sock_reserve(sock[0], 1, &at), -LEAT_EPIPE);
	leat_sock_close(sock[0]);
	pair_free(p);
}

static void
a_received_datagram_has_its_sender_and_length(void **state)
{
	struct pair *p = pair_new(0, 0);
	struct leat_addr to = p->end[1].addr, from;
	struct leat_sock *a, *b;
	struct leat_msg m = {.size = sizeof m};
	char buf[4], text[LEAT_ADDR_TEXT];

	to.port = 53;
	leat_sock_open(p->end[0].stack, LEAT_INET, LEAT_DGRAM, &a);
	leat_sock_open(p->end[1].stack, LEAT_INET, LEAT_DGRAM, &b);
	assert_int_equal(leat_sock_bind(b, &to), 0);
	m.peer = to;
	m.ttl = 9;
	m.flags = LEAT_MSG_TRUNC; /* nothing to send */
	assert_int_equal(leat_sock_send(a, "hello", 5, 0, &m), -LEAT_EINVAL);
	m.flags = 0;
	assert_int_equal(leat_sock_send(a, "hello", 5, 0, &m), 5);
	pair_run(p, LEAT_SEC);
	assert_int_equal(leat_sock_unread(b), 5);
	memset(&m, 0, sizeof m);
	m.size = sizeof m;
	assert_int_equal(leat_sock_recv(b, buf, 4, LEAT_MSG_PEEK, &m), 4);
	assert_int_equal(leat_sock_recv(b, buf, 4, 0, &m), 4);
	assert_memory_equal(buf, "hell", 4);
	assert_int_equal(m.full_len, 5);
	assert_int_equal(m.flags, LEAT_MSG_TRUNC);
	assert_int_equal(m.ttl, 9);
	assert_int_equal(m.size, sizeof m);
	leat_sock_local(a, &from);
	assert_int_equal(m.peer.port, from.port);
	from = p->end[0].addr;
	assert_memory_equal(m.peer.octets, from.octets, 16);
	assert_string_equal(leat_addr_format(&m.local, text, sizeof text), "10.0.0.2:53");
	assert_int_equal(leat_sock_recv(b, buf, 4, 0, NULL), -LEAT_EAGAIN);
	leat_sock_close(a);
	leat_sock_close(b);
	pair_free(p);
}

/* ip(7), IP_RECVERR: which host refused which datagram, and its octets. */
static void
a_refused_datagram_is_reported_with_its_octets(void **state)
{
	struct pair *p = pair_new(0, 0);
	struct leat_addr to = p->end[1].addr;
	struct leat_sock_error e = {.size = sizeof e};
	struct leat_msg m = {.size = sizeof m};
	char buf[4], text[LEAT_ADDR_TEXT];
	struct leat_sock *a;
	int on = 1;

	to.port = 53;
	m.peer = to;
	leat_sock_open(p->end[0].stack, LEAT_INET, LEAT_DGRAM, &a);
	assert_int_equal(leat_sock_setopt(a, 0, 11, &on, sizeof on), 0);
	assert_int_equal(leat_sock_recv_error(a, buf, sizeof buf, &e), -LEAT_EAGAIN);
	assert_int_equal(leat_sock_recv_error(a, buf, sizeof buf, NULL), -LEAT_EINVAL);
	assert_int_equal(leat_sock_send(a, "hello", 5, 0, &m), 5);
	pair_run(p, LEAT_SEC);
	assert_true(leat_sock_ready(a) & LEAT_ERR);
	assert_int_equal(leat_sock_recv_error(a, buf, sizeof buf, &e), 4);
	assert_memory_equal(buf, "hell", 4);
	assert_int_equal(e.full_len, 5);
	assert_int_equal(e.error, LEAT_ECONNREFUSED);
	assert_int_equal(e.origin, LEAT_ORIGIN_ICMP);
	assert_string_equal(leat_addr_format(&e.peer, text, sizeof text), "10.0.0.2:53");
	assert_memory_equal(e.offender.octets, to.octets, 16);
	assert_false(leat_sock_ready(a) & LEAT_ERR);
	leat_sock_close(a);
	pair_free(p);
}

/* Moves @total octets from sock[0] to sock[1]. The value of an octet depends on its position. */
static void
transfer(struct pair *p, struct leat_sock *sock[2], size_t total)
{
	static uint8_t buf[100000];
	size_t sent = 0, got = 0;

	for (unsigned turns = 0; got < total; turns++) {
		size_t want = total - sent < sizeof buf ? total - sent : sizeof buf;
		ssize_t n;

		for (size_t i = 0; i < want; i++)
			buf[i] = (uint8_t)((sent + i) * 7 >> 3);
		n = leat_sock_send(sock[0], buf, want, 0, NULL);
		if (n > 0)
			sent += (size_t)n;
		pair_run(p, 10 * LEAT_MSEC);
		while ((n = leat_sock_recv(sock[1], buf, sizeof buf, 0, NULL)) > 0) {
			for (size_t i = 0; i < (size_t)n; i++)
				assert_int_equal(buf[i], (uint8_t)((got + i) * 7 >> 3));
			got += (size_t)n;
		}
		assert_true(turns < 10000);
	}
}

static void
without_offloads_frames_have_the_mtu_and_with_them_they_are_large(void **state)
{
	static const uint32_t all = LEAT_IFACE_VNET_HDR | LEAT_IFACE_SUM | LEAT_IFACE_TSO4;
	struct leat_sock *sock[2];

	for (int large = 0; large < 2; large++) {
		struct pair *p = pair_new(large ? all : 0, 0);
		struct leat_tcp_info info;
		size_t len = sizeof info;

		pair_connect(p, sock);
		transfer(p, sock, 1000000);
		if (large)
			assert_true(p->end[0].longest > 20000 && p->end[0].longest <= 65535 + 14 + 10);
		else
			assert_int_equal(p->end[0].longest, 1514);
		assert_true(
		    p->end[0].runs >
		    1); /* headers and payload are in different places, so nothing was copied for the callback */
		assert_int_equal(leat_sock_getopt(sock[0], 6, TCP_INFO, &info, &len), 0);
		assert_int_equal(len, sizeof info);
		assert_int_equal(info.tcpi_state, LEAT_TCP_ESTABLISHED);
		assert_int_equal(info.tcpi_bytes_received, 0);
		assert_int_equal(info.tcpi_total_retrans, 0);
		leat_sock_close(sock[0]);
		leat_sock_close(sock[1]);
		pair_free(p);
	}
}

static void
close_myself(struct leat_sock *sock, void *arg)
{
	++*(unsigned *)arg;
	leat_sock_close(sock);
}

static void
a_watcher_may_close_its_own_socket(void **state)
{
	struct pair *p = pair_new(0, 0);
	struct leat_sock *sock[2];
	unsigned calls = 0;

	pair_connect(p, sock);
	leat_sock_watch(sock[1], close_myself, &calls);
	assert_int_equal(leat_sock_send(sock[0], "x", 1, 0, NULL), 1);
	assert_int_equal(calls, 0); /* never within a call */
	pair_run(p, LEAT_SEC);
	assert_int_equal(calls, 1);
	leat_sock_close(sock[0]);
	pair_free(p);
}

static void
decide(int error, int want, bool stays)
{
	struct pair *p = pair_new(0, 0);
	struct leat_addr at = p->end[1].addr;
	struct leat_sock *listener, *client, *child;
	int on = 1;

	at.port = 80;
	leat_sock_open(p->end[1].stack, LEAT_INET, LEAT_STREAM, &listener);
	assert_int_equal(leat_sock_setopt(listener, LEAT_SOL_LEAT, LEAT_DEFER_ACCEPT, &on, sizeof on), 0);
	assert_int_equal(leat_sock_bind(listener, &at), 0);
	assert_int_equal(leat_sock_listen(listener, 8), 0);
	leat_sock_open(p->end[0].stack, LEAT_INET, LEAT_STREAM, &client);
	leat_sock_connect(client, &at);
	pair_run(p, 100 * LEAT_MSEC);
	assert_int_equal(leat_sock_connect(client, &at), -LEAT_EALREADY);
	assert_int_equal(leat_sock_accept(listener, &child), 0);
	assert_int_equal(leat_sock_answer(child, error), 0);
	pair_run(p, 100 * LEAT_MSEC);
	assert_int_equal(leat_sock_connect(client, &at), want);
	if (stays)
		leat_sock_close(child);
	leat_sock_close(client);
	leat_sock_close(listener);
	pair_free(p);
}

/* RFC 9293, 3.10.7.2: a LISTEN may leave the decision about a SYN to its user. */
static void
a_deferred_connection_is_decided_by_its_listener(void **state)
{
	decide(0, 0, true);
	decide(LEAT_ECONNREFUSED, -LEAT_ECONNREFUSED, false);
	decide(LEAT_ETIMEDOUT, -LEAT_EALREADY, false);
}

/*
 * What a gateway is made of: a host that takes connections to every address, under the name that
 * they were made to.
 */
static void
a_transparent_host_takes_connections_to_anybody(void **state)
{
	struct pair *p = pair_new(0, LEAT_STACK_TRANSPARENT);
	struct leat_route r = {.size = sizeof r, .iface = p->end[0].iface, .gateway = p->end[1].addr};
	struct leat_sock *listener, *client, *child;
	char text[LEAT_ADDR_TEXT], c;
	struct leat_addr far;
	int on = 1;

	leat_prefix_parse("0.0.0.0/0", &r.dst);
	assert_int_equal(leat_route_add(p->end[0].stack, &r), 0);
	leat_sock_open(p->end[1].stack, LEAT_INET, LEAT_STREAM, &listener);
	assert_int_equal(leat_sock_setopt(listener, LEAT_SOL_LEAT, LEAT_ANY_PORT, &on, sizeof on), 0);
	assert_int_equal(leat_sock_setopt(listener, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof on), 0);
	assert_int_equal(leat_sock_listen(listener, 8), 0);
	leat_addr_parse("192.0.2.1:443", &far);
	leat_sock_open(p->end[0].stack, LEAT_INET, LEAT_STREAM, &client);
	assert_int_equal(leat_sock_connect(client, &far), -LEAT_EINPROGRESS);
	pair_run(p, LEAT_SEC);
	assert_int_equal(leat_sock_connect(client, &far), 0);
	assert_int_equal(leat_sock_accept(listener, &child), 0);
	leat_sock_local(child, &far);
	assert_string_equal(leat_addr_format(&far, text, sizeof text), "192.0.2.1:443");
	assert_int_equal(leat_sock_send(child, "x", 1, 0, NULL), 1);
	pair_run(p, LEAT_SEC);
	assert_int_equal(leat_sock_recv(client, &c, 1, 0, NULL), 1);
	leat_sock_close(child);
	leat_sock_close(client);
	leat_sock_close(listener);
	pair_free(p);
}

static void
a_stack_may_be_freed_with_all_that_it_has(void **state)
{
	struct pair *p = pair_new(LEAT_IFACE_AUTOCONF, 0);
	struct leat_sock *sock[2], *more;

	pair_connect(p, sock);
	assert_int_equal(leat_sock_send(sock[0], "unread", 6, 0, NULL), 6);
	pair_run(p, LEAT_SEC);
	leat_sock_send(sock[0], "in flight", 9, 0, NULL);
	leat_sock_open(p->end[0].stack, LEAT_INET6, LEAT_DGRAM, &more);
	leat_sock_open(p->end[0].stack, LEAT_INET6, LEAT_PING, &more);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_sockets_that_exist_can_be_opened),
	    cmocka_unit_test(what_makes_no_sense_is_refused_and_harms_nothing),
	    cmocka_unit_test(octets_are_written_and_read_where_they_lie),
	    cmocka_unit_test(what_was_reserved_is_given_up_with_the_connection),
	    cmocka_unit_test(a_received_datagram_has_its_sender_and_length),
	    cmocka_unit_test(a_refused_datagram_is_reported_with_its_octets),
	    cmocka_unit_test(without_offloads_frames_have_the_mtu_and_with_them_they_are_large),
	    cmocka_unit_test(a_watcher_may_close_its_own_socket),
	    cmocka_unit_test(a_deferred_connection_is_decided_by_its_listener),
	    cmocka_unit_test(a_transparent_host_takes_connections_to_anybody),
	    cmocka_unit_test(a_stack_may_be_freed_with_all_that_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
