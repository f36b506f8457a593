/*
 * serve/page/text.c - text of others within HTML and JSON.
 */
#include "serve/page/page.h"

#include <stdio.h>

const char *const page_lang_tags[PAGE_LANGS] = {"en", "zh"};
const char *const page_form_types[PAGE_FORMS] = {"text/html", "application/json"};
const char *const page_content_types[PAGE_FORMS] = {"text/html; charset=utf-8", "application/json"};

static const char *
html_for(char c)
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
		return NULL;
	}
}

void
page_put_html(struct http_writer *w, struct http_span text)
{
	size_t plain = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *as = html_for(text.at[i]);

		if (!as)
			continue;
		http_put(w, text.at + plain, i - plain);
		http_put_text(w, as);
		plain = i + 1;
	}
	http_put(w, text.at + plain, text.len - plain);
}

/* Octets of the UTF-8 sequence at @at (RFC 3629, 4); 0 if there is none. */
static size_t
utf8_len(const unsigned char *at, size_t left)
{
	size_t len = at[0] < 0x80   ? 1
		     : at[0] < 0xc2 ? 0
		     : at[0] < 0xe0 ? 2
		     : at[0] < 0xf0 ? 3
		     : at[0] < 0xf5 ? 4
				    : 0;

	if (len > left)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	if (len == 3 && ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f)))
		return 0;
	if (len == 4 && ((at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f)))
		return 0;
	return len;
}

/* JSON is UTF-8 (RFC 8259, 8.1): an octet that is not becomes the character with its number. */
void
page_put_json(struct http_writer *w, struct http_span text)
{
	char escape[8];

	for (size_t i = 0; i < text.len;) {
		unsigned char c = (unsigned char)text.at[i];
		size_t len = utf8_len((const unsigned char *)text.at + i, text.len - i);

		if (c == '"' || c == '\\') {
			http_put_text(w, c == '"' ? "\\\"" : "\\\\");
		} else if (len > 0 && c >= 0x20) {
			http_put(w, text.at + i, len);
			i += len;
			continue;
		} else {
			snprintf(escape, sizeof escape, "\\u%04x", c);
			http_put_text(w, escape);
		}
		i++;
	}
}
