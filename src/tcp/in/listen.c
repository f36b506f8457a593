/*
 * tcp/in/listen.c - LISTEN: the children that SYNs create (RFC 9293, 3.10.7.2). queue.c says which
 * queues they pass.
 */
#include "tcp/in/in.h"

#include "tcp/seg/transmit.h"

#include <stdlib.h>

/* Keeps the whole SYN, headers included, so that an ICMP error can quote it. */
static void
defer(struct tcp_conn *c, struct tcp_seg *seg, struct tcp_deferred *d)
{
	d->pkt = seg->pkt;
	d->rx = *seg->rx;
	seg->pkt->data -= seg->hdr_len;
	seg->pkt->linear += seg->hdr_len;
	seg->pkt->len += seg->hdr_len;
	seg->pkt = NULL;
	c->child.deferred = d;
}

/*
 * Returns a connection in SYN-RECEIVED for a SYN; NULL without memory. Text on the SYN is not kept,
 * because it will be sent again (RFC 9293 allows to queue it; Linux does so with Fast Open only).
 * @at_least: when the four-tuple was in TIME-WAIT, the first sequence number that no old segment
 * can have.
 */
static struct tcp_conn *
child_new(struct tcp_listener *l, const struct tcp_seg *seg, const seq_t *at_least)
{
	struct tcp_conn *c = tcp_conn_new(l->tcp, &seg->local, &seg->remote, seg->hash, &l->opts, NULL);

	if (!c)
		return NULL;
	if (at_least && seq_lt(c->snd.iss, *at_least))
		tcp_set_iss(c, *at_least);
	c->rcv.irs = seg->seq;
	c->rcv.nxt = c->rcv.wup = c->rcv.adv = c->ts.last_ack_sent = seg->seq + 1;
	c->snd.wnd = c->snd.max_wnd = seg->wnd;
	c->snd.wl1 = seg->seq;
	c->agreed.ts_ok = c->agreed.sack_ok = c->agreed.ws_ok = true;
	tcp_take_syn_options(c, seg);
	tcp_set_state(c, LEAT_TCP_SYN_RECEIVED);
	return c;
}

/*
 * The SYN queue is full: drops the oldest child, and sends nothing. In a flood of SYNs a new client
 * then has as long for its handshake as the flood takes to fill the queue. If the newest were
 * dropped, no client could connect before the forged SYNs time out (RFC 4987, 3.4). Returns false
 * if the oldest has had less time than a handshake takes: the next child would have no more. Such a
 * SYN is not worth its SYN-ACK, which costs more than reading it; the time is left to the existing
 * connections.
 */
static bool
evict_oldest(struct tcp_listener *l)
{
	struct tcp_conn *oldest = list_first(&l->syn_queue, struct tcp_conn, child.link);

	if (tcp_now(oldest) - oldest->when.opened < TCP_SYN_QUEUE_MIN)
		return false;
	drop_note(l->tcp->core, NULL, DROP_TCP_SYN_QUEUE);
	tcp_end(oldest, LEAT_ETIMEDOUT);
	return true;
}

/* Third, check for a SYN. */
static void
listen_take_syn(struct tcp_listener *l, struct tcp_seg *seg, const seq_t *at_least)
{
	struct tcp *tcp = l->tcp;
	struct tcp_deferred *d = NULL;
	struct tcp_conn *c = NULL;

	if (tcp_accept_queue_full(l)) {
		tcp_seg_drop(tcp->core, seg, DROP_TCP_ACCEPT_QUEUE);
		return;
	}
	if (l->half_open > 0 && l->half_open >= tcp->limits.syn_queue && !evict_oldest(l)) {
		tcp_seg_drop(tcp->core, seg, DROP_TCP_SYN_FLOOD);
		return;
	}
	/*
	 * Without memory for the deferred answer the SYN is dropped: accepting it is the user's
	 * decision.
	 */
	if (l->opts.defer_syn_ack)
		d = calloc(1, sizeof *d);
	if (d || !l->opts.defer_syn_ack)
		c = child_new(l, seg, at_least);
	if (!c) {
		free(d);
		tcp_seg_drop(tcp->core, seg, DROP_TCP_CONN_LIMIT);
		return;
	}
	c->count.segs_in = seg->segs;
	if (d) {
		defer(c, seg, d);
		tcp_child_enqueue(l, c, QUEUE_ACCEPT);
		return;
	}
	tcp_child_enqueue(l, c, QUEUE_SYN);
	tcp_want(c, WANT_SYN);
}

/*
 * LISTEN (3.10.7.2): first check for a RST, second for an ACK, third for a SYN, fourth drop
 * anything else.
 */
void
tcp_arrive_listen(struct tcp_listener *l, struct tcp_seg *seg, const seq_t *at_least)
{
	struct tcp *tcp = l->tcp;

	if (seg->flags & TCP_RST) {
		tcp_seg_drop(tcp->core, seg, DROP_TCP_BAD_FLAGS);
	} else if (seg->flags & TCP_ACK) {
		tcp_reply_reset(tcp->core, seg);
		tcp_seg_drop(tcp->core, seg, DROP_TCP_NO_LISTENER);
	} else if ((seg->flags & (TCP_SYN | TCP_FIN)) == TCP_SYN) {
		listen_take_syn(l, seg, at_least);
	} else {
		tcp_seg_drop(tcp->core, seg, DROP_TCP_BAD_FLAGS);
	}
}
