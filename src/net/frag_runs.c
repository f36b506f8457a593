/*
 * net/frag_runs.c - the list of runs; see frag_runs.h.
 */
#include "net/frag_runs.h"

#include <string.h>

bool
frag_runs_end(struct frag_runs *r, uint32_t to, bool more)
{
	if (!more) {
		if (r->total && r->total != to)
			return false;
		if (r->n && r->run[r->n - 1].to > to)
			return false;
		r->total = to;
	}
	return !r->total || to <= r->total;
}

enum frag_runs_fit
frag_runs_fit(const struct frag_runs *r, uint32_t from, uint32_t to, unsigned *at)
{
	unsigned i = r->n;

	while (i > 0 && r->run[i - 1].to > from)
		i--;
	*at = i;
	if (i < r->n && r->run[i].from < to)
		return r->run[i].from <= from && to <= r->run[i].to ? FRAG_RUN_REPEATED : FRAG_RUN_OVERLAP;
	if (r->n == FRAG_RUNS && !(i < r->n && r->run[i].from == to) && !(i > 0 && r->run[i - 1].to == from))
		return FRAG_RUN_TOO_MANY;
	return FRAG_RUN_NEW;
}

static void
run_remove(struct frag_runs *r, unsigned at)
{
	r->n--;
	memmove(&r->run[at], &r->run[at + 1], (r->n - at) * sizeof r->run[0]);
}

void
frag_runs_add(struct frag_runs *r, unsigned at, uint32_t from, uint32_t to)
{
	bool joins_before = at > 0 && r->run[at - 1].to == from;
	bool joins_after = at < r->n && r->run[at].from == to;

	if (joins_before && joins_after) {
		r->run[at - 1].to = r->run[at].to;
		run_remove(r, at);
	} else if (joins_before) {
		r->run[at - 1].to = to;
	} else if (joins_after) {
		r->run[at].from = from;
	} else {
		memmove(&r->run[at + 1], &r->run[at], (r->n - at) * sizeof r->run[0]);
		r->run[at] = (struct frag_run){from, to};
		r->n++;
	}
}

bool
frag_runs_whole(const struct frag_runs *r)
{
	return r->total && r->n == 1 && r->run[0].from == 0 && r->run[0].to == r->total;
}
