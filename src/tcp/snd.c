/*
 * tcp/snd.c - what an acceptable ACK does: SND.UNA, the scoreboard, round-trip time, congestion
 * control, the peer's window (RFC 9293, 3.10.7.4, fifth).
 */
#include "tcp/conn.h"

#include "core/neigh.h"

#define NEIGHBOUR_CONFIRM (5 * SEC)

void
tcp_rtt_sample(struct tcp_conn *c, nsec_t rtt)
{
	struct core *core = c->tcp->core;

	rto_sample(&c->rto, rtt, RTO_SAMPLES(txq_out(&c->txq) + 1, c->snd_mss));
	if (c->min_rtt == 0 || rtt < c->min_rtt)
		c->min_rtt = nsec_max(rtt, 1);
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
 * Karn's rule: of what was sent twice only a timestamp tells which transmission arrived, and then
 * in whole milliseconds. Without either, the backoff at least is over.
 */
static void
measure(struct tcp_conn *c, const struct tcp_seg *seg, const struct ack_sample *s)
{
	nsec_t by_ts = s->acked && s->rtt == 0 ? tcp_ts_rtt(c, seg) : 0;

	if (s->rtt || by_ts)
		tcp_rtt_sample(c, s->rtt ? s->rtt : by_ts);
	else if (s->acked)
		rto_progress(&c->rto);
}

/*
 * Duplicate ACK as RFC 5681, 2 defines it: something is outstanding, no text, no FIN, it names
 * SND.UNA, and the window stands. With SACK the blocks count instead.
 */
static bool
is_dupack(const struct tcp_conn *c, const struct tcp_seg *seg)
{
	return txq_out(&c->txq) > 0 && seg->len == 0 && !(seg->flags & TCP_FIN) && seg->ack == c->snd_una &&
	       (uint32_t)seg->wnd << c->snd_ws == c->snd_wnd;
}

/* The octets that are acknowledged leave the send buffer; our FIN was never in it. */
static void
release(struct tcp_conn *c, uint32_t acked)
{
	size_t len = sndbuf_len(&c->sndbuf);

	sndbuf_ack(&c->sndbuf, acked < len ? acked : len);
	c->octets_acked += acked;
	c->snd_una = c->txq.una;
	if (c->urgent && seq_geq(c->snd_una, c->snd_up))
		c->urgent = false;
	if (c->pmtu_retx && seq_geq(c->snd_una, c->pmtu_edge))
		c->pmtu_retx = false;
	tcp_grow_sndbuf(c);
}

/*
 * Has so much been written that was not sent yet that the user wants to wait (tcp(7),
 * TCP_NOTSENT_LOWAT)?
 */
bool
tcp_writes_allowed(const struct tcp_conn *c)
{
	return !c->opts.notsent_lowat || tcp_unsent(c) < c->opts.notsent_lowat;
}

/* How many of @want octets that is: what the windows would let out now does not stay unsent. */
size_t
tcp_write_limit(const struct tcp_conn *c, size_t want)
{
	uint32_t pipe = txq_pipe(&c->txq), out = txq_out(&c->txq);
	size_t by_cwnd = c->cc.cwnd > pipe ? c->cc.cwnd - pipe : 0;
	size_t by_peer = c->snd_wnd > out ? c->snd_wnd - out : 0;
	size_t most, unsent;

	if (!c->opts.notsent_lowat)
		return want;
	most = c->opts.notsent_lowat + (by_cwnd < by_peer ? by_cwnd : by_peer);
	unsent = tcp_unsent(c);
	most = most > unsent ? most - unsent : 0;
	return want < most ? want : most;
}

/* Is it worth waking a writer? */
bool
tcp_writable(const struct tcp_conn *c)
{
	return sndbuf_writable(&c->sndbuf) && tcp_writes_allowed(c);
}

/* After each flush: a writer that found no room is told of it once. */
void
tcp_tell_writable(struct tcp_conn *c)
{
	bool writable = tcp_writable(c);

	if (writable && (!c->was_writable || c->no_room) && !c->fin_queued) {
		tcp_news(c, TCP_NEWS_WRITABLE);
		c->no_room = false;
	}
	c->was_writable = writable;
}

/* Twice what the path takes keeps it busy while the user is asked for more. */
void
tcp_grow_sndbuf(struct tcp_conn *c)
{
	size_t want = 2 * (size_t)c->cc.cwnd;

	if (want > sndbuf_len(&c->sndbuf))
		sndbuf_grow(&c->sndbuf, want);
}

/*
 * SND.WND, from a segment that is not older than the one it was last taken from (RFC 9293,
 * 3.10.7.4).
 */
void
tcp_update_window(struct tcp_conn *c, const struct tcp_seg *seg)
{
	uint32_t wnd = (uint32_t)seg->wnd << c->snd_ws;

	if (seq_lt(seg->ack, c->snd_una) || seq_gt(c->snd_wl1, seg->seq) ||
	    (c->snd_wl1 == seg->seq && seq_gt(c->snd_wl2, seg->ack)))
		return;
	c->snd_wnd = wnd;
	c->snd_wl1 = seg->seq;
	c->snd_wl2 = seg->ack;
	if (wnd > c->max_snd_wnd)
		c->max_snd_wnd = wnd;
}

static unsigned
sack_ranges(const struct tcp_conn *c, const struct tcp_seg *seg, struct seq_range *range)
{
	if (!c->sack_ok)
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
	c->rate_octets = s->rate_octets;
	c->rate_interval = s->rate_interval;
	c->rate_app_limited = s->is_app_limited;
}

/*
 * New data is acknowledged: the next hop works, so nobody need ask it (RFC 4861, 7.3.1). Told every
 * few seconds, not for every ACK.
 */
static void
confirm_neighbour(struct tcp_conn *c)
{
	const struct path *path;

	if (tcp_now(c) < c->next_confirm)
		return;
	c->next_confirm = tcp_now(c) + NEIGHBOUR_CONFIRM;
	path = tcp_way(c);
	if (path)
		neigh_confirm(path->iface, &path->next_hop);
}

/* What is under way, and what this ACK says of it. */
static void
take_ack(struct tcp_conn *c, const struct tcp_seg *seg, bool dupack)
{
	struct seq_range range[TCP_SACK_BLOCKS];
	struct ack_in in = {.ack = seg->ack,
	    .sack = range,
	    .sacks = sack_ranges(c, seg, range),
	    .dupack = dupack,
	    .mss = c->snd_mss,
	    .min_rtt = c->min_rtt,
	    .now = tcp_now(c)};
	struct ack_sample s;
	const char *cause;

	txq_ack(&c->txq, &in, &s);
	measure(c, seg, &s);
	cause = recovery_ack(&c->recovery, &c->txq, &c->cc, &s, c->ts_ok ? seg->opt.ts_ecr : 0);
	if (cause)
		tcp_emit_cc(c, cause);
	keep_rate(c, &s);
	c->dsacks += s.dsack_octets > 0;
	c->reord_seen += s.reordered;
	if (s.acked == 0)
		return;
	c->soft_error = 0;
	c->retries = 0;
	confirm_neighbour(c);
	release(c, s.acked);
	timers_acked(c);
}

void
tcp_process_ack(struct tcp_conn *c, const struct tcp_seg *seg)
{
	bool dupack = is_dupack(c, seg);

	c->last_ack_rcvd = tcp_now(c);
	tcp_update_window(c, seg);
	if (txq_out(&c->txq) == 0 || c->snd_wnd == 0)
		c->retries = 0; /* a window probe is answered: the peer lives */
	if (seg->ack != c->snd_una || dupack || seg->opt.nsack)
		take_ack(c, seg, dupack);
}
