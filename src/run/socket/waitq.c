/*
 * run/socket/waitq.c - tries the waiters of a queue once for each change. It lets waiters change
 * the queue while they are tried.
 */
#include "run/socket/waitq.h"

void
waitq_init(struct waitq *q)
{
	*q = (struct waitq){.waking = false};
	list_init(&q->waiters);
}

void
waitq_add(struct waitq *q, struct waiter *w)
{
	list_push(&q->waiters, &w->node);
}

void
waitq_remove(struct waiter *w)
{
	list_del(&w->node);
}

/*
 * Tries each once. Returns true if a wait has ended. A waiter that is tried is in no queue
 * meanwhile.
 */
static bool
try_each(struct waitq *q)
{
	struct list again;
	bool ended = false;

	list_init(&again);
	list_move(&again, &q->waiters);
	for (struct list *n; (n = list_pop(&again));) {
		struct waiter *w = container_of(n, struct waiter, node);

		if (w->retry(w))
			ended = true;
		else
			waitq_add(q, w);
	}
	return ended;
}

/*
 * A retry may wake the same queue, its own waiter included. Such a wake-up is done once all waiters
 * have been tried: from within, n waiters would be tried 2^n times. One more round is enough if no
 * wait has ended, since nothing has changed in between.
 */
void
waitq_wake(struct waitq *q)
{
	bool first = true, ended;

	if (q->waking) {
		q->again = true;
		return;
	}
	q->waking = true;
	do {
		q->again = false;
		ended = try_each(q);
		ended |= first;
		first = false;
	} while (!list_empty(&q->waiters) && (q->closed || (q->again && ended)));
	q->waking = false;
}

void
waitq_close(struct waitq *q)
{
	q->closed = true;
	waitq_wake(q);
}
