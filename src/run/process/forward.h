/*
 * run/process/forward.h - which signals are passed on, and to which processes.
 *
 * kill(2) of the supervisor alone means the program. kill(2) of its process group, and a terminal,
 * have reached the program already. The worker is in that group, too, and gets such a signal
 * itself. So a signal that only the supervisor got is passed on. This happens a moment later,
 * because the two may learn of it in either order.
 *
 * Once the first process has ended, what it left behind gets the signals instead. It also gets the
 * signal after which the first process ended, if that is one to end by. Otherwise `timeout 9 leat
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
		pid_t from; /* 0 = nothing */
		nsec_t until;
	} worker[FORWARD_SIGNALS], supervisor[FORWARD_SIGNALS];
	struct {
		int signal; /* the last one to end by; 0 = none */
		bool group; /* it reached the whole group */
		nsec_t until;
	} end;
};

/* Those by which people end programs. */
static inline bool
forward_ends(int signal)
{
	return signal == SIGHUP || signal == SIGINT || signal == SIGQUIT || signal == SIGTERM;
}

/* The worker got @signal itself, from process @from. */
void forward_worker(struct forward *f, int signal, pid_t from, nsec_t now);

/* The supervisor got it; from a terminal, @from is FORWARD_TERMINAL. */
void forward_supervisor(struct forward *f, int signal, pid_t from, nsec_t now);

/* When forward_run() has something to decide; NSEC_NEVER. */
nsec_t forward_next(const struct forward *f);

/*
 * Passes on what is due: to @program, or if that is 0, since it has ended, to what it left behind.
 */
void forward_run(struct forward *f, nsec_t now, pid_t program);

/*
 * The first process has ended: what it left behind gets the signal to end that came shortly before.
 */
void forward_first_ended(struct forward *f, nsec_t now);

#endif
