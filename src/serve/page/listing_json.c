/*
 * serve/page/listing_json.c - a listing as JSON. listing.h names its members.
 */
#include "serve/page/listing_impl.h"

enum part { BEGIN, ENTRIES, END, DONE };

static void
put_begin(struct http_writer *w, const struct listing *l)
{
	http_put_text(w, "{\"path\":\"/");
	page_put_json(w, l->set.path);
	http_put_text(w, l->set.path.len > 0 ? "/\",\"entries\":[" : "\",\"entries\":[");
}

static void
put_entry(struct http_writer *w, const struct listing_entry *e, bool first)
{
	static const char *const types[] = {"directory", "file", "other"};

	http_put_text(w, first ? "\n{\"name\":\"" : ",\n{\"name\":\"");
	page_put_json(w, (struct http_span){e->name, e->len});
	http_put_text(w, "\",\"href\":\"");
	listing_put_href(w, e);
	http_put_text(w, "\",\"type\":\"");
	http_put_text(w, types[e->type]);
	if (e->type == LISTING_FILE) {
		http_put_text(w, "\",\"size\":");
		http_put_number(w, (uint64_t)e->size, 10);
		http_put_text(w, ",\"mtime\":\"");
	} else {
		http_put_text(w, "\",\"mtime\":\"");
	}
	listing_put_time(w, e->modified, "%Y-%m-%dT%H:%M:%SZ");
	http_put_text(w, "\"}");
}

static void
put_end(struct http_writer *w, const struct listing *l)
{
	http_put_text(w, "\n],\"total\":");
	http_put_number(w, l->entries.n, 10);
	http_put_text(w, l->entries.truncated ? ",\"truncated\":true}\n" : ",\"truncated\":false}\n");
}

/* The part after this one, when it is at its end. */
static void
put_part(struct http_writer *w, struct listing *l)
{
	if (l->part == BEGIN) {
		put_begin(w, l);
		l->part = ENTRIES;
	} else if (l->part == ENTRIES && l->next < l->entries.n) {
		put_entry(w, l->entries.at[l->next], l->next == 0);
		l->next++;
	} else {
		put_end(w, l);
		l->part = DONE;
	}
}

int
listing_json_next(struct listing *l)
{
	struct http_writer w = http_writer(l->octets, sizeof l->octets);
	int busy = l->part == BEGIN ? 0 : listing_work(l);

	if (busy || l->part == DONE)
		return busy;
	put_part(&w, l);
	l->piece = (struct http_span){w.at, w.len};
	return w.err ? w.err : 1;
}
