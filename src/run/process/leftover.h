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

/* `--until first`: time between SIGTERM and SIGKILL, as `docker stop` has it. */
enum { LEFTOVER_SAY_S = 2, LEFTOVER_KILL_S = 10 };

struct leftover {
	const char *first; /* name of the program; borrowed */
	bool until_first;
	nsec_t say_at, flush_say_at, term_at, kill_at; /* NSEC_NEVER = not (any more) */
};

void leftover_init(struct leftover *r, const char *first, bool until_first);

/* The first process has ended at @now. */
void leftover_first_ended(struct leftover *r, nsec_t now);

/* The last process has ended; what it sent may still be on its way. */
void leftover_last_ended(struct leftover *r, nsec_t now);

nsec_t leftover_next(const struct leftover *r);

/* May wait for processes to end by SIGKILL. */
void leftover_run(struct leftover *r, nsec_t now);

/*
 * Sends @signal to what the first process left behind, except process group @but (0 = none). A
 * signal to end reaches every process of the tree; any other only those whose parents have ended.
 */
void leftover_signal(int signal, pid_t but);

#endif
