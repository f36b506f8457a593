/*
 * get/decode/zlib.c - gzip (RFC 1952) and deflate (RFC 1950), by zlib.
 */
#include "get/decode/decode.h"

#include "base/err.h"
#include "http/semantics/coding.h"

#include <stdlib.h>
#include <zlib.h>

const char decode_codings[] = "deflate, gzip";

enum { GZIP_WINDOW = MAX_WBITS + 16, RAW_WINDOW = -MAX_WBITS, GZIP_FIRST = 0x1f };

struct decoder {
	z_stream z;
	bool gzip;
	bool ended; /* a whole stream was decoded */
	bool past;  /* octets that are no member follow it */
	bool began;
};

enum decode_begun
decoder_new(struct http_span coding, struct decoder **out)
{
	enum http_coding c = http_span_is(coding, "x-gzip") ? HTTP_GZIP : http_coding_of(coding);
	struct decoder *d;

	if (coding.len == 0 || c == HTTP_IDENTITY)
		return DECODE_NOTHING;
	if (c != HTTP_GZIP && c != HTTP_DEFLATE)
		return DECODE_UNKNOWN;
	d = calloc(1, sizeof *d);
	if (!d || inflateInit2(&d->z, c == HTTP_GZIP ? GZIP_WINDOW : MAX_WBITS) != Z_OK) {
		free(d);
		return DECODE_MEMORY;
	}
	d->gzip = c == HTTP_GZIP;
	*out = d;
	return DECODE_YES;
}

/*
 * Several servers send "deflate" without the header of zlib, because its name says so. The first
 * octets show it: a header has the method 8, and is a multiple of 31.
 */
static void
look_for_header(struct decoder *d, const char *at, size_t n)
{
	unsigned first = (uint8_t)at[0], second = n > 1 ? (uint8_t)at[1] : 0;
	bool header = (first & 0x0f) == Z_DEFLATED && (n < 2 || (first << 8 | second) % 31 == 0);

	d->began = true;
	if (!d->gzip && !header)
		inflateReset2(&d->z, RAW_WINDOW);
}

/* Members of gzip may follow each other (RFC 1952, 2.2). */
static bool
begin_member(struct decoder *d, const char *at)
{
	if (!d->gzip || (uint8_t)*at != GZIP_FIRST || d->past)
		d->past = true;
	else
		inflateReset(&d->z);
	d->ended = d->past;
	return !d->past;
}

ssize_t
decoder_next(struct decoder *d, const char *at, size_t n, size_t *used, char *to, size_t most)
{
	int e;

	if (n > 0 && !d->began)
		look_for_header(d, at, n);
	if (n > 0 && d->ended && !begin_member(d, at)) {
		*used = n; /* octets after the end mean nothing */
		return 0;
	}
	d->z.next_in = (Bytef *)(uintptr_t)at;
	d->z.avail_in = (uInt)n;
	d->z.next_out = (Bytef *)to;
	d->z.avail_out = (uInt)most;
	e = inflate(&d->z, Z_NO_FLUSH);
	*used = n - d->z.avail_in;
	d->ended |= e == Z_STREAM_END;
	if (e != Z_OK && e != Z_STREAM_END && e != Z_BUF_ERROR)
		return -LEAT_EPROTO;
	return (ssize_t)(most - d->z.avail_out);
}

bool
decoder_may_end(const struct decoder *d)
{
	return d->ended || !d->began;
}

void
decoder_free(struct decoder *d)
{
	if (!d)
		return;
	inflateEnd(&d->z);
	free(d);
}
