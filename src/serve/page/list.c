/*
 * serve/page/list.c - a folder as a plain list of names, in pieces.
 */
#include "serve/page/page.h"

#include "http/uri/percent.h"

static const char *
title_of(enum page_lang lang)
{
	return lang == PAGE_CHINESE ? "目录 /" : "Index of /";
}

/* A long path is cut: the begin of a listing has a bound. */
enum { TITLE_MOST = 1000 };

static void
put_title(struct http_writer *w, enum page_lang lang, struct http_span path)
{
	http_put_text(w, title_of(lang));
	page_put_html(w, (struct http_span){path.at, path.len < TITLE_MOST ? path.len : TITLE_MOST});
	if (path.len > 0)
		http_put_text(w, "/");
}

void
page_list_begin(struct http_writer *w, const struct page_style *style, struct http_span path)
{
	if (style->form == PAGE_JSON) {
		http_put_text(w, "[");
		return;
	}
	http_put_text(w, "<!doctype html>\n<html lang=\"");
	http_put_text(w, page_lang_tags[style->lang]);
	http_put_text(w,
	    "\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	put_title(w, style->lang, path);
	http_put_text(w, "</title>\n<h1>");
	put_title(w, style->lang, path);
	http_put_text(w, "</h1>\n<ul>\n");
	if (path.len > 0)
		http_put_text(w, "<li><a href=\"../\">../</a>\n");
}

static void
entry_html(struct http_writer *w, const struct page_entry *e)
{
	struct http_span name = http_span_of(e->name), slash = http_span_of(e->folder ? "/" : "");

	/* "./" keeps a name with a colon from being read as a scheme (RFC 3986, 4.2). */
	http_put_text(w, "<li><a href=\"./");
	http_percent_encode(w, name, HTTP_PLAIN_UNRESERVED);
	http_put_span(w, slash);
	http_put_text(w, "\">");
	page_put_html(w, name);
	http_put_span(w, slash);
	http_put_text(w, "</a>\n");
}

static void
entry_json(struct http_writer *w, const struct page_entry *e, bool first)
{
	http_put_text(w, first ? "\n{\"name\":\"" : ",\n{\"name\":\"");
	page_put_json(w, http_span_of(e->name));
	http_put_text(w, e->folder ? "\",\"folder\":true}" : "\",\"folder\":false}");
}

void
page_list_entry(struct http_writer *w, const struct page_style *style, const struct page_entry *e, bool first)
{
	if (style->form == PAGE_JSON)
		entry_json(w, e, first);
	else
		entry_html(w, e);
}

void
page_list_end(struct http_writer *w, const struct page_style *style)
{
	http_put_text(w, style->form == PAGE_JSON ? "\n]\n" : "</ul>\n</html>\n");
}
