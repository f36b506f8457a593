/*
 * serve/page/page.h - what people see besides their files: error pages and folders.
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

enum { PAGE_ERROR_MOST = 2048 };

/*
 * A page that says what @status means. @detail is one sentence more, in English; it may be NULL.
 * PAGE_ERROR_MOST octets are enough for a detail of at most 200.
 */
void page_error(struct http_writer *w, const struct page_style *style, unsigned status, const char *detail);

/* A listing is the begin, an entry for each name, and the end. */
struct page_entry {
	const char *name;
	bool folder;
};

/* Octets that the begin can have, and one entry together with the end. */
enum { PAGE_LIST_BEGIN_MOST = 13000, PAGE_ENTRY_MOST = 3000 };

/* @path is decoded, without "/" at its ends; empty for the root. */
void page_list_begin(struct http_writer *w, const struct page_style *style, struct http_span path);

/* @first: no entry was put before. */
void page_list_entry(
    struct http_writer *w, const struct page_style *style, const struct page_entry *e, bool first);
void page_list_end(struct http_writer *w, const struct page_style *style);

/* Puts text into HTML, or into a string of JSON, so that it means itself. */
void page_put_html(struct http_writer *w, struct http_span text);
void page_put_json(struct http_writer *w, struct http_span text);

#endif
