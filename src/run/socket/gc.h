/*
 * run/socket/gc.h - garbage collection: finds the sockets that the program has closed without an
 * event, and ends their records. These are unconnected, listening and datagram sockets, and those
 * whose transport has ended.
 */
#ifndef RUN_SOCKET_GC_H
#define RUN_SOCKET_GC_H

#include "run/socket/sockrec.h"

/* Returns when gc_run() has something to do; NSEC_NEVER if there are no records. */
nsec_t gc_next(const struct sockrecs *recs);
/* Collects if it is time. */
void gc_run(struct sockrecs *recs, nsec_t now);

/* Collects now, because a closed socket may still hold a name or descriptors that are needed. */
void gc_now(struct sockrecs *recs);

/* Returns true if a process has the program's end of @r open, or if that is in doubt. */
bool gc_finds_open(struct sockrec *r);

/*
 * Called when no process is under the filter any more. Ends each record whose socket only our own
 * duplicate holds open, as close(2) would: a connect() that has not finished.
 */
void gc_end_unfinished(struct sockrecs *recs);

#endif
