/*
 * run/supervisor.c - the supervisor: the process that the user has started. It passes signals to
 * the worker, and the program's exit status to the user.
 *
 * A signal from the terminal reaches the whole process group, and so the program too. Therefore
 * only signals that kill(2) has sent to the supervisor are passed on; forward.h says which.
 */
#include "run/supervisor.h"

#include "host/clock.h"
#include "run/process/forward.h"
#include "run/process/hidden.h"
#include "run/process/inherit.h"
#include "run/process/procfs.h"
#include "run/process/program.h"
#include "run/process/tree.h"
#include "run/proxy/unixdir.h"
#include "run/socket/fd_limits.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * How long the worker may take to answer. The time is counted in steps: while the supervisor itself
 * is stopped or does not run, at most one step counts.
 */
enum { GRACE_MS = 5000, GRACE_STEP_MS = 100 };

struct supervisor {
	int control, signals;
	pid_t worker;
	sigset_t mask;
	bool ignored_children; /* SIGCHLD was ignored at the start */
	bool ended;
	int status;  /* of the program, as wait(2) returns it */
	int asked;   /* the signal after which the worker was asked for an answer; 0 = it has answered */
	bool asking; /* the question has not been sent yet */
	nsec_t waited;
	int gave_up;         /* the signal after which the worker was killed, since it did not answer */
	struct unixdir *dir; /* in memory shared with the worker */
};

/* Fills @set with the signals that can be caught and may mean something to a program. */
static void
passed_signals(sigset_t *set)
{
	static const int left[] = {
	    SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS};

	sigfillset(set);
	for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
		sigdelset(set, left[i]);
}

static bool
send_to_worker(const struct supervisor *o, enum supervisor_message_kind kind, int signal, pid_t from)
{
	struct supervisor_message m = {(int32_t)kind, signal, from};

	return send(o->control, &m, sizeof m, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof m;
}

static void
ask_worker(struct supervisor *o, int signal)
{
	if (o->asked)
		return;
	o->asked = signal;
	o->asking = true;
	o->waited = 0;
}

static void
wait_for_answer(struct supervisor *o, nsec_t passed)
{
	if (!o->asked || o->gave_up)
		return;
	if (o->asking && send_to_worker(o, SUPERVISOR_ASK, 0, 0))
		o->asking = false;
	o->waited += nsec_min(passed, GRACE_STEP_MS * MSEC);
	if (o->waited >= GRACE_MS * MSEC) {
		o->gave_up = o->asked;
		kill(o->worker, SIGKILL);
	}
}

/* Returns true with the worker's wait status if the worker has ended. */
static bool
reap(struct supervisor *o, int *status)
{
	pid_t pid;

	while ((pid = waitpid(-1, status, WNOHANG)) > 0)
		if (pid == o->worker)
			return true;
	return false;
}

static void
read_worker(struct supervisor *o)
{
	struct supervisor_message m;

	while (recv(o->control, &m, sizeof m, MSG_DONTWAIT) == (ssize_t)sizeof m) {
		if (m.kind == SUPERVISOR_HERE)
			o->asked = 0;
		if (m.kind == SUPERVISOR_ENDED) {
			o->ended = true;
			o->status = m.value;
		}
	}
}

static void
read_signals(struct supervisor *o)
{
	struct signalfd_siginfo info;

	while (read(o->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		bool sent = info.ssi_code <= 0;

		/*
		 * The worker's SIGCONT is for the supervisor only, and so is job control from a
		 * terminal.
		 */
		if (sent && info.ssi_signo != SIGCHLD && info.ssi_pid != (uint32_t)o->worker)
			send_to_worker(o, SUPERVISOR_SIGNAL, (int)info.ssi_signo, (pid_t)info.ssi_pid);
		if (!sent && forward_ends((int)info.ssi_signo))
			send_to_worker(o, SUPERVISOR_SIGNAL, (int)info.ssi_signo, FORWARD_TERMINAL);
		if (forward_ends((int)info.ssi_signo))
			ask_worker(o, (int)info.ssi_signo);
	}
}

/* Passes signals and messages until the worker has ended. Returns the worker's wait status. */
static int
watch(struct supervisor *o)
{
	int status = 0;

	for (;;) {
		struct pollfd p[2] = {
		    {.fd = o->control, .events = POLLIN}, {.fd = o->signals, .events = POLLIN}};
		nsec_t before = clock_monotonic();

		poll(p, 2, o->asked && !o->gave_up ? GRACE_STEP_MS : -1);
		read_worker(o);
		if (o->ended) /* while the worker ends */
			unixdir_remove(o->dir);
		read_signals(o);
		wait_for_answer(o, clock_monotonic() - before);
		if (reap(o, &status)) {
			read_worker(o);
			return status;
		}
	}
}

/*
 * Ends as the program has ended, by the same signal, so that a shell notices Ctrl-C. Returns the
 * exit status otherwise.
 */
static int
end_alike(int status)
{
	struct rlimit no_core = {0, 0};
	int signal_number;

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	signal_number = WTERMSIG(status);
	if (forward_ends(signal_number)) {
		sigset_t set;

		setrlimit(RLIMIT_CORE, &no_core);
		signal(signal_number, SIG_DFL);
		sigemptyset(&set);
		sigaddset(&set, signal_number);
		fflush(NULL);
		raise(signal_number);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
	}
	return 128 + signal_number;
}

/*
 * The worker has ended without a message. The program is killed, or it would see a clean end of
 * file in the middle of its data. Returns the exit status.
 */
static int
worker_lost(const struct supervisor *o, int status)
{
	tree_kill();
	if (o->gave_up) {
		fprintf(stderr,
		    "leat: the worker did not answer within %d s after the signal to end (%s): it was "
		    "killed, and "
		    "the program with it\n",
		    GRACE_MS / 1000, strsignal(o->gave_up));
		return end_alike(o->gave_up); /* as wait(2) returns an end by it */
	}
	if (WIFSIGNALED(status))
		fprintf(stderr, "leat: the worker ended unexpectedly (%s), and the program with it\n",
		    strsignal(WTERMSIG(status)));
	return 125;
}

/*
 * Stops ignoring SIGCHLD, since wait(2) finds no children otherwise. Returns true if it was
 * ignored; the program gets that setting.
 */
static bool
wait_for_children(void)
{
	return signal(SIGCHLD, SIG_DFL) == SIG_IGN;
}

/*
 * Starts the worker with a shared descriptor table, so that its death closes nothing: the program
 * waits until it is killed. Closed descriptors would look like a clean end of file. Returns 0 or
 * the negative errno.
 */
static int
start_worker(struct supervisor *o, const struct run_config *config)
{
	struct inherited from = {.supervisor = getpid(), .pgrp = getpgrp(), .mask = o->mask, .dir = o->dir};
	int pair[2];

	from.ignores_children = o->ignored_children;
	if (getrlimit(RLIMIT_NOFILE, &from.nofile) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	o->control = pair[0];
	from.control = pair[1];
	fflush(NULL);
	o->worker = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (o->worker < 0)
		return -errno;
	if (o->worker == 0)
		_exit(worker_main(config, &from));
	return 0;
}

/*
 * Makes the folder for the names of sockets. Its record is in memory that the worker shares.
 * Returns 0, or -1 with errno set.
 */
static int
make_dir(struct supervisor *o)
{
	void *at = mmap(NULL, sizeof *o->dir, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int rc;

	if (at == MAP_FAILED)
		return -1;
	o->dir = at;
	rc = unixdir_make(o->dir);
	errno = -rc;
	return rc ? -1 : 0;
}

static void
remove_dir(struct supervisor *o)
{
	if (!o->dir)
		return;
	unixdir_remove(o->dir);
	munmap(o->dir, sizeof *o->dir);
	o->dir = NULL;
}

static int
supervise(const struct run_config *config)
{
	struct supervisor o = {.control = -1};
	sigset_t passed;
	int rc;

	o.ignored_children = wait_for_children();
	passed_signals(&passed);
	sigprocmask(SIG_BLOCK, &passed, &o.mask);
	o.signals = signalfd(-1, &passed, SFD_NONBLOCK | SFD_CLOEXEC);
	if (o.signals < 0 || !tree_adopt() || make_dir(&o) < 0 || start_worker(&o, config) < 0) {
		fprintf(stderr, "leat: %s\n", strerror(errno));
		remove_dir(&o);
		rc = 125;
	} else {
		int status = watch(&o);

		close(o.control);
		remove_dir(&o);
		rc = o.ended && WIFEXITED(status) ? end_alike(o.status) : worker_lost(&o, status);
	}
	close(o.signals);
	sigprocmask(SIG_SETMASK, &o.mask, NULL);
	if (o.ignored_children)
		signal(SIGCHLD, SIG_IGN);
	return rc;
}

static bool
has_proc(void)
{
	int err = procfs_check();

	if (err)
		fprintf(stderr,
		    "leat: no /proc of this PID namespace (%s), which Leat needs to look into the program's "
		    "processes; mount it: mount -t proc proc /proc\n",
		    strerror(err));
	return !err;
}

int
run_check(const struct run_config *config)
{
	int rc;

	if (fd_hard_limit() < FD_LIMITS_LEAST) {
		fd_limits_too_small(fd_hard_limit());
		return 125;
	}
	if (!has_proc())
		return 125;
	rc = inherit_check();
	return rc ? rc : program_check(config->argv[0]);
}

int
run_main(const struct run_config *config)
{
	int rc;

	hidden_begin();
	rc = supervise(config);
	hidden_end(); /* the program has ended */
	return rc;
}
