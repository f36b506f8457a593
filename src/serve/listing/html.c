/*
 * serve/listing/html.c - a listing as a page for people, from its head to its script.
 *
 * The page needs no other file. Its policy lets it run its own script and style alone.
 */
#include "serve/listing/html.h"

#include "serve/listing/listing_assets.h"

enum html_part {
	HEAD,
	STYLE,
	BODY,
	CRUMBS,
	SEARCH,
	LOGIN,
	TOOLS,
	TABLE,
	ROWS,
	FOOT,
	README,
	README_END,
	WORDS,
	DATA,
	SCRIPT,
	END,
	DONE
};

const char *
listing_word(const struct listing *l, enum listing_word word)
{
	static const char *const words[][PAGE_LANGS] = {
#define X(name, english, chinese) {english, chinese},
#include "serve/listing/words.h"
#undef X
	};

	return words[word][l->set.style.lang];
}

static struct http_span
last_segment(struct http_span path)
{
	size_t at = path.len;

	while (at > 0 && path.at[at - 1] != '/')
		at--;
	return (struct http_span){path.at + at, path.len - at};
}

static void
put_head(struct http_writer *w, struct listing *l)
{
	http_put_text(w, "<!doctype html>\n<html lang=\"");
	http_put_text(w, page_lang_tags[l->set.style.lang]);
	http_put_text(w, "\">\n<head>\n<meta charset=\"utf-8\">\n"
			 "<meta http-equiv=\"Content-Security-Policy\" content=\"" LISTING_POLICY "\">\n"
			 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
			 "<meta name=\"color-scheme\" content=\"light dark\">\n"
			 "<link rel=\"icon\" href=\"data:,\">\n<title>");
	if (l->set.path.len == 0)
		http_put_text(w, listing_word(l, WORD_HOME));
	page_put_html(w, last_segment(l->set.path));
	http_put_text(w, "</title>\n<style>");
	l->part = STYLE;
}

static void
put_body(struct http_writer *w, struct listing *l)
{
	http_put_text(w, "</style>\n</head>\n<body>\n");
	listing_put_symbols(w);
	http_put_text(w, "<header>\n<nav aria-label=\"");
	http_put_text(w, listing_word(l, WORD_PATH));
	http_put_text(w, "\">\n");
	listing_put_up(w, l);
	http_put_text(w, "<ol>\n");
	listing_put_crumb(w, l, http_span_of(listing_word(l, WORD_HOME)));
	l->part = CRUMBS;
}

static void
put_crumbs(struct http_writer *w, struct listing *l)
{
	if (l->next < l->set.path.len) {
		listing_put_crumb(w, l, listing_next_segment(l));
		return;
	}
	http_put_text(w, "</ol>\n</nav>\n");
	l->part = SEARCH;
}

static void
put_search(struct http_writer *w, struct listing *l)
{
	listing_put_search(w, l);
	http_put_text(w, "<div id=\"tools\">");
	l->part = l->set.login ? LOGIN : TOOLS;
	l->next = 0;
	if (l->set.login)
		listing_put_login(w, l);
}

static void
put_login(struct http_writer *w, struct listing *l)
{
	if (l->next < l->set.path.len) {
		listing_put_login_step(w, l);
		return;
	}
	listing_put_login_end(w, l);
	l->part = TOOLS;
}

static void
put_tools(struct http_writer *w, struct listing *l)
{
	listing_put_tools(w, l);
	http_put_text(w, "</div>\n</header>\n");
	listing_put_upload(w, l);
	l->part = TABLE;
}

/* The next entry that matches the search and comes after @skip others that do. */
static void
go_to_match(struct listing *l, size_t skip)
{
	for (; l->next < l->entries.n; l->next++) {
		if (l->entries.at[l->next]->matches && skip-- == 0)
			return;
	}
}

static void
put_table(struct http_writer *w, struct listing *l)
{
	listing_put_columns(w, l);
	l->next = 0;
	go_to_match(l, listing_first_row(l));
	l->part = ROWS;
}

static void
put_row_or_end(struct http_writer *w, struct listing *l)
{
	if (l->next < l->entries.n && l->rows < LISTING_ROWS) {
		listing_put_row(w, l, l->entries.at[l->next++]);
		go_to_match(l, 0);
		l->rows++;
	} else {
		l->part = FOOT;
	}
}

static void
put_foot(struct http_writer *w, struct listing *l)
{
	listing_put_foot(w, l);
	l->part = l->readme ? README : WORDS;
	if (l->readme)
		listing_put_readme(w, l);
}

static void
put_readme_end(struct http_writer *w, struct listing *l)
{
	listing_put_readme_end(w, l);
	l->part = WORDS;
}

/* Pages that are turned without a script need no data; a script goes to the page of all. */
static void
put_words(struct http_writer *w, struct listing *l)
{
	listing_put_words(w, l);
	if (l->set.query.page == 0)
		http_put_text(w, "<script id=\"data\" type=\"application/json\">[");
	else
		http_put_text(w, "<script>");
	l->part = l->set.query.page == 0 ? DATA : SCRIPT;
	l->next = 0;
}

static void
put_data(struct http_writer *w, struct listing *l)
{
	if (l->next < l->entries.n) {
		listing_put_data(w, l->entries.at[l->next], l->next == 0);
		l->next++;
		return;
	}
	http_put_text(w, "]</script>\n<script>");
	l->part = SCRIPT;
}

static void
put_end(struct http_writer *w, struct listing *l)
{
	http_put_text(w, "</script>\n</body>\n</html>\n");
	l->part = DONE;
}

static void
put_part(struct http_writer *w, struct listing *l)
{
	static void (*const put[DONE])(struct http_writer *, struct listing *) = {[HEAD] = put_head,
	    [BODY] = put_body,
	    [CRUMBS] = put_crumbs,
	    [SEARCH] = put_search,
	    [LOGIN] = put_login,
	    [TOOLS] = put_tools,
	    [TABLE] = put_table,
	    [ROWS] = put_row_or_end,
	    [FOOT] = put_foot,
	    [README_END] = put_readme_end,
	    [WORDS] = put_words,
	    [DATA] = put_data,
	    [END] = put_end};

	put[l->part](w, l);
}

int
listing_html_next(struct listing *l)
{
	struct http_writer w = http_writer(l->octets, sizeof l->octets);

	if (l->part == DONE)
		return 0;
	if (l->part == STYLE || l->part == SCRIPT || l->part == README) {
		l->piece = l->part == STYLE    ? http_span_of(listing_css)
			   : l->part == SCRIPT ? http_span_of(listing_js)
					       : l->readme->html;
		l->part++;
		return 1;
	}
	put_part(&w, l);
	l->piece = (struct http_span){w.at, w.len};
	return w.err ? w.err : 1;
}
