#include "run/worker.h"

#include "host/clock.h"
#include "host/random.h"
#include "host/sysctl.h"
#include "run/desc.h"
#include "run/network/assembly.h"
#include "run/notif.h"
#include "run/outer.h"
#include "run/park.h"
#include "run/process/forward.h"
#include "run/process/hidden.h"
#include "run/process/hold.h"
#include "run/process/launch.h"
#include "run/process/remains.h"
#include "run/process/tree.h"
#include "run/process/watchdog.h"
#include "run/room.h"
#include "run/sweep.h"
#include "stack/stack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SYSCTL_MEM_MAX = 212992 }; /* Linux's default of net.core.wmem_max and rmem_max */
enum { FLUSH_MOST_S = 60, FLUSH_LOOK_MS = 5, SPIN_MOST_S = 10 };

/* The worker's process: the network inside, the answering of calls, and the program's tree. */
struct process {
	struct worker w;
	struct assembly assembly;
	const struct inherited *from;
	struct launch launch;
	struct loop_fd signals, control;
	struct loop_source source;
	struct forward forward;
	struct remains remains;
	bool reaped;      /* the first process, */
	int status;       /* and how it ended */
	bool ended;       /* nobody is under the filter any more */
	nsec_t flush_end; /* until when what is on its way may still arrive */
};

static struct process *
process_of(struct worker *w)
{
	return container_of(w, struct process, w);
}

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
	assembly_gone(&process_of(w)->assembly, sk);
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

void
worker_last_ended(struct worker *w)
{
	struct process *p = process_of(w);

	if (p->ended)
		return;
	p->ended = true;
	p->flush_end = loop_now(w->loop) + FLUSH_MOST_S * SEC;
	remains_last_ended(&p->remains, loop_now(w->loop));
	loop_del(w->loop, &w->listener);
}

static void
tell_outer(const struct process *p, enum outer_word word, int value)
{
	struct outer_message m = {(int32_t)word, value, 0};

	send(p->from->control, &m, sizeof m, MSG_NOSIGNAL);
}

/* What the program does, the outer process does too: the shell sees its job stopped, and going on. From here, so that one never overtakes the other. */
static void
outer_too(const struct process *p, int signal)
{
	if (getppid() == p->from->outer)
		kill(p->from->outer, signal);
}

static void
first_ended(struct process *p, int status)
{
	nsec_t now = loop_now(p->w.loop);

	p->reaped = true;
	p->status = status;
	if (p->ended)
		return;
	remains_first_ended(&p->remains, now);
	forward_first_ended(&p->forward, now);
}

static void
reap(struct process *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
		/* After the first process has been reaped, another may get its number. */
		if (hold_stopped(pid, status) || p->reaped || pid != p->launch.pid)
			continue;
		if (WIFSTOPPED(status)) {
			outer_too(p, SIGSTOP);
		} else if (WIFCONTINUED(status)) {
			outer_too(p, SIGCONT);
		} else {
			first_ended(p, status);
		}
	}
}

/* The outer process was killed: the tree ends, and we do. */
static void
outer_ended(struct process *p)
{
	tree_kill();
	unixdir_remove(p->from->dir);
	loop_stop(p->w.loop);
}

static void
signal_news(struct loop_fd *fd, uint32_t events)
{
	struct process *p = container_of(fd, struct process, signals);
	struct signalfd_siginfo info;

	while (read(fd->fd, &info, sizeof info) == (ssize_t)sizeof info)
		if (info.ssi_signo != SIGCHLD && info.ssi_code <= 0)
			forward_group(
			    &p->forward, (int)info.ssi_signo, (pid_t)info.ssi_pid, loop_now(p->w.loop));
	reap(p);
	if (getppid() != p->from->outer)
		outer_ended(p);
}

/*
 * Passes @signal to the program; or, once that has ended, to what it left behind. At the very end
 * it ends the wait for what is on its way.
 */
static void
take_signal(struct process *p, int signal, pid_t from)
{
	if (p->reaped && p->ended)
		p->flush_end = 0;
	else
		forward_outer(&p->forward, signal, from, loop_now(p->w.loop));
}

static void
control_news(struct loop_fd *fd, uint32_t events)
{
	struct process *p = container_of(fd, struct process, control);
	struct outer_message m;

	while (recv(fd->fd, &m, sizeof m, MSG_DONTWAIT) == (ssize_t)sizeof m) {
		if (m.word == OUTER_SIGNAL)
			take_signal(p, m.value, m.from);
		if (m.word == OUTER_ASK)
			tell_outer(p, OUTER_HERE, 0);
	}
}

static nsec_t
process_next(struct loop_source *s)
{
	struct process *p = container_of(s, struct process, source);
	nsec_t next = nsec_min(park_next(&p->w), sweep_next(&p->w));

	next = nsec_min(next, forward_next(&p->forward));
	next = nsec_min(next, remains_next(&p->remains));
	return p->ended ? nsec_min(next, loop_now(p->w.loop) + FLUSH_LOOK_MS * MSEC) : next;
}

static void
process_run(struct loop_source *s, nsec_t now)
{
	struct process *p = container_of(s, struct process, source);

	watchdog_turn();
	park_run(&p->w, now);
	sweep_run(&p->w, now);
	forward_run(&p->forward, now, p->reaped ? 0 : p->launch.pid);
	remains_run(&p->remains, now);
	if (p->ended && now >= p->w.sweep_at) {
		sweep_unfinished(&p->w);
		sweep_now(&p->w);
	}
	desc_free_buried(&p->w);
	if (p->ended && !p->reaped)
		reap(p);
	if (p->ended && p->reaped && (!assembly_busy(&p->assembly) || now >= p->flush_end))
		loop_stop(p->w.loop);
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

static int
watch_signals(struct process *p)
{
	sigset_t all;

	/* Blocked, not ignored: the program's are as it inherits them. */
	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGABRT);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGFPE);
	sigprocmask(SIG_BLOCK, &all, NULL);
	p->signals = (struct loop_fd){
	    .fd = signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC), .events = EPOLLIN, .fn = signal_news};
	p->control = (struct loop_fd){.fd = p->from->control, .events = EPOLLIN, .fn = control_news};
	if (p->signals.fd < 0)
		return -errno;
	if (loop_add(p->w.loop, &p->signals))
		return -errno;
	return loop_add(p->w.loop, &p->control);
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
	w->unixsock.meeting = w->unixsock.meeting_handle = w->unixsock.spare = -1;
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
	w->names = &p->assembly.names;
	w->gate = p->assembly.parts.gateway;
	w->stack = p->assembly.parts.host;
	w->core = stack_core(w->stack);
	w->socks = stack_socks(w->stack);
	begin_buffers(w->socks);
	p->source = (struct loop_source){.next = process_next, .run = process_run};
	loop_add_source(w->loop, &p->source);
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
 * does: see signal_news(). SIGCHLD is blocked since before the fork, so it waits there until the
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
	remains_init(&p->remains, config->argv[0], config->until_first);
	clock_be_exact();
	raise_nofile();
	if (!tree_adopt())
		return 125;
	init_worker(p, config);
	rc = begin_program(p, config);
	if (!rc)
		rc = begin_worker(p, config);
	if (!rc)
		rc = watch_signals(p);
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
		tell_outer(p, OUTER_ENDED, rc == -EBUSY ? OUTER_CANNOT_RUN : OUTER_FAILED);
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
	tell_outer(p, OUTER_ENDED, p->status);
	return 0;
}
