#include "run/owner.h"

#include "run/peek.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
tell(struct desc *d)
{
	const struct run_hooks *hooks = &d->w->config->hooks;

	d->owner.flow = sock_flow(d->sk);
	if (d->owner.flow && d->owner.pid > 0)
		hooks->owner(hooks->arg, d->owner.flow, d->owner.pid, d->owner.comm);
}

/* Threads of one program take turns at its descriptors, so this must not cost what caller_name() does. */
static bool
same_process(const struct desc *d, pid_t tid)
{
	char path[48];

	if (tid == d->owner.tid)
		return true;
	snprintf(path, sizeof path, "/proc/%d/task/%d", d->owner.pid, tid);
	return d->owner.pid > 0 && access(path, F_OK) == 0;
}

void
owner_note(struct desc *d, pid_t tid)
{
	if (!d->w->config->hooks.owner || d->kind != DESC_STREAM || !d->sk ||
	    (d->state != DESC_LISTENING && !sock_flow(d->sk)))
		return;
	if (same_process(d, tid)) {
		if (sock_flow(d->sk) != d->owner.flow)
			tell(d);
		return;
	}
	d->owner.tid = tid;
	d->owner.pid = caller_name(tid, d->owner.comm);
	tell(d);
}

void
owner_inherit(struct desc *child, const struct desc *from)
{
	if (!child->w->config->hooks.owner)
		return;
	child->owner = from->owner;
	tell(child);
}
