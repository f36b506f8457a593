/*
 * run/process/launch.h - starts the program's first process. It does not wait for its end.
 *
 * The new process shares the worker's descriptor table until execve(2), or until launch.c unshares
 * it. So the listener of its own filter is in the worker's table at once. No message has to carry
 * it through the filter, which would intercept the message.
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
	struct rlimit nofile;  /* the limit that the program gets; Leat has raised its own */
	sigset_t mask;         /* the signal mask that it gets */
	bool ignores_children; /* whether it ignores SIGCHLD */
	pid_t pgrp;            /* the process group that it joins, which the terminal knows */

	pid_t pid;    /* out */
	int listener; /* out */
};

/*
 * Creates the process, and does not wait until the filter is loaded. Sets @l->pid. Returns 0 or the
 * negative errno.
 */
int launch_begin(struct launch *l);

/*
 * Waits until the process is under its filter. Returns 0 and sets @l->listener, which the caller
 * owns; or the negative errno of what failed; -EBUSY inside another `leat run`.
 */
int launch_ready(struct launch *l);

/* Lets the process execute the program. */
void launch_go(struct launch *l);

#endif
