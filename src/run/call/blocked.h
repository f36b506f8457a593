/*
 * run/call/blocked.h - blocked calls: accept, connect, receive and send that wait.
 *
 * The kernel keeps the caller asleep until it is answered. With WAIT_KILLABLE_RECV only a fatal
 * signal wakes it. So pending signals are looked for in /proc, within 2% of a core however many
 * calls are blocked.
 */
#ifndef RUN_CALL_BLOCKED_H
#define RUN_CALL_BLOCKED_H

#include "run/call/call.h"

/*
 * Blocks @c. At each change of its record @retry is called, and returns the answer, or CALL_BLOCKED
 * if the call goes on waiting. SO_RCVTIMEO or SO_SNDTIMEO (@timeout_opt) bounds the wait, after
 * which @late is the answer. Returns CALL_BLOCKED; or -ENOBUFS without memory or a descriptor, or
 * -EBADF if the record has ended.
 */
long blocked_wait(struct call *c, call_fn *retry, int timeout_opt, long late);

/* The same for a foreign socket: @retry is called when c->fd has become readable. */
long blocked_wait_readable(struct call *c, call_fn *retry, int timeout_opt, long late);

/* Returns true if thread @tid waits in a blocked call. */
bool blocked_has(const struct calls *calls, pid_t tid);

/*
 * blocked_next() returns when a time limit passes or signals are to be looked for; NSEC_NEVER
 * without blocked calls. blocked_run() does what is due.
 */
nsec_t blocked_next(const struct calls *calls);
void blocked_run(struct calls *calls, nsec_t now);

#endif
