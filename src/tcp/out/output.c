/*
 * tcp/out/output.c - decides what to send next, and flushes at the end of every entry (RFC 9293,
 * 3.8.6). recovery.h decides what is retransmitted.
 */
#include "tcp/out/output.h"

#include <assert.h>

bool
tcp_sends_data(const struct tcp_conn *c)
{
	switch (c->state) {
	case LEAT_TCP_ESTABLISHED:
	case LEAT_TCP_CLOSE_WAIT:
	case LEAT_TCP_FIN_WAIT_1:
	case LEAT_TCP_CLOSING:
	case LEAT_TCP_LAST_ACK:
		return true;
	default:
		return false;
	}
}

/*
 * Returns true if the last segment, shorter than the others, may leave now (RFC 9293, 3.7.4).
 * Nagle's rule in Minshall's variant, as on Linux: not while another short segment is
 * unacknowledged. Neither urgent data nor a FIN waits.
 */
static bool
short_may_go(const struct tcp_conn *c)
{
	if (c->snd.urgent || c->snd.fin_queued)
		return true;
	if (c->opts.cork || c->snd.more)
		return false;
	/* beyond SND.NXT it is older than half the sequence space, so it is acknowledged */
	return c->opts.nodelay || seq_leq(c->snd.sml, c->snd.una) || seq_gt(c->snd.sml, c->snd.nxt);
}

/*
 * Returns how many octets of new data may leave if cwnd allows it: the sender's silly window
 * avoidance (RFC 9293, 3.8.6.2.1). Whole segments may leave; the short rest too, if all unsent data
 * fits the window; a whole window, if it is at least half of the largest one seen; and everything,
 * once the override timer has expired.
 */
static uint32_t
sendable(const struct tcp_conn *c, bool override)
{
	uint32_t unsent = tcp_snd_end(c) - c->snd.txq.nxt;
	uint32_t out = txq_out(&c->snd.txq);
	uint32_t room = c->snd.wnd > out ? c->snd.wnd - out : 0;
	uint32_t n = unsent < room ? unsent : room;
	uint32_t rest;

	assert(c->snd.mss > 0);
	rest = n < c->snd.mss ? n : n % c->snd.mss;
	if (c->snd.more && c->snd.gather && n == unsent)
		rest = n % tcp_super_max(c);
	if (rest == 0 || override)
		return n;
	if (n == unsent ? short_may_go(c) : n >= c->snd.max_wnd / 2 && n < c->snd.mss)
		return n;
	return n - rest;
}

/*
 * Returns how many octets of a retransmission lie in the peer's window, in whole segments: the peer
 * may have taken back some of the window. The first segment may always leave (RFC 9293, 3.8.6).
 */
static uint32_t
retx_in_window(const struct tcp_conn *c, const struct recovery_next *next)
{
	seq_t seq = next->rec->node.seq, edge = c->snd.una + c->snd.wnd;
	uint32_t room = seq_lt(seq, edge) ? edge - seq : 0;

	if (seq == c->snd.una && room < c->snd.mss)
		room = c->snd.mss;
	return next->len <= room ? next->len : room - room % c->snd.mss;
}

/* After a pause in which everything was acknowledged, cwnd is out of date (RFC 5681, 4.1). */
static void
restart_after_idle(struct tcp_conn *c)
{
	if (txq_out(&c->snd.txq) == 0 && c->when.last_data_sent)
		cc_restart(&c->cc, tcp_now(c) - c->when.last_data_sent, c->rto.rto, tcp_now(c));
}

/*
 * Data sent soon after data arrived is an answer: the user's answers will carry the ACKs, so the
 * next ACKs are delayed (Linux's pingpong).
 */
static void
note_conversation(struct tcp_conn *c)
{
	if (c->when.last_data_rcvd && tcp_now(c) - c->when.last_data_rcvd < TCP_DELACK)
		c->rcv.quick_left = 0;
}

/* Why nothing more leaves. */
enum stop {
	STOP_HELD, /* nothing is left, or the peer's window or a rule for short segments holds it back */
	STOP_CWND,
	STOP_PACE,   /* the pacing rate delays it; a timer is armed */
	STOP_MEMORY, /* memory ran out */
};

/* Sends what @next offers, at most @room octets. Returns false if memory ran out. */
static bool
send_next(struct tcp_conn *c, struct recovery_next *next, uint32_t room)
{
	uint32_t most, sent;

	if (!next->rec)
		note_conversation(c);
	most = next->len > c->snd.mss ? tcp_super_max(c) : next->len;
	most = most < room ? most : room;
	sent = tcp_send_data(c, next->len < most ? next->len : most, next);
	if (sent == 0)
		return false;
	pace_sent(&c->pace, c->cc.pacing_rate, sent, tcp_now(c));
	return true;
}

/* Sends retransmissions and then new data, as far as the windows and the pacing rate allow. */
static enum stop
send_all(struct tcp_conn *c, bool override)
{
	struct recovery_next next;
	bool by_cwnd;

	while (tcp_sends_data(c)) {
		uint32_t room = pace_room(&c->pace, c->cc.pacing_rate, c->snd.mss, tcp_now(c));

		if (room == 0) {
			timers_paced(c, c->pace.next);
			return STOP_PACE;
		}
		if (!recovery_next(&c->recovery, &c->snd.txq, &c->cc, sendable(c, override), &next, &by_cwnd))
			return by_cwnd ? STOP_CWND : STOP_HELD;
		if (next.rec && (next.len = retx_in_window(c, &next)) == 0)
			return STOP_HELD;
		if (!send_next(c, &next, room))
			return STOP_MEMORY;
	}
	return STOP_HELD;
}

static void
output(struct tcp_conn *c, bool override)
{
	bool unsent = tcp_snd_end(c) != c->snd.txq.nxt;
	enum stop stop = STOP_HELD;

	if (unsent)
		restart_after_idle(c);
	if (unsent || recovery_wants(&c->recovery, &c->snd.txq)) {
		stop = send_all(c, override);
		unsent = tcp_snd_end(c) != c->snd.txq.nxt;
	}
	cc_flushed(&c->cc, txq_pipe(&c->snd.txq), stop == STOP_CWND, c->snd.una, c->snd.nxt);
	if (!unsent && stop != STOP_CWND)
		txq_app_limited(&c->snd.txq);
	/* What the rate delays needs no probe. */
	timers_output_done(c, unsent && stop != STOP_PACE, stop == STOP_MEMORY);
}

bool
tcp_writes_allowed(const struct tcp_conn *c)
{
	return !c->opts.notsent_lowat || tcp_unsent(c) < c->opts.notsent_lowat;
}

bool
tcp_writable(const struct tcp_conn *c)
{
	return sndbuf_writable(&c->snd.buf) && tcp_writes_allowed(c);
}

/* After each flush: notifies a writer that found no room, once. */
static void
notify_writable(struct tcp_conn *c)
{
	bool writable = tcp_writable(c);

	if (writable && (!c->user.was_writable || c->user.no_room) && !c->snd.fin_queued) {
		tcp_notify(c, TCP_EVENT_WRITABLE);
		c->user.no_room = false;
	}
	c->user.was_writable = writable;
}

static enum pkt_why
why_ack(const struct tcp_conn *c, uint32_t want)
{
	if (want & WANT_ACK)
		return c->rcv.reass.runs ? PKT_WHY_DUP_ACK : PKT_WHY_ACK;
	return want & WANT_UPDATE ? PKT_WHY_WINDOW_UPDATE : PKT_WHY_CHALLENGE_ACK;
}

/* For TCP_INFO: returns what the sender is waiting for. */
static enum chrono_kind
waits_for(const struct tcp_conn *c)
{
	uint32_t out = txq_out(&c->snd.txq), unsent = tcp_snd_end(c) - c->snd.txq.nxt;

	if (unsent && c->snd.wnd < out + (unsent < c->snd.mss ? unsent : c->snd.mss))
		return CHRONO_RWND;
	if (!unsent && c->user.no_room && !c->snd.fin_queued)
		return CHRONO_SNDBUF;
	return unsent || out ? CHRONO_BUSY : CHRONO_IDLE;
}

/* When the path has become smaller, segments in flight that do not fit it count as lost. */
static void
path_changed(struct tcp_conn *c)
{
	uint16_t before = c->snd.mss;

	tcp_sync_mss(c);
	if (c->snd.mss < before)
		tcp_resend_large(c);
}

/*
 * Sends everything that is due in as few segments as possible. Data carries the ACK, unless there
 * are SACK blocks, for which a full segment has no room.
 */
static void
flush_synchronized(struct tcp_conn *c, uint32_t want)
{
	const uint32_t acks = WANT_ACK | WANT_CHALLENGE | WANT_UPDATE;
	uint32_t before = c->count.segs_out;

	if (c->path.mss_generation != route_generation(c->tcp->core))
		path_changed(c);
	if ((want & acks) && reass_has_sack(&c->rcv.reass))
		tcp_send_ack(c, why_ack(c, want));
	if ((want & (WANT_OUTPUT | WANT_OVERRIDE)) && tcp_sends_data(c))
		output(c, want & WANT_OVERRIDE);
	if (want & WANT_PROBE)
		tcp_send_probe(c, PKT_WHY_ZERO_WINDOW_PROBE);
	if (want & WANT_KEEPALIVE)
		tcp_send_probe(c, PKT_WHY_KEEPALIVE);
	if ((want & acks) && c->count.segs_out == before)
		tcp_send_ack(c, why_ack(c, want));
	notify_writable(c);
	chrono_switch(&c->snd.chrono, waits_for(c), tcp_now(c));
}

void
tcp_flush(struct tcp_conn *c)
{
	uint32_t want = c->want;

	c->want = 0;
	if (want & WANT_RST)
		tcp_send_reset(c);
	else if (want & WANT_SYN && c->state != LEAT_TCP_CLOSED)
		tcp_send_syn(c);
	if (tcp_synchronized(c) && !c->ended)
		flush_synchronized(c, want);
	else if (c->state == LEAT_TCP_SYN_RECEIVED && !c->child.deferred &&
		 (want & (WANT_ACK | WANT_CHALLENGE)) && !(want & WANT_SYN))
		tcp_send_ack(c, why_ack(c, want));
	if (want & WANT_SETTLE)
		tcp_settle(c);
}
