#include "run/forward.h"

#include "run/tree.h"

#include <signal.h>
#include <stdbool.h>

enum { FORWARD_WAIT_MS = 5, FORWARD_MEMORY_MS = 100 };

static bool
known(int signal)
{
	return signal > 0 && signal < FORWARD_SIGNALS;
}

void
forward_group(struct forward *f, int signal, pid_t from, nsec_t now)
{
	if (known(signal))
		f->group[signal] = (struct heard){from, now + FORWARD_MEMORY_MS * MSEC};
}

void
forward_outer(struct forward *f, int signal, pid_t from, nsec_t now)
{
	if (known(signal))
		f->outer[signal] = (struct heard){from ? from : -1, now + FORWARD_WAIT_MS * MSEC};
}

nsec_t
forward_next(const struct forward *f)
{
	nsec_t next = NSEC_NEVER;

	for (int i = 1; i < FORWARD_SIGNALS; i++)
		if (f->outer[i].from)
			next = nsec_min(next, f->outer[i].until);
	return next;
}

void
forward_run(struct forward *f, nsec_t now, pid_t program)
{
	for (int i = 1; i < FORWARD_SIGNALS; i++) {
		bool everybody = f->group[i].from == f->outer[i].from && f->group[i].until >= now;

		if (!f->outer[i].from || f->outer[i].until > now)
			continue;
		if (!everybody && program)
			kill(program, i);
		else if (!everybody)
			tree_signal(i);
		f->outer[i] = f->group[i] = (struct heard){0};
	}
}
