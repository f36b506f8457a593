/*
 * serve/body/coder.h - a content coding (RFC 9110, 8.4.1) as an object: octets in, fewer octets
 * out.
 *
 * One file for each library: coder_gzip.c, coder_brotli.c, coder_zstd.c. A build without a library
 * has no such file, and coder_new() has no such coding.
 */
#ifndef SERVE_BODY_CODER_H
#define SERVE_BODY_CODER_H

#include "http/semantics/coding.h"

#include <stdbool.h>
#include <sys/types.h>

struct coder;

struct coder_ops {
	/*
	 * Takes octets off *@in and makes at most @room (over 0) at @at. @last: nothing follows
	 * *@in. Returns how many it made. If that is less than @room, all of *@in was taken, and
	 * after @last the end was made, too. Or -LEAT_ENOMEM.
	 */
	ssize_t (*code)(struct coder *c, struct http_span *in, bool last, char *at, size_t room);
	void (*end)(struct coder *c);
};

struct coder {
	const struct coder_ops *ops;
};

/*
 * A coder for @size octets, or for UINT64_MAX: an unknown number. NULL without memory, or if this
 * build does not have the coding.
 */
struct coder *coder_new(enum http_coding coding, uint64_t size);

/* The codings of this build, the one that is offered first at the front. Returns how many. */
size_t coder_known(enum http_coding known[HTTP_CODINGS]);

/* True if this build has it; of identity, which needs nothing, too. */
bool coder_knows(enum http_coding coding);

/* For coder.c. */
struct coder *coder_gzip_new(uint64_t size);
struct coder *coder_brotli_new(uint64_t size);
struct coder *coder_zstd_new(uint64_t size);

static inline ssize_t
coder_code(struct coder *c, struct http_span *in, bool last, char *at, size_t room)
{
	return c->ops->code(c, in, last, at, room);
}

static inline void
coder_end(struct coder *c)
{
	c->ops->end(c);
}

#endif
