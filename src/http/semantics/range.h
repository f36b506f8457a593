/*
 * http/semantics/range.h - ranges of octets (RFC 9110, 14): what a Range field asks of a
 * representation, and Content-Range.
 *
 * It knows neither methods nor conditions: Range has a meaning for GET alone, and only where
 * http_condition() lets it stand.
 */
#ifndef HTTP_SEMANTICS_RANGE_H
#define HTTP_SEMANTICS_RANGE_H

#include "http/message/writer.h"

/* Octets @first to @last, both included. */
struct http_range {
	uint64_t first, last;
};

static inline uint64_t
http_range_len(const struct http_range *r)
{
	return r->last - r->first + 1;
}

enum http_ranges {
	HTTP_RANGES_NONE,         /* 200: the field is ignored */
	HTTP_RANGES_PART,         /* 206 */
	HTTP_RANGES_UNSATISFIABLE /* 416 */
};

/*
 * Reads the value of Range for a representation of @length octets. For HTTP_RANGES_PART, *@n is the
 * number of ranges, from 1 to @most, and @range has them in the order in which they were asked for.
 * Ranges that overlap, or between which less lies than a part's head takes, are one.
 * Ignored are other units, what is malformed, and more than @most ranges (RFC 9110, 14.2): each
 * costs the server a part, so many small ones would cost it more than the whole.
 */
enum http_ranges http_ranges(
    struct http_span value, uint64_t length, struct http_range *range, size_t most, size_t *n);

/* Puts "bytes 0-499/1234": the value of Content-Range in a 206. */
void http_put_content_range(struct http_writer *w, const struct http_range *r, uint64_t length);

/* Puts what Content-Range says in a 416: that there are @length octets. */
void http_put_unsatisfied_range(struct http_writer *w, uint64_t length);

struct http_content_range {
	bool has_range, has_length; /* one of them at least */
	struct http_range range;
	uint64_t length; /* of the whole */
};

/*
 * Reads the value of Content-Range. Returns false, with @r untouched, if it is malformed,
 * contradicts itself, or has another unit.
 */
bool http_content_range_read(struct http_span value, struct http_content_range *r);

#endif
