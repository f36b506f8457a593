/*
 * run/proxy/unixsock.c - opens, names and connects the worker's ends of proxy sockets. It knows
 * nothing of records or of the network.
 */
#include "run/proxy/unixsock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Closes the listener. The kernel resets the connections in its queue. */
static void
listener_close(struct unixsock *u)
{
	close_fd(&u->listener_handle);
	close_fd(&u->listener);
}

static int
listener_open(struct unixsock *u)
{
	int rc = 0;

	if (u->listener >= 0)
		return 0;
	u->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (u->listener < 0)
		return -errno;
	u->listener_handle = unixdir_bind(u->dir, u->listener);
	if (u->listener_handle < 0)
		rc = u->listener_handle;
	else if (listen(u->listener, 1) < 0)
		rc = -errno;
	if (rc)
		listener_close(u);
	return rc;
}

int
unixsock_open(struct unixsock *u, struct unixdir *dir)
{
	struct stat st;
	int rc;

	*u = (struct unixsock){
	    .dir = dir, .self = getpid(), .listener = -1, .listener_handle = -1, .spare = -1};
	unixname_init(&u->names);
	rc = listener_open(u);
	if (!rc && fstat(u->listener, &st) < 0)
		rc = -errno;
	if (rc) {
		unixsock_close(u);
		return rc;
	}
	u->sockets = st.st_dev;
	u->spare = fcntl(u->listener_handle, F_DUPFD_CLOEXEC, 0);
	return 0;
}

void
unixsock_close(struct unixsock *u)
{
	listener_close(u);
	close_fd(&u->spare);
}

int
unix_connect_handle(int fd, int handle)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	snprintf(un.sun_path, sizeof un.sun_path, "/proc/self/fd/%d", handle);
	return connect(fd, (struct sockaddr *)&un, sizeof un) < 0 ? -errno : 0;
}

/*
 * Accepts the connection that was just made. If the descriptor table is full, closes the spare
 * descriptor first.
 */
static int
listener_accept(struct unixsock *u)
{
	int fd = accept4(u->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0 || u->spare < 0)
		return fd < 0 ? -errno : fd;
	close_fd(&u->spare);
	fd = accept4(u->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Returns true if the other end of @fd was connected by this process. */
static bool
connected_by_us(const struct unixsock *u, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid == u->self;
}

int
unix_join_worker(struct unixsock *u, int fd, bool *used)
{
	int peer, rc = listener_open(u);

	if (!rc)
		rc = unix_connect_handle(fd, u->listener_handle);
	if (rc)
		return rc;
	*used = true;
	peer = listener_accept(u);
	if (peer >= 0 && !connected_by_us(u, peer)) {
		close(peer);
		peer = -ECONNABORTED;
	}
	if (peer < 0)
		listener_close(u);
	else if (u->spare < 0)
		u->spare = fcntl(u->listener_handle, F_DUPFD_CLOEXEC, 0);
	return peer;
}

static int
open_socket(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int
bind_name(int fd, const struct sockaddr_un *un, socklen_t len)
{
	return bind(fd, (const struct sockaddr *)un, len) < 0 ? -errno : 0;
}

/*
 * Binds before it connects: accept(2) returns the name, and may run as soon as the connection
 * exists.
 */
int
unix_stream_to(struct unixsock *u, int handle, uint64_t id)
{
	struct sockaddr_un un;
	socklen_t len = unixname_of_id(&u->names, id, &un);
	int rc, fd = open_socket(SOCK_STREAM);

	if (fd < 0)
		return fd;
	rc = bind_name(fd, &un, len);
	if (!rc)
		rc = unix_connect_handle(fd, handle);
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

/*
 * Connects before it binds: a socket that has a peer takes datagrams from that peer alone, whoever
 * finds its name.
 */
int
unix_dgram_to(struct unixsock *u, int handle, struct sockaddr_un *un, socklen_t *len)
{
	int rc, fd = open_socket(SOCK_DGRAM);

	if (fd < 0)
		return fd;
	*len = unixname_of_dgram(&u->names, un);
	rc = unix_connect_handle(fd, handle);
	if (!rc)
		rc = bind_name(fd, un, *len);
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

uint64_t
unix_inode(int fd)
{
	struct stat st;
	int domain;
	socklen_t len = sizeof domain;

	if (fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode))
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) < 0 || domain != AF_UNIX)
		return 0;
	return st.st_ino;
}

/*
 * The device number is compared, too: a file of another kind, or the name of a socket in a file
 * system, may have the same inode.
 */
uint64_t
unix_any_inode(const struct unixsock *u, int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) && st.st_dev == u->sockets ? st.st_ino : 0;
}

size_t
unix_fill(int fd, int *sndbuf)
{
	static const char padding[1024];
	socklen_t len = sizeof *sndbuf;
	int least = 0;
	size_t filled = 0;

	getsockopt(fd, SOL_SOCKET, SO_SNDBUF, sndbuf, &len);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
	for (;;) {
		ssize_t n = send(fd, padding, sizeof padding, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n <= 0)
			return filled;
		filled += (size_t)n;
	}
}

void
unix_drain(int fd, int sndbuf, int peer, size_t filled)
{
	char sink[4096];
	int half = sndbuf / 2; /* the kernel doubles the value that it gets */

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &half, sizeof half);
	while (filled) {
		ssize_t n = recv(peer, sink, filled < sizeof sink ? filled : sizeof sink, MSG_DONTWAIT);

		if (n <= 0)
			return;
		filled -= (size_t)n;
	}
}
