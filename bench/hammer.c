/*
 * bench/hammer.c - the Linux side of bench/closes.c, with ordinary sockets, epoll and one thread.
 *
 * It opens connections to port 7 of a host, uses and closes them, or asks the host to do the same
 * with its own port 7. It also serves these two ports, so that Linux can take Leat's place.
 *
 *   hammer push|draw ADDRESS CONNECTIONS SECONDS
 *   hammer serve
 *
 * The server closes first and has the TIME-WAIT states. The client reuses a port as soon as its
 * clock allows it (RFC 6191). The client also judges: if a connection fails, or nothing happens for
 * a minute, the program ends with a message.
 */
#include "plain.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	PORT_CLOSE = 7,
	PORT_ORDER = 8,
	OCTETS = 100,
	BACKLOG = 4096,
	FDS = 65536,
	BATCH = 128,
	PATIENCE_MS = 60000
};
enum kind { LISTENER, SERVED, OPENED, ORDER, ANSWER };

struct end {
	enum kind kind;
	bool sent; /* the request, on connections that this side opened */
	size_t have;
	int64_t begun;
};

static struct {
	int epfd, order; /* order: the socket on which an order is answered; -1 = none */
	struct sockaddr_in to, asker;
	struct end end[FDS];
	int64_t begin, now, until, over, slowest;
	int open;
	bool answered;
	uint64_t done;
	char buf[OCTETS];
} h;

/* Ends the program if @bad. @err is the reason; 0 = errno. */
static void
must_not(bool bad, const char *what, int err)
{
	if (bad && err)
		errno = err;
	must(bad ? -1 : 0, what);
}

static int
open_socket(int type)
{
	int fd = must(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");

	must_not(fd >= FDS, "socket", EMFILE);
	return fd;
}

static void
watch(int fd, enum kind kind, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.fd = fd};

	h.end[fd] = (struct end){.kind = kind, .begun = h.now};
	must(epoll_ctl(h.epfd, EPOLL_CTL_ADD, fd, &ev), "epoll_ctl");
}

static struct sockaddr_in
name_of(const char *address, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};

	must_not(inet_pton(AF_INET, address, &a.sin_addr) != 1, address, EINVAL);
	return a;
}

static int
bind_on(int type, uint16_t port, enum kind kind)
{
	struct sockaddr_in a = name_of("0.0.0.0", port);
	int fd = open_socket(type), yes = 1;

	must(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), "SO_REUSEADDR");
	must(bind(fd, (void *)&a, sizeof a), "bind");
	if (type == SOCK_STREAM)
		must(listen(fd, BACKLOG), "listen");
	watch(fd, kind, EPOLLIN);
	return fd;
}

/*
 * Reads what has arrived. Returns as read(2): 0 at the end, -1 with EAGAIN while more is to come.
 */
static ssize_t
read_on(int fd, size_t *have)
{
	ssize_t n;

	for (; *have < OCTETS; *have += (size_t)n) {
		n = read(fd, h.buf, OCTETS - *have);
		if (n <= 0)
			return n;
	}
	errno = EAGAIN;
	return -1;
}

/* Serving */

/* Returns true when the connection is done. */
static bool
serve_one(int fd, size_t *have)
{
	ssize_t n = read_on(fd, have);

	if (*have < OCTETS && n < 0 && errno == EAGAIN)
		return false;
	if (*have == OCTETS && write(fd, h.buf, OCTETS) != OCTETS)
		fprintf(stderr, "hammer: answer: %s\n", strerror(errno));
	close(fd);
	return true;
}

static void
accept_all(int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		size_t have = 0;

		must_not(fd >= FDS, "accept", EMFILE);
		if (serve_one(fd, &have))
			continue;
		watch(fd, SERVED, EPOLLIN);
		h.end[fd].have = have;
	}
	must_not(errno != EAGAIN, "accept", 0);
}

/* Connecting */

static void
open_one(void)
{
	int fd = open_socket(SOCK_STREAM);

	must_not(connect(fd, (void *)&h.to, sizeof h.to) < 0 && errno != EINPROGRESS, "connect", 0);
	watch(fd, OPENED, EPOLLIN | EPOLLOUT | EPOLLET);
}

static void
open_many(int connections, double seconds)
{
	h.begin = h.now = monotonic();
	h.until = h.begin + (int64_t)(seconds * 1e9);
	h.done = 0;
	h.over = h.slowest = 0;
	for (h.open = 0; h.open < connections; h.open++)
		open_one();
}

/* Opens the next connection, or answers the order. */
static void
one_is_done(int fd)
{
	int n;

	close(fd);
	if (h.now - h.end[fd].begun > h.slowest)
		h.slowest = h.now - h.end[fd].begun;
	if (h.now < h.until) {
		h.done++;
		open_one();
		return;
	}
	h.over = h.over ? h.over : h.now;
	if (--h.open || h.order < 0)
		return;
	n = snprintf(h.buf, sizeof h.buf, "%llu %lld", (unsigned long long)h.done, (long long)h.slowest);
	must((int)sendto(h.order, h.buf, (size_t)n, 0, (void *)&h.asker, sizeof h.asker), "answer");
}

static void
use_one(int fd, struct end *e, uint32_t events)
{
	char octet;
	ssize_t n;

	if (!e->sent) {
		if (!(events & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
			return;
		must_not(write(fd, h.buf, OCTETS) != OCTETS, "connection", 0);
		e->sent = true;
	}
	n = read_on(fd, &e->have);
	if (e->have == OCTETS)
		n = read(fd, &octet, 1);
	if (n < 0 && errno == EAGAIN)
		return;
	must_not(n < 0, "answer", 0);
	must_not(n > 0 || e->have < OCTETS, "answer", EPROTO);
	one_is_done(fd);
}

static void
take_order(int fd)
{
	socklen_t len = sizeof h.asker;
	int connections, ms;
	char text[64];
	ssize_t n = recvfrom(fd, text, sizeof text - 1, 0, (void *)&h.asker, &len);

	text[n > 0 ? n : 0] = '\0';
	if (h.open || sscanf(text, "%d %d", &connections, &ms) != 2)
		return;
	h.order = fd;
	h.to = h.asker;
	h.to.sin_port = htons(PORT_CLOSE);
	open_many(connections, ms / 1e3);
}

static void
take_answer(int fd)
{
	unsigned long long done;
	long long slowest;
	char text[64];
	ssize_t n = must((int)recv(fd, text, sizeof text - 1, 0), "order");

	text[n] = '\0';
	must_not(sscanf(text, "%llu %lld", &done, &slowest) != 2, "order", EPROTO);
	h.done = done;
	h.slowest = slowest;
	h.answered = true;
}

/* Both */

/* Handles the events that are ready. Returns false if there were none for @ms milliseconds. */
static bool
turn(int ms)
{
	struct epoll_event ev[BATCH];
	int n = epoll_wait(h.epfd, ev, BATCH, ms);

	h.now = monotonic();
	for (int i = 0; i < n; i++) {
		int fd = ev[i].data.fd;

		switch (h.end[fd].kind) {
		case LISTENER:
			accept_all(fd);
			break;
		case SERVED:
			serve_one(fd, &h.end[fd].have);
			break;
		case OPENED:
			use_one(fd, &h.end[fd], ev[i].events);
			break;
		case ORDER:
			take_order(fd);
			break;
		case ANSWER:
			take_answer(fd);
			break;
		}
	}
	return n != 0;
}

static double
push(const char *address, int connections, double seconds)
{
	h.to = name_of(address, PORT_CLOSE);
	open_many(connections, seconds);
	while (h.open)
		must_not(!turn(PATIENCE_MS), "no event on a connection", ETIMEDOUT);
	return (double)(h.over - h.begin) / 1e9;
}

static double
draw(const char *address, int connections, double seconds)
{
	struct sockaddr_in a = name_of(address, PORT_ORDER);
	int fd = open_socket(SOCK_DGRAM);
	char text[64];
	ssize_t n = snprintf(text, sizeof text, "%d %d", connections, (int)(seconds * 1000));

	bind_on(SOCK_STREAM, PORT_CLOSE, LISTENER);
	must(connect(fd, (void *)&a, sizeof a), "connect");
	watch(fd, ANSWER, EPOLLIN);
	must((int)send(fd, text, (size_t)n, 0), "order");
	while (!h.answered)
		must_not(!turn(PATIENCE_MS), "no event on a connection", ETIMEDOUT);
	return seconds;
}

static void
serve(void)
{
	bind_on(SOCK_STREAM, PORT_CLOSE, LISTENER);
	bind_on(SOCK_DGRAM, PORT_ORDER, ORDER);
	printf("ready\n");
	fflush(stdout);
	for (;;)
		must_not(!turn(h.open ? PATIENCE_MS : -1), "no event on a connection", ETIMEDOUT);
}

int
main(int argc, char **argv)
{
	double seconds;
	int connections;

	h.order = -1;
	h.epfd = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
	if (argc == 2 && !strcmp(argv[1], "serve"))
		serve();
	if (argc != 5 || (strcmp(argv[1], "push") && strcmp(argv[1], "draw"))) {
		fprintf(stderr, "usage: hammer push|draw ADDRESS CONNECTIONS SECONDS, or hammer serve\n");
		return 2;
	}
	connections = atoi(argv[3]);
	seconds = atof(argv[4]);
	if (connections < 1 || seconds <= 0)
		return 2;
	seconds =
	    argv[1][0] == 'p' ? push(argv[2], connections, seconds) : draw(argv[2], connections, seconds);
	printf("{\"bench\": \"churn\", \"params\": {\"connections\": %d}, \"connections\": %llu, "
	       "\"seconds\": %.6f, "
	       "\"per_second\": %.1f, \"slowest_ms\": %.3f}\n",
	    connections, (unsigned long long)h.done, seconds, (double)h.done / seconds,
	    (double)h.slowest / 1e6);
	return 0;
}
