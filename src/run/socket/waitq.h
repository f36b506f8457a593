/*
 * run/socket/waitq.h - a wait queue: those that wait until something changes are tried again at
 * each change.
 *
 * It does not know what changes, nor what they wait for.
 */
#ifndef RUN_SOCKET_WAITQ_H
#define RUN_SOCKET_WAITQ_H

#include "base/list.h"

#include <stdbool.h>

/* One that waits. Its owner embeds it. */
struct waiter {
	struct list node;
	/*
	 * Tries again. Returns true if the wait is over; the waiter has left its queue by then, and
	 * may be freed.
	 */
	bool (*retry)(struct waiter *w);
};

struct waitq {
	struct list waiters;
	bool waking, again; /* each is being tried, and something has changed meanwhile */
	bool closed;        /* no change will come any more */
};

void waitq_init(struct waitq *q);

/* Lets @w wait. The last to come is the last to be tried. */
void waitq_add(struct waitq *q, struct waiter *w);

/* Takes @w out, if it waits. */
void waitq_remove(struct waiter *w);

/*
 * Something has changed: tries each waiter, as long as that ends waits that other waits depend on.
 */
void waitq_wake(struct waitq *q);

/*
 * No change will come any more: tries the waiters until none is left. Each retry has to end its
 * wait.
 */
void waitq_close(struct waitq *q);

#endif
