/*
 * tcp/loss/recovery.h - loss recovery as a whole: when it begins and ends, what may be sent next,
 * how cwnd is set meanwhile, and whether it was a mistake.
 *
 * It follows RFC 6675 with SACK, and RFC 6582 (NewReno) without; cwnd follows RFC 9937 (PRR).
 * Limited transmit (RFC 3042) follows from pipe. After a timeout RFC 5681 and RFC 6298 hold. It
 * undoes by D-SACK (RFC 3708) and by timestamps (Eifel, RFC 3522 and RFC 4015). It knows no
 * connection: the records are in txq, the window in cc, what is lost is found by detect.h, and the
 * caller has timers and packets.
 *
 * How a connection uses it:
 *	on an acceptable ACK:   txq_ack(&q, &in, &s); if s.rtt, rto_sample();
 *	                        detect_loss(&q, &s, mss);
 *	                        recovery_ack(&r, &q, &cc, &s, tsecr); sndbuf_ack(); then flush
 *	when the timer expires: rto_back_off(); recovery_timeout(&r, &q, &cc, now); then flush
 *	in the flush:           while (recovery_next(&r, &q, &cc, unsent, &next, &by_cwnd))
 *	                        { build the packet; if recovery_sent(), send it; } then
 *	                        cc_flushed().
 *	                        unsent: octets of new data that the peer's window allows
 */
#ifndef TCP_LOSS_RECOVERY_H
#define TCP_LOSS_RECOVERY_H

#include "pkt/pkt.h" /* enum pkt_why */
#include "tcp/cc/cc.h"
#include "tcp/loss/prr.h"
#include "tcp/loss/txq.h"

struct recovery {
	enum ca_state state;
	/*
	 * RecoveryPoint: recovery ends when SND.UNA reaches it. While has_point, no new one begins
	 * before it
	 */
	seq_t point;
	bool has_point;
	seq_t from; /* SND.UNA when recovery began */
	/* The first retransmission of this recovery is due, whatever pipe is (RFC 6675, 5 (4.3)) */
	bool first;
	struct prr prr;  /* in CA_RECOVERY */
	bool rescued;    /* RescueRxt is set: one rescue per recovery */
	bool sent_again; /* something has been retransmitted in this recovery */
	/* Octets retransmitted in this recovery that no D-SACK has reported as duplicates */
	uint32_t undo_left;
	bool undo_possible;
	bool has_ts;               /* timestamps are in use */
	bool eifel_done;           /* the first ACK after the first retransmission has arrived */
	uint32_t retx_tsval;       /* TSval of the first retransmission of this recovery (RFC 3522) */
	uint32_t timeouts;         /* in a row, without progress */
	uint32_t episodes, undone; /* recoveries begun and undone, ever, by duplicates or by timeout */
};

void recovery_init(struct recovery *r, bool timestamps);

/*
 * Processes what an ACK says. @tsecr is its TSecr, used with timestamps only. Returns the change of
 * state in words for EVENT_TCP_CC ("enter recovery", "leave recovery", "undo recovery", "undo RTO",
 * ...); NULL when there is none.
 */
const char *recovery_ack(
    struct recovery *r, struct txq *q, struct cc *cc, const struct ack_sample *s, uint32_t tsecr);

/*
 * The retransmission timer expired with data outstanding: cwnd becomes one segment, and everything
 * that is not sacked counts as lost (RFC 5681, 3.1 (4); RFC 6675, 5.1).
 */
void recovery_timeout(struct recovery *r, struct txq *q, struct cc *cc, nsec_t now);

/* What may be sent next. */
struct recovery_next {
	struct txrec *rec; /* record to retransmit from its first octet; NULL: new data at SND.NXT */
	/*
	 * Octets at most. For a retransmission a whole number of mss, or the whole record; for new
	 * data what cwnd allows
	 */
	uint32_t len;
	enum pkt_why why;
};

/*
 * Returns true if there may be something to retransmit. If not, recovery_next() offers only new
 * data.
 */
static inline bool
recovery_wants(const struct recovery *r, const struct txq *q)
{
	return r->state == CA_RECOVERY || !list_empty(&q->lost_list);
}

/*
 * NextSeg() of RFC 6675 with its test of cwnd. @unsent is the number of octets of new data that the
 * peer's window allows; 0 if there are none. Returns false if nothing may be sent; *@by_cwnd, for
 * cc_flushed(), says whether cwnd is the reason. The caller may retransmit fewer octets than len,
 * but not none. It may hold new data back (Nagle, silly windows); then it stops asking.
 */
bool recovery_next(struct recovery *r, struct txq *q, const struct cc *cc, uint32_t unsent,
    struct recovery_next *next, bool *by_cwnd);

/*
 * Notes that @len octets leave in wire segments of @mss, with @tsval in their timestamps: the first
 * of next->rec, or new data. All data that is sent passes here, so that recovery can count it.
 * Returns false without memory: do not send.
 */
bool recovery_sent(struct recovery *r, struct txq *q, const struct recovery_next *next, uint32_t len,
    uint16_t mss, uint32_t tsval, nsec_t now);

#endif
