/*
 * bench/closes.c - connections that are opened, used once and closed: Leat's side of
 * bench/hammer.c.
 *
 * Port 7 accepts connections. On each it reads a request of 100 octets, answers with as many, and
 * closes first, so the server has the TIME-WAIT states.
 *
 * Port 8 takes orders. An order is a datagram "CONNECTIONS MILLISECONDS". For that time, Leat keeps
 * so many connections open to port 7 of the sender, and replaces each one that is done. The answer
 * is text: the number of connections done, and the time of the slowest in nanoseconds. If one of
 * these connections fails, the program ends with a message.
 */
#include "tap.h"
#include "tap_stack.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

enum { PORT_CLOSE = 7, PORT_ORDER = 8, OCTETS = 100, BACKLOG = 1024 };

struct conn {
	struct sock *sk;
	size_t have;
	bool sent; /* the request, on connections that this side opened */
	nsec_t begun;
};

static struct {
	struct socks *socks;
	struct loop *loop;
	struct sock *listener, *order;
	struct sock_msg asker;
	nsec_t until, slowest;
	unsigned open; /* connections of the order that are not done yet */
	uint64_t done;
	uint8_t buf[OCTETS];
} c;

/* Reads what has arrived. Returns 0 at the end, -LEAT_EAGAIN while more is to come. */
static ssize_t
read_on(struct conn *conn)
{
	ssize_t n;

	while (conn->have < OCTETS &&
	       (n = sock_recv(conn->sk, c.buf, OCTETS - conn->have, 0, NULL)) != -LEAT_EAGAIN) {
		if (n <= 0)
			return n;
		conn->have += (size_t)n;
	}
	return -LEAT_EAGAIN;
}

/* Serving. The side that connects decides whether a connection failed. */

static void
served_ready(struct sock *sk, void *arg)
{
	struct conn *conn = arg;
	ssize_t err = read_on(conn);

	if (conn->have < OCTETS && err == -LEAT_EAGAIN)
		return;
	if (conn->have == OCTETS)
		sock_send(sk, c.buf, OCTETS, 0, NULL);
	sock_close(sk);
	free(conn);
}

static void
accepting(struct sock *listener, void *arg)
{
	struct sock *sk;

	while (sock_accept(listener, &sk) == 0) {
		struct conn *conn = calloc(1, sizeof *conn);

		bench_must("memory", conn ? 0 : -LEAT_ENOMEM);
		conn->sk = sk;
		sock_watch(sk, served_ready, conn);
		served_ready(sk, conn);
	}
}

/* Connecting */

static void opened_ready(struct sock *sk, void *arg);

/* A second call returns the result of the connection attempt. */
static int
connect_on(struct sock *sk)
{
	struct endpoint to = {.addr = c.asker.peer.addr, .port = PORT_CLOSE};

	return sock_connect(sk, &to);
}

static void
open_one(struct conn *conn)
{
	int err;

	*conn = (struct conn){.begun = loop_now(c.loop)};
	bench_must("socket", sock_open(c.socks, true, SOCK_TYPE_STREAM, &conn->sk));
	err = connect_on(conn->sk);
	bench_must("connect", err == -LEAT_EINPROGRESS ? 0 : err);
	sock_watch(conn->sk, opened_ready, conn);
}

/* Opens the next connection, or answers the order. */
static void
one_is_done(struct conn *conn)
{
	char text[48];
	int n;

	sock_close(conn->sk);
	c.slowest = nsec_max(c.slowest, loop_now(c.loop) - conn->begun);
	if (loop_now(c.loop) < c.until) {
		c.done++;
		open_one(conn);
		return;
	}
	free(conn);
	if (--c.open)
		return;
	n = snprintf(text, sizeof text, "%llu %lld", (unsigned long long)c.done, (long long)c.slowest);
	bench_must("answer", (int)sock_send(c.order, text, (size_t)n, 0, &c.asker));
}

static void
opened_ready(struct sock *sk, void *arg)
{
	struct conn *conn = arg;
	uint8_t octet;
	ssize_t n;

	if (!conn->sent) {
		int err = connect_on(sk);

		if (err == -LEAT_EALREADY)
			return;
		bench_must("connection", err);
		bench_must("request", (int)sock_send(sk, c.buf, OCTETS, 0, NULL));
		conn->sent = true;
	}
	n = read_on(conn);
	if (conn->have == OCTETS)
		n = sock_recv(sk, &octet, 1, 0, NULL);
	if (n == -LEAT_EAGAIN)
		return;
	bench_must("answer", n < 0 ? (int)n : n > 0 || conn->have < OCTETS ? -LEAT_EPROTO : 0);
	one_is_done(conn);
}

static void
ordered(struct sock *sk, void *arg)
{
	unsigned connections, ms;
	struct sock_msg msg;
	char text[64];
	ssize_t n;

	while ((n = sock_recv(sk, text, sizeof text - 1, 0, &msg)) >= 0) {
		text[n] = '\0';
		if (c.open || sscanf(text, "%u %u", &connections, &ms) != 2)
			continue;
		c.asker = (struct sock_msg){.peer = msg.peer};
		c.until = loop_now(c.loop) + (nsec_t)ms * MSEC;
		c.done = 0;
		c.slowest = 0;
		for (c.open = 0; c.open < connections; c.open++) {
			struct conn *conn = malloc(sizeof *conn);

			bench_must("memory", conn ? 0 : -LEAT_ENOMEM);
			open_one(conn);
		}
	}
}

void
closes_serve(struct socks *socks, struct loop *loop)
{
	struct endpoint at = {.addr = IPADDR_ANY6, .port = PORT_CLOSE};

	c.socks = socks;
	c.loop = loop;
	bench_must("socket", sock_open(socks, true, SOCK_TYPE_STREAM, &c.listener));
	bench_must("bind", sock_bind(c.listener, &at));
	bench_must("listen", sock_listen(c.listener, BACKLOG));
	sock_watch(c.listener, accepting, NULL);
	at.port = PORT_ORDER;
	bench_must("socket", sock_open(socks, true, SOCK_TYPE_DGRAM, &c.order));
	bench_must("bind", sock_bind(c.order, &at));
	sock_watch(c.order, ordered, NULL);
}
