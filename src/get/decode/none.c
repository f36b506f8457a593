/*
 * get/decode/none.c - in a build without zlib: no coding is undone.
 */
#include "get/decode/decode.h"

const char decode_codings[] = "";

enum decode_begun
decoder_new(struct http_span coding, struct decoder **out)
{
	return coding.len == 0 || http_span_is(coding, "identity") ? DECODE_NOTHING : DECODE_UNKNOWN;
}

ssize_t
decoder_next(struct decoder *d, const char *at, size_t n, size_t *used, char *to, size_t most)
{
	return 0;
}

bool
decoder_may_end(const struct decoder *d)
{
	return true;
}

void
decoder_free(struct decoder *d)
{
}
