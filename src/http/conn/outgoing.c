/*
 * http/conn/outgoing.c - a queue of octets with one piece of foreign content at its end.
 */
#include "http/conn/outgoing.h"

#include "base/err.h"

#include <assert.h>

/* Room beside heads: for "100 Continue", and around a chunk. */
enum { CONTINUE_ROOM = 64, CHUNK_CRLF = 2, LAST_CHUNK = 5 };

void
http_outgoing_init(struct http_outgoing *o, char *at, size_t most)
{
	assert(most >= HTTP_OUTGOING_LEAST && most <= UINT32_MAX);
	*o = (struct http_outgoing){.at = at, .most = most};
}

static size_t
queued(const struct http_outgoing *o)
{
	return o->end - o->begin;
}

/* True if the rest of the content goes out from where it lies. */
static bool
is_foreign(const struct http_outgoing *o)
{
	return o->open && o->content.length > 0 &&
	       (o->content.source == HTTP_FROM_MEMORY || o->content.source == HTTP_FROM_FILE);
}

bool
http_outgoing_pending(const struct http_outgoing *o)
{
	return queued(o) > 0 || is_foreign(o);
}

bool
http_outgoing_ready(const struct http_outgoing *o, size_t n)
{
	return !o->open && queued(o) + n + CONTINUE_ROOM <= o->most / 2;
}

/* All room in one piece, after what is queued. */
static size_t
make_room(struct http_outgoing *o)
{
	size_t n = queued(o);

	if (o->begin > 0 && n > 0)
		memmove(o->at, o->at + o->begin, n);
	o->message -= o->written ? 0 : o->begin;
	o->begin = 0;
	o->end = n;
	return o->most - n;
}

struct http_writer
http_outgoing_head(struct http_outgoing *o)
{
	size_t room = make_room(o);

	o->message = o->end;
	o->written = false;
	return http_writer(o->at + o->end, room < o->most / 2 ? room : o->most / 2);
}

void
http_outgoing_commit(struct http_outgoing *o, const struct http_writer *w)
{
	assert(w->err == 0 && w->at == o->at + o->end);
	o->end += w->len;
}

/* Content that fits is copied: its owner is done at once, and one write takes it with the head. */
static void
copy_if_small(struct http_outgoing *o)
{
	struct http_content *c = &o->content;

	if (c->source != HTTP_FROM_MEMORY || c->length > make_room(o))
		return;
	if (c->length > 0)
		memcpy(o->at + o->end, c->memory, c->length);
	o->end += c->length;
	c->length = 0;
}

void
http_outgoing_content(struct http_outgoing *o, const struct http_content *content, bool chunked)
{
	assert(!o->open && (!chunked || content->source == HTTP_FROM_PRODUCER));
	o->content = *content;
	o->chunked = chunked;
	o->open = true;
	copy_if_small(o);
}

static unsigned
hex_digits(size_t n)
{
	unsigned digits = 1;

	while (n >>= 4)
		digits++;
	return digits;
}

static enum http_send
broken(struct http_outgoing *o, int error)
{
	o->open = false;
	o->error = error;
	return HTTP_SEND_BROKEN;
}

/* The end of chunked content, for which fill() left room unless there are trailer fields. */
static enum http_send
end_chunks(struct http_outgoing *o)
{
	size_t room = make_room(o);
	struct http_writer w = http_writer(o->at + o->end, room);

	http_write_last_chunk(&w, o->content.trailer, o->content.trailers);
	if (w.err == -LEAT_ENOBUFS && o->end > 0)
		return HTTP_SEND_BLOCKED;
	if (w.err)
		return broken(o, w.err);
	o->end += w.len;
	o->open = false;
	return HTTP_SEND_DONE;
}

/*
 * The producer's octets as one chunk. They are made where they belong if the size has as many
 * digits as it could have had at most, and are moved by a few octets otherwise.
 */
static ssize_t
produce_chunk(struct http_outgoing *o, size_t room, http_produce_fn *produce, void *arg)
{
	size_t before = hex_digits(room) + 2, len = room - before - CHUNK_CRLF - LAST_CHUNK;
	char *at = o->at + o->end;
	struct http_writer w = http_writer(at, before);
	ssize_t n = produce(arg, at + before, len);

	if (n <= 0)
		return n;
	assert((size_t)n <= len);
	http_write_chunk_line(&w, (uint64_t)n);
	if (w.len < before)
		memmove(at + w.len, at + before, (size_t)n);
	memcpy(at + w.len + n, "\r\n", CHUNK_CRLF);
	o->end += w.len + (size_t)n + CHUNK_CRLF;
	return n;
}

static ssize_t
produce_plain(struct http_outgoing *o, size_t room, http_produce_fn *produce, void *arg)
{
	size_t len = o->content.length < room ? (size_t)o->content.length : room;
	ssize_t n = produce(arg, o->at + o->end, len);

	if (n <= 0)
		return n;
	assert((size_t)n <= len);
	o->end += (size_t)n;
	if (o->content.length != HTTP_LENGTH_UNKNOWN)
		o->content.length -= (uint64_t)n;
	return n;
}

/* The producer has ended. */
static enum http_send
end_produced(struct http_outgoing *o)
{
	if (o->chunked)
		return end_chunks(o);
	if (o->content.length != HTTP_LENGTH_UNKNOWN && o->content.length > 0)
		return broken(o, -LEAT_EPROTO);
	o->open = false;
	return HTTP_SEND_DONE;
}

static enum http_send
fill_produced(struct http_outgoing *o, http_produce_fn *produce, void *arg)
{
	ssize_t n;

	for (;;) {
		if (o->content.length == 0)
			return end_produced(o);
		if (queued(o) > o->most / 2)
			return HTTP_SEND_BLOCKED;
		n = o->chunked ? produce_chunk(o, make_room(o), produce, arg)
			       : produce_plain(o, make_room(o), produce, arg);
		if (n == -LEAT_EAGAIN)
			return HTTP_SEND_WAITS;
		if (n < 0)
			return broken(o, (int)n);
		if (n > 0)
			continue;
		if (o->chunked)
			o->content.length = 0; /* the producer is not asked again */
		return end_produced(o);
	}
}

enum http_send
http_outgoing_fill(struct http_outgoing *o, http_produce_fn *produce, void *arg)
{
	if (o->error)
		return HTTP_SEND_BROKEN;
	if (o->open && o->content.source == HTTP_FROM_PRODUCER)
		return fill_produced(o, produce, arg);
	if (is_foreign(o))
		return HTTP_SEND_BLOCKED;
	o->open = false;
	return HTTP_SEND_DONE;
}

bool
http_outgoing_take_back(struct http_outgoing *o)
{
	if (o->written)
		return false;
	o->end = o->message;
	o->open = false;
	o->error = 0;
	return true;
}

struct http_output
http_outgoing_next(const struct http_outgoing *o)
{
	const struct http_content *c = &o->content;
	struct http_output out = {.spans = 0};

	if (queued(o) > 0)
		out.span[out.spans++] = (struct http_span){o->at + o->begin, queued(o)};
	if (is_foreign(o) && c->source == HTTP_FROM_MEMORY)
		out.span[out.spans++] = (struct http_span){c->memory, (size_t)c->length};
	if (out.spans == 0) {
		out.fd = c->fd;
		out.off = c->off;
		out.len = c->length;
	}
	out.more = out.spans > 0 && is_foreign(o) && c->source == HTTP_FROM_FILE;
	return out;
}

void
http_outgoing_written(struct http_outgoing *o, uint64_t n)
{
	size_t first = n < queued(o) ? (size_t)n : queued(o);

	o->begin += first;
	n -= first;
	o->written |= o->begin > o->message;
	if (o->begin == o->end)
		o->begin = o->end = 0;
	if (n == 0)
		return;
	assert(is_foreign(o) && n <= o->content.length);
	o->content.length -= n;
	o->content.off += (int64_t)n;
	if (o->content.source == HTTP_FROM_MEMORY)
		o->content.memory += n;
}
