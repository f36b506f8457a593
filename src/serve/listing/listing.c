/*
 * serve/listing/listing.c - a listing from its begin to its end: what is done next, and what of the
 * page is handed out.
 */
#include "serve/listing/impl.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
listing_work(struct body *b)
{
	struct listing *l = container_of(b, struct listing, body);
	int more;

	if (l->phase == LISTING_READY)
		return 0;
	more = l->phase == LISTING_READS       ? listing_read(l)
	       : l->phase == LISTING_SORTS_NOW ? listing_sort_step(l)
					       : listing_readme_step(l);
	if (more < 0)
		return more;
	if (more == 0)
		l->phase++;
	return l->phase == LISTING_READY ? 0 : -LEAT_EAGAIN;
}

struct http_span
listing_next_segment(struct listing *l)
{
	struct http_span path = l->set.path, name = {path.at + l->next, 0};

	while (l->next < path.len && path.at[l->next] != '/')
		l->next++;
	name.len = (size_t)(path.at + l->next - name.at);
	l->next += l->next < path.len;
	return name;
}

static int
next_piece(struct listing *l)
{
	return l->set.style.form == PAGE_JSON ? listing_json_next(l) : listing_html_next(l);
}

static ssize_t
produce(struct body *b, char *at, size_t room)
{
	struct listing *l = container_of(b, struct listing, body);
	size_t made = 0;

	while (made < room) {
		size_t n = l->piece.len < room - made ? l->piece.len : room - made;
		int more;

		if (n > 0) {
			memcpy(at + made, l->piece.at, n);
			l->piece.at += n;
			l->piece.len -= n;
			made += n;
			continue;
		}
		more = next_piece(l);
		if (more <= 0)
			return made > 0 ? (ssize_t)made : more;
	}
	return (ssize_t)made;
}

static void
end(struct body *b)
{
	struct listing *l = container_of(b, struct listing, body);

	if (l->order.begun) {
		/* One of the two is l->entries.at. */
		free(l->order.from == l->entries.at ? l->order.to : l->order.from);
	}
	listing_readme_end(l);
	listing_set_free(&l->entries);
	close(l->set.folder);
	free(l);
}

int
listing_new(const struct listing_settings *s, struct body **out)
{
	static const struct body_ops ops = {produce, end};
	struct listing_set entries = {.memory = s->memory};
	size_t octets = sizeof(struct listing) + s->path.len + 1;
	struct listing *l;

	if (listing_set_reserve(&entries, octets) < 0)
		return -LEAT_ENOMEM;
	l = malloc(octets);
	if (!l) {
		listing_set_free(&entries);
		return -LEAT_ENOMEM;
	}
	memset(l, 0, offsetof(struct listing, octets));
	l->body.ops = &ops;
	l->set = *s;
	l->entries = entries;
	l->readme_fd = -1;
	if (s->path.len > 0)
		memcpy(l->path, s->path.at, s->path.len);
	l->path[s->path.len] = '\0';
	l->set.path.at = l->path;
	*out = &l->body;
	return 0;
}
