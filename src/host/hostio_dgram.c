/*
 * host/hostio_dgram.c - datagram sockets over the machine's UDP.
 *
 * IP_RECVERR is off, so a connected socket reports a closed port of its peer by ECONNREFUSED only,
 * and has no queue of errors. The kernel may return that error from the next send instead of
 * sending. The error is kept for recv_from() then, and the datagram is sent.
 */
#include "host/hostio_impl.h"

#include "base/err.h"
#include "host/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>

struct hostio_dgram {
	struct io_dgram io;
	struct hostio_sock sock;
	int error; /* errno of a send, for the next receive */
};

static struct hostio_dgram *
dgram_of(const struct io_dgram *io)
{
	return container_of(io, struct hostio_dgram, io);
}

static void
dgram_event(struct loop_fd *w, uint32_t events)
{
	struct hostio_dgram *d = container_of(w, struct hostio_dgram, sock.w);

	if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) {
		d->sock.ready |= IO_READABLE;
		d->sock.unsure = false;
	}
	if (events & EPOLLOUT) {
		d->sock.ready |= IO_WRITABLE;
		loop_mod(d->sock.host->loop, w, w->events & ~(uint32_t)EPOLLOUT);
	}
	hostio_sock_check(&d->sock);
	hostio_sock_notify(&d->sock);
}

static void
dgram_empty(struct hostio_sock *sock)
{
	struct hostio_dgram *d = container_of(sock, struct hostio_dgram, sock);

	if (!d->error)
		hostio_sock_unready(sock, IO_READABLE);
}

static void
dgram_call(struct hostio_sock *sock, unsigned events)
{
	struct hostio_dgram *d = container_of(sock, struct hostio_dgram, sock);

	d->io.fn(&d->io, events, d->io.arg);
}

static ssize_t
dgram_recv_from(struct io_dgram *io, void *buf, size_t len, struct endpoint *from)
{
	struct hostio_dgram *d = dgram_of(io);
	struct sockaddr_storage ss;
	socklen_t sslen = sizeof ss;
	int e = d->error;
	ssize_t n;

	d->error = 0;
	d->sock.unsure = true;
	d->sock.read_at = loop_now(d->sock.host->loop);
	if (e)
		return -e;
	do
		n = recvfrom(d->sock.w.fd, buf, len, 0, (struct sockaddr *)&ss, &sslen);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN) {
		hostio_sock_unready(&d->sock, IO_READABLE);
		return -LEAT_EAGAIN;
	}
	if (n < 0)
		return -errno;
	if (from)
		endpoint_from_sockaddr(from, (struct sockaddr *)&ss);
	return n;
}

/* Calls sendto(2) once. Returns its result, or the negative errno. */
static ssize_t
dgram_send(struct hostio_dgram *d, const void *buf, size_t len, const struct endpoint *to)
{
	struct sockaddr_storage ss;
	socklen_t sslen = to ? sockaddr_from_endpoint(&ss, to) : 0;
	ssize_t n;

	do
		n = sendto(d->sock.w.fd, buf, len, MSG_NOSIGNAL, to ? (struct sockaddr *)&ss : NULL, sslen);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static ssize_t
dgram_send_to(struct io_dgram *io, const void *buf, size_t len, const struct endpoint *to)
{
	struct hostio_dgram *d = dgram_of(io);
	ssize_t n = dgram_send(d, buf, len, to);

	if (n == -ECONNREFUSED) {
		d->error = ECONNREFUSED;
		d->sock.ready |= IO_READABLE;
		hostio_sock_update(&d->sock);
		n = dgram_send(d, buf, len, to);
	}
	if (n == -EAGAIN) {
		hostio_sock_unready(&d->sock, IO_WRITABLE);
		hostio_sock_watch(&d->sock, EPOLLOUT);
	}
	return n;
}

static int
dgram_local(const struct io_dgram *io, struct endpoint *out)
{
	return hostio_name(dgram_of(io)->sock.w.fd, out);
}

static void
dgram_want(struct io_dgram *io, unsigned events)
{
	struct hostio_dgram *d = dgram_of(io);

	d->sock.want = events & (IO_READABLE | IO_WRITABLE);
	d->sock.has_fn = io->fn != NULL;
	hostio_sock_update(&d->sock);
}

static void
dgram_close(struct io_dgram *io)
{
	struct hostio_dgram *d = dgram_of(io);

	hostio_sock_close(&d->sock);
	free(d);
}

static const struct io_dgram_ops dgram_ops = {
    .recv_from = dgram_recv_from,
    .send_to = dgram_send_to,
    .local = dgram_local,
    .want = dgram_want,
    .close = dgram_close,
};

/* Opens a socket for both families at any port; for IPv4 only if the machine has no IPv6. */
static int
dgram_any(struct hostio *h)
{
	struct endpoint any = {.addr = IPADDR_ANY6};
	struct sockaddr_storage ss;
	socklen_t len;
	int fd = hostio_socket(h, &any, SOCK_DGRAM, 0), off = 0;

	if (fd == -LEAT_EAFNOSUPPORT) {
		any.addr = IPADDR_ANY4;
		fd = hostio_socket(h, &any, SOCK_DGRAM, 0);
	} else if (fd >= 0) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	}
	if (fd < 0)
		return fd;
	len = sockaddr_from_endpoint(&ss, &any);
	if (bind(fd, (struct sockaddr *)&ss, len) < 0) {
		off = -errno;
		fd_budget_close(h->fds, fd);
		return off;
	}
	return fd;
}

/* Discards datagrams that others than the peer have sent between bind(2) and connect(2). */
static void
dgram_drain(int fd)
{
	for (int i = 0; i < 4096 && recv(fd, NULL, 0, MSG_DONTWAIT) >= 0; i++)
		;
}

/* Binds @fd to @local and connects it to @peer; NULL: does not. */
static int
dgram_names(int fd, const struct endpoint *local, const struct endpoint *peer)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int e = local ? hostio_bind(fd, local) : 0;

	if (e < 0 || !peer)
		return e;
	len = sockaddr_from_endpoint(&ss, peer);
	if (connect(fd, (struct sockaddr *)&ss, len) < 0)
		return -errno;
	if (local)
		dgram_drain(fd);
	return 0;
}

static int
dgram_open(struct hostio *h, const struct endpoint *local, const struct endpoint *peer)
{
	int fd, e;

	if (!local && !peer)
		return dgram_any(h);
	fd = hostio_socket(h, local ? local : peer, SOCK_DGRAM, 0);
	if (fd < 0)
		return fd;
	e = dgram_names(fd, local, peer);
	if (e < 0) {
		fd_budget_close(h->fds, fd);
		return e;
	}
	return fd;
}

int
hostio_dgram_new(struct hostio *h, int fd, io_dgram_fn *fn, void *arg, struct io_dgram **out)
{
	struct hostio_dgram *d = calloc(1, sizeof *d);
	int e = -LEAT_ENOMEM;

	if (d) {
		d->io = (struct io_dgram){.ops = &dgram_ops, .fn = fn, .arg = arg};
		d->sock.w.fd = fd;
		d->sock.w.fn = dgram_event;
		d->sock.call = dgram_call;
		d->sock.empty = dgram_empty;
		d->sock.has_fn = fn != NULL;
		d->sock.ready = IO_WRITABLE;
		e = hostio_sock_add(h, &d->sock, EPOLLIN);
	}
	if (e < 0) {
		free(d);
		fd_budget_close(h->fds, fd);
		return e;
	}
	*out = &d->io;
	return 0;
}

int
hostio_dgram(struct io_world *w, const struct endpoint *local, const struct endpoint *peer, io_dgram_fn *fn,
    void *arg, struct io_dgram **out)
{
	struct hostio *h = hostio_of(w);
	int fd = dgram_open(h, local, peer);

	return fd < 0 ? fd : hostio_dgram_new(h, fd, fn, arg, out);
}
