/*
 * get/crawl/css.c - references in style sheets (CSS Syntax, 4): url(...), url("...") and
 * @import "...".
 */
#include "get/crawl/link.h"

#include "http/message/octet.h"

struct scan {
	struct http_span rest;
	struct link_out *o;
	bool import; /* @import was the last word */
};

static void
skip(struct scan *s, size_t n)
{
	if (n > s->rest.len)
		n = s->rest.len;
	s->rest = (struct http_span){s->rest.at + n, s->rest.len - n};
}

static bool
begins(const struct scan *s, const char *text)
{
	size_t n = strlen(text);

	return s->rest.len >= n && http_span_is((struct http_span){s->rest.at, n}, text);
}

static void
skip_spaces(struct scan *s)
{
	while (s->rest.len > 0 && http_octet_in(s->rest.at[0], " \t\r\n\f"))
		skip(s, 1);
}

/* Reports the octets of @s; a backslash makes the octet after it an ordinary one. */
static void
report(struct scan *s, struct http_span value)
{
	char text[LINK_MOST];
	size_t n = 0;

	if (value.len == 0 || value.len > sizeof text)
		return;
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] == '\\' && i + 1 < value.len)
			i++;
		text[n++] = value.at[i];
	}
	s->o->found(s->o, (struct http_span){text, n}, LINK_PART);
}

/* Takes a string with its quotes. One that a line break ends is broken, and empty. */
static struct http_span
take_string(struct scan *s)
{
	char quote = s->rest.at[0];
	struct http_span value = {s->rest.at + 1, 0};

	skip(s, 1);
	while (s->rest.len > 0 && s->rest.at[0] != quote) {
		size_t n = s->rest.at[0] == '\\' && s->rest.len > 1 ? 2 : 1;

		if (s->rest.at[0] == '\n')
			return (struct http_span){NULL, 0};
		value.len += n;
		skip(s, n);
	}
	skip(s, 1);
	return value;
}

/* After "url(". */
static void
take_url(struct scan *s)
{
	struct http_span value;

	skip_spaces(s);
	if (s->rest.len > 0 && http_octet_in(s->rest.at[0], "'\"")) {
		report(s, take_string(s));
		return;
	}
	value = (struct http_span){s->rest.at, 0};
	while (s->rest.len > 0 && s->rest.at[0] != ')') {
		size_t n = s->rest.at[0] == '\\' && s->rest.len > 1 ? 2 : 1;

		value.len += n;
		skip(s, n);
	}
	skip(s, 1);
	while (value.len > 0 && http_octet_in(value.at[value.len - 1], " \t\r\n\f"))
		value.len--;
	report(s, value);
}

static void
skip_comment(struct scan *s)
{
	const char *end = memmem(s->rest.at, s->rest.len, "*/", 2);

	skip(s, end ? (size_t)(end - s->rest.at) + 2 : s->rest.len);
}

static void
string(struct scan *s)
{
	bool import = s->import;
	struct http_span value = take_string(s);

	if (import)
		report(s, value);
	s->import = false;
}

void
links_of_css(struct http_span text, struct link_out *o)
{
	struct scan s = {.rest = text, .o = o};

	while (s.rest.len > 0) {
		if (begins(&s, "/*")) {
			skip(&s, 2);
			skip_comment(&s);
		} else if (http_octet_in(s.rest.at[0], "'\"")) {
			string(&s);
		} else if (begins(&s, "url(")) {
			skip(&s, 4);
			take_url(&s);
			s.import = false;
		} else if (begins(&s, "@import")) {
			skip(&s, 7);
			s.import = true;
		} else {
			s.import = s.import && http_octet_in(s.rest.at[0], " \t\r\n\f");
			skip(&s, 1);
		}
	}
}
