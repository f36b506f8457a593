/*
 * http/semantics/byteranges.c - heads and end of multipart/byteranges.
 */
#include "http/semantics/byteranges.h"

void
http_byteranges_type(struct http_writer *w, const struct http_byteranges *b)
{
	http_put_text(w, "multipart/byteranges; boundary=");
	http_put_span(w, b->boundary);
}

void
http_byteranges_head(struct http_writer *w, const struct http_byteranges *b, size_t i)
{
	http_put_text(w, i == 0 ? "--" : "\r\n--");
	http_put_span(w, b->boundary);
	http_put_text(w, "\r\n");
	if (b->type.len > 0)
		http_write_field(w, http_span_of("Content-Type"), b->type);
	http_put_text(w, "Content-Range: ");
	http_put_content_range(w, &b->range[i], b->length);
	http_put_text(w, "\r\n\r\n");
}

void
http_byteranges_end(struct http_writer *w, const struct http_byteranges *b)
{
	http_put_text(w, "\r\n--");
	http_put_span(w, b->boundary);
	http_put_text(w, "--\r\n");
}

static uint64_t
digits(uint64_t number)
{
	uint64_t n = 1;

	for (; number >= 10; number /= 10)
		n++;
	return n;
}

/* The octets of a text without its zero. */
#define OCTETS(text) (sizeof(text) - 1)

uint64_t
http_byteranges_length(const struct http_byteranges *b)
{
	uint64_t type = b->type.len > 0 ? OCTETS("Content-Type: \r\n") + b->type.len : 0;
	uint64_t each = OCTETS("\r\n--\r\nContent-Range: bytes -/\r\n\r\n") + b->boundary.len + type;
	uint64_t total =
	    OCTETS("\r\n----\r\n") + b->boundary.len - OCTETS("\r\n"); /* none before the first */

	for (size_t i = 0; i < b->n; i++)
		total += each + digits(b->range[i].first) + digits(b->range[i].last) + digits(b->length) +
			 http_range_len(&b->range[i]);
	return total;
}
