/*
 * run/supervisor.h - what the outer process and the worker say to each other, over a socket pair
 * that keeps messages apart.
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

enum supervisor_word {
	SUPERVISOR_SIGNAL, /* to the worker: pass this signal to the program */
	SUPERVISOR_ASK,    /* to the worker: are you there? */
	SUPERVISOR_HERE,   /* from the worker: yes */
	SUPERVISOR_ENDED, /* from the worker: all is over; the wait status of the program, or what Leat has to say in its place */
};

struct supervisor_message {
	int32_t word;
	int32_t value;
	int32_t from; /* SUPERVISOR_SIGNAL: the process that sent it, or FORWARD_TERMINAL */
};

/* What the worker must know of the process that it was forked from. */
struct inherited {
	pid_t supervisor;
	int control;
	sigset_t mask;
	struct rlimit nofile;
	bool ignores_children; /* SIGCHLD is ignored, by the program as well */
	pid_t pgrp;
	struct unixdir *dir; /* shared: the supervisor removes it, also when the worker was killed */
};

/* The worker's life. Returns its exit status; 0 once SUPERVISOR_ENDED was sent. */
int worker_main(const struct run_config *config, const struct inherited *from);

/* An exit status of Leat's own, as wait(2) would put it. */
enum { SUPERVISOR_FAILED = 125 << 8, SUPERVISOR_CANNOT_RUN = 126 << 8 };

#endif
