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
 * What the two tell each other, in memory of both: the descriptor table is shared, so a pipe would
 * serve nobody. Each is 0 until it is told.
 */
struct board {
	_Atomic int listener; /* descriptor + 1, or the negative errno */
	_Atomic int go;
};

/* Whether the other one still lives is looked at so often. */
enum { LOOK_MS = 10 };

static struct board *board;

static void
tell(_Atomic int *word, int value)
{
	atomic_store(word, value);
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Until it is told, or some time has passed. */
static void
await(_Atomic int *word)
{
	const struct timespec look = {.tv_nsec = LOOK_MS * MSEC};

	syscall(SYS_futex, word, FUTEX_WAIT, 0, &look, NULL, 0);
}

static int
exec_failed(const char *name)
{
	int error = errno;
	bool interpreter = error == ENOENT && access(name, F_OK) == 0;

	fprintf(stderr, "leat: %s: %s\n", name,
	    interpreter ? "the interpreter that it names is not there" : strerror(error));
	return error == ENOENT ? 127 : 126;
}

/*
 * From here on the child has a descriptor table of its own. execve(2) would make it one as well,
 * but then, until it has closed what is not for the program, the sockets of connections that
 * already live would be open there too, and epoll goes on telling of a closed socket that somebody
 * holds (loop_close()). Where a sandbox forbids it, that moment, some microseconds before the
 * program begins, is as it was.
 */
static void
part_tables(void)
{
	close_range(~0U, ~0U, CLOSE_RANGE_UNSHARE);
}

/*
 * Until execve(2) we end with the worker. After that, a supervisor that still lives ends the
 * program, for an unmodified program has no signal set for its parent's end. Returns false if the
 * worker has ended already.
 */
static bool
follow_worker(pid_t worker, int signal_number)
{
	return prctl(PR_SET_PDEATHSIG, signal_number) == 0 && getppid() == worker;
}

/*
 * In the child. Puts back what Leat has changed in its own processes: the signal mask, and SIGCHLD.
 */
static int
child(const struct launch *l, pid_t worker)
{
	int fd;

	if (!follow_worker(worker, SIGKILL))
		return 125;
	fd = filter_load(l->kernel->wait_killable, !l->kernel->getfd);
	part_tables();
	tell(&board->listener, fd < 0 ? fd : fd + 1);
	if (fd < 0)
		return 125;
	while (!atomic_load(&board->go))
		await(&board->go);
	setpgid(0, l->pgrp);
	setrlimit(RLIMIT_NOFILE, &l->nofile);
	if (l->ignores_children)
		signal(SIGCHLD, SIG_IGN);
	sigprocmask(SIG_SETMASK, &l->mask, NULL);
	if (!follow_worker(worker, 0))
		return 125;
	execvp(l->argv[0], l->argv);
	return exec_failed(l->argv[0]);
}

int
launch_begin(struct launch *l)
{
	pid_t worker = getpid();

	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
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

	while (!(listener = atomic_load(&board->listener))) {
		if (waitpid(l->pid, NULL, WNOHANG) == l->pid)
			return -ECHILD;
		await(&board->listener);
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
	tell(&board->go, 1);
}
