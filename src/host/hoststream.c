/*
 * Streams outside: non-blocking sockets on the loop, registered once, edge-triggered, for
 * everything.
 *
 * What a socket is ready for is remembered until a call finds otherwise, so that wanting news, or
 * no longer, asks nothing of the kernel. Who wants what is known already is due: told in the loop's
 * turn, again in each until it is no longer so.
 */
#include "base/err.h"
#include "host/hostsock_impl.h"
#include "host/sockaddr.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE_SPANS = 64 };

struct out_stream {
	struct loop_fd w;
	struct hostsock *host;
	struct list due; /* of hostsock.due */
	void (*news)(void *arg, unsigned mask);
	void *arg;
	unsigned want;
	unsigned ready; /* OUT_READABLE, OUT_WRITABLE: until a call says otherwise */
	bool connecting;
	bool entered; /* counted in fd_room.entered */
	bool spoke;   /* something was written; what comes next is not to wait for it, */
	bool delays;  /* which has yet to be said */
	bool ended;  /* nothing more arrives: what is there can be read to its end without being told again */
	bool urgent; /* there were urgent data: any read may stop before them */
	bool failed; /* OUT_FAILED was told */
	int error;   /* taken from the socket and not yet given to a reader */
};

static int
socket_error(int fd)
{
	int e = 0;
	socklen_t len = sizeof e;

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &len) < 0 ? errno : e;
}

/* What is wanted and known already is told in the loop's turn. */
static void
stream_due(struct out_stream *s)
{
	if (!(s->want & s->ready))
		list_del(&s->due);
	else if (!list_linked(&s->due))
		list_push(&s->host->due, &s->due);
}

static void
stream_unready(struct out_stream *s, unsigned mask)
{
	s->ready &= ~mask;
	stream_due(s);
}

/* That there is room again is asked for only by those who were full once. */
static void
stream_full(struct out_stream *s)
{
	int e = errno;

	stream_unready(s, OUT_WRITABLE);
	loop_mod(s->host->loop, &s->w, s->w.events | EPOLLOUT);
	errno = e;
}

static void
stream_connected(struct out_stream *s)
{
	s->error = socket_error(s->w.fd);
	s->connecting = false;
	s->failed = s->error != 0;
	s->news(s->arg, s->failed ? OUT_FAILED : OUT_CONNECTED);
}

/* What epoll says of the socket, remembered. */
static void
stream_learn(struct out_stream *s, uint32_t events)
{
	if (events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLERR | EPOLLHUP))
		s->ready |= OUT_READABLE;
	if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
		s->ready |= OUT_WRITABLE;
	s->ended |= (events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0;
	s->urgent |= (events & EPOLLPRI) != 0;
}

static void
stream_event(struct loop_fd *w, uint32_t events)
{
	struct out_stream *s = container_of(w, struct out_stream, w);
	unsigned mask = 0;

	stream_learn(s, events);
	if (s->connecting) {
		if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
			stream_connected(s);
		return;
	}
	if (events & EPOLLERR && !s->failed) {
		s->failed = true;
		s->error = socket_error(w->fd);
		mask |= OUT_FAILED;
	}
	mask |= s->want & s->ready;
	stream_due(s); /* before the news: they may end the stream */
	if (mask && s->news)
		s->news(s->arg, mask);
}

nsec_t
hoststream_due_next(struct loop_source *source)
{
	struct hostsock *h = container_of(source, struct hostsock, source);

	return list_empty(&h->due) ? NSEC_NEVER : loop_now(h->loop);
}

/* Those that become due while this runs wait for the next turn. */
void
hoststream_due_run(struct loop_source *source, nsec_t now)
{
	struct hostsock *h = container_of(source, struct hostsock, source);
	struct list due, *n;

	list_init(&due);
	list_move(&due, &h->due);
	while ((n = list_pop(&due))) {
		struct out_stream *s = container_of(n, struct out_stream, due);

		stream_due(s);
		if (s->want & s->ready && s->news)
			s->news(s->arg, s->want & s->ready);
	}
}

struct out_stream *
hoststream_new(struct hostsock *h, int fd, bool connecting, int *e)
{
	struct out_stream *s = calloc(1, sizeof *s);

	*e = -LEAT_ENOMEM;
	if (!s)
		return NULL;
	s->host = h;
	s->connecting = connecting;
	list_init(&s->due);
	s->ready = connecting ? 0 : OUT_WRITABLE;
	s->w = (struct loop_fd){
	    .fd = fd, .events = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET, .fn = stream_event};
	if (connecting)
		s->w.events |= EPOLLOUT;
	*e = loop_add(h->loop, &s->w);
	if (*e < 0) {
		free(s);
		return NULL;
	}
	h->open++;
	return s;
}

void
hoststream_entered(struct out_stream *s)
{
	s->entered = true;
	s->host->room->entered++;
}

/* Urgent data keep their place: see hoststream_at_mark(). */
static void
stream_inline(int fd)
{
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
}

/* Small writes of the program have been gathered, or not, by the stack inside already. */
static void
stream_hurry(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void
hoststream_tune(int fd)
{
	stream_inline(fd);
	stream_hurry(fd);
}

/*
 * What is written first never waits (Nagle's algorithm holds back a second small segment), and
 * often nothing comes after it.
 */
static void
stream_speaks(struct out_stream *s)
{
	if (s->spoke && s->delays) {
		stream_hurry(s->w.fd);
		s->delays = false;
	}
	s->spoke = true;
}

/*
 * Over loopback the answer is there before connect(2) returns, which says so only when asked again.
 */
static int
stream_connect(int fd, const struct sockaddr_storage *ss, socklen_t len, bool loopback)
{
	if (connect(fd, (const struct sockaddr *)ss, len) == 0)
		return 0;
	if (errno != EINPROGRESS || !loopback)
		return -errno;
	if (connect(fd, (const struct sockaddr *)ss, len) == 0)
		return 0;
	return errno == EALREADY ? -EINPROGRESS : -errno;
}

int
hoststream_connect(void *self, const struct endpoint *to, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_stream **out)
{
	struct hostsock *h = self;
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_from_endpoint(&ss, to);
	struct out_stream *s;
	int fd = hostsock_socket(h, to, SOCK_STREAM, 0), e;
	bool connected;

	if (fd < 0)
		return fd;
	stream_inline(fd);
	e = stream_connect(fd, &ss, len, ipaddr_is_loopback(&to->addr));
	if (e < 0 && e != -EINPROGRESS)
		goto fail;
	connected = e == 0;
	s = hoststream_new(h, fd, !connected, &e);
	if (!s)
		goto fail;
	s->news = news;
	s->arg = arg;
	s->delays = true;
	*out = s;
	return connected;
fail:
	fd_room_close(h->room, fd);
	return e;
}

static int
stream_take_error(struct out_stream *s)
{
	int e = s->error;

	s->error = 0;
	return -e;
}

ssize_t
hoststream_read(struct out_stream *s, void *buf, size_t len)
{
	ssize_t n;

	do
		n = recv(s->w.fd, buf, len, 0);
	while (n < 0 && errno == EINTR);
	/* Less than there was room for is all that there was, but for what stands behind it. */
	if (n < 0 ? errno == EAGAIN : (size_t)n < len && !s->ended && !s->urgent)
		stream_unready(s, OUT_READABLE);
	/*
	 * SO_ERROR has been taken, so that the kernel calls the end of a reset stream an end of
	 * file.
	 */
	if (n <= 0 && s->error)
		return stream_take_error(s);
	return n < 0 ? -errno : n;
}

ssize_t
hoststream_write(struct out_stream *s, const struct pkt_span *span, unsigned n, bool last)
{
	struct iovec iov[WRITE_SPANS];
	struct msghdr msg = {.msg_iov = iov};
	size_t all = 0;
	ssize_t done;

	for (unsigned i = 0; i < n && i < WRITE_SPANS; i++, msg.msg_iovlen++) {
		iov[i] = (struct iovec){(void *)(uintptr_t)span[i].at, span[i].len};
		all += span[i].len;
	}
	stream_speaks(s);
	do
		done =
		    sendmsg(s->w.fd, &msg, MSG_NOSIGNAL | (last ? MSG_MORE : 0)); /* the FIN goes with them */
	while (done < 0 && errno == EINTR);
	if (done < 0 ? errno == EAGAIN : (size_t)done < all)
		stream_full(s);
	return done < 0 ? -errno : done;
}

bool
hoststream_at_mark(struct out_stream *s)
{
	int mark = 0;

	return s->urgent && ioctl(s->w.fd, SIOCATMARK, &mark) == 0 && mark;
}

ssize_t
hoststream_write_urgent(struct out_stream *s, uint8_t octet)
{
	ssize_t n;

	stream_speaks(s);
	do
		n = send(s->w.fd, &octet, 1, MSG_OOB | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		stream_full(s);
	return n < 0 ? -errno : n;
}

int
hoststream_shutdown(struct out_stream *s)
{
	return shutdown(s->w.fd, SHUT_WR) < 0 ? -errno : 0;
}

void
hoststream_close(struct out_stream *s, bool reset)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	if (reset)
		setsockopt(s->w.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	list_del(&s->due);
	loop_close(s->host->loop, &s->w);
	fd_room_gave(s->host->room);
	if (s->entered)
		s->host->room->entered--;
	s->host->open--;
	free(s);
}

int
hoststream_error(struct out_stream *s)
{
	return s->error;
}

void
hoststream_want(struct out_stream *s, unsigned mask)
{
	s->want = mask;
	if (!s->connecting)
		stream_due(s);
}

void
hoststream_adopt(struct out_stream *s, void (*news)(void *arg, unsigned mask), void *arg)
{
	s->news = news;
	s->arg = arg;
}
