/*
 * run/process/forward.h - decides which signals are passed on, and to which processes. It installs
 * no signal handlers.
 *
 * A signal that kill(2) sends to the supervisor alone is meant for the program, so it is passed on.
 * A signal to the process group, from kill(2) or from a terminal, has already reached the program.
 * The worker is in that group, too. So a signal that only the supervisor got is passed on, and one
 * that the worker got as well is not. The decision waits a moment, since either of the two may get
 * the signal first.
 *
 * Once the first process has ended, the processes that it left running get the signals instead. If
 * a signal to end made the first process end, they get that signal, too. Otherwise `timeout 9 leat
 * run ...` would wait for a daemon that no signal can reach.
 */
#ifndef RUN_PROCESS_FORWARD_H
#define RUN_PROCESS_FORWARD_H

#include "base/nsec.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

enum { FORWARD_SIGNALS = 65, FORWARD_TERMINAL = -2 };

struct forward {
	struct forward_signal {
		pid_t from; /* 0 = no signal */
		nsec_t until;
	} worker[FORWARD_SIGNALS], supervisor[FORWARD_SIGNALS];
	struct {
		int signal; /* the last signal that ends programs; 0 = none */
		bool group; /* it went to the whole process group */
		nsec_t until;
	} end;
};

/* Returns true for the signals with which people end programs. */
static inline bool
forward_ends(int signal)
{
	return signal == SIGHUP || signal == SIGINT || signal == SIGQUIT || signal == SIGTERM;
}

/* Notes that the worker got @signal from process @from. */
void forward_worker(struct forward *f, int signal, pid_t from, nsec_t now);

/* Notes that the supervisor got @signal from process @from; FORWARD_TERMINAL means a terminal. */
void forward_supervisor(struct forward *f, int signal, pid_t from, nsec_t now);

/* Returns when forward_run() has something to decide; NSEC_NEVER if it has nothing. */
nsec_t forward_next(const struct forward *f);

/*
 * Passes on the signals that are due: to @program, or if that is 0 because it has ended, to the
 * processes that it left running.
 */
void forward_run(struct forward *f, nsec_t now, pid_t program);

/*
 * Notes that the first process has ended. If a signal that ends programs came shortly before,
 * passes it on to the processes that the first one left running.
 */
void forward_first_ended(struct forward *f, nsec_t now);

#endif
