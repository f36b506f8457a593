/*
 * tcp/conn/entry.c - the end of every entry into TCP: connections are flushed, and users are
 * notified.
 *
 * What a flush sends is not known here: the host's pending.flush() does it.
 */
#include "tcp/conn/conn.h"

#include <assert.h>

bool
tcp_notify_next(struct tcp *tcp)
{
	struct list *n = list_pop(&tcp->pending.notify);
	struct tcp_subscriber *s;
	unsigned events;

	if (!n)
		return false;
	s = container_of(n, struct tcp_subscriber, node);
	events = s->events;
	s->events = 0;
	if (s->ops)
		s->ops->notify(s->user, events);
	return true;
}

/*
 * Takes the flush lock, see struct tcp_pending. It nests: a user that is notified while it is held
 * may call anything, and what that call makes due is left to the holder.
 */
void
tcp_hold_flush(struct tcp *tcp)
{
	tcp->pending.held++;
}

/* Gives the flush lock back. What became due meanwhile waits for the next tcp_leave(). */
void
tcp_release_flush(struct tcp *tcp)
{
	assert(tcp->pending.held > 0);
	tcp->pending.held--;
}

void
tcp_leave(struct tcp *tcp)
{
	struct list *n;

	if (tcp->pending.held)
		return;
	tcp_hold_flush(tcp);
	do {
		while ((n = list_pop(&tcp->pending.dirty)))
			tcp->pending.flush(container_of(n, struct tcp_conn, dirty));
	} while (tcp_notify_next(tcp));
	tcp_release_flush(tcp);
}

void
tcp_subscriber_notify(struct tcp *tcp, struct tcp_subscriber *s, unsigned events)
{
	if (!s->ops)
		return;
	s->events |= events;
	if (!list_linked(&s->node))
		list_push(&tcp->pending.notify, &s->node);
}

void
tcp_notify(struct tcp_conn *c, unsigned events)
{
	tcp_subscriber_notify(c->tcp, &c->user.subscriber, events);
}
