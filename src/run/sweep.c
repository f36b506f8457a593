#include "run/sweep.h"

#include "run/desc.h"
#include "run/diag.h"
#include "run/stream.h"

#include <stdlib.h>

enum { SWEEP_EVERY_MS = 500 };

struct living {
	uint64_t *inode;
	size_t n, room;
	bool failed;
};

static void
note(void *arg, uint64_t inode, uint64_t peer)
{
	struct living *l = arg;

	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 256;
		uint64_t *more = realloc(l->inode, room * sizeof *more);

		if (!more) {
			l->failed = true;
			return;
		}
		l->inode = more;
		l->room = room;
	}
	l->inode[l->n++] = inode;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Seen at our end when it closes, so no business of a sweep. */
static bool
tended(const struct desc *d)
{
	return d->peer.fd >= 0 && d->kind == DESC_STREAM && !desc_shut(d);
}

void
sweep_now(struct worker *w)
{
	struct living l = {0};

	if (diag_each(note, &l) == 0 && !l.failed) {
		qsort(l.inode, l.n, sizeof *l.inode, compare);
		list_each_safe(n, &w->descs) {
			struct desc *d = container_of(n, struct desc, node);

			if (!tended(d) && d->inode && d->borrowed < 0 &&
			    !bsearch(&d->inode, l.inode, l.n, sizeof *l.inode, compare))
				desc_bury(d, false);
		}
	}
	free(l.inode);
}

void
sweep_unfinished(struct worker *w)
{
	list_each_safe(n, &w->descs) {
		struct desc *d = container_of(n, struct desc, node);

		if (d->borrowed >= 0)
			desc_bury(d, false);
	}
}

nsec_t
sweep_next(const struct worker *w)
{
	return list_empty(&w->descs) ? NSEC_NEVER : w->sweep_at;
}

void
sweep_run(struct worker *w, nsec_t now)
{
	bool needed = false;

	if (now < w->sweep_at)
		return;
	w->sweep_at = now + SWEEP_EVERY_MS * MSEC;
	list_each(n, &w->descs) {
		struct desc *d = container_of(n, struct desc, node);

		needed |= !tended(d);
		if (d->child)
			stream_offer_children(d);
	}
	if (needed)
		sweep_now(w);
}
