/*
 * get/decode/decode.c - the codings that this build can undo.
 */
#include "get/decode/decode.h"

#include "get/decode/stage.h"
#include "http/message/field.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	enum http_coding coding;
	struct stage *(*make)(enum http_coding c);
} codings[] = {
#ifdef LEAT_WITH_ZLIB
    {HTTP_DEFLATE, stage_zlib_new},
    {HTTP_GZIP, stage_zlib_new},
#endif
#ifdef LEAT_WITH_BROTLI
    {HTTP_BROTLI, stage_brotli_new},
#endif
#ifdef LEAT_WITH_ZSTD
    {HTTP_ZSTD, stage_zstd_new},
#endif
    {HTTP_CODINGS, NULL},
};

#ifdef LEAT_WITH_ZLIB
#define ZLIB_CODINGS "deflate, gzip"
#else
#define ZLIB_CODINGS ""
#endif
#ifdef LEAT_WITH_BROTLI
#define BROTLI_CODINGS ", br"
#else
#define BROTLI_CODINGS ""
#endif
#ifdef LEAT_WITH_ZSTD
#define ZSTD_CODINGS ", zstd"
#else
#define ZSTD_CODINGS ""
#endif

struct decoder {
	struct stage *stage;
	bool began;
};

const char *
decode_codings(void)
{
	static const char all[] = ZLIB_CODINGS BROTLI_CODINGS ZSTD_CODINGS;

	return all + strspn(all, ", ");
}

static enum decode_begun
take_coding(struct decoder *d, struct http_span name)
{
	enum http_coding c = http_coding_of(name);
	size_t i = 0;

	if (c == HTTP_IDENTITY || http_span_is(name, "none"))
		return DECODE_YES;
	while (codings[i].make && codings[i].coding != c)
		i++;
	/* A bomb within a bomb would make work without end of a few octets. */
	if (!codings[i].make || d->stage)
		return DECODE_UNKNOWN;
	d->stage = codings[i].make(c);
	return d->stage ? DECODE_YES : DECODE_MEMORY;
}

static enum decode_begun
take_codings(struct decoder *d, const struct http_field *field, size_t n)
{
	const struct http_field *end = field + n;
	enum decode_begun begun = DECODE_YES;

	for (const struct http_field *at = field;
	     begun == DECODE_YES &&
	     (at = http_field_find(at, (size_t)(end - at), "content-encoding")) != NULL;
	     at++) {
		struct http_span rest = at->value, name;

		while (begun == DECODE_YES && http_list_next(&rest, &name))
			begun = take_coding(d, name);
	}
	return begun == DECODE_YES && !d->stage ? DECODE_NOTHING : begun;
}

enum decode_begun
decoder_new(const struct http_field *field, size_t n, struct decoder **out)
{
	struct decoder *d = calloc(1, sizeof *d);
	enum decode_begun begun = d ? take_codings(d, field, n) : DECODE_MEMORY;

	if (begun == DECODE_YES)
		*out = d;
	else
		decoder_free(d);
	return begun;
}

ssize_t
decoder_next(struct decoder *d, const char *at, size_t n, size_t *used, char *to, size_t most)
{
	struct http_span in = {at, n};
	ssize_t made = d->stage->ops->next(d->stage, &in, to, most);

	d->began |= n > 0;
	*used = n - in.len;
	return made;
}

bool
decoder_may_end(const struct decoder *d)
{
	return !d->began || d->stage->ops->may_end(d->stage);
}

void
decoder_free(struct decoder *d)
{
	if (d && d->stage)
		d->stage->ops->end(d->stage);
	free(d);
}
