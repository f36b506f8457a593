/*
 * serve/body/ranges.h - several ranges of a file, as multipart/byteranges (RFC 9110, 14.6).
 */
#ifndef SERVE_BODY_RANGES_H
#define SERVE_BODY_RANGES_H

#include "http/semantics/byteranges.h"
#include "serve/body/file.h"

/*
 * A request that asks for more gets the whole file (RFC 9110, 14.2). Of these, those that overlap
 * or are near each other are one: so no answer has more octets of the file than the file has.
 */
enum { BODY_RANGES_MOST = 64, BODY_BOUNDARY = 24 };

/* Octets of the frame that stand between two ranges. */
enum { BODY_FRAME_MOST = 384 };

struct body_ranges {
	struct body body;
	struct body_file *file;
	struct http_byteranges frame;
	size_t next;            /* the range whose head comes next */
	struct http_span piece; /* what of the frame is made, and not taken yet */
	struct http_range range[BODY_RANGES_MOST];
	char boundary[BODY_BOUNDARY], octets[BODY_FRAME_MOST];
};

/*
 * The @n ranges at @range of @file, whose body becomes this one's. @random: BODY_BOUNDARY / 2
 * octets that cannot be guessed, so that no content has the boundary. NULL without memory.
 */
struct body_ranges *body_ranges_new(
    struct body_file *file, const struct http_range *range, size_t n, const uint8_t *random);

#endif
