/*
 * serve/echo/text.c - a request as plain text, and octets in forms that any terminal can show.
 */
#include "serve/echo/impl.h"

#include <stdio.h>

const char *const echo_form_types[ECHO_FORMS] = {"text/plain", "application/json", "text/html"};
const char *const echo_content_types[ECHO_FORMS] = {
    "text/plain; charset=utf-8", "application/json", "text/html; charset=utf-8"};

bool
echo_is_text(const struct echo_request *r, struct http_span *content)
{
	bool cut = r->length > r->content.len;

	*content = r->content;
	for (int i = 0; i < (cut ? 4 : 1) && content->len > 0; i++, content->len--) {
		if (page_is_text(*content))
			return true;
	}
	*content = r->content;
	return content->len == 0;
}

void
echo_put_hex(struct http_writer *w, struct http_span octets)
{
	char digits[3];

	for (size_t i = 0; i < octets.len; i++) {
		snprintf(digits, sizeof digits, "%02x", (unsigned char)octets.at[i]);
		http_put_text(w, digits);
	}
}

struct http_span
echo_dump(struct http_span octets, size_t at, char line[static ECHO_DUMP_LINE])
{
	size_t n = octets.len - at < ECHO_DUMP_OCTETS ? octets.len - at : ECHO_DUMP_OCTETS;
	struct http_writer w = http_writer(line, ECHO_DUMP_LINE);
	char place[12];

	snprintf(place, sizeof place, "%08zx ", at);
	http_put_text(&w, place);
	for (size_t i = 0; i < ECHO_DUMP_OCTETS; i++) {
		http_put_text(&w, i == ECHO_DUMP_OCTETS / 2 ? "  " : " ");
		if (i < n)
			echo_put_hex(&w, (struct http_span){octets.at + at + i, 1});
		else
			http_put_text(&w, "  ");
	}
	http_put_text(&w, "  ");
	for (size_t i = 0; i < n; i++) {
		char c = octets.at[at + i];

		http_put(&w, c >= 0x20 && c < 0x7f ? &c : ".", 1);
	}
	http_put_text(&w, "\n");
	return (struct http_span){w.at, w.len};
}

static void
put_dump(struct http_writer *w, struct http_span octets)
{
	char line[ECHO_DUMP_LINE];

	for (size_t at = 0; at < octets.len; at += ECHO_DUMP_OCTETS)
		http_put_span(w, echo_dump(octets, at, line));
}

/* A control octet in a value must not reach a terminal. */
static void
put_plain(struct http_writer *w, struct http_span s)
{
	char escape[8];

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (c >= 0x20 && c != 0x7f) {
			http_put(w, s.at + i, 1);
			continue;
		}
		snprintf(escape, sizeof escape, "\\x%02x", c);
		http_put_text(w, escape);
	}
}

static void
put_params(struct http_writer *w, const char *title, struct echo_params *p)
{
	struct echo_param one;
	bool some = false;

	http_put_text(w, title);
	for (; echo_params_next(p, &one); some = true) {
		http_put_text(w, "\n  ");
		put_plain(w, one.name);
		http_put_text(w, " = ");
		put_plain(w, one.value);
		if (one.has_file_name) {
			http_put_text(w, "  (file ");
			put_plain(w, one.file_name);
			http_put_text(w, ", ");
			http_put_number(w, one.value.len, 10);
			http_put_text(w, " octets)");
		}
	}
	http_put_text(w, some ? "\n" : " none\n");
}

static void
put_fields(struct http_writer *w, const char *title, const struct http_field *field, uint32_t n)
{
	http_put_text(w, title);
	for (uint32_t i = 0; i < n; i++) {
		http_put_text(w, "  ");
		http_put_span(w, field[i].name);
		http_put_text(w, ": ");
		http_put_span(w, field[i].value);
		http_put_text(w, "\n");
	}
}

static void
put_content(struct http_writer *w, const struct echo_request *r)
{
	struct http_span content;
	bool text = echo_is_text(r, &content);

	http_put_text(w, "Content: ");
	http_put_number(w, r->length, 10);
	http_put_text(w, " octets");
	if (content.len < r->length) {
		http_put_text(w, ", of which these are the first ");
		http_put_number(w, content.len, 10);
	}
	http_put_text(w, "\n");
	if (text)
		http_put_span(w, content);
	else
		put_dump(w, content);
	if (text && content.len > 0 && content.at[content.len - 1] != '\n')
		http_put_text(w, "\n");
}

static void
put_text(struct http_writer *w, const struct echo_request *r)
{
	const struct http_request *h = r->head;
	struct echo_params p;

	http_put_span(w, h->method_text);
	http_put_text(w, " ");
	http_put_span(w, h->target);
	http_put_text(w, h->minor ? " HTTP/1.1\n" : " HTTP/1.0\n");
	put_fields(w, "", h->field, h->fields);
	http_put_text(w, "\n");
	echo_params_of_url(&p, r);
	put_params(w, "Parameters in the URL:", &p);
	echo_params_of_content(&p, r);
	put_params(w, "Parameters in the content:", &p);
	put_content(w, r);
	if (r->trailers > 0)
		put_fields(w, "Trailers:\n", r->trailer, r->trailers);
}

void
echo_put(struct http_writer *w, enum echo_form form, enum page_lang lang, const struct echo_request *r)
{
	switch (form) {
	case ECHO_JSON:
		echo_put_json(w, r);
		break;
	case ECHO_HTML:
		echo_put_html(w, lang, r);
		break;
	default:
		put_text(w, r);
	}
}
