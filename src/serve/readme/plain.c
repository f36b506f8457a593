/*
 * serve/readme/plain.c - a plain text as preformatted HTML.
 */
#include "serve/readme/impl.h"

#include "base/err.h"
#include "serve/page/page.h"

#include <stdlib.h>

/* Text of one line; tabs and ends of lines are kept, what else is no character is replaced. */
static void
put_lines(struct http_writer *w, struct http_span text)
{
	for (size_t from = 0, at = 0; at <= text.len; at++) {
		bool end = at == text.len;

		if (!end && text.at[at] != '\n' && text.at[at] != '\t' && text.at[at] != '\r')
			continue;
		page_put_html(w, (struct http_span){text.at + from, at - from});
		if (!end && text.at[at] != '\r')
			http_put(w, text.at + at, 1);
		from = at + 1;
	}
}

/* Most of the room was not needed. */
static char *
shrunk(char *at, size_t len)
{
	char *less = realloc(at, len);

	if (less)
		return less;
	return at;
}

int
plain_render(struct http_span text, struct http_span *html)
{
	char *at = malloc(README_HTML_MOST);
	struct http_writer w = http_writer(at, README_HTML_MOST);

	if (!at)
		return -LEAT_ENOMEM;
	http_put_text(&w, "<pre>\n");
	put_lines(&w, text);
	http_put_text(&w, "</pre>\n");
	if (w.err) {
		free(at);
		return -LEAT_ENOBUFS;
	}
	html->at = shrunk(at, w.len);
	html->len = w.len;
	return 0;
}
