/*
 * get/crawl/html_tag.c - cuts a page into tags (WHATWG HTML, 13.2.5, as far as links need it).
 */
#include "get/crawl/html.h"

#include "http/message/octet.h"
#include "http/message/writer.h"

#include <stdint.h>
#include <strings.h>

static void
skip(struct http_span *s, size_t n)
{
	if (n > s->len)
		n = s->len;
	s->at += n;
	s->len -= n;
}

static bool
is_space(char c)
{
	return http_octet_in(c, " \t\r\n\f");
}

static bool
is_letter(char c)
{
	return http_lower(c) >= 'a' && http_lower(c) <= 'z';
}

static void
skip_spaces(struct http_span *s)
{
	while (s->len > 0 && is_space(s->at[0]))
		skip(s, 1);
}

/* Takes octets up to, and without, one of @ends, or white space if @space. */
static struct http_span
take_until(struct http_span *s, const char *ends, bool space)
{
	struct http_span taken = {s->at, 0};

	while (s->len > 0 && !http_octet_in(s->at[0], ends) && !(space && is_space(s->at[0]))) {
		taken.len++;
		skip(s, 1);
	}
	return taken;
}

/* Passes over everything up to, and with, @end. */
static void
skip_past(struct http_span *s, const char *end)
{
	const char *at = s->len > 0 ? memmem(s->at, s->len, end, strlen(end)) : NULL;

	skip(s, at ? (size_t)(at - s->at) + strlen(end) : s->len);
}

static struct http_span
take_value(struct http_span *s)
{
	char quote[2] = {s->len > 0 ? s->at[0] : '\0', '\0'};
	struct http_span value;

	if (quote[0] != '"' && quote[0] != '\'')
		return take_until(s, ">", true);
	skip(s, 1);
	value = take_until(s, quote, false);
	skip(s, 1);
	return value;
}

/* Takes the next attribute; false at the end of the tag, which is taken, too. */
static bool
take_attr(struct http_span *s, struct http_field *attr)
{
	while (s->len > 0 && (is_space(s->at[0]) || s->at[0] == '/'))
		skip(s, 1);
	if (s->len == 0 || s->at[0] == '>') {
		skip(s, 1);
		return false;
	}
	*attr = (struct http_field){0};
	attr->name = (struct http_span){s->at, 1}; /* "=" may be the first octet of a name */
	skip(s, 1);
	attr->name.len += take_until(s, "=>/", true).len;
	skip_spaces(s);
	if (s->len > 0 && s->at[0] == '=') {
		skip(s, 1);
		skip_spaces(s);
		attr->value = take_value(s);
	}
	return true;
}

static void
take_tag(struct http_span *s, struct html_tag *tag)
{
	struct http_field attr;

	tag->name = take_until(s, "/>", true);
	tag->attrs = 0;
	while (take_attr(s, &attr)) {
		if (tag->attrs < HTML_ATTRS)
			tag->attr[tag->attrs++] = attr;
	}
}

static bool
begins(struct http_span s, const char *text)
{
	return s.len >= strlen(text) && memcmp(s.at, text, strlen(text)) == 0;
}

bool
html_next(struct http_span *rest, struct html_tag *tag)
{
	for (;;) {
		const char *at = rest->len > 0 ? memchr(rest->at, '<', rest->len) : NULL;

		if (!at)
			return false;
		skip(rest, (size_t)(at - rest->at) + 1);
		if (rest->len > 0 && is_letter(rest->at[0])) {
			take_tag(rest, tag);
			return true;
		}
		if (begins(*rest, "!--"))
			skip_past(rest, "-->");
		else if (begins(*rest, "/") || begins(*rest, "!") || begins(*rest, "?"))
			skip_past(rest, ">");
	}
}

struct http_span
html_raw_text(struct http_span *rest, struct http_span name)
{
	struct http_span text = *rest;

	for (;;) {
		const char *at = rest->len > 0 ? memmem(rest->at, rest->len, "</", 2) : NULL;

		if (!at) {
			*rest = (struct http_span){rest->at + rest->len, 0};
			return text;
		}
		skip(rest, (size_t)(at - rest->at) + 2);
		if (rest->len < name.len || strncasecmp(rest->at, name.at, name.len) != 0)
			continue;
		text.len = (size_t)(at - text.at);
		skip_past(rest, ">");
		return text;
	}
}

struct http_span
html_attr(const struct html_tag *tag, const char *name)
{
	const struct http_field *f = http_field_find(tag->attr, tag->attrs, name);

	return f ? f->value : (struct http_span){NULL, 0};
}

/* Puts a character as UTF-8 (RFC 3629, 3); U+FFFD for what is none. */
static void
put_character(struct http_writer *w, uint32_t c)
{
	char octets[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
		http_put_text(w, "\xef\xbf\xbd");
		return;
	}
	for (size_t i = n; i-- > 1; c >>= 6)
		octets[i] = (char)(0x80 | (c & 0x3f));
	octets[0] = (char)(n == 1 ? c : (0xf00u >> n & 0xff) | c);
	http_put(w, octets, n);
}

/* Reads "#38" or "#x26". */
static bool
read_number(struct http_span s, uint32_t *c)
{
	bool hex = s.len > 1 && http_lower(s.at[1]) == 'x';
	size_t from = hex ? 2 : 1;

	if (s.len <= from || s.at[0] != '#')
		return false;
	for (*c = 0; from < s.len; from++) {
		int digit = http_hex(s.at[from]);

		if (digit < 0 || (!hex && digit > 9))
			return false;
		*c = *c > 0x10ffff ? *c : *c * (hex ? 16 : 10) + (uint32_t)digit;
	}
	return true;
}

/* Puts what the reference @name, without "&" and ";", stands for. */
static bool
put_reference(struct http_writer *w, struct http_span name)
{
	static const struct {
		const char *name, *text;
	} known[] = {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}};
	uint32_t c;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (http_span_eq(name, http_span_of(known[i].name))) {
			http_put_text(w, known[i].text);
			return true;
		}
	}
	if (!read_number(name, &c))
		return false;
	put_character(w, c);
	return true;
}

size_t
html_decode(struct http_span s, char *to, size_t most)
{
	struct http_writer w = http_writer(to, most);

	while (s.len > 0 && !w.err) {
		size_t n = s.len < 12 ? s.len : 12; /* "&#x0010ffff;" */
		const char *end = s.at[0] == '&' ? memchr(s.at, ';', n) : NULL;

		if (end && put_reference(&w, (struct http_span){s.at + 1, (size_t)(end - s.at) - 1})) {
			skip(&s, (size_t)(end - s.at) + 1);
			continue;
		}
		http_put(&w, s.at, 1);
		skip(&s, 1);
	}
	return w.err ? most + 1 : w.len;
}
