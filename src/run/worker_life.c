/*
 * run/worker_life.c - what happens while the worker runs: signals, the supervisor's messages, the
 * end of the program and of the network.
 */
#include "run/call/blocked.h"
#include "run/process/hold.h"
#include "run/process/tree.h"
#include "run/process/watchdog.h"
#include "run/socket/gc.h"
#include "run/stream/listener.h"
#include "run/worker.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long data in flight may take after the program has ended, and how often that is checked. */
enum { FLUSH_MOST_S = 60, FLUSH_LOOK_MS = 5 };

void
worker_last_ended(struct calls *calls)
{
	struct worker *w = container_of(calls, struct worker, calls);

	if (w->ended)
		return;
	w->ended = true;
	w->flush_end = loop_now(w->recs.loop) + FLUSH_MOST_S * SEC;
	leftover_last_ended(&w->leftover, loop_now(w->recs.loop));
	loop_del(w->recs.loop, &calls->listener);
}

void
worker_notify_supervisor(const struct worker *w, enum supervisor_message_kind kind, int value)
{
	struct supervisor_message m = {(int32_t)kind, value, 0};

	send(w->from->control, &m, sizeof m, MSG_NOSIGNAL);
}

/*
 * Stops or continues the supervisor together with the program, so that the shell notices. The
 * worker does it, so that the two signals keep their order.
 */
static void
supervisor_too(struct worker *w, int signal)
{
	w->stopped = signal == SIGSTOP;
	if (getppid() == w->from->supervisor)
		kill(w->from->supervisor, signal);
}

static void
first_ended(struct worker *w, int status)
{
	nsec_t now = loop_now(w->recs.loop);

	w->reaped = true;
	w->status = status;
	if (w->ended)
		return;
	leftover_first_ended(&w->leftover, now);
	forward_first_ended(&w->forward, now);
}

static void
reap(struct worker *w)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
		/* Once the first process has been reaped, another may have its number. */
		if (hold_stopped(pid, status) || w->reaped || pid != w->launch.pid)
			continue;
		if (WIFSTOPPED(status)) {
			supervisor_too(w, SIGSTOP);
		} else if (WIFCONTINUED(status)) {
			supervisor_too(w, SIGCONT);
		} else {
			/* wait(2) does not report that a process went on if it has ended since. */
			if (w->stopped)
				supervisor_too(w, SIGCONT);
			first_ended(w, status);
		}
	}
}

/* The supervisor was killed: kills the program, and ends. */
static void
supervisor_ended(struct worker *w)
{
	tree_kill();
	unixdir_remove(w->from->dir);
	loop_stop(w->recs.loop);
}

static void
signal_event(struct loop_fd *fd, uint32_t events)
{
	struct worker *w = container_of(fd, struct worker, signals);
	struct signalfd_siginfo info;

	while (read(fd->fd, &info, sizeof info) == (ssize_t)sizeof info)
		if (info.ssi_signo != SIGCHLD && info.ssi_code <= 0)
			forward_worker(
			    &w->forward, (int)info.ssi_signo, (pid_t)info.ssi_pid, loop_now(w->recs.loop));
	reap(w);
	if (getppid() != w->from->supervisor)
		supervisor_ended(w);
}

/*
 * Passes @signal to the program, or to processes that it has left running. Once all have ended, the
 * signal ends the wait for data in flight.
 */
static void
take_signal(struct worker *w, int signal, pid_t from)
{
	if (w->reaped && w->ended)
		w->flush_end = 0;
	else
		forward_supervisor(&w->forward, signal, from, loop_now(w->recs.loop));
}

static void
supervisor_event(struct loop_fd *fd, uint32_t events)
{
	struct worker *w = container_of(fd, struct worker, control);
	struct supervisor_message m;

	while (recv(fd->fd, &m, sizeof m, MSG_DONTWAIT) == (ssize_t)sizeof m) {
		if (m.kind == SUPERVISOR_SIGNAL)
			take_signal(w, m.value, m.from);
		if (m.kind == SUPERVISOR_ASK)
			worker_notify_supervisor(w, SUPERVISOR_HERE, 0);
	}
}

static nsec_t
process_next(struct loop_source *s)
{
	struct worker *w = container_of(s, struct worker, source);
	nsec_t next = nsec_min(blocked_next(&w->calls), gc_next(&w->recs));

	next = nsec_min(next, listener_next(&w->recs));
	next = nsec_min(next, forward_next(&w->forward));
	next = nsec_min(next, leftover_next(&w->leftover));
	return w->ended ? nsec_min(next, loop_now(w->recs.loop) + FLUSH_LOOK_MS * MSEC) : next;
}

static void
process_run(struct loop_source *s, nsec_t now)
{
	struct worker *w = container_of(s, struct worker, source);

	watchdog_turn();
	blocked_run(&w->calls, now);
	listener_run(&w->recs, now);
	gc_run(&w->recs, now);
	forward_run(&w->forward, now, w->reaped ? 0 : w->launch.pid);
	leftover_run(&w->leftover, now);
	if (w->ended && now >= w->recs.gc_at) {
		gc_end_unfinished(&w->recs);
		gc_now(&w->recs);
	}
	sockrec_reap(&w->recs);
	if (w->ended && !w->reaped)
		reap(w);
	if (w->ended && w->reaped && (!assembly_busy(&w->assembly) || now >= w->flush_end))
		loop_stop(w->recs.loop);
}

int
worker_watch(struct worker *w)
{
	sigset_t all;

	/* Blocked, not ignored: the program inherits what is ignored. */
	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGABRT);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGFPE);
	sigprocmask(SIG_BLOCK, &all, NULL);
	w->signals = (struct loop_fd){
	    .fd = signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC), .events = EPOLLIN, .fn = signal_event};
	w->control = (struct loop_fd){.fd = w->from->control, .events = EPOLLIN, .fn = supervisor_event};
	if (w->signals.fd < 0)
		return -errno;
	if (loop_add(w->recs.loop, &w->signals))
		return -errno;
	w->source = (struct loop_source){.next = process_next, .run = process_run};
	loop_add_source(w->recs.loop, &w->source);
	return loop_add(w->recs.loop, &w->control);
}
