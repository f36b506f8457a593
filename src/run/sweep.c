#include "run/sweep.h"

#include "run/desc.h"
#include "run/dgram.h"
#include "run/diag.h"
#include "run/holder.h"
#include "run/pump.h"
#include "run/stream.h"

#include <stdlib.h>
#include <unistd.h>

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
	return list_empty(&w->descs) ? NSEC_NEVER : nsec_min(w->sweep_at, w->full_at);
}

/* Accepted without our hearing of it. */
static void
show_late_reset(struct desc *d)
{
	int own = holder_borrow(d);

	if (own < 0)
		return;
	pump_show_reset(d, own);
	close(own);
}

static void
look_at_full(struct worker *w)
{
	w->full_at = NSEC_NEVER;
	list_each(n, &w->named) {
		struct desc *d = container_of(n, struct desc, named);

		if (d->full)
			stream_count_waiting(d);
	}
}

void
sweep_run(struct worker *w, nsec_t now)
{
	bool needed = false;

	if (now >= w->full_at)
		look_at_full(w);
	if (now < w->sweep_at)
		return;
	w->sweep_at = now + SWEEP_EVERY_MS * MSEC;
	list_each_safe(n, &w->descs) {
		struct desc *d = container_of(n, struct desc, node);

		if (!list_empty(&d->held)) /* see dgram.c on ETOOMANYREFS */
			dgram_deliver(d);
		needed |= !tended(d);
		if (d->child)
			stream_offer_children(d);
		if (d->reset_waits)
			show_late_reset(d);
	}
	if (needed)
		sweep_now(w);
}
