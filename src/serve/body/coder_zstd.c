/*
 * serve/body/coder_zstd.c - Zstandard (RFC 8878) by Facebook's library.
 */
#include "serve/body/coder.h"

#include "base/err.h"
#include "base/list.h"

#include <stdlib.h>
#include <zstd.h>

/* As small as brotli's quality 5 makes it, in half the time: docs/design/0052. */
enum { LEVEL = 6, WINDOW_BITS = 18 };

struct zstd {
	struct coder coder;
	ZSTD_CCtx *state;
	bool done; /* the frame has ended; the library would begin another one */
};

static ssize_t
code(struct coder *coder, struct http_span *in, bool last, char *at, size_t room)
{
	struct zstd *z = container_of(coder, struct zstd, coder);
	ZSTD_inBuffer from = {in->at, in->len, 0};
	ZSTD_outBuffer to = {at, room, 0};
	size_t left;

	while (!z->done && to.pos < to.size && (from.pos < from.size || last)) {
		left = ZSTD_compressStream2(z->state, &to, &from, last ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			return -LEAT_ENOMEM;
		z->done = last && left == 0;
	}
	in->at += from.pos;
	in->len -= from.pos;
	return (ssize_t)to.pos;
}

static void
end(struct coder *coder)
{
	struct zstd *z = container_of(coder, struct zstd, coder);

	ZSTD_freeCCtx(z->state);
	free(z);
}

static bool
set_up(ZSTD_CCtx *s, uint64_t size)
{
	return !ZSTD_isError(ZSTD_CCtx_setParameter(s, ZSTD_c_compressionLevel, LEVEL)) &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(s, ZSTD_c_windowLog, WINDOW_BITS)) &&
	       !ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(s, size)); /* UINT64_MAX: unknown */
}

struct coder *
coder_zstd_new(uint64_t size)
{
	static const struct coder_ops ops = {code, end};
	struct zstd *z = malloc(sizeof *z);

	if (!z)
		return NULL;
	z->coder.ops = &ops;
	z->done = false;
	z->state = ZSTD_createCCtx();
	if (z->state && set_up(z->state, size))
		return &z->coder;
	ZSTD_freeCCtx(z->state);
	free(z);
	return NULL;
}
