/*
 * get/show/format.c - takes a template apart.
 *
 * What is malformed stands for itself, as in curl: "%x", "%{" without an end, "\q".
 */
#include "get/show/format.h"

#include <stdlib.h>

struct state {
	const struct get_facts *f;
	struct format_out *o;
	struct http_span rest;
	bool errors; /* the output goes to standard error */
	bool over;   /* %{onerror}, and there was none */
	char *room;
};

static void
put(struct state *s, const char *at, size_t n)
{
	if (n > 0)
		s->o->put(s->o, (struct http_span){at, n}, s->errors);
}

static void
skip(struct state *s, size_t n)
{
	s->rest = (struct http_span){s->rest.at + n, s->rest.len - n};
}

static bool
begins(struct http_span s, const char *text)
{
	size_t n = strlen(text);

	return s.len >= n && memcmp(s.at, text, n) == 0;
}

/* Takes "@open…}" off the rest. Returns false if there is no such thing. */
static bool
take_braces(struct state *s, const char *open, struct http_span *inner)
{
	size_t n = strlen(open);
	const char *end = begins(s->rest, open) ? memchr(s->rest.at + n, '}', s->rest.len - n) : NULL;

	if (!end)
		return false;
	*inner = (struct http_span){s->rest.at + n, (size_t)(end - s->rest.at) - n};
	skip(s, n + inner->len + 1);
	return true;
}

static void
put_header(struct state *s, struct http_span name)
{
	for (size_t i = 0; i < s->f->fields; i++) {
		if (http_span_same(s->f->field[i].name, name)) {
			put(s, s->f->field[i].value.at, s->f->field[i].value.len);
			return;
		}
	}
}

static void
put_variable(struct state *s, struct http_span name)
{
	struct http_writer w = http_writer(s->room, FORMAT_ROOM);

	if (http_span_eq(name, http_span_of("stderr")))
		s->errors = true;
	else if (http_span_eq(name, http_span_of("stdout")))
		s->errors = false;
	else if (http_span_eq(name, http_span_of("onerror")))
		s->over = s->f->exit_code == 0;
	else if (format_put_value(&w, name, s->f))
		put(s, w.at, w.len);
	else
		s->o->unknown(s->o, name);
}

static void
percent(struct state *s)
{
	struct http_span inner;

	if (begins(s->rest, "%%")) {
		put(s, "%", 1);
		skip(s, 2);
	} else if (take_braces(s, "%{", &inner)) {
		put_variable(s, inner);
	} else if (take_braces(s, "%header{", &inner)) {
		put_header(s, inner);
	} else {
		size_t n = s->rest.len > 1 ? 2 : 1;

		put(s, s->rest.at, n);
		skip(s, n);
	}
}

static void
backslash(struct state *s)
{
	static const char letters[] = "rnt", meant[] = "\r\n\t";
	const char *at = s->rest.len > 1 ? memchr(letters, s->rest.at[1], sizeof letters - 1) : NULL;
	size_t n = s->rest.len > 1 ? 2 : 1;

	if (at)
		put(s, &meant[at - letters], 1);
	else
		put(s, s->rest.at, n);
	skip(s, n);
}

static void
plain(struct state *s)
{
	size_t n = 0;

	while (n < s->rest.len && s->rest.at[n] != '%' && s->rest.at[n] != '\\')
		n++;
	put(s, s->rest.at, n);
	skip(s, n);
}

void
format_write(struct http_span template, const struct get_facts *f, struct format_out *o)
{
	struct state s = {.f = f, .o = o, .rest = template, .room = malloc(FORMAT_ROOM)};

	if (!s.room)
		return;
	while (s.rest.len > 0 && !s.over) {
		if (s.rest.at[0] == '%')
			percent(&s);
		else if (s.rest.at[0] == '\\')
			backslash(&s);
		else
			plain(&s);
	}
	free(s.room);
}
