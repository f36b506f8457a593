/*
 * tcp/in/steps.c - SEGMENT ARRIVES in SYN-RECEIVED and all later states: the checks of RFC 9293,
 * 3.10.7.4, one function each and in its order, with those of RFC 7323 (PAWS) and RFC 5961 (blind
 * attacks) where they belong.
 */
#include "tcp/in/in.h"

#include "tcp/seg/transmit.h"

#define CHALLENGE_PERIOD (500 * MSEC) /* Linux's tcp_invalid_ratelimit, per connection */
enum { CHALLENGES = 1000 };           /* per second and host (RFC 5961, 7) */

/*
 * Limits challenge ACKs (RFC 5961, 7), for the host per second, and for a connection to one in half
 * a second. Their number then tells an attacker nothing, and two hosts cannot answer each other
 * forever.
 */
bool
tcp_challenge_allowed(struct tcp *tcp, nsec_t *next)
{
	nsec_t now = tcp->core->now;

	if (now < *next)
		return false;
	if (now - tcp->challenge.since >= SEC) {
		tcp->challenge.since = now;
		/*
		 * The limit is partly random, so that what is left of it tells a third party
		 * nothing (CVE-2016-5696).
		 */
		tcp->challenge.left = CHALLENGES / 2 + (uint32_t)rng_below(&tcp->core->rng, CHALLENGES);
	}
	if (tcp->challenge.left == 0)
		return false;
	tcp->challenge.left--;
	*next = now + CHALLENGE_PERIOD;
	return true;
}

void
tcp_want_challenge_ack(struct tcp_conn *c)
{
	if (tcp_challenge_allowed(c->tcp, &c->when.next_challenge))
		tcp_want(c, WANT_CHALLENGE);
	else
		drop_note(c->tcp->core, NULL, DROP_CHALLENGE_RATE);
}

/*
 * A SYN arrives again in SYN-RECEIVED. Passive: the peer has retransmitted its SYN, so our SYN-ACK
 * is sent again, as on Linux. Both sides opened at the same time: the peer's SYN comes again as
 * SYN-ACK, one octet before the window; only its ACK counts (RFC 9293, 3.5, figure 8).
 */
static enum step
check_syn_again(struct tcp_conn *c, struct tcp_seg *seg)
{
	if (c->state != LEAT_TCP_SYN_RECEIVED || seg->seq != c->rcv.irs ||
	    (seg->flags & (TCP_SYN | TCP_RST)) != TCP_SYN)
		return STEP_NEXT;
	if (seg->flags & TCP_ACK) {
		seg->flags &= (uint8_t)~TCP_SYN;
		seg->seq++;
		return STEP_NEXT;
	}
	/*
	 * RFC 7323, 4.3. With the timestamp of the first SYN, the peer would measure a round trip
	 * since then, however late this one is answered.
	 */
	tcp_ts_recent_update(c, seg);
	if (!c->child.deferred)
		tcp_want(c, WANT_SYN);
	return STEP_DONE;
}

/*
 * Answers an unacceptable segment with an ACK, so that both sides agree again on the sequence
 * numbers (RFC 9293, 3.10.7.4). Segments without text and FIN are answered only twice a second,
 * because two hosts that disagree would answer each other forever (Linux: tcp_oow_rate_limited).
 */
static void
answer_unacceptable(struct tcp_conn *c, const struct tcp_seg *seg)
{
	bool old = seg->len && seq_leq(seg->seq + seg->len, c->rcv.nxt);

	if ((seg->len == 0 && !(seg->flags & TCP_FIN)) || (seg->flags & TCP_SYN)) {
		tcp_want_challenge_ack(c);
		return;
	}
	if (old && c->agreed.sack_ok)
		reass_note_duplicate(&c->rcv.reass, seg->seq, seg->seq + seg->len);
	tcp_want(c, WANT_ACK);
}

/*
 * Returns true for a pure ACK that a later one has overtaken, by at most a retransmission timeout.
 * It is old but harmless, and an answer to it is of no use (Linux: tcp_disordered_ack()).
 */
static bool
is_overtaken_ack(const struct tcp_conn *c, const struct tcp_seg *seg)
{
	return seg->len == 0 && (seg->flags & (TCP_ACK | TCP_SYN | TCP_FIN)) == TCP_ACK &&
	       seg->seq == c->rcv.nxt && seq_leq(seg->ack, c->snd.una) &&
	       (nsec_t)(c->ts.recent - seg->opt.ts_val) * MSEC <= c->rto.rto;
}

/* Before the first check: protection against wrapped sequence numbers (RFC 7323, 5.3, R1). */
static enum step
check_paws(struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (!c->agreed.ts_ok || (seg->flags & TCP_RST))
		return STEP_NEXT;
	if (!seg->opt.has_timestamp) /* 3.2: SHOULD be dropped silently */
		return step_drop(c, DROP_TS_MISSING);
	if (!tcp_paws_old(seg, c->ts.recent, c->ts.recent_at, tcp_now(c)))
		return STEP_NEXT;
	if (!is_overtaken_ack(c, seg)) {
		answer_unacceptable(c, seg);
		return step_drop(c, DROP_PAWS);
	}
	if (seg->ack == c->snd.una && (uint32_t)seg->wnd << c->snd.shift == c->snd.wnd)
		return STEP_NEXT; /* its SACK blocks may be new */
	return step_drop(c, DROP_PAWS);
}

/*
 * The four cases of the table in 3.10.7.4, with two exceptions. First, into a window of zero a
 * segment at RCV.NXT may bring its ACK, URG or RST (its text is refused later). Second, an empty
 * segment may be at the very right edge, as it is when the peer has filled the window. The second
 * does not hold for a RST: outside the window it is dropped without an answer (RFC 5961, 3.2).
 */
static bool
acceptable(const struct tcp_conn *c, const struct tcp_seg *seg, uint32_t len)
{
	uint32_t wnd = tcp_rcv_wnd(c);

	if (seg->seq == c->rcv.nxt)
		return true;
	if (len == 0)
		return seq_within(seg->seq, c->rcv.nxt, wnd + !(seg->flags & TCP_RST));
	return seq_within(seg->seq, c->rcv.nxt, wnd) ||
	       (seq_lt(seg->seq, c->rcv.nxt) && seq_gt(seg->seq + len, c->rcv.nxt));
}

/* First, check the sequence number. */
static enum step
check_sequence(struct tcp_conn *c, const struct tcp_seg *seg)
{
	uint32_t len = seg->len + !!(seg->flags & TCP_SYN) + !!(seg->flags & TCP_FIN);
	bool old = len && seq_leq(seg->seq + len, c->rcv.nxt);

	if (acceptable(c, seg, len))
		return STEP_NEXT;
	if (seg->flags & TCP_RST)
		return step_drop(
		    c, old || seq_lt(seg->seq, c->rcv.nxt) ? DROP_RST_OLD : DROP_SEQ_OUT_OF_WINDOW);
	answer_unacceptable(c, seg);
	return step_drop(c, old && seg->len ? DROP_DATA_DUPLICATE : DROP_SEQ_OUT_OF_WINDOW);
}

/*
 * Returns the error that a reset means to the user: refused; a broken pipe after the peer's FIN;
 * otherwise reset.
 */
static int
rst_errno(const struct tcp_conn *c)
{
	switch (c->state) {
	case LEAT_TCP_SYN_RECEIVED:
		return LEAT_ECONNREFUSED;
	case LEAT_TCP_CLOSE_WAIT:
		return LEAT_EPIPE;
	default:
		return LEAT_ECONNRESET;
	}
}

/*
 * Second, check the RST bit (RFC 9293, 3.10.7.4; RFC 5961, 3.2). The segment is acceptable, but may
 * begin before RCV.NXT. Only a RST at exactly RCV.NXT ends the connection: a blind attacker guesses
 * a number in the window far sooner than this one.
 */
static enum step
check_rst(struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (!(seg->flags & TCP_RST))
		return STEP_NEXT;
	if (seq_lt(seg->seq, c->rcv.nxt))
		return step_drop(c, DROP_RST_OLD);
	if (seg->seq != c->rcv.nxt) {
		tcp_want_challenge_ack(c);
		return step_drop(c, DROP_RST_NOT_EXACT);
	}
	tcp_end(c, rst_errno(c)); /* a child in the SYN queue ends without an event */
	return STEP_DONE;
}

/*
 * Fourth, check the SYN bit. A peer that has lost the connection proves it by an exact RST in
 * answer to our ACK (RFC 5961, 4.2).
 */
static enum step
check_syn(struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (!(seg->flags & TCP_SYN))
		return STEP_NEXT;
	tcp_want_challenge_ack(c);
	return step_drop(c, DROP_SYN_IN_WINDOW);
}

/* The ACK that ends the handshake, after a passive open or when both sides opened at once. */
static enum step
syn_received_check_ack(struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (c->child.deferred || seg->ack != c->snd.nxt) {
		tcp_reply_reset(c->tcp->core, seg);
		return step_drop(c, DROP_ACK_UNSENT);
	}
	if (c->child.queue == QUEUE_SYN && tcp_accept_queue_full(c->child.listener))
		return step_drop(c,
		    DROP_TCP_ACCEPT_QUEUE); /* our SYN-ACK will be retransmitted, and ask for this ACK again */
	if (c->child.queue == QUEUE_SYN && c->timer.retries < c->opts.await_data && !seg->len &&
	    !(seg->flags & TCP_FIN)) {
		c->child.bare_ack = true;
		return step_drop(c, DROP_TCP_NO_DATA_YET);
	}
	c->snd.wnd = c->snd.max_wnd = (uint32_t)seg->wnd << c->snd.shift;
	tcp_established(c, seg);
	if (c->child.queue == QUEUE_SYN)
		tcp_child_established(c);
	return STEP_NEXT;
}

/*
 * Fifth, check the ACK bit. RFC 5961, 5.2 accepts an old ACK only within the largest window that
 * the peer ever offered before SND.UNA. Outside these limits the segment is dropped, and a
 * challenge ACK is sent.
 */
static enum step
check_ack(struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (!(seg->flags & TCP_ACK))
		return step_drop(c, DROP_ACK_MISSING);
	if (c->state == LEAT_TCP_SYN_RECEIVED)
		return syn_received_check_ack(c, seg);
	if (seq_gt(seg->ack, c->snd.nxt)) {
		tcp_want_challenge_ack(c);
		return step_drop(c, DROP_ACK_UNSENT);
	}
	if (seq_lt(seg->ack, c->snd.una - c->snd.max_wnd)) {
		tcp_want_challenge_ack(c);
		return step_drop(c, DROP_ACK_TOO_OLD);
	}
	return STEP_NEXT;
}

/* Returns true if our FIN has been sent and acknowledged. */
static bool
fin_acked(const struct tcp_conn *c)
{
	return c->snd.fin_queued && seq_gt(c->snd.una, c->snd.fin);
}

/*
 * Processes an acceptable ACK as in ESTABLISHED, and changes the state if it acknowledges our FIN.
 */
static enum step
process_ack(struct tcp_conn *c, const struct tcp_seg *seg)
{
	tcp_process_ack(c, seg);
	c->snd.more = false; /* as on Linux, MSG_MORE holds for one call: what the next ACK allows is sent */
	tcp_want(c, WANT_OUTPUT);
	if (!fin_acked(c))
		return STEP_NEXT;
	switch (c->state) {
	case LEAT_TCP_FIN_WAIT_1:
		tcp_set_state(c, LEAT_TCP_FIN_WAIT_2);
		timers_await_fin(c);
		return c->state == LEAT_TCP_CLOSED ? STEP_DONE : STEP_NEXT;
	case LEAT_TCP_CLOSING:
		tcp_set_state(c, LEAT_TCP_TIME_WAIT);
		tcp_want(c, WANT_SETTLE);
		return STEP_DONE;
	case LEAT_TCP_LAST_ACK:
		tcp_end(c, 0);
		return STEP_DONE;
	default:
		return STEP_NEXT;
	}
}

/* Returns true in the states in which the peer may send text. */
static bool
receives(const struct tcp_conn *c)
{
	return c->state == LEAT_TCP_ESTABLISHED || c->state == LEAT_TCP_FIN_WAIT_1 ||
	       c->state == LEAT_TCP_FIN_WAIT_2;
}

/*
 * The user has closed, or has shut down both directions: no one will read the data. The peer gets a
 * RST, or it would assume that the data was read (RFC 9293, 3.6.1; RFC 2525, 2.17).
 */
static enum step
check_reader(struct tcp_conn *c, const struct tcp_seg *seg)
{
	bool reader = !c->user.closed && !(c->user.rcv_shut && c->snd.fin_queued);

	if (reader || !receives(c) || seg->len == 0 || seq_leq(seg->seq + seg->len, c->rcv.nxt))
		return STEP_NEXT;
	tcp_end_with_reset(c, c->user.closed ? 0 : LEAT_ECONNRESET);
	return step_drop(c, DROP_DATA_AFTER_CLOSE);
}

/* Sixth, check the URG bit. */
static enum step
check_urg(struct tcp_conn *c, const struct tcp_seg *seg)
{
	if ((seg->flags & TCP_URG) && receives(c))
		tcp_rcv_urgent(c, seg);
	return STEP_NEXT;
}

/* Eighth, check the FIN bit: the FIN has arrived in order. */
static void
take_fin(struct tcp_conn *c)
{
	c->rcv.nxt++;
	c->rcv.fin_rcvd = true;
	tcp_want(c, WANT_ACK);
	tcp_notify(c, TCP_EVENT_READABLE);
	switch (c->state) {
	case LEAT_TCP_ESTABLISHED:
		tcp_set_state(c, LEAT_TCP_CLOSE_WAIT);
		break;
	case LEAT_TCP_FIN_WAIT_1: /* our FIN is not acknowledged: process_ack() would have left this state */
		tcp_set_state(c, LEAT_TCP_CLOSING);
		break;
	default:
		tcp_set_state(c, LEAT_TCP_TIME_WAIT);
		tcp_want(c, WANT_SETTLE);
		break;
	}
}

/* Seventh, process the segment text; eighth, the FIN, when everything before it has arrived. */
enum step
step_text_and_fin(struct tcp_conn *c, struct tcp_seg *seg)
{
	enum step s = STEP_NEXT;

	if (!receives(c))
		return seg->len ? step_drop(c, DROP_DATA_AFTER_FIN) : STEP_DONE;
	if ((seg->flags & TCP_FIN) && !c->rcv.fin_seen &&
	    seq_leq(seg->seq + seg->len, c->rcv.nxt + tcp_rcv_wnd(c))) {
		c->rcv.fin_seen = true;
		c->rcv.fin = seg->seq + seg->len;
	}
	if (seg->len)
		s = tcp_rcv_data(c, seg);
	else if ((seg->flags & TCP_FIN) && seg->seq != c->rcv.nxt)
		tcp_want(c, WANT_ACK);
	if (c->rcv.fin_seen && c->rcv.nxt == c->rcv.fin)
		take_fin(c);
	return s == STEP_DROP ? s : STEP_DONE;
}

/* The checks up to the fifth, which decide whether the segment is believed. */
static enum step
checks(struct tcp_conn *c, struct tcp_seg *seg)
{
	enum step s = check_syn_again(c, seg);

	if (s == STEP_NEXT)
		s = check_paws(c, seg);
	if (s == STEP_NEXT)
		s = check_sequence(c, seg);
	if (s == STEP_NEXT)
		s = check_rst(c, seg);
	if (s == STEP_NEXT)
		s = check_syn(c, seg);
	if (s == STEP_NEXT)
		s = check_ack(c, seg);
	return s;
}

enum step
tcp_steps(struct tcp_conn *c, struct tcp_seg *seg)
{
	enum step s = checks(c, seg);

	if (s != STEP_NEXT)
		return s;
	timers_segment_arrived(c);
	tcp_ts_recent_update(c, seg);
	s = process_ack(c, seg);
	if (s == STEP_NEXT)
		s = check_reader(c, seg);
	if (s == STEP_NEXT)
		s = check_urg(c, seg);
	return s == STEP_NEXT ? step_text_and_fin(c, seg) : s;
}
