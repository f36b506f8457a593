/*
 * tcp/conn/queue.c - the two queues of a listener, which a child passes before its user accepts it.
 *
 * A child is in the SYN queue while it is SYN-RECEIVED, then in the accept queue until it is
 * accepted. With defer_syn_ack it goes to the accept queue at once, and no SYN-ACK is sent before
 * the user has decided. When the accept queue is full, the ACK that ends a handshake is dropped;
 * our SYN-ACK is then retransmitted and asks for it again, as on Linux.
 */
#include "tcp/conn/conn.h"

#include <stdlib.h>

/* Linux's rule: with a backlog of N, N + 1 children may wait. */
bool
tcp_accept_queue_full(const struct tcp_listener *l)
{
	return l->waiting + l->unaccepted > l->backlog;
}

void
tcp_child_enqueue(struct tcp_listener *l, struct tcp_conn *c, enum tcp_queue queue)
{
	c->child.listener = l;
	c->child.queue = queue;
	if (queue == QUEUE_SYN) {
		list_push(&l->syn_queue, &c->child.link);
		l->half_open++;
	} else {
		list_push(&l->accept_queue, &c->child.link);
		l->waiting++;
		tcp_subscriber_notify(l->tcp, &l->subscriber, TCP_EVENT_ACCEPT);
	}
}

void
tcp_child_leave_queue(struct tcp_conn *c)
{
	if (c->child.queue == QUEUE_NONE)
		return;
	if (c->child.queue == QUEUE_SYN)
		c->child.listener->half_open--;
	else
		c->child.listener->waiting--;
	list_del(&c->child.link);
	c->child.queue = QUEUE_NONE;
	c->child.listener = NULL;
}

void
tcp_child_established(struct tcp_conn *c)
{
	struct tcp_listener *l = c->child.listener;

	tcp_child_leave_queue(c);
	tcp_child_enqueue(l, c, QUEUE_ACCEPT);
}

void
tcp_child_forget_deferred(struct tcp_conn *c)
{
	if (!c->child.deferred)
		return;
	pkt_free(c->child.deferred->pkt);
	free(c->child.deferred);
	c->child.deferred = NULL;
}
