/*
 * serve/body/coder.c - the codings that this build has.
 */
#include "serve/body/coder.h"

static const struct {
	enum http_coding coding;
	struct coder *(*make)(uint64_t size);
} coders[] = {
#ifdef LEAT_WITH_ZSTD
    {HTTP_ZSTD, coder_zstd_new},
#endif
#ifdef LEAT_WITH_BROTLI
    {HTTP_BROTLI, coder_brotli_new},
#endif
#ifdef LEAT_WITH_ZLIB
    {HTTP_GZIP, coder_gzip_new},
#endif
    {HTTP_CODINGS, NULL},
};

struct coder *
coder_new(enum http_coding coding, uint64_t size)
{
	for (size_t i = 0; coders[i].make; i++) {
		if (coders[i].coding == coding)
			return coders[i].make(size);
	}
	return NULL;
}

size_t
coder_known(enum http_coding known[HTTP_CODINGS])
{
	size_t n;

	for (n = 0; coders[n].make; n++)
		known[n] = coders[n].coding;
	return n;
}

bool
coder_knows(enum http_coding coding)
{
	for (size_t i = 0; coders[i].make; i++) {
		if (coders[i].coding == coding)
			return true;
	}
	return coding == HTTP_IDENTITY;
}
