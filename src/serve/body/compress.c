/*
 * serve/body/compress.c - takes octets of the other body, gives them to the coder, and hands out
 * what that makes.
 */
#include "serve/body/compress.h"

#include "base/err.h"
#include "base/list.h"

#include <stdlib.h>
#include <string.h>

enum { COMPRESS_IN = 16384 };

struct compress {
	struct body body;
	struct body *from;
	struct coder *coder;
	unsigned *running;
	struct http_span in; /* octets that the coder has not taken */
	bool last;           /* no others follow */
	bool done;
	int error;     /* with which it has broken off */
	bool rests;    /* others have their turn before it goes on */
	size_t worked; /* octets since they had it last */

	struct compress_keep keep;
	char *kept;
	size_t kept_len, kept_room;

	char octets[COMPRESS_IN];
};

/* More octets for the coder. 0, -LEAT_EAGAIN, or the error of the other body. */
static int
fill(struct compress *c)
{
	ssize_t n;

	if (c->in.len > 0 || c->last)
		return 0;
	if (c->worked >= COMPRESS_TURN) {
		c->worked = 0;
		return -LEAT_EAGAIN;
	}
	n = body_produce(c->from, c->octets, sizeof c->octets);
	if (n < 0)
		return (int)n;
	c->worked += (size_t)n;
	c->in = (struct http_span){c->octets, (size_t)n};
	c->last = n == 0;
	return 0;
}

static void
keep_nothing(struct compress *c)
{
	c->keep.fn = NULL;
	free(c->kept);
	c->kept = NULL;
}

static bool
grow(struct compress *c, size_t len)
{
	size_t room = c->kept_room ? c->kept_room * 2 : 16384;
	char *more;

	if (len > c->keep.most)
		return false;
	if (len <= c->kept_room)
		return true;
	while (room < len)
		room *= 2;
	more = realloc(c->kept, room);
	if (!more)
		return false;
	c->kept = more;
	c->kept_room = room;
	return true;
}

static void
keep(struct compress *c, const char *at, size_t n)
{
	if (!c->keep.fn)
		return;
	if (!grow(c, c->kept_len + n)) {
		keep_nothing(c);
		return;
	}
	memcpy(c->kept + c->kept_len, at, n);
	c->kept_len += n;
}

static void
finish(struct compress *c)
{
	c->done = true;
	if (c->keep.fn)
		c->keep.fn(c->keep.arg, c->kept, c->kept_len);
	keep_nothing(c);
}

static ssize_t
code(struct compress *c, char *at, size_t room)
{
	ssize_t n = coder_code(c->coder, &c->in, c->last, at, room);

	if (n < 0)
		return n;
	if (n > 0)
		keep(c, at, (size_t)n);
	if (c->last && (size_t)n < room)
		finish(c);
	return n;
}

/* Octets as far as they go. If it must rest then, the next call says so. */
static ssize_t
make(struct compress *c, char *at, size_t room)
{
	size_t made = 0;
	ssize_t n = 0;

	while (made < room && !c->done) {
		n = fill(c);
		if (n == 0)
			n = code(c, at + made, room - made);
		if (n < 0)
			break;
		made += (size_t)n;
	}
	c->rests = n == -LEAT_EAGAIN;
	if (n < 0 && n != -LEAT_EAGAIN)
		c->error = (int)n;
	return made > 0 ? (ssize_t)made : n;
}

static ssize_t
produce(struct body *body, char *at, size_t room)
{
	struct compress *c = container_of(body, struct compress, body);
	ssize_t n = c->error ? c->error : c->rests ? -LEAT_EAGAIN : make(c, at, room);

	if (n == -LEAT_EAGAIN)
		c->rests = false;
	return n;
}

static void
end(struct body *body)
{
	struct compress *c = container_of(body, struct compress, body);

	(*c->running)--;
	free(c->kept);
	coder_end(c->coder);
	body_end(c->from);
	free(c);
}

struct body *
compress_new(struct body *from, enum http_coding coding, uint64_t size, const struct compress_keep *keep,
    unsigned *running)
{
	static const struct body_ops ops = {produce, end};
	struct compress *c = malloc(sizeof *c);

	if (!c)
		return NULL;
	memset(c, 0, offsetof(struct compress, octets));
	c->coder = coder_new(coding, size);
	if (!c->coder) {
		free(c);
		return NULL;
	}
	c->body.ops = &ops;
	c->from = from;
	c->running = running;
	if (keep)
		c->keep = *keep;
	(*running)++;
	return &c->body;
}
