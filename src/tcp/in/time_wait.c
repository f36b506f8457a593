/*
 * tcp/in/time_wait.c - SEGMENT ARRIVES in TIME-WAIT: old segments are answered, and a new SYN may
 * take the four-tuple over (RFC 9293, 3.6.1; RFC 6191). conn/time_wait.c has the records.
 */
#include "tcp/in/in.h"

#include "tcp/seg/transmit.h"

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
		o.opt_len =
		    (unsigned)tcp_options_put_timestamp(opt, tcp_ts_now(tcp, tw->ts_offset), tw->ts_recent);
	tcp_transmit(tcp->core, NULL, &o);
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
tcp_arrive_time_wait(struct tcp *tcp, struct tcp_tw *tw, struct tcp_seg *seg)
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
		tcp_time_wait_restart(tcp, tw);
	if (!(seg->flags & TCP_RST) &&
	    (seg->len || (seg->flags & (TCP_SYN | TCP_FIN)) || paws || seg->seq != tw->rcv_nxt)) {
		if (seg->len || (seg->flags & TCP_FIN) || tcp_challenge_allowed(tcp, &tw->next_challenge))
			answer(tcp, tw);
	}
	tcp_seg_drop(tcp->core, seg, DROP_TIME_WAIT);
}
