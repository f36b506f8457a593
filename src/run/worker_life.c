/*
 * What happens to the worker while it runs: signals, the supervisor's messages, the program's end
 * and the network's.
 */
#include "run/park.h"
#include "run/process/hold.h"
#include "run/process/tree.h"
#include "run/process/watchdog.h"
#include "run/stream.h"
#include "run/sweep.h"
#include "run/worker_impl.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * How long data on its way may take after the program has ended, and how often that is looked at.
 */
enum { FLUSH_MOST_S = 60, FLUSH_LOOK_MS = 5 };

void
worker_last_ended(struct worker *w)
{
	struct process *p = process_of(w);

	if (p->ended)
		return;
	p->ended = true;
	p->flush_end = loop_now(w->loop) + FLUSH_MOST_S * SEC;
	leftover_last_ended(&p->leftover, loop_now(w->loop));
	loop_del(w->loop, &w->listener);
}

void
worker_tell_outer(const struct process *p, enum outer_word word, int value)
{
	struct outer_message m = {(int32_t)word, value, 0};

	send(p->from->control, &m, sizeof m, MSG_NOSIGNAL);
}

/*
 * What the program does, the outer process does too: the shell sees its job stopped, and going on.
 * From here, so that one never overtakes the other.
 */
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
	leftover_first_ended(&p->leftover, now);
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
			forward_worker(
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
		forward_supervisor(&p->forward, signal, from, loop_now(p->w.loop));
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
			worker_tell_outer(p, OUTER_HERE, 0);
	}
}

static nsec_t
process_next(struct loop_source *s)
{
	struct process *p = container_of(s, struct process, source);
	nsec_t next = nsec_min(park_next(&p->w), sweep_next(&p->w));

	next = nsec_min(next, listener_next(&p->w));
	next = nsec_min(next, forward_next(&p->forward));
	next = nsec_min(next, leftover_next(&p->leftover));
	return p->ended ? nsec_min(next, loop_now(p->w.loop) + FLUSH_LOOK_MS * MSEC) : next;
}

static void
process_run(struct loop_source *s, nsec_t now)
{
	struct process *p = container_of(s, struct process, source);

	watchdog_turn();
	park_run(&p->w, now);
	listener_run(&p->w, now);
	sweep_run(&p->w, now);
	forward_run(&p->forward, now, p->reaped ? 0 : p->launch.pid);
	leftover_run(&p->leftover, now);
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

int
worker_watch(struct process *p)
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
	p->source = (struct loop_source){.next = process_next, .run = process_run};
	loop_add_source(p->w.loop, &p->source);
	return loop_add(p->w.loop, &p->control);
}
