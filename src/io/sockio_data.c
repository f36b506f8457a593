/*
 * io/sockio_data.c - reading from and writing to Leat's own sockets as streams of io.
 *
 * A socket returns its error once, to the first caller. The adapter takes it at once and keeps it,
 * so that error() can return it at any time, and the reader and the writer get it once each.
 */
#include "base/err.h"
#include "io/sockio_stream.h"

#include <assert.h>

/*
 * Returns what a call on the stream returns when the call on the socket returned @n. @side is
 * IO_READABLE for a read, IO_WRITABLE for a write. An error in @n becomes the stream's. If the
 * stream has failed, the reader or the writer gets that error instead of the socket's end or
 * -LEAT_EPIPE.
 */
static ssize_t
stream_answer(struct sockio_stream *s, ssize_t n, unsigned side)
{
	if (n == -LEAT_EAGAIN || n > 0)
		return n;
	if (n < 0 && n != -LEAT_ENOTCONN && !(n == -LEAT_EPIPE && s->shut))
		sockio_stream_fail(s, (int)-n);
	if (!s->failure.error)
		return n;
	return side == IO_READABLE ? io_failure_read(&s->failure) : io_failure_write(&s->failure);
}

ssize_t
sockio_read(struct io_stream *st, void *buf, size_t len)
{
	struct sockio_stream *s = sockio_stream_of(st);

	assert(len > 0);
	if (s->connecting)
		return -LEAT_EAGAIN;
	if (sock_at_mark(s->obj.sk))
		len = 1;
	return stream_answer(s, sock_recv(s->obj.sk, buf, len, 0, NULL), IO_READABLE);
}

int
sockio_peek(struct io_stream *st, struct pkt_span *span, unsigned max)
{
	struct sockio_stream *s = sockio_stream_of(st);
	unsigned n;
	uint8_t octet;

	if (s->connecting)
		return -LEAT_EAGAIN;
	n = sock_peek(s->obj.sk, span, max);
	if (n && sock_at_mark(s->obj.sk)) {
		span[0].len = 1;
		return 1;
	}
	return n ? (int)n
		 : (int)stream_answer(s, sock_recv(s->obj.sk, &octet, 1, SOCK_PEEK, NULL), IO_READABLE);
}

void
sockio_consume(struct io_stream *st, size_t len)
{
	sock_consume(sockio_sock(st), len);
}

/*
 * Returns 0 if the socket may be written to, or else what write() returns. After shutdown() the
 * socket is not called, since it would return its error and forget it.
 */
static ssize_t
may_write(struct sockio_stream *s)
{
	if (s->connecting)
		return -LEAT_EAGAIN;
	if (!s->shut)
		return 0;
	sockio_stream_learn(s);
	return stream_answer(s, -LEAT_EPIPE, IO_WRITABLE);
}

/* Returns what a write returns that took @done octets and then got @n. */
static ssize_t
stream_wrote(struct sockio_stream *s, size_t done, ssize_t n)
{
	if (n >= 0 || n == -LEAT_EAGAIN)
		s->full = true;
	if (done == 0)
		return stream_answer(s, n, IO_WRITABLE);
	if (n < 0 && n != -LEAT_EAGAIN)
		sockio_stream_fail(s, (int)-n); /* the next call returns it */
	return (ssize_t)done;
}

ssize_t
sockio_write(struct io_stream *st, const struct pkt_span *span, unsigned n, unsigned flags)
{
	struct sockio_stream *s = sockio_stream_of(st);
	ssize_t err = may_write(s);
	size_t done = 0;

	if (err)
		return err;
	for (unsigned i = 0; i < n; i++) {
		bool more = i + 1 < n || flags & (IO_MORE | IO_LAST);
		ssize_t got = span[i].len
				  ? sock_send(s->obj.sk, span[i].at, span[i].len, more ? SOCK_MORE : 0, NULL)
				  : 0;

		if (got > 0)
			done += (size_t)got;
		if (got < 0 || (size_t)got < span[i].len)
			return stream_wrote(s, done, got);
	}
	return (ssize_t)done;
}

ssize_t
sockio_reserve(struct io_stream *st, size_t want, void **at)
{
	struct sockio_stream *s = sockio_stream_of(st);
	ssize_t n = may_write(s);

	if (n)
		return n;
	n = sock_reserve(s->obj.sk, want, at);
	if (n > 0)
		return n;
	if (n < 0)
		return stream_answer(s, n, IO_WRITABLE);
	s->full = true;
	sock_commit(s->obj.sk, 0); /* octets that are held back would wait for themselves */
	return -LEAT_EAGAIN;
}

void
sockio_commit(struct io_stream *st, size_t len, unsigned flags)
{
	if (flags & (IO_MORE | IO_LAST))
		sock_commit_more(sockio_sock(st), len);
	else
		sock_commit(sockio_sock(st), len);
}

bool
sockio_at_mark(const struct io_stream *st)
{
	return sock_at_mark(sockio_sock(st));
}

ssize_t
sockio_write_urgent(struct io_stream *st, uint8_t octet)
{
	struct sockio_stream *s = sockio_stream_of(st);
	ssize_t n = may_write(s);

	if (n)
		return n;
	n = sock_send(s->obj.sk, &octet, 1, SOCK_OOB, NULL);
	return n > 0 ? n : stream_wrote(s, 0, n);
}

bool
sockio_ends_after(const struct io_stream *st, size_t len)
{
	const struct sockio_stream *s = sockio_stream_of(st);

	return s->ended && !s->failure.error && sock_unread(s->obj.sk) == len;
}

size_t
sockio_unacked(const struct io_stream *st)
{
	return sock_unacked(sockio_sock(st));
}
