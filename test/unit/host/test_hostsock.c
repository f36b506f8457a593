#include "base/err.h"
#include "host/fd_room.h"
#include "host/hostsock.h"
#include "host/loop.h"
#include "host/sockaddr.h"

#include <errno.h>
#include <limits.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static const struct outside_ops *const ops = &hostsock_ops;
static struct loop *loop;
static struct fd_room room;
static struct hostsock *host;

static int
begin(void **state)
{
	loop = loop_new();
	fd_room_init(&room, loop);
	host = hostsock_new(loop, &room);
	return loop && host ? 0 : -1;
}

static int
end(void **state)
{
	hostsock_free(host); /* asserts that all was closed */
	fd_room_fini(&room);
	loop_free(loop);
	return 0;
}

static void
count_news(void *arg, unsigned mask)
{
	unsigned *seen = arg;

	*seen |= mask;
}

/* Turn the loop until @mask has been seen, for at most two seconds. */
static void
until(unsigned *seen, unsigned mask)
{
	nsec_t give_up = loop_refresh(loop) + 2 * SEC;

	while (!(*seen & mask) && loop_now(loop) < give_up)
		loop_turn(loop, give_up);
	assert_int_not_equal(*seen & mask, 0);
}

/* An ordinary listening socket on 127.0.0.1. */
static int
server(struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*at = (struct endpoint){.addr = IPADDR_LOOPBACK4};
	len = sockaddr_from_endpoint(&ss, at);
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, len), 0);
	assert_int_equal(listen(fd, 10), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	assert_true(endpoint_from_sockaddr(at, (struct sockaddr *)&ss));
	return fd;
}

/* A stream to @at that is connected; over loopback it may be so at once. */
static struct out_stream *
connected(const struct endpoint *at, unsigned *seen)
{
	struct out_stream *s;
	int e = ops->connect(host, at, count_news, seen, &s);

	assert_int_equal(*seen, 0); /* never from within the call */
	if (e == 0)
		until(seen, OUT_CONNECTED);
	else
		assert_int_equal(e, 1);
	return s;
}

static ssize_t
write_text(struct out_stream *s, const char *text)
{
	struct pkt_span span[2] = {
	    {(const uint8_t *)text, 2}, {(const uint8_t *)text + 2, (uint32_t)strlen(text) - 2}};

	return ops->write(s, span, 2, false);
}

static void
a_connection_carries_octets_and_half_close_both_ways(void **state)
{
	struct endpoint at;
	struct out_stream *s;
	unsigned seen = 0;
	char buf[64];
	int l = server(&at), c;

	s = connected(&at, &seen);
	c = accept(l, NULL, NULL);
	assert_int_equal(write_text(s, "hello"), 5);
	assert_int_equal(ops->shutdown(s), 0);
	assert_int_equal(recv(c, buf, sizeof buf, MSG_WAITALL), 5);
	assert_int_equal(recv(c, buf, sizeof buf, 0), 0);

	assert_int_equal(ops->read(s, buf, sizeof buf), -LEAT_EAGAIN);
	assert_int_equal(send(c, "world", 5, 0), 5);
	close(c);
	ops->want(s, OUT_READABLE);
	seen = 0;
	until(&seen, OUT_READABLE);
	assert_int_equal(ops->read(s, buf, sizeof buf), 5);
	seen = 0;
	until(&seen, OUT_READABLE);
	assert_int_equal(ops->read(s, buf, sizeof buf), 0);
	ops->close(s, false);
	close(l);
}

static unsigned
segments_at(int fd)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof info;

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	return info.tcpi_segs_in;
}

static void
the_last_octets_take_the_end_along_in_one_segment(void **state)
{
	const struct pkt_span span = {(const uint8_t *)"bye", 3};
	struct endpoint at;
	struct out_stream *s;
	unsigned seen = 0, before;
	char buf[64];
	int l = server(&at), c;

	s = connected(&at, &seen);
	c = accept(l, NULL, NULL);
	before = segments_at(c);
	assert_int_equal(ops->write(s, &span, 1, true), 3);
	ops->close(s, false);
	assert_int_equal(recv(c, buf, sizeof buf, MSG_WAITALL), 3);
	assert_int_equal(recv(c, buf, sizeof buf, 0), 0);
	assert_int_equal(segments_at(c), before + 1);
	close(c);
	close(l);
}

static void
small_writes_do_not_wait_for_one_another(void **state)
{
	struct endpoint at;
	struct out_stream *s;
	unsigned seen = 0;
	char buf[64];
	int l = server(&at), c, off = 0;

	s = connected(&at, &seen);
	c = accept(l, NULL, NULL);
	assert_int_equal(setsockopt(c, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(write_text(s, "hello"), 5);
	assert_int_equal(recv(c, buf, sizeof buf, MSG_DONTWAIT), 15); /* loopback takes no time */
	ops->close(s, false);
	close(c);
	close(l);
}

static void
a_closed_port_is_told_as_refused(void **state)
{
	struct endpoint at;
	struct out_stream *s;
	unsigned seen = 0;
	int l = server(&at), e;

	close(l);
	e = ops->connect(host, &at, count_news, &seen, &s);
	if (e == 0) {
		until(&seen, OUT_FAILED);
		e = -ops->error(s);
		ops->close(s, false);
	}
	assert_int_equal(e, -LEAT_ECONNREFUSED);
}

static void
reset_outside(int fd)
{
	struct linger linger = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(fd);
}

static void
octets_before_a_reset_can_be_read_and_the_reset_is_told_once(void **state)
{
	struct endpoint at;
	struct out_stream *s;
	unsigned seen = 0;
	char buf[64];
	int l = server(&at), c;

	s = connected(&at, &seen);
	c = accept(l, NULL, NULL);
	assert_int_equal(send(c, "last words", 10, 0), 10);
	reset_outside(c);
	until(&seen, OUT_FAILED);
	assert_int_equal(ops->error(s), LEAT_ECONNRESET);
	assert_int_equal(ops->read(s, buf, sizeof buf), 10);
	assert_int_equal(ops->read(s, buf, sizeof buf), -LEAT_ECONNRESET);
	assert_int_equal(ops->read(s, buf, sizeof buf), 0);
	/* It is reported no more: the loop may sleep. */
	seen = 0;
	for (int i = 0; i < 10; i++)
		loop_turn(loop, loop_refresh(loop) + MSEC);
	assert_int_equal(seen, 0);
	ops->close(s, false);
	close(l);
}

static void
an_ended_stream_does_not_spin_while_nothing_is_wanted_of_it(void **state)
{
	struct endpoint at;
	struct out_stream *s;
	unsigned seen = 0;
	nsec_t start;
	char buf[64];
	int l = server(&at), c;

	s = connected(&at, &seen);
	c = accept(l, NULL, NULL);
	assert_int_equal(ops->shutdown(s), 0);
	assert_int_equal(send(c, "rest", 4, 0), 4);
	close(c);
	/* The end of both directions is reported, wanted or not; but not for ever. */
	for (int i = 0; i < 3; i++)
		loop_turn(loop, loop_refresh(loop) + 5 * MSEC);
	start = loop_refresh(loop);
	loop_turn(loop, start + 20 * MSEC);
	assert_true(loop_refresh(loop) - start >= 20 * MSEC);
	/* And wanted again, it is told. */
	seen = 0;
	ops->want(s, OUT_READABLE);
	until(&seen, OUT_READABLE);
	assert_int_equal(ops->read(s, buf, sizeof buf), 4);
	seen = 0;
	until(&seen, OUT_READABLE);
	assert_int_equal(ops->read(s, buf, sizeof buf), 0);
	ops->close(s, false);
	close(l);
}

/* Whether the kernel has told it before or not. */
static void
what_is_there_is_told_to_who_wants_it_later_and_again_until_it_is_read(void **state)
{
	struct endpoint at;
	struct out_stream *s;
	unsigned seen = 0;
	nsec_t start;
	char buf[64];
	int l = server(&at), c;

	s = connected(&at, &seen);
	c = accept(l, NULL, NULL);
	assert_int_equal(send(c, "word", 4, 0), 4);
	seen = 0;
	for (int i = 0; i < 3; i++)
		loop_turn(loop, loop_refresh(loop) + 5 * MSEC);
	assert_int_equal(seen, 0);
	ops->want(s, OUT_READABLE);
	for (int i = 0; i < 3; i++, seen = 0)
		until(&seen, OUT_READABLE);
	/* Read, though less than the buffer holds: there is no more, and the loop may sleep. */
	assert_int_equal(ops->read(s, buf, sizeof buf), 4);
	seen = 0;
	start = loop_refresh(loop);
	loop_turn(loop, start + 20 * MSEC);
	assert_true(loop_refresh(loop) - start >= 20 * MSEC);
	assert_int_equal(seen, 0);
	assert_int_equal(send(c, "more", 4, 0), 4);
	until(&seen, OUT_READABLE);
	assert_int_equal(ops->read(s, buf, 2), 2);
	seen = 0;
	until(&seen, OUT_READABLE);
	ops->close(s, false);
	close(c);
	close(l);
}

static void
a_full_stream_tells_when_there_is_room_again(void **state)
{
	static uint8_t much[65536];
	const struct pkt_span span = {much, sizeof much};
	struct endpoint at;
	struct out_stream *s;
	unsigned seen = 0;
	int l = server(&at), c;
	ssize_t n;

	s = connected(&at, &seen);
	c = accept(l, NULL, NULL);
	do
		n = ops->write(s, &span, 1, false);
	while (n > 0);
	assert_int_equal(n, -LEAT_EAGAIN);
	ops->want(s, OUT_WRITABLE);
	seen = 0;
	for (int i = 0; i < 3; i++)
		loop_turn(loop, loop_refresh(loop) + 2 * MSEC);
	assert_int_equal(seen, 0);
	for (int i = 0; i < 1000 && !seen; i++) {
		assert_true(recv(c, much, sizeof much, 0) > 0);
		loop_turn(loop, 0);
	}
	assert_int_equal(seen, OUT_WRITABLE);
	ops->close(s, false);
	close(c);
	close(l);
}

/* RFC 9293, 3.8.5: the octet keeps its place and its mark, though nobody asks for the mark before urgent data were heard of. */
static void
urgent_data_are_found_at_their_mark(void **state)
{
	struct endpoint at;
	struct out_stream *s;
	unsigned seen = 0;
	char buf[64];
	int l = server(&at), c;

	s = connected(&at, &seen);
	c = accept(l, NULL, NULL);
	assert_false(ops->at_mark(s));
	assert_int_equal(send(c, "ab", 2, 0), 2);
	assert_int_equal(send(c, "!", 1, MSG_OOB), 1);
	assert_int_equal(send(c, "cd", 2, 0), 2);
	ops->want(s, OUT_READABLE);
	until(&seen, OUT_READABLE);
	assert_false(ops->at_mark(s));
	assert_int_equal(ops->read(s, buf, sizeof buf), 2);
	assert_true(ops->at_mark(s));
	seen = 0;
	until(&seen, OUT_READABLE); /* though the read before was a short one */
	assert_int_equal(ops->read(s, buf, 1), 1);
	assert_int_equal(buf[0], '!');
	assert_false(ops->at_mark(s));
	assert_int_equal(ops->read(s, buf, sizeof buf), 2);
	ops->close(s, false);
	close(c);
	close(l);
}

static void
a_reset_of_ours_reaches_the_outside_as_one(void **state)
{
	struct endpoint at;
	struct out_stream *s;
	unsigned seen = 0;
	char buf[4];
	int l = server(&at), c;

	s = connected(&at, &seen);
	c = accept(l, NULL, NULL);
	ops->close(s, true);
	assert_int_equal(recv(c, buf, sizeof buf, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	close(c);
	close(l);
}

struct incoming {
	struct out_stream *s;
	struct endpoint peer;
	unsigned seen;
};

static void
take(void *arg, struct out_stream *s, const struct endpoint *peer)
{
	struct incoming *in = arg;

	in->s = s;
	in->peer = *peer;
	in->seen = 1;
}

static void
a_listener_hands_over_streams_with_their_peers_names(void **state)
{
	struct endpoint at = {.addr = IPADDR_LOOPBACK4}, name;
	struct incoming in = {0};
	struct sockaddr_storage ss;
	struct out_listener *l;
	socklen_t len;
	int c = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(ops->listen(host, &at, take, &in, &l), 0);
	assert_int_equal(hostsock_listener_name(l, &name), 0);
	len = sockaddr_from_endpoint(&ss, &name);
	assert_int_equal(connect(c, (struct sockaddr *)&ss, len), 0);
	until(&in.seen, 1);
	assert_int_equal(getsockname(c, (struct sockaddr *)&ss, &len), 0);
	assert_true(endpoint_from_sockaddr(&name, (struct sockaddr *)&ss));
	assert_true(ipaddr_eq(&in.peer.addr, &name.addr));
	assert_int_equal(in.peer.port, name.port);
	in.seen = 0;
	ops->adopt(in.s, count_news, &in.seen);
	ops->want(in.s, OUT_READABLE);
	assert_int_equal(send(c, "x", 1, 0), 1);
	until(&in.seen, OUT_READABLE);
	ops->close(in.s, false);
	ops->listener_close(l);
	close(c);
}

static void
datagrams_go_and_come_and_a_closed_port_is_told(void **state)
{
	struct endpoint at = {.addr = IPADDR_LOOPBACK4}, peer, name;
	struct out_dgram *served, *flow;
	unsigned at_server = 0, at_client = 0;
	char buf[64];

	assert_int_equal(ops->dgram_listen(host, &at, count_news, &at_server, &served), 0);
	assert_int_equal(hostsock_dgram_name(served, &name), 0);
	assert_int_equal(ops->dgram_open(host, &name, count_news, &at_client, &flow), 0);
	assert_int_equal(ops->dgram_send(flow, "question", 8), 8);
	until(&at_server, OUT_READABLE);
	assert_int_equal(ops->dgram_recv_from(served, buf, sizeof buf, &peer), 8);
	assert_int_equal(ops->dgram_send_to(served, "answer", 6, &peer), 6);
	until(&at_client, OUT_READABLE);
	assert_int_equal(ops->dgram_recv(flow, buf, sizeof buf), 6);
	assert_int_equal(ops->dgram_recv(flow, buf, sizeof buf), -LEAT_EAGAIN);

	ops->dgram_close(served);
	at_client = 0;
	assert_int_equal(ops->dgram_send(flow, "anyone?", 7), 7);
	until(&at_client, OUT_READABLE);
	assert_int_equal(ops->dgram_recv(flow, buf, sizeof buf), -LEAT_ECONNREFUSED);
	ops->dgram_close(flow);
}

struct crowd {
	struct out_stream *s[8];
	unsigned n;
};

static void
take_another(void *arg, struct out_stream *s, const struct endpoint *peer)
{
	struct crowd *c = arg;

	c->s[c->n++] = s;
	ops->adopt(s, NULL, NULL);
}

/* Turns of the loop in @wait; one that spins has very many. */
static unsigned
turns_within(nsec_t wait)
{
	nsec_t end = loop_refresh(loop) + wait;
	unsigned turns = 0;

	for (; loop_now(loop) < end; turns++)
		loop_turn(loop, end);
	return turns;
}

static void
connect_clients(struct out_listener *l, int *fd, unsigned n)
{
	struct sockaddr_storage ss;
	struct endpoint name;
	socklen_t len;

	assert_int_equal(hostsock_listener_name(l, &name), 0);
	len = sockaddr_from_endpoint(&ss, &name);
	for (unsigned i = 0; i < n; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(connect(fd[i], (struct sockaddr *)&ss, len), 0);
	}
}

static void
connections_without_a_descriptor_wait_and_come_in_as_others_close(void **state)
{
	struct endpoint at = {.addr = IPADDR_LOOPBACK4};
	struct out_listener *l;
	struct crowd crowd = {.n = 0};
	int client[8];

	assert_int_equal(ops->listen(host, &at, take_another, &crowd, &l), 0);
	fd_room_limit(
	    &room, 1 + 3 * 2); /* the listener; each connection and what it needs towards the program */
	connect_clients(l, client, 8);
	assert_in_range(turns_within(50 * MSEC), 1, 20);
	assert_int_equal(crowd.n, 3);
	assert_int_equal(room.refused, 1);
	while (crowd.n < 8) {
		unsigned before = crowd.n;

		ops->close(crowd.s[before - 3], false);
		turns_within(2 * MSEC);
		assert_int_equal(crowd.n, before + 1);
	}
	for (unsigned i = 5; i < 8; i++)
		ops->close(crowd.s[i], false);
	for (unsigned i = 0; i < 8; i++)
		close(client[i]);
	assert_int_equal(room.taken, 1);
	ops->listener_close(l);
	fd_room_limit(&room, UINT_MAX);
}

static void
a_full_table_stops_a_listener_until_something_outside_closes(void **state)
{
	struct endpoint at = {.addr = IPADDR_LOOPBACK4};
	struct rlimit before, low;
	struct out_listener *l;
	struct crowd crowd = {.n = 0};
	int client[2];

	assert_int_equal(ops->listen(host, &at, take_another, &crowd, &l), 0);
	connect_clients(l, client, 2);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	low = before;
	low.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_in_range(turns_within(50 * MSEC), 1, 20);
	assert_int_equal(crowd.n, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	turns_within(200 * MSEC);
	assert_int_equal(crowd.n, 2);
	ops->close(crowd.s[0], false);
	ops->close(crowd.s[1], false);
	ops->listener_close(l);
	close(client[0]);
	close(client[1]);
}

static void
a_socket_beyond_the_budget_is_refused_and_leaves_nothing(void **state)
{
	struct endpoint to = {.addr = IPADDR_LOOPBACK4, .port = 9};
	struct out_dgram *first, *second;
	struct out_stream *s;
	unsigned seen = 0;

	fd_room_limit(&room, 1);
	assert_int_equal(ops->dgram_open(host, &to, count_news, &seen, &first), 0);
	assert_int_equal(ops->dgram_open(host, &to, count_news, &seen, &second), -LEAT_EMFILE);
	assert_int_equal(ops->connect(host, &to, count_news, &seen, &s), -LEAT_EMFILE);
	ops->dgram_close(first);
	assert_int_equal(ops->dgram_open(host, &to, count_news, &seen, &second), 0);
	ops->dgram_close(second);
	assert_int_equal(room.taken, 0);
	fd_room_limit(&room, UINT_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_connection_carries_octets_and_half_close_both_ways),
	    cmocka_unit_test(the_last_octets_take_the_end_along_in_one_segment),
	    cmocka_unit_test(small_writes_do_not_wait_for_one_another),
	    cmocka_unit_test(a_closed_port_is_told_as_refused),
	    cmocka_unit_test(octets_before_a_reset_can_be_read_and_the_reset_is_told_once),
	    cmocka_unit_test(an_ended_stream_does_not_spin_while_nothing_is_wanted_of_it),
	    cmocka_unit_test(what_is_there_is_told_to_who_wants_it_later_and_again_until_it_is_read),
	    cmocka_unit_test(a_full_stream_tells_when_there_is_room_again),
	    cmocka_unit_test(urgent_data_are_found_at_their_mark),
	    cmocka_unit_test(a_reset_of_ours_reaches_the_outside_as_one),
	    cmocka_unit_test(a_listener_hands_over_streams_with_their_peers_names),
	    cmocka_unit_test(connections_without_a_descriptor_wait_and_come_in_as_others_close),
	    cmocka_unit_test(a_full_table_stops_a_listener_until_something_outside_closes),
	    cmocka_unit_test(a_socket_beyond_the_budget_is_refused_and_leaves_nothing),
	    cmocka_unit_test(datagrams_go_and_come_and_a_closed_port_is_told),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
