/*
 * serve/page/listing_html.c - a listing as a page for people, from its head to its script.
 *
 * The page needs no other file. Its policy lets it run its own script and style alone.
 */
#include "serve/page/listing_html.h"

#include "serve/page/listing_assets.h"

enum part { HEAD, STYLE, BODY, CRUMBS, TABLE, ROWS, FOOT, WORDS, SCRIPT, END, DONE };

static const struct {
	const char *name;
	const char *text[PAGE_LANGS];
} words[] = {
#define X(name, english, chinese) {#name, {english, chinese}},
#include "serve/page/listing_words.h"
#undef X
};

const char *
listing_word(const struct listing *l, enum listing_word word)
{
	return words[word].text[l->set.style.lang];
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
	page_put_html(w, last_segment(l->set.path));
	http_put_text(w, "/</title>\n<style>");
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
	if (l->set.path.len > 0) {
		http_put_text(w, "<a id=\"up\" href=\"../\" aria-label=\"");
		http_put_text(w, listing_word(l, WORD_PARENT));
		http_put_text(w, "\" title=\"");
		http_put_text(w, listing_word(l, WORD_PARENT));
		http_put_text(w, "\"><svg aria-hidden=\"true\"><use href=\"#i-up\"/></svg></a>\n");
	}
	http_put_text(w, "<ol>\n");
	listing_put_crumb(w, l,
	    (struct http_span){listing_word(l, WORD_HOME), http_span_of(listing_word(l, WORD_HOME)).len});
	l->part = CRUMBS;
}

/* One segment of the path, the one that begins at l->next. */
static void
put_crumbs(struct http_writer *w, struct listing *l)
{
	struct http_span path = l->set.path, name = {path.at + l->next, 0};

	if (l->next < path.len) {
		while (l->next < path.len && path.at[l->next] != '/')
			l->next++;
		name.len = (size_t)(path.at + l->next - name.at);
		l->next += l->next < path.len;
		listing_put_crumb(w, l, name);
		return;
	}
	http_put_text(w, "</ol>\n</nav>\n<search hidden><input id=\"search\" type=\"search\" "
			 "autocomplete=\"off\" spellcheck=\"false\" aria-keyshortcuts=\"/\" aria-label=\"");
	http_put_text(w, listing_word(l, WORD_SEARCH));
	http_put_text(w, "\" placeholder=\"");
	http_put_text(w, listing_word(l, WORD_SEARCH));
	http_put_text(w, "\"><kbd aria-hidden=\"true\">/</kbd></search>\n</header>\n");
	l->part = TABLE;
}

static void
put_table(struct http_writer *w, struct listing *l)
{
	listing_put_columns(w, l);
	l->next = listing_first_row(l);
	l->part = ROWS;
}

static void
put_row_or_end(struct http_writer *w, struct listing *l)
{
	if (l->next < l->entries.n && l->next < listing_first_row(l) + LISTING_ROWS)
		listing_put_row(w, l->entries.at[l->next++]);
	else
		l->part = FOOT;
}

static void
put_foot(struct http_writer *w, struct listing *l)
{
	listing_put_foot(w, l);
	l->part = WORDS;
}

/* The script's texts. They are ours, and need no escape. */
static void
put_words(struct http_writer *w, struct listing *l)
{
	http_put_text(w, "<script id=\"words\" type=\"application/json\">{");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		http_put_text(w, i > 0 ? ",\"" : "\"");
		http_put_text(w, words[i].name);
		http_put_text(w, "\":\"");
		http_put_text(w, words[i].text[l->set.style.lang]);
		http_put_text(w, "\"");
	}
	http_put_text(w, "}</script>\n<script>");
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
	    [TABLE] = put_table,
	    [ROWS] = put_row_or_end,
	    [FOOT] = put_foot,
	    [WORDS] = put_words,
	    [END] = put_end};

	put[l->part](w, l);
}

int
listing_html_next(struct listing *l)
{
	struct http_writer w = http_writer(l->octets, sizeof l->octets);
	int busy = l->part < TABLE ? 0 : listing_work(l);

	if (busy || l->part == DONE)
		return busy;
	if (l->part == STYLE || l->part == SCRIPT) {
		l->piece = l->part == STYLE ? http_span_of(listing_css) : http_span_of(listing_js);
		l->part++;
		return 1;
	}
	put_part(&w, l);
	l->piece = (struct http_span){w.at, w.len};
	return w.err ? w.err : 1;
}
