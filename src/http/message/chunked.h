/*
 * http/message/chunked.h - the chunked transfer coding (RFC 9112, 7.1), without its trailers.
 */
#ifndef HTTP_MESSAGE_CHUNKED_H
#define HTTP_MESSAGE_CHUNKED_H

#include "http/message/reason.h"

#include <stddef.h>
#include <stdint.h>

struct http_chunked {
	uint64_t left;  /* octets of this chunk that are still to come */
	uint32_t extra; /* octets of extensions in all chunks so far */
	uint8_t state, digits;
};

enum http_chunk {
	HTTP_CHUNK_MORE, /* all octets were taken */
	HTTP_CHUNK_DATA, /* the next @left octets are content; the caller takes them off @left */
	HTTP_CHUNK_LAST, /* the trailer section begins */
	HTTP_CHUNK_BAD
};

/* The state in which a coding begins is all zero. */

/*
 * Takes octets that are not content off the @n at @at, until there is something to say; *@used is
 * their number. Extensions have at most @extra_most octets in all chunks together.
 */
enum http_chunk http_chunked_next(struct http_chunked *c, const char *at, size_t n, uint32_t extra_most,
    size_t *used, enum http_reason *why);

#endif
