/*
 * get/decode/brotli.c - brotli (RFC 7932) by Google's library. Its window has 16 MB at most.
 */
#include "get/decode/stage.h"

#include "base/err.h"
#include "base/list.h"

#include <brotli/decode.h>
#include <stdlib.h>

struct brotli_stage {
	struct stage stage;
	BrotliDecoderState *state;
};

static ssize_t
failed(const BrotliDecoderState *state)
{
	BrotliDecoderErrorCode e = BrotliDecoderGetErrorCode(state);
	bool memory =
	    e <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES && e >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;

	return memory ? -LEAT_ENOMEM : -LEAT_EPROTO;
}

static ssize_t
next(struct stage *stage, struct http_span *in, char *to, size_t most)
{
	struct brotli_stage *s = container_of(stage, struct brotli_stage, stage);
	const uint8_t *from = (const uint8_t *)in->at;
	uint8_t *at = (uint8_t *)to;
	size_t room = most;

	if (BrotliDecoderIsFinished(s->state)) {
		in->len = 0; /* octets after the end mean nothing */
		return 0;
	}
	if (BrotliDecoderDecompressStream(s->state, &in->len, &from, &room, &at, NULL) ==
	    BROTLI_DECODER_RESULT_ERROR)
		return failed(s->state);
	in->at = (const char *)from;
	if (BrotliDecoderIsFinished(s->state))
		in->len = 0;
	return (ssize_t)(most - room);
}

static bool
may_end(const struct stage *stage)
{
	return BrotliDecoderIsFinished(container_of(stage, const struct brotli_stage, stage)->state);
}

static void
end(struct stage *stage)
{
	struct brotli_stage *s = container_of(stage, struct brotli_stage, stage);

	BrotliDecoderDestroyInstance(s->state);
	free(s);
}

struct stage *
stage_brotli_new(enum http_coding c)
{
	static const struct stage_ops ops = {next, may_end, end};
	struct brotli_stage *s = malloc(sizeof *s);

	if (!s)
		return NULL;
	s->stage.ops = &ops;
	s->state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	if (s->state)
		return &s->stage;
	free(s);
	return NULL;
}
