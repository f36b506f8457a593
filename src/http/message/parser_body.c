/*
 * http/message/parser_body.c - the content of a message and its trailer section: what of the input
 * belongs to them, and where they end.
 */
#include "http/message/parser_impl.h"

#include "http/message/field_line.h"
#include "http/message/framing.h"

enum http_event
http_parse_bad(struct http_parser *p, enum http_reason why)
{
	p->state = PARSER_BAD;
	p->reason = why;
	return HTTP_EVENT_BAD;
}

/* A run of content: as much of the @n octets at @at as @left allows. */
static enum http_event
take_body(struct http_parser *p, const char *at, size_t n, uint64_t *left, size_t *used)
{
	size_t len = n < *left ? n : (size_t)*left;

	*left -= len;
	*used += len;
	p->body = (struct http_span){at, len};
	return HTTP_EVENT_BODY;
}

enum http_event
http_parse_length(struct http_parser *p, const char *at, size_t n, size_t *used)
{
	if (n == 0)
		return HTTP_EVENT_MORE;
	take_body(p, at, n, &p->left, used);
	if (p->left == 0)
		p->state = PARSER_WHOLE;
	return HTTP_EVENT_BODY;
}

enum http_event
http_parse_close(struct http_parser *p, const char *at, size_t n, size_t *used)
{
	if (n == 0)
		return HTTP_EVENT_MORE;
	if (p->left == 0)
		return http_parse_bad(p, HTTP_BODY_LARGE);
	return take_body(p, at, n, &p->left, used);
}

/* The content of a chunk. A chunk that passes the limit is refused before its first octet. */
static enum http_event
on_chunk(struct http_parser *p, const char *at, size_t n, size_t *used)
{
	uint64_t before = p->chunked.left;

	if (before > p->left)
		return http_parse_bad(p, HTTP_BODY_LARGE);
	if (n == 0)
		return HTTP_EVENT_MORE;
	take_body(p, at, n, &p->chunked.left, used);
	p->left -= before - p->chunked.left;
	return HTTP_EVENT_BODY;
}

enum http_event
http_parse_chunks(struct http_parser *p, const char *at, size_t n, size_t *used)
{
	enum http_reason why;

	switch (http_chunked_next(&p->chunked, at, n, p->limits.extra, used, &why)) {
	case HTTP_CHUNK_BAD:
		return http_parse_bad(p, why);
	case HTTP_CHUNK_DATA:
		return on_chunk(p, at + *used, n - *used, used);
	case HTTP_CHUNK_LAST:
		p->state = PARSER_TRAILER;
		p->lines = (struct http_lines){0};
		p->trailer = p->field + p->fields;
		return HTTP_EVENT_MORE;
	case HTTP_CHUNK_MORE:
		break;
	}
	return HTTP_EVENT_MORE;
}

static enum http_reason
trailer_line(struct http_parser *p, struct http_span line)
{
	struct http_field *trailer = p->field + p->fields;
	enum http_reason why =
	    http_field_line(trailer, &p->trailers, p->fields_most - p->fields, line, p->responses);

	if (!why && http_not_in_trailer(trailer[p->trailers - 1].name))
		return HTTP_TRAILER_FIELD;
	return why;
}

/* Never joined with the head's fields (RFC 9110, 6.5.1). */
enum http_event
http_parse_trailer(struct http_parser *p, char *at, size_t n, size_t *used)
{
	struct http_span line;
	enum http_reason why = HTTP_FINE;
	uint32_t most = p->limits.trailer;

	while (!why) {
		switch (http_lines_next(&p->lines, at, n, most, most, &line, &why)) {
		case HTTP_LINE_MORE:
			return HTTP_EVENT_MORE;
		case HTTP_LINE_BAD:
			return http_parse_bad(p, why == HTTP_HEAD_LARGE ? HTTP_TRAILER_LARGE : why);
		case HTTP_LINE:
			break;
		}
		if (line.len == 0) {
			*used += p->lines.line;
			p->state = PARSER_WHOLE;
			return p->trailers > 0 ? HTTP_EVENT_TRAILERS : HTTP_EVENT_MORE;
		}
		why = trailer_line(p, line);
	}
	return http_parse_bad(p, why);
}
