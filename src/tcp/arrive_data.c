/*
 * tcp/arrive_data.c - what arriving data does: it is put in order, delivered and acknowledged; and
 * the window that is offered for more (RFC 9293, 3.10.7.4, sixth and seventh, and 3.8.6).
 */
#include "tcp/conn.h"

/*
 * Sixth: the urgent pointer. It points behind the urgent octet (RFC 6093, 4; Linux's default),
 * whose number is kept. A later mark replaces one that has not been read: there is room for one
 * octet out of line.
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

/* The urgent octet itself, when this segment brings it. */
static void
take_urgent_octet(struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (c->rcv.urg != URG_COMING || !seq_within(c->rcv.up, seg->seq, seg->len))
		return;
	pkt_copy_out(seg->pkt, c->rcv.up - seg->seq, &c->rcv.urg_octet, 1);
	c->rcv.urg = URG_HERE;
	tcp_notify(c, TCP_EVENT_READABLE);
}

/* Before RCV.NXT it was here already; beyond the window, or the peer's FIN, it is not wanted. */
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
 * One wire segment's payload, as the peer cuts it: what two of make an ACK due (Linux's rcv_mss).
 * It may shrink when the peer's path does, but not below the default for one short segment.
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

/* What the receiver can know of the round-trip time, for the buffer's growth. */
static void
measure(struct tcp_conn *c, const struct tcp_seg *seg)
{
	nsec_t by_ts = tcp_ts_rtt(c, seg);

	if (by_ts)
		rcvbuf_rtt_sample(&c->rcv.buf, by_ts);
	else
		rcvbuf_rtt_by_window(&c->rcv.buf, tcp_now(c), c->rcv.nxt, tcp_rcv_wnd(c));
}

/* Octets at RCV.NXT are the user's, even after shutdown for receiving, as on Linux. */
static void
deliver(struct tcp_conn *c, struct pkt *pkt)
{
	uint32_t len = pkt->len;

	rcvbuf_push(&c->rcv.buf, pkt);
	c->rcv.nxt += len;
	c->count.octets_rcvd += len;
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
	if (had_holes) /* RFC 5681, 4.2: what fills a hole is acknowledged at once */
		tcp_want(c, WANT_ACK);
}

/* Octets beyond a hole: kept, and the peer is told at once where the hole is (RFC 5681, 4.2). */
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
	while ((n = list_pop(&evicted))) /* others may have had to go, whatever became of this one */
		pkt_drop(c->tcp->core, container_of(n, struct pkt, node), DROP_REASS_LIMIT);
	if (result == REASS_DUPLICATE)
		return step_drop(c, DROP_DATA_DUPLICATE);
	if (result == REASS_FULL)
		return step_drop(c, DROP_REASS_LIMIT);
	seg->pkt = NULL;
	return STEP_DONE;
}

/*
 * When to acknowledge (RFC 9293, 3.8.6.3; RFC 5681, 4.2): at once when more than one full segment
 * waits, while the connection is new and the sender starts slowly, or as the user wishes; else
 * within TCP_DELACK.
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
	if (c->when.last_data_rcvd && tcp_now(c) - c->when.last_data_rcvd > c->rto.rto &&
	    c->opts.quickack >= 0)
		c->rcv.quick_left = TCP_QUICK_ACKS; /* the sender starts slowly again after a pause */
	c->when.last_data_rcvd = tcp_now(c);
	learn_rcv_mss(c, seg);
	if (seg->seq != c->rcv.nxt)
		return out_of_order(c, seg);
	in_order(c, seg);
	owe_ack(c);
	return STEP_DONE;
}

/* The user has read: perhaps the buffer should grow, perhaps the peer should know of the room. */
void
tcp_rcv_consumed(struct tcp_conn *c)
{
	rcvbuf_adjust(&c->rcv.buf, tcp_now(c), c->rcv.mss);
	if (c->rcv.fin_rcvd || c->ended || !tcp_synchronized(c))
		return;
	if (rcvbuf_should_update(&c->rcv.buf, tcp_rcv_wnd(c), c->rcv.mss, c->rcv.shift))
		tcp_want(c, WANT_UPDATE);
}

/* The window for a segment that leaves now, in octets. */
uint32_t
tcp_window_to_offer(struct tcp_conn *c)
{
	return rcvbuf_window(&c->rcv.buf, tcp_rcv_wnd(c), c->rcv.mss, c->rcv.shift);
}
