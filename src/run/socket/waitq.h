/*
 * run/socket/waitq.h - a wait queue: its waiters are tried again at each change of what they wait
 * for.
 *
 * It does not know what changes, nor what the waiters want.
 */
#ifndef RUN_SOCKET_WAITQ_H
#define RUN_SOCKET_WAITQ_H

#include "base/list.h"

#include <stdbool.h>

/* A waiter. Its owner embeds it. */
struct waiter {
	struct list node;
	/*
	 * Tries again. Returns true if the wait is over. The waiter is in no queue then, and may be
	 * freed.
	 */
	bool (*retry)(struct waiter *w);
};

struct waitq {
	struct list waiters;
	bool waking, again; /* the waiters are being tried; something has changed since then */
	bool closed;        /* no change will come any more */
};

void waitq_init(struct waitq *q);

/* Adds @w, which is tried after those that wait already. */
void waitq_add(struct waitq *q, struct waiter *w);

/* Removes @w if it waits. */
void waitq_remove(struct waiter *w);

/*
 * Tries each waiter, since something has changed. Tries them again if a retry reports a change,
 * until no wait ends.
 */
void waitq_wake(struct waitq *q);

/*
 * Tries the waiters until none is left, since no change will come any more. Each retry has to end
 * its wait.
 */
void waitq_close(struct waitq *q);

#endif
