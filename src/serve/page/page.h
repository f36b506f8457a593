/*
 * serve/page/page.h - what people see besides their files: error pages. listing.h has folders.
 *
 * It renders what it is given into memory of the caller's. It knows no file system and no request.
 */
#ifndef SERVE_PAGE_PAGE_H
#define SERVE_PAGE_PAGE_H

#include "http/message/writer.h"

enum page_lang { PAGE_ENGLISH, PAGE_CHINESE, PAGE_LANGS };

/* The languages as tags, in the order of enum page_lang: for http_language_choose(). */
extern const char *const page_lang_tags[PAGE_LANGS];

enum page_form { PAGE_HTML, PAGE_JSON, PAGE_FORMS };

/* Their media types: for http_accept_choose(), and with the charset for Content-Type. */
extern const char *const page_form_types[PAGE_FORMS];
extern const char *const page_content_types[PAGE_FORMS];

struct page_style {
	enum page_lang lang;
	enum page_form form;
};

enum { PAGE_ERROR_MOST = 4096 };

/*
 * A page that says what @status means and what to do. @detail is one sentence more, in English; it
 * may be NULL. PAGE_ERROR_MOST octets are enough for a detail of at most 200.
 */
void page_error(struct http_writer *w, const struct page_style *style, unsigned status, const char *detail);

/*
 * Puts @text as text of HTML or as a quoted value of an attribute; or as the inside of a string of
 * JSON (RFC 8259, 7). Names of files are any octets: one that is not UTF-8 (RFC 3629, 4) is written
 * as U+FFFD. The JSON may stand within a script element: it has no "<".
 */
void page_put_html(struct http_writer *w, struct http_span text);
void page_put_json(struct http_writer *w, struct http_span text);

/* True if @s is UTF-8 without controls, but for tabs and ends of lines. */
bool page_is_text(struct http_span s);

#endif
