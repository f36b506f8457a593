/*
 * test/unit/io/scramble.c - a scrambled stream as a stream of io/io.h.
 */
#include "io/scramble_impl.h"

#include "base/bytes.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

static struct scramble *
scramble_of(const struct io_stream *s)
{
	return container_of(s, struct scramble, io);
}

/* Events */

static bool
has_room(const struct scramble *s)
{
	return s->connected && s->out.len == 0 && !s->out.unconfirmed && !s->out.rekey_due;
}

static unsigned
to_notify(const struct scramble *s)
{
	unsigned level = 0;

	if (!s->owned || !s->io.fn)
		return 0;
	if (s->in.data || s->in.ended || s->failure.error)
		level |= IO_READABLE;
	if (has_room(s) || s->shut || s->failure.error)
		level |= IO_WRITABLE;
	return s->once | (s->connected || s->failure.error ? s->want & level : 0);
}

static void
poke(struct scramble *s)
{
	if (to_notify(s) && !timer_armed(&s->timer))
		timer_arm(s->w->world.wheel, &s->timer, io_now(s->w->below) + USEC);
}

static void
notify(struct timer *t)
{
	struct scramble *s = container_of(t, struct scramble, timer);
	unsigned events = to_notify(s);

	if (!events)
		return;
	s->once = 0;
	poke(s);
	s->io.fn(&s->io, events, s->io.arg);
}

void
scramble_fail(struct scramble *s, int error)
{
	if (!io_failure_set(&s->failure, error))
		return;
	s->once |= IO_FAILED;
	s->out.len = s->out.off = 0;
}

/*
 * A closed stream is finished when everything is sent, and the other side has closed too or sends
 * data.
 */
static bool
may_end(const struct scramble *s)
{
	return s->failure.error || (s->out.len == 0 && (s->in.data || s->in.ended || s->in.empty));
}

static void
end(struct scramble *s, bool reset)
{
	io_close(s->below, reset);
	scramble_free(s);
}

void
scramble_below(struct io_stream *below, unsigned events, void *arg)
{
	struct scramble *s = arg;

	scramble_pump(s);
	if (events & IO_FAILED)
		scramble_fail(s, -io_error(below));
	if (s->l)
		scramble_listener_heard(s->l, s);
	else if (s->lingering && may_end(s))
		end(s, false);
	else
		poke(s);
}

static void
scramble_want(struct io_stream *io, unsigned events)
{
	scramble_of(io)->want = events;
	poke(scramble_of(io));
}

/* Reading */

static int
nothing(struct scramble *s)
{
	if (s->failure.error)
		return io_failure_read(&s->failure);
	return s->in.ended ? 0 : -LEAT_EAGAIN;
}

static int
scramble_peek(struct io_stream *io, struct pkt_span *span, unsigned max)
{
	struct scramble *s = scramble_of(io);
	struct scramble_in *in = &s->in;

	scramble_pump(s);
	poke(s);
	if (!in->data)
		return nothing(s);
	span[0] = (struct pkt_span){
	    in->octets + SCRAMBLE_HEAD + in->off, (uint32_t)(be16_get(in->octets) - in->off)};
	return 1;
}

static void
scramble_consume(struct io_stream *io, size_t len)
{
	if (len > 0)
		scramble_took(scramble_of(io), len);
	poke(scramble_of(io));
}

static ssize_t
scramble_read(struct io_stream *io, void *buf, size_t len)
{
	struct pkt_span span;
	int n = scramble_peek(io, &span, 1);

	if (n <= 0)
		return n;
	len = len < span.len ? len : span.len;
	memcpy(buf, span.at, len);
	scramble_consume(io, len);
	return (ssize_t)len;
}

/* Writing */

static ssize_t
scramble_reserve(struct io_stream *io, size_t want, void **at)
{
	struct scramble *s = scramble_of(io);

	scramble_pump(s);
	poke(s);
	if (s->failure.error)
		return io_failure_write(&s->failure);
	if (s->shut)
		return -LEAT_EPIPE;
	if (!has_room(s))
		return -LEAT_EAGAIN;
	*at = s->out.octets + SCRAMBLE_HEAD;
	return want < SCRAMBLE_MAX ? (ssize_t)want : SCRAMBLE_MAX;
}

static void
scramble_commit(struct io_stream *io, size_t len, unsigned flags)
{
	struct scramble *s = scramble_of(io);

	if (len == 0)
		return;
	scramble_seal_data(s, len);
	scramble_pump(s);
	poke(s);
}

static ssize_t
write_one(struct io_stream *io, const uint8_t *from, size_t len)
{
	size_t done = 0;

	while (done < len) {
		void *at;
		ssize_t room = scramble_reserve(io, len - done, &at);

		if (room < 0)
			return done > 0 ? (ssize_t)done : room;
		memcpy(at, from + done, (size_t)room);
		scramble_commit(io, (size_t)room, 0);
		done += (size_t)room;
	}
	return (ssize_t)done;
}

static ssize_t
scramble_write(struct io_stream *io, const struct pkt_span *span, unsigned n, unsigned flags)
{
	size_t done = 0;

	for (unsigned i = 0; i < n; i++) {
		ssize_t len = write_one(io, span[i].at, span[i].len);

		if (len < 0)
			return done > 0 ? (ssize_t)done : len;
		done += (size_t)len;
		if ((size_t)len < span[i].len)
			break;
	}
	return (ssize_t)done;
}

/* The end */

static int
scramble_shutdown(struct io_stream *io)
{
	struct scramble *s = scramble_of(io);

	if (!s->connected || s->failure.error)
		return -LEAT_ENOTCONN;
	if (!s->shut)
		s->out.close_due = true;
	s->shut = true;
	scramble_pump(s);
	poke(s);
	return 0;
}

static void
scramble_close(struct io_stream *io, bool reset)
{
	struct scramble *s = scramble_of(io);

	timer_cancel(s->w->world.wheel, &s->timer);
	if (!reset && s->connected && !s->failure.error)
		scramble_pump(s);
	s->owned = false;
	s->w->owned--;
	s->lingering = true;
	s->w->lingering++;
	if (reset || !s->connected || s->failure.error) {
		end(s, !s->failure.error);
		return;
	}
	if (!s->in.data && !s->shut)
		s->out.close_due = s->shut = true;
	scramble_pump(s);
	if (may_end(s))
		end(s, false);
}

/* Its state */

static int
scramble_error(const struct io_stream *io)
{
	return -scramble_of(io)->failure.error;
}

static int
scramble_local(const struct io_stream *io, struct endpoint *out)
{
	const struct io_stream *below = scramble_of(io)->below;

	return below->ops->local(below, out);
}

static int
scramble_remote(const struct io_stream *io, struct endpoint *out)
{
	const struct io_stream *below = scramble_of(io)->below;

	return below->ops->remote(below, out);
}

static const struct io_stream_ops scramble_ops = {
    .read = scramble_read,
    .write = scramble_write,
    .peek = scramble_peek,
    .consume = scramble_consume,
    .reserve = scramble_reserve,
    .commit = scramble_commit,
    .shutdown = scramble_shutdown,
    .close = scramble_close,
    .error = scramble_error,
    .local = scramble_local,
    .remote = scramble_remote,
    .want = scramble_want,
};

struct scramble *
scramble_new(struct scramble_world *w, struct io_stream *below, struct scramble_listener *l)
{
	struct scramble *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->io.ops = &scramble_ops;
	s->w = w;
	s->l = l;
	s->client = !l;
	s->below = below;
	timer_init(&s->timer, notify);
	list_push(&w->streams, &s->node);
	scramble_start(s);
	io_stream_watch(below, scramble_below, s, 0);
	scramble_pump(s);
	return s;
}

void
scramble_own(struct scramble *s)
{
	s->l = NULL;
	s->owned = true;
	s->w->owned++;
}

void
scramble_free(struct scramble *s)
{
	if (s->lingering)
		s->w->lingering--;
	list_del(&s->node);
	free(s);
}
