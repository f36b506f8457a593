/*
 * serve/listing/html.h - the parts of a listing's page. For the files of the listing only.
 */
#ifndef SERVE_LISTING_LISTING_HTML_H
#define SERVE_LISTING_LISTING_HTML_H

#include "serve/listing/impl.h"

enum listing_word {
#define X(name, english, chinese) WORD_##name,
#include "serve/listing/words.h"
#undef X
};

const char *listing_word(const struct listing *l, enum listing_word word);

/* Entries that match before the page that is asked for, or before the last page. */
size_t listing_first_row(const struct listing *l);

/*
 * parts.c: the icons; the link to the parent folder; a step of the path, which lies in l->path or
 * is the root's name; the search; the other tools; and the form for uploads.
 */
void listing_put_symbols(struct http_writer *w);
void listing_put_up(struct http_writer *w, const struct listing *l);
void listing_put_search(struct http_writer *w, const struct listing *l);
void listing_put_tools(struct http_writer *w, const struct listing *l);
void listing_put_upload(struct http_writer *w, const struct listing *l);
/* The link to log in: its begin, the segment of the path that is next, and its end. */
void listing_put_login(struct http_writer *w, const struct listing *l);
void listing_put_login_step(struct http_writer *w, struct listing *l);
void listing_put_login_end(struct http_writer *w, const struct listing *l);
void listing_put_crumb(struct http_writer *w, const struct listing *l, struct http_span name);

/* listing_table.c: everything up to the first row, a row, and everything after the last. */
void listing_put_columns(struct http_writer *w, const struct listing *l);
void listing_put_row(struct http_writer *w, const struct listing *l, const struct listing_entry *e);
void listing_put_foot(struct http_writer *w, const struct listing *l);

/* listing_readme.c: what stands before and after the README. */
void listing_put_readme(struct http_writer *w, const struct listing *l);
void listing_put_readme_end(struct http_writer *w, const struct listing *l);

/* listing_data.c: an entry, and the texts, for the script. */
void listing_put_data(struct http_writer *w, const struct listing_entry *e, bool first);
void listing_put_words(struct http_writer *w, const struct listing *l);

#endif
