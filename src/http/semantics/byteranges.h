/*
 * http/semantics/byteranges.h - the frame of multipart/byteranges (RFC 9110, 14.6), in which
 * several ranges are sent: the heads of the parts, the end, and the length of the whole.
 *
 * The octets of the ranges are the caller's to send, between a head and what follows it.
 */
#ifndef HTTP_SEMANTICS_BYTERANGES_H
#define HTTP_SEMANTICS_BYTERANGES_H

#include "http/semantics/range.h"

struct http_byteranges {
	struct http_span boundary; /* tokens that do not occur in the content: random ones do not */
	struct http_span type;     /* the Content-Type of the whole; none if empty */
	uint64_t length;           /* of the whole */
	const struct http_range *range;
	size_t n;
};

/* Puts the value of Content-Type for the response. */
void http_byteranges_type(struct http_writer *w, const struct http_byteranges *b);

/* Puts what stands before the octets of range @i. */
void http_byteranges_head(struct http_writer *w, const struct http_byteranges *b, size_t i);

/* Puts what stands after the last range. */
void http_byteranges_end(struct http_writer *w, const struct http_byteranges *b);

/* The octets of the content: heads, ranges and end. */
uint64_t http_byteranges_length(const struct http_byteranges *b);

#endif
