/*
 * test/unit/http/conn/evented.c - the operations of a stream, as far as they go without waiting.
 */
#include "evented.h"

#include "base/err.h"

#include <unistd.h>

/* Where the stream sends no files itself. */
static ssize_t
write_file(struct io_stream *s, const struct http_output *o)
{
	char buf[4096];
	off_t off = o->off;
	ssize_t n;

	if (s->ops->send_file)
		return s->ops->send_file(s, o->fd, &off, o->len, 0);
	n = pread(o->fd, buf, o->len < sizeof buf ? o->len : sizeof buf, off);
	return n > 0 ? io_write(s, buf, (size_t)n, 0) : n;
}

static ssize_t
write_output(struct io_stream *s, const struct http_output *o)
{
	struct pkt_span span[2];

	if (o->spans == 0)
		return write_file(s, o);
	for (unsigned i = 0; i < o->spans; i++)
		span[i] = (struct pkt_span){(const uint8_t *)o->span[i].at, (uint32_t)o->span[i].len};
	return s->ops->write(s, span, o->spans, o->more ? IO_MORE : 0);
}

/* Content may take long, as long as it moves. A head may not. */
static void
moves(struct evented *e)
{
	if (e->waits == HTTP_CONN_BODY || e->waits == HTTP_CONN_WRITE)
		timer_cancel(e->world->wheel, &e->timer);
}

/* These return false if nothing more can be done now. */
static bool
write_some(struct evented *e)
{
	struct http_output o = http_conn_output(e->c);
	ssize_t n = write_output(e->s, &o);

	if (n == -LEAT_EAGAIN)
		return false;
	moves(e);
	if (n > 0)
		http_conn_written(e->c, (uint64_t)n);
	else
		http_conn_failed(e->c, n < 0 ? (int)n : -LEAT_EIO);
	return true;
}

static bool
read_some(struct evented *e)
{
	char *at;
	size_t room = http_conn_room(e->c, &at);
	ssize_t n = io_read(e->s, at, room);

	if (n == -LEAT_EAGAIN)
		return false;
	moves(e);
	if (n >= 0)
		http_conn_arrived(e->c, (size_t)n);
	else
		http_conn_failed(e->c, (int)n);
	return true;
}

static bool
step(struct evented *e, unsigned wants)
{
	if (wants & HTTP_WANT_SHUTDOWN) {
		io_shutdown(e->s);
		http_conn_shut(e->c);
		return true;
	}
	return ((wants & HTTP_WANT_WRITE) && write_some(e)) || ((wants & HTTP_WANT_READ) && read_some(e));
}

static void
finish(struct evented *e, unsigned wants)
{
	struct io_stream *s = e->s;

	timer_cancel(e->world->wheel, &e->timer);
	if (wants & HTTP_WANT_HANDOVER) {
		s->ops->want(s, 0);
	} else {
		e->s = NULL;
		io_close(s, wants & HTTP_WANT_RESET);
	}
	e->over(e, wants);
}

/* Time runs anew when something else is waited for: so octets that trickle in gain none. */
static void
arm(struct evented *e)
{
	enum http_conn_waits waits = http_conn_waits(e->c);

	if (waits == e->waits && timer_armed(&e->timer))
		return;
	e->waits = waits;
	timer_arm(e->world->wheel, &e->timer, nsec_add(io_now(e->world), e->patience));
}

static void
go(struct evented *e)
{
	unsigned wants;

	do {
		wants = http_conn_wants(e->c);
	} while (!(wants & HTTP_WANT_OVER) && step(e, wants));
	if (wants & HTTP_WANT_OVER) {
		finish(e, wants);
		return;
	}
	io_want(
	    e->s, (wants & HTTP_WANT_READ ? IO_READABLE : 0u) | (wants & HTTP_WANT_WRITE ? IO_WRITABLE : 0u));
	arm(e);
}

static void
on_event(struct io_stream *s, unsigned events, void *arg)
{
	struct evented *e = arg;

	if (events & IO_FAILED)
		http_conn_failed(e->c, io_error(s));
	go(e);
}

static void
on_timer(struct timer *t)
{
	struct evented *e = container_of(t, struct evented, timer);

	http_conn_timeout(e->c);
	go(e);
}

/* Written in the next turn: a call of the program's does no I/O. */
static void
on_woken(struct http_conn *c, void *arg)
{
	struct evented *e = arg;

	if (e->s)
		io_want(e->s, IO_WRITABLE);
}

void
evented_begin(struct evented *e)
{
	e->c->woken = on_woken;
	e->c->woken_arg = e;
	timer_init(&e->timer, on_timer);
	io_stream_watch(e->s, on_event, e, IO_READABLE);
	arm(e);
}
