/*
 * serve/echo/html.c - a request as a page, with forms that make the next one. It has no script.
 */
#include "serve/echo/impl.h"

enum word {
#define X(name, english, chinese) WORD_##name,
#include "serve/echo/words.h"
#undef X
};

static const char *const words[][PAGE_LANGS] = {
#define X(name, english, chinese) {english, chinese},
#include "serve/echo/words.h"
#undef X
};

struct page {
	struct http_writer *w;
	enum page_lang lang;
	const struct echo_request *r;
};

static void
put(const struct page *p, const char *before, enum word word, const char *after)
{
	http_put_text(p->w, before);
	http_put_text(p->w, words[word][p->lang]);
	http_put_text(p->w, after);
}

static void
put_head(const struct page *p)
{
	http_put_text(p->w, "<!doctype html>\n<html lang=\"");
	http_put_text(p->w, page_lang_tags[p->lang]);
	http_put_text(p->w,
	    "\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" "
	    "href=\"data:,\">\n<title>");
	page_put_html(p->w, p->r->head->method_text);
	http_put_text(p->w,
	    "</title>\n<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;"
	    "padding:0 1rem}h1{font:1.2rem/1.4 monospace;overflow-wrap:anywhere}h2{font-size:1rem}"
	    ".two{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:0 2rem}"
	    "table{border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:.1rem .8rem "
	    ".1rem 0;"
	    "overflow-wrap:anywhere;white-space:pre-wrap}th{font-weight:600}pre{overflow:auto;padding:.5rem;"
	    "border:1px solid}label{display:block;margin:.3rem 0}</style>\n<h1>");
	page_put_html(p->w, p->r->head->method_text);
	http_put_text(p->w, " ");
	page_put_html(p->w, p->r->head->target);
	http_put_text(p->w, p->r->head->minor ? " HTTP/1.1</h1>\n" : " HTTP/1.0</h1>\n");
}

static void
put_row(const struct page *p, struct http_span name, struct http_span value)
{
	http_put_text(p->w, "<tr><th scope=\"row\">");
	page_put_html(p->w, name);
	http_put_text(p->w, "<td>");
	page_put_html(p->w, value);
}

static void
put_file(const struct page *p, const struct echo_param *one)
{
	http_put_text(p->w, " (");
	page_put_html(p->w, one->file_name);
	http_put_text(p->w, ", ");
	http_put_number(p->w, one->value.len, 10);
	put(p, " ", WORD_OCTETS, ")");
}

static void
put_params(const struct page *p, enum word title, struct echo_params *all)
{
	struct echo_param one;
	bool some = false;

	put(p, "<section><h2>", title, "</h2>\n<table>\n");
	for (; echo_params_next(all, &one); some = true) {
		put_row(p, one.name, one.value);
		if (one.has_file_name)
			put_file(p, &one);
		http_put_text(p->w, "\n");
	}
	http_put_text(p->w, "</table>\n");
	if (!some)
		put(p, "<p>", WORD_NONE, "\n");
	http_put_text(p->w, "</section>\n");
}

static void
put_both_params(const struct page *p)
{
	struct echo_params all;

	http_put_text(p->w, "<div class=\"two\">\n");
	echo_params_of_url(&all, p->r);
	put_params(p, WORD_IN_URL, &all);
	echo_params_of_content(&all, p->r);
	put_params(p, WORD_IN_BODY, &all);
	http_put_text(p->w, "</div>\n");
}

static void
put_fields(const struct page *p, enum word title, const struct http_field *field, uint32_t n)
{
	put(p, "<h2>", title, "</h2>\n<table>\n");
	for (uint32_t i = 0; i < n; i++) {
		put_row(p, field[i].name, field[i].value);
		http_put_text(p->w, "\n");
	}
	http_put_text(p->w, "</table>\n");
}

/* Ends of lines and tabs stay: as text of HTML they would be shown as controls. */
static void
put_lines(const struct page *p, struct http_span text)
{
	while (text.len > 0) {
		size_t n = 0;

		while (n < text.len && text.at[n] != '\n' && text.at[n] != '\r' && text.at[n] != '\t')
			n++;
		page_put_html(p->w, (struct http_span){text.at, n});
		if (n < text.len && text.at[n] != '\r')
			http_put(p->w, text.at + n, 1);
		n += n < text.len;
		text.at += n;
		text.len -= n;
	}
}

static void
put_dump(const struct page *p, struct http_span octets)
{
	char line[ECHO_DUMP_LINE];

	for (size_t at = 0; at < octets.len; at += ECHO_DUMP_OCTETS)
		put_lines(p, echo_dump(octets, at, line));
}

static void
put_content(const struct page *p)
{
	struct http_span content;
	bool text = echo_is_text(p->r, &content);

	put(p, "<h2>", WORD_CONTENT, "</h2>\n<p>");
	http_put_number(p->w, p->r->length, 10);
	put(p, " ", WORD_OCTETS, "");
	if (content.len < p->r->length) {
		put(p, ", ", WORD_SHOWN, " ");
		http_put_number(p->w, content.len, 10);
	}
	http_put_text(p->w, "\n<pre>\n");
	if (text)
		put_lines(p, content);
	else
		put_dump(p, content);
	http_put_text(p->w, "</pre>\n");
}

static void
put_form(const struct page *p, enum word title, const char *attributes, enum word label, const char *input)
{
	put(p, "<section><h2>", title, "</h2>\n<form");
	http_put_text(p->w, attributes);
	put(p, ">\n<label>", WORD_NAME, " <input name=\"name\"></label>\n");
	put(p, "<label>", label, " ");
	http_put_text(p->w, input);
	put(p, "</label>\n<button>", WORD_SEND, "</button>\n</form></section>\n");
}

static void
put_forms(const struct page *p)
{
	put(p, "<h2>", WORD_TRY, "</h2>\n<div class=\"two\">\n");
	put_form(p, WORD_GET, " method=\"get\" action=\"?\"", WORD_TEXT, "<input name=\"text\">");
	put_form(p, WORD_POST, " method=\"post\"", WORD_TEXT, "<input name=\"text\">");
	put_form(p, WORD_FILE, " method=\"post\" enctype=\"multipart/form-data\"", WORD_UPLOAD,
	    "<input type=\"file\" name=\"file\" multiple>");
	http_put_text(p->w, "</div>\n</html>\n");
}

void
echo_put_html(struct http_writer *w, enum page_lang lang, const struct echo_request *r)
{
	const struct page p = {w, lang, r};

	put_head(&p);
	put_both_params(&p);
	put_fields(&p, WORD_FIELDS, r->head->field, r->head->fields);
	put_content(&p);
	if (r->trailers > 0)
		put_fields(&p, WORD_TRAILERS, r->trailer, r->trailers);
	put_forms(&p);
}
