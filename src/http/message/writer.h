/*
 * http/message/writer.h - builds heads, chunk sizes and trailer sections in the caller's memory.
 *
 * What would split a message is refused: CR, LF and NUL in values, white space in names and
 * targets. It does not choose fields; who writes a message frames it.
 */
#ifndef HTTP_MESSAGE_WRITER_H
#define HTTP_MESSAGE_WRITER_H

#include "http/message/message.h"

#include <stdint.h>

/*
 * Octets written to @at, @len of at most @most. The first call that fails sets @err, and those
 * after it do nothing: who writes many fields asks once. Failures are -LEAT_ENOBUFS (no room) and
 * -LEAT_EINVAL (octets that may not stand there).
 */
struct http_writer {
	char *at;
	size_t len, most;
	int err;
};

static inline struct http_writer
http_writer(char *at, size_t most)
{
	return (struct http_writer){.at = at, .most = most};
}

/*
 * Octets as they are, without a check: for values that are built piece by piece. Who puts octets of
 * others has checked them.
 */
void http_put(struct http_writer *w, const char *at, size_t n);
void http_put_text(struct http_writer *w, const char *text);
void http_put_span(struct http_writer *w, struct http_span s);
void http_put_number(struct http_writer *w, uint64_t n, unsigned base);

/* "HTTP/1.1 200 OK"; @status is from 100 to 999. */
void http_write_status(struct http_writer *w, unsigned status);

/* "GET /path HTTP/1.1" */
void http_write_request(struct http_writer *w, struct http_span method, struct http_span target);

/* A field line. */
void http_write_field(struct http_writer *w, struct http_span name, struct http_span value);
void http_write_text_field(struct http_writer *w, const char *name, const char *value);
void http_write_number_field(struct http_writer *w, const char *name, uint64_t value);
void http_write_fields(struct http_writer *w, const struct http_field *field, size_t n);

/*
 * Whole field lines that were built before with a writer, and so were checked: the fields that are
 * the same in many messages.
 */
void http_write_built(struct http_writer *w, struct http_span lines);

/* The empty line that ends a head or a trailer section. */
void http_write_end(struct http_writer *w);

/* Chunked coding (RFC 9112, 7.1): the line before @len octets of content. */
void http_write_chunk_line(struct http_writer *w, uint64_t len);

/* After the content: the last chunk and a trailer section with the @n fields. */
void http_write_last_chunk(struct http_writer *w, const struct http_field *trailer, size_t n);

/*
 * True if all octets of @s may stand in a field value (RFC 9110, 5.5), and it does not begin or end
 * with a blank.
 */
bool http_value_valid(struct http_span s);

#endif
