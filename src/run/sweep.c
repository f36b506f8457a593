/*
 * run/sweep.c - finds the sockets that the program has closed without an event, with sock_diag(7)
 * or through /proc, and ends their records.
 */
#include "run/sweep.h"

#include "host/clock.h"
#include "run/desc.h"
#include "run/process/procfd.h"
#include "run/proxy/diag.h"
#include "run/proxy/open_sockets.h"

#include <stdlib.h>
#include <unistd.h>

/* How often to look: seldom enough that looks take 1/N of the time at most. */
enum { SWEEP_EVERY_MS = 500, SWEEP_BUDGET = 100 };

/* How long a descriptor may be on its way between processes. */
#define PASSING_MOST (30 * SEC)

struct living {
	uint64_t *inode;
	size_t n, room;
	bool failed;
};

static void
note(void *arg, uint64_t inode)
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

/*
 * Returns true if only a sweep notices that the program has closed @d. A connecting one is not
 * looked for while our own duplicate keeps it alive.
 */
static bool
depends(const struct desc *d)
{
	return !d->buried && !d->ops->notices_close(d) && d->inode && (d->own < 0 || !d->w->kernel.getfd);
}

/* With sock_diag(7): one dump answers for all. */
static void
sweep_by_diag(struct worker *w)
{
	struct living l = {0};

	if (diag_each(note, &l) == 0 && !l.failed) {
		qsort(l.inode, l.n, sizeof *l.inode, compare);
		list_each_safe(n, &w->descs) {
			struct desc *d = container_of(n, struct desc, node);

			if (depends(d) && !bsearch(&d->inode, l.inode, l.n, sizeof *l.inode, compare))
				desc_bury(d, false);
		}
	}
	free(l.inode);
}

/* Usually the thread that used it last still has it, under the same number. */
static bool
is_where_it_was(const struct desc *d)
{
	return d->tid_fd >= 0 && procfd_leads_to(d->tid, d->tid_fd, d->inode);
}

static void
note_place(void *arg, uint64_t inode, pid_t pid, int fd)
{
	struct desc *d = desc_by_inode(arg, inode);

	if (!d)
		return;
	d->found = true;
	d->tid = pid;
	d->tid_fd = fd;
}

struct passing {
	struct worker *w;
	bool any;
};

/* Proxy sockets hold descriptors of ours alone: see dgram_tag.h. */
static void
note_passing(void *arg, uint64_t inode, pid_t pid, int fd)
{
	struct passing *p = arg;

	if (!p->any && !desc_by_inode(p->w, inode))
		p->any = procfd_in_flight(pid, fd) > 0;
}

/* Does a descriptor wait in the queue of a socket of the program's? Then it is in no table. */
static bool
any_passes(struct worker *w)
{
	struct passing p = {.w = w};

	return open_sockets_each(note_passing, &p) || p.any;
}

/* True if each record that depends on sweeps is where it was. */
static bool
look_where_they_were(struct worker *w)
{
	bool all = true;

	list_each(n, &w->descs) {
		struct desc *d = container_of(n, struct desc, node);

		d->found = !depends(d) || is_where_it_was(d);
		all &= d->found;
	}
	return all;
}

/* Notes since when each is missed. True if none is. */
static bool
note_missed(struct worker *w)
{
	bool all = true;

	list_each(n, &w->descs) {
		struct desc *d = container_of(n, struct desc, node);

		all &= d->found;
		if (d->found)
			d->missed_at = 0;
		else if (!d->missed_at)
			d->missed_at = loop_now(w->loop);
	}
	return all;
}

/*
 * Sweeps where our own duplicates keep the sockets alive: by /proc, all of which is read only if
 * some record is not where it was. @patient: ends a record only if the sweep before missed it, too.
 * While a descriptor is on its way from one process to another, a record may be missed for long.
 */
static void
sweep_by_census(struct worker *w, bool patient)
{
	nsec_t wait;

	if (look_where_they_were(w) || open_sockets_each(note_place, w) || note_missed(w))
		return;
	wait = any_passes(w) ? PASSING_MOST : patient ? SWEEP_EVERY_MS * MSEC / 2 : 0;
	list_each_safe(n, &w->descs) {
		struct desc *d = container_of(n, struct desc, node);

		if (!d->found && loop_now(w->loop) >= d->missed_at + wait)
			desc_bury(d, false);
	}
}

static void
sweep(struct worker *w, bool patient)
{
	if (w->kernel.getfd)
		sweep_by_diag(w);
	else
		sweep_by_census(w, patient);
}

void
sweep_now(struct worker *w)
{
	sweep(w, false);
}

bool
sweep_finds_open(struct desc *d)
{
	if (d->w->kernel.getfd)
		return diag_alive(d->inode);
	d->found = is_where_it_was(d);
	return d->found || open_sockets_each(note_place, d->w) || d->found || any_passes(d->w);
}

void
sweep_unfinished(struct worker *w)
{
	list_each_safe(n, &w->descs) {
		struct desc *d = container_of(n, struct desc, node);

		if (d->own >= 0)
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
	w->sweep_at = now + SWEEP_EVERY_MS * MSEC + w->sweep_cost * SWEEP_BUDGET;
	list_each_safe(n, &w->descs) {
		struct desc *d = container_of(n, struct desc, node);

		if (d->buried)
			continue;
		needed |= !d->ops->notices_close(d);
		d->ops->look(d);
	}
	if (needed) {
		nsec_t before = clock_monotonic();

		sweep(w, true);
		w->sweep_cost = clock_monotonic() - before;
	}
}
