/*
 * run/stream/owner.c - notes which process uses a connection, and reports it to the subscriber of
 * the run's events.
 */
#include "run/stream/owner.h"

#include "run/process/caller.h"

static void
report(struct stream_rec *s)
{
	const struct run_hooks *hooks = &s->rec.recs->config->hooks;

	s->owner.flow = sock_flow(s->rec.sk);
	if (s->owner.flow && s->owner.pid > 0)
		hooks->owner(hooks->arg, s->owner.flow, s->owner.pid, s->owner.comm);
}

/* Returns true if the thread @c is of the process that owns @s. */
static bool
same_process(const struct stream_rec *s, struct caller *c)
{
	return c->tid == s->owner.tid || (s->owner.pid > 0 && caller_process(c) == s->owner.pid);
}

void
owner_note(struct stream_rec *s, struct caller *c)
{
	if (!s->rec.recs->config->hooks.owner || !s->rec.sk ||
	    (s->rec.state != SOCKREC_LISTENING && !sock_flow(s->rec.sk)))
		return;
	if (same_process(s, c)) {
		if (sock_flow(s->rec.sk) != s->owner.flow)
			report(s);
		return;
	}
	s->owner.tid = c->tid;
	s->owner.pid = caller_name(c, s->owner.comm);
	report(s);
}

void
owner_inherit(struct stream_rec *child, const struct stream_rec *from)
{
	if (!child->rec.recs->config->hooks.owner)
		return;
	child->owner = from->owner;
	report(child);
}
