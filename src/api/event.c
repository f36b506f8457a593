/*
 * api/event.c - converts each event of a host to the form of leat.h, and calls the caller's
 * function with it. It does not decide which events happen.
 */
#include "api/impl.h"
#include "core/neigh.h"

/* leat.h and the layers below each list these numbers. They must be equal. */
#define SAME(public, inner) _Static_assert((int)(public) == (int)(inner), #public)
SAME(LEAT_EVENT_DROP, EVENT_DROP);
SAME(LEAT_EVENT_TCP_OPEN, EVENT_TCP_OPEN);
SAME(LEAT_EVENT_TCP_STATE, EVENT_TCP_STATE);
SAME(LEAT_EVENT_TCP_RTT, EVENT_TCP_RTT);
SAME(LEAT_EVENT_TCP_CC, EVENT_TCP_CC);
SAME(LEAT_EVENT_TCP_RETX, EVENT_TCP_RETX);
SAME(LEAT_EVENT_TCP_CLOSE, EVENT_TCP_CLOSE);
SAME(LEAT_EVENT_NEIGH, EVENT_NEIGH);
SAME(LEAT_EVENT_LINK, EVENT_LINK);
SAME(LEAT_EVENT_ICMP_ERROR, EVENT_ICMP_ERROR);
SAME(LEAT_EVENT_ICMP_ERROR + 1, EVENT_COUNT);
SAME(LEAT_LINK_SENT, LINK_SENT);
SAME(LEAT_LINK_LOST, LINK_LOST);
SAME(LEAT_LINK_DUPLICATED, LINK_DUPLICATED);
SAME(LEAT_LINK_REORDERED, LINK_REORDERED);
SAME(LEAT_LINK_CORRUPTED, LINK_CORRUPTED);
SAME(LEAT_LINK_QUEUE_FULL, LINK_QUEUE_FULL);
SAME(LEAT_LINK_DELIVERED, LINK_DELIVERED);
SAME(LEAT_NEIGH_NONE, NEIGH_NONE);
SAME(LEAT_NEIGH_INCOMPLETE, NEIGH_INCOMPLETE);
SAME(LEAT_NEIGH_REACHABLE, NEIGH_REACHABLE);
SAME(LEAT_NEIGH_STALE, NEIGH_STALE);
SAME(LEAT_NEIGH_DELAY, NEIGH_DELAY);
SAME(LEAT_NEIGH_PROBE, NEIGH_PROBE);
SAME(LEAT_NEIGH_FAILED, NEIGH_FAILED);
SAME(LEAT_NEIGH_PERMANENT, NEIGH_PERMANENT);

static void
convert_tcp(struct leat_event *out, const struct event *e)
{
	out->flow = e->tcp.flow;
	out->u.tcp.local = api_addr(&e->tcp.local);
	out->u.tcp.remote = api_addr(&e->tcp.remote);
	out->u.tcp.from = e->tcp.from;
	out->u.tcp.to = e->tcp.to;
	out->u.tcp.passive = e->tcp.passive;
	if (e->kind != EVENT_TCP_CLOSE)
		return;
	out->u.tcp.error = (uint32_t)e->tcp.error;
	out->u.tcp.info = e->tcp.info;
}

/* The events of a TCP sender: a sample of the RTT, its congestion window, a retransmission. */
static void
convert_tcp_sender(struct leat_event *out, const struct event *e)
{
	if (e->kind == EVENT_TCP_RTT) {
		out->flow = e->tcp_rtt.flow;
		out->u.tcp_rtt.rtt = e->tcp_rtt.rtt;
		out->u.tcp_rtt.srtt = e->tcp_rtt.srtt;
		out->u.tcp_rtt.rttvar = e->tcp_rtt.rttvar;
		out->u.tcp_rtt.rto = e->tcp_rtt.rto;
	} else if (e->kind == EVENT_TCP_CC) {
		out->flow = e->tcp_cc.flow;
		out->u.tcp_cc.cwnd = e->tcp_cc.cwnd;
		out->u.tcp_cc.ssthresh = e->tcp_cc.ssthresh;
		out->u.tcp_cc.in_flight = e->tcp_cc.in_flight;
		out->u.tcp_cc.ca_state = e->tcp_cc.ca_state;
		out->u.tcp_cc.cause = e->tcp_cc.cause;
	} else {
		out->flow = e->tcp_retx.flow;
		out->u.tcp_retx.seq = e->tcp_retx.seq;
		out->u.tcp_retx.len = e->tcp_retx.len;
	}
}

static void
convert_neigh(struct leat_event *out, const struct event *e)
{
	struct endpoint addr = {.addr = e->neigh.addr};

	out->u.neigh.addr = api_addr(&addr);
	out->u.neigh.iface = e->neigh.ifindex;
	out->u.neigh.from = e->neigh.from;
	out->u.neigh.to = e->neigh.to;
}

static void
convert_link(struct leat_event *out, const struct event *e)
{
	out->u.link.direction = e->link.direction;
	out->u.link.verdict = e->link.verdict;
	out->u.link.number = e->link.number;
	out->u.link.len = e->link.pkt ? e->link.pkt->len : 0;
}

static void
convert_icmp(struct leat_event *out, const struct event *e)
{
	out->u.icmp.local = api_addr(&e->icmp.local);
	out->u.icmp.remote = api_addr(&e->icmp.remote);
	out->u.icmp.v6 = e->icmp.v6;
	out->u.icmp.type = e->icmp.type;
	out->u.icmp.code = e->icmp.code;
}

static void
notify_watcher(struct sink *sink, const struct event *e)
{
	struct leat_stack *s = container_of(sink, struct leat_stack, sink);
	struct leat_event out = {.kind = e->kind, .when = e->when, .host = e->host};

	switch (e->kind) {
	case EVENT_DROP:
		out.flow = e->drop.pkt ? e->drop.pkt->flow : 0;
		out.u.drop.reason = e->drop.reason;
		out.u.drop.len = e->drop.pkt ? e->drop.pkt->len : 0;
		break;
	case EVENT_TCP_OPEN:
	case EVENT_TCP_STATE:
	case EVENT_TCP_CLOSE:
		convert_tcp(&out, e);
		break;
	case EVENT_TCP_RTT:
	case EVENT_TCP_CC:
	case EVENT_TCP_RETX:
		convert_tcp_sender(&out, e);
		break;
	case EVENT_NEIGH:
		convert_neigh(&out, e);
		break;
	case EVENT_LINK:
		out.flow = e->link.pkt ? e->link.pkt->flow : 0;
		convert_link(&out, e);
		break;
	case EVENT_ICMP_ERROR:
		convert_icmp(&out, e);
		break;
	case EVENT_COUNT:
		return;
	}
	s->watch(s->watch_arg, &out);
}

void
leat_stack_watch(
    struct leat_stack *stack, uint32_t mask, void (*fn)(void *arg, const struct leat_event *event), void *arg)
{
	struct core *core = stack_core(stack->stack);

	stack->sink = (struct sink){.wants = mask, .emit = notify_watcher};
	stack->watch = fn;
	stack->watch_arg = arg;
	core->sink = fn && mask ? &stack->sink : NULL;
}
