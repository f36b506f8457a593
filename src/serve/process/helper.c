/*
 * serve/process/helper.c - the process beside a worker, for what a worker under its filter cannot
 * do. The master makes it, and makes it again when it dies.
 *
 * The two have a pair of sockets. The master keeps the helper's end open, so what the worker has
 * sent waits there for the next helper.
 */
#include "serve/process/impl.h"

#include "host/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

bool
helper_pair(struct worker_process *w)
{
	const struct process_service *service = w->master->process->service;
	int fd[2];

	w->helper = (struct helper_process){.worker_fd = -1, .retry.at = NSEC_NEVER};
	if (!service->helper || !service->has_helper(&w->crew->plan))
		return true;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) < 0)
		return false;
	w->helper.fd = fd[0];
	w->helper.worker_fd = fd[1];
	w->helper.retry.at = 0;
	return true;
}

/* Signals that are for the master leave it alone: its worker may have questions until the end. */
static void
leave_signals(void)
{
	static const int others[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
	sigset_t none;

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		signal(others[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * In the helper. It has one descriptor, so it keeps no port and no connection of the server, and it
 * opens no file.
 */
static _Noreturn void
run(const struct worker_process *w, pid_t master)
{
	const struct process_service *service = w->master->process->service;
	const char *user = w->crew->plan.user;
	bool again = w->helper.again;

	if (dup2(w->helper.fd, 0) < 0 || close_range(1, ~0U, 0) < 0)
		_exit(1);
	leave_signals();
	if (rights_drop(user) < 0 || fence_close(fence_new()) < 0)
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of user takes this back, so not before */
	if (getppid() != master)
		_exit(1);
	service->helper(0, again);
	_exit(1);
}

static void
start(struct worker_process *w)
{
	struct helper_process *h = &w->helper;
	pid_t master = getpid(), pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		run(w, master);
	h->began = clock_monotonic();
	h->again = true;
	h->retry.at = NSEC_NEVER;
	if (pid > 0) {
		h->pid = pid;
		return;
	}
	process_say(
	    w->master->process, "the helper of worker %d cannot be made: %s", w->pid, strerror(errno));
	retry_later(&h->retry, h->began);
}

/* One that has no worker any more ends with status 0. */
static void
ended(struct worker_process *w, int status)
{
	struct helper_process *h = &w->helper;

	h->pid = 0;
	if (status == 0)
		return;
	if (!w->crew) { /* the worker reads the end */
		helper_leave(w);
		return;
	}
	if (WIFSIGNALED(status))
		process_say(w->master->process,
		    "the helper of worker %d was ended by signal %d (%s); another takes its place", w->pid,
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		process_say(w->master->process,
		    "the helper of worker %d ended with status %d; another takes its place", w->pid,
		    WEXITSTATUS(status));
	retry_later(&h->retry, h->began);
}

bool
helper_ended(struct master *m, pid_t pid, int status)
{
	for (unsigned i = 0; i < SHARE_SLOTS; i++) {
		if (m->worker[i].helper.pid == pid) {
			ended(&m->worker[i], status);
			return true;
		}
	}
	return false;
}

void
helper_leave(struct worker_process *w)
{
	struct helper_process *h = &w->helper;

	if (h->pid > 0)
		kill(h->pid, SIGKILL);
	if (h->fd > 0)
		close(h->fd);
	if (h->worker_fd > 0)
		close(h->worker_fd);
	*h = (struct helper_process){.worker_fd = -1, .retry.at = NSEC_NEVER};
}

nsec_t
helpers_retry(struct master *m)
{
	nsec_t next = NSEC_NEVER, now = clock_monotonic();

	for (unsigned i = 0; i < SHARE_SLOTS; i++) {
		struct worker_process *w = &m->worker[i];

		if (w->state == WORKER_NONE || !w->crew || w->helper.fd == 0)
			continue;
		if (w->helper.retry.at <= now)
			start(w);
		next = nsec_min(next, w->helper.retry.at);
	}
	return next;
}
