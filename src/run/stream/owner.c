/*
 * run/stream/owner.c - notes which process uses a connection, and reports it to the subscriber of
 * the run's events.
 */
#include "run/stream/owner.h"

#include "run/process/caller.h"

static void
tell(struct sockrec *d)
{
	const struct run_hooks *hooks = &d->recs->config->hooks;

	d->owner.flow = sock_flow(d->sk);
	if (d->owner.flow && d->owner.pid > 0)
		hooks->owner(hooks->arg, d->owner.flow, d->owner.pid, d->owner.comm);
}

/* Threads of one program take turns at its descriptors. */
static bool
same_process(const struct sockrec *d, struct caller *c)
{
	return c->tid == d->owner.tid || (d->owner.pid > 0 && caller_process(c) == d->owner.pid);
}

void
owner_note(struct sockrec *d, struct caller *c)
{
	if (!d->recs->config->hooks.owner || d->kind != SOCKREC_STREAM || !d->sk ||
	    (d->state != SOCKREC_LISTENING && !sock_flow(d->sk)))
		return;
	if (same_process(d, c)) {
		if (sock_flow(d->sk) != d->owner.flow)
			tell(d);
		return;
	}
	d->owner.tid = c->tid;
	d->owner.pid = caller_name(c, d->owner.comm);
	tell(d);
}

void
owner_inherit(struct sockrec *child, const struct sockrec *from)
{
	if (!child->recs->config->hooks.owner)
		return;
	child->owner = from->owner;
	tell(child);
}
