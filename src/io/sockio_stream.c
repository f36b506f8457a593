/*
 * io/sockio_stream.c - io's streams over Leat's own sockets.
 *
 * A socket says its error once, to whoever asks first. It is taken as soon as the socket has it and
 * kept here, so that error() can say it at any time, and reading and writing each say it once.
 */
#include "base/err.h"
#include "io/failure.h"
#include "io/sockio_impl.h"

#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

struct sockio_stream {
	struct io_stream stream;
	struct sockio_obj obj;
	unsigned want;
	unsigned once;   /* IO_CONNECTED or IO_FAILED, not yet reported */
	bool connecting; /* neither of them has happened */
	bool full;       /* a write found no room, and no event has said since that there is some */
	bool shut;       /* shutdown() was called */
	bool ended;      /* the peer's end or an error has arrived, after what can still be read */
	struct io_failure failure;
};

static struct sockio_stream *
stream_of(const struct io_stream *s)
{
	return container_of(s, struct sockio_stream, stream);
}

static struct sock *
sock_of(const struct io_stream *s)
{
	return stream_of(s)->obj.sk;
}

/* The events that hold where sock_ready() says @ready. */
static unsigned
levels(const struct sockio_stream *s, unsigned ready)
{
	unsigned mask = 0;

	if (ready & (LEAT_IN | LEAT_RDHUP | LEAT_HUP | LEAT_ERR))
		mask |= IO_READABLE;
	if ((ready & LEAT_OUT && !s->full) || ready & (LEAT_HUP | LEAT_ERR))
		mask |= IO_WRITABLE;
	return mask;
}

/* True if there is nothing to report but what is reported once. */
static bool
only_once(const struct sockio_stream *s)
{
	return s->once || s->connecting || !s->want;
}

static unsigned
stream_holds(const struct sockio_obj *o)
{
	const struct sockio_stream *s = container_of(o, const struct sockio_stream, obj);

	if (!s->stream.fn)
		return 0;
	return only_once(s) ? s->once : s->want & levels(s, sock_ready(o->sk));
}

static void
stream_notify(struct sockio_obj *o, unsigned events)
{
	struct sockio_stream *s = container_of(o, struct sockio_stream, obj);

	s->once &= ~events;
	s->stream.fn(&s->stream, events, s->stream.arg);
}

static const struct sockio_kind STREAM_KIND = {stream_holds, stream_notify};

/* The stream has failed with @error (LEAT_E). */
static void
stream_failed(struct sockio_stream *s, int error)
{
	if (!io_failure_set(&s->failure, error))
		return;
	s->connecting = false;
	s->once |= IO_FAILED;
	sockio_check(&s->obj);
}

/* Learns what sock_ready() says, and returns it. */
static unsigned
learn_ready(struct sockio_stream *s)
{
	unsigned ready = sock_ready(s->obj.sk);
	int e = 0;
	size_t len = sizeof e;

	if (ready & LEAT_OUT)
		s->full = false;
	s->ended |= (ready & LEAT_RDHUP) != 0;
	if (ready & LEAT_ERR && !sock_getopt(s->obj.sk, SOL_SOCKET, SO_ERROR, &e, &len) && e)
		stream_failed(s, e);
	return ready;
}

/*
 * Asks how the connect went. Where octets are here, it succeeded, whatever has happened since:
 * sock_connect() would report a reset that followed, and forget the octets.
 */
static void
learn_connect(struct sockio_stream *s)
{
	static const struct endpoint again; /* ignored: sock_connect() is asked how it went */
	int err = sock_unread(s->obj.sk) ? 0 : sock_connect(s->obj.sk, &again);

	if (err == -LEAT_EALREADY)
		return;
	if (err) {
		stream_failed(s, -err);
		return;
	}
	s->connecting = false;
	s->once |= IO_CONNECTED;
	learn_ready(s);
}

static void
stream_changed(struct sock *sk, void *arg)
{
	struct sockio_stream *s = arg;

	unsigned ready;

	if (s->connecting) {
		learn_connect(s);
		sockio_serve(&s->obj, stream_holds(&s->obj));
		return;
	}
	ready = learn_ready(s);
	if (s->stream.fn)
		sockio_serve(&s->obj, only_once(s) ? s->once : s->want & levels(s, ready));
}

/*
 * @n is what a call on the socket answered, and @side what it was for: IO_READABLE or IO_WRITABLE.
 * An error that the socket had until this call is now known; one that was known is said instead of
 * the end or -LEAT_EPIPE that the socket answers since.
 */
static ssize_t
stream_answer(struct sockio_stream *s, ssize_t n, unsigned side)
{
	if (n == -LEAT_EAGAIN || n > 0)
		return n;
	if (n < 0 && n != -LEAT_ENOTCONN && !(n == -LEAT_EPIPE && s->shut))
		stream_failed(s, (int)-n);
	if (!s->failure.error)
		return n;
	return side == IO_READABLE ? io_failure_read(&s->failure) : io_failure_write(&s->failure);
}

static ssize_t
stream_read(struct io_stream *st, void *buf, size_t len)
{
	struct sockio_stream *s = stream_of(st);

	assert(len > 0);
	if (s->connecting)
		return -LEAT_EAGAIN;
	if (sock_at_mark(s->obj.sk))
		len = 1;
	return stream_answer(s, sock_recv(s->obj.sk, buf, len, 0, NULL), IO_READABLE);
}

static int
stream_peek(struct io_stream *st, struct pkt_span *span, unsigned max)
{
	struct sockio_stream *s = stream_of(st);
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

static void
stream_consume(struct io_stream *st, size_t len)
{
	sock_consume(sock_of(st), len);
}

/*
 * 0 if octets can be written, or what write() says. After shutdown() the socket is not asked: it
 * would give away its error.
 */
static ssize_t
may_write(struct sockio_stream *s)
{
	if (s->connecting)
		return -LEAT_EAGAIN;
	if (!s->shut)
		return 0;
	learn_ready(s);
	return stream_answer(s, -LEAT_EPIPE, IO_WRITABLE);
}

/* What a write answers that found no room, or not enough. */
static ssize_t
stream_wrote(struct sockio_stream *s, size_t done, ssize_t n)
{
	if (n >= 0 || n == -LEAT_EAGAIN)
		s->full = true;
	if (done == 0)
		return stream_answer(s, n, IO_WRITABLE);
	if (n < 0 && n != -LEAT_EAGAIN)
		stream_failed(s, (int)-n); /* the next call says it */
	return (ssize_t)done;
}

static ssize_t
stream_write(struct io_stream *st, const struct pkt_span *span, unsigned n, unsigned flags)
{
	struct sockio_stream *s = stream_of(st);
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

static ssize_t
stream_reserve(struct io_stream *st, size_t want, void **at)
{
	struct sockio_stream *s = stream_of(st);
	ssize_t n = may_write(s);

	if (n)
		return n;
	n = sock_reserve(s->obj.sk, want, at);
	if (n > 0)
		return n;
	if (n < 0)
		return stream_answer(s, n, IO_WRITABLE);
	s->full = true;
	sock_commit(s->obj.sk, 0); /* what is held back for more would wait for itself */
	return -LEAT_EAGAIN;
}

static void
stream_commit(struct io_stream *st, size_t len, unsigned flags)
{
	if (flags & (IO_MORE | IO_LAST))
		sock_commit_more(sock_of(st), len);
	else
		sock_commit(sock_of(st), len);
}

static int
stream_shutdown(struct io_stream *st)
{
	struct sockio_stream *s = stream_of(st);
	int err;

	if (s->connecting || s->failure.error)
		return -LEAT_ENOTCONN;
	err = s->shut ? 0 : sock_shutdown(s->obj.sk, SOCK_SHUT_WR);
	if (err)
		return err;
	s->shut = true;
	sockio_check(&s->obj); /* a write does not wait now */
	return 0;
}

static void
stream_close(struct io_stream *st, bool reset)
{
	struct sockio_stream *s = stream_of(st);

	sockio_obj_fini(&s->obj);
	if (reset)
		sock_abort(s->obj.sk);
	else
		sock_close(s->obj.sk);
	free(s);
}

static int
stream_error(const struct io_stream *st)
{
	return -stream_of(st)->failure.error;
}

static int
stream_local(const struct io_stream *st, struct endpoint *out)
{
	return sock_local(sock_of(st), out);
}

static int
stream_remote(const struct io_stream *st, struct endpoint *out)
{
	return sock_remote(sock_of(st), out);
}

static void
stream_want(struct io_stream *st, unsigned events)
{
	struct sockio_stream *s = stream_of(st);

	s->want = events & (IO_READABLE | IO_WRITABLE);
	sockio_check(&s->obj);
}

static bool
stream_at_mark(const struct io_stream *st)
{
	return sock_at_mark(sock_of(st));
}

static ssize_t
stream_write_urgent(struct io_stream *st, uint8_t octet)
{
	struct sockio_stream *s = stream_of(st);
	ssize_t n = may_write(s);

	if (n)
		return n;
	n = sock_send(s->obj.sk, &octet, 1, SOCK_OOB, NULL);
	return n > 0 ? n : stream_wrote(s, 0, n);
}

static bool
stream_ends_after(const struct io_stream *st, size_t len)
{
	const struct sockio_stream *s = stream_of(st);

	return s->ended && !s->failure.error && sock_unread(s->obj.sk) == len;
}

static size_t
stream_unacked(const struct io_stream *st)
{
	return sock_unacked(sock_of(st));
}

static const struct io_stream_ops STREAM_OPS = {
    .read = stream_read,
    .write = stream_write,
    .peek = stream_peek,
    .consume = stream_consume,
    .reserve = stream_reserve,
    .commit = stream_commit,
    .shutdown = stream_shutdown,
    .close = stream_close,
    .error = stream_error,
    .local = stream_local,
    .remote = stream_remote,
    .want = stream_want,
    .at_mark = stream_at_mark,
    .write_urgent = stream_write_urgent,
    .ends_after = stream_ends_after,
    .unacked = stream_unacked,
};

struct sockio_stream *
sockio_stream_new(struct sockio *io)
{
	struct sockio_stream *s = calloc(1, sizeof *s);

	if (s)
		s->obj.io = io;
	return s;
}

struct io_stream *
sockio_stream_begin(struct sockio_stream *s, struct sock *sk, bool connecting)
{
	sockio_obj_init(&s->obj, &STREAM_KIND, s->obj.io, sk);
	s->stream.ops = &STREAM_OPS;
	s->connecting = connecting;
	sock_watch(sk, stream_changed, s);
	if (!connecting)
		learn_ready(s);
	return &s->stream;
}

struct io_stream *
sockio_adopt(struct io_world *world, struct sock *sk, bool connecting, io_stream_fn *fn, void *arg)
{
	struct sockio_stream *s = sockio_stream_new(sockio_of(world));

	if (!s)
		return NULL;
	s->stream.fn = fn;
	s->stream.arg = arg;
	return sockio_stream_begin(s, sk, connecting);
}

struct sock *
sockio_sock(const struct io_stream *st)
{
	return sock_of(st);
}

struct sock *
sockio_release(struct io_stream *st)
{
	struct sockio_stream *s = stream_of(st);
	struct sock *sk = s->obj.sk;

	sock_watch(sk, NULL, NULL);
	sockio_obj_fini(&s->obj);
	free(s);
	return sk;
}

int
sockio_connect(
    struct io_world *w, const struct endpoint *to, io_stream_fn *fn, void *arg, struct io_stream **out)
{
	struct sockio *io = sockio_of(w);
	struct sockio_stream *s = sockio_stream_new(io);
	struct sock *sk;
	int err;

	if (!s)
		return -LEAT_ENOMEM;
	err = sock_open(io->socks, !ipaddr_is4(&to->addr), SOCK_TYPE_STREAM, &sk);
	if (err)
		goto no_sock;
	sockio_option(sk, SOL_SOCKET, SO_OOBINLINE, 1);
	sockio_option(sk, IPPROTO_TCP, TCP_NODELAY, 1);
	err = sock_connect(sk, to);
	if (err && err != -LEAT_EINPROGRESS)
		goto no_connection;
	s->stream.fn = fn;
	s->stream.arg = arg;
	*out = sockio_stream_begin(s, sk, true);
	return 0;
no_connection:
	sock_close(sk);
no_sock:
	free(s);
	return err;
}
