/*
 * tcp/conn/time_wait.c - TIME-WAIT: a small record of a connection that we ended, kept to answer
 * old segments (RFC 9293, 3.6.1).
 *
 * All records wait equally long, so one list in the order of arrival and one timer serve any number
 * of them.
 */
#include "tcp/conn/conn.h"

static void
arm_timer(struct tcp *tcp)
{
	struct tcp_tw *first = list_first(&tcp->time_wait.all, struct tcp_tw, node);

	if (!first)
		timer_cancel(tcp->core->wheel, &tcp->time_wait.timer);
	else if (!timer_armed(&tcp->time_wait.timer) || tcp->time_wait.timer.when != first->ends)
		timer_arm(tcp->core->wheel, &tcp->time_wait.timer, first->ends);
}

void
tcp_time_wait_restart(struct tcp *tcp, struct tcp_tw *tw)
{
	tw->ends = nsec_add(tcp->core->now, TCP_TIME_WAIT_LEN);
	list_del(&tw->node);
	list_push(&tcp->time_wait.all, &tw->node);
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
	tcp_flow_remove(&tcp->flows, &tw->flow);
	list_del(&tw->node);
	tcp->time_wait.count--;
	arm_timer(tcp);
	slab_give(&tcp->time_wait.slab, tw);
}

void
tcp_time_wait_expired(struct timer *t)
{
	struct tcp *tcp = container_of(t, struct tcp, time_wait.timer);
	struct tcp_tw *tw;

	while ((tw = list_first(&tcp->time_wait.all, struct tcp_tw, node)) && tw->ends <= tcp->core->now)
		tcp_time_wait_free(tcp, tw);
}

/* Without memory there is no TIME-WAIT, as under any overload. */
void
tcp_time_wait_enter(struct tcp_conn *c)
{
	struct tcp *tcp = c->tcp;
	struct tcp_tw *tw;

	if (tcp->limits.time_wait == 0)
		return;
	if (tcp->time_wait.count >= tcp->limits.time_wait)
		tcp_time_wait_free(tcp, list_first(&tcp->time_wait.all, struct tcp_tw, node));
	tw = slab_take(&tcp->time_wait.slab);
	if (!tw)
		return;
	tw->flow.time_wait = true;
	tcp_flow_replace(&tcp->flows, &c->flow, &tw->flow);
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
	tcp->time_wait.count++;
	tcp_time_wait_restart(tcp, tw);
}

bool
tcp_time_wait_reusable(const struct tcp *tcp, const struct tcp_tw *tw)
{
	return tw->ts_ok && tcp->core->now - tw->ts_recent_at > SEC;
}
