/*
 * serve/listing/parts.c - the icons of a listing's page, and the steps of its path.
 */
#include "serve/listing/html.h"

#include "http/uri/percent.h"

static const char symbols[] =
    "<svg hidden>\n"
    "<symbol id=\"i-d\" viewBox=\"0 0 24 24\"><path class=\"fill\" d=\"M3 6.5A1.5 1.5 0 0 1 4.5 5h4.6l2.2 "
    "2.5h8.2A1.5 "
    "1.5 0 0 1 21 9v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 18z\"/></symbol>\n"
    "<symbol id=\"i-f\" viewBox=\"0 0 24 24\"><path d=\"M6 3h8l4 4v14H6zM14 3v4h4\"/></symbol>\n"
    "<symbol id=\"i-t\" viewBox=\"0 0 24 24\"><path d=\"M6 3h8l4 4v14H6zM14 3v4h4M9 11h6M9 14h6M9 "
    "17h4\"/></symbol>\n"
    "<symbol id=\"i-i\" viewBox=\"0 0 24 24\"><path d=\"M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4\"/>"
    "<circle cx=\"15.5\" cy=\"9\" r=\"1.3\"/></symbol>\n"
    "<symbol id=\"i-v\" viewBox=\"0 0 24 24\"><path d=\"M3 5h18v14H3zM10 9v6l5-3z\"/></symbol>\n"
    "<symbol id=\"i-a\" viewBox=\"0 0 24 24\"><path d=\"M9 17V5l10-2v12\"/><circle cx=\"6.5\" cy=\"17\" "
    "r=\"2.5\"/>"
    "<circle cx=\"16.5\" cy=\"15\" r=\"2.5\"/></symbol>\n"
    "<symbol id=\"i-z\" viewBox=\"0 0 24 24\"><path d=\"M4 4h16v5H4zM5 9v11h14V9M10 13h4\"/></symbol>\n"
    "<symbol id=\"i-o\" viewBox=\"0 0 24 24\"><path d=\"M6 3h8l4 4v14H6zM10 11a2 2 0 1 1 2 2v1.5M12 "
    "17v.5\"/></symbol>\n"
    "<symbol id=\"i-p\" viewBox=\"0 0 24 24\"><path d=\"M6 3h8l4 4v14H6zM14 3v4h4M9 17v-5h1.5a1.5 1.5 0 0 1 "
    "0 "
    "3H9\"/></symbol>\n"
    "<symbol id=\"i-left\" viewBox=\"0 0 24 24\"><path d=\"M14.5 5.5 8 12l6.5 6.5\"/></symbol>\n"
    "<symbol id=\"i-right\" viewBox=\"0 0 24 24\"><path d=\"M9.5 5.5 16 12l-6.5 6.5\"/></symbol>\n"
    "<symbol id=\"i-close\" viewBox=\"0 0 24 24\"><path d=\"M6 6l12 12M18 6 6 18\"/></symbol>\n"
    "<symbol id=\"i-open\" viewBox=\"0 0 24 24\"><path d=\"M13 5h6v6M19 5l-8 8M16 14v5H5V8h5\"/></symbol>\n"
    "<symbol id=\"i-down\" viewBox=\"0 0 24 24\"><path d=\"M12 4v11M7 10.5l5 5 5-5M5 20h14\"/></symbol>\n"
    "<symbol id=\"i-qr\" viewBox=\"0 0 24 24\"><path d=\"M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 "
    "14h2v2h-2zM18 18h2v2h-2zM19 14v1M14 19v1M7 7v0M17 7v0M7 17v0\"/></symbol>\n"
    "<symbol id=\"i-add\" viewBox=\"0 0 24 24\"><path d=\"M12 16V5M7 9.5l5-5 5 5M5 20h14\"/></symbol>\n"
    "<symbol id=\"i-up\" viewBox=\"0 0 24 24\"><path d=\"M12 19V6M6 12l6-6 6 6\"/></symbol>\n"
    "</svg>\n";

void
listing_put_symbols(struct http_writer *w)
{
	http_put_text(w, symbols);
}

void
listing_put_up(struct http_writer *w, const struct listing *l)
{
	if (l->set.path.len == 0)
		return;
	http_put_text(w, "<a id=\"up\" class=\"tool\" href=\"../\" aria-label=\"");
	http_put_text(w, listing_word(l, WORD_PARENT));
	http_put_text(w, "\" title=\"");
	http_put_text(w, listing_word(l, WORD_PARENT));
	http_put_text(w, "\"><svg aria-hidden=\"true\"><use href=\"#i-up\"/></svg></a>\n");
}

/* Without a script the search is a form like any other. */
void
listing_put_search(struct http_writer *w, const struct listing *l)
{
	http_put_text(w, "<form role=\"search\"><input id=\"search\" name=\"q\" type=\"search\" "
			 "autocomplete=\"off\" spellcheck=\"false\" aria-keyshortcuts=\"/\" aria-label=\"");
	http_put_text(w, listing_word(l, WORD_SEARCH));
	http_put_text(w, "\" placeholder=\"");
	http_put_text(w, listing_word(l, WORD_SEARCH));
	http_put_text(w, "\" value=\"");
	page_put_html(w, http_span_of(l->set.query.search));
	http_put_text(w, "\"><kbd aria-hidden=\"true\">/</kbd></form>\n");
}

/* What else can be done with the folder. */
void
listing_put_tools(struct http_writer *w, const struct listing *l)
{
	if (l->set.qr) {
		http_put_text(w, "<a id=\"qr\" class=\"tool\" href=\"?qr\" aria-label=\"");
		http_put_text(w, listing_word(l, WORD_QR));
		http_put_text(w, "\" title=\"");
		http_put_text(w, listing_word(l, WORD_QR));
		http_put_text(w, "\"><svg aria-hidden=\"true\"><use href=\"#i-qr\"/></svg></a>");
	}
	if (l->set.archive) {
		http_put_text(w, "<a id=\"pack\" class=\"tool\" download href=\"?archive=");
		http_put_text(w, l->set.archive);
		http_put_text(w, "\" aria-label=\"");
		http_put_text(w, listing_word(l, WORD_PACK));
		http_put_text(w, "\" title=\"");
		http_put_text(w, listing_word(l, WORD_PACK));
		http_put_text(w, "\"><svg aria-hidden=\"true\"><use href=\"#i-down\"/></svg></a>");
	}
}

/* Without a script files are uploaded by this form; with one, by its button. */
void
listing_put_upload(struct http_writer *w, const struct listing *l)
{
	if (!l->set.uploads)
		return;
	http_put_text(w, "<form id=\"upload\" method=\"post\" enctype=\"multipart/form-data\"><label>");
	http_put_text(w, listing_word(l, WORD_FILESHERE));
	http_put_text(
	    w, " <input type=\"file\" name=\"file\" multiple required></label> <button class=\"plain\">");
	http_put_text(w, listing_word(l, WORD_UPLOAD));
	http_put_text(w, "</button></form>\n");
}

/* Segments of the path that follow the one that ends at @at. */
static size_t
steps_after(const struct listing *l, size_t at)
{
	size_t steps = at == 0 && l->set.path.len > 0;

	for (size_t i = at; i < l->set.path.len; i++)
		steps += l->path[i] == '/';
	return steps;
}

static void
put_steps_up(struct http_writer *w, size_t steps)
{
	while (steps-- > 0)
		http_put_text(w, "../");
}

/* The last step is the page itself. */
void
listing_put_crumb(struct http_writer *w, const struct listing *l, struct http_span name)
{
	bool root = l->next == 0;
	size_t steps = steps_after(l, root ? 0 : (size_t)(name.at + name.len - l->path));

	http_put_text(w, steps == 0 ? "<li><a aria-current=\"page\" href=\"./" : "<li><a href=\"");
	put_steps_up(w, steps);
	http_put_text(w, "\">");
	page_put_html(w, name);
	http_put_text(w, "</a></li>\n");
}

/* A browser sends the password to what lies below the address that asked for it: the root. */
void
listing_put_login(struct http_writer *w, const struct listing *l)
{
	http_put_text(w, "<a id=\"login\" class=\"plain\" href=\"./");
	put_steps_up(w, steps_after(l, 0));
	http_put_text(w, "?login=");
}

void
listing_put_login_step(struct http_writer *w, struct listing *l)
{
	http_form_encode(w, listing_next_segment(l));
	http_put_text(w, "%2F");
}

void
listing_put_login_end(struct http_writer *w, const struct listing *l)
{
	http_put_text(w, "\">");
	http_put_text(w, listing_word(l, WORD_LOGIN));
	http_put_text(w, "</a>");
}
