/*
 * serve/conn.c - joins a connection of HTTP to a stream, and gives it only so much time.
 *
 * It reads at once after the accept and goes on until the stream says that nothing more can be
 * done, so that the kernel is asked for events only then.
 */
#include "serve/impl.h"

#include "base/err.h"

#include <unistd.h>

/* Octets that one connection may move before the others have their turn. */
enum { TURN_MOST = 2 << 20 };

static struct http_conn *
http_of(struct serve_conn *c)
{
	return &c->work->http.conn;
}

/* Where the stream does not send files itself. */
static ssize_t
write_file(struct io_stream *io, const struct http_output *o, bool last)
{
	char buf[16384];
	off_t off = o->off;
	ssize_t n;

	if (io->ops->send_file)
		return io->ops->send_file(
		    io, o->fd, &off, o->len < TURN_MOST ? o->len : TURN_MOST, last ? IO_LAST : 0);
	n = pread(o->fd, buf, o->len < sizeof buf ? o->len : sizeof buf, off);
	return n > 0 ? io_write(io, buf, (size_t)n, 0) : n;
}

static ssize_t
write_output(struct io_stream *io, const struct http_output *o, bool last)
{
	struct pkt_span span[2];

	if (o->spans == 0)
		return write_file(io, o, last);
	for (unsigned i = 0; i < o->spans; i++)
		span[i] = (struct pkt_span){(const uint8_t *)o->span[i].at, (uint32_t)o->span[i].len};
	return io->ops->write(io, span, o->spans, o->more ? IO_MORE : last ? IO_LAST : 0);
}

/*
 * True if the end of the connection follows these octets: it then goes out with them. A file is
 * sent while its exchange lasts, and other content is queued before the connection closes.
 */
static bool
closes_after(const struct http_server *http, const struct http_output *o)
{
	return o->spans == 0 ? http->last : http->conn.state == HTTP_CLOSING && !http->conn.linger;
}

/* These return false if nothing more can be done now. */
static bool
write_some(struct serve_conn *c)
{
	struct http_output o = http_conn_output(http_of(c));
	ssize_t n = write_output(c->io, &o, closes_after(&c->work->http, &o));

	if (n == -LEAT_EAGAIN)
		return false;
	if (n > 0) {
		c->moved += (uint64_t)n;
		c->serve->counts->octets += (uint64_t)n;
		http_conn_written(http_of(c), (uint64_t)n);
	} else {
		http_conn_failed(http_of(c), n < 0 ? (int)n : -LEAT_EIO);
	}
	return true;
}

static bool
read_some(struct serve_conn *c)
{
	char *at;
	size_t room = http_conn_room(http_of(c), &at);
	ssize_t n = io_read(c->io, at, room);

	if (n == -LEAT_EAGAIN)
		return false;
	if (n >= 0) {
		c->moved += (uint64_t)n;
		http_conn_arrived(http_of(c), (size_t)n);
	} else {
		http_conn_failed(http_of(c), (int)n);
	}
	return true;
}

static bool
step(struct serve_conn *c, unsigned wants)
{
	if (wants & HTTP_WANT_SHUTDOWN) {
		io_shutdown(c->io);
		http_conn_shut(http_of(c));
		return true;
	}
	return ((wants & HTTP_WANT_WRITE) && write_some(c)) || ((wants & HTTP_WANT_READ) && read_some(c));
}

/* How long the connection may wait as it does now. */
static nsec_t
patience(const struct serve_conn *c)
{
	const struct serve_settings *set = c->serve->set;

	switch (c->waits) {
	case HTTP_CONN_IDLE:
		return c->timed > 0 ? set->idle_time : set->head_time;
	case HTTP_CONN_START_LINE:
	case HTTP_CONN_HEAD:
		return set->head_time;
	case HTTP_CONN_PROGRAM:
		return NSEC_NEVER;
	default:
		return set->moving_time;
	}
}

static void
set_deadline(struct serve_conn *c)
{
	struct io_world *world = c->serve->world;

	c->deadline = nsec_add(io_now(world), patience(c));
	c->moved_before = c->moved;
	if (c->deadline != NSEC_NEVER && (!timer_armed(&c->timer) || c->timer.when > c->deadline))
		timer_arm(world->wheel, &c->timer, c->deadline);
}

/*
 * Time runs anew when something else is waited for, or for another request: so octets that trickle
 * in gain none. A timer that is armed for an earlier time stays, since most deadlines are moved on
 * before they come.
 */
static void
update_deadline(struct serve_conn *c)
{
	enum http_conn_waits waits = c->work ? http_conn_waits(http_of(c)) : HTTP_CONN_IDLE;
	uint32_t requests = c->work ? c->work->http.requests : c->requests;

	if (waits == HTTP_CONN_START_LINE)
		waits = HTTP_CONN_HEAD;
	if (waits == c->waits && requests == c->timed)
		return;
	c->waits = waits;
	c->timed = requests;
	set_deadline(c);
}

/* True if nothing of a request has arrived: the buffers are then of no use. */
static bool
is_idle(const struct http_conn *h)
{
	return h->state == HTTP_OPEN && h->at == h->end && !http_outgoing_pending(&h->out) &&
	       http_conn_waits(h) == HTTP_CONN_IDLE;
}

static void
conn_rest(struct serve_conn *c, unsigned wants)
{
	if (is_idle(http_of(c)))
		work_give(c);
	io_want(c->io,
	    (wants & HTTP_WANT_READ ? IO_READABLE : 0u) | (wants & HTTP_WANT_WRITE ? IO_WRITABLE : 0u));
	update_deadline(c);
}

/* Does all that can be done now. @c may be gone after that. */
static void
conn_go(struct serve_conn *c)
{
	uint64_t until = c->moved + TURN_MOST;
	unsigned wants;

	c->going = true;
	do {
		wants = http_conn_wants(http_of(c));
	} while (!(wants & HTTP_WANT_OVER) && step(c, wants) && c->moved < until);
	wants = http_conn_wants(http_of(c));
	c->going = false;
	if (wants & HTTP_WANT_OVER)
		conn_end(c, wants & HTTP_WANT_RESET);
	else
		conn_rest(c, wants);
}

/* A request was answered from outside of conn_go(): it is written in the next turn. */
static void
on_woken(struct http_conn *h, void *arg)
{
	struct serve_conn *c = arg;

	if (!c->going)
		io_want(c->io, IO_WRITABLE);
}

static bool
conn_wake(struct serve_conn *c)
{
	if (!c->work && work_take(c)) {
		http_of(c)->woken = on_woken;
		http_of(c)->woken_arg = c;
	}
	return c->work != NULL;
}

/* Gives back all that the connection has, and returns its stream. */
static struct io_stream *
conn_leave(struct serve_conn *c)
{
	struct serve *s = c->serve;
	struct io_stream *io = c->io;

	if (c->work) {
		http_conn_failed(http_of(c), -LEAT_ECONNABORTED);
		work_give(c);
	}
	timer_cancel(s->world->wheel, &c->timer);
	share_leave(s->share, s->set->slot, c->place);
	list_del(&c->node);
	s->conns_now--;
	slab_give(&s->conn_slab, c);
	return io;
}

static void
conn_without_memory(struct serve_conn *c)
{
	struct serve *s = c->serve;
	struct ipaddr addr = c->addr;

	turn_away(s, conn_leave(c), &addr, REFUSED_BUSY);
}

static void
on_event(struct io_stream *io, unsigned events, void *arg)
{
	struct serve_conn *c = arg;

	if (!conn_wake(c)) {
		conn_without_memory(c);
		return;
	}
	if (events & IO_FAILED)
		http_conn_failed(http_of(c), io_error(io));
	conn_go(c);
}

static bool
moves(const struct serve_conn *c)
{
	return (c->waits == HTTP_CONN_WRITE || c->waits == HTTP_CONN_BODY) &&
	       c->moved - c->moved_before >= c->serve->set->moving_octets;
}

static void
on_timer(struct timer *t)
{
	struct serve_conn *c = container_of(t, struct serve_conn, timer);

	if (c->deadline == NSEC_NEVER)
		return;
	if (io_now(c->serve->world) < c->deadline) {
		timer_arm(c->serve->world->wheel, t, c->deadline);
	} else if (moves(c)) {
		set_deadline(c);
	} else if (!c->work) {
		conn_end(c, false);
	} else {
		c->serve->counts->timeouts++;
		http_conn_timeout(http_of(c));
		conn_go(c);
	}
}

void
conn_begin(struct serve *s, struct io_stream *io, const struct ipaddr *addr, uint32_t place, bool metrics)
{
	struct serve_conn *c = slab_take(&s->conn_slab);

	if (!c) {
		share_leave(s->share, s->set->slot, place);
		turn_away(s, io, addr, REFUSED_BUSY);
		return;
	}
	c->serve = s;
	c->io = io;
	c->addr = *addr;
	c->place = place;
	c->metrics = metrics;
	c->waits = HTTP_CONN_OVER;
	timer_init(&c->timer, on_timer);
	list_init(&c->node);
	list_push(&s->conns, &c->node);
	s->conns_now++;
	io_stream_watch(io, on_event, c, 0);
	if (conn_wake(c))
		conn_go(c);
	else
		conn_without_memory(c);
}

void
conn_finish(struct serve_conn *c)
{
	if (!c->work) {
		conn_end(c, false);
		return;
	}
	http_server_finish(&c->work->http);
	if (http_conn_wants(http_of(c)) & HTTP_WANT_OVER)
		io_want(c->io, IO_WRITABLE);
}

void
conn_end(struct serve_conn *c, bool reset)
{
	io_close(conn_leave(c), reset);
}
