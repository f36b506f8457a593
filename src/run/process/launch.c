/*
 * run/process/launch.c - forks the program's first process, puts it under the filter, and executes
 * the program. It does not wait for the program's end.
 */
#include "run/process/launch.h"

#include "base/nsec.h"
#include "run/process/filter.h"

#include <errno.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * What the new process and the worker report to each other, in shared memory. A pipe would never
 * report an end of file, because both have all descriptors. Each word is 0 until it is set.
 */
struct launch_state {
	_Atomic int listener; /* set by the new process: the descriptor + 1, or the negative errno */
	_Atomic int go;       /* set by the worker: execute the program */
};

/* How often each of the two looks whether the other still lives. */
enum { CHECK_MS = 10 };

static struct launch_state *shared;

static void
report(_Atomic int *word, int value)
{
	atomic_store(word, value);
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Sleeps until @word is set, or for CHECK_MS. */
static void
await(_Atomic int *word)
{
	const struct timespec limit = {.tv_nsec = CHECK_MS * MSEC};

	syscall(SYS_futex, word, FUTEX_WAIT, 0, &limit, NULL, 0);
}

static int
exec_failed(const char *name)
{
	int error = errno;
	bool interpreter = error == ENOENT && access(name, F_OK) == 0;

	fprintf(
	    stderr, "leat: %s: %s\n", name, interpreter ? "its interpreter does not exist" : strerror(error));
	return error == ENOENT ? 127 : 126;
}

/*
 * Gives the child a descriptor table of its own. execve(2) would do so, too. But then the table
 * would still hold the sockets of live connections until execve(2) has closed them. If the worker
 * closed such a socket meanwhile, epoll would go on reporting events for it (loop_close()). A
 * sandbox may forbid the call; then the table is shared until execve(2), a few microseconds before
 * the program begins.
 */
static void
unshare_table(void)
{
	close_range(~0U, ~0U, CLOSE_RANGE_UNSHARE);
}

/*
 * Sets the signal that this process gets when the worker ends; 0 = none. Until execve(2) it is
 * SIGKILL. After that, the supervisor ends the program, since an unmodified program does not expect
 * a signal at its parent's end. Returns false if the worker has ended already.
 */
static bool
set_parent_death_signal(pid_t worker, int signal_number)
{
	return prctl(PR_SET_PDEATHSIG, signal_number) == 0 && getppid() == worker;
}

/*
 * Runs in the child. Restores what Leat has changed in its own processes: the signal mask, SIGCHLD
 * and the limit on descriptors. Returns an exit status if the program was not executed.
 */
static int
child(const struct launch *l, pid_t worker)
{
	int fd;

	if (!set_parent_death_signal(worker, SIGKILL))
		return 125;
	fd = filter_load(l->kernel->wait_killable, !l->kernel->getfd);
	unshare_table();
	report(&shared->listener, fd < 0 ? fd : fd + 1);
	if (fd < 0)
		return 125;
	while (!atomic_load(&shared->go))
		await(&shared->go);
	setpgid(0, l->pgrp);
	setrlimit(RLIMIT_NOFILE, &l->nofile);
	if (l->ignores_children)
		signal(SIGCHLD, SIG_IGN);
	sigprocmask(SIG_SETMASK, &l->mask, NULL);
	if (!set_parent_death_signal(worker, 0))
		return 125;
	execvp(l->argv[0], l->argv);
	return exec_failed(l->argv[0]);
}

int
launch_begin(struct launch *l)
{
	pid_t worker = getpid();

	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	fflush(NULL);
	l->pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (l->pid < 0)
		return -errno;
	if (l->pid == 0)
		_exit(child(l, worker));
	return 0;
}

int
launch_ready(struct launch *l)
{
	int listener;

	while (!(listener = atomic_load(&shared->listener))) {
		if (waitpid(l->pid, NULL, WNOHANG) == l->pid)
			return -ECHILD;
		await(&shared->listener);
	}
	if (listener < 0) {
		waitpid(l->pid, NULL, 0);
		return listener;
	}
	l->listener = listener - 1;
	return 0;
}

void
launch_go(struct launch *l)
{
	report(&shared->go, 1);
}
