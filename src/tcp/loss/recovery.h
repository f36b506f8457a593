/*
 * tcp/loss/recovery.h - loss recovery as a whole: when it begins and ends, what may be sent next,
 * how cwnd is governed meanwhile, and whether it was all a mistake.
 *
 * RFC 6675 with SACK, RFC 6582 (NewReno) without, RFC 3042 (limited transmit) by way of pipe, RFC
 * 5681 and RFC 6298 after a timeout; undo by D-SACK (RFC 3708) and by timestamps (Eifel, RFC 3522
 * and RFC 4015). It knows no connection: the records are txq's, the window is cc's, timers and
 * packets are the caller's.
 *
 * How a connection uses it:
 *	on an acceptable ACK:   txq_ack(&q, &in, &s); if s.rtt, rto_sample();
 *	                        recovery_ack(&r, &q, &cc, &s, tsecr); sndbuf_ack(); then flush
 *	when the timer expires: rto_back_off(); recovery_timeout(&r, &q, &cc, now); then flush
 *	in the flush:           while (recovery_next(&r, &q, &cc, unsent, &next, &by_cwnd))
 *	                        { build the packet; if next.rec, recovery_resent(),
 *	                        else txq_sent(); if true, send it; } then cc_flushed().
 *	                        unsent: octets of new data that the peer's window takes
 */
#ifndef TCP_LOSS_RECOVERY_H
#define TCP_LOSS_RECOVERY_H

#include "pkt/pkt.h" /* enum pkt_why */
#include "tcp/cc/cc.h"
#include "tcp/loss/txq.h"

struct recovery {
	enum ca_state state;
	/*
	 * RecoveryPoint: the recovery ends when SND.UNA reaches it; a new one begins not before
	 * that
	 */
	seq_t point;
	bool has_point;
	seq_t from; /* SND.UNA when it began */
	/*
	 * The first retransmission of this recovery is due, whatever pipe says (RFC 6675, 5 (4.3))
	 */
	bool first;
	bool rescued;    /* RescueRxt is set: one rescue per recovery */
	bool sent_again; /* something was retransmitted in this recovery */
	/* Octets retransmitted in this recovery that no D-SACK has shown to be needless */
	uint32_t undo_left;
	bool undo_possible;
	bool has_ts;               /* timestamps are in use */
	bool eifel_done;           /* the first ACK after the first retransmission has come */
	uint32_t retx_tsval;       /* the TSval of the first retransmission of this recovery (RFC 3522) */
	uint32_t timeouts;         /* in a row, without progress */
	uint32_t episodes, undone; /* recoveries begun and undone, ever: fast and by timeout */
};

void recovery_init(struct recovery *r, bool timestamps);

/*
 * What an ACK means. @tsecr: its TSecr (used with timestamps only). Returns words for EVENT_TCP_CC
 * ("enter recovery", "leave recovery", "undo recovery", "undo RTO", ...), NULL when the state did
 * not change.
 */
const char *recovery_ack(
    struct recovery *r, struct txq *q, struct cc *cc, const struct ack_sample *s, uint32_t tsecr);

/*
 * The retransmission timer expired, something being out: cwnd is one segment, all is lost that is
 * not sacked (RFC 5681, 3.1 (4); RFC 6675, 5.1).
 */
void recovery_timeout(struct recovery *r, struct txq *q, struct cc *cc, nsec_t now);

/* What may be sent next. */
struct recovery_next {
	struct txrec *rec; /* to be sent again, from its first octet; NULL: new data at SND.NXT */
	/*
	 * How many octets at most: a whole number of mss, or all that the record has; for new data,
	 * what cwnd lets through
	 */
	uint32_t len;
	enum pkt_why why;
};

/* May there be something to send again? If not, recovery_next() has no answer but new data. */
static inline bool
recovery_wants(const struct recovery *r, const struct txq *q)
{
	return r->state == CA_RECOVERY || !list_empty(&q->lost_list);
}

/*
 * NextSeg() of RFC 6675 and the cwnd test around it. @unsent: octets of new data that could be sent
 * now if cwnd let them (within the peer's window); 0 when there are none. False: nothing may be
 * sent; *@by_cwnd tells whether it is cwnd that forbids it (for cc_flushed()). A retransmission may
 * carry fewer octets than len says, but not none. New data may be held back by the caller (Nagle,
 * silly windows): then stop asking.
 */
bool recovery_next(struct recovery *r, struct txq *q, const struct cc *cc, uint32_t unsent,
    struct recovery_next *next, bool *by_cwnd);

/*
 * The first @len octets of next->rec are sent again, in wire segments of @mss, @tsval being the
 * TSval on them. False (no memory): do not send.
 */
bool recovery_resent(struct recovery *r, struct txq *q, const struct recovery_next *next, uint32_t len,
    uint16_t mss, uint32_t tsval, nsec_t now);

#endif
