/*
 * serve/page/error.c - error pages: the status, what it means, and what to do.
 */
#include "serve/page/page.h"

#include "http/message/status.h"
#include "serve/page/error_assets.h"

struct status_words {
	unsigned status;
	const char *name; /* in Chinese */
	const char *meaning[PAGE_LANGS], *advice[PAGE_LANGS];
};

/* NULL if nothing is known of it but its number. */
static const struct status_words *
words_of(unsigned status)
{
	static const struct status_words all[] = {
#define X(status, name, english, chinese, advice, advice_chinese)                                            \
	{status, name, {english, chinese}, {advice, advice_chinese}},
#include "serve/page/statuses.h"
#undef X
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (all[i].status == status)
			return &all[i];
	}
	return NULL;
}

static void
put_name(struct http_writer *w, enum page_lang lang, unsigned status)
{
	const struct status_words *words = words_of(status);

	if (lang == PAGE_CHINESE && words)
		http_put_text(w, words->name);
	else
		http_put_span(w, http_status_phrase(status));
}

static void
put_paragraph(struct http_writer *w, const char *text)
{
	http_put_text(w, "<p>");
	page_put_html(w, http_span_of(text));
	http_put_text(w, "</p>\n");
}

static void
put_head(struct http_writer *w, enum page_lang lang, unsigned status)
{
	http_put_text(w, "<!doctype html>\n<html lang=\"");
	http_put_text(w, page_lang_tags[lang]);
	http_put_text(w,
	    "\">\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n"
	    "<title>");
	http_put_number(w, status, 10);
	http_put_text(w, " ");
	put_name(w, lang, status);
	http_put_text(w, "</title>\n<style>");
	http_put_text(w, error_css);
	http_put_text(w, "</style>\n");
}

static void
error_html(struct http_writer *w, enum page_lang lang, unsigned status, const char *detail)
{
	static const char *const home[PAGE_LANGS] = {"First page", "首页"};
	const struct status_words *words = words_of(status);

	put_head(w, lang, status);
	http_put_text(w, "<main>\n<h1><b>");
	http_put_number(w, status, 10);
	http_put_text(w, "</b> ");
	put_name(w, lang, status);
	http_put_text(w, "</h1>\n");
	if (words)
		put_paragraph(w, words->meaning[lang]);
	if (detail)
		put_paragraph(w, detail);
	if (words)
		put_paragraph(w, words->advice[lang]);
	http_put_text(w, "<a href=\"/\">");
	http_put_text(w, home[lang]);
	http_put_text(w, "</a>\n</main>\n</html>\n");
}

static void
put_member(struct http_writer *w, const char *name, const char *text)
{
	http_put_text(w, ",\"");
	http_put_text(w, name);
	http_put_text(w, "\":\"");
	page_put_json(w, http_span_of(text));
	http_put_text(w, "\"");
}

static void
error_json(struct http_writer *w, enum page_lang lang, unsigned status, const char *detail)
{
	const struct status_words *words = words_of(status);

	http_put_text(w, "{\"status\":");
	http_put_number(w, status, 10);
	http_put_text(w, ",\"error\":\"");
	http_put_span(w, http_status_phrase(status));
	http_put_text(w, "\"");
	if (words) {
		put_member(w, "meaning", words->meaning[lang]);
		put_member(w, "advice", words->advice[lang]);
	}
	if (detail)
		put_member(w, "detail", detail);
	http_put_text(w, "}\n");
}

void
page_error(struct http_writer *w, const struct page_style *style, unsigned status, const char *detail)
{
	if (style->form == PAGE_JSON)
		error_json(w, style->lang, status, detail);
	else
		error_html(w, style->lang, status, detail);
}
