/*
 * tcp/user/status.c - what a user asks before it acts: readiness, the pending error, and whether
 * names are free.
 */
#include "tcp/user/user.h"

#include "tcp/out/output.h"

static bool
is_open(const struct tcp_conn *c)
{
	return c->state != LEAT_TCP_SYN_SENT && c->state != LEAT_TCP_SYN_RECEIVED;
}

unsigned
tcp_ended(const struct tcp_conn *c)
{
	bool closed = c->state == LEAT_TCP_CLOSED, no_more = c->rcv.fin_rcvd || c->user.rcv_shut;
	unsigned r = c->user.error ? LEAT_ERR : 0;

	if (closed || (no_more && is_open(c)))
		r |= LEAT_RDHUP;
	if (closed || (no_more && c->snd.fin_queued))
		r |= LEAT_HUP;
	return r;
}

unsigned
tcp_ready(const struct tcp_conn *c)
{
	unsigned r = tcp_ended(c);

	if (!is_open(c))
		return r;
	if (r & LEAT_RDHUP || tcp_unread(c) > 0)
		r |= LEAT_IN;
	if (c->rcv.urg == URG_HERE && !c->opts.oob_inline)
		r |= LEAT_PRI;
	if (c->snd.fin_queued || c->state == LEAT_TCP_CLOSED || tcp_writable(c))
		r |= LEAT_OUT;
	return r;
}

int
tcp_take_error(struct tcp_conn *c)
{
	int e = c->user.error;

	c->user.error = 0;
	return e;
}

bool
tcp_local_taken(struct tcp *tcp, const struct endpoint *local, bool v6, const struct tcp_opts *opts)
{
	return tcp_flows_refuse(&tcp->flows, local, v6, tcp_share(opts));
}

bool
tcp_tuple_free(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote)
{
	struct endpoint l = tcp_endpoint(&local->addr, local->port, local->ifindex);
	struct endpoint r = tcp_endpoint(&remote->addr, remote->port, remote->ifindex);
	uint64_t hash;
	struct tcp_flow *f = tcp_find(&tcp->flows, &l, &r, &hash);

	return !f || (f->time_wait && tcp_time_wait_reusable(tcp, container_of(f, struct tcp_tw, flow)));
}
