/*
 * get/decode/zlib.c - gzip (RFC 1952) and deflate (RFC 1950), by zlib.
 */
#include "get/decode/stage.h"

#include "base/err.h"
#include "base/list.h"

#include <stdlib.h>
#include <zlib.h>

enum { GZIP_WINDOW = MAX_WBITS + 16, RAW_WINDOW = -MAX_WBITS, GZIP_FIRST = 0x1f };

struct zlib_stage {
	struct stage stage;
	z_stream z;
	bool gzip;
	bool ended; /* a whole stream was decoded */
	bool past;  /* octets that are no member follow it */
	bool began;
};

/*
 * Several servers send "deflate" without the header of zlib, because its name says so. The first
 * octets show it: a header has the method 8, and is a multiple of 31.
 */
static void
look_for_header(struct zlib_stage *s, struct http_span in)
{
	unsigned first = (uint8_t)in.at[0], second = in.len > 1 ? (uint8_t)in.at[1] : 0;
	bool header = (first & 0x0f) == Z_DEFLATED && (in.len < 2 || (first << 8 | second) % 31 == 0);

	s->began = true;
	if (!s->gzip && !header)
		inflateReset2(&s->z, RAW_WINDOW);
}

/* Members of gzip may follow each other (RFC 1952, 2.2). */
static bool
begin_member(struct zlib_stage *s, const char *at)
{
	if (!s->gzip || (uint8_t)*at != GZIP_FIRST || s->past)
		s->past = true;
	else
		inflateReset(&s->z);
	s->ended = s->past;
	return !s->past;
}

static int
inflate_some(struct zlib_stage *s, struct http_span *in, char *to, size_t *room)
{
	int e;

	s->z.next_in = (Bytef *)(uintptr_t)in->at;
	s->z.avail_in = (uInt)in->len;
	s->z.next_out = (Bytef *)to;
	s->z.avail_out = (uInt)*room;
	e = inflate(&s->z, Z_NO_FLUSH);
	in->at += in->len - s->z.avail_in;
	in->len = s->z.avail_in;
	*room = s->z.avail_out;
	s->ended |= e == Z_STREAM_END;
	return e;
}

static ssize_t
next(struct stage *stage, struct http_span *in, char *to, size_t most)
{
	struct zlib_stage *s = container_of(stage, struct zlib_stage, stage);
	size_t room = most;
	int e;

	if (in->len > 0 && !s->began)
		look_for_header(s, *in);
	do {
		if (in->len > 0 && s->ended && !begin_member(s, in->at)) {
			in->len = 0; /* octets after the end mean nothing */
			break;
		}
		e = inflate_some(s, in, to + most - room, &room);
		if (e == Z_MEM_ERROR)
			return -LEAT_ENOMEM;
		if (e != Z_OK && e != Z_STREAM_END && e != Z_BUF_ERROR)
			return -LEAT_EPROTO;
	} while (room > 0 && in->len > 0);
	return (ssize_t)(most - room);
}

static bool
may_end(const struct stage *stage)
{
	return container_of(stage, const struct zlib_stage, stage)->ended;
}

static void
end(struct stage *stage)
{
	struct zlib_stage *s = container_of(stage, struct zlib_stage, stage);

	inflateEnd(&s->z);
	free(s);
}

struct stage *
stage_zlib_new(enum http_coding c)
{
	static const struct stage_ops ops = {next, may_end, end};
	struct zlib_stage *s = calloc(1, sizeof *s);

	if (!s || inflateInit2(&s->z, c == HTTP_GZIP ? GZIP_WINDOW : MAX_WBITS) != Z_OK) {
		free(s);
		return NULL;
	}
	s->stage.ops = &ops;
	s->gzip = c == HTTP_GZIP;
	return &s->stage;
}
