#include "base/err.h"
#include "host/fd_room.h"
#include "host/hostio.h"
#include "host/loop.h"
#include "host/sockaddr.h"
#include "io/conform.h"

#include <errno.h>
#include <limits.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BIG = 1 << 20 };

/* A loop with a world for each side: a test is alone with its descriptors. */
struct bench {
	struct conform conform;
	struct loop *loop;
	struct fd_room room;
	int spare; /* the lowest free descriptor before anything was opened */
};

static int
lowest_free(void)
{
	int fd = dup(0);

	assert_true(fd >= 0);
	close(fd);
	return fd;
}

static void
turn(struct conform *c)
{
	struct bench *b = container_of(c, struct bench, conform);

	loop_turn(b->loop, NSEC_NEVER);
}

static int
bench_begin(void **state)
{
	const struct ipaddr *at = *state ? *state : &IPADDR_LOOPBACK4;
	struct bench *b = calloc(1, sizeof *b);

	assert_non_null(b);
	b->spare = lowest_free();
	b->loop = loop_new();
	assert_non_null(b->loop);
	fd_room_init(&b->room, b->loop);
	b->conform.client = hostio_new(b->loop, &b->room);
	b->conform.server = hostio_new(b->loop, &b->room);
	assert_non_null(b->conform.client);
	assert_non_null(b->conform.server);
	b->conform.at.addr = *at;
	b->conform.turn = turn;
	*state = b;
	return 0;
}

static int
bench_end(void **state)
{
	struct bench *b = *state;

	hostio_free(b->conform.client); /* asserts that all was closed */
	hostio_free(b->conform.server);
	fd_room_fini(&b->room); /* asserts that every descriptor was given back */
	loop_free(b->loop);
	assert_int_equal(lowest_free(), b->spare);
	free(b);
	return 0;
}

/* A stream and what its owner was called with. */
struct side {
	struct io_stream *s;
	unsigned seen;  /* all events */
	unsigned calls; /* number of callbacks */
};

static void
on_stream(struct io_stream *s, unsigned events, void *arg)
{
	struct side *side = arg;

	side->seen |= events;
	side->calls++;
}

/* Turns the loop until @mask has been seen, for at most two seconds. */
static void
until(struct bench *b, const unsigned *seen, unsigned mask)
{
	nsec_t give_up = loop_refresh(b->loop) + 2 * SEC;

	while (!(*seen & mask) && loop_now(b->loop) < give_up)
		loop_turn(b->loop, give_up);
	assert_int_not_equal(*seen & mask, 0);
}

/* Turns of the loop within @wait; a loop that cannot sleep has very many. */
static unsigned
turns_within(struct bench *b, nsec_t wait)
{
	nsec_t end = loop_refresh(b->loop) + wait;
	unsigned turns = 0;

	for (; loop_now(b->loop) < end; turns++)
		loop_turn(b->loop, end);
	return turns;
}

/* Waits for @events on @side, forgetting those seen before. */
static void
wait_for(struct bench *b, struct side *side, unsigned events)
{
	side->seen = 0;
	io_want(side->s, events);
	until(b, &side->seen, events | IO_FAILED);
}

/* An ordinary listening socket of @addr; *@at is set to its name. */
static int
plain_listener(const struct ipaddr *addr, struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd;

	*at = (struct endpoint){.addr = *addr};
	len = sockaddr_from_endpoint(&ss, at);
	fd = socket(ss.ss_family, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, len), 0);
	assert_int_equal(listen(fd, 10), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	assert_true(endpoint_from_sockaddr(at, (struct sockaddr *)&ss));
	return fd;
}

/* A connected stream at @side; returns the plain socket at its other end. */
static int
connected(struct bench *b, struct side *side)
{
	struct endpoint at;
	int l = plain_listener(&IPADDR_LOOPBACK4, &at), fd;

	*side = (struct side){0};
	assert_int_equal(io_connect(b->conform.client, &at, on_stream, side, &side->s), 0);
	assert_int_equal(side->seen, 0);
	until(b, &side->seen, IO_CONNECTED);
	assert_int_equal(side->seen, IO_CONNECTED);
	fd = accept(l, NULL, NULL);
	assert_true(fd >= 0);
	close(l);
	return fd;
}

static void
plain_reset(int fd)
{
	struct linger linger = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(fd);
}

static void
assert_span(const struct pkt_span *span, const char *text)
{
	assert_int_equal(span->len, strlen(text));
	assert_memory_equal(span->at, text, span->len);
}

static void
octets_that_were_peeked_at_stay_when_other_streams_peek(void **state)
{
	struct bench *b = *state;
	struct side x, y;
	struct pkt_span span;
	int fx = connected(b, &x), fy = connected(b, &y);
	char buf[16];

	assert_int_equal(send(fx, "first", 5, 0), 5);
	assert_int_equal(send(fy, "second", 6, 0), 6);
	wait_for(b, &x, IO_READABLE);
	wait_for(b, &y, IO_READABLE);
	assert_int_equal(io_peek(x.s, &span, 1), 1);
	assert_span(&span, "first");
	io_consume(x.s, 2);
	assert_int_equal(io_peek(y.s, &span, 1), 1);
	assert_span(&span, "second");
	assert_int_equal(io_peek(x.s, &span, 1), 1);
	assert_span(&span, "rst");
	io_consume(x.s, 1);
	assert_int_equal(io_read(y.s, buf, 3), 3);
	assert_memory_equal(buf, "sec", 3);
	assert_int_equal(io_read(x.s, buf, sizeof buf), 2);
	assert_memory_equal(buf, "st", 2);
	assert_int_equal(io_read(y.s, buf, sizeof buf), 3);
	assert_memory_equal(buf, "ond", 3);
	assert_int_equal(io_peek(x.s, &span, 1), -LEAT_EAGAIN);
	assert_int_equal(io_peek(y.s, &span, 1), -LEAT_EAGAIN);
	io_close(x.s, false);
	io_close(y.s, false);
	close(fx);
	close(fy);
}

static void
a_peek_after_one_of_which_nothing_was_consumed_shows_more(void **state)
{
	struct bench *b = *state;
	struct side x;
	struct pkt_span span;
	int fd = connected(b, &x);

	assert_int_equal(send(fd, "half", 4, 0), 4);
	wait_for(b, &x, IO_READABLE);
	assert_int_equal(io_peek(x.s, &span, 1), 1);
	assert_span(&span, "half");
	assert_int_equal(send(fd, " and half", 9, 0), 9);
	for (int i = 0; i < 1000 && span.len < 13; i++) {
		wait_for(b, &x, IO_READABLE); /* what is held is readable */
		assert_int_equal(io_peek(x.s, &span, 1), 1);
	}
	assert_span(&span, "half and half");
	io_consume(x.s, 13);
	x.calls = 0;
	assert_in_range(turns_within(b, 20 * MSEC), 1, 5);
	assert_int_equal(x.calls, 0);
	io_close(x.s, false);
	close(fd);
}

static void
the_end_follows_what_was_peeked_at(void **state)
{
	struct bench *b = *state;
	struct side x;
	struct pkt_span span;
	int fd = connected(b, &x);

	assert_int_equal(send(fd, "bye", 3, 0), 3);
	plain_reset(fd);
	until(b, &x.seen, IO_FAILED);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(io_peek(x.s, &span, 1), 1);
		assert_span(&span, "bye");
	}
	io_consume(x.s, 3);
	assert_int_equal(io_peek(x.s, &span, 1), -LEAT_ECONNRESET);
	assert_int_equal(io_peek(x.s, &span, 1), 0);
	io_close(x.s, false);
}

/* RFC 2525, 2.17: the kernel knows nothing of octets that were read to be looked at. */
static void
closing_with_octets_that_were_only_peeked_at_resets(void **state)
{
	struct bench *b = *state;
	struct side x;
	struct pkt_span span;
	int fd = connected(b, &x);
	char buf[8];

	assert_int_equal(send(fd, "unread", 6, 0), 6);
	wait_for(b, &x, IO_READABLE);
	assert_int_equal(io_peek(x.s, &span, 1), 1);
	io_consume(x.s, 3);
	assert_int_equal(io_write(x.s, "sorry", 5, IO_LAST), 5);
	io_close(x.s, false);
	assert_int_equal(recv(fd, buf, 5, MSG_WAITALL), 5);
	assert_int_equal(send(fd, "?", 1, MSG_NOSIGNAL), -1);
	assert_true(errno == ECONNRESET || errno == EPIPE);
	close(fd);
}

static void
all_spans_are_written_however_many(void **state)
{
	static uint8_t octets[1000], got[1000];
	struct pkt_span span[200];
	struct bench *b = *state;
	struct side x;
	int fd = connected(b, &x);

	for (unsigned i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)(i * 7);
	for (unsigned i = 0; i < 200; i++)
		span[i] = (struct pkt_span){octets + i * 5, 5};
	assert_int_equal(x.s->ops->write(x.s, span, 200, 0), 1000);
	assert_int_equal(recv(fd, got, sizeof got, MSG_WAITALL), 1000);
	assert_memory_equal(got, octets, sizeof got);
	io_close(x.s, false);
	close(fd);
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
	struct bench *b = *state;
	struct side x;
	int fd = connected(b, &x);
	unsigned before = segments_at(fd);
	char buf[8];

	assert_int_equal(io_write(x.s, "by", 2, IO_MORE), 2);
	assert_int_equal(io_write(x.s, "e", 1, IO_LAST), 1);
	io_close(x.s, false);
	assert_int_equal(recv(fd, buf, 3, MSG_WAITALL), 3);
	assert_int_equal(recv(fd, buf, sizeof buf, 0), 0);
	assert_int_equal(segments_at(fd), before + 1);
	close(fd);
}

static void
small_writes_do_not_wait_for_one_another(void **state)
{
	struct bench *b = *state;
	struct side x;
	char buf[64];
	int fd = connected(b, &x), off = 0;

	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(io_write(x.s, "hello", 5, 0), 5);
	assert_int_equal(recv(fd, buf, sizeof buf, MSG_DONTWAIT), 15); /* loopback takes no time */
	io_close(x.s, false);
	close(fd);
}

static void
a_reset_after_the_other_sides_end_is_a_reset(void **state)
{
	struct bench *b = *state;
	struct side x;
	int fd = connected(b, &x);
	char buf[8];

	assert_int_equal(io_write(x.s, "unread", 6, 0), 6);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	close(fd);
	until(b, &x.seen, IO_FAILED);
	assert_int_equal(io_error(x.s), -LEAT_ECONNRESET);
	assert_int_equal(io_write(x.s, "x", 1, 0), -LEAT_ECONNRESET);
	assert_int_equal(io_write(x.s, "x", 1, 0), -LEAT_EPIPE);
	assert_int_equal(io_read(x.s, buf, sizeof buf), -LEAT_ECONNRESET);
	assert_int_equal(io_read(x.s, buf, sizeof buf), 0);
	io_close(x.s, false);
}

/* The kernel gives its error to the first who asks, and raises no event about it then. */
static void
an_error_that_a_call_found_first_is_an_event_too(void **state)
{
	struct bench *b = *state;
	struct side x;
	int fd = connected(b, &x);
	char buf[8];

	plain_reset(fd);
	assert_int_equal(io_read(x.s, buf, sizeof buf), -LEAT_ECONNRESET);
	assert_int_equal(x.seen, IO_CONNECTED);
	until(b, &x.seen, IO_FAILED);
	assert_int_equal(io_write(x.s, "x", 1, 0), -LEAT_ECONNRESET);
	x.calls = 0;
	assert_in_range(turns_within(b, 20 * MSEC), 1, 5);
	assert_int_equal(x.calls, 0);
	io_close(x.s, false);
}

static void
an_ended_stream_does_not_spin_while_nothing_is_wanted_of_it(void **state)
{
	struct bench *b = *state;
	struct side x;
	int fd = connected(b, &x);
	char buf[8];

	assert_int_equal(io_shutdown(x.s), 0);
	assert_int_equal(send(fd, "rest", 4, 0), 4);
	close(fd);
	assert_in_range(turns_within(b, 30 * MSEC), 1, 10);
	assert_int_equal(x.seen, IO_CONNECTED);
	wait_for(b, &x, IO_READABLE);
	assert_int_equal(io_read(x.s, buf, sizeof buf), 4);
	wait_for(b, &x, IO_READABLE);
	assert_int_equal(io_read(x.s, buf, sizeof buf), 0);
	io_close(x.s, false);
}

static int
file_of(const void *octets, size_t len)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, len), len);
	return fd;
}

static void
a_file_is_sent_from_its_offset_until_the_stream_is_full(void **state)
{
	static uint8_t octets[BIG], got[BIG];
	struct bench *b = *state;
	struct side x;
	int fd = connected(b, &x), small = 65536;
	off_t off = 10;
	size_t have = 10;
	int file;

	for (unsigned i = 0; i < BIG; i++)
		octets[i] = (uint8_t)(i % 251);
	file = file_of(octets, BIG);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
	while (have < BIG) {
		ssize_t n = x.s->ops->send_file(x.s, file, &off, BIG - (size_t)off, 0);

		assert_true(n > 0 || n == -LEAT_EAGAIN || off == BIG);
		n = recv(fd, got + have, BIG - have, MSG_DONTWAIT);
		if (n > 0)
			have += (size_t)n;
		else if (off < BIG)
			wait_for(b, &x, IO_WRITABLE);
	}
	assert_int_equal(off, BIG);
	assert_memory_equal(got + 10, octets + 10, BIG - 10);
	io_close(x.s, false);
	close(fd);
	close(file);
}

static void
a_file_for_a_stream_that_was_reset_raises_no_signal(void **state)
{
	struct bench *b = *state;
	struct side x;
	int fd = connected(b, &x), file = file_of("octets", 6);
	off_t off = 0;

	plain_reset(fd);
	assert_int_equal(x.s->ops->send_file(x.s, file, &off, 6, 0), -LEAT_ECONNRESET);
	assert_int_equal(x.s->ops->send_file(x.s, file, &off, 6, 0), -LEAT_EPIPE);
	assert_int_equal(off, 0);
	io_close(x.s, false);
	fd = connected(b, &x);
	assert_int_equal(io_shutdown(x.s), 0);
	assert_int_equal(x.s->ops->send_file(x.s, file, &off, 6, 0), -LEAT_EPIPE);
	io_close(x.s, false);
	close(fd);
	close(file);
}

/* RFC 9293, 3.8.5 */
static void
an_urgent_octet_is_read_and_peeked_at_alone(void **state)
{
	struct bench *b = *state;
	struct side x;
	struct pkt_span span;
	int fd = connected(b, &x);
	char buf[64];

	for (int peeking = 0; peeking < 2; peeking++) {
		assert_int_equal(send(fd, "ab", 2, 0), 2);
		assert_int_equal(send(fd, "!", 1, MSG_OOB), 1);
		assert_int_equal(send(fd, "cd", 2, 0), 2);
		wait_for(b, &x, IO_READABLE);
		assert_false(x.s->ops->at_mark(x.s));
		assert_int_equal(io_read(x.s, buf, sizeof buf), 2);
		wait_for(b, &x, IO_READABLE);
		assert_true(x.s->ops->at_mark(x.s));
		if (peeking) {
			assert_int_equal(io_peek(x.s, &span, 1), 1);
			assert_span(&span, "!");
			assert_int_equal(io_peek(x.s, &span, 1), 1);
			assert_span(&span, "!");
			assert_true(x.s->ops->at_mark(x.s));
		}
		assert_int_equal(io_read(x.s, buf, sizeof buf), 1);
		assert_int_equal(buf[0], '!');
		wait_for(b, &x, IO_READABLE);
		assert_false(x.s->ops->at_mark(x.s));
		assert_int_equal(io_read(x.s, buf, sizeof buf), 2);
		assert_int_equal(io_read(x.s, buf, sizeof buf), -LEAT_EAGAIN);
	}
	io_close(x.s, false);
	close(fd);
}

/* A listener whose connections are taken as they come. */
struct crowd {
	struct io_stream *s[8];
	unsigned n;
};

static void
take_all(struct io_listener *l, void *arg)
{
	struct crowd *c = arg;

	while (c->n < 8 && l->ops->accept(l, &c->s[c->n]) == 0)
		c->n++;
}

static struct io_listener *
listen_for(struct bench *b, struct crowd *crowd)
{
	struct io_listener *l;

	assert_int_equal(io_listen(b->conform.server, &b->conform.at, 10, take_all, crowd, &l), 0);
	return l;
}

static void
connect_clients(const struct io_listener *l, int *fd, unsigned n)
{
	struct sockaddr_storage ss;
	struct endpoint name;
	socklen_t len;

	assert_int_equal(l->ops->local(l, &name), 0);
	len = sockaddr_from_endpoint(&ss, &name);
	for (unsigned i = 0; i < n; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(connect(fd[i], (struct sockaddr *)&ss, len), 0);
	}
}

static void
connections_without_a_descriptor_wait_and_come_in_as_others_close(void **state)
{
	struct bench *b = *state;
	struct crowd crowd = {.n = 0};
	struct io_listener *l = listen_for(b, &crowd);
	int client[8];

	fd_room_limit(&b->room, 1 + 3);
	connect_clients(l, client, 8);
	assert_in_range(turns_within(b, 50 * MSEC), 1, 20);
	assert_int_equal(crowd.n, 3);
	assert_int_equal(b->room.refused, 1);
	while (crowd.n < 8) {
		unsigned before = crowd.n;

		io_close(crowd.s[before - 3], false);
		turns_within(b, 2 * MSEC);
		assert_int_equal(crowd.n, before + 1);
	}
	for (unsigned i = 5; i < 8; i++)
		io_close(crowd.s[i], false);
	for (unsigned i = 0; i < 8; i++)
		close(client[i]);
	l->ops->close(l);
}

static void
what_an_accepted_connection_will_need_is_set_aside(void **state)
{
	struct bench *b = *state;
	struct crowd crowd = {.n = 0};
	struct io_listener *l = listen_for(b, &crowd);
	int client[4];

	hostio_accept_needs(b->conform.server, 2);
	fd_room_limit(&b->room, 1 + 2 * 2);
	connect_clients(l, client, 4);
	turns_within(b, 20 * MSEC);
	assert_int_equal(crowd.n, 2);
	assert_int_equal(b->room.entered, 2);
	assert_false(fd_room_has(&b->room, 1));
	io_close(crowd.s[0], false);
	io_close(crowd.s[1], false);
	assert_int_equal(b->room.entered, 0);
	turns_within(b, 20 * MSEC);
	assert_int_equal(crowd.n, 4);
	io_close(crowd.s[2], false);
	io_close(crowd.s[3], false);
	for (unsigned i = 0; i < 4; i++)
		close(client[i]);
	l->ops->close(l);
}

static void
a_full_table_stops_a_listener_until_something_outside_closes(void **state)
{
	struct bench *b = *state;
	struct rlimit before, low;
	struct crowd crowd = {.n = 0};
	struct io_listener *l = listen_for(b, &crowd);
	int client[2];

	connect_clients(l, client, 2);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	low = before;
	low.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_in_range(turns_within(b, 50 * MSEC), 1, 20);
	assert_int_equal(crowd.n, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	turns_within(b, 200 * MSEC);
	assert_int_equal(crowd.n, 2);
	for (unsigned i = 0; i < 2; i++) {
		io_close(crowd.s[i], false);
		close(client[i]);
	}
	l->ops->close(l);
}

static void
on_dgram(struct io_dgram *d, unsigned events, void *arg)
{
	unsigned *seen = arg;

	*seen |= events;
}

static struct io_dgram *
dgram(struct bench *b, const struct endpoint *local, const struct endpoint *peer, unsigned *seen)
{
	struct io_world *w = b->conform.client;
	struct io_dgram *d;

	assert_int_equal(w->ops->dgram(w, local, peer, on_dgram, seen, &d), 0);
	return d;
}

static void
a_socket_beyond_the_budget_is_refused_and_leaves_nothing(void **state)
{
	struct bench *b = *state;
	struct io_world *w = b->conform.client;
	struct endpoint to = {.addr = IPADDR_LOOPBACK4, .port = 9};
	struct io_dgram *first, *second = NULL;
	struct io_stream *s = NULL;
	unsigned seen = 0;

	fd_room_limit(&b->room, 1);
	first = dgram(b, NULL, &to, &seen);
	assert_int_equal(w->ops->dgram(w, NULL, &to, on_dgram, &seen, &second), -LEAT_EMFILE);
	assert_int_equal(w->ops->dgram(w, NULL, NULL, on_dgram, &seen, &second), -LEAT_EMFILE);
	assert_int_equal(io_connect(w, &to, on_stream, NULL, &s), -LEAT_EMFILE);
	assert_null(second);
	assert_null(s);
	first->ops->close(first);
	second = dgram(b, NULL, &to, &seen);
	second->ops->close(second);
}

/* The kernel gives the error of an earlier datagram to the next send, which then has sent nothing. */
static void
a_datagram_is_sent_though_an_earlier_one_was_refused(void **state)
{
	struct bench *b = *state;
	const struct endpoint any = {.addr = IPADDR_LOOPBACK4};
	struct io_dgram *served, *flow;
	struct endpoint name, from;
	unsigned seen = 0, at_server = 0;
	char buf[8];

	served = dgram(b, &any, NULL, &at_server);
	assert_int_equal(served->ops->local(served, &name), 0);
	flow = dgram(b, NULL, &name, &seen);
	served->ops->close(served);
	assert_int_equal(flow->ops->send_to(flow, "lost", 4, NULL), 4);
	served = dgram(b, &name, NULL, &at_server);
	assert_int_equal(flow->ops->send_to(flow, "here", 4, NULL), 4);
	served->ops->want(served, IO_READABLE);
	until(b, &at_server, IO_READABLE);
	assert_int_equal(served->ops->recv_from(served, buf, sizeof buf, &from), 4);
	assert_memory_equal(buf, "here", 4);
	flow->ops->want(flow, IO_READABLE);
	until(b, &seen, IO_READABLE);
	assert_int_equal(flow->ops->recv_from(flow, buf, sizeof buf, &from), -LEAT_ECONNREFUSED);
	assert_int_equal(flow->ops->recv_from(flow, buf, sizeof buf, &from), -LEAT_EAGAIN);
	served->ops->close(served);
	flow->ops->close(flow);
}

static void
a_datagram_socket_without_a_name_serves_both_families(void **state)
{
	struct bench *b = *state;
	const struct ipaddr *loopback[2] = {&IPADDR_LOOPBACK4, &IPADDR_LOOPBACK6};
	struct io_dgram *any, *peer;
	struct endpoint from, name;
	unsigned seen = 0, at_peer = 0;
	char buf[8];

	any = dgram(b, NULL, NULL, &seen);
	assert_int_equal(any->ops->local(any, &name), 0);
	assert_int_not_equal(name.port, 0);
	for (int i = 0; i < 2; i++) {
		struct endpoint at = {.addr = *loopback[i]}, to;

		peer = dgram(b, &at, NULL, &at_peer);
		assert_int_equal(peer->ops->local(peer, &to), 0);
		assert_int_equal(any->ops->send_to(any, "hi", 2, &to), 2);
		peer->ops->want(peer, IO_READABLE);
		at_peer = 0;
		until(b, &at_peer, IO_READABLE);
		assert_int_equal(peer->ops->recv_from(peer, buf, sizeof buf, &from), 2);
		assert_true(ipaddr_eq(&from.addr, loopback[i]));
		assert_int_equal(from.port, name.port);
		assert_int_equal(peer->ops->send_to(peer, "ho!", 3, &from), 3);
		any->ops->want(any, IO_READABLE);
		seen = 0;
		until(b, &seen, IO_READABLE);
		assert_int_equal(any->ops->recv_from(any, buf, sizeof buf, &from), 3);
		assert_true(ipaddr_eq(&from.addr, loopback[i]));
		assert_int_equal(from.port, to.port);
		peer->ops->close(peer);
	}
	any->ops->close(any);
}

#define BENCH_TEST(f) cmocka_unit_test_setup_teardown(f, bench_begin, bench_end)

static int
of_the_machine_alone(void)
{
	const struct CMUnitTest tests[] = {
	    BENCH_TEST(octets_that_were_peeked_at_stay_when_other_streams_peek),
	    BENCH_TEST(a_peek_after_one_of_which_nothing_was_consumed_shows_more),
	    BENCH_TEST(the_end_follows_what_was_peeked_at),
	    BENCH_TEST(closing_with_octets_that_were_only_peeked_at_resets),
	    BENCH_TEST(all_spans_are_written_however_many),
	    BENCH_TEST(the_last_octets_take_the_end_along_in_one_segment),
	    BENCH_TEST(small_writes_do_not_wait_for_one_another),
	    BENCH_TEST(a_reset_after_the_other_sides_end_is_a_reset),
	    BENCH_TEST(an_error_that_a_call_found_first_is_an_event_too),
	    BENCH_TEST(an_ended_stream_does_not_spin_while_nothing_is_wanted_of_it),
	    BENCH_TEST(a_file_is_sent_from_its_offset_until_the_stream_is_full),
	    BENCH_TEST(a_file_for_a_stream_that_was_reset_raises_no_signal),
	    BENCH_TEST(an_urgent_octet_is_read_and_peeked_at_alone),
	    BENCH_TEST(connections_without_a_descriptor_wait_and_come_in_as_others_close),
	    BENCH_TEST(what_an_accepted_connection_will_need_is_set_aside),
	    BENCH_TEST(a_full_table_stops_a_listener_until_something_outside_closes),
	    BENCH_TEST(a_socket_beyond_the_budget_is_refused_and_leaves_nothing),
	    BENCH_TEST(a_datagram_is_sent_though_an_earlier_one_was_refused),
	    BENCH_TEST(a_datagram_socket_without_a_name_serves_both_families),
	};

	return cmocka_run_group_tests_name("the machine's alone", tests, NULL, NULL);
}

int
main(void)
{
	int failed = of_the_machine_alone();

	failed +=
	    conform_run("the machine, IPv4", bench_begin, bench_end, (void *)(uintptr_t)&IPADDR_LOOPBACK4);
	failed +=
	    conform_run("the machine, IPv6", bench_begin, bench_end, (void *)(uintptr_t)&IPADDR_LOOPBACK6);
	return failed;
}
