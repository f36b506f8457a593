/*
 * tcp/loss/txq.h - what was sent and is not acknowledged yet: the transmit records, the SACK
 * scoreboard over them (RFC 2018, RFC 6675), and what each ACK delivered
 * (draft-cheng-iccrg-delivery-rate-estimation).
 *
 * It knows no connection and holds no data. A record is a range of sequence space sent at one time:
 * a super-segment is one record, and is split where a SACK, a loss or a retransmission hits part of
 * it (at borders of its wire segments only). SYN and FIN take their octet of sequence space like
 * any other.
 *
 * Records stand in a list by sequence; besides, each is in one of these:
 *   flight   sent and thought to be under way, by the time of its last transmission (what RACK
 *            walks),
 *   lost     thought lost and not sent again since, in the order in which that was found,
 *   sacked   by sequence.
 * Neighbours that are both sacked become one record, so the scoreboard has as many records as it
 * has edges.
 *
 * Counts are kept in octets and are never recounted: pipe = out - sacked - lost + retx (RFC 6675,
 * 4, "SetPipe").
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

enum { DUP_THRESH = 3 }; /* DupThresh (RFC 6675, 2) */

struct txrec {
	struct seqtree_node node;  /* .seq is where the range begins */
	struct seqtree_node snode; /* in the tree of sacked ranges, while sacked */
	struct list by_seq;
	struct list by_state; /* on flight, lost_list or sacked_list */
	seq_t end;
	uint16_t mss;         /* payload octets of its wire segments */
	uint16_t retransmits; /* how often (a part of) it was sent again */
	bool sacked;
	bool lost;        /* thought lost; stays when it is sent again */
	bool retx;        /* sent again, and that transmission is thought to be under way */
	bool app_limited; /* the sender had nothing more to send when it left */
	nsec_t sent;      /* its last transmission */
	/* when it was last sent: */
	uint64_t delivered;    /* octets delivered until then, */
	nsec_t delivered_time; /* when the last of them was, */
	nsec_t first_tx;       /* and when the packet that it was was sent */
};

/*
 * Where records come from: one slab per stack, shared by its connections. Grows by chunks, gives
 * nothing back before the end.
 */
struct txrec_slab {
	struct list free;
	struct list chunks;
	size_t in_use;
};

void txrec_slab_init(struct txrec_slab *slab);

/* Asserts that all records came back. */
void txrec_slab_fini(struct txrec_slab *slab);

struct txq {
	struct txrec_slab *slab;
	struct list by_seq;
	struct list flight;
	struct list lost_list;
	struct list sacked_list; /* by sequence */
	struct seqtree tree;     /* all records */
	struct seqtree sacked_tree;
	seq_t una, nxt;  /* the octets between are out */
	uint32_t sacked; /* octets that have been sacked, */
	uint32_t lost;   /* that are thought lost, */
	uint32_t retx;   /* and that were sent again and are thought under way */
	bool sack;       /* the peer agreed to SACK; the connection sets it */

	seq_t lost_edge;  /* IsLost() holds for all before it that is not sacked (RFC 6675, 4) */
	seq_t high_rxt;   /* HighRxt: end of what was retransmitted in this recovery */
	uint32_t dupacks; /* DupAcks (RFC 6675, 5). Without SACK each stands for a segment that arrived, */
			  /* and `sacked` is what they are worth */

	/* delivery rate (draft-cheng-iccrg-delivery-rate-estimation) */
	uint64_t delivered; /* octets known to have arrived, ever */
	nsec_t delivered_time;
	nsec_t first_tx; /* when the packet most recently delivered was sent */
	/* Until delivered passes this, samples are limited by the application; 0 = not */
	uint64_t app_limited;
	uint64_t retx_total; /* octets sent again, ever */
};

/* Nothing sent; SND.UNA = SND.NXT = @iss. */
void txq_init(struct txq *q, struct txrec_slab *slab, seq_t iss);

/* Gives all records back. */
void txq_fini(struct txq *q);

/*
 * @len octets of sequence space that begin at q->nxt leave now for the first time, in wire segments
 * of @mss payload octets. Call it before the packet is handed down: false (no memory) means do not
 * send.
 */
bool txq_sent(struct txq *q, uint32_t len, uint16_t mss, nsec_t now);

/*
 * The first @len octets of record @r, which is not sacked, leave again now, in wire segments of
 * @mss. False (no memory to split it): do not send.
 */
bool txq_resent(struct txq *q, struct txrec *r, uint32_t len, uint16_t mss, nsec_t now);

static inline uint32_t
txq_out(const struct txq *q)
{
	return q->nxt - q->una;
}

/* Octets thought to be in the network: pipe of RFC 6675. Never below 0. */
static inline uint32_t
txq_pipe(const struct txq *q)
{
	return txq_out(q) - q->sacked - q->lost + q->retx;
}

/*
 * The user has nothing more to send, though cwnd would let it: samples until what is under way
 * arrives say so.
 */
static inline void
txq_app_limited(struct txq *q)
{
	uint64_t until = q->delivered + txq_pipe(q);

	q->app_limited = until ? until : 1;
}

/*
 * The records in order: the first (it holds SND.UNA), and the one behind @r; NULL when there is
 * none.
 */
struct txrec *txq_first(const struct txq *q);
struct txrec *txq_after(const struct txq *q, const struct txrec *r);

/* The record that holds @seq, or NULL. */
struct txrec *txq_at(struct txq *q, seq_t seq);

/* What an ACK says. */
struct ack_in {
	seq_t ack; /* SEG.ACK: at most q->nxt; before q->una where a later ACK came first */
	const struct seq_range *sack; /* as on the wire, in host order, not checked */
	unsigned sacks;
	bool dupack;  /* a duplicate ACK as RFC 5681, 2 defines it; matters without SACK only */
	uint32_t mss; /* SMSS */
	/* The least round trip known; 0 = none. Rates over less time than that are not believed */
	nsec_t min_rtt;
	nsec_t now;
};

/*
 * An acceptable ACK arrived: moves SND.UNA, marks what it sacks, finds what is lost by RFC 6675's
 * IsLost() (DUP_THRESH), and fills @out. Blocks that are nonsense (empty, reversed, beyond
 * SND.NXT, before SND.UNA and no D-SACK) are ignored. The work is proportional to what is new.
 */
void txq_ack(struct txq *q, const struct ack_in *in, struct ack_sample *out);

/*
 * The first @len octets are lost, if they are neither sacked nor thought lost already: three
 * duplicate ACKs say so, or a partial ACK without SACK (RFC 6582, 3.2).
 */
void txq_mark_first_lost(struct txq *q, uint32_t len);

/*
 * Without SACK: the duplicate ACKs so far mean nothing any more; and: they cannot stand for more
 * than is out.
 */
void txq_forget_dupacks(struct txq *q);
void txq_limit_dupacks(struct txq *q);

/* This record, not sacked, is thought lost (again): RACK's and TLP's way in. Octets newly lost. */
uint32_t txq_mark_lost(struct txq *q, struct txrec *r);

/*
 * The retransmission timer expired: all that is not sacked is lost, retransmissions included. SACK
 * marks are kept, unless the first octet is marked: then the peer has reneged, and all go (RFC
 * 2018, 8).
 */
void txq_mark_all_lost(struct txq *q);

/* The losses were none (undo): nothing is lost any more, until the next SACK that says so again. */
void txq_unmark_lost(struct txq *q);

/* A recovery begins: HighRxt = SND.UNA. */
void txq_recovery_begins(struct txq *q);

/*
 * NextSeg() of RFC 6675, by rules. 1: the first record thought lost and not sent again. 3: the
 * first not sacked, not lost, not sent again in this recovery, with something sacked above it. 4:
 * the last that is not sacked; it ends at most @mss octets before its end (split). Each NULL when
 * there is none. Rule 2, new data, is the caller's.
 */
struct txrec *txq_next_lost(const struct txq *q);
struct txrec *txq_next_hole(struct txq *q);
struct txrec *txq_rescue(struct txq *q, uint32_t mss);

#endif
