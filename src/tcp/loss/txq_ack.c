/*
 * tcp/loss/txq_ack.c - what an ACK says: what has arrived, the round trip, and the rate of
 * delivery.
 */
#include "tcp/loss/txq.h"

#include "base/bytes.h"
#include "tcp/loss/txq_rec.h"

#include <assert.h>

/* The ACK being processed. */
struct work {
	struct txq *q;
	const struct ack_in *in;
	struct ack_sample *out;
	seq_t high_sacked;   /* end of the highest octet sacked before; q->una if none */
	bool retrans_acked;  /* the ACK covers something that was sent twice: it gives no RTT (Karn) */
	nsec_t sack_rtt;     /* of the oldest octet sacked now; 0 = none */
	nsec_t rtt_sent;     /* when the segment of rtt_latest was sent */
	nsec_t send_elapsed; /* as in the draft on the delivery rate */
	nsec_t prior_time;
	bool delivered_any;
};

static seq_t
high_sacked(const struct txq *q)
{
	const struct txrec *top = list_last(&q->sacked_list, struct txrec, by_state);

	return top ? top->end : q->una;
}

/* UpdateRateSample() of the draft: the packet that was sent last says most. */
static void
update_rate(struct work *w, const struct txrec *r, seq_t end)
{
	struct ack_sample *s = w->out;

	if (w->delivered_any &&
	    (r->sent < s->latest_sent || (r->sent == s->latest_sent && seq_lt(end, s->latest_end))))
		return;
	w->delivered_any = true;
	w->prior_time = r->delivered_time;
	w->send_elapsed = r->sent - r->first_tx;
	w->q->first_tx = r->sent;
	s->prior_delivered = r->delivered;
	s->is_app_limited = r->app_limited;
	s->latest_sent = r->sent;
	s->latest_end = end;
}

/* Counts @len octets of @r, which end at @end, as delivered now. */
static void
deliver(struct work *w, const struct txrec *r, seq_t end, uint32_t len, bool by_sack)
{
	struct ack_sample *s = w->out;
	nsec_t rtt = nsec_max(w->in->now - r->sent, 1);

	w->q->delivered += len;
	w->q->delivered_time = w->in->now;
	s->newly_delivered += len;
	update_rate(w, r, end);
	if (r->retransmits > 0) {
		w->retrans_acked |= !by_sack;
		return;
	}
	if (by_sack && w->sack_rtt == 0)
		w->sack_rtt = rtt;
	if (!by_sack && s->rtt == 0)
		s->rtt = rtt;
	if (s->rtt_latest == 0 || r->sent >= w->rtt_sent) {
		s->rtt_latest = rtt;
		w->rtt_sent = r->sent;
	}
	if (r->lost)
		s->orig_acked = true;
	if (w->q->sack && seq_lt(end, w->high_sacked))
		s->reordered = true;
}

/* Advances SND.UNA to @ack. */
static void
advance(struct work *w, seq_t ack)
{
	struct txq *q = w->q;
	struct txrec *r;

	while ((r = txq_first(q)) && seq_lt(r->node.seq, ack)) {
		seq_t end = seq_min(r->end, ack);
		uint32_t len = end - r->node.seq;

		if (!r->sacked)
			deliver(w, r, end, len, false);
		txrec_discount(q, r, len);
		if (end == r->end) {
			txrec_free(q, r);
			continue;
		}
		r->node.seq = end;
		r->snode.seq = end;
	}
	w->out->acked = ack - q->una;
	q->una = ack;
	q->lost_edge = seq_max(q->lost_edge, ack);
	q->high_rxt = seq_max(q->high_rxt, ack);
	if (w->retrans_acked)
		w->out->rtt = w->out->rtt_latest = 0;
}

/*
 * Marks the part of @r within @b as sacked. Only whole wire segments count, because the receiver
 * got no parts of them: a hostile receiver cannot split records into octets. Returns the record to
 * continue after.
 */
static struct txrec *
sack_record(struct work *w, struct txrec *r, struct seq_range b)
{
	struct txq *q = w->q;
	seq_t start = seq_max(b.start, r->node.seq), end = seq_min(b.end, r->end);
	uint32_t len;

	start = r->node.seq + (start - r->node.seq + r->mss - 1) / r->mss * r->mss;
	if (end != r->end)
		end = r->node.seq + (end - r->node.seq) / r->mss * r->mss;
	if (seq_geq(start, end))
		return r;
	if (start != r->node.seq && !(r = txrec_split(q, r, start)))
		return NULL;
	if (end != r->end && !txrec_split(q, r, end))
		return NULL;
	len = txrec_len(r);
	deliver(w, r, r->end, len, true);
	w->out->newly_sacked += len;
	return txrec_set_sacked(q, r);
}

/*
 * Visits the records that @b touches: each is either new to the scoreboard, or a run that it
 * already had.
 */
static void
sack_block(struct work *w, struct seq_range b)
{
	struct txrec *r = txq_at(w->q, b.start);

	while (r && seq_lt(r->node.seq, b.end)) {
		if (!r->sacked)
			r = sack_record(w, r, b);
		if (r)
			r = txq_after(w->q, r);
	}
}

/*
 * RFC 2883, 4: the first block reports a duplicate if it lies below the cumulative ACK, or within
 * the second block. The cumulative ACK is that of this segment: an ACK that was overtaken reports
 * what was sacked then, not duplicates.
 */
static bool
is_dsack(const struct ack_in *in)
{
	const struct seq_range *b = in->sack;

	if (seq_leq(b[0].end, in->ack))
		return true;
	return in->sacks > 1 && seq_geq(b[0].start, b[1].start) && seq_leq(b[0].end, b[1].end);
}

static void
take_sacks(struct work *w)
{
	const struct ack_in *in = w->in;
	struct txq *q = w->q;

	for (unsigned i = 0; i < in->sacks; i++) {
		struct seq_range b = in->sack[i];

		if (seq_geq(b.start, b.end) || seq_gt(b.end, q->nxt))
			continue;
		if (i == 0 && is_dsack(in)) {
			w->out->dsack = b.start;
			w->out->dsack_octets = b.end - b.start;
			continue;
		}
		if (seq_leq(b.end, q->una))
			continue;
		b.start = seq_max(b.start, q->una);
		sack_block(w, b);
	}
}

/*
 * Without SACK, each duplicate ACK says that a segment above the hole arrived. An ACK that advances
 * SND.UNA fills the hole with one segment; the rest of what it covers are the segments of the
 * duplicates (RFC 6582; as Linux counts).
 */
static void
take_dupacks(struct work *w)
{
	struct txq *q = w->q;
	struct ack_sample *s = w->out;
	uint32_t mss = w->in->mss, before = q->sacked, covered;

	if (s->acked > 0) {
		covered = s->acked > mss ? s->acked - mss : 0;
		q->sacked -= covered < q->sacked ? covered : q->sacked;
		s->newly_delivered -= before - q->sacked;
		txq_limit_dupacks(q);
		return;
	}
	if (!w->in->dupack)
		return;
	q->sacked += mss;
	txq_limit_dupacks(q);
	s->newly_sacked = s->newly_delivered = q->sacked - before;
}

/* GenerateRateSample() of the draft. */
static void
finish_rate(struct work *w)
{
	struct txq *q = w->q;
	struct ack_sample *s = w->out;

	if (q->app_limited && q->delivered > q->app_limited)
		q->app_limited = 0;
	s->delivered = q->delivered;
	if (!w->delivered_any)
		return;
	s->rate_octets = q->delivered - s->prior_delivered;
	s->rate_interval = nsec_max(w->send_elapsed, q->delivered_time - w->prior_time);
	if (s->rate_interval < w->in->min_rtt)
		s->rate_interval = 0;
}

void
txq_ack(struct txq *q, const struct ack_in *in, struct ack_sample *out)
{
	struct work w = {.q = q, .in = in, .out = out, .high_sacked = high_sacked(q)};
	const struct txrec *first;
	seq_t ack = seq_max(in->ack, q->una);

	assert(seq_leq(ack, q->nxt) && in->mss > 0);
	bytes_zero(out, sizeof *out);
	out->now = in->now;
	out->ack = ack;
	out->prior_out = txq_out(q);
	out->prior_in_flight = txq_pipe(q);
	advance(&w, ack);
	if (out->acked > 0)
		q->dupacks = 0;
	if (q->sack)
		take_sacks(&w);
	else
		take_dupacks(&w);
	if (out->acked == 0 && (q->sack ? out->newly_sacked > 0 : in->dupack))
		q->dupacks++;
	if (out->rtt == 0 && !w.retrans_acked)
		out->rtt = w.sack_rtt;
	finish_rate(&w);
	first = txq_first(q);
	out->reneged = first && first->sacked;
	out->in_flight = txq_pipe(q);
}
