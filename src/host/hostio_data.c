/* host/hostio_data.c - reads from and writes to the machine's TCP with few system calls. */
#include "host/hostio_stream.h"

#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { WRITE_SPANS = 64 };

/*
 * Calls recv(2) once, and notes what the result says about the next call. Returns its result, or
 * the negative errno.
 */
static ssize_t
recv_some(struct hostio_stream *s, void *buf, size_t len)
{
	ssize_t n;

	do
		n = recv(s->sock.w.fd, buf, len, 0);
	while (n < 0 && errno == EINTR);
	s->at_end = n == 0 || (n > 0 && (size_t)n < len && s->ended && !s->urgent);
	s->ended |= n == 0;
	/* after a short read the socket is empty, unless the end or an urgent octet follows */
	s->drained = n < 0 ? errno == EAGAIN : (size_t)n < len && !s->ended && !s->urgent;
	s->sock.unsure = n > 0 && !s->drained;
	s->sock.read_at = loop_now(s->sock.host->loop);
	return n < 0 ? -errno : n;
}

ssize_t
hostio_recv(struct hostio_stream *s, void *buf, size_t len, bool mark)
{
	ssize_t n;

	if (s->drained)
		return -LEAT_EAGAIN;
	if (s->connecting)
		return io_failure_read(&s->failure);
	n = recv_some(s, buf, mark ? 1 : len);
	if (mark && n > 0)
		s->urgent = false; /* a later one is another event */
	if (n < 0 && n != -EAGAIN)
		hostio_stream_fail(s, (int)-n);
	/* The kernel has forgotten the error, and returns 0 for the end of a failed connection. */
	return n <= 0 && s->failure.error ? io_failure_read(&s->failure) : n;
}

void
hostio_stream_settle(struct hostio_stream *s)
{
	if (s->drained && hostio_held(s) == 0)
		hostio_sock_unready(&s->sock, IO_READABLE);
}

bool
hostio_kernel_at_mark(const struct hostio_stream *s)
{
	int mark = 0;

	return s->urgent && ioctl(s->sock.w.fd, SIOCATMARK, &mark) == 0 && mark;
}

bool
hostio_at_mark(const struct io_stream *io)
{
	const struct hostio_stream *s = hostio_stream_of(io);

	return hostio_held(s) > 0 ? s->mark_held : hostio_kernel_at_mark(s);
}

ssize_t
hostio_read(struct io_stream *io, void *buf, size_t len)
{
	struct hostio_stream *s = hostio_stream_of(io);
	ssize_t n;

	assert(len > 0);
	if (hostio_held(s) > 0)
		return (ssize_t)hostio_take_held(s, buf, len);
	n = hostio_recv(s, buf, len, hostio_kernel_at_mark(s));
	if (s->drained)
		hostio_sock_unready(&s->sock, IO_READABLE);
	return n;
}

bool
hostio_ends_after(const struct io_stream *io, size_t len)
{
	const struct hostio_stream *s = hostio_stream_of(io);

	return s->at_end && !s->failure.error && hostio_held(s) == len;
}

/* Notes that the socket is full. Only then is it watched for room. */
static void
stream_full(struct hostio_stream *s)
{
	hostio_sock_unready(&s->sock, IO_WRITABLE);
	hostio_sock_watch(&s->sock, EPOLLOUT);
}

/* Notes what errno @e of a write says about the stream. */
static void
write_learn(struct hostio_stream *s, int e)
{
	if (e == EAGAIN)
		stream_full(s);
	else if (!s->shut)
		hostio_stream_fail(s, e);
}

/* Returns what a write returns that took no octets. */
static ssize_t
write_answer(struct hostio_stream *s)
{
	if (s->failure.error)
		return io_failure_write(&s->failure);
	return s->shut ? -LEAT_EPIPE : -LEAT_EAGAIN;
}

static ssize_t
write_error(struct hostio_stream *s, int e)
{
	write_learn(s, e);
	return write_answer(s);
}

static bool
writable(const struct hostio_stream *s)
{
	return !s->connecting && !s->failure.error && !s->shut;
}

/*
 * To be called after each write. Nagle's algorithm never delays the first write, and often there is
 * only one. So it is turned off after the second write, which also sends what it had held back.
 * That would send corked octets, too, so it waits for a write that is not corked.
 */
static void
stream_wrote(struct hostio_stream *s)
{
	if (s->wrote && s->delays && !s->corked) {
		hostio_stream_nodelay(s->sock.w.fd);
		s->delays = false;
	}
	s->wrote = true;
}

/* Calls sendmsg(2) with at most WRITE_SPANS spans. *@all is set to their octets in all. */
static ssize_t
send_spans(int fd, const struct pkt_span *span, unsigned n, int flags, size_t *all)
{
	struct iovec iov[WRITE_SPANS];
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = n};

	*all = 0;
	for (unsigned i = 0; i < n; i++) {
		iov[i] = (struct iovec){(void *)(uintptr_t)span[i].at, span[i].len};
		*all += span[i].len;
	}
	return sendmsg(fd, &msg, flags);
}

/*
 * Writes as many spans as one call takes. Returns octets written, or the negative errno. *@all is
 * set to the octets of the spans. A single span needs no list of spans, here and in the kernel.
 */
static ssize_t
write_some(struct hostio_stream *s, const struct pkt_span *span, unsigned n, bool more, size_t *all)
{
	int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
	ssize_t done;

	*all = span->len;
	do
		done = n == 1 ? send(s->sock.w.fd, span->at, span->len, flags)
			      : send_spans(s->sock.w.fd, span, n, flags, all);
	while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : done;
}

ssize_t
hostio_write(struct io_stream *io, const struct pkt_span *span, unsigned n, unsigned flags)
{
	struct hostio_stream *s = hostio_stream_of(io);
	ssize_t sum = 0, done;
	unsigned part;
	size_t all;

	if (!writable(s))
		return write_answer(s);
	s->corked = (flags & (IO_MORE | IO_LAST)) != 0; /* the FIN leaves with the last octets */
	for (; n > 0; n -= part, span += part) {
		part = n < WRITE_SPANS ? n : WRITE_SPANS;
		done = write_some(s, span, part, s->corked || n > part, &all);
		if (done < 0) {
			write_learn(s, (int)-done);
			return sum > 0 ? sum : write_answer(s);
		}
		sum += done;
		if ((size_t)done < all) {
			stream_full(s);
			break;
		}
	}
	stream_wrote(s);
	return sum;
}

ssize_t
hostio_write_urgent(struct io_stream *io, uint8_t octet)
{
	struct hostio_stream *s = hostio_stream_of(io);
	ssize_t n;

	if (!writable(s))
		return write_answer(s);
	do
		n = send(s->sock.w.fd, &octet, 1, MSG_OOB | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return write_error(s, errno);
	s->corked = false;
	stream_wrote(s);
	return n;
}

/*
 * Calls sendfile(2), which has no MSG_NOSIGNAL. SIGPIPE is blocked for this thread, and taken if it
 * was raised.
 */
static ssize_t
sendfile_quiet(int to, int from, off_t *off, size_t len)
{
	const struct timespec now = {0};
	sigset_t pipe, before;
	ssize_t n;
	int e;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	n = sendfile(to, from, off, len);
	e = errno;
	if (n < 0 && e == EPIPE && !sigismember(&before, SIGPIPE))
		sigtimedwait(&pipe, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = e;
	return n;
}

/* Holds the last octets back for the FIN: sendfile(2) has no flag for it. */
static void
stream_cork(struct hostio_stream *s)
{
	int on = 1;

	if (!s->corked_for_end)
		setsockopt(s->sock.w.fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
	s->corked_for_end = true;
}

/* IO_MORE is ignored. */
ssize_t
hostio_send_file(struct io_stream *io, int fd, off_t *off, size_t len, unsigned flags)
{
	struct hostio_stream *s = hostio_stream_of(io);
	int to = s->sock.w.fd;
	ssize_t n;

	if (!writable(s))
		return write_answer(s);
	if (flags & IO_LAST)
		stream_cork(s);
	do
		n = s->sock.host->sigpipe ? sendfile_quiet(to, fd, off, len) : sendfile(to, fd, off, len);
	while (n < 0 && errno == EINTR);
	if (n >= 0) {
		s->corked = s->corked_for_end;
		stream_wrote(s);
		return n;
	}
	/* Every other error is the file's, and the stream is unchanged. */
	if (errno != EAGAIN && errno != EPIPE && errno != ECONNRESET && errno != ETIMEDOUT)
		return -errno;
	return write_error(s, errno);
}
