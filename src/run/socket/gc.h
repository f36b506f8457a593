/*
 * run/socket/gc.h - which of the program's sockets still live, where nothing tells us: unconnected,
 * listening, datagram sockets, and those whose transport has gone. One sock_diag dump answers for
 * all.
 */
#ifndef RUN_SOCKET_GC_H
#define RUN_SOCKET_GC_H

#include "run/socket/sockrec.h"

/* When to look next; NSEC_NEVER when no record depends on it. */
nsec_t gc_next(const struct sockrecs *recs);
void gc_run(struct sockrecs *recs, nsec_t now);

/* Now, because a name is wanted that a dead socket may still hold. */
void gc_now(struct sockrecs *recs);

/* Returns true if a process has the program's end of @r open, or if that is in doubt. */
bool gc_finds_open(struct sockrec *r);

/*
 * Nobody is left under the filter: a connect() under way, whose socket only our own duplicate holds
 * open, ends as by close(2).
 */
void gc_end_unfinished(struct sockrecs *recs);

#endif
