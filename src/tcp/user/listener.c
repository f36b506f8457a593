/*
 * tcp/user/listener.c - the user's passive OPEN, and how it accepts and refuses children. queue.c
 * says which queues they pass.
 */
#include "tcp/user/user.h"

#include "tcp/conn/conn.h"

#include <stdlib.h>

/* Of the listeners that take every port, one may be transparent and one not. */
static int
join_catch_all(struct tcp_listener *l)
{
	list_each(n, &l->tcp->listen.any_port) {
		if (container_of(n, struct tcp_listener, any)->opts.transparent == l->opts.transparent)
			return -LEAT_EADDRINUSE;
	}
	list_push_front(&l->tcp->listen.any_port, &l->any);
	return 0;
}

int
tcp_listen(struct tcp *tcp, const struct endpoint *local, bool v6only, unsigned backlog,
    const struct tcp_opts *opts, const struct tcp_user_ops *ops, void *user, struct tcp_listener **out)
{
	struct tcp_listener *l = calloc(1, sizeof *l);
	int err;

	if (!l)
		return -LEAT_ENOBUFS;
	l->tcp = tcp;
	l->local = tcp_endpoint(&local->addr, local->port, local->ifindex);
	l->v6only = v6only;
	l->backlog = backlog;
	l->opts = *opts;
	l->subscriber.ops = ops;
	l->subscriber.user = user;
	list_init(&l->subscriber.node);
	list_init(&l->syn_queue);
	list_init(&l->accept_queue);
	list_init(&l->any);
	err = opts->any_port ? join_catch_all(l) : tcp_group_join(l);
	if (err) {
		free(l);
		return err;
	}
	list_push(&tcp->listen.all, &l->all);
	*out = l;
	return 0;
}

static bool
is_among(uint16_t port, const uint16_t *ports, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (ports[i] == port)
			return true;
	return false;
}

unsigned
tcp_listening_ports(const struct tcp *tcp, uint16_t *out, unsigned max)
{
	unsigned count = 0;

	list_each(n, &tcp->listen.all) {
		uint16_t port = container_of(n, const struct tcp_listener, all)->local.port;

		if (count < max && port && !is_among(port, out, count))
			out[count++] = port;
	}
	return count;
}

void
tcp_listener_set_backlog(struct tcp_listener *l, unsigned backlog)
{
	l->backlog = backlog;
}

void
tcp_listener_set_unaccepted(struct tcp_listener *l, unsigned n)
{
	l->unaccepted = n;
}

struct tcp_opts *
tcp_listener_opts(struct tcp_listener *l)
{
	return &l->opts;
}

/* Resets children that were not accepted: no one can read what they receive. */
static void
reset_children(struct list *queue)
{
	struct tcp_conn *c;

	while ((c = list_first(queue, struct tcp_conn, child.link))) {
		tcp_child_leave_queue(c);
		c->user.closed = true;
		tcp_end_with_reset(c, 0);
		tcp_want(c, WANT_SETTLE);
	}
}

void
tcp_listener_close(struct tcp_listener *l)
{
	struct tcp *tcp = l->tcp;

	reset_children(&l->syn_queue);
	reset_children(&l->accept_queue);
	if (l->group)
		tcp_group_leave(l);
	else
		list_del(&l->any);
	list_del(&l->all);
	list_del(&l->subscriber.node);
	free(l);
	tcp_leave(tcp);
}

bool
tcp_serves(struct tcp *tcp, const struct iface *iface, const struct endpoint *local)
{
	struct endpoint no_peer = {.addr = local->addr};

	return tcp_listener_of(tcp, iface, local, &no_peer) != NULL;
}

unsigned
tcp_accept_pending(const struct tcp_listener *l)
{
	return l->waiting;
}

struct tcp_conn *
tcp_accept(struct tcp_listener *l, const struct tcp_user_ops *ops, void *user)
{
	struct tcp_conn *c = list_first(&l->accept_queue, struct tcp_conn, child.link);

	if (!c)
		return NULL;
	tcp_child_leave_queue(c);
	c->user.subscriber.ops = ops;
	c->user.subscriber.user = user;
	return c;
}

void
tcp_accept_undo(struct tcp_listener *l, struct tcp_conn *c)
{
	c->user.subscriber.ops = NULL;
	c->user.subscriber.user = NULL;
	c->child.listener = l;
	c->child.queue = QUEUE_ACCEPT;
	list_push_front(&l->accept_queue, &c->child.link);
	l->waiting++;
}

void
tcp_answer_accept(struct tcp_conn *c)
{
	if (c->state != LEAT_TCP_SYN_RECEIVED || !c->child.deferred)
		return;
	tcp_child_forget_deferred(c);
	tcp_want(c, WANT_SYN);
	tcp_leave(c->tcp);
}

/* Ends the child silently, or with the error that a host without the service would send. */
void
tcp_answer_refuse(struct tcp_conn *c, int error)
{
	struct tcp *tcp = c->tcp;
	struct tcp_deferred *d = c->child.deferred;

	c->user.closed = true;
	c->user.subscriber.ops = NULL;
	if (error == LEAT_ECONNREFUSED)
		tcp_end_with_reset(c, error);
	else
		tcp_end(c, error ? error : LEAT_ETIMEDOUT);
	if (d && error && error != LEAT_ECONNREFUSED)
		core_refuse(tcp->core, d->pkt, &d->rx, error);
	if (d) {
		drop_note(tcp->core, d->pkt, DROP_GATE_REFUSED);
	}
	tcp_want(c, WANT_SETTLE);
	tcp_leave(tcp);
}
