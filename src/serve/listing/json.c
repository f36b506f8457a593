/*
 * serve/listing/json.c - a listing as JSON. listing.h names its members.
 */
#include "serve/listing/impl.h"

enum json_part { BEGIN, PATH, ENTRIES, END, DONE };

/* One segment of the path, or what follows the last one. */
static void
put_path(struct http_writer *w, struct listing *l)
{
	if (l->next < l->set.path.len) {
		page_put_json(w, listing_next_segment(l));
		http_put_text(w, "/");
		return;
	}
	http_put_text(w, "\",\"entries\":[");
	l->next = 0;
	l->part = ENTRIES;
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
put_entry_or_end(struct http_writer *w, struct listing *l)
{
	while (l->next < l->entries.n && !l->entries.at[l->next]->matches)
		l->next++;
	if (l->next < l->entries.n)
		put_entry(w, l->entries.at[l->next++], l->rows++ == 0);
	else
		l->part = END;
}

static void
put_end(struct http_writer *w, struct listing *l)
{
	http_put_text(w, "\n],\"total\":");
	http_put_number(w, l->entries.matching, 10);
	http_put_text(w, l->entries.truncated ? ",\"truncated\":true" : ",\"truncated\":false");
	if (l->readme_entry) {
		http_put_text(w, ",\"readme\":\"");
		page_put_json(w, (struct http_span){l->readme_entry->name, l->readme_entry->len});
		http_put_text(w, "\"");
	}
	http_put_text(w, "}\n");
	l->part = DONE;
}

static void
put_part(struct http_writer *w, struct listing *l)
{
	switch ((enum json_part)l->part) {
	case BEGIN:
		http_put_text(w, "{\"path\":\"/");
		l->part = PATH;
		break;
	case PATH:
		put_path(w, l);
		break;
	case ENTRIES:
		put_entry_or_end(w, l);
		break;
	default:
		put_end(w, l);
	}
}

int
listing_json_next(struct listing *l)
{
	struct http_writer w = http_writer(l->octets, sizeof l->octets);

	if (l->part == DONE)
		return 0;
	put_part(&w, l);
	l->piece = (struct http_span){w.at, w.len};
	return w.err ? w.err : 1;
}
