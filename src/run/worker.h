/*
 * run/worker.h - the worker's process as a whole. Only worker.c and worker_life.c know it; its
 * parts do not.
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
	bool reaped;      /* the first process has ended, */
	int status;       /* with this wait status */
	bool stopped;     /* the supervisor was stopped together with it */
	bool ended;       /* no process is under the filter any more */
	nsec_t flush_end; /* until when data in flight may still arrive */
};

/* Sends a message to the supervisor. */
void worker_notify_supervisor(const struct worker *w, enum supervisor_message_kind kind, int value);

/*
 * Notes that no process is under the filter any more. The worker ends when its children are reaped
 * and data in flight have arrived.
 */
void worker_last_ended(struct calls *calls);

/* Watches signals, the supervisor's messages and deadlines. Returns 0 or the negative errno. */
int worker_watch(struct worker *w);

#endif
