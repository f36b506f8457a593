/*
 * tcp/timewait.c - TIME-WAIT: a small record of a connection that we ended, kept to answer old
 * segments (RFC 9293, 3.6.1).
 *
 * All records wait equally long, so one list in the order of arrival and one timer serve any number
 * of them.
 */
#include "tcp/conn.h"

#include <stdlib.h>

static void
arm_timer(struct tcp *tcp)
{
	struct tcp_tw *first = list_first(&tcp->time_wait, struct tcp_tw, node);

	if (!first)
		timer_cancel(tcp->core->wheel, &tcp->t_time_wait);
	else if (!timer_armed(&tcp->t_time_wait) || tcp->t_time_wait.when != first->ends)
		timer_arm(tcp->core->wheel, &tcp->t_time_wait, first->ends);
}

static void
wait_anew(struct tcp *tcp, struct tcp_tw *tw)
{
	tw->ends = nsec_add(tcp->core->now, TCP_TIME_WAIT_LEN);
	list_del(&tw->node);
	list_push(&tcp->time_wait, &tw->node);
	arm_timer(tcp);
}

static void
emit_closed(struct tcp *tcp, const struct tcp_tw *tw)
{
	struct event e;

	if (!sink_wants(tcp->core->sink, EVENT_TCP_STATE))
		return;
	e = (struct event){.kind = EVENT_TCP_STATE,
	    .tcp = {.flow = tw->number,
		.local = tw->flow.local,
		.remote = tw->flow.remote,
		.from = LEAT_TCP_TIME_WAIT,
		.to = LEAT_TCP_CLOSED}};
	core_emit(tcp->core, &e);
}

void
tcp_time_wait_free(struct tcp *tcp, struct tcp_tw *tw)
{
	emit_closed(tcp, tw);
	tcp_flow_remove(tcp, &tw->flow);
	list_del(&tw->node);
	tcp->time_waits--;
	arm_timer(tcp);
	slab_give(&tcp->tw_slab, tw);
}

void
tcp_time_wait_expired(struct timer *t)
{
	struct tcp *tcp = container_of(t, struct tcp, t_time_wait);
	struct tcp_tw *tw;

	while ((tw = list_first(&tcp->time_wait, struct tcp_tw, node)) && tw->ends <= tcp->core->now)
		tcp_time_wait_free(tcp, tw);
}

/*
 * @c has sent its last ACK: a record takes its place in the table. Without memory there is no
 * TIME-WAIT, as under any overload.
 */
void
tcp_time_wait_enter(struct tcp_conn *c)
{
	struct tcp *tcp = c->tcp;
	struct tcp_tw *tw;

	if (tcp->limits.time_wait == 0)
		return;
	if (tcp->time_waits >= tcp->limits.time_wait)
		tcp_time_wait_free(tcp, list_first(&tcp->time_wait, struct tcp_tw, node));
	tw = slab_take(&tcp->tw_slab);
	if (!tw)
		return;
	tw->flow.time_wait = true;
	tcp_flow_replace(tcp, &c->flow, &tw->flow);
	tw->number = c->number;
	tw->snd_nxt = c->snd.nxt;
	tw->rcv_nxt = c->rcv.nxt;
	tw->rcv_wnd = tcp_rcv_wnd(c);
	tw->wnd = (uint16_t)(tw->rcv_wnd >> c->rcv.shift);
	tw->ts_ok = c->agreed.ts_ok;
	tw->ts_recent = c->ts.recent;
	tw->ts_recent_at = c->ts.recent_at;
	tw->ts_offset = c->ts.offset;
	tw->transparent = c->opts.transparent;
	tw->ttl = c->opts.ttl;
	tw->tos = c->opts.tos;
	tw->bound_if = c->opts.bound_if;
	list_init(&tw->node);
	tcp->time_waits++;
	wait_anew(tcp, tw);
}

static void
answer(struct tcp *tcp, const struct tcp_tw *tw)
{
	uint8_t opt[TCP_OPTIONS_MAX];
	struct tcp_out o = {.local = &tw->flow.local,
	    .remote = &tw->flow.remote,
	    .seq = tw->snd_nxt,
	    .ack = tw->rcv_nxt,
	    .wnd = tw->wnd,
	    .flags = TCP_ACK,
	    .ttl = tw->ttl,
	    .tos = tw->tos,
	    .why = PKT_WHY_TIME_WAIT_ACK,
	    .transparent = tw->transparent,
	    .flow = tw->number,
	    .bound_if = tw->bound_if,
	    .opt = opt};

	if (tw->ts_ok)
		o.opt_len = tcp_options_ts(opt, tcp_ts_now(tcp, tw->ts_offset), tw->ts_recent);
	tcp_transmit(tcp, NULL, &o);
}

/*
 * Returns true if our own connect() may take over the four-tuple. The timestamp clock must have
 * advanced, so that PAWS protects the new connection (RFC 6191, 2).
 */
bool
tcp_time_wait_reusable(const struct tcp *tcp, const struct tcp_tw *tw)
{
	return tw->ts_ok && tcp->core->now - tw->ts_recent_at > SEC;
}

bool
tcp_tuple_free(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote)
{
	struct endpoint l = tcp_endpoint(&local->addr, local->port, local->ifindex);
	struct endpoint r = tcp_endpoint(&remote->addr, remote->port, remote->ifindex);
	uint64_t hash;
	struct tcp_flow *f = tcp_find(tcp, &l, &r, &hash);

	return !f || (f->time_wait && tcp_time_wait_reusable(tcp, container_of(f, struct tcp_tw, flow)));
}

/*
 * Returns true for a SYN that cannot be an old segment: its timestamp is newer, or, without
 * timestamps, its sequence number is after all that we received (RFC 6191, 2; RFC 9293, 3.6.1).
 */
static bool
is_new_connection(const struct tcp_tw *tw, const struct tcp_seg *seg)
{
	if ((seg->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) != TCP_SYN)
		return false;
	if (tw->ts_ok && seg->opt.has_timestamp && (int32_t)(seg->opt.ts_val - tw->ts_recent) > 0)
		return true;
	if (tw->ts_ok && seg->opt.has_timestamp && seg->opt.ts_val != tw->ts_recent)
		return false;
	return seq_gt(seg->seq, tw->rcv_nxt);
}

static void
reopen(struct tcp *tcp, struct tcp_tw *tw, struct tcp_listener *l, struct tcp_seg *seg)
{
	seq_t at_least = tw->snd_nxt + 65537;

	tcp_time_wait_free(tcp, tw);
	tcp_arrive_listen(l, seg, &at_least);
}

/*
 * SEGMENT ARRIVES in TIME-WAIT (RFC 9293, 3.10.7.4). A RST does not end it (RFC 1337). Any other
 * segment that occupies sequence space, or lies outside the window, is old or the peer's FIN again.
 * It is answered, and the FIN restarts the time.
 */
void
tcp_time_wait_arrive(struct tcp *tcp, struct tcp_tw *tw, struct tcp_seg *seg)
{
	struct tcp_listener *l = tcp_listener_of(tcp, seg->rx->iface, &seg->local, &seg->remote);
	bool paws = tw->ts_ok && seg->opt.has_timestamp &&
		    tcp_paws_old(seg, tw->ts_recent, tw->ts_recent_at, tcp->core->now);

	if (l && is_new_connection(tw, seg)) {
		reopen(tcp, tw, l, seg);
		return;
	}
	if (!(seg->flags & TCP_RST) && (seg->flags & TCP_ACK) && !paws && (seg->flags & TCP_FIN) &&
	    seg->seq + seg->len + 1 == tw->rcv_nxt)
		wait_anew(tcp, tw);
	if (!(seg->flags & TCP_RST) &&
	    (seg->len || (seg->flags & (TCP_SYN | TCP_FIN)) || paws || seg->seq != tw->rcv_nxt)) {
		if (seg->len || (seg->flags & TCP_FIN) || tcp_challenge_allowed(tcp, &tw->next_challenge))
			answer(tcp, tw);
	}
	tcp_seg_drop(tcp, seg, DROP_TIME_WAIT);
}
