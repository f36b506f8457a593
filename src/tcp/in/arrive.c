/*
 * tcp/in/arrive.c - SEGMENT ARRIVES (RFC 9293, 3.10.7) in the states CLOSED and SYN-SENT. steps.c
 * has the later states, listen.c LISTEN, and time_wait.c TIME-WAIT.
 */
#include "tcp/in/in.h"

#include "tcp/seg/transmit.h"

/*
 * CLOSED (3.10.7.1): there is no connection. A RST is dropped; anything else is answered with a
 * RST.
 */
void
tcp_arrive_closed(struct tcp *tcp, struct tcp_seg *seg)
{
	if (!(seg->flags & TCP_RST))
		tcp_reply_reset(tcp->core, seg);
	tcp_seg_drop(tcp->core, seg, DROP_TCP_NO_LISTENER);
}

/*
 * Takes the options of the peer's SYN: one is in use if both SYNs offer it. The window in a SYN is
 * never scaled (RFC 7323, 2.2).
 */
void
tcp_take_syn_options(struct tcp_conn *c, const struct tcp_seg *seg)
{
	const struct tcp_options *o = &seg->opt;

	if (o->mss)
		c->agreed.peer_mss = o->mss > TCP_MSS_LEAST ? o->mss : TCP_MSS_LEAST;
	c->agreed.sack_ok = c->agreed.sack_ok && o->sack_permitted;
	c->agreed.ws_ok = c->agreed.ws_ok && o->has_wscale;
	c->snd.shift = c->agreed.ws_ok ? o->wscale : 0;
	if (!c->agreed.ws_ok)
		c->rcv.shift = 0;
	c->agreed.ts_ok = c->agreed.ts_ok && o->has_timestamp;
	if (c->agreed.ts_ok) {
		c->ts.recent = o->ts_val;
		c->ts.recent_at = tcp_now(c);
	}
	c->snd.txq.sack = c->agreed.sack_ok;
	recovery_init(&c->recovery, c->agreed.ts_ok);
	tcp_sync_mss(c);
	cc_set_mss(&c->cc, c->snd.mss, true);
}

/* Takes the peer's SYN in SYN-SENT. RCV.NXT is valid from here on. */
static void
take_syn(struct tcp_conn *c, const struct tcp_seg *seg)
{
	uint32_t offered = c->rcv.adv - c->rcv.nxt;

	c->rcv.irs = seg->seq;
	c->rcv.nxt = c->rcv.wup = c->ts.last_ack_sent = seg->seq + 1;
	c->rcv.adv = c->rcv.nxt + offered;
	c->snd.wnd = c->snd.max_wnd = seg->wnd;
	c->snd.wl1 = seg->seq;
	c->snd.wl2 = seg->ack;
	tcp_take_syn_options(c, seg);
}

/*
 * Measures the round trip of the handshake. Without timestamps, a SYN that was sent twice gives no
 * sample (Karn).
 */
static void
handshake_rtt(struct tcp_conn *c, const struct tcp_seg *seg)
{
	nsec_t by_ts = tcp_ts_rtt(c, seg);

	if (!c->snd.syn_again)
		tcp_rtt_sample(c, tcp_now(c) - c->when.syn_sent);
	else if (by_ts)
		tcp_rtt_sample(c, by_ts);
	else
		rto_syn_was_lost(&c->rto);
	if (c->snd.syn_again)
		cc_syn_was_lost(&c->cc);
}

/* Enters ESTABLISHED: our SYN is acknowledged, and the peer's has arrived. */
void
tcp_established(struct tcp_conn *c, const struct tcp_seg *seg)
{
	struct cc_start at;

	handshake_rtt(c, seg);
	at = tcp_cc_start(c);
	cc_start(&c->cc, &at);
	c->snd.una = c->snd.iss + 1;
	c->timer.retries = 0;
	c->snd.wl1 = seg->seq;
	c->snd.wl2 = seg->ack;
	c->when.last_ack_rcvd = c->when.established = tcp_now(c);
	tcp_set_state(c, LEAT_TCP_ESTABLISHED);
	if (c->snd.fin_queued)
		tcp_set_state(c, LEAT_TCP_FIN_WAIT_1);
	timers_established(c);
	tcp_notify(c, TCP_EVENT_CONNECTED | TCP_EVENT_WRITABLE);
	tcp_want(c, WANT_OUTPUT);
}

/* First, check the ACK bit (RFC 9293, 3.10.7.3). */
static enum step
syn_sent_check_ack(struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (!(seg->flags & TCP_ACK) || seg->ack == c->snd.nxt)
		return STEP_NEXT;
	if (!(seg->flags & TCP_RST))
		tcp_reply_reset(c->tcp->core, seg);
	return step_drop(c, DROP_TCP_BAD_ACK_SYN);
}

/* Second, check the RST bit: only a RST that acknowledges our SYN counts. */
static enum step
syn_sent_check_rst(struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (!(seg->flags & TCP_RST))
		return STEP_NEXT;
	if (!(seg->flags & TCP_ACK))
		return step_drop(c, DROP_RST_NOT_EXACT);
	tcp_end(c, LEAT_ECONNREFUSED);
	return STEP_DONE;
}

/*
 * Fourth, check the SYN bit. If our SYN is acknowledged, the connection is established. If not,
 * both sides opened at the same time (RFC 9293, 3.5, figure 8): our SYN is sent again, now with an
 * ACK.
 */
static enum step
syn_sent_check_syn(struct tcp_conn *c, struct tcp_seg *seg)
{
	if (!(seg->flags & TCP_SYN))
		return step_drop(c, DROP_TCP_BAD_FLAGS);
	take_syn(c, seg);
	seg->seq++;
	seg->flags &= (uint8_t)~TCP_SYN;
	if (!(seg->flags & TCP_ACK)) {
		tcp_set_state(c, LEAT_TCP_SYN_RECEIVED);
		c->timer.retries = 0;
		tcp_want(c, WANT_SYN);
		return STEP_DONE;
	}
	tcp_established(c, seg);
	tcp_want(c, WANT_ACK);
	return step_text_and_fin(c, seg);
}

static enum step
arrive_syn_sent(struct tcp_conn *c, struct tcp_seg *seg)
{
	enum step s = syn_sent_check_ack(c, seg);

	if (s == STEP_NEXT)
		s = syn_sent_check_rst(c, seg);
	if (s == STEP_NEXT)
		s = syn_sent_check_syn(c, seg);
	return s;
}

enum step
step_drop(struct tcp_conn *c, enum drop_reason reason)
{
	c->why_dropped = reason;
	return STEP_DROP;
}

void
tcp_arrive(struct tcp_conn *c, struct tcp_seg *seg)
{
	enum step s;

	c->count.segs_in += seg->segs;
	if (seg->len)
		c->count.data_segs_in += seg->segs;
	if (c->state == LEAT_TCP_SYN_SENT)
		s = arrive_syn_sent(c, seg);
	else
		s = tcp_steps(c, seg);
	if (s == STEP_DROP && seg->pkt)
		tcp_seg_drop(c->tcp->core, seg, c->why_dropped);
}
