/*
 * serve/listing/table.c - the table of a listing's page: its columns, its rows, and what
 * stands below them.
 */
#include "serve/listing/html.h"

#include "http/semantics/media_type.h"
#include "http/uri/percent.h"

#include <string.h>

static const char *const sort_names[LISTING_SORTS] = {"name", "size", "date"};

size_t
listing_first_row(const struct listing *l)
{
	size_t last = l->entries.matching > 0 ? (l->entries.matching - 1) / LISTING_ROWS : 0;
	size_t page = l->set.query.page > 0 ? l->set.query.page - 1 : 0;

	return (page < last ? page : last) * LISTING_ROWS;
}

/* The same search, in this order. */
static void
put_link(struct http_writer *w, const struct listing *l, enum listing_sort sort, bool descending)
{
	struct http_span search = http_span_of(l->set.query.search);

	http_put_text(w, "<a href=\"?sort=");
	http_put_text(w, sort_names[sort]);
	http_put_text(w, descending ? "&amp;order=desc" : "&amp;order=asc");
	if (search.len > 0) {
		http_put_text(w, "&amp;q=");
		http_form_encode(w, search);
	}
}

/* The column by which the rows are sorted turns their order around. */
static void
put_column(struct http_writer *w, const struct listing *l, enum listing_sort sort, enum listing_word word)
{
	const struct listing_query *q = &l->set.query;
	bool chosen = sort == q->sort;

	http_put_text(w, "<th scope=\"col\"");
	if (chosen)
		http_put_text(w, q->descending ? " aria-sort=\"descending\"" : " aria-sort=\"ascending\"");
	http_put_text(w, ">");
	put_link(w, l, sort, chosen && !q->descending);
	http_put_text(w, "\">");
	http_put_text(w, listing_word(l, word));
	http_put_text(w, "</a></th>");
}

void
listing_put_columns(struct http_writer *w, const struct listing *l)
{
	http_put_text(w, "<main>\n<table id=\"list\" data-sort=\"");
	http_put_text(w, sort_names[l->set.query.sort]);
	http_put_text(w, l->set.query.descending ? "\" data-order=\"desc\"" : "\" data-order=\"asc\"");
	if (l->set.archive)
		http_put_text(w, " class=\"ticks\"");
	if (l->set.removes)
		http_put_text(w, " data-delete");
	http_put_text(w, " aria-rowcount=\"");
	http_put_number(w, l->entries.matching + 1, 10);
	http_put_text(w, "\">\n<thead><tr>");
	put_column(w, l, LISTING_BY_NAME, WORD_NAME);
	put_column(w, l, LISTING_BY_SIZE, WORD_SIZE);
	put_column(w, l, LISTING_BY_TIME, WORD_DATE);
	http_put_text(w, "</tr></thead>\n<tbody>\n");
}

static bool
is_archive(const char *type)
{
	static const char *const archives[] = {"application/zip", "application/gzip", "application/x-tar",
	    "application/zstd", "application/x-xz", "application/x-bzip2", "application/x-7z-compressed"};

	for (size_t i = 0; i < sizeof archives / sizeof *archives; i++) {
		if (strcmp(type, archives[i]) == 0)
			return true;
	}
	return false;
}

/* The last letter of an icon's name. */
static const char *
icon_of(const struct listing_entry *e)
{
	const struct http_media_type *type;

	if (e->type != LISTING_FILE)
		return e->type == LISTING_FOLDER ? "d" : "o";
	type = http_media_type_of((struct http_span){e->name, e->len});
	if (strncmp(type->type, "image/", 6) == 0)
		return "i";
	if (strncmp(type->type, "video/", 6) == 0)
		return "v";
	if (strncmp(type->type, "audio/", 6) == 0)
		return "a";
	if (strcmp(type->type, "application/pdf") == 0)
		return "p";
	if (is_archive(type->type))
		return "z";
	return type->text ? "t" : "f";
}

/*
 * A form cannot send a name that is no text, nor one with controls: HTML has none, and ends of
 * lines become others (HTML, 4.10.21.4). A script sends the octets of any name.
 */
static bool
fits_form(struct http_span name)
{
	for (size_t i = 0; i < name.len; i++) {
		if ((unsigned char)name.at[i] < 0x20)
			return false;
	}
	return page_is_text(name);
}

static void
put_tick(struct http_writer *w, const struct listing *l, const struct listing_entry *e)
{
	struct http_span name = {e->name, e->len};

	if (!l->set.archive || !fits_form(name))
		return;
	http_put_text(w, "<input type=\"checkbox\" name=\"name\" form=\"pick\" value=\"");
	page_put_html(w, name);
	http_put_text(w, "\" aria-label=\"");
	http_put_text(w, listing_word(l, WORD_CHOOSE));
	http_put_text(w, " ");
	page_put_html(w, name);
	http_put_text(w, "\">");
}

static void
put_name(struct http_writer *w, const struct listing *l, const struct listing_entry *e)
{
	http_put_text(w, "<tr><td>");
	put_tick(w, l, e);
	http_put_text(w, "<a href=\"");
	listing_put_href(w, e);
	http_put_text(w, "\"><svg aria-hidden=\"true\"><use href=\"#i-");
	http_put_text(w, icon_of(e));
	http_put_text(w, "\"/></svg><bdi>");
	page_put_html(w, (struct http_span){e->name, e->len});
	http_put_text(w, e->type == LISTING_FOLDER ? "</bdi><i>/</i></a></td>" : "</bdi></a></td>");
}

static void
put_size(struct http_writer *w, const struct listing_entry *e)
{
	if (e->type != LISTING_FILE) {
		http_put_text(w, "<td></td>");
		return;
	}
	http_put_text(w, "<td data-size=\"");
	http_put_number(w, (uint64_t)e->size, 10);
	http_put_text(w, "\">");
	listing_put_size(w, (uint64_t)e->size);
	http_put_text(w, "</td>");
}

void
listing_put_row(struct http_writer *w, const struct listing *l, const struct listing_entry *e)
{
	put_name(w, l, e);
	put_size(w, e);
	http_put_text(w, "<td><time datetime=\"");
	listing_put_time(w, e->modified, "%Y-%m-%dT%H:%M:%SZ\">%Y-%m-%d %H:%M");
	http_put_text(w, "</time></td></tr>\n");
}

static void
put_page_link(struct http_writer *w, const struct listing *l, size_t page, enum listing_word word)
{
	put_link(w, l, l->set.query.sort, l->set.query.descending);
	http_put_text(w, "&amp;page=");
	http_put_number(w, page, 10);
	http_put_text(w, "\">");
	http_put_text(w, listing_word(l, word));
	http_put_text(w, "</a> ");
}

/* Without a script the rows come in pages. */
static void
put_pages(struct http_writer *w, const struct listing *l)
{
	size_t page = listing_first_row(l) / LISTING_ROWS + 1;
	size_t pages = (l->entries.matching + LISTING_ROWS - 1) / LISTING_ROWS;

	if (pages < 2)
		return;
	http_put_text(w, "<nav id=\"pages\" aria-label=\"");
	http_put_text(w, listing_word(l, WORD_PAGE));
	http_put_text(w, "\">");
	if (page > 1)
		put_page_link(w, l, page - 1, WORD_EARLIER);
	http_put_number(w, page, 10);
	http_put_text(w, "/");
	http_put_number(w, pages, 10);
	http_put_text(w, " ");
	if (page < pages)
		put_page_link(w, l, page + 1, WORD_LATER);
	http_put_text(w, "</nav>\n");
}

static void
put_count(struct http_writer *w, const struct listing *l, enum listing_word word, uint64_t n)
{
	http_put_text(w, "<span>");
	http_put_text(w, listing_word(l, word));
	http_put_text(w, " <b>");
	http_put_number(w, n, 10);
	http_put_text(w, "</b></span>\n");
}

/* What there is to say of the rows, which is nothing as a rule. */
static void
put_note(struct http_writer *w, const struct listing *l)
{
	http_put_text(w, "</tbody>\n</table>\n<p id=\"note\" role=\"status\">");
	if (l->entries.n == 0)
		http_put_text(w, listing_word(l, WORD_EMPTY));
	else if (l->entries.matching == 0)
		http_put_text(w, listing_word(l, WORD_NONE));
	else if (l->entries.truncated)
		http_put_text(w, listing_word(l, WORD_TRUNCATED));
	http_put_text(w, "</p>\n");
}

/* Without a script this downloads what is ticked. */
static void
put_pick(struct http_writer *w, const struct listing *l)
{
	if (!l->set.archive || l->entries.matching == 0)
		return;
	http_put_text(w, "<form id=\"pick\"><button class=\"plain\" name=\"archive\" value=\"");
	http_put_text(w, l->set.archive);
	http_put_text(w, "\">");
	http_put_text(w, listing_word(l, WORD_PICK));
	http_put_text(w, " (");
	http_put_text(w, l->set.archive);
	http_put_text(w, ")</button></form>\n");
}

void
listing_put_foot(struct http_writer *w, const struct listing *l)
{
	put_note(w, l);
	put_pages(w, l);
	put_pick(w, l);
	http_put_text(w, "</main>\n<p id=\"counts\">\n");
	put_count(w, l, WORD_FOLDERS, l->entries.folders);
	put_count(w, l, WORD_FILES, l->entries.n - l->entries.folders);
	http_put_text(w, "<span><b>");
	listing_put_size(w, l->entries.size);
	http_put_text(w, "</b></span>\n");
	http_put_text(w, "</p>\n");
}
