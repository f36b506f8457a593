/*
 * run/sweep.h - which of the program's sockets still live, where nothing tells us: unconnected,
 * listening, datagram sockets, and those whose transport has gone. One sock_diag dump answers for
 * all.
 */
#ifndef RUN_SWEEP_H
#define RUN_SWEEP_H

#include "run/desc.h"

/* When to look next; NSEC_NEVER when no record depends on it. */
nsec_t sweep_next(const struct worker *w);
void sweep_run(struct worker *w, nsec_t now);

/* Now, because a name is wanted that a dead socket may still hold. */
void sweep_now(struct worker *w);

/* Returns true if a process has the program's end of @d open, or if that is in doubt. */
bool sweep_finds_open(struct desc *d);

/*
 * Nobody is left under the filter: a connect() under way, whose socket only our own duplicate holds
 * open, ends as by close(2).
 */
void sweep_unfinished(struct worker *w);

#endif
