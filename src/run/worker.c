/*
 * run/worker.c - begins and ends the worker's process. worker_life.c has what happens in between.
 */
#include "run/worker.h"

#include "host/clock.h"
#include "host/sysctl.h"
#include "run/answer/intake.h"
#include "run/process/hidden.h"
#include "run/process/tree.h"
#include "run/process/watchdog.h"
#include "run/socket/fd_limits.h"
#include "stack/stack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SYSCTL_MEM_MAX = 212992 }; /* Linux's default of net.core.wmem_max and rmem_max */
enum { SPIN_MOST_S = 10 };

/*
 * Raises the soft limit on descriptors: the worker has up to three for each socket of the program.
 */
static void
raise_nofile(void)
{
	struct rlimit all;

	if (getrlimit(RLIMIT_NOFILE, &all) == 0) {
		all.rlim_cur = all.rlim_max;
		setrlimit(RLIMIT_NOFILE, &all);
	}
}

/* Bounds SO_SNDBUF and SO_RCVBUF as /proc/sys says, which the program can read. */
static void
begin_buffers(struct socks *socks)
{
	socks_set_buffer_max(socks, sysctl_number("net/core/wmem_max", SYSCTL_MEM_MAX),
	    sysctl_number("net/core/rmem_max", SYSCTL_MEM_MAX));
}

/* Initialises what end_worker() looks at. Nothing is open yet. */
static void
init_worker(struct worker *w, const struct run_config *config)
{
	callers_init(&w->callers, &w->kernel, fd_limits_callers(fd_hard_limit()));
	sockrecs_init(&w->recs);
	w->recs.config = config;
	w->recs.kernel = &w->kernel;
	w->recs.callers = &w->callers;
	w->recs.network = &w->assembly;
	w->calls.recs = &w->recs;
	w->calls.kernel = &w->kernel;
	w->calls.last_ended = worker_last_ended;
	list_init(&w->calls.blocked);
}

static int
begin_worker(struct worker *w, const struct run_config *config)
{
	struct stack *program;
	int rc;

	w->recs.loop = loop_new();
	if (!w->recs.loop)
		return -LEAT_ENOMEM;
	rc = sockrecs_begin(&w->recs, w->from->dir);
	if (!rc)
		rc = assembly_begin(&w->assembly, config, w->recs.loop, &w->recs.fds);
	if (rc)
		return rc;
	program = w->assembly.parts.host;
	w->recs.core = stack_core(program);
	w->recs.socks = stack_socks(program);
	begin_buffers(w->recs.socks);
	return 0;
}

static int
begin_program(struct worker *w, const struct run_config *config)
{
	kernel_features(&w->kernel);
	w->launch = (struct launch){.argv = config->argv,
	    .kernel = &w->kernel,
	    .nofile = w->from->nofile,
	    .mask = w->from->mask,
	    .ignores_children = w->from->ignores_children,
	    .pgrp = w->from->pgrp};
	return launch_begin(&w->launch);
}

static int
listen_to_program(struct worker *w)
{
	int rc = launch_ready(&w->launch);

	return rc ? rc : intake_start(&w->calls, w->launch.listener);
}

static void
end_worker(struct worker *w)
{
	sockrecs_end(&w->recs);
	assembly_end(&w->assembly);
	sockrecs_close(&w->recs);
	callers_fini(&w->callers);
	loop_free(w->recs.loop);
}

static void
explain(int rc)
{
	if (rc == -EBUSY)
		fprintf(stderr,
		    "leat: inside another `leat run`, or another tool that answers system calls: they "
		    "cannot be combined\n");
	else if (rc == -EMFILE)
		fd_limits_too_small(fd_hard_limit());
	else
		fprintf(stderr, "leat: cannot begin: %s\n", strerror(-rc));
}

/*
 * Asks for SIGCHLD when the supervisor ends. The signalfd gets it, as for children (worker_life.c).
 * SIGCHLD has been blocked since before the fork, so it stays pending until the loop runs. Returns
 * false if the supervisor has ended already.
 */
static bool
follow_supervisor(const struct inherited *from)
{
	if (prctl(PR_SET_PDEATHSIG, SIGCHLD) == 0 && getppid() == from->supervisor)
		return true;
	unixdir_remove(from->dir);
	return false;
}

/* Begins all parts of the worker. Returns 0 or the negative error. */
static int
begin(struct worker *w, const struct run_config *config)
{
	int rc;

	init_worker(w, config);
	rc = begin_program(w, config);
	if (!rc)
		rc = begin_worker(w, config);
	if (!rc)
		rc = worker_watch(w);
	if (!rc)
		rc = listen_to_program(w);
	if (!rc) /* after the program's process was made, which is not to inherit the timer */
		rc = watchdog_begin(SPIN_MOST_S * SEC);
	return rc ? rc : fd_limits_begin(&w->recs);
}

/* The worker could not begin: ends what there is of it. Returns the exit status of the run. */
static int
fail(struct worker *w, int rc)
{
	if (!w->assembly.explained)
		explain(rc);
	tree_kill();
	return rc == -EBUSY ? SUPERVISOR_CANNOT_RUN : SUPERVISOR_FAILED;
}

/* Runs the program until all is over. Returns the exit status of the run. */
static int
run(struct worker *w, const struct run_config *config)
{
	const struct run_hooks *hooks = &config->hooks;

	if (hooks->began)
		hooks->began(hooks->arg, &w->assembly.parts);
	hidden_begin();
	launch_go(&w->launch);
	loop_run(w->recs.loop);
	watchdog_end();
	/* A program's own failure says more than a file that could not be written. */
	if (hooks->ended && !hooks->ended(hooks->arg, &w->assembly.parts, w->status) && w->status == 0)
		return SUPERVISOR_FAILED;
	return w->status;
}

/*
 * Does all that the worker does. Returns the worker's exit status: 0 if the supervisor has been
 * notified of the run's, otherwise 125.
 */
static int
live(struct worker *w, const struct run_config *config)
{
	int rc, status;

	hidden_end(); /* an outer run looks into this process, until it is known that ours cannot work */
	leftover_init(&w->leftover, config->argv[0], config->until_first);
	clock_be_exact();
	raise_nofile();
	if (!tree_adopt())
		return 125;
	rc = begin(w, config);
	status = rc ? fail(w, rc) : run(w, config);
	end_worker(w);
	worker_notify_supervisor(w, SUPERVISOR_ENDED, status);
	return 0;
}

int
worker_main(const struct run_config *config, const struct inherited *from)
{
	struct worker *w = calloc(1, sizeof *w);
	int status = 125;

	if (!w) {
		explain(-ENOMEM);
	} else if (follow_supervisor(from)) {
		w->from = from;
		status = live(w, config);
	}
	free(w);
	return status;
}
