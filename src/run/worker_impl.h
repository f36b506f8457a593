/*
 * run/worker_impl.h - the worker's process as a whole. For worker.c and worker_life.c only: its
 * other parts know struct worker.
 */
#ifndef RUN_WORKER_IMPL_H
#define RUN_WORKER_IMPL_H

#include "run/network/assembly.h"
#include "run/outer.h"
#include "run/process/forward.h"
#include "run/process/launch.h"
#include "run/process/leftover.h"
#include "run/worker.h"

/* The worker's process: the network inside, the answering of calls, and the program's tree. */
struct process {
	struct worker w;
	struct assembly assembly;
	const struct inherited *from;
	struct launch launch;
	struct loop_fd signals, control;
	struct loop_source source;
	struct forward forward;
	struct leftover leftover;
	bool reaped;      /* the first process, */
	int status;       /* and how it ended */
	bool ended;       /* nobody is under the filter any more */
	nsec_t flush_end; /* until when what is on its way may still arrive */
};

static inline struct process *
process_of(struct worker *w)
{
	return container_of(w, struct process, w);
}

/* Sends a message to the supervisor. */
void worker_tell_outer(const struct process *p, enum outer_word word, int value);

/* Watches signals, the supervisor's messages and deadlines. Returns 0 or the negative errno. */
int worker_watch(struct process *p);

#endif
