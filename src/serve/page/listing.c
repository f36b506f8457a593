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
listing_new(const struct listing_settings *s, struct listing **out)
{
	struct listing *l = malloc(sizeof *l + s->path.len + 1);

	if (!l)
		return -LEAT_ENOMEM;
	memset(l, 0, offsetof(struct listing, octets));
	l->set = *s;
	if (s->path.len > 0)
		memcpy(l->path, s->path.at, s->path.len);
	l->path[s->path.len] = '\0';
	l->set.path.at = l->path;
	*out = l;
	return 0;
}

void
listing_free(struct listing *l)
{
	close(l->set.folder);
	if (l->order.begun) {
		/* One of the two is l->entries.at. */
		free(l->order.from == l->entries.at ? l->order.to : l->order.from);
	}
	listing_set_free(&l->entries);
	free(l);
}

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

ssize_t
listing_produce(struct listing *l, char *at, size_t room)
{
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
