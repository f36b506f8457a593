/*
 * bench/server.c - a server that goes one step at a time, and waits for the kernel after each. It
 * finds the client's sockets among the descriptors of the process.
 */
#include "server.h"

#include "pair.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FD_MOST = 1024, PATIENCE_MS = 20000 };

static void
check(bool ok, const char *what)
{
	pair_check(ok ? 0 : -errno, what);
}

void
server_begin(struct server *s)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;

	*s = (struct server){.listener = socket(AF_INET, SOCK_STREAM, 0)};
	check(s->listener >= 0, "server");
	check(bind(s->listener, (struct sockaddr *)&at, len) == 0, "bind");
	check(listen(s->listener, SERVER_CONNS) == 0, "listen");
	check(getsockname(s->listener, (struct sockaddr *)&at, &len) == 0, "port");
	s->port = ntohs(at.sin_port);
}

void
server_end(struct server *s)
{
	close(s->listener);
}

/* Waits until @fd has one of @events. A connection that does not move ends the program. */
static void
wait_for(int fd, short events, const char *what)
{
	struct pollfd p = {.fd = fd, .events = events};

	errno = ETIMEDOUT;
	check(poll(&p, 1, PATIENCE_MS) == 1, what);
}

/* Returns the descriptor of this process whose own name is the peer's name of @fd. */
static int
find_client(int fd)
{
	struct sockaddr_in peer = {0}, own = {0};
	socklen_t len = sizeof peer;

	check(getpeername(fd, (struct sockaddr *)&peer, &len) == 0, "peer");
	for (int i = 0; i < FD_MOST; i++) {
		len = sizeof own;
		if (getsockname(i, (struct sockaddr *)&own, &len) == 0 && len == sizeof own &&
		    own.sin_port == peer.sin_port && own.sin_family == AF_INET)
			return i;
	}
	errno = ENOENT;
	check(false, "client");
	return -1;
}

void
server_accept(struct server *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		wait_for(s->listener, POLLIN, "accept");
		s->fd[i] = accept(s->listener, NULL, NULL);
		check(s->fd[i] >= 0, "accept");
		s->client[i] = find_client(s->fd[i]);
		wait_for(s->client[i], POLLOUT, "handshake");
	}
	s->open = n;
}

void
server_read(struct server *s, size_t len)
{
	static char buf[SERVER_MOST];

	for (unsigned i = 0; i < s->open; i++)
		check(recv(s->fd[i], buf, len, MSG_WAITALL) == (ssize_t)len, "read");
}

void
server_write(struct server *s, size_t len)
{
	static const char zeros[SERVER_MOST];

	for (unsigned i = 0; i < s->open; i++)
		check(send(s->fd[i], zeros, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len, "write");
}

void
server_shutdown(struct server *s)
{
	for (unsigned i = 0; i < s->open; i++)
		check(shutdown(s->fd[i], SHUT_WR) == 0, "shutdown");
}

static size_t
unread(int fd)
{
	int n = 0;

	check(ioctl(fd, FIONREAD, &n) == 0, "octets");
	return (size_t)n;
}

void
server_settle(const struct server *s, size_t len, int ended)
{
	for (unsigned i = 0; i < s->open; i++) {
		for (int ms = 0; unread(s->client[i]) < len; ms++) {
			errno = ENOBUFS;
			check(ms < PATIENCE_MS, "room for what the server has sent");
			poll(NULL, 0, 1);
		}
		if (ended)
			wait_for(s->client[i], POLLRDHUP, "end");
	}
}

void
server_close(struct server *s)
{
	char octet;

	for (unsigned i = 0; i < s->open; i++) {
		check(recv(s->fd[i], &octet, 1, 0) == 0, "end of the client");
		close(s->fd[i]);
	}
	s->open = 0;
}
