/*
 * serve/page/text.c - text of others within HTML and JSON.
 */
#include "serve/page/page.h"

#include <stdio.h>

const char *const page_lang_tags[PAGE_LANGS] = {"en", "zh"};
const char *const page_form_types[PAGE_FORMS] = {"text/html", "application/json"};
const char *const page_content_types[PAGE_FORMS] = {"text/html; charset=utf-8", "application/json"};

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

static bool
is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* True if a sequence may go on with @second: no overlong form, no surrogate, at most U+10FFFF. */
static bool
second_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second <= 0x9f;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second <= 0x8f;
	default:
		return true;
	}
}

/* Octets of the UTF-8 sequence at @at (RFC 3629, 4); 0 if there is none. */
static size_t
utf8_len(const char *at, size_t left)
{
	const unsigned char *c = (const unsigned char *)at;
	size_t len = c[0] < 0x80   ? 1
		     : c[0] < 0xc2 ? 0
		     : c[0] < 0xe0 ? 2
		     : c[0] < 0xf0 ? 3
		     : c[0] < 0xf5 ? 4
				   : 0;

	if (len > left)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if (!is_continuation(c[i]))
			return 0;
	}
	return len > 1 && !second_fits(c[0], c[1]) ? 0 : len;
}

/* HTML has no characters for controls: they are shown as U+FFFD as well. */
static const char *
html_for(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return c < 0x20 || c == 0x7f ? replacement : NULL;
	}
}

void
page_put_html(struct http_writer *w, struct http_span text)
{
	for (size_t i = 0; i < text.len;) {
		const char *as = html_for((unsigned char)text.at[i]);
		size_t len = utf8_len(text.at + i, text.len - i);

		if (as || len == 0)
			http_put_text(w, as ? as : replacement);
		else
			http_put(w, text.at + i, len);
		i += len > 0 ? len : 1;
	}
}

static void
put_json_octet(struct http_writer *w, unsigned char c)
{
	char escaped[8];

	if (c == '"' || c == '\\')
		snprintf(escaped, sizeof escaped, "\\%c", c);
	else
		snprintf(escaped, sizeof escaped, "\\u%04x", c);
	http_put_text(w, escaped);
}

void
page_put_json(struct http_writer *w, struct http_span text)
{
	for (size_t i = 0; i < text.len;) {
		unsigned char c = (unsigned char)text.at[i];
		size_t len = utf8_len(text.at + i, text.len - i);

		if (len == 0)
			http_put_text(w, replacement);
		else if (c < 0x20 || c == 0x7f || c == '<' || c == '"' || c == '\\')
			put_json_octet(w, c);
		else
			http_put(w, text.at + i, len);
		i += len > 0 ? len : 1;
	}
}

bool
page_is_text(struct http_span s)
{
	for (size_t i = 0; i < s.len;) {
		unsigned char c = (unsigned char)s.at[i];
		size_t len = utf8_len(s.at + i, s.len - i);

		if (len == 0 || c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
			return false;
		i += len;
	}
	return true;
}
