/*
 * get/decode/stage.h - one coding of content being undone: octets in, more octets out. For this
 * room only.
 *
 * One file for each library: zlib.c, brotli.c, zstd.c. A build without a library has no such file,
 * and decoder_new() does not know the coding.
 */
#ifndef GET_DECODE_STAGE_H
#define GET_DECODE_STAGE_H

#include "http/semantics/coding.h"

#include <stdbool.h>
#include <sys/types.h>

struct stage;

struct stage_ops {
	/*
	 * Takes octets off *@in and makes at most @most at @to. Returns how many it made; if that
	 * is less than @most, all of *@in was taken. -LEAT_EPROTO: the content is damaged;
	 * -LEAT_EMSGSIZE: it needs more memory than is allowed; or -LEAT_ENOMEM.
	 */
	ssize_t (*next)(struct stage *s, struct http_span *in, char *to, size_t most);
	/* True if the content may end here. */
	bool (*may_end)(const struct stage *s);
	void (*end)(struct stage *s);
};

struct stage {
	const struct stage_ops *ops;
};

/* These return NULL without memory. */
struct stage *stage_zlib_new(enum http_coding c);
struct stage *stage_brotli_new(enum http_coding c);
struct stage *stage_zstd_new(enum http_coding c);

#endif
