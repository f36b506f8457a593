/*
 * run/supervisor.h - the messages between the supervisor and the worker. They go over a socket pair
 * that keeps message boundaries.
 */
#ifndef RUN_SUPERVISOR_H
#define RUN_SUPERVISOR_H

#include "run/proxy/unixdir.h"
#include "run/run.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

enum supervisor_message_kind {
	SUPERVISOR_SIGNAL, /* to the worker: pass the signal to the program */
	SUPERVISOR_ASK,    /* to the worker: answer with SUPERVISOR_HERE */
	SUPERVISOR_HERE,   /* from the worker: the answer */
	SUPERVISOR_ENDED, /* from the worker: the run has ended, with the program's wait status or an exit status of Leat's own */
};

struct supervisor_message {
	int32_t kind;
	int32_t value;
	int32_t from; /* SUPERVISOR_SIGNAL: the process that sent the signal, or FORWARD_TERMINAL */
};

/* What the worker needs to know of the supervisor. */
struct inherited {
	pid_t supervisor;
	int control;
	sigset_t mask;
	struct rlimit nofile;
	bool ignores_children; /* SIGCHLD is ignored, and will be by the program */
	pid_t pgrp;
	struct unixdir *dir; /* shared: the supervisor removes it, even if the worker was killed */
};

/* Runs the worker. Returns its exit status: 0 if SUPERVISOR_ENDED has been sent, otherwise 125. */
int worker_main(const struct run_config *config, const struct inherited *from);

/* Exit statuses of Leat's own, as wait(2) returns them. */
enum { SUPERVISOR_FAILED = 125 << 8, SUPERVISOR_CANNOT_RUN = 126 << 8 };

#endif
