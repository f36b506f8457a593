/*
 * run/call/blocked.h - calls that wait: blocking accept, connect, receive and send.
 *
 * The kernel keeps the caller asleep until it is answered, and with WAIT_KILLABLE_RECV no signal
 * but a fatal one wakes it. So signals are looked for in /proc, within a budget of 2% of a core
 * however many calls are parked.
 */
#ifndef RUN_CALL_BLOCKED_H
#define RUN_CALL_BLOCKED_H

#include "run/call/call.h"

/*
 * Keep @c, which @retry answers when something happened to its record; CALL_BLOCKED again means it
 * goes on waiting. @timeout_opt: SO_RCVTIMEO or SO_SNDTIMEO of the program's socket bounds the
 * wait, @late is the answer then. Returns CALL_BLOCKED, or -ENOMEM.
 */
long blocked_wait(struct call *c, call_fn *retry, int timeout_opt, long late);

/* The same for a socket that is none of ours: @retry answers when c->fd has become readable. */
long blocked_wait_readable(struct call *c, call_fn *retry, int timeout_opt, long late);

/* Returns true if thread @tid waits in a parked call. */
bool blocked_has(const struct calls *calls, pid_t tid);

/* Deadlines and signals. */
nsec_t blocked_next(const struct calls *calls);
void blocked_run(struct calls *calls, nsec_t now);

#endif
