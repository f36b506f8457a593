/*
 * serve/body/compress.h - a body that compresses another one on the way.
 */
#ifndef SERVE_BODY_COMPRESS_H
#define SERVE_BODY_COMPRESS_H

#include "serve/body/body.h"
#include "serve/body/coder.h"

/* Octets that are compressed before others have their turn: one to three milliseconds of work. */
enum { COMPRESS_TURN = 64 << 10 };

/*
 * Called once, when all of @from was compressed, with the whole result: at most @most octets, or it
 * is not called. @at is good within the call.
 */
typedef void compress_keep_fn(void *arg, const char *at, size_t len);

struct compress_keep {
	compress_keep_fn *fn; /* NULL: nothing is kept */
	void *arg;
	size_t most;
};

/*
 * Compresses @from, of @size octets (UINT64_MAX: unknown), which the new body ends. While it lives
 * it counts in *@running. NULL without memory: @from is the caller's still.
 */
struct body *compress_new(struct body *from, enum http_coding coding, uint64_t size,
    const struct compress_keep *keep, unsigned *running);

#endif
