/*
 * sim/simio_stream.c - implements a stream of io/io.h for an end of a connection in virtual time.
 * The messages between the ends are in simio_conn.c.
 */
#include "base/err.h"
#include "sim/simio_conn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct simio_end *
end_of(const struct io_stream *s)
{
	return container_of(s, struct simio_end, io);
}

/* Events */

/* Returns the levels that hold at @e now. */
static unsigned
level_of(const struct simio_end *e)
{
	unsigned level = 0;

	if (!e->connected && !e->failure.error)
		return 0;
	if (!list_empty(&e->unread) || e->ended || e->failure.error)
		level |= IO_READABLE;
	if (e->room > 0 || e->shut || e->failure.error)
		level |= IO_WRITABLE;
	return level;
}

static unsigned
to_notify(const struct simio_end *e)
{
	return e->owned && e->io.fn ? e->once | (e->want & level_of(e)) : 0;
}

void
simio_end_poke(struct simio_end *e)
{
	if (to_notify(e))
		simio_notify_soon(&e->notifier);
}

void
simio_end_notify(struct timer *t)
{
	struct simio_end *e = container_of(t, struct simio_end, notifier.timer);
	unsigned events = to_notify(e);

	if (!events)
		return;
	e->once = 0;
	simio_end_poke(e);
	e->io.fn(&e->io, events, e->io.arg);
}

static void
end_want(struct io_stream *s, unsigned events)
{
	end_of(s)->want = events;
	simio_end_poke(end_of(s));
}

/* Reading */

/* Returns what a read without octets returns: 0 at the end, -LEAT_EAGAIN, or the error, once. */
static int
nothing(struct simio_end *e)
{
	if (e->failure.error)
		return io_failure_read(&e->failure);
	return e->ended ? 0 : -LEAT_EAGAIN;
}

static struct simio_msg *
next_unread(const struct simio_end *e)
{
	return list_first(&e->unread, struct simio_msg, node);
}

static bool
end_at_mark(const struct io_stream *s)
{
	const struct simio_msg *m = next_unread(end_of(s));

	return m && m->urgent;
}

static int
end_peek(struct io_stream *s, struct pkt_span *span, unsigned max)
{
	struct simio_end *e = end_of(s);
	unsigned n = 0;

	list_each(node, &e->unread) {
		const struct simio_msg *m = container_of(node, struct simio_msg, node);

		if (n == max || (n > 0 && m->urgent))
			break;
		span[n++] = (struct pkt_span){m->octets + m->off, m->len - m->off};
		if (m->urgent)
			break;
	}
	return n > 0 ? (int)n : nothing(e);
}

static void
end_consume(struct io_stream *s, size_t len)
{
	struct simio_end *e = end_of(s);

	while (len > 0) {
		struct simio_msg *m = next_unread(e);
		uint32_t n;

		assert(m); /* the caller consumes at most what peek() showed */
		n = m->len - m->off;
		n = n < len ? n : (uint32_t)len;
		simio_consumed(e, m, n);
		len -= n;
	}
}

static ssize_t
end_read(struct io_stream *s, void *buf, size_t len)
{
	struct simio_end *e = end_of(s);
	uint8_t *to = buf;
	size_t done = 0;

	assert(len > 0);
	if (list_empty(&e->unread))
		return nothing(e);
	while (done < len && !list_empty(&e->unread)) {
		struct simio_msg *m = next_unread(e);
		uint32_t n = m->len - m->off;
		bool urgent = m->urgent;

		if (urgent && done > 0)
			break;
		n = n < len - done ? n : (uint32_t)(len - done);
		memcpy(to + done, m->octets + m->off, n);
		simio_consumed(e, m, n);
		done += n;
		if (urgent)
			break;
	}
	return (ssize_t)done;
}

/* Writing */

/* Returns 0 if octets can be written, or the error that write() returns. */
static int
may_write(struct simio_end *e)
{
	if (e->failure.error)
		return io_failure_write(&e->failure);
	if (e->shut)
		return -LEAT_EPIPE;
	return e->connected && e->room > 0 ? 0 : -LEAT_EAGAIN;
}

static ssize_t
end_reserve(struct io_stream *s, size_t want, void **at)
{
	struct simio_end *e = end_of(s);
	size_t len = want < SIMIO_CHUNK ? want : SIMIO_CHUNK;
	int err = may_write(e);

	if (err < 0)
		return err;
	len = len < e->room ? len : e->room;
	e->reserved = simio_msg_new(len);
	if (!e->reserved)
		return -LEAT_EAGAIN; /* IO_WRITABLE still holds: the next turn tries again */
	*at = e->reserved->octets;
	return (ssize_t)len;
}

/* Sends the octets at once. @flags would allow to wait for more, but that has no use here. */
static void
end_commit(struct io_stream *s, size_t len, unsigned flags)
{
	struct simio_end *e = end_of(s);
	struct simio_msg *m = e->reserved;

	e->reserved = NULL;
	m->len = (uint32_t)len;
	if (len == 0) {
		free(m);
		return;
	}
	e->room -= len;
	simio_send(e, m);
}

/*
 * Copies octets to @to, at most @len, from offset *@off of the span *@at on, and advances both.
 * Returns how many it copied.
 */
static size_t
gather(uint8_t *to, size_t len, const struct pkt_span **at, const struct pkt_span *end, uint32_t *off)
{
	size_t done = 0;

	while (done < len && *at < end) {
		uint32_t n = (*at)->len - *off;

		n = n < len - done ? n : (uint32_t)(len - done);
		memcpy(to + done, (*at)->at + *off, n);
		done += n;
		*off += n;
		if (*off == (*at)->len) {
			(*at)++;
			*off = 0;
		}
	}
	return done;
}

static size_t
spans_len(const struct pkt_span *span, unsigned n)
{
	size_t len = 0;

	for (unsigned i = 0; i < n; i++)
		len += span[i].len;
	return len;
}

static ssize_t
end_write(struct io_stream *s, const struct pkt_span *span, unsigned n, unsigned flags)
{
	const struct pkt_span *const end = span + n;
	size_t left = spans_len(span, n), done = 0;
	uint32_t off = 0;
	ssize_t room;
	void *at;

	while (left > 0) {
		room = end_reserve(s, left, &at);
		if (room < 0)
			return done > 0 ? (ssize_t)done : room;
		end_commit(s, gather(at, (size_t)room, &span, end, &off), flags);
		done += (size_t)room;
		left -= (size_t)room;
	}
	return (ssize_t)done;
}

static ssize_t
end_write_urgent(struct io_stream *s, uint8_t octet)
{
	struct simio_end *e = end_of(s);
	void *at;
	ssize_t n = end_reserve(s, 1, &at);

	if (n < 0)
		return n;
	*(uint8_t *)at = octet;
	e->reserved->urgent = true;
	end_commit(s, 1, 0);
	return 1;
}

/* The end */

static bool
end_ends_after(const struct io_stream *s, size_t len)
{
	const struct simio_end *e = end_of(s);

	if (!e->ended || e->failure.error)
		return false;
	list_each(node, &e->unread) {
		const struct simio_msg *m = container_of(node, struct simio_msg, node);

		if (m->len - m->off > len)
			return false;
		len -= m->len - m->off;
	}
	return len == 0;
}

static int
end_shutdown(struct io_stream *s)
{
	struct simio_end *e = end_of(s);

	if (!e->connected || e->failure.error)
		return -LEAT_ENOTCONN;
	if (!e->shut)
		simio_send_end(e);
	simio_end_poke(e);
	return 0;
}

/* Returns true if octets have arrived that were not read. */
static bool
left_unread(const struct simio_end *e)
{
	return !list_empty(&e->unread);
}

static void
end_close(struct io_stream *s, bool reset)
{
	struct simio_end *e = end_of(s);
	struct simio_conn *c = e->conn;

	timer_cancel(c->net->wheel, &e->notifier.timer);
	e->owned = false;
	if (!e->connected && list_linked(&c->end[1].open.node))
		list_del(&c->end[1].open.node); /* OPEN has not arrived at the server */
	if (reset || !e->connected || left_unread(e))
		simio_send_reset(e);
	else if (!e->shut)
		simio_send_end(e);
	simio_closed(e->host);
	simio_conn_free_if_unused(c);
}

void
simio_end_reset(struct simio_end *e)
{
	list_del(&e->queued);
	simio_send_reset(e);
	simio_conn_free_if_unused(e->conn);
}

/* Addresses and the error */

static int
end_error(const struct io_stream *s)
{
	return -end_of(s)->failure.error;
}

static int
end_local(const struct io_stream *s, struct endpoint *out)
{
	*out = end_of(s)->name;
	return 0;
}

static int
end_remote(const struct io_stream *s, struct endpoint *out)
{
	const struct simio_end *e = end_of(s);

	if (!e->connected)
		return -LEAT_ENOTCONN;
	*out = e->peer->name;
	return 0;
}

static const struct io_stream_ops end_ops = {
    .read = end_read,
    .write = end_write,
    .peek = end_peek,
    .consume = end_consume,
    .reserve = end_reserve,
    .commit = end_commit,
    .shutdown = end_shutdown,
    .close = end_close,
    .error = end_error,
    .local = end_local,
    .remote = end_remote,
    .want = end_want,
    .at_mark = end_at_mark,
    .write_urgent = end_write_urgent,
    .ends_after = end_ends_after,
};

struct io_stream *
simio_end_own(struct simio_end *e)
{
	list_del(&e->queued);
	e->owned = true;
	e->io = (struct io_stream){.ops = &end_ops};
	simio_opened(e->host);
	return &e->io;
}
