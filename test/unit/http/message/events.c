/*
 * test/unit/http/message/events.c - the parser's events as text.
 */
#include "events.h"

#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
/* Octets that have not arrived are not to be looked at. */
#define HIDE(at, n) ASAN_POISON_MEMORY_REGION(at, n)
#define SHOW(at, n) ASAN_UNPOISON_MEMORY_REGION(at, n)
#else
#define HIDE(at, n) ((void)0)
#define SHOW(at, n) ((void)0)
#endif

const struct http_limits events_limits = {
    .line = 200, .target = 150, .head = 600, .trailer = 100, .extra = 32, .body = 1000};

struct text {
	char *at;
	size_t len;
	bool in_body;
};

__attribute__((format(printf, 2, 3))) static void
say(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	t->len += (size_t)vsnprintf(t->at + t->len, EVENTS_TEXT - t->len, format, args);
	va_end(args);
	assert_true(t->len < EVENTS_TEXT);
}

static void
say_span(struct text *t, const char *before, struct http_span s)
{
	say(t, "%s%.*s", before, (int)s.len, s.at ? s.at : "");
}

/* Content in several pieces is one line. */
static void
say_body(struct text *t, struct http_span s)
{
	if (!t->in_body)
		say(t, "body ");
	t->in_body = true;
	say_span(t, "", s);
}

static void
begin_line(struct text *t)
{
	if (t->in_body)
		say(t, "\n");
	t->in_body = false;
}

static void
say_framed(struct text *t, const struct http_framed *f)
{
	static const char *const names[] = {"none", "length", "chunked", "close"};

	say(t, " %s", names[f->framing]);
	if (f->has_length)
		say(t, "=%llu", (unsigned long long)f->length);
	if (!f->persistent)
		say(t, " last");
	if (f->expect_continue)
		say(t, " expect");
	if (f->upgrade.len > 0)
		say_span(t, " upgrade=", f->upgrade);
	say(t, "\n");
}

static void
say_fields(struct text *t, const char *what, const struct http_field *f, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		say_span(t, what, f[i].name);
		say_span(t, ": ", f[i].value);
		say(t, "\n");
	}
}

static void
say_request(struct text *t, const struct http_request *r)
{
	static const char forms[] = "oau*";

	say_span(t, "head ", r->method_text);
	say(t, " %c", forms[r->form]);
	if (r->scheme.len > 0)
		say_span(t, " ", r->scheme);
	say_span(t, " [", r->authority);
	say_span(t, "] [", r->path);
	say(t, "]");
	if (r->has_query)
		say_span(t, " ?", r->query);
	say(t, " 1.%u", r->minor);
	say_framed(t, &r->framed);
	say_fields(t, "  ", r->field, r->fields);
}

static void
say_response(struct text *t, const struct http_response *r)
{
	say(t, "head %u", r->status);
	say_span(t, " [", r->phrase);
	say(t, "] 1.%u", r->minor);
	say_framed(t, &r->framed);
	say_fields(t, "  ", r->field, r->fields);
}

static void
say_event(struct text *t, struct http_parser *p, enum http_event e)
{
	if (e == HTTP_EVENT_BODY) {
		say_body(t, p->body);
		return;
	}
	if (e == HTTP_EVENT_MORE)
		return;
	begin_line(t);
	if (e == HTTP_EVENT_HEAD && p->responses)
		say_response(t, &p->response);
	else if (e == HTTP_EVENT_HEAD)
		say_request(t, &p->request);
	else if (e == HTTP_EVENT_TRAILERS)
		say_fields(t, "trailer ", p->trailer, p->trailers);
	else if (e == HTTP_EVENT_END)
		say(t, "end\n");
	else
		say(t, "bad %s\n", http_reason_name(p->reason));
}

/* Feeds what has arrived, which ends at @have; @*at is what the parser is done with. */
static bool
feed(struct text *t, struct http_parser *p, char *octets, size_t *at, size_t have)
{
	enum http_event e;
	size_t used;

	do {
		e = http_parser_next(p, octets + *at, have - *at, &used);
		assert_true(used <= have - *at);
		*at += used;
		say_event(t, p, e);
		if (e == HTTP_EVENT_END && !p->responses)
			http_parser_begin(p);
	} while (e != HTTP_EVENT_MORE && e != HTTP_EVENT_BAD);
	return e == HTTP_EVENT_MORE;
}

static void
begin(struct http_parser *p, enum role role, struct http_field *field)
{
	static const enum http_method asked[] = {
	    [TO_GET] = HTTP_GET, [TO_HEAD] = HTTP_HEAD, [TO_CONNECT] = HTTP_CONNECT, [TO_UPGRADE] = HTTP_GET};

	if (role == REQUESTS) {
		http_parser_requests(p, &events_limits, field, EVENTS_FIELDS);
		return;
	}
	http_parser_responses(p, &events_limits, field, EVENTS_FIELDS);
	http_parser_begin_response(p, asked[role], role == TO_UPGRADE);
}

static void
end(struct text *t, struct http_parser *p)
{
	enum http_event e = http_parser_eof(p);

	say_event(t, p, e);
	if (e == HTTP_EVENT_MORE) {
		begin_line(t);
		say(t, "idle\n");
	}
}

void
events_of(const struct message *m, const size_t *cut, size_t cuts, char text[static EVENTS_TEXT])
{
	struct text t = {.at = text};
	struct http_field field[EVENTS_FIELDS];
	struct http_parser p;
	char *octets = malloc(m->len + 1);
	size_t at = 0;
	bool going = true;

	assert_non_null(octets);
	memcpy(octets, m->octets, m->len);
	begin(&p, m->role, field);
	for (size_t i = 0; i <= cuts && going; i++) {
		size_t have = i < cuts ? cut[i] : m->len;

		HIDE(octets + have, m->len + 1 - have);
		going = feed(&t, &p, octets, &at, have);
		SHOW(octets, m->len + 1);
	}
	if (going)
		end(&t, &p);
	free(octets);
}
