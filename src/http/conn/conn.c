/*
 * http/conn/conn.c - the buffers of a connection, and the stages in which it closes.
 */
#include "http/conn/conn.h"

#include "base/err.h"

#include <assert.h>

/*
 * Octets thrown away at most while lingering. Many clients read the answer only after they have
 * sent all: they get it if what they send is no longer than this, and else a reset.
 */
enum { LINGER_MOST = 64 << 20 };

/* Octets that the parser may pass over before a head. */
enum { EMPTY_LINES_ROOM = 16 };

void
http_conn_init(struct http_conn *c, const struct http_conn_role *role, const struct http_buffers *b,
    const struct http_limits *limits)
{
	assert(b->in_most >= (size_t)limits->head + limits->trailer + EMPTY_LINES_ROOM);
	*c = (struct http_conn){.role = role, .in = b->in, .in_most = b->in_most, .linger_left = LINGER_MOST};
	http_outgoing_init(&c->out, b->out, b->out_most);
}

enum http_event
http_conn_next(struct http_conn *c)
{
	size_t used;
	enum http_event e = http_parser_next(&c->parser, c->in + c->at, c->end - c->at, &used);

	c->at += used;
	if (e == HTTP_EVENT_MORE && c->eof && c->state == HTTP_OPEN)
		e = http_parser_eof(&c->parser);
	return e;
}

void
http_conn_close(struct http_conn *c, bool linger)
{
	c->state = HTTP_CLOSING;
	c->linger = linger;
	c->body.len = 0;
}

static void
run(struct http_conn *c)
{
	if (c->running || c->state != HTTP_OPEN)
		return;
	c->running = true;
	do {
		c->kicked = false;
		c->role->run(c);
	} while (c->kicked && c->state == HTTP_OPEN);
	c->running = false;
}

void
http_conn_kick(struct http_conn *c)
{
	c->kicked = true;
	if (c->running)
		return;
	run(c);
	if (c->woken)
		c->woken(c, c->woken_arg);
}

static unsigned
wants_closing(const struct http_conn *c)
{
	if (http_outgoing_pending(&c->out))
		return HTTP_WANT_WRITE;
	return c->linger && !c->eof ? HTTP_WANT_SHUTDOWN : HTTP_WANT_CLOSE;
}

static unsigned
wants_open(const struct http_conn *c)
{
	return (http_outgoing_pending(&c->out) ? HTTP_WANT_WRITE : 0u) |
	       (c->reading && !c->eof ? HTTP_WANT_READ : 0u);
}

unsigned
http_conn_wants(const struct http_conn *c)
{
	switch (c->state) {
	case HTTP_OPEN:
		return wants_open(c);
	case HTTP_CLOSING:
		return wants_closing(c);
	case HTTP_LINGERING:
		return c->eof || c->linger_left == 0 ? HTTP_WANT_CLOSE : HTTP_WANT_READ;
	case HTTP_HANDED_OVER:
		return http_outgoing_pending(&c->out) ? HTTP_WANT_WRITE : HTTP_WANT_HANDOVER;
	case HTTP_RESET:
		return HTTP_WANT_RESET;
	default:
		return HTTP_WANT_CLOSE;
	}
}

enum http_conn_waits
http_conn_waits(const struct http_conn *c)
{
	unsigned wants = http_conn_wants(c);

	if (wants & HTTP_WANT_OVER)
		return HTTP_CONN_OVER;
	if (c->state == HTTP_LINGERING)
		return HTTP_CONN_LINGER;
	if (c->state == HTTP_OPEN && !(wants & HTTP_WANT_WRITE))
		return c->role->waits(c);
	return HTTP_CONN_WRITE;
}

/* Moves what was not parsed down to what is kept. */
static void
move_down(struct http_conn *c)
{
	size_t n = c->end - c->at;

	assert(c->body.len == 0);
	if (c->at > c->keep) {
		http_parser_moved(&c->parser, c->in + c->keep);
		memmove(c->in + c->keep, c->in + c->at, n);
	}
	c->at = c->keep;
	c->end = c->keep + n;
}

/* A head is not moved while it grows, so there must be room for all of it where it begins. */
void
http_conn_begin(struct http_conn *c)
{
	c->keep = 0;
	if (c->at == c->end || c->in_most - c->at < (size_t)c->parser.limits.head + EMPTY_LINES_ROOM)
		move_down(c);
}

size_t
http_conn_room(struct http_conn *c, char **at)
{
	if (c->state == HTTP_LINGERING)
		c->at = c->end = c->keep = 0;
	else if (c->end == c->in_most || c->at == c->end)
		move_down(c);
	*at = c->in + c->end;
	return c->in_most - c->end;
}

void
http_conn_arrived(struct http_conn *c, size_t n)
{
	assert(n <= c->in_most - c->end);
	if (n == 0)
		c->eof = true;
	if (c->state == HTTP_LINGERING) {
		c->linger_left -= n < c->linger_left ? n : c->linger_left;
		return;
	}
	c->end += n;
	run(c);
}

struct http_output
http_conn_output(const struct http_conn *c)
{
	return http_outgoing_next(&c->out);
}

void
http_conn_written(struct http_conn *c, uint64_t n)
{
	http_outgoing_written(&c->out, n);
	run(c);
}

void
http_conn_shut(struct http_conn *c)
{
	if (c->state == HTTP_CLOSING)
		c->state = HTTP_LINGERING;
}

void
http_conn_failed(struct http_conn *c, int err)
{
	if (c->state == HTTP_OPEN)
		c->role->give_up(c, err);
	c->state = HTTP_RESET;
}

void
http_conn_timeout(struct http_conn *c)
{
	if (c->state == HTTP_LINGERING)
		c->state = HTTP_CLOSED;
	else if (http_outgoing_pending(&c->out))
		http_conn_failed(c, -LEAT_ETIMEDOUT);
	else if (c->state == HTTP_OPEN)
		c->role->timeout(c);
}

struct http_span
http_conn_rest(const struct http_conn *c)
{
	return (struct http_span){c->in + c->at, c->end - c->at};
}
