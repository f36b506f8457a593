/*
 * fuzz/http_feed.h - feeds octets to a parser of HTTP in pieces, and keeps what it reports as text,
 * so that two cuts of the same octets can be compared.
 */
#ifndef FUZZ_HTTP_FEED_H
#define FUZZ_HTTP_FEED_H

#include "http/message/parser.h"

#include <stdlib.h>

enum { FEED_FIELDS = 20 };

static const struct http_limits feed_limits = {
    .line = 400, .target = 300, .head = 2000, .trailer = 300, .extra = 64, .body = 5000};

struct feed {
	char *text;
	size_t len, most;
	bool in_body;
};

static inline void
feed_keep(struct feed *f, const char *at, size_t n)
{
	if (f->len + n + 1 > f->most) {
		f->most = 2 * (f->len + n + 1);
		f->text = realloc(f->text, f->most);
	}
	if (n > 0)
		memcpy(f->text + f->len, at, n);
	f->len += n;
}

/* A span within the @n octets at @at, with a length before it. */
static inline void
feed_span(struct feed *f, struct http_span s)
{
	feed_keep(f, (const char *)&s.len, sizeof s.len);
	feed_keep(f, s.at, s.len);
}

/* No octet that would begin another line may be in a value that was taken. */
static inline void
feed_fields(struct feed *f, const struct http_field *field, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (field[i].name.len == 0 || memchr(field[i].value.at, '\n', field[i].value.len) ||
		    memchr(field[i].value.at, '\r', field[i].value.len) ||
		    memchr(field[i].value.at, 0, field[i].value.len))
			abort();
		feed_span(f, field[i].name);
		feed_span(f, field[i].value);
	}
}

static inline void
feed_framed(struct feed *f, const struct http_framed *framed)
{
	feed_keep(f, (const char *)&framed->framing, sizeof framed->framing);
	feed_keep(f, (const char *)&framed->length, sizeof framed->length);
	feed_keep(f, framed->persistent ? "p" : "c", 1);
	feed_keep(f, framed->expect_continue ? "e" : "-", 1);
	feed_span(f, framed->upgrade);
}

static inline void
feed_head(struct feed *f, const struct http_parser *p)
{
	if (p->responses) {
		feed_keep(f, (const char *)&p->response.status, sizeof p->response.status);
		feed_span(f, p->response.phrase);
		feed_fields(f, p->response.field, p->response.fields);
		feed_framed(f, &p->response.framed);
		return;
	}
	feed_span(f, p->request.method_text);
	feed_span(f, p->request.scheme);
	feed_span(f, p->request.authority);
	feed_span(f, p->request.path);
	feed_span(f, p->request.query);
	feed_fields(f, p->request.field, p->request.fields);
	feed_framed(f, &p->request.framed);
}

static inline void
feed_event(struct feed *f, const struct http_parser *p, enum http_event e)
{
	if (e == HTTP_EVENT_MORE)
		return;
	if (e != HTTP_EVENT_BODY || !f->in_body)
		feed_keep(f, &"-HBTE!"[e], 1);
	f->in_body = e == HTTP_EVENT_BODY;
	if (e == HTTP_EVENT_HEAD)
		feed_head(f, p);
	else if (e == HTTP_EVENT_BODY)
		feed_keep(f, p->body.at, p->body.len);
	else if (e == HTTP_EVENT_TRAILERS)
		feed_fields(f, p->trailer, p->trailers);
	else if (e == HTTP_EVENT_BAD)
		feed_keep(f, (const char *)&p->reason, sizeof p->reason);
}

/*
 * Feeds the @n octets at @octets to @p in pieces of sizes that @seed gives, or at once if it is 0;
 * then the end. Requests follow one another; a response is one.
 */
static inline void
feed_all(struct feed *f, struct http_parser *p, const uint8_t *octets, size_t n, uint32_t seed)
{
	char *copy = malloc(n + 1);
	size_t at = 0, have = seed ? 0 : n, used;
	enum http_event e = HTTP_EVENT_MORE;

	memcpy(copy, octets, n);
	for (;;) {
		do {
			e = http_parser_next(p, copy + at, have - at, &used);
			if (used > have - at)
				abort();
			at += used;
			feed_event(f, p, e);
			if (e == HTTP_EVENT_END && !p->responses)
				http_parser_begin(p);
		} while (e != HTTP_EVENT_MORE && e != HTTP_EVENT_BAD);
		if (e == HTTP_EVENT_BAD || have == n)
			break;
		seed = seed * 1664525 + 1013904223;
		have += (seed >> 16) % 37;
		have = have < n ? have : n;
	}
	if (e == HTTP_EVENT_MORE)
		feed_event(f, p, http_parser_eof(p));
	free(copy);
}

/*
 * Reads one response, and interim ones before it, from the @n octets at @at, which are all that
 * come. Aborts if it is not whole. Keeps its content in @body, if that is not NULL. Returns its
 * length.
 */
static inline size_t
feed_response(struct feed *body, struct http_parser *p, char *at, size_t n)
{
	size_t len = 0, used;
	enum http_event e;

	do {
		e = http_parser_next(p, at + len, n - len, &used);
		len += used;
		if (e == HTTP_EVENT_MORE)
			e = http_parser_eof(p);
		if (e == HTTP_EVENT_MORE || e == HTTP_EVENT_BAD)
			abort();
		if (e == HTTP_EVENT_BODY && body)
			feed_keep(body, p->body.at, p->body.len);
	} while (e != HTTP_EVENT_END || p->response.status < 200);
	return len;
}

static inline void
feed_expect_same(const struct feed *a, const struct feed *b)
{
	if (a->len != b->len || (a->len > 0 && memcmp(a->text, b->text, a->len) != 0))
		abort();
}

static inline void
feed_free(struct feed *f)
{
	free(f->text);
}

#endif
