/*
 * tcp/user/user.c - the user's OPEN, CLOSE and ABORT, and the settings (RFC 9293, 3.10.1, 3.10.4
 * and 3.10.5). SEND and RECEIVE are send.c and receive.c.
 */
#include "tcp/user/user.h"

#include "tcp/out/output.h"

#include <assert.h>

void
tcp_opts_default(struct tcp_opts *opts)
{
	const char *cc = cc_default()->name;

	*opts = (struct tcp_opts){.keep_idle = 7200, .keep_interval = 75, .keep_count = 9, .linger2 = 60};
	memcpy(opts->cc, cc, strlen(cc) + 1);
}

/*
 * Makes the four-tuple free. If it is in TIME-WAIT, the new sequence numbers begin after the old
 * ones, at *@at_least (RFC 6191).
 */
static int
clear_tuple(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote, uint64_t *hash,
    seq_t *at_least, bool *reused)
{
	struct tcp_flow *f = tcp_find(&tcp->flows, local, remote, hash);
	struct tcp_tw *tw;

	*reused = false;
	if (!f)
		return 0;
	if (!f->time_wait)
		return -LEAT_EADDRINUSE;
	tw = container_of(f, struct tcp_tw, flow);
	if (!tcp_time_wait_reusable(tcp, tw))
		return -LEAT_EADDRINUSE;
	*at_least = tw->snd_nxt + 65537;
	*reused = true;
	tcp_time_wait_free(tcp, tw);
	return 0;
}

int
tcp_connect(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote,
    const struct path *path, const struct tcp_opts *opts, const struct tcp_user_ops *ops, void *user,
    struct tcp_conn **out)
{
	struct endpoint l =
	    tcp_endpoint(&local->addr, local->port, local->ifindex ? local->ifindex : remote->ifindex);
	struct endpoint r =
	    tcp_endpoint(&remote->addr, remote->port, remote->ifindex ? remote->ifindex : local->ifindex);
	struct tcp_conn *c;
	seq_t at_least = 0;
	uint64_t hash;
	bool reused;
	int err = clear_tuple(tcp, &l, &r, &hash, &at_least, &reused);

	if (err)
		return err;
	c = tcp_conn_new(tcp, &l, &r, hash, opts, path);
	if (!c)
		return -LEAT_ENOBUFS;
	if (reused && seq_lt(c->snd.iss, at_least))
		tcp_set_iss(c, at_least);
	c->user.subscriber.ops = ops;
	c->user.subscriber.user = user;
	c->agreed.ts_ok = c->agreed.sack_ok = c->agreed.ws_ok = true;
	tcp_set_state(c, LEAT_TCP_SYN_SENT);
	tcp_want(c, WANT_SYN);
	*out = c;
	tcp_leave(tcp);
	return 0;
}

/* As tcp_shutdown_send(), but the caller flushes. */
static int
queue_fin(struct tcp_conn *c)
{
	switch (c->state) {
	case LEAT_TCP_SYN_RECEIVED:
	case LEAT_TCP_ESTABLISHED:
	case LEAT_TCP_CLOSE_WAIT:
		break;
	case LEAT_TCP_CLOSED:
	case LEAT_TCP_SYN_SENT:
		return -LEAT_ENOTCONN;
	default:
		return 0; /* has been sent already */
	}
	if (c->snd.fin_queued)
		return 0;
	c->snd.fin = tcp_snd_end(c);
	c->snd.fin_queued = true;
	tcp_want(c, WANT_OUTPUT);
	if (c->state == LEAT_TCP_ESTABLISHED)
		tcp_set_state(c, LEAT_TCP_FIN_WAIT_1);
	else if (c->state == LEAT_TCP_CLOSE_WAIT)
		tcp_set_state(c, LEAT_TCP_LAST_ACK);
	return 0;
}

int
tcp_shutdown_send(struct tcp_conn *c)
{
	int err = queue_fin(c);

	tcp_leave(c->tcp);
	return err;
}

void
tcp_shutdown_recv(struct tcp_conn *c)
{
	c->user.rcv_shut = true;
	tcp_notify(c, TCP_EVENT_READABLE);
	tcp_leave(c->tcp);
}

/* The user lets go of the connection, which goes on without one. */
static void
orphan(struct tcp_conn *c)
{
	c->user.closed = true;
	c->user.subscriber.ops = NULL;
	list_del(&c->user.subscriber.node);
	timers_await_fin(c);
	tcp_want(c, c->ended ? WANT_SETTLE : WANT_OUTPUT);
}

/*
 * Resets for the user. Data that was written before is sent first, as far as the windows allow. On
 * Linux, that data left during the write. Here it may still wait for the flush, if the user wrote
 * and closed within one callback.
 */
static void
reset(struct tcp_conn *c)
{
	if (c->want & WANT_OUTPUT && tcp_sends_data(c))
		tcp_flush(c);
	tcp_end_with_reset(c, 0);
}

void
tcp_close(struct tcp_conn *c)
{
	struct tcp *tcp = c->tcp;

	assert(!c->user.closed);
	if (c->state == LEAT_TCP_SYN_SENT)
		tcp_end(c, 0);
	else if (rcvbuf_unread(&c->rcv.buf) > 0 && c->state != LEAT_TCP_CLOSED &&
		 c->state != LEAT_TCP_TIME_WAIT)
		reset(c);
	else if (c->state == LEAT_TCP_SYN_RECEIVED && c->child.deferred)
		reset(c);
	else
		queue_fin(c);
	orphan(c);
	tcp_leave(tcp);
}

void
tcp_abort(struct tcp_conn *c)
{
	struct tcp *tcp = c->tcp;

	assert(!c->user.closed);
	if (c->state == LEAT_TCP_SYN_SENT)
		tcp_end(c, 0);
	else if (!c->ended) /* TIME-WAIT goes on without a user */
		reset(c);
	orphan(c);
	tcp_leave(tcp);
}

void
tcp_push(struct tcp_conn *c)
{
	if (c->ended)
		return;
	tcp_want(c, WANT_OVERRIDE);
	tcp_leave(c->tcp);
}

int
tcp_set_opts(struct tcp_conn *c, const struct tcp_opts *opts)
{
	const struct cc_ops *cc = cc_find(opts->cc);
	struct cc_start at = tcp_cc_start(c);

	if (!cc)
		return -LEAT_ENOENT;
	if (opts->maxseg && (opts->maxseg < TCP_MSS_LEAST || opts->maxseg > 32767))
		return -LEAT_EINVAL;
	if (opts->sndbuf && opts->sndbuf != c->opts.sndbuf)
		sndbuf_set(&c->snd.buf, opts->sndbuf);
	if (opts->rcvbuf && opts->rcvbuf != c->opts.rcvbuf)
		rcvbuf_set(&c->rcv.buf, opts->rcvbuf);
	rcvbuf_clamp(&c->rcv.buf, opts->window_clamp);
	if (cc != c->cc.ops)
		cc_switch(&c->cc, cc, &at);
	if (opts->quickack < 0)
		c->rcv.quick_left = 0;
	if (opts->bound_if != c->opts.bound_if)
		c->path.cache.generation =
		    0; /* no route has this generation, so the route is looked up again */
	c->opts = *opts;
	if (c->ended)
		return 0;
	if (tcp_share(opts) != c->flow.share)
		tcp_flow_share(&c->flow, tcp_share(opts));
	if (opts->quickack > 0 && timer_armed(&c->timer.delack))
		tcp_want(c, WANT_ACK);
	tcp_sync_mss(c);
	timers_opts_changed(c);
	tcp_want(c, WANT_OUTPUT);
	tcp_leave(c->tcp);
	return 0;
}

const struct tcp_opts *
tcp_conn_opts(const struct tcp_conn *c)
{
	return &c->opts;
}
