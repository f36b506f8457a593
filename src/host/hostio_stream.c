/*
 * host/hostio_stream.c - streams over the machine's TCP: how they begin and end, and what epoll
 * reports of them.
 *
 * The kernel returns the error of a connection once: to the event handler, to a read or to a write.
 * It is kept here, so that error(), the reader and the writer all get it.
 */
#include "host/hostio_stream.h"

#include "base/err.h"
#include "host/sockaddr.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <unistd.h>

enum { STREAMS_KEPT = 256 };

static int
socket_error(int fd)
{
	int e = 0;
	socklen_t len = sizeof e;

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &len) < 0 ? errno : e;
}

/* Returns true if octets have arrived that were not read. */
static bool
has_octets(int fd)
{
	int n = 0;

	return ioctl(fd, FIONREAD, &n) == 0 && n > 0;
}

static void
stream_failed(struct hostio_stream *s, int error)
{
	if (!io_failure_set(&s->failure, error))
		return;
	s->ended = true;
	s->drained = false;
	s->sock.ready |= IO_READABLE | IO_WRITABLE;
	s->sock.pending |= IO_FAILED;
}

void
hostio_stream_fail(struct hostio_stream *s, int error)
{
	stream_failed(s, error);
	hostio_sock_update(&s->sock);
}

static void
stream_connected(struct hostio_stream *s)
{
	s->connecting = false;
	s->sock.pending |= IO_CONNECTED;
	s->sock.ready |= IO_WRITABLE;
}

/* Notes what epoll reports of the socket. */
static void
stream_learn(struct hostio_stream *s, uint32_t events)
{
	int e = events & EPOLLERR && !s->failure.error ? socket_error(s->sock.w.fd) : 0;

	/* If the connection was made, got octets and was reset at once, both are reported. */
	if (s->connecting && !s->failure.error && (!e || has_octets(s->sock.w.fd)))
		stream_connected(s);
	if (e)
		stream_failed(s, e);
	if (events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) {
		s->sock.ready |= IO_READABLE;
		s->drained = s->sock.unsure = false;
	}
	if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
		s->sock.ready |= IO_WRITABLE;
	s->ended |= (events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0;
	s->urgent |= (events & EPOLLPRI) != 0;
}

static void
stream_event(struct loop_fd *w, uint32_t events)
{
	struct hostio_stream *s = container_of(w, struct hostio_stream, sock.w);

	/* A socket that is connecting has neither octets nor room. */
	if (s->connecting && !(events & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
		return;
	stream_learn(s, events);
	hostio_sock_check(&s->sock);
	hostio_sock_notify(&s->sock);
}

static void
stream_empty(struct hostio_sock *sock)
{
	struct hostio_stream *s = container_of(sock, struct hostio_stream, sock);

	s->drained = true;
	hostio_stream_settle(s);
}

static void
stream_fail(struct hostio_sock *sock, int error)
{
	hostio_stream_fail(container_of(sock, struct hostio_stream, sock), error);
}

static void
stream_call(struct hostio_sock *sock, unsigned events)
{
	struct hostio_stream *s = container_of(sock, struct hostio_stream, sock);

	s->io.fn(&s->io, events, s->io.arg);
}

void
hostio_streams_init(struct hostio *h)
{
	slab_init(&h->streams, sizeof(struct hostio_stream), STREAMS_KEPT);
}

int
hostio_stream_new(
    struct hostio *h, int fd, const struct endpoint *peer, bool connecting, struct hostio_stream **out)
{
	struct hostio_stream *s = slab_take(&h->streams);
	int e = 0;

	if (!s)
		return -LEAT_ENOMEM;
	s->io.ops = &hostio_stream_ops;
	s->peer = *peer;
	s->connecting = s->drained = connecting;
	s->sock.w.fd = fd;
	s->sock.w.fn = stream_event;
	s->sock.call = stream_call;
	s->sock.empty = stream_empty;
	s->sock.ready = connecting ? 0 : IO_WRITABLE;
	s->sock.fail = stream_fail;
	if (connecting)
		e = hostio_sock_add(h, &s->sock, EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLOUT);
	else
		hostio_sock_add_later(h, &s->sock, EPOLLIN | EPOLLPRI | EPOLLRDHUP);
	if (e < 0) {
		slab_give(&h->streams, s);
		return e;
	}
	*out = s;
	return 0;
}

/* Lets an urgent octet keep its place. */
static void
stream_oobinline(int fd)
{
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
}

void
hostio_stream_nodelay(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void
hostio_stream_tune(int fd)
{
	stream_oobinline(fd);
	hostio_stream_nodelay(fd);
}

/*
 * Connects @fd. Over loopback the connection is complete when connect(2) returns, but only a second
 * call says so.
 */
static int
stream_connect(int fd, const struct endpoint *to)
{
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_from_endpoint(&ss, to);

	if (connect(fd, (struct sockaddr *)&ss, len) == 0)
		return 0;
	if (errno != EINPROGRESS || !ipaddr_is_loopback(&to->addr))
		return -errno;
	if (connect(fd, (struct sockaddr *)&ss, len) == 0)
		return 0;
	return errno == EALREADY ? -EINPROGRESS : -errno;
}

/*
 * Makes a stream over @fd, for which connecting has returned @e. Returns 0 with *@out; or a
 * negative LEAT_E, with @fd closed.
 */
static int
stream_begin(struct hostio *h, int fd, int e, const struct endpoint *peer, io_stream_fn *fn, void *arg,
    struct io_stream **out)
{
	struct hostio_stream *s = NULL;
	bool connecting = e == -EINPROGRESS;

	if (e == 0 || connecting)
		e = hostio_stream_new(h, fd, peer, connecting, &s);
	if (!s) {
		fd_budget_close(h->fds, fd);
		return e;
	}
	s->io.fn = fn;
	s->io.arg = arg;
	s->sock.has_fn = fn != NULL;
	s->delays = true;
	if (!connecting) {
		stream_connected(s);
		hostio_sock_update(&s->sock);
	}
	*out = &s->io;
	return 0;
}

int
hostio_connect(
    struct io_world *w, const struct endpoint *to, io_stream_fn *fn, void *arg, struct io_stream **out)
{
	struct hostio *h = hostio_of(w);
	int fd = hostio_socket(h, to, SOCK_STREAM, 0);

	if (fd < 0)
		return fd;
	stream_oobinline(fd);
	return stream_begin(h, fd, stream_connect(fd, to), to, fn, arg, out);
}

int
hostio_connect_path(struct io_world *w, const char *path, io_stream_fn *fn, void *arg, struct io_stream **out)
{
	static const struct endpoint nameless;
	struct hostio *h = hostio_of(w);
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd, e;

	if (!*path || strlen(path) >= sizeof at.sun_path)
		return -LEAT_EINVAL;
	memcpy(at.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	fd = fd_budget_take(h->fds, fd < 0 ? -errno : fd);
	if (fd < 0)
		return fd;
	e = connect(fd, (struct sockaddr *)&at, sizeof at) < 0 ? -errno : 0;
	return stream_begin(h, fd, e, &nameless, fn, arg, out);
}

static int
stream_shutdown(struct io_stream *io)
{
	struct hostio_stream *s = hostio_stream_of(io);

	if (s->connecting || s->failure.error)
		return -LEAT_ENOTCONN;
	if (!s->shut && shutdown(s->sock.w.fd, SHUT_WR) < 0)
		return -errno;
	s->shut = true;
	s->corked = false;
	return 0;
}

/*
 * Makes close(2) send a reset. The kernel does so by itself for octets that it holds, but does not
 * know those that peek() took.
 */
static void
stream_linger_reset(struct hostio_stream *s)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	setsockopt(s->sock.w.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static void
stream_close(struct io_stream *io, bool reset)
{
	struct hostio_stream *s = hostio_stream_of(io);
	struct hostio *h = s->sock.host;

	/* close(2) with unread octets drops what is held back. */
	if (!reset && s->corked && s->sock.ready & IO_READABLE && !s->at_end)
		shutdown(s->sock.w.fd, SHUT_WR);
	if (reset || hostio_held(s) > 0)
		stream_linger_reset(s);
	hostio_drop_held(s);
	if (s->inbound)
		h->fds->inbound--;
	hostio_sock_close(&s->sock);
	slab_give(&h->streams, s);
}

static int
stream_error(const struct io_stream *io)
{
	return -hostio_stream_of(io)->failure.error;
}

static int
stream_local(const struct io_stream *io, struct endpoint *out)
{
	const struct hostio_stream *s = hostio_stream_of(io);

	return s->connecting ? -LEAT_ENOTCONN : hostio_name(s->sock.w.fd, out);
}

/* Fills in the name as of connecting, which is known after the connection has ended, too. */
static int
stream_remote(const struct io_stream *io, struct endpoint *out)
{
	const struct hostio_stream *s = hostio_stream_of(io);

	if (s->connecting)
		return -LEAT_ENOTCONN;
	if (s->peer.port == 0)
		return -LEAT_EOPNOTSUPP;
	*out = s->peer;
	return 0;
}

static void
stream_want(struct io_stream *io, unsigned events)
{
	struct hostio_stream *s = hostio_stream_of(io);

	s->sock.want = events & (IO_READABLE | IO_WRITABLE);
	s->sock.has_fn = io->fn != NULL;
	hostio_sock_update(&s->sock);
}

/* SIOCOUTQ: octets in the kernel's queue, sent or not. */
static size_t
stream_unacked(const struct io_stream *io)
{
	int n = 0;

	return ioctl(hostio_stream_of(io)->sock.w.fd, SIOCOUTQ, &n) == 0 && n > 0 ? (size_t)n : 0;
}

const struct io_stream_ops hostio_stream_ops = {
    .read = hostio_read,
    .write = hostio_write,
    .peek = hostio_peek,
    .consume = hostio_consume,
    .send_file = hostio_send_file,
    .shutdown = stream_shutdown,
    .close = stream_close,
    .error = stream_error,
    .local = stream_local,
    .remote = stream_remote,
    .want = stream_want,
    .at_mark = hostio_at_mark,
    .write_urgent = hostio_write_urgent,
    .ends_after = hostio_ends_after,
    .unacked = stream_unacked,
};
