/*
 * serve/listing/readme.c - the README of the folder, below the list of a page for people.
 */
#include "serve/listing/html.h"

#include "base/err.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A page is sent without it if it is not ready after so many pauses, which are 0.3 s. */
enum { ASKED_MOST = 150 };

void
listing_readme_note(struct listing *l, const struct listing_entry *e)
{
	bool chinese = l->set.style.lang == PAGE_CHINESE;
	const struct listing_entry *best = l->readme_entry;
	unsigned rank = e->type == LISTING_FILE ? readme_rank(e->name, chinese) : 0;
	unsigned best_rank = best ? readme_rank(best->name, chinese) : 0;

	if (rank > best_rank || (rank > 0 && rank == best_rank && strcmp(e->name, best->name) < 0))
		l->readme_entry = e;
}

/* The first page of all entries has it, the others of the same folder do not repeat it. */
static bool
is_wanted(const struct listing *l)
{
	return l->readme_entry && l->set.readmes && l->set.style.form == PAGE_HTML &&
	       l->set.query.page <= 1 && !l->set.query.search[0];
}

int
listing_readme_step(struct listing *l)
{
	int e;

	if (!is_wanted(l))
		return 0;
	if (l->readme_fd < 0)
		l->readme_fd = listing_open(l, l->readme_entry->name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (l->readme_fd < 0)
		return 0;
	e = readmes_get(l->set.readmes, l->readme_fd, l->readme_entry->name, &l->readme);
	return e == -LEAT_EAGAIN && l->readme_asked++ < ASKED_MOST ? -LEAT_EINPROGRESS : 0;
}

void
listing_readme_end(struct listing *l)
{
	if (l->readme)
		readme_release(l->readme);
	if (l->readme_fd >= 0)
		close(l->readme_fd);
}

static void
put_link(struct http_writer *w, const struct listing_entry *e)
{
	http_put_text(w, "<a href=\"");
	listing_put_href(w, e);
	http_put_text(w, "\">");
}

void
listing_put_readme(struct http_writer *w, const struct listing *l)
{
	struct http_span name = {l->readme_entry->name, l->readme_entry->len};

	http_put_text(w, "<article id=\"readme\" aria-label=\"");
	page_put_html(w, name);
	http_put_text(w, "\">\n<p class=\"name\">");
	put_link(w, l->readme_entry);
	http_put_text(w, "<svg aria-hidden=\"true\"><use href=\"#i-t\"/></svg>");
	page_put_html(w, name);
	http_put_text(w, "</a></p>\n<div class=\"prose\">\n");
}

void
listing_put_readme_end(struct http_writer *w, const struct listing *l)
{
	http_put_text(w, "</div>\n");
	if (l->readme->cut) {
		http_put_text(w, "<p class=\"cut\">");
		http_put_text(w, listing_word(l, WORD_CUT));
		http_put_text(w, " ");
		put_link(w, l->readme_entry);
		http_put_text(w, listing_word(l, WORD_WHOLE));
		http_put_text(w, "</a></p>\n");
	}
	http_put_text(w, "</article>\n");
}
