/*
 * run/forward.h - which signals are passed on to the program.
 *
 * kill(2) of the outer process alone means the program. kill(2) of its process group has reached the program already; the worker is in that group,
 * too, and hears it for itself. So what only the outer process heard is passed on, a moment later, since the two may learn in either order.
 */
#ifndef RUN_FORWARD_H
#define RUN_FORWARD_H

#include "base/nsec.h"

#include <sys/types.h>

enum { FORWARD_SIGNALS = 65 };

struct forward {
	struct heard {
		pid_t from; /* 0 = nothing */
		nsec_t until;
	} group[FORWARD_SIGNALS], outer[FORWARD_SIGNALS];
};

/* The worker got @signal itself, from process @from. */
void forward_group(struct forward *f, int signal, pid_t from, nsec_t now);

/* The outer process got it. */
void forward_outer(struct forward *f, int signal, pid_t from, nsec_t now);

/* When forward_run() has something to decide; NSEC_NEVER. */
nsec_t forward_next(const struct forward *f);
/* @program 0: it has ended, and what it left behind hears it in its place. */
void forward_run(struct forward *f, nsec_t now, pid_t program);

#endif
