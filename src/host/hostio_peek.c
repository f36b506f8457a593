/*
 * host/hostio_peek.c - shows the octets of a stream before they are consumed.
 *
 * The kernel's octets cannot be seen in place, so peek() reads them: one system call, and none to
 * consume them. All streams of a world share one buffer. Most streams consume everything before
 * another one peeks. When another one peeks, the octets that are left move to a block of their
 * size, which is the stream's until it has consumed them or peeks again. If the owner may still
 * look at them, they cannot move: the stream then keeps the buffer, and the world gets another one.
 */
#include "host/hostio_stream.h"

#include "base/err.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool
is_peeker(const struct hostio_stream *s)
{
	return s->sock.host->peeker == s;
}

size_t
hostio_held(const struct hostio_stream *s)
{
	return is_peeker(s) ? s->sock.host->len : s->kept_len;
}

void
hostio_drop_held(struct hostio_stream *s)
{
	if (is_peeker(s))
		s->sock.host->peeker = NULL;
	free(s->kept);
	s->kept = NULL;
	s->kept_len = 0;
	s->mark_held = false;
	s->looked = false;
}

/*
 * Lets the current peeker keep what is left. Returns false without memory; nothing has changed
 * then.
 */
static bool
peeker_leaves(struct hostio *h)
{
	struct hostio_stream *s = h->peeker;
	uint8_t *block = s->looked ? h->octets : malloc(h->len);

	if (!block)
		return false;
	if (s->looked)
		h->octets = NULL;
	else
		memcpy(block, h->octets + h->off, h->len);
	s->kept = block;
	s->kept_off = s->looked ? h->off : 0;
	s->kept_len = h->len;
	h->peeker = NULL;
	return true;
}

/*
 * Makes the world's buffer @s's, with the octets that it holds at the beginning. Returns false
 * without memory.
 */
static bool
peeker_enters(struct hostio_stream *s)
{
	struct hostio *h = s->sock.host;

	if (h->peeker && !peeker_leaves(h))
		return false;
	if (!h->octets)
		h->octets = malloc(HOSTIO_PEEK);
	if (!h->octets)
		return false;
	if (s->kept_len > 0)
		memcpy(h->octets, s->kept + s->kept_off, s->kept_len);
	h->off = 0;
	h->len = s->kept_len;
	h->peeker = s;
	free(s->kept);
	s->kept = NULL;
	s->kept_len = 0;
	return true;
}

/* Reads octets after those that are held. The urgent octet is held alone. Returns as read(). */
static ssize_t
fill(struct hostio_stream *s)
{
	struct hostio *h = s->sock.host;
	bool mark = hostio_kernel_at_mark(s);
	ssize_t n;

	if (s->mark_held || (mark && h->len > 0))
		return -LEAT_EAGAIN;
	memmove(h->octets, h->octets + h->off, h->len);
	h->off = 0;
	if (h->len == HOSTIO_PEEK)
		return -LEAT_EAGAIN;
	n = hostio_recv(s, h->octets + h->len, HOSTIO_PEEK - h->len, mark);
	if (n > 0) {
		h->len += (size_t)n;
		s->mark_held = mark;
	}
	return n;
}

/* Returns what peek() returns when fill() returned @n. */
static int
peeked(struct hostio_stream *s, ssize_t n, struct pkt_span *span)
{
	struct hostio *h = s->sock.host;

	if (h->len == 0) {
		h->peeker = NULL;
		hostio_stream_settle(s);
		return (int)n;
	}
	s->failure.reader_knows = false; /* the error of fill() is for a call that finds no octets */
	s->looked = true;
	*span = (struct pkt_span){h->octets + h->off, (uint32_t)h->len};
	return 1;
}

int
hostio_peek(struct io_stream *io, struct pkt_span *span, unsigned max)
{
	struct hostio_stream *s = hostio_stream_of(io);
	size_t held = hostio_held(s);
	ssize_t n = -LEAT_EAGAIN;

	assert(max > 0);
	if (held == 0 && s->drained)
		return -LEAT_EAGAIN;
	if (!is_peeker(s) && !peeker_enters(s))
		return -LEAT_EAGAIN; /* IO_READABLE still holds, so the next turn tries again */
	if (held == 0 || s->looked)
		n = fill(s);
	return peeked(s, n, span);
}

/* Takes @len of the held octets, which were shown or copied. */
static void
held_go(struct hostio_stream *s, size_t len)
{
	struct hostio *h = s->sock.host;

	s->looked = false;
	if (len == hostio_held(s)) {
		hostio_drop_held(s);
		hostio_stream_settle(s);
		return;
	}
	if (is_peeker(s)) {
		h->off += len;
		h->len -= len;
	} else {
		s->kept_off += len;
		s->kept_len -= len;
	}
}

void
hostio_consume(struct io_stream *io, size_t len)
{
	struct hostio_stream *s = hostio_stream_of(io);

	assert(len <= hostio_held(s));
	if (len > 0)
		held_go(s, len);
}

size_t
hostio_take_held(struct hostio_stream *s, void *buf, size_t len)
{
	const struct hostio *h = s->sock.host;
	size_t held = hostio_held(s), n = len < held ? len : held;

	memcpy(buf, is_peeker(s) ? h->octets + h->off : s->kept + s->kept_off, n);
	held_go(s, n);
	return n;
}
