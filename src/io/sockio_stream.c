/*
 * io/sockio_stream.c - streams of io over Leat's own sockets: how they begin and end, and their
 * events.
 */
#include "io/sockio_stream.h"

#include "base/err.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum { STREAMS_KEPT = 256 };

/*
 * Returns true if IO_READABLE holds. An end or an error that has not been learned yet is reported
 * by the watcher, which is called in the same turn.
 */
static bool
readable(const struct sockio_stream *s)
{
	return s->ended || s->failure.error || sock_unread(s->obj.sk) > 0;
}

/* Returns true if IO_WRITABLE holds. */
static bool
writable(const struct sockio_stream *s)
{
	unsigned ready = sock_ready(s->obj.sk);

	return (ready & LEAT_OUT && !s->full) || ready & (LEAT_HUP | LEAT_ERR);
}

/*
 * Returns the wanted events that hold. Of a flow that goes on, only octets are wanted, and they are
 * the cheaper question.
 */
static unsigned
levels(const struct sockio_stream *s)
{
	unsigned mask = 0;

	if (s->want & IO_READABLE && readable(s))
		mask |= IO_READABLE;
	if (s->want & IO_WRITABLE && writable(s))
		mask |= IO_WRITABLE;
	return mask;
}

/* Returns true if only events that are reported once can be reported. */
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
	return only_once(s) ? s->once : levels(s);
}

static void
stream_notify(struct sockio_obj *o, unsigned events)
{
	struct sockio_stream *s = container_of(o, struct sockio_stream, obj);

	s->once &= ~events;
	s->stream.fn(&s->stream, events, s->stream.arg);
}

static const struct sockio_kind STREAM_KIND = {stream_holds, stream_notify};

void
sockio_stream_fail(struct sockio_stream *s, int error)
{
	if (!io_failure_set(&s->failure, error))
		return;
	s->connecting = false;
	s->once |= IO_FAILED;
	sockio_check(&s->obj);
}

void
sockio_stream_learn(struct sockio_stream *s)
{
	unsigned ready = s->full ? sock_ready(s->obj.sk) : sock_ended(s->obj.sk);
	int e = 0;
	size_t len = sizeof e;

	if (ready & LEAT_OUT)
		s->full = false;
	s->ended |= (ready & LEAT_RDHUP) != 0;
	if (ready & LEAT_ERR && !sock_getopt(s->obj.sk, SOL_SOCKET, SO_ERROR, &e, &len) && e)
		sockio_stream_fail(s, e);
}

/*
 * Finds out how the connect has gone. If octets have arrived, it has succeeded, even if a reset
 * followed: sock_connect() would then return the reset's error and free the octets.
 */
static void
learn_connect(struct sockio_stream *s)
{
	static const struct endpoint again; /* ignored by sock_connect() while it is connecting */
	int err = sock_unread(s->obj.sk) ? 0 : sock_connect(s->obj.sk, &again);

	if (err == -LEAT_EALREADY)
		return;
	if (err) {
		sockio_stream_fail(s, -err);
		return;
	}
	s->connecting = false;
	s->once |= IO_CONNECTED;
	sockio_stream_learn(s);
}

static void
stream_changed(struct sock *sk, void *arg)
{
	struct sockio_stream *s = arg;

	if (s->connecting)
		learn_connect(s);
	else
		sockio_stream_learn(s);
	sockio_serve(&s->obj, stream_holds(&s->obj));
}

static int
stream_shutdown(struct io_stream *st)
{
	struct sockio_stream *s = sockio_stream_of(st);
	int err;

	if (s->connecting || s->failure.error)
		return -LEAT_ENOTCONN;
	err = s->shut ? 0 : sock_shutdown(s->obj.sk, SOCK_SHUT_WR);
	if (err)
		return err;
	s->shut = true;
	sockio_check(&s->obj); /* writes now return -LEAT_EPIPE */
	return 0;
}

static void
stream_close(struct io_stream *st, bool reset)
{
	struct sockio_stream *s = sockio_stream_of(st);

	sockio_obj_fini(&s->obj);
	if (reset)
		sock_abort(s->obj.sk);
	else
		sock_close(s->obj.sk);
	sockio_stream_free(s);
}

static int
stream_error(const struct io_stream *st)
{
	return -sockio_stream_of(st)->failure.error;
}

static int
stream_local(const struct io_stream *st, struct endpoint *out)
{
	return sock_local(sockio_sock(st), out);
}

static int
stream_remote(const struct io_stream *st, struct endpoint *out)
{
	return sock_remote(sockio_sock(st), out);
}

static void
stream_want(struct io_stream *st, unsigned events)
{
	struct sockio_stream *s = sockio_stream_of(st);

	s->want = events & (IO_READABLE | IO_WRITABLE);
	sockio_check(&s->obj);
}

static const struct io_stream_ops STREAM_OPS = {
    .read = sockio_read,
    .write = sockio_write,
    .peek = sockio_peek,
    .consume = sockio_consume,
    .reserve = sockio_reserve,
    .commit = sockio_commit,
    .shutdown = stream_shutdown,
    .close = stream_close,
    .error = stream_error,
    .local = stream_local,
    .remote = stream_remote,
    .want = stream_want,
    .at_mark = sockio_at_mark,
    .write_urgent = sockio_write_urgent,
    .ends_after = sockio_ends_after,
    .unacked = sockio_unacked,
};

void
sockio_streams_init(struct sockio *io)
{
	slab_init(&io->streams, sizeof(struct sockio_stream), STREAMS_KEPT);
}

struct sockio_stream *
sockio_stream_new(struct sockio *io)
{
	struct sockio_stream *s = slab_take(&io->streams);

	if (s)
		s->obj.io = io;
	return s;
}

void
sockio_stream_free(struct sockio_stream *s)
{
	slab_give(&s->obj.io->streams, s);
}

struct io_stream *
sockio_stream_begin(struct sockio_stream *s, struct sock *sk, bool connecting)
{
	sockio_obj_init(&s->obj, &STREAM_KIND, s->obj.io, sk);
	s->stream.ops = &STREAM_OPS;
	s->connecting = connecting;
	sock_watch(sk, stream_changed, s);
	if (!connecting)
		sockio_stream_learn(s);
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
	return sockio_stream_of(st)->obj.sk;
}

struct sock *
sockio_release(struct io_stream *st)
{
	struct sockio_stream *s = sockio_stream_of(st);
	struct sock *sk = s->obj.sk;

	sock_watch(sk, NULL, NULL);
	sockio_obj_fini(&s->obj);
	sockio_stream_free(s);
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
	sockio_stream_free(s);
	return err;
}
