/*
 * serve/page/listing.c - a listing from its begin to its end: what is done next, and what of the
 * page is handed out.
 */
#include "serve/page/listing_impl.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
listing_work(struct listing *l)
{
	int more;

	if (l->phase == LISTING_READY)
		return 0;
	more = l->phase == LISTING_READS ? listing_read(l) : listing_sort_step(l);
	if (more < 0)
		return more;
	if (more == 0)
		l->phase++;
	return l->phase == LISTING_READY ? 0 : -LEAT_EAGAIN;
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

	close(l->set.folder);
	if (l->order.begun) {
		/* One of the two is l->entries.at. */
		free(l->order.from == l->entries.at ? l->order.to : l->order.from);
	}
	listing_set_free(&l->entries);
	free(l);
}

int
listing_new(const struct listing_settings *s, struct body **out)
{
	static const struct body_ops ops = {produce, end};
	struct listing *l = malloc(sizeof *l + s->path.len + 1);

	if (!l)
		return -LEAT_ENOMEM;
	memset(l, 0, offsetof(struct listing, octets));
	l->body.ops = &ops;
	l->set = *s;
	if (s->path.len > 0)
		memcpy(l->path, s->path.at, s->path.len);
	l->path[s->path.len] = '\0';
	l->set.path.at = l->path;
	*out = &l->body;
	return 0;
}
