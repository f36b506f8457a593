/*
 * run/worker.h - the worker's process as a whole. For worker.c and worker_life.c only: what they
 * are made of does not know it.
 */
#ifndef RUN_WORKER_H
#define RUN_WORKER_H

#include "run/call/calls.h"
#include "run/network/assembly.h"
#include "run/process/forward.h"
#include "run/process/launch.h"
#include "run/process/leftover.h"
#include "run/socket/sockrecs.h"
#include "run/supervisor.h"

/* The network inside, the answering of calls, and the program's tree. */
struct worker {
	struct kernel kernel;
	struct callers callers;
	struct sockrecs recs;
	struct calls calls;
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

/* Sends a message to the supervisor. */
void worker_notify_supervisor(const struct worker *w, enum supervisor_word word, int value);

/* No process is under the filter any more: the worker's work ends when its children are reaped. */
void worker_last_ended(struct calls *calls);

/* Watches signals, the supervisor's messages and deadlines. Returns 0 or the negative errno. */
int worker_watch(struct worker *w);

#endif
