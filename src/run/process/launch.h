/*
 * run/process/launch.h - the program's first process.
 *
 * It is born sharing the worker's descriptor table, so that the listener of the filter it puts
 * itself under is the worker's at once: no message has to pass through a filter that would catch
 * it. execve() ends the sharing.
 */
#ifndef RUN_PROCESS_LAUNCH_H
#define RUN_PROCESS_LAUNCH_H

#include "run/process/kernel.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

struct launch {
	char *const *argv;
	const struct kernel *kernel;
	struct rlimit nofile;  /* the program's own limit, which Leat raised for itself */
	sigset_t mask;         /* its signal mask */
	bool ignores_children; /* it ignores SIGCHLD */
	pid_t pgrp;            /* the process group that the user's terminal knows */

	pid_t pid;    /* out */
	int listener; /* out */
};

/*
 * Its process is there, and makes itself ready while the caller does the same. 0 or the negative
 * errno.
 */
int launch_begin(struct launch *l);

/*
 * It is ready: 0 with the listener, or the negative errno of what went wrong before the program was
 * to begin; -EBUSY: a nested `leat run`.
 */
int launch_ready(struct launch *l);

/* Let it execute. */
void launch_go(struct launch *l);

#endif
