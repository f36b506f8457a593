/*
 * serve/run.h - a server as a process: the machine's sockets, signals, and an end in order.
 */
#ifndef SERVE_RUN_H
#define SERVE_RUN_H

#include "serve/serve.h"

enum { SERVE_LISTENERS = 8 };

struct serve_run {
	struct serve_settings serve;
	struct endpoint at[SERVE_LISTENERS]; /* where to listen */
	unsigned addresses;
	/*
	 * The server could not begin, or not listen at @at (else NULL): @error is a negative errno.
	 * Prints what is wrong and returns the exit status; 0: goes on without this address, whose
	 * port is then 0.
	 */
	int (*failed)(const struct serve_run *r, enum serve_part part, const struct endpoint *at, int error);
	/* The server listens at all addresses, which @r->at names. */
	void (*ready)(const struct serve_run *r);
	/* The log could not be opened again. */
	void (*log_failed)(const struct serve_run *r, int error);
	/* The server has ended, and @lines of the log, at least one, could not be written. */
	void (*log_lost)(const struct serve_run *r, uint64_t lines);
};

/*
 * Serves until SIGTERM or SIGINT and the end of what is under way then; a second signal ends it at
 * once. SIGUSR1 opens the log again. Returns the exit status.
 */
int serve_run(struct serve_run *r);

#endif
