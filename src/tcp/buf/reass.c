/*
 * tcp/buf/reass.c - data that arrived out of order.
 */
#include "tcp/buf/reass.h"

#include "pkt/pkt.h"
#include "tcp/buf/compact.h"

#include <assert.h>
#include <stdlib.h>

/* Octets node.seq to end - 1, without a hole. */
struct reass_run {
	struct seqtree_node node;
	seq_t end;
	struct list recent;
	struct list pkts; /* the packets, in order */
};

/* The largest window (RFC 7323, 2.3): no two runs lie farther apart. */
#define WINDOW_MAX (1u << 30)

static struct reass_run *
run_of(struct seqtree_node *n)
{
	return n ? container_of(n, struct reass_run, node) : NULL;
}

void
reass_init(struct reass *r)
{
	*r = (struct reass){0};
	list_init(&r->recent);
}

static void
uncharge(struct reass *r, struct pkt *p)
{
	list_del(&p->node);
	r->mem -= p->charge;
	r->octets -= p->len;
}

static struct reass_run *
run_new(struct reass *r, seq_t seq)
{
	struct reass_run *run = malloc(sizeof *run);

	if (!run)
		return NULL;
	run->node.seq = run->end = seq;
	list_init(&run->recent);
	list_init(&run->pkts);
	seqtree_insert(&r->tree, &run->node);
	r->runs++;
	r->mem += sizeof *run;
	return run;
}

/* Frees the run itself, whose packets have been taken. */
static void
run_end(struct reass *r, struct reass_run *run)
{
	assert(list_empty(&run->pkts));
	list_del(&run->recent);
	seqtree_remove(&r->tree, &run->node);
	r->runs--;
	r->mem -= sizeof *run;
	free(run);
}

static void
run_free_pkts(struct reass *r, struct reass_run *run)
{
	while (!list_empty(&run->pkts)) {
		struct pkt *p = list_first(&run->pkts, struct pkt, node);

		uncharge(r, p);
		pkt_free(p);
	}
}

void
reass_fini(struct reass *r)
{
	while (!list_empty(&r->recent)) {
		struct reass_run *run = list_first(&r->recent, struct reass_run, recent);

		run_free_pkts(r, run);
		run_end(r, run);
	}
}

void
reass_note_duplicate(struct reass *r, seq_t start, seq_t end)
{
	r->dsack = (struct seq_range){start, end};
	r->duplicate += end - start;
}

/*
 * Notes the first of the ranges that a segment repeats, as far as it continues without a hole (RFC
 * 2883, 4.2.2 and 4.2.3).
 */
static void
note_another(struct reass *r, seq_t start, seq_t end)
{
	struct seq_range *noted = &r->dsack;

	if (noted->start == noted->end)
		*noted = (struct seq_range){start, end};
	else if (seq_leq(start, noted->end) && seq_geq(end, noted->start))
		*noted = (struct seq_range){seq_min(start, noted->start), seq_max(end, noted->end)};
	r->duplicate += end - start;
}

static void
touch(struct reass *r, struct reass_run *run)
{
	list_del(&run->recent);
	list_push_front(&r->recent, &run->recent);
}

/* Joins @next, which begins where @run ends, to @run. */
static void
run_join(struct reass *r, struct reass_run *run, struct reass_run *next)
{
	struct list *first = next->pkts.next, *last = next->pkts.prev;

	first->prev = run->pkts.prev;
	run->pkts.prev->next = first;
	last->next = &run->pkts;
	run->pkts.prev = last;
	list_init(&next->pkts);
	run->end = next->end;
	run_end(r, next);
}

/* Consumes @pkt, which continues @run. */
static void
run_append(struct reass *r, struct reass_run *run, struct pkt *pkt)
{
	struct pkt *tail = list_last(&run->pkts, struct pkt, node);

	run->end += pkt->len;
	r->octets += pkt->len;
	if (tail && compact_into(tail, pkt, &r->mem)) {
		pkt_free(pkt);
		return;
	}
	pkt->charge = pkt_charge(pkt);
	r->mem += pkt->charge;
	list_push(&run->pkts, &pkt->node);
}

/*
 * Resolves overlaps of @pkt with later runs: a run that @pkt covers wholly is freed, for another
 * @pkt is shortened. So no packet is ever cut in two. Returns where @pkt now ends; *@dup is the
 * first overlap.
 */
static seq_t
yield_to(struct reass *r, seq_t seq, struct pkt *pkt, struct seq_range *dup)
{
	seq_t end = seq + pkt->len;
	struct reass_run *next;

	while ((next = run_of(seqtree_ceil(&r->tree, seq))) && seq_lt(next->node.seq, end)) {
		if (dup->start == dup->end)
			*dup = (struct seq_range){next->node.seq, seq_min(next->end, end)};
		else
			r->duplicate += seq_min(next->end, end) - next->node.seq;
		if (seq_gt(next->end, end)) {
			pkt_trim(pkt, next->node.seq - seq);
			return next->node.seq;
		}
		run_free_pkts(r, next);
		run_end(r, next);
	}
	return end;
}

/* Over the limit: removes the packet farthest from RCV.NXT and returns it. */
static struct pkt *
evict_last(struct reass *r, seq_t near)
{
	struct reass_run *run = run_of(seqtree_floor(&r->tree, near + WINDOW_MAX));
	struct pkt *p = list_last(&run->pkts, struct pkt, node);

	run->end -= p->len;
	uncharge(r, p);
	if (list_empty(&run->pkts))
		run_end(r, run);
	return p;
}

enum reass_result
reass_insert(struct reass *r, seq_t seq, struct pkt *pkt, size_t limit, struct list *evicted)
{
	struct reass_run *run = run_of(seqtree_floor(&r->tree, seq)), *next;
	struct seq_range dup = {seq, seq};
	enum reass_result result = REASS_KEPT;
	seq_t end = seq + pkt->len;

	assert(pkt->len > 0);
	if (run && seq_leq(end, run->end)) {
		reass_note_duplicate(r, seq, end);
		touch(r, run);
		return REASS_DUPLICATE;
	}
	if (run && seq_lt(seq, run->end)) {
		dup.end = run->end;
		pkt_skip(pkt, run->end - seq);
		seq = run->end;
	}
	end = yield_to(r, seq, pkt, &dup);
	if (dup.start != dup.end)
		reass_note_duplicate(r, dup.start, dup.end);
	if ((!run || run->end != seq) && !(run = run_new(r, seq)))
		return REASS_FULL;
	run_append(r, run, pkt);
	touch(r, run);
	next = run_of(seqtree_ceil(&r->tree, end));
	if (next && next->node.seq == end)
		run_join(r, run, next);
	while (r->mem > limit && result == REASS_KEPT) {
		struct pkt *last = evict_last(r, seq);

		if (last == pkt)
			result = REASS_FULL;
		else
			list_push(evicted, &last->node);
	}
	return result;
}

struct pkt *
reass_pop(struct reass *r, seq_t rcv_nxt)
{
	struct seqtree_node *n;

	while ((n = seqtree_ceil(&r->tree, rcv_nxt - WINDOW_MAX)) && seq_leq(n->seq, rcv_nxt)) {
		struct reass_run *run = run_of(n);
		struct pkt *p = list_first(&run->pkts, struct pkt, node);
		seq_t start = run->node.seq;

		uncharge(r, p);
		run->node.seq += p->len;
		if (list_empty(&run->pkts))
			run_end(r, run);
		if (start != rcv_nxt)
			note_another(r, start, seq_min(start + p->len, rcv_nxt));
		if (seq_gt(start + p->len, rcv_nxt)) {
			pkt_skip(p, rcv_nxt - start);
			return p;
		}
		pkt_free(p);
	}
	return NULL;
}

unsigned
reass_sack(struct reass *r, struct seq_range *out, unsigned max)
{
	unsigned n = 0;

	if (r->dsack.start != r->dsack.end && n < max) {
		out[n++] = r->dsack;
		r->dsack.start = r->dsack.end;
	}
	list_each(at, &r->recent) {
		struct reass_run *run = container_of(at, struct reass_run, recent);

		if (n == max)
			break;
		out[n++] = (struct seq_range){run->node.seq, run->end};
	}
	return n;
}
