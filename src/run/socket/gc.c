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

/* A collection starts every 500 ms; less often if collections would take over 1/100 of the time. */
enum { GC_EVERY_MS = 500, GC_BUDGET = 100 };

/* How long a descriptor may be in flight between processes. */
#define IN_FLIGHT_MOST (30 * SEC)

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
 * Returns true if only a collection notices that the program has closed @r. Where
 * pidfd_getfd(2) works, a record with a duplicate is not among them: the duplicate, which is held
 * during a connect(), keeps the socket alive.
 */
static bool
depends(const struct sockrec *r)
{
	return !r->ended && !r->ops->notices_close(r) && r->inode &&
	       (r->program_end < 0 || !r->recs->kernel->getfd);
}

/* Ends the records whose sockets are not in a dump of sock_diag(7). */
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

/* Returns true if the thread that used @r last still has it under the same number, as usual. */
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

struct in_flight {
	struct sockrecs *recs;
	bool any;
};

/*
 * Notes if descriptors wait in the queue of a socket. Proxy sockets are skipped: their queues hold
 * only tags (dgram_tag.h).
 */
static void
note_in_flight(void *arg, uint64_t inode, pid_t pid, int fd)
{
	struct in_flight *p = arg;

	if (!p->any && !sockrec_by_inode(p->recs, inode))
		p->any = procfd_in_flight(pid, fd) > 0;
}

/*
 * Returns true if a descriptor waits in the queue of one of the program's sockets, or if that is in
 * doubt. Such a descriptor is in no table.
 */
static bool
any_in_flight(struct sockrecs *recs)
{
	struct in_flight p = {.recs = recs};

	return open_sockets_each(note_in_flight, &p) || p.any;
}

/* Returns true if each record that depends on collections is where it was. */
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

/* Notes since when each record is missing. Returns true if none is. */
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
 * Collects where our own duplicates keep the sockets alive. It reads /proc, and all of it only if
 * some record is not where it was. @patient: a record ends only if the previous collection did not
 * find it either. While a descriptor is in flight between processes, a record may be missing for up
 * to 30 s.
 */
static void
collect_by_proc(struct sockrecs *recs, bool patient)
{
	nsec_t wait;

	if (look_where_they_were(recs) || open_sockets_each(note_place, recs) || note_missed(recs))
		return;
	wait = any_in_flight(recs) ? IN_FLIGHT_MOST : patient ? GC_EVERY_MS * MSEC / 2 : 0;
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
	       any_in_flight(r->recs);
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
	recs->gc_at = now + GC_EVERY_MS * MSEC + recs->gc_cost * GC_BUDGET;
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
