/*
 * get/decode/zstd.c - Zstandard (RFC 8878) by Facebook's library.
 */
#include "get/decode/stage.h"

#include "base/err.h"
#include "base/list.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* RFC 9659: a window in HTTP has 8 MB at most. */
enum { WINDOW_BITS = 23 };

struct zstd_stage {
	struct stage stage;
	ZSTD_DCtx *state;
	bool ended; /* a frame has ended; another one may follow */
};

static ssize_t
failed(size_t result)
{
	switch (ZSTD_getErrorCode(result)) {
	case ZSTD_error_memory_allocation:
		return -LEAT_ENOMEM;
	case ZSTD_error_frameParameter_windowTooLarge:
		return -LEAT_EMSGSIZE;
	default:
		return -LEAT_EPROTO;
	}
}

static ssize_t
next(struct stage *stage, struct http_span *in, char *to, size_t most)
{
	struct zstd_stage *s = container_of(stage, struct zstd_stage, stage);
	ZSTD_inBuffer from = {in->at, in->len, 0};
	ZSTD_outBuffer out = {to, most, 0};

	/* Without input it makes what it still has; after a frame there is nothing. */
	do {
		size_t left = s->ended && from.size == 0 ? 0 : ZSTD_decompressStream(s->state, &out, &from);

		if (ZSTD_isError(left))
			return failed(left);
		s->ended = left == 0;
	} while (from.pos < from.size && out.pos < out.size);
	in->at += from.pos;
	in->len -= from.pos;
	return (ssize_t)out.pos;
}

static bool
may_end(const struct stage *stage)
{
	return container_of(stage, const struct zstd_stage, stage)->ended;
}

static void
end(struct stage *stage)
{
	struct zstd_stage *s = container_of(stage, struct zstd_stage, stage);

	ZSTD_freeDCtx(s->state);
	free(s);
}

struct stage *
stage_zstd_new(enum http_coding c)
{
	static const struct stage_ops ops = {next, may_end, end};
	struct zstd_stage *s = malloc(sizeof *s);

	if (!s)
		return NULL;
	*s = (struct zstd_stage){{&ops}, ZSTD_createDCtx(), false};
	if (s->state && !ZSTD_isError(ZSTD_DCtx_setParameter(s->state, ZSTD_d_windowLogMax, WINDOW_BITS)))
		return &s->stage;
	end(&s->stage);
	return NULL;
}
