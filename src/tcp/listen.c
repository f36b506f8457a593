/*
 * tcp/listen.c - LISTEN: listeners, the children that SYNs create (RFC 9293, 3.10.7.2), and the two
 * queues that a child passes before its user accepts it.
 *
 * A child is in the SYN queue while it is SYN-RECEIVED, then in the accept queue until it is
 * accepted. With defer_syn_ack it goes to the accept queue at once, and no SYN-ACK is sent before
 * the user has decided. When the accept queue is full, the ACK that ends a handshake is dropped;
 * our SYN-ACK is then retransmitted and asks for it again, as on Linux.
 */
#include "tcp/conn.h"

#include <assert.h>
#include <stdlib.h>

/* Of the listeners that take every port, one may be transparent and one not. */
static int
join_catch_all(struct tcp_listener *l)
{
	list_each(n, &l->tcp->catch_all) {
		if (container_of(n, struct tcp_listener, any)->opts.transparent == l->opts.transparent)
			return -LEAT_EADDRINUSE;
	}
	list_push_front(&l->tcp->catch_all, &l->any);
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
	list_push(&tcp->listeners, &l->all);
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

	list_each(n, &tcp->listeners) {
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

/* Linux's rule: with a backlog of N, N + 1 children may wait. */
bool
tcp_accept_queue_full(const struct tcp_listener *l)
{
	return l->waiting + l->unaccepted > l->backlog;
}

unsigned
tcp_accept_pending(const struct tcp_listener *l)
{
	return l->waiting;
}

static void
enqueue(struct tcp_listener *l, struct tcp_conn *c, enum tcp_queue queue)
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
	enqueue(l, c, QUEUE_ACCEPT);
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

/* Keeps the whole SYN, headers included, so that an ICMP error can quote it. */
static void
defer(struct tcp_conn *c, struct tcp_seg *seg, struct tcp_deferred *d)
{
	d->pkt = seg->pkt;
	d->rx = *seg->rx;
	seg->pkt->data -= seg->hdr_len;
	seg->pkt->linear += seg->hdr_len;
	seg->pkt->len += seg->hdr_len;
	seg->pkt = NULL;
	c->child.deferred = d;
}

/*
 * Returns a connection in SYN-RECEIVED for a SYN; NULL without memory. Text on the SYN is not kept,
 * because it will be sent again (RFC 9293 allows to queue it; Linux does so with Fast Open only).
 * @at_least: when the four-tuple was in TIME-WAIT, the first sequence number that no old segment
 * can have.
 */
static struct tcp_conn *
child_new(struct tcp_listener *l, const struct tcp_seg *seg, const seq_t *at_least)
{
	struct tcp_conn *c = tcp_conn_new(l->tcp, &seg->local, &seg->remote, seg->hash, &l->opts, NULL);

	if (!c)
		return NULL;
	if (at_least && seq_lt(c->snd.iss, *at_least))
		tcp_set_iss(c, *at_least);
	c->rcv.irs = seg->seq;
	c->rcv.nxt = c->rcv.wup = c->rcv.adv = c->ts.last_ack_sent = seg->seq + 1;
	c->snd.wnd = c->snd.max_wnd = seg->wnd;
	c->snd.wl1 = seg->seq;
	c->agreed.ts_ok = c->agreed.sack_ok = c->agreed.ws_ok = true;
	tcp_take_syn_options(c, seg);
	tcp_set_state(c, LEAT_TCP_SYN_RECEIVED);
	return c;
}

/*
 * The SYN queue is full: drops the oldest child, and sends nothing. In a flood of SYNs a new client
 * then has as long for its handshake as the flood takes to fill the queue. If the newest were
 * dropped, no client could connect before the forged SYNs time out (RFC 4987, 3.4). Returns false
 * if the oldest has had less time than a handshake takes: the next child would have no more. Such a
 * SYN is not worth its SYN-ACK, which costs more than reading it; the time is left to the existing
 * connections.
 */
static bool
evict_oldest(struct tcp_listener *l)
{
	struct tcp_conn *oldest = list_first(&l->syn_queue, struct tcp_conn, child.link);

	if (tcp_now(oldest) - oldest->when.opened < TCP_SYN_QUEUE_MIN)
		return false;
	drop_note(l->tcp->core, NULL, DROP_TCP_SYN_QUEUE);
	tcp_end(oldest, LEAT_ETIMEDOUT);
	return true;
}

/* Third, check for a SYN. */
static void
listen_take_syn(struct tcp_listener *l, struct tcp_seg *seg, const seq_t *at_least)
{
	struct tcp *tcp = l->tcp;
	struct tcp_deferred *d = NULL;
	struct tcp_conn *c = NULL;

	if (tcp_accept_queue_full(l)) {
		tcp_seg_drop(tcp, seg, DROP_TCP_ACCEPT_QUEUE);
		return;
	}
	if (l->half_open > 0 && l->half_open >= tcp->limits.syn_queue && !evict_oldest(l)) {
		tcp_seg_drop(tcp, seg, DROP_TCP_SYN_FLOOD);
		return;
	}
	/*
	 * Without memory for the deferred answer the SYN is dropped: accepting it is the user's
	 * decision.
	 */
	if (l->opts.defer_syn_ack)
		d = calloc(1, sizeof *d);
	if (d || !l->opts.defer_syn_ack)
		c = child_new(l, seg, at_least);
	if (!c) {
		free(d);
		tcp_seg_drop(tcp, seg, DROP_TCP_CONN_LIMIT);
		return;
	}
	c->count.segs_in = seg->segs;
	if (d) {
		defer(c, seg, d);
		enqueue(l, c, QUEUE_ACCEPT);
		return;
	}
	enqueue(l, c, QUEUE_SYN);
	tcp_want(c, WANT_SYN);
}

/*
 * LISTEN (3.10.7.2): first check for a RST, second for an ACK, third for a SYN, fourth drop
 * anything else.
 */
void
tcp_arrive_listen(struct tcp_listener *l, struct tcp_seg *seg, const seq_t *at_least)
{
	struct tcp *tcp = l->tcp;

	if (seg->flags & TCP_RST) {
		tcp_seg_drop(tcp, seg, DROP_TCP_BAD_FLAGS);
	} else if (seg->flags & TCP_ACK) {
		tcp_reply_reset(tcp, seg);
		tcp_seg_drop(tcp, seg, DROP_TCP_NO_LISTENER);
	} else if ((seg->flags & (TCP_SYN | TCP_FIN)) == TCP_SYN) {
		listen_take_syn(l, seg, at_least);
	} else {
		tcp_seg_drop(tcp, seg, DROP_TCP_BAD_FLAGS);
	}
}

void
tcp_answer_accept(struct tcp_conn *c)
{
	if (c->state != LEAT_TCP_SYN_RECEIVED || !c->child.deferred)
		return;
	pkt_free(c->child.deferred->pkt);
	free(c->child.deferred);
	c->child.deferred = NULL;
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
