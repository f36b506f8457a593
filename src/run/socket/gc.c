/*
 * run/socket/gc.c - finds the sockets that the program has closed without an event, with
 * sock_diag(7) or through /proc, and ends their records.
 */
#include "run/socket/gc.h"

#include "host/clock.h"
#include "run/process/procfd.h"
#include "run/proxy/diag.h"
#include "run/proxy/open_sockets.h"
#include "run/socket/sockrec.h"

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
 * Returns true if only a sweep notices that the program has closed @r. A connecting one is not
 * looked for while our own duplicate keeps it alive.
 */
static bool
depends(const struct sockrec *r)
{
	return !r->ended && !r->ops->notices_close(r) && r->inode &&
	       (r->program_end < 0 || !r->recs->kernel->getfd);
}

/* With sock_diag(7): one dump answers for all. */
static void
collect_by_diag(struct sockrecs *recs)
{
	struct living l = {0};

	if (diag_each(note, &l) == 0 && !l.failed) {
		qsort(l.inode, l.n, sizeof *l.inode, compare);
		list_each_safe(n, &recs->all) {
			struct sockrec *r = container_of(n, struct sockrec, node);

			if (depends(r) && !bsearch(&r->inode, l.inode, l.n, sizeof *l.inode, compare))
				sockrec_end(r, false);
		}
	}
	free(l.inode);
}

/* Usually the thread that used it last still has it, under the same number. */
static bool
is_where_it_was(const struct sockrec *r)
{
	return r->place.fd >= 0 && procfd_leads_to(r->place.tid, r->place.fd, r->inode);
}

static void
note_place(void *arg, uint64_t inode, pid_t pid, int fd)
{
	struct sockrec *r = sockrec_by_inode(arg, inode);

	if (!r)
		return;
	r->place.found = true;
	r->place.tid = pid;
	r->place.fd = fd;
}

struct passing {
	struct sockrecs *recs;
	bool any;
};

/* Proxy sockets hold descriptors of ours alone: see dgram_tag.h. */
static void
note_passing(void *arg, uint64_t inode, pid_t pid, int fd)
{
	struct passing *p = arg;

	if (!p->any && !sockrec_by_inode(p->recs, inode))
		p->any = procfd_in_flight(pid, fd) > 0;
}

/* Does a descriptor wait in the queue of a socket of the program's? Then it is in no table. */
static bool
any_passes(struct sockrecs *recs)
{
	struct passing p = {.recs = recs};

	return open_sockets_each(note_passing, &p) || p.any;
}

/* True if each record that depends on sweeps is where it was. */
static bool
look_where_they_were(struct sockrecs *recs)
{
	bool all = true;

	list_each(n, &recs->all) {
		struct sockrec *r = container_of(n, struct sockrec, node);

		r->place.found = !depends(r) || is_where_it_was(r);
		all &= r->place.found;
	}
	return all;
}

/* Notes since when each is missed. True if none is. */
static bool
note_missed(struct sockrecs *recs)
{
	bool all = true;

	list_each(n, &recs->all) {
		struct sockrec *r = container_of(n, struct sockrec, node);

		all &= r->place.found;
		if (r->place.found)
			r->place.missed_at = 0;
		else if (!r->place.missed_at)
			r->place.missed_at = loop_now(recs->loop);
	}
	return all;
}

/*
 * Sweeps where our own duplicates keep the sockets alive: by /proc, all of which is read only if
 * some record is not where it was. @patient: ends a record only if the sweep before missed it, too.
 * While a descriptor is on its way from one process to another, a record may be missed for long.
 */
static void
collect_by_proc(struct sockrecs *recs, bool patient)
{
	nsec_t wait;

	if (look_where_they_were(recs) || open_sockets_each(note_place, recs) || note_missed(recs))
		return;
	wait = any_passes(recs) ? PASSING_MOST : patient ? SWEEP_EVERY_MS * MSEC / 2 : 0;
	list_each_safe(n, &recs->all) {
		struct sockrec *r = container_of(n, struct sockrec, node);

		if (!r->place.found && loop_now(recs->loop) >= r->place.missed_at + wait)
			sockrec_end(r, false);
	}
}

static void
collect(struct sockrecs *recs, bool patient)
{
	if (recs->kernel->getfd)
		collect_by_diag(recs);
	else
		collect_by_proc(recs, patient);
}

void
gc_now(struct sockrecs *recs)
{
	collect(recs, false);
}

bool
gc_finds_open(struct sockrec *r)
{
	if (r->recs->kernel->getfd)
		return diag_alive(r->inode);
	r->place.found = is_where_it_was(r);
	return r->place.found || open_sockets_each(note_place, r->recs) || r->place.found ||
	       any_passes(r->recs);
}

void
gc_end_unfinished(struct sockrecs *recs)
{
	list_each_safe(n, &recs->all) {
		struct sockrec *r = container_of(n, struct sockrec, node);

		if (r->program_end >= 0)
			sockrec_end(r, false);
	}
}

nsec_t
gc_next(const struct sockrecs *recs)
{
	return list_empty(&recs->all) ? NSEC_NEVER : recs->gc_at;
}

void
gc_run(struct sockrecs *recs, nsec_t now)
{
	bool needed = false;

	if (now < recs->gc_at)
		return;
	recs->gc_at = now + SWEEP_EVERY_MS * MSEC + recs->gc_cost * SWEEP_BUDGET;
	list_each_safe(n, &recs->all) {
		struct sockrec *r = container_of(n, struct sockrec, node);

		if (r->ended)
			continue;
		needed |= !r->ops->notices_close(r);
		r->ops->look(r);
	}
	if (needed) {
		nsec_t before = clock_monotonic();

		collect(recs, true);
		recs->gc_cost = clock_monotonic() - before;
	}
}
