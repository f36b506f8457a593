/*
 * run/launch.h - the program's first process.
 *
 * It is born sharing the worker's descriptor table, so that the listener of the filter it puts itself under is the worker's at once: no
 * message has to pass through a filter that would catch it. execve() ends the sharing.
 */
#ifndef RUN_LAUNCH_H
#define RUN_LAUNCH_H

#include "run/kernel.h"

#include <linux/filter.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

struct launch {
	char *const *argv;
	const struct sock_fprog *filter;
	const struct kernel *kernel;
	struct rlimit nofile; /* the program's own limit, which Leat raised for itself */
	sigset_t mask;        /* its signal mask */
	pid_t pgrp;           /* the process group that the user's terminal knows */

	pid_t pid;    /* out */
	int listener; /* out */
};

/* 0, or the negative errno of what went wrong before the program was to begin; -EBUSY: a nested `leat run`. */
int launch_begin(struct launch *l);

/* Let it execute. */
void launch_go(struct launch *l);

#endif
