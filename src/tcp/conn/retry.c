/*
 * tcp/conn/retry.c - how long to try again without an answer: R1 and R2 (RFC 9293, 3.8.3). The
 * timers count the retries. When to retry is their matter.
 */
#include "core/neigh.h"
#include "tcp/conn/conn.h"

static uint32_t
syn_limit(const struct tcp_conn *c)
{
	if (c->opts.syn_retries)
		return c->opts.syn_retries;
	return c->state == LEAT_TCP_SYN_SENT ? TCP_R2_SYN : TCP_R2_SYN_ACK;
}

/* R2 (RFC 9293, 3.8.3): limits the retries by their number, or by the user timeout (RFC 5482). */
bool
tcp_tried_enough(const struct tcp_conn *c)
{
	nsec_t user = (nsec_t)c->opts.user_timeout * MSEC;

	if (!tcp_synchronized(c))
		return c->timer.retries >= syn_limit(c) &&
		       !(c->child.bare_ack && c->timer.retries < c->opts.await_data);
	if (user && c->timer.retries)
		return tcp_now(c) - c->timer.retries_since >= user;
	return c->timer.retries >= (c->user.closed ? TCP_R2_ORPHAN : TCP_R2);
}

/* An ICMP error that arrived meanwhile says more than a timeout (RFC 1122, 4.2.3.9). */
void
tcp_give_up(struct tcp_conn *c)
{
	tcp_end(c, c->user.soft_error ? c->user.soft_error : LEAT_ETIMEDOUT);
}

void
tcp_count_retry(struct tcp_conn *c)
{
	if (c->timer.retries++ == 0)
		c->timer.retries_since = tcp_now(c);
}

/*
 * R1 (RFC 9293, 3.8.3): the path may have failed, so the next hop is probed. The learned path MTU
 * is forgotten only once: a value learned after that may be right.
 */
void
tcp_doubt_path(struct tcp_conn *c)
{
	const struct path *path;

	if (c->timer.retries < (tcp_synchronized(c) ? TCP_R1 : TCP_R1_SYN))
		return;
	if (c->timer.retries == TCP_R1)
		route_forget_mtu(c->tcp->core, &c->flow.remote.addr);
	path = tcp_route(c);
	if (path)
		neigh_doubt(path->iface, &path->next_hop);
}
