/*
 * Streams outside: non-blocking sockets on the loop.
 *
 * A socket whose both directions have ended, or that failed, is reported by epoll whether anyone asks or not. Such a one is armed with
 * EPOLLONESHOT from then on, and only while something is wanted of it, so that a gateway that has no room for its last octets does
 * not spin. Datagram sockets are in hostdgram.c.
 */
#include "host/hostsock.h"

#include "base/err.h"
#include "host/hostsock_impl.h"
#include "host/sockaddr.h"

#include <assert.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

enum { ACCEPT_BATCH = 64, LISTEN_BACKLOG = 4096, WRITE_SPANS = 64 };

struct out_stream {
	struct loop_fd w;
	struct hostsock *host;
	void (*news)(void *arg, unsigned mask);
	void *arg;
	unsigned want;
	bool connecting;
	bool ended;  /* armed once at a time from now on */
	bool failed; /* OUT_FAILED was told */
	int error;   /* taken from the socket and not yet given to a reader */
};

struct out_listener {
	struct loop_fd w;
	struct hostsock *host;
	void (*incoming)(void *arg, struct out_stream *s, const struct endpoint *peer);
	void *arg;
};

struct hostsock *
hostsock_new(struct loop *loop)
{
	struct hostsock *h = calloc(1, sizeof *h);

	if (h)
		h->loop = loop;
	return h;
}

void
hostsock_free(struct hostsock *h)
{
	assert(!h || h->open == 0);
	free(h);
}

int
hostsock_socket(const struct endpoint *e, int type, int protocol)
{
	int family = ipaddr_is4(&e->addr) ? AF_INET : AF_INET6;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	return fd < 0 ? -errno : fd;
}

int
hostsock_bind(int fd, const struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_from_endpoint(&ss, at);
	int on = 1;

	/* "::" and 0.0.0.0 may then be published side by side. */
	if (ss.ss_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
		return -errno;
	return bind(fd, (struct sockaddr *)&ss, len) < 0 ? -errno : 0;
}

int
hostsock_name(int fd, struct endpoint *out)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;

	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	return endpoint_from_sockaddr(out, (struct sockaddr *)&ss) ? 0 : -LEAT_EAFNOSUPPORT;
}

/* Streams */

static void
stream_arm(struct out_stream *s)
{
	uint32_t events = 0;

	if (s->connecting)
		events = EPOLLOUT;
	if (s->want & OUT_READABLE)
		events |= EPOLLIN | EPOLLRDHUP;
	if (s->want & OUT_WRITABLE)
		events |= EPOLLOUT;
	if (s->ended && events == 0 && s->w.events & EPOLLONESHOT)
		return; /* disarmed since its last event */
	loop_mod(s->host->loop, &s->w, events | (s->ended ? EPOLLONESHOT : 0));
}

static int
socket_error(int fd)
{
	int e = 0;
	socklen_t len = sizeof e;

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &len) < 0 ? errno : e;
}

static void
stream_connected(struct out_stream *s)
{
	s->error = socket_error(s->w.fd);
	s->connecting = false;
	s->failed = s->error != 0;
	s->ended = s->failed;
	stream_arm(s);
	s->news(s->arg, s->failed ? OUT_FAILED : OUT_CONNECTED);
}

static void
stream_event(struct loop_fd *w, uint32_t events)
{
	struct out_stream *s = container_of(w, struct out_stream, w);
	unsigned mask = 0;

	if (s->connecting) {
		stream_connected(s);
		return;
	}
	if (events & (EPOLLERR | EPOLLHUP))
		s->ended = true;
	if (events & EPOLLERR && !s->failed) {
		s->failed = true;
		s->error = socket_error(w->fd);
		mask |= OUT_FAILED;
	}
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP))
		mask |= s->want & OUT_READABLE;
	if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
		mask |= s->want & OUT_WRITABLE;
	if (s->ended)
		stream_arm(s); /* before the news: they may end the stream */
	if (mask && s->news)
		s->news(s->arg, mask);
}

/* A stream over @fd, which becomes the stream's. NULL, with @fd still the caller's, and *@e set, when that cannot be. */
static struct out_stream *
stream_new(struct hostsock *h, int fd, bool connecting, int *e)
{
	struct out_stream *s = calloc(1, sizeof *s);

	*e = -LEAT_ENOMEM;
	if (!s)
		return NULL;
	s->host = h;
	s->connecting = connecting;
	s->w = (struct loop_fd){.fd = fd, .events = connecting ? EPOLLOUT : 0, .fn = stream_event};
	*e = loop_add(h->loop, &s->w);
	if (*e < 0) {
		free(s);
		return NULL;
	}
	h->open++;
	return s;
}

/* Small writes of the program have been gathered, or not, by the stack inside already. Urgent data keep their place: see host_at_mark(). */
static void
stream_tune(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
}

static int
host_connect(void *self, const struct endpoint *to, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_stream **out)
{
	struct hostsock *h = self;
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_from_endpoint(&ss, to);
	struct out_stream *s;
	int fd = hostsock_socket(to, SOCK_STREAM, 0), e = 0;

	if (fd < 0)
		return fd;
	stream_tune(fd);
	if (connect(fd, (struct sockaddr *)&ss, len) < 0 && errno != EINPROGRESS) {
		e = -errno;
		goto fail;
	}
	s = stream_new(h, fd, true, &e);
	if (!s)
		goto fail;
	s->news = news;
	s->arg = arg;
	*out = s;
	return 0;
fail:
	close(fd);
	return e;
}

static int
stream_take_error(struct out_stream *s)
{
	int e = s->error;

	s->error = 0;
	return -e;
}

static ssize_t
host_read(struct out_stream *s, void *buf, size_t len)
{
	ssize_t n;

	do
		n = recv(s->w.fd, buf, len, 0);
	while (n < 0 && errno == EINTR);
	/* SO_ERROR has been taken, so that the kernel calls the end of a reset stream an end of file. */
	if (n <= 0 && s->error)
		return stream_take_error(s);
	return n < 0 ? -errno : n;
}

static ssize_t
host_write(struct out_stream *s, const struct pkt_span *span, unsigned n)
{
	struct iovec iov[WRITE_SPANS];
	struct msghdr msg = {.msg_iov = iov};
	ssize_t done;

	for (unsigned i = 0; i < n && i < WRITE_SPANS; i++, msg.msg_iovlen++)
		iov[i] = (struct iovec){(void *)(uintptr_t)span[i].at, span[i].len};
	do
		done = sendmsg(s->w.fd, &msg, MSG_NOSIGNAL);
	while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : done;
}

static bool
host_at_mark(struct out_stream *s)
{
	int mark = 0;

	return ioctl(s->w.fd, SIOCATMARK, &mark) == 0 && mark;
}

static ssize_t
host_write_urgent(struct out_stream *s, uint8_t octet)
{
	ssize_t n;

	do
		n = send(s->w.fd, &octet, 1, MSG_OOB | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static int
host_shutdown(struct out_stream *s)
{
	return shutdown(s->w.fd, SHUT_WR) < 0 ? -errno : 0;
}

static void
host_close(struct out_stream *s, bool reset)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	if (reset)
		setsockopt(s->w.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	loop_del(s->host->loop, &s->w);
	close(s->w.fd);
	s->host->open--;
	free(s);
}

static int
host_error(struct out_stream *s)
{
	return s->error;
}

static void
host_want(struct out_stream *s, unsigned mask)
{
	if (s->want == mask && !s->ended)
		return;
	s->want = mask;
	if (!s->connecting)
		stream_arm(s);
}

static void
host_adopt(struct out_stream *s, void (*news)(void *arg, unsigned mask), void *arg)
{
	s->news = news;
	s->arg = arg;
}

/* Listeners */

/* Takes one connection; false when there is none. */
static bool
listener_accept(struct out_listener *l)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	struct endpoint peer;
	struct out_stream *s;
	int fd, e;

	fd = accept4(l->w.fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return errno == ECONNABORTED || errno == EINTR;
	stream_tune(fd);
	s = endpoint_from_sockaddr(&peer, (struct sockaddr *)&ss) ? stream_new(l->host, fd, false, &e) : NULL;
	if (s)
		l->incoming(l->arg, s, &peer);
	else
		close(fd);
	return true;
}

static void
listener_event(struct loop_fd *w, uint32_t events)
{
	struct out_listener *l = container_of(w, struct out_listener, w);

	(void)events;
	for (int i = 0; i < ACCEPT_BATCH && listener_accept(l); i++)
		;
}

static int
host_listen(void *self, const struct endpoint *at,
    void (*incoming)(void *arg, struct out_stream *s, const struct endpoint *peer), void *arg,
    struct out_listener **out)
{
	struct hostsock *h = self;
	struct out_listener *l;
	int fd = hostsock_socket(at, SOCK_STREAM, 0), on = 1, e;

	if (fd < 0)
		return fd;
	e = -LEAT_ENOMEM;
	l = calloc(1, sizeof *l);
	if (!l)
		goto fail;
	*l = (struct out_listener){.w = {.fd = fd, .events = EPOLLIN, .fn = listener_event},
	    .host = h,
	    .incoming = incoming,
	    .arg = arg};
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	e = hostsock_bind(fd, at);
	if (e == 0 && listen(fd, LISTEN_BACKLOG) < 0)
		e = -errno;
	if (e == 0)
		e = loop_add(h->loop, &l->w);
	if (e < 0)
		goto fail;
	h->open++;
	*out = l;
	return 0;
fail:
	free(l);
	close(fd);
	return e;
}

static void
host_listener_close(struct out_listener *l)
{
	loop_del(l->host->loop, &l->w);
	close(l->w.fd);
	l->host->open--;
	free(l);
}

int
hostsock_listener_name(const struct out_listener *l, struct endpoint *out)
{
	return hostsock_name(l->w.fd, out);
}

const struct outside_ops hostsock_ops = {
    .connect = host_connect,
    .read = host_read,
    .write = host_write,
    .at_mark = host_at_mark,
    .write_urgent = host_write_urgent,
    .shutdown = host_shutdown,
    .close = host_close,
    .error = host_error,
    .want = host_want,
    .dgram_open = hostdgram_open,
    .dgram_send = hostdgram_send,
    .dgram_recv = hostdgram_recv,
    .dgram_close = hostdgram_close,
    .echo_open = hostdgram_echo_open,
    .listen = host_listen,
    .adopt = host_adopt,
    .listener_close = host_listener_close,
    .dgram_listen = hostdgram_listen,
    .dgram_recv_from = hostdgram_recv_from,
    .dgram_send_to = hostdgram_send_to,
};
