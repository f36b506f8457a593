/*
 * serve/listing/data.c - what the script of a listing's page works with: its texts, and all
 * entries, also those of which the page has no row.
 *
 * The entries are one array: for each its name, its size (-1: a folder; -2: neither file nor
 * folder) and its time, in the order of the rows. Of a name that is no text it has an array: the
 * name as people see it, and the link.
 */
#include "serve/listing/html.h"

static void
put_data_name(struct http_writer *w, const struct listing_entry *e)
{
	struct http_span name = {e->name, e->len};
	bool valid = page_is_text(name);

	http_put_text(w, valid ? "\"" : "[\"");
	page_put_json(w, name);
	http_put_text(w, "\"");
	if (!valid) {
		http_put_text(w, ",\"");
		listing_put_href(w, e);
		http_put_text(w, "\"]");
	}
}

void
listing_put_data(struct http_writer *w, const struct listing_entry *e, bool first)
{
	if (!first)
		http_put_text(w, ",");
	put_data_name(w, e);
	http_put_text(w, ",");
	if (e->type == LISTING_FILE)
		http_put_number(w, (uint64_t)e->size, 10);
	else
		http_put_text(w, e->type == LISTING_FOLDER ? "-1" : "-2");
	http_put_text(w, e->modified < 0 ? ",-" : ",");
	http_put_number(w, e->modified < 0 ? 0 - (uint64_t)e->modified : (uint64_t)e->modified, 10);
}

/* The texts are ours, and need no escape. */
void
listing_put_words(struct http_writer *w, const struct listing *l)
{
	static const char *const names[] = {
#define X(name, english, chinese) #name,
#include "serve/listing/words.h"
#undef X
	};

	http_put_text(w, "<script id=\"words\" type=\"application/json\">{");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		http_put_text(w, i > 0 ? ",\"" : "\"");
		http_put_text(w, names[i]);
		http_put_text(w, "\":\"");
		http_put_text(w, listing_word(l, (enum listing_word)i));
		http_put_text(w, "\"");
	}
	http_put_text(w, "}</script>\n");
}
