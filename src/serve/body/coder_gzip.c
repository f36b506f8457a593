/*
 * serve/body/coder_gzip.c - gzip (RFC 1952) by zlib.
 */
#define ZLIB_CONST /* input is not written to */
#include "serve/body/coder.h"

#include "base/err.h"
#include "base/list.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

/* Beyond this level each one costs more time than it saves octets: docs/design/0052. */
enum { LEVEL = 5, GZIP_HEAD = 16, WINDOW_LEAST = 9 };

struct gzip {
	struct coder coder;
	z_stream z;
};

static ssize_t
code(struct coder *coder, struct http_span *in, bool last, char *at, size_t room)
{
	struct gzip *g = container_of(coder, struct gzip, coder);
	uInt len = room < UINT_MAX ? (uInt)room : UINT_MAX;

	assert(in->len <= UINT_MAX);
	g->z.next_in = (const Bytef *)in->at;
	g->z.avail_in = (uInt)in->len;
	g->z.next_out = (Bytef *)at;
	g->z.avail_out = len;
	deflate(&g->z, last ? Z_FINISH : Z_NO_FLUSH); /* without progress it says so, which is no error */
	in->at += in->len - g->z.avail_in;
	in->len = g->z.avail_in;
	return (ssize_t)(len - g->z.avail_out);
}

static void
end(struct coder *coder)
{
	struct gzip *g = container_of(coder, struct gzip, coder);

	deflateEnd(&g->z);
	free(g);
}

/* The smallest window that holds all. */
static int
window_for(uint64_t size)
{
	int bits = WINDOW_LEAST;

	while (bits < MAX_WBITS && UINT64_C(1) << bits < size)
		bits++;
	return bits;
}

struct coder *
coder_gzip_new(uint64_t size)
{
	static const struct coder_ops ops = {code, end};
	struct gzip *g = calloc(1, sizeof *g);

	if (!g)
		return NULL;
	g->coder.ops = &ops;
	if (deflateInit2(&g->z, LEVEL, Z_DEFLATED, GZIP_HEAD + window_for(size), MAX_MEM_LEVEL - 1,
		Z_DEFAULT_STRATEGY) == Z_OK)
		return &g->coder;
	free(g);
	return NULL;
}
