/*
 * tcp/user/status.c - what a user asks before it acts: readiness, the pending error, and whether
 * names are free.
 */
#include "tcp/user/user.h"

#include "tcp/out/output.h"

static unsigned
ready_to_read(const struct tcp_conn *c)
{
	unsigned r = 0;

	if (c->rcv.fin_rcvd || c->user.rcv_shut || c->state == LEAT_TCP_CLOSED)
		r |= LEAT_IN | LEAT_RDHUP;
	if (tcp_unread(c) > 0)
		r |= LEAT_IN;
	if (c->rcv.urg == URG_HERE && !c->opts.oob_inline)
		r |= LEAT_PRI;
	return r;
}

unsigned
tcp_ready(const struct tcp_conn *c)
{
	bool open = c->state != LEAT_TCP_SYN_SENT && c->state != LEAT_TCP_SYN_RECEIVED;
	bool send_shut = c->snd.fin_queued || c->state == LEAT_TCP_CLOSED;
	unsigned r = 0;

	if (open)
		r |= ready_to_read(c);
	if (open && (send_shut || tcp_writable(c)))
		r |= LEAT_OUT;
	if ((send_shut && (c->rcv.fin_rcvd || c->user.rcv_shut)) || c->state == LEAT_TCP_CLOSED)
		r |= LEAT_HUP;
	if (c->user.error)
		r |= LEAT_ERR;
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
