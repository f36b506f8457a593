/*
 * run/process/leftover.h - the processes that the first one left running when it ended: names them
 * on stderr, and ends them if the user asked for that.
 *
 * It knows nothing of signals that arrive meanwhile; see forward.h.
 */
#ifndef RUN_PROCESS_LEFTOVER_H
#define RUN_PROCESS_LEFTOVER_H

#include "base/nsec.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * LEFTOVER_SAY_S: seconds from the end of the first process until the leftover ones are named.
 * LEFTOVER_KILL_S: seconds from SIGTERM to SIGKILL with `--until first`; `docker stop` waits as
 * long.
 */
enum { LEFTOVER_SAY_S = 2, LEFTOVER_KILL_S = 10 };

struct leftover {
	const char *first; /* the name of the program; borrowed */
	bool until_first;
	nsec_t say_at, flush_say_at, term_at, kill_at; /* NSEC_NEVER = nothing is to be done */
};

/* Begins with nothing to do. @first is the name of the program, which must stay. */
void leftover_init(struct leftover *r, const char *first, bool until_first);

/* Notes that the first process ended at @now. */
void leftover_first_ended(struct leftover *r, nsec_t now);

/* Notes that the last process ended at @now. Data that it sent may still be on its way. */
void leftover_last_ended(struct leftover *r, nsec_t now);

/* Returns when leftover_run() has something to do; NSEC_NEVER if it has nothing. */
nsec_t leftover_next(const struct leftover *r);

/*
 * Does what is due: prints lines, and sends SIGTERM or SIGKILL. With SIGKILL it waits until the
 * processes have ended.
 */
void leftover_run(struct leftover *r, nsec_t now);

/*
 * Sends @signal to the leftover processes, except those of process group @but (0 = no exception). A
 * signal to end goes to every process of the tree; any other signal only to those whose parents
 * have ended.
 */
void leftover_signal(int signal, pid_t but);

#endif
