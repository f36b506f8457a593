/*
 * tcp/in/data.c - what arriving data does: it is put in order, delivered and acknowledged; and
 * the window that is offered for more (RFC 9293, 3.10.7.4, sixth and seventh, and 3.8.6).
 */
#include "tcp/in/in.h"

/*
 * Sixth, check the URG bit. The urgent pointer points after the urgent octet (RFC 6093, 4; Linux's
 * default); rcv.up is the octet itself. A later mark replaces one that has not been read, because
 * one octet can be kept out of line.
 */
void
tcp_rcv_urgent(struct tcp_conn *c, const struct tcp_seg *seg)
{
	seq_t at = seg->seq + seg->up - 1;

	if (seg->up == 0 || seq_lt(at, tcp_read_seq(c)))
		return;
	if (c->rcv.urg == URG_NONE ? seq_lt(at, c->rcv.nxt) : seq_leq(at, c->rcv.up))
		return;
	c->rcv.urg = URG_COMING;
	c->rcv.up = at;
	tcp_notify(c, TCP_EVENT_READABLE);
}

/* Copies the urgent octet if this segment has it. */
static void
take_urgent_octet(struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (c->rcv.urg != URG_COMING || !seq_within(c->rcv.up, seg->seq, seg->len))
		return;
	pkt_copy_out(seg->pkt, c->rcv.up - seg->seq, &c->rcv.urg_octet, 1);
	c->rcv.urg = URG_HERE;
	tcp_notify(c, TCP_EVENT_READABLE);
}

/*
 * Cuts off what lies before RCV.NXT, which has been received already, and what lies beyond the
 * window or the peer's FIN.
 */
static void
trim(struct tcp_conn *c, struct tcp_seg *seg)
{
	seq_t right = c->rcv.nxt + tcp_rcv_wnd(c);

	if (c->rcv.fin_seen)
		right = seq_min(right, c->rcv.fin);
	if (seq_lt(seg->seq, c->rcv.nxt)) {
		uint32_t old = c->rcv.nxt - seg->seq;

		old = old < seg->len ? old : seg->len;
		if (c->agreed.sack_ok)
			reass_note_duplicate(&c->rcv.reass, seg->seq, seg->seq + old);
		pkt_skip(seg->pkt, old);
		seg->seq += old;
		seg->len -= old;
		tcp_want(c, WANT_ACK);
	}
	if (seg->len && seq_gt(seg->seq + seg->len, right)) {
		seg->len = seq_gt(right, seg->seq) ? right - seg->seq : 0;
		pkt_trim(seg->pkt, seg->len);
	}
}

/*
 * Learns the payload size of the peer's segments: an ACK is due for two of them (Linux's rcv_mss).
 * The size falls when the peer's path MTU does, but a single short segment does not lower it.
 */
static void
learn_rcv_mss(struct tcp_conn *c, const struct tcp_seg *seg)
{
	uint32_t one = seg->pkt->seg_size ? seg->pkt->seg_size
		       : seg->segs == 1   ? seg->len
					  : (seg->len + seg->segs - 1) / seg->segs;

	if (one > c->rcv.mss)
		c->rcv.mss = (uint16_t)(one < UINT16_MAX ? one : UINT16_MAX);
	else if (one >= TCP_MSS_DEFAULT4 - 40)
		c->rcv.mss = (uint16_t)one;
}

/* Measures the round-trip time as a receiver can, for the growth of the buffer. */
static void
measure(struct tcp_conn *c, const struct tcp_seg *seg)
{
	nsec_t by_ts = tcp_ts_rtt(c, seg);

	if (by_ts)
		rcvbuf_rtt_sample(&c->rcv.buf, by_ts);
	else
		rcvbuf_rtt_by_window(&c->rcv.buf, tcp_now(c), c->rcv.nxt, tcp_rcv_wnd(c));
}

/* Gives the octets at RCV.NXT to the user, even after shutdown for receiving, as on Linux. */
static void
deliver(struct tcp_conn *c, struct pkt *pkt)
{
	uint32_t len = pkt->len;

	rcvbuf_push(&c->rcv.buf, pkt);
	c->rcv.nxt += len;
	c->count.octets_rcvd += len;
}

/*
 * Does not delay the next ACKs: after a loss or a pause the sender has a small window. Where its
 * last segment is an odd one, a delayed ACK would stop it for TCP_DELACK in each round trip.
 */
static void
send_quick_acks(struct tcp_conn *c)
{
	if (c->opts.quickack >= 0)
		c->rcv.quick_left = TCP_QUICK_ACKS;
}

static void
in_order(struct tcp_conn *c, struct tcp_seg *seg)
{
	bool had_holes = c->rcv.reass.runs > 0;
	struct pkt *p = seg->pkt;

	seg->pkt = NULL;
	deliver(c, p);
	while ((p = reass_pop(&c->rcv.reass, c->rcv.nxt)))
		deliver(c, p);
	measure(c, seg);
	tcp_notify(c, TCP_EVENT_READABLE);
	if (!had_holes)
		return;
	tcp_want(c, WANT_ACK); /* RFC 5681, 4.2: what fills a hole is acknowledged at once */
	send_quick_acks(c);
}

/* Keeps octets beyond a hole. An ACK says at once where the hole is (RFC 5681, 4.2). */
static enum step
out_of_order(struct tcp_conn *c, struct tcp_seg *seg)
{
	struct list evicted, *n;
	struct pkt *p = seg->pkt;
	enum reass_result result;

	list_init(&evicted);
	c->count.out_of_order++;
	tcp_want(c, WANT_ACK);
	result = reass_insert(&c->rcv.reass, seg->seq, p, rcvbuf_reass_limit(&c->rcv.buf), &evicted);
	while ((n = list_pop(&evicted))) /* packets may be evicted whatever the result is */
		pkt_drop(c->tcp->core, container_of(n, struct pkt, node), DROP_REASS_LIMIT);
	if (result == REASS_DUPLICATE)
		return step_drop(c, DROP_DATA_DUPLICATE);
	if (result == REASS_FULL)
		return step_drop(c, DROP_REASS_LIMIT);
	seg->pkt = NULL;
	return STEP_DONE;
}

/*
 * Decides when to acknowledge (RFC 9293, 3.8.6.3; RFC 5681, 4.2). An ACK is sent at once for more
 * than one full segment, while the connection is new and its sender in slow start, after a loss or
 * a pause, or if the user wants it; otherwise within TCP_DELACK.
 */
static void
owe_ack(struct tcp_conn *c)
{
	if (c->opts.quickack > 0 || c->rcv.quick_left || c->rcv.nxt - c->rcv.wup > c->rcv.mss)
		tcp_want(c, WANT_ACK);
	else
		timers_ack_owed(c);
}

/* Seventh: process the segment text. */
enum step
tcp_rcv_data(struct tcp_conn *c, struct tcp_seg *seg)
{
	bool had = seg->len > 0;

	take_urgent_octet(c, seg);
	trim(c, seg);
	if (seg->len == 0) {
		tcp_want(c, WANT_ACK);
		return had ? step_drop(c, DROP_SEQ_OUT_OF_WINDOW) : STEP_DONE;
	}
	if (c->when.last_data_rcvd && tcp_now(c) - c->when.last_data_rcvd > c->rto.rto)
		send_quick_acks(c);
	c->when.last_data_rcvd = tcp_now(c);
	learn_rcv_mss(c, seg);
	if (seg->seq != c->rcv.nxt)
		return out_of_order(c, seg);
	in_order(c, seg);
	owe_ack(c);
	return STEP_DONE;
}
