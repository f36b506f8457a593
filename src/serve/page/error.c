/*
 * serve/page/error.c - error pages: the status, and what it means in one sentence.
 */
#include "serve/page/page.h"

#include "http/message/status.h"

static const struct {
	unsigned status;
	const char *meaning[PAGE_LANGS];
} statuses[] = {
#define X(status, english, chinese) {status, {english, chinese}},
#include "serve/page/statuses.h"
#undef X
};

static const char *
meaning_of(unsigned status, enum page_lang lang)
{
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		if (statuses[i].status == status)
			return statuses[i].meaning[lang];
	}
	return "";
}

static void
error_html(struct http_writer *w, enum page_lang lang, unsigned status, const char *detail)
{
	struct http_span phrase = http_status_phrase(status);

	http_put_text(w, "<!doctype html>\n<html lang=\"");
	http_put_text(w, page_lang_tags[lang]);
	http_put_text(w,
	    "\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	http_put_number(w, status, 10);
	http_put_text(w, " ");
	http_put_span(w, phrase);
	http_put_text(w, "</title>\n<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;"
			 "margin:10vh auto;padding:0 1rem}</style>\n<h1>");
	http_put_number(w, status, 10);
	http_put_text(w, " ");
	http_put_span(w, phrase);
	http_put_text(w, "</h1>\n<p>");
	http_put_text(w, meaning_of(status, lang));
	http_put_text(w, "</p>\n");
	if (detail) {
		http_put_text(w, "<p>");
		page_put_html(w, http_span_of(detail));
		http_put_text(w, "</p>\n");
	}
	http_put_text(w, "</html>\n");
}

static void
error_json(struct http_writer *w, enum page_lang lang, unsigned status, const char *detail)
{
	http_put_text(w, "{\"status\":");
	http_put_number(w, status, 10);
	http_put_text(w, ",\"error\":\"");
	http_put_span(w, http_status_phrase(status));
	http_put_text(w, "\",\"meaning\":\"");
	http_put_text(w, meaning_of(status, lang));
	if (detail) {
		http_put_text(w, "\",\"detail\":\"");
		page_put_json(w, http_span_of(detail));
	}
	http_put_text(w, "\"}\n");
}

void
page_error(struct http_writer *w, const struct page_style *style, unsigned status, const char *detail)
{
	if (style->form == PAGE_JSON)
		error_json(w, style->lang, status, detail);
	else
		error_html(w, style->lang, status, detail);
}
