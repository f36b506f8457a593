/*
 * tcp/loss/txq.h - what has been sent and is not acknowledged: the transmit records, the SACK
 * scoreboard (RFC 2018, RFC 6675), and what each ACK delivered
 * (draft-cheng-iccrg-delivery-rate-estimation).
 *
 * It knows no connection and holds no data. A record is a range of sequence space that was sent at
 * one time. A super-segment is one record, and is split at borders of its wire segments where a
 * SACK, a loss or a retransmission concerns part of it. A FIN takes its octet of sequence space
 * like any other. The SYN has no record: the connection retransmits it.
 *
 * All records are in a list by sequence number. Each is also in one of these lists:
 *   flight   sent and in flight, in the order of the last transmission,
 *   lost     counted as lost and not sent again since, in the order in which that was found,
 *   sacked   by sequence number.
 * Two neighbours that are both sacked become one record, so the scoreboard has one record for each
 * sacked run.
 *
 * The counts are in octets and are updated, never recounted: pipe = out - sacked - lost + retx (RFC
 * 6675, 4, "SetPipe").
 */
#ifndef TCP_LOSS_TXQ_H
#define TCP_LOSS_TXQ_H

#include "base/list.h"
#include "base/nsec.h"
#include "tcp/buf/reass.h" /* struct seq_range */
#include "tcp/buf/seqtree.h"
#include "tcp/cc/sample.h"

#include <stdbool.h>
#include <stdint.h>

struct txrec {
	struct seqtree_node node;  /* .seq is the first octet */
	struct seqtree_node snode; /* in the tree of sacked ranges, while sacked */
	struct list by_seq;
	struct list by_state; /* in flight, lost_list or sacked_list */
	seq_t end;
	uint16_t mss;         /* payload octets of its wire segments */
	uint16_t retransmits; /* how often any part of it was sent again */
	bool sacked;
	bool lost;        /* counted as lost; remains when it is sent again */
	bool retx;        /* sent again, and in flight */
	bool app_limited; /* the sender had nothing more to send when this left */
	nsec_t sent;      /* when it was last sent */
	/* What the connection had delivered when this was last sent: */
	uint64_t delivered;    /* octets in all, */
	nsec_t delivered_time; /* the time of the last delivery, */
	nsec_t first_tx;       /* and when the packet that was delivered then had been sent */
};

/*
 * The memory for records: one slab per stack, shared by its connections. It grows by chunks, which
 * are freed at the end only.
 */
struct txrec_slab {
	struct list free;
	struct list chunks;
	size_t in_use;
};

void txrec_slab_init(struct txrec_slab *slab);

/* Frees the slab. Asserts that all records have been returned. */
void txrec_slab_fini(struct txrec_slab *slab);

struct txq {
	struct txrec_slab *slab;
	struct list by_seq;
	struct list flight;
	struct list lost_list;
	struct list sacked_list; /* by sequence */
	struct seqtree tree;     /* all records */
	struct seqtree sacked_tree;
	seq_t una, nxt;  /* the octets between are outstanding */
	uint32_t sacked; /* of these, octets that are sacked, */
	uint32_t lost;   /* octets that count as lost, */
	uint32_t retx;   /* and octets that were sent again and are in flight */
	bool sack;       /* both sides offered SACK; set by the connection */

	seq_t lost_edge;  /* what lies before it and is not sacked is marked as lost */
	seq_t high_rxt;   /* HighRxt: end of the last retransmission in this recovery */
	uint32_t dupacks; /* DupAcks (RFC 6675, 5); without SACK, `sacked` counts what they stand for */

	/* delivery rate (draft-cheng-iccrg-delivery-rate-estimation) */
	uint64_t delivered; /* octets delivered, ever */
	nsec_t delivered_time;
	nsec_t first_tx; /* when the packet delivered last was sent */
	/* The application limits samples until delivered exceeds this; 0: it does not */
	uint64_t app_limited;
	uint64_t retx_total; /* octets retransmitted, ever */
};

/* Starts with nothing sent: SND.UNA = SND.NXT = @iss. */
void txq_init(struct txq *q, struct txrec_slab *slab, seq_t iss);

/* Returns all records to the slab. */
void txq_fini(struct txq *q);

/*
 * Notes that @len octets of sequence space at q->nxt are sent for the first time, in wire segments
 * of @mss payload octets. Call it before the packet is handed down. Returns false without memory:
 * do not send.
 */
bool txq_sent(struct txq *q, uint32_t len, uint16_t mss, nsec_t now);

/*
 * Notes that the first @len octets of record @r, which is not sacked, are retransmitted in wire
 * segments of @mss. Returns false without memory to split the record: do not send.
 */
bool txq_resent(struct txq *q, struct txrec *r, uint32_t len, uint16_t mss, nsec_t now);

static inline uint32_t
txq_out(const struct txq *q)
{
	return q->nxt - q->una;
}

/* Returns the octets that are thought to be in flight: pipe of RFC 6675. Never below 0. */
static inline uint32_t
txq_pipe(const struct txq *q)
{
	return txq_out(q) - q->sacked - q->lost + q->retx;
}

/*
 * The user has nothing more to send, though cwnd would allow it: samples say so until what is in
 * flight has arrived.
 */
static inline void
txq_app_limited(struct txq *q)
{
	uint64_t until = q->delivered + txq_pipe(q);

	q->app_limited = until ? until : 1;
}

/*
 * Return the first record, which holds SND.UNA, and the record after @r; NULL when there is none.
 */
struct txrec *txq_first(const struct txq *q);
struct txrec *txq_after(const struct txq *q, const struct txrec *r);

/* Returns the record that holds @seq, or NULL. */
struct txrec *txq_at(struct txq *q, seq_t seq);

/* What an ACK says. */
struct ack_in {
	seq_t ack; /* SEG.ACK: at most q->nxt; less than q->una if a later ACK has overtaken it */
	const struct seq_range *sack; /* as on the wire, in host order, not validated */
	unsigned sacks;
	bool dupack;  /* a duplicate ACK (RFC 5681, 2); matters without SACK only */
	uint32_t mss; /* SMSS */
	/* The least round-trip time measured; 0 = none. A rate over a shorter time is not used */
	nsec_t min_rtt;
	nsec_t now;
};

/*
 * Processes an acceptable ACK: advances SND.UNA, marks what it sacks, and fills @out. What is lost
 * is found by detect_loss(), which the caller calls next. Invalid blocks are ignored: empty,
 * reversed, beyond SND.NXT, or before SND.UNA without being a D-SACK. The work is proportional to
 * what is new.
 */
void txq_ack(struct txq *q, const struct ack_in *in, struct ack_sample *out);

/*
 * Marks the first @len octets as lost, unless they are sacked or lost already. Call it on three
 * duplicate ACKs, or on a partial ACK without SACK (RFC 6582, 3.2).
 */
void txq_mark_first_lost(struct txq *q, uint32_t len);

/*
 * Without SACK, each duplicate ACK stands for a segment that has arrived. txq_forget_dupacks()
 * forgets the duplicate ACKs so far. txq_limit_dupacks() limits their octets to those above
 * the first hole that are not lost.
 */
void txq_forget_dupacks(struct txq *q);
void txq_limit_dupacks(struct txq *q);

/*
 * Marks @r, which is not sacked, as lost, even if it was sent again. Returns its octets; 0 if it
 * was lost and not sent again.
 */
uint32_t txq_mark_lost(struct txq *q, struct txrec *r);

/*
 * Marks what lies before @edge and is not sacked as lost, from lost_edge on, which becomes @edge.
 * What was sent again stays in flight. Returns how many octets were not lost before.
 */
uint32_t txq_lose_before(struct txq *q, seq_t edge);

/*
 * The retransmission timer expired: marks everything that is not sacked as lost, retransmissions
 * included. SACK marks stay, unless the first octet has one: then the peer has reneged, and all are
 * removed (RFC 2018, 8). Returns the octets that were in flight or sacked.
 */
uint32_t txq_mark_all_lost(struct txq *q);

/* Undo: nothing counts as lost any more, until the next SACK that says so. */
void txq_unmark_lost(struct txq *q);

/* A recovery begins: HighRxt = SND.UNA. */
void txq_recovery_begins(struct txq *q);

/*
 * NextSeg() of RFC 6675 by its rules; each returns NULL if there is none. (1) txq_next_lost(): the
 * first lost record that was not sent again. (3) txq_next_hole(): the first record below a sacked
 * one that is not sacked, lost, or sent again in this recovery. (4) txq_rescue(): the last record
 * that is not sacked, split so that it has at most @mss octets. The caller does rule (2), new data.
 */
struct txrec *txq_next_lost(const struct txq *q);
struct txrec *txq_next_hole(struct txq *q);
struct txrec *txq_rescue(struct txq *q, uint32_t mss);

#endif
