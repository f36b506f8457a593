/*
 * run/process/remains.h - what the first process left behind when it ended: names it on stderr, and
 * ends it if the user asked for that.
 *
 * It knows nothing of signals that arrive meanwhile; see forward.h.
 */
#ifndef RUN_PROCESS_REMAINS_H
#define RUN_PROCESS_REMAINS_H

#include "base/nsec.h"

#include <stdbool.h>
#include <sys/types.h>

/* `--until first`: time between SIGTERM and SIGKILL, as `docker stop` has it. */
enum { REMAINS_SAY_S = 2, REMAINS_KILL_S = 10 };

struct remains {
	const char *first; /* name of the program; borrowed */
	bool until_first;
	nsec_t say_at, flush_say_at, term_at, kill_at; /* NSEC_NEVER = not (any more) */
};

void remains_init(struct remains *r, const char *first, bool until_first);

/* The first process has ended at @now. */
void remains_first_ended(struct remains *r, nsec_t now);

/* The last process has ended; what it sent may still be on its way. */
void remains_last_ended(struct remains *r, nsec_t now);

nsec_t remains_next(const struct remains *r);

/* May wait for processes to end by SIGKILL. */
void remains_run(struct remains *r, nsec_t now);

/*
 * Sends @signal to what the first process left behind, except process group @but (0 = none). A
 * signal to end reaches every process of the tree; any other only those whose parents have ended.
 */
void remains_signal(int signal, pid_t but);

#endif
