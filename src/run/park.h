/*
 * run/park.h - calls that wait: blocking accept, connect, receive and send.
 *
 * The kernel keeps the caller asleep until it is answered, and with WAIT_KILLABLE_RECV no signal
 * but a fatal one wakes it. So signals are looked for in /proc, within a budget of 2% of a core
 * however many calls are parked.
 */
#ifndef RUN_PARK_H
#define RUN_PARK_H

#include "run/calls.h"

/*
 * Keep @c, which @retry answers when something happened to its record; CALL_PARKED again means it
 * goes on waiting. @timeout_opt: SO_RCVTIMEO or SO_SNDTIMEO of the program's socket bounds the
 * wait, @late is the answer then. Returns CALL_PARKED, or -ENOMEM.
 */
long park(struct call *c, call_fn *retry, int timeout_opt, long late);

/* The same for a socket that is none of ours: @retry answers when c->fd has become readable. */
long park_foreign(struct call *c, call_fn *retry, int timeout_opt, long late);

/* Returns true if thread @tid waits in a parked call. */
bool park_has(const struct worker *w, pid_t tid);

/* Deadlines and signals. */
nsec_t park_next(const struct worker *w);
void park_run(struct worker *w, nsec_t now);

#endif
