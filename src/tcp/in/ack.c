/*
 * tcp/in/ack.c - what an acceptable ACK does (RFC 9293, 3.10.7.4, fifth): SND.UNA, the
 * scoreboard, the round-trip time, congestion control and the peer's window.
 */
#include "tcp/in/in.h"

#include "core/neigh.h"
#include "tcp/loss/detect.h"

#define NEIGHBOUR_CONFIRM (5 * SEC)

void
tcp_rtt_sample(struct tcp_conn *c, nsec_t rtt)
{
	struct core *core = c->tcp->core;

	rto_sample(&c->rto, rtt, RTO_SAMPLES(txq_out(&c->snd.txq) + 1, c->snd.mss));
	if (c->snd.min_rtt == 0 || rtt < c->snd.min_rtt)
		c->snd.min_rtt = nsec_max(rtt, 1);
	if (sink_wants(core->sink, EVENT_TCP_RTT)) {
		struct event e = {.kind = EVENT_TCP_RTT,
		    .tcp_rtt = {.flow = c->number,
			.rtt = rtt,
			.srtt = c->rto.srtt,
			.rttvar = c->rto.rttvar,
			.rto = c->rto.rto}};

		core_emit(core, &e);
	}
}

/*
 * Takes a round-trip sample, and adds to @s what is known after it. Of a segment that was sent
 * twice only a timestamp says which transmission arrived (Karn), and it does so in whole
 * milliseconds. Without a sample, new data acknowledged at least ends the backoff.
 */
static void
measure(struct tcp_conn *c, const struct tcp_seg *seg, struct ack_sample *s)
{
	nsec_t by_ts = s->acked && s->rtt == 0 ? tcp_ts_rtt(c, seg) : 0;

	if (s->rtt || by_ts)
		tcp_rtt_sample(c, s->rtt ? s->rtt : by_ts);
	else if (s->acked)
		rto_progress(&c->rto);
	s->srtt = c->rto.srtt;
	s->min_rtt = c->snd.min_rtt;
}

/*
 * Returns true for a duplicate ACK as RFC 5681, 2 defines it: data is outstanding, the segment has
 * no text and no FIN, acknowledges SND.UNA, and leaves the window as it was. With SACK the blocks
 * count instead.
 */
static bool
is_dupack(const struct tcp_conn *c, const struct tcp_seg *seg)
{
	return txq_out(&c->snd.txq) > 0 && seg->len == 0 && !(seg->flags & TCP_FIN) &&
	       seg->ack == c->snd.una && (uint32_t)seg->wnd << c->snd.shift == c->snd.wnd;
}

/* Lets the send buffer grow to twice cwnd: the path then stays busy while the user writes more. */
static void
grow_sndbuf(struct tcp_conn *c)
{
	size_t want = 2 * (size_t)c->cc.cwnd;

	if (want > sndbuf_len(&c->snd.buf))
		sndbuf_grow(&c->snd.buf, want);
}

/* Removes what is acknowledged from the send buffer. Our FIN was never in it. */
static void
release(struct tcp_conn *c, uint32_t acked)
{
	size_t len = sndbuf_len(&c->snd.buf);

	sndbuf_ack(&c->snd.buf, acked < len ? acked : len);
	c->count.octets_acked += acked;
	c->snd.una = c->snd.txq.una;
	if (c->snd.urgent && seq_geq(c->snd.una, c->snd.up))
		c->snd.urgent = false;
	if (c->path.pmtu_retx && seq_geq(c->snd.una, c->path.pmtu_edge))
		c->path.pmtu_retx = false;
	grow_sndbuf(c);
}

/*
 * Updates SND.WND, unless the segment is older than the one that SND.WND was last taken from (RFC
 * 9293, 3.10.7.4).
 */
static void
update_window(struct tcp_conn *c, const struct tcp_seg *seg)
{
	uint32_t wnd = (uint32_t)seg->wnd << c->snd.shift;

	if (seq_lt(seg->ack, c->snd.una) || seq_gt(c->snd.wl1, seg->seq) ||
	    (c->snd.wl1 == seg->seq && seq_gt(c->snd.wl2, seg->ack)))
		return;
	c->snd.wnd = wnd;
	c->snd.wl1 = seg->seq;
	c->snd.wl2 = seg->ack;
	if (wnd > c->snd.max_wnd)
		c->snd.max_wnd = wnd;
}

static unsigned
sack_ranges(const struct tcp_conn *c, const struct tcp_seg *seg, struct seq_range *range)
{
	if (!c->agreed.sack_ok)
		return 0;
	for (unsigned i = 0; i < seg->opt.nsack; i++)
		range[i] = (struct seq_range){seg->opt.sack[i].from, seg->opt.sack[i].to};
	return seg->opt.nsack;
}

static void
keep_rate(struct tcp_conn *c, const struct ack_sample *s)
{
	if (s->rate_interval == 0)
		return;
	c->count.rate_octets = s->rate_octets;
	c->count.rate_interval = s->rate_interval;
	c->count.rate_app_limited = s->is_app_limited;
}

/*
 * New data is acknowledged, so the next hop works and need not be probed (RFC 4861, 7.3.1).
 * Confirms it every few seconds, not for every ACK.
 */
static void
confirm_neighbour(struct tcp_conn *c)
{
	const struct path *path;

	if (tcp_now(c) < c->when.next_confirm)
		return;
	c->when.next_confirm = tcp_now(c) + NEIGHBOUR_CONFIRM;
	path = tcp_route(c);
	if (path)
		neigh_confirm(path->iface, &path->next_hop);
}

/* Updates the scoreboard, loss recovery and congestion control by what this ACK says. */
static void
take_ack(struct tcp_conn *c, const struct tcp_seg *seg, bool dupack)
{
	struct seq_range range[TCP_SACK_BLOCKS];
	struct ack_in in = {.ack = seg->ack,
	    .sack = range,
	    .sacks = sack_ranges(c, seg, range),
	    .dupack = dupack,
	    .mss = c->snd.mss,
	    .min_rtt = c->snd.min_rtt,
	    .now = tcp_now(c)};
	struct ack_sample s;
	const char *cause;

	txq_ack(&c->snd.txq, &in, &s);
	measure(c, seg, &s);
	detect_loss(&c->snd.txq, &s, c->snd.mss);
	cause = recovery_ack(&c->recovery, &c->snd.txq, &c->cc, &s, c->agreed.ts_ok ? seg->opt.ts_ecr : 0);
	if (cause)
		tcp_emit_cc(c, cause);
	keep_rate(c, &s);
	c->count.dsacks += s.dsack_octets > 0;
	c->count.reord_seen += s.reordered;
	if (s.acked == 0)
		return;
	c->user.soft_error = 0;
	c->timer.retries = 0;
	confirm_neighbour(c);
	release(c, s.acked);
	loss_timer_acked(c);
}

void
tcp_process_ack(struct tcp_conn *c, const struct tcp_seg *seg)
{
	bool dupack = is_dupack(c, seg);

	c->when.last_ack_rcvd = tcp_now(c);
	update_window(c, seg);
	if (txq_out(&c->snd.txq) == 0 || c->snd.wnd == 0)
		c->timer.retries = 0; /* a window probe is answered: the peer is alive */
	if (seg->ack != c->snd.una || dupack || seg->opt.nsack)
		take_ack(c, seg, dupack);
}
