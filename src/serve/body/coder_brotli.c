/*
 * serve/body/coder_brotli.c - brotli (RFC 7932) by Google's library.
 */
#include "serve/body/coder.h"

#include "base/err.h"
#include "base/list.h"

#include <brotli/encode.h>
#include <stdlib.h>

/* A larger window costs memory and saves little in a page: docs/design/0052. */
enum { QUALITY = 5, WINDOW_BITS = 18 };

struct brotli {
	struct coder coder;
	BrotliEncoderState *state;
};

static ssize_t
code(struct coder *coder, struct http_span *in, bool last, char *at, size_t room)
{
	struct brotli *b = container_of(coder, struct brotli, coder);
	const uint8_t *from = (const uint8_t *)in->at;
	uint8_t *to = (uint8_t *)at;
	size_t left = room;

	do {
		if (!BrotliEncoderCompressStream(b->state,
			last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS, &in->len, &from, &left,
			&to, NULL))
			return -LEAT_ENOMEM;
	} while (left > 0 && (in->len > 0 || BrotliEncoderHasMoreOutput(b->state)));
	in->at = (const char *)from;
	return (ssize_t)(room - left);
}

static void
end(struct coder *coder)
{
	struct brotli *b = container_of(coder, struct brotli, coder);

	BrotliEncoderDestroyInstance(b->state);
	free(b);
}

static bool
set_up(BrotliEncoderState *s, uint64_t size)
{
	return BrotliEncoderSetParameter(s, BROTLI_PARAM_QUALITY, QUALITY) &&
	       BrotliEncoderSetParameter(s, BROTLI_PARAM_LGWIN, WINDOW_BITS) &&
	       (size > UINT32_MAX || BrotliEncoderSetParameter(s, BROTLI_PARAM_SIZE_HINT, (uint32_t)size));
}

struct coder *
coder_brotli_new(uint64_t size)
{
	static const struct coder_ops ops = {code, end};
	struct brotli *b = malloc(sizeof *b);

	if (!b)
		return NULL;
	b->coder.ops = &ops;
	b->state = BrotliEncoderCreateInstance(NULL, NULL, NULL);
	if (b->state && set_up(b->state, size))
		return &b->coder;
	if (b->state)
		BrotliEncoderDestroyInstance(b->state);
	free(b);
	return NULL;
}
