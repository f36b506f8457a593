/* tcp/loss/recovery.c - loss recovery: its states, cwnd meanwhile, NextSeg(), and undo. */
#include "tcp/loss/recovery.h"

#include "tcp/loss/detect.h"

#include <assert.h>

void
recovery_init(struct recovery *r, bool timestamps)
{
	*r = (struct recovery){.state = CA_OPEN, .has_ts = timestamps};
}

static void
set_state(struct recovery *r, struct cc *cc, enum ca_state state, nsec_t now)
{
	r->state = state;
	if (cc->ops->state)
		cc->ops->state(cc, state, now);
}

/*
 * The only place that sets cwnd because of a loss or its undo, unless the algorithm does so itself.
 * It is one segment at least: ssthresh may be from a time of smaller segments, and with less than a
 * segment nothing would ever leave.
 */
static void
set_cwnd(struct cc *cc, uint32_t cwnd)
{
	if (!cc->ops->own_cwnd)
		cc->cwnd = cwnd > cc->mss ? cwnd : cc->mss;
}

/* Congestion: asks for a new ssthresh, and keeps the old values for an undo. */
static void
reduce(struct recovery *r, struct txq *q, struct cc *cc, uint32_t flight, enum ca_state why)
{
	cc->prior_cwnd = cc->cwnd;
	cc->prior_ssthresh = cc->ssthresh;
	/*
	 * RFC 5681 (4) uses FlightSize, which does not include what limited transmit sent beyond
	 * cwnd (RFC 3042, 2).
	 */
	cc->ssthresh = cc->ops->ssthresh(cc, flight < cc->cwnd ? flight : cc->cwnd, why);
	r->undo_possible = true;
}

/*
 * Begins a recovery, after a loss or a timeout. It ends when everything outstanding now is
 * acknowledged.
 */
static void
begin(struct recovery *r, struct txq *q, struct cc *cc, enum ca_state state, nsec_t now)
{
	r->from = q->una;
	r->point = q->nxt;
	r->has_point = true;
	r->first = true;
	r->rescued = false;
	r->sent_again = false;
	r->undo_left = 0;
	r->episodes++;
	set_state(r, cc, state, now);
}

/*
 * Sets cwnd for an ACK in recovery, or that begins it: what is in flight approaches ssthresh (RFC
 * 9937). Without SACK a partial ACK is no SafeACK, because it shows the next loss.
 */
static void
govern(struct recovery *r, const struct txq *q, struct cc *cc, const struct ack_sample *s)
{
	struct prr_ack ack = {.DeliveredData = s->newly_delivered,
	    .inflight = txq_pipe(q),
	    .ssthresh = cc->ssthresh,
	    .SMSS = cc->mss,
	    .SafeACK = q->sack && s->acked > 0 && s->newly_lost == 0};

	set_cwnd(cc, prr_on_ack(&r->prr, &ack));
}

/*
 * Returns RecoverFS (RFC 9937): what is outstanding, less what was sacked before this ACK, and with
 * what this ACK delivers.
 */
static uint32_t
recover_fs(const struct txq *q, const struct ack_sample *s)
{
	uint32_t octets = txq_out(q) - q->sacked + s->newly_delivered;

	return octets ? octets : 1;
}

static void
enter_recovery(struct recovery *r, struct txq *q, struct cc *cc, const struct ack_sample *s)
{
	reduce(r, q, cc, txq_out(q), CA_RECOVERY);
	begin(r, q, cc, CA_RECOVERY, s->now);
	txq_recovery_begins(q);
	if (!txq_next_lost(q))
		txq_mark_first_lost(q, cc->mss);
	prr_begin(&r->prr, recover_fs(q, s));
	govern(r, q, cc, s);
}

/*
 * Returns true if a loss is known and recovery must begin. Without SACK, duplicate ACKs of the ACK
 * that ended the last recovery may come from its own retransmissions (RFC 6582, 3.2 (1)).
 */
static bool
must_recover(const struct recovery *r, const struct txq *q)
{
	if (!q->sack && r->has_point && seq_leq(q->una, r->point))
		return false;
	return detect_found(q);
}

/* The reduction was a mistake: restores cwnd and ssthresh. */
static void
undo(struct recovery *r, struct txq *q, struct cc *cc, nsec_t now)
{
	txq_unmark_lost(q);
	txq_forget_dupacks(q);
	set_cwnd(cc, cc->cwnd > cc->prior_cwnd ? cc->cwnd : cc->prior_cwnd);
	if (cc->ssthresh < cc->prior_ssthresh)
		cc->ssthresh = cc->prior_ssthresh;
	if (cc->ops->undone)
		cc->ops->undone(cc, now);
	cc->prior_cwnd = 0;
	r->undo_possible = false;
	r->first = false;
	r->undone++;
	set_state(r, cc, CA_OPEN, now);
}

/*
 * Returns true if all retransmissions were needless: each retransmitted octet was reported as a
 * duplicate (RFC 3708), or the first ACK after the retransmission echoes an earlier timestamp, so
 * it acknowledges the original (Eifel: RFC 3522, 3.2).
 */
static bool
was_spurious(struct recovery *r, const struct ack_sample *s, uint32_t tsecr)
{
	bool eifel;

	if (!r->undo_possible || !r->sent_again)
		return false;
	/* A duplicate of what was not retransmitted in this recovery was made by the network. */
	if (s->dsack_octets > 0 && seq_geq(s->dsack, r->from) &&
	    seq_leq(s->dsack + s->dsack_octets, r->point)) {
		r->undo_left -= s->dsack_octets < r->undo_left ? s->dsack_octets : r->undo_left;
		if (r->undo_left == 0)
			return true;
	}
	eifel = r->has_ts && s->acked > 0 && !r->eifel_done && seq_lt(tsecr, r->retx_tsval);
	if (s->acked > 0)
		r->eifel_done = true;
	return eifel;
}

static const char *
leave(struct recovery *r, struct txq *q, struct cc *cc, nsec_t now)
{
	enum ca_state from = r->state;

	if (from == CA_RECOVERY) /* as RFC 9937 ends it */
		set_cwnd(cc, cc->ssthresh);
	if (!q->sack)
		txq_forget_dupacks(q);
	r->first = false;
	set_state(r, cc, CA_OPEN, now);
	return from == CA_LOSS ? "leave RTO recovery" : "leave recovery";
}

/* Processes an ACK within a recovery. */
static void
go_on(struct recovery *r, struct txq *q, struct cc *cc, const struct ack_sample *s)
{
	if (r->state != CA_RECOVERY)
		return;
	if (!q->sack && s->acked > 0) {
		/* A partial ACK: the next hole begins here and is filled at once (RFC 6582, 3.2) */
		txq_mark_first_lost(q, cc->mss);
		r->first = txq_next_lost(q) != NULL;
	}
	if (s->newly_delivered > 0)
		govern(r, q, cc, s);
}

static const char *
step(struct recovery *r, struct txq *q, struct cc *cc, const struct ack_sample *s)
{
	const char *change = NULL;

	if (r->state >= CA_RECOVERY && seq_geq(q->una, r->point))
		change = leave(r, q, cc, s->now);
	if (seq_gt(q->una, r->point))
		r->has_point = false; /* or it would seem to lie ahead again after half the sequence space */
	if (r->state == CA_RECOVERY || r->state == CA_LOSS) {
		go_on(r, q, cc, s);
		return change;
	}
	if (!q->sack && s->acked > 0)
		txq_forget_dupacks(q);
	if (must_recover(r, q)) {
		enter_recovery(r, q, cc, s);
		return "enter recovery";
	}
	r->state = q->sacked > 0 || q->dupacks > 0 ? CA_DISORDER : CA_OPEN;
	return change;
}

/* In CA_RECOVERY only set_cwnd() and an algorithm with own_cwnd may change cwnd. */
static void
report_ack(const struct recovery *r, struct cc *cc, const struct ack_sample *s)
{
	uint32_t before = cc->cwnd;

	cc->ops->ack(cc, s, r->state);
	assert(r->state != CA_RECOVERY || cc->ops->own_cwnd || cc->cwnd == before);
}

const char *
recovery_ack(struct recovery *r, struct txq *q, struct cc *cc, const struct ack_sample *s, uint32_t tsecr)
{
	enum ca_state before = r->state;
	const char *change;

	if (s->acked > 0)
		r->timeouts = 0;
	if (was_spurious(r, s, tsecr)) {
		undo(r, q, cc, s->now);
		change = before == CA_LOSS ? "undo RTO" : "undo recovery";
	} else {
		change = step(r, q, cc, s);
	}
	if (s->newly_delivered > 0)
		report_ack(r, cc, s);
	return change;
}

void
recovery_timeout(struct recovery *r, struct txq *q, struct cc *cc, nsec_t now)
{
	/*
	 * Once per window: not again for the same loss (RFC 5681, 3.1: "has not yet been resent by
	 * way of the retransmission timer").
	 */
	bool new_loss =
	    r->state <= CA_DISORDER || seq_geq(q->una, r->point) || (r->state == CA_LOSS && r->timeouts == 0);
	uint32_t lost;

	if (new_loss)
		reduce(r, q, cc, txq_out(q), CA_LOSS);
	else
		r->undo_possible = r->undo_possible && r->state == CA_LOSS;
	if (new_loss || r->state != CA_LOSS) {
		begin(r, q, cc, CA_LOSS, now);
	} else {
		r->point = q->nxt;
		r->first = true;
	}
	r->timeouts++;
	lost = txq_mark_all_lost(q);
	if (cc->ops->lost && lost > 0)
		cc->ops->lost(cc, lost, now);
	set_cwnd(cc, cc->mss);
}

/*
 * Returns how many of @len octets may be sent in whole segments, if @room more octets may be in
 * flight; 0 if not even one segment fits.
 */
static uint32_t
whole_segments(uint32_t len, uint32_t room, uint32_t mss)
{
	assert(mss > 0);
	return len <= room ? len : room / mss * mss;
}

static bool
offer(struct recovery_next *next, struct txrec *rec, uint32_t len, enum pkt_why why)
{
	*next = (struct recovery_next){.rec = rec, .len = len, .why = why};
	return len > 0;
}

static enum pkt_why
why_lost(const struct recovery *r, const struct txq *q)
{
	if (r->state == CA_LOSS)
		return PKT_WHY_RETX_RTO;
	return r->first || !q->sack ? PKT_WHY_RETX_FAST : PKT_WHY_RETX_SACK;
}

bool
recovery_next(struct recovery *r, struct txq *q, const struct cc *cc, uint32_t unsent,
    struct recovery_next *next, bool *by_cwnd)
{
	uint32_t pipe = txq_pipe(q), room = cc->cwnd > pipe ? cc->cwnd - pipe : 0;
	struct txrec *rec = txq_next_lost(q);

	*by_cwnd = false;
	if (rec) {
		if (r->first && room < cc->mss)
			room = cc->mss;
		*by_cwnd = !offer(
		    next, rec, whole_segments(rec->end - rec->node.seq, room, cc->mss), why_lost(r, q));
		return !*by_cwnd;
	}
	if (unsent > 0) {
		*by_cwnd = !offer(next, NULL, whole_segments(unsent, room, cc->mss), PKT_WHY_DATA);
		return !*by_cwnd;
	}
	if (r->state != CA_RECOVERY || !q->sack || room < cc->mss)
		return false;
	if ((rec = txq_next_hole(q)))
		return offer(
		    next, rec, whole_segments(rec->end - rec->node.seq, cc->mss, cc->mss), PKT_WHY_RETX_SACK);
	if (!r->rescued && (rec = txq_rescue(q, cc->mss)))
		return offer(next, rec, rec->end - rec->node.seq, PKT_WHY_RETX_RESCUE);
	return false;
}

/* The retransmission in @next leaves. Returns false without memory. */
static bool
resent(struct recovery *r, struct txq *q, const struct recovery_next *next, uint32_t len, uint16_t mss,
    uint32_t tsval, nsec_t now)
{
	seq_t end = next->rec->node.seq + len;

	if (!txq_resent(q, next->rec, len, mss, now))
		return false;
	r->first = false;
	if (!r->sent_again) {
		r->sent_again = true;
		r->eifel_done = false;
		r->retx_tsval = tsval;
	}
	r->undo_left += len;
	if (next->why == PKT_WHY_RETX_RESCUE)
		r->rescued = true;
	else
		q->high_rxt = seq_max(q->high_rxt, end);
	return true;
}

bool
recovery_sent(struct recovery *r, struct txq *q, const struct recovery_next *next, uint32_t len, uint16_t mss,
    uint32_t tsval, nsec_t now)
{
	bool noted = next->rec ? resent(r, q, next, len, mss, tsval, now) : txq_sent(q, len, mss, now);

	if (noted && r->state == CA_RECOVERY)
		prr_sent(&r->prr, len);
	return noted;
}
