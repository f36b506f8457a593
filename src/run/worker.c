/*
 * The worker's process: how it begins and ends, and what its parts ask of it. worker_life.c is what
 * happens in between.
 */
#include "run/worker_impl.h"

#include "host/clock.h"
#include "host/random.h"
#include "host/sysctl.h"
#include "run/desc.h"
#include "run/notif.h"
#include "run/process/hidden.h"
#include "run/process/tree.h"
#include "run/process/watchdog.h"
#include "run/room.h"
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

void
worker_enter(struct worker *w)
{
	assembly_enter(&process_of(w)->assembly);
}

void
worker_settle(struct worker *w)
{
	assembly_settle(&process_of(w)->assembly);
}

void
worker_gone(struct worker *w, const struct sock *sk)
{
	assembly_dgram_closed(&process_of(w)->assembly, sk);
}

void
worker_catch_up(struct worker *w)
{
	loop_catch_up(w->loop, &w->listener);
	worker_settle(w);
}

void
worker_unreachable(struct worker *w, struct caller *c)
{
	char comm[CALLER_COMM];
	pid_t pid = caller_name(c, comm);

	if (w->unreachable)
		return;
	w->unreachable = true;
	fprintf(stderr,
	    "leat: %s[%d] forbids looking into it (not dumpable): its socket calls cannot be answered, and "
	    "fail with "
	    "EPERM\n",
	    comm, pid);
}

/* Every socket of the program's is three descriptors here. */
static void
raise_nofile(void)
{
	struct rlimit all;

	if (getrlimit(RLIMIT_NOFILE, &all) == 0) {
		all.rlim_cur = all.rlim_max;
		setrlimit(RLIMIT_NOFILE, &all);
	}
}

/* Makes SO_SNDBUF and SO_RCVBUF grant what the program reads in /proc/sys. */
static void
begin_buffers(struct socks *socks)
{
	socks_set_buffer_max(socks, sysctl_number("net/core/wmem_max", SYSCTL_MEM_MAX),
	    sysctl_number("net/core/rmem_max", SYSCTL_MEM_MAX));
}

/* Initialises what end_worker() looks at: nothing of it is there yet. */
static void
init_worker(struct process *p, const struct run_config *config)
{
	struct worker *w = &p->w;

	w->config = config;
	w->full_at = NSEC_NEVER;
	callers_init(&w->callers, &w->kernel, room_callers(room_hard_limit()));
	w->unixsock.listener = w->unixsock.listener_handle = w->unixsock.spare = -1;
	list_init(&w->descs);
	list_init(&w->buried);
	list_init(&w->named);
	list_init(&w->parked);
}

static int
begin_worker(struct process *p, const struct run_config *config)
{
	struct worker *w = &p->w;
	struct siphash_key key = random_key();
	int rc;

	w->loop = loop_new();
	if (!w->loop || table_init(&w->by_inode, &key) || table_init(&w->by_id, &key))
		return -LEAT_ENOMEM;
	fd_room_init(&w->room, w->loop);
	rc = unixsock_open(&w->unixsock, p->from->dir);
	if (!rc)
		rc = assembly_begin(&p->assembly, config, w->loop, &w->room);
	if (rc)
		return rc;
	w->nameservers = &p->assembly.nameservers;
	w->gate = p->assembly.parts.gateway;
	w->stack = p->assembly.parts.host;
	w->core = stack_core(w->stack);
	w->socks = stack_socks(w->stack);
	begin_buffers(w->socks);
	return 0;
}

static int
begin_program(struct process *p, const struct run_config *config)
{
	kernel_features(&p->w.kernel);
	p->launch = (struct launch){.argv = config->argv,
	    .kernel = &p->w.kernel,
	    .nofile = p->from->nofile,
	    .mask = p->from->mask,
	    .ignores_children = p->from->ignores_children,
	    .pgrp = p->from->pgrp};
	return launch_begin(&p->launch);
}

static int
listen_to_program(struct process *p)
{
	int rc = launch_ready(&p->launch);

	return rc ? rc : notif_start(&p->w, p->launch.listener);
}

static void
end_worker(struct process *p)
{
	struct worker *w = &p->w;

	list_each_safe(n, &w->descs)
		desc_bury(container_of(n, struct desc, node), true);
	desc_free_buried(w);
	assembly_end(&p->assembly);
	dgram_tags_close(&w->tags, &w->room);
	unixsock_close(&w->unixsock);
	callers_fini(&w->callers);
	table_fini(&w->by_inode);
	table_fini(&w->by_id);
	if (w->room.loop)
		fd_room_fini(&w->room);
	loop_free(w->loop);
}

static void
explain(int rc)
{
	if (rc == -EBUSY)
		fprintf(stderr, "leat: inside another `leat run`, or whatever else answers system calls "
				"here: one cannot stand in "
				"another\n");
	else if (rc == -EMFILE)
		room_too_small(room_hard_limit());
	else
		fprintf(stderr, "leat: cannot begin: %s\n", strerror(-rc));
}

/*
 * Asks for a signal when the supervisor ends. It arrives at the signalfd, as SIGCHLD of children
 * does: see worker_life.c. SIGCHLD is blocked since before the fork, so it waits there until the
 * loop runs. Returns false if the supervisor has ended already.
 */
static bool
follow_supervisor(const struct inherited *from)
{
	if (prctl(PR_SET_PDEATHSIG, SIGCHLD) == 0 && getppid() == from->outer)
		return true;
	unixdir_remove(from->dir);
	return false;
}

int
worker_main(const struct run_config *config, const struct inherited *from)
{
	static struct process process;
	struct process *p = &process;
	int rc;

	p->from = from;
	if (!follow_supervisor(from))
		return 125;
	hidden_end(); /* another run that this one is in looks into us, until we know that it cannot work */
	leftover_init(&p->leftover, config->argv[0], config->until_first);
	clock_be_exact();
	raise_nofile();
	if (!tree_adopt())
		return 125;
	init_worker(p, config);
	rc = begin_program(p, config);
	if (!rc)
		rc = begin_worker(p, config);
	if (!rc)
		rc = worker_watch(p);
	if (!rc)
		rc = listen_to_program(p);
	if (!rc) /* after the program's process was made, which is to know nothing of it */
		rc = watchdog_begin(SPIN_MOST_S * SEC);
	if (!rc)
		rc = room_begin(&p->w);
	if (rc) {
		if (!p->assembly.explained)
			explain(rc);
		tree_kill();
		end_worker(p);
		worker_tell_outer(p, OUTER_ENDED, rc == -EBUSY ? OUTER_CANNOT_RUN : OUTER_FAILED);
		return 0;
	}
	if (config->hooks.began)
		config->hooks.began(config->hooks.arg, &p->assembly.parts);
	hidden_begin();
	launch_go(&p->launch);
	loop_run(p->w.loop);
	watchdog_end();
	/* A program's own failure says more than a file that could not be written. */
	if (config->hooks.ended && !config->hooks.ended(config->hooks.arg, &p->assembly.parts, p->status) &&
	    p->status == 0)
		p->status = OUTER_FAILED;
	end_worker(p);
	worker_tell_outer(p, OUTER_ENDED, p->status);
	return 0;
}
