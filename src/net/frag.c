/*
 * net/frag.c - reassembly; see frag.h.
 *
 * frag_runs.h knows which octets of a datagram have arrived. This file stores the octets, and
 * limits how long and how many are kept.
 */
#include "net/frag.h"

#include "core/core.h"
#include "net/frag_runs.h"
#include "wire/ip6.h"

#include <stdlib.h>

static const nsec_t FRAG_TIME4 = 30 * SEC; /* RFC 1122, 3.3.2 requires 60 to 120 s; Linux uses 30 s */
static const nsec_t FRAG_TIME6 = 60 * SEC; /* RFC 8200, 4.5 */

enum { FRAG_QUOTE = 1280, FRAG_DATAGRAM_MAX = 65535 };

struct datagram {
	struct table_node node;
	struct list age, source_age;
	struct frags *frags;
	struct ipaddr src, dst;
	uint32_t id;
	uint8_t proto;
	uint8_t ecn_seen;       /* bit (1 << ECN field) */
	bool condemned;         /* fragments overlapped: all fragments to come are dropped (RFC 5722, 4) */
	uint16_t slot;          /* index of its source in struct frags */
	uint16_t keep, next_at; /* from the fragment at offset zero, as in struct frag_piece */
	uint8_t next;
	struct frag_runs runs; /* the parts of the datagram that have arrived */
	struct timer timer;
	struct pkt *first;       /* the fragment at offset zero */
	struct pkt_block *block; /* the fragmented part, after FRAG_HEADER_MAX octets of headroom */
};

static bool
is_datagram(const struct table_node *node, const void *key)
{
	const struct datagram *d = container_of(node, struct datagram, node);
	const struct frag_piece *p = key;

	return d->id == p->id && d->proto == p->proto && ipaddr_eq(&d->src, &p->src) &&
	       ipaddr_eq(&d->dst, &p->dst);
}

static uint64_t
hash_of(const struct frags *f, const struct frag_piece *p)
{
	const uint64_t words[5] = {
	    p->src.w[0], p->src.w[1], p->dst.w[0], p->dst.w[1], (uint64_t)p->id << 8 | p->proto};

	return table_hash(&f->table, words, 5);
}

/*
 * Returns the memory that a datagram is charged. It includes the structure, because otherwise
 * millions of tiny datagrams would cost nothing.
 */
static size_t
cost_of(const struct datagram *d)
{
	return sizeof *d + (d->block ? d->block->size : 0) + (d->first ? PKT_BLOCK_SMALL : 0);
}

/* Frees the octets of @d, but keeps @d itself. */
static void
empty(struct datagram *d)
{
	struct frags *f = d->frags;
	size_t before = cost_of(d), freed;

	if (d->first)
		pkt_free(d->first);
	if (d->block)
		pkt_block_unref(d->block);
	d->first = NULL;
	d->block = NULL;
	freed = before - cost_of(d);
	f->octets -= freed;
	f->source[d->slot].octets -= freed;
}

static void
forget(struct datagram *d)
{
	struct frags *f = d->frags;

	empty(d);
	f->octets -= cost_of(d);
	f->source[d->slot].octets -= cost_of(d);
	timer_cancel(f->core->wheel, &d->timer);
	list_del(&d->age);
	list_del(&d->source_age);
	table_remove(&f->table, &d->node);
	free(d);
}

static void
datagram_expired(struct timer *t)
{
	struct datagram *d = container_of(t, struct datagram, timer);
	struct frags *f = d->frags;

	if (!d->condemned) {
		drop_note(f->core, d->first, DROP_FRAG_TIMEOUT);
		f->expired(f->arg, d->first);
	}
	forget(d);
}

/*
 * Charges @more octets to @d. Frees the oldest datagrams if a limit is exceeded, but never @d
 * itself. Returns false if that would be necessary.
 */
static bool
charge(struct datagram *d, size_t more)
{
	struct frags *f = d->frags;

	while (f->source[d->slot].octets + more > FRAG_SOURCE_MAX || f->octets + more > FRAG_OCTETS_MAX) {
		struct list *from =
		    f->source[d->slot].octets + more > FRAG_SOURCE_MAX ? f->source[d->slot].age.next : NULL;
		struct datagram *old = from ? container_of(from, struct datagram, source_age)
					    : list_first(&f->age, struct datagram, age);

		if (old == d)
			return false;
		drop_note(f->core, old->first, DROP_FRAG_LIMIT);
		forget(old);
	}
	f->octets += more;
	f->source[d->slot].octets += more;
	return true;
}

static struct datagram *
datagram_of(struct frags *f, const struct frag_piece *p)
{
	uint64_t hash = hash_of(f, p);
	struct table_node *n = table_find(&f->table, hash, p, is_datagram);
	struct datagram *d;

	if (n)
		return container_of(n, struct datagram, node);
	d = calloc(1, sizeof *d);
	if (!d)
		return NULL;
	d->frags = f;
	d->src = p->src;
	d->dst = p->dst;
	d->id = p->id;
	d->proto = p->proto;
	d->slot = (uint16_t)(table_hash(&f->table, p->src.w, 2) % FRAG_SOURCES);
	timer_init(&d->timer, datagram_expired);
	list_push(&f->age, &d->age);
	list_push(&f->source[d->slot].age, &d->source_age);
	table_insert(&f->table, &d->node, hash);
	timer_arm(
	    f->core->wheel, &d->timer, nsec_add(f->core->now, ipaddr_is4(&p->src) ? FRAG_TIME4 : FRAG_TIME6));
	charge(d, sizeof *d); /* this always fits once the older datagrams are freed */
	return d;
}

/* Makes room for the fragmented part up to offset @to. Returns false at a limit. */
static bool
reach(struct datagram *d, uint32_t to)
{
	struct frags *f = d->frags;
	size_t want = FRAG_HEADER_MAX + (size_t)to;
	struct pkt_block *b;

	if (d->block && d->block->size >= want)
		return true;
	b = pkt_block_new(f->core->pool, want);
	if (!b)
		return false;
	if (!charge(d, b->size - (d->block ? d->block->size : 0))) {
		pkt_block_unref(b);
		return false;
	}
	if (d->block) {
		memcpy(b->data, d->block->data, d->block->size);
		pkt_block_unref(d->block);
	}
	d->block = b;
	return true;
}

static void
condemn(struct datagram *d, struct pkt *pkt, enum drop_reason reason)
{
	pkt_drop(d->frags->core, pkt, reason);
	empty(d);
	d->condemned = true;
}

/* Returns true if the octets of @pkt from @skip on equal those that arrived at @from. */
static bool
repeats(const struct datagram *d, const struct pkt *pkt, uint32_t skip, uint32_t from)
{
	struct pkt_span span[PKT_SLICES + 1];
	unsigned n = pkt_spans(pkt, span, PKT_SLICES + 1);
	const uint8_t *at = d->block->data + FRAG_HEADER_MAX + from;

	for (unsigned i = 0; i < n; i++) {
		uint32_t cut = skip < span[i].len ? skip : span[i].len;

		skip -= cut;
		if (memcmp(at, span[i].at + cut, span[i].len - cut) != 0)
			return false;
		at += span[i].len - cut;
	}
	return true;
}

/*
 * Keeps the first fragment: it has the header of the whole datagram, and an ICMP error would quote
 * it.
 */
static bool
keep_first(struct datagram *d, const struct pkt *pkt, const struct frag_piece *p)
{
	uint8_t copy[FRAG_QUOTE];
	uint32_t n = pkt->len < FRAG_QUOTE ? pkt->len : FRAG_QUOTE;

	if (!charge(d, PKT_BLOCK_SMALL))
		return false;
	pkt_copy_out(pkt, 0, copy, n);
	d->first = pkt_from_bytes(d->frags->core->pool, copy, n);
	if (!d->first) {
		d->frags->octets -= PKT_BLOCK_SMALL;
		d->frags->source[d->slot].octets -= PKT_BLOCK_SMALL;
		return false;
	}
	d->first->ifindex = pkt->ifindex;
	d->first->ethertype = pkt->ethertype;
	d->first->link_group = pkt->link_group;
	d->first->stamp = pkt->stamp;
	d->first->l3 = d->first->data;
	d->first->l3_len = pkt->l3_len;
	d->keep = p->keep;
	d->next_at = p->next_at;
	d->next = p->next;
	return true;
}

/*
 * Builds the whole datagram, header and payload, in contiguous memory. Returns NULL at the pool's
 * limit.
 */
static struct pkt *
assemble(struct datagram *d)
{
	uint32_t off = FRAG_HEADER_MAX - d->keep;
	struct pkt *p;

	memcpy(d->block->data + off, d->first->data, d->keep);
	if (d->next_at)
		d->block->data[off + d->next_at] = d->next;
	p = pkt_from_block(d->frags->core->pool, d->block, off, d->keep + d->runs.total);
	if (!p)
		return NULL;
	pkt_block_ref(d->block); /* pkt_from_block() took over a reference; the datagram keeps its own */
	p->ifindex = d->first->ifindex;
	p->ethertype = d->first->ethertype;
	p->link_group = d->first->link_group;
	p->stamp = d->frags->core->now;
	p->l3 = p->data;
	return p;
}

static bool
finish(struct datagram *d, struct frag_whole *out)
{
	struct core *core = d->frags->core;
	bool ce = d->ecn_seen & (1 << IP_ECN_CE);

	if (!frag_runs_whole(&d->runs))
		return false;
	/* RFC 3168, 5.3: this combination is not valid */
	if (ce && (d->ecn_seen & (1 << IP_ECN_NOT_ECT))) {
		drop_note(core, d->first, DROP_FRAG_BAD);
		forget(d);
		return false;
	}
	out->pkt = assemble(d);
	out->ce = ce;
	if (!out->pkt)
		drop_note(core, d->first, DROP_POOL_EMPTY);
	forget(d);
	return out->pkt != NULL;
}

bool
frag_input(struct frags *f, struct pkt *pkt, const struct frag_piece *p, struct frag_whole *out)
{
	uint32_t len = pkt->len - p->header_len, to = p->offset + len;
	struct datagram *d;
	unsigned at;

	if (len == 0 || (p->more && len % 8) || to > FRAG_DATAGRAM_MAX || p->keep > FRAG_HEADER_MAX) {
		pkt_drop(f->core, pkt, DROP_FRAG_BAD);
		return false;
	}
	d = datagram_of(f, p);
	if (!d) {
		pkt_drop(f->core, pkt, DROP_FRAG_LIMIT);
		return false;
	}
	if (d->condemned) {
		pkt_drop(f->core, pkt, DROP_FRAG_OVERLAP);
		return false;
	}
	if (!frag_runs_end(&d->runs, to, p->more)) {
		condemn(d, pkt, DROP_FRAG_OVERLAP);
		return false;
	}
	switch (frag_runs_fit(&d->runs, p->offset, to, &at)) {
	case FRAG_RUN_REPEATED:
		if (repeats(d, pkt, p->header_len, p->offset))
			pkt_free(pkt);
		else
			condemn(d, pkt, DROP_FRAG_OVERLAP);
		return false;
	case FRAG_RUN_OVERLAP:
		condemn(d, pkt, DROP_FRAG_OVERLAP);
		return false;
	case FRAG_RUN_TOO_MANY:
		condemn(d, pkt, DROP_FRAG_LIMIT);
		return false;
	case FRAG_RUN_NEW:
		break;
	}
	if (!reach(d, to) || (p->offset == 0 && !keep_first(d, pkt, p))) {
		pkt_drop(f->core, pkt, DROP_FRAG_LIMIT);
		return false;
	}
	pkt_copy_out(pkt, p->header_len, d->block->data + FRAG_HEADER_MAX + p->offset, len);
	frag_runs_add(&d->runs, at, p->offset, to);
	d->ecn_seen |= (uint8_t)(1 << (p->ecn & IP_ECN_MASK));
	pkt_free(pkt);
	return finish(d, out);
}

int
frags_init(struct frags *f, struct core *core, frag_expired_fn *expired, void *arg)
{
	f->core = core;
	f->expired = expired;
	f->arg = arg;
	list_init(&f->age);
	for (unsigned i = 0; i < FRAG_SOURCES; i++)
		list_init(&f->source[i].age);
	return table_init(&f->table, &core->secret);
}

void
frags_fini(struct frags *f)
{
	struct datagram *d;

	while ((d = list_first(&f->age, struct datagram, age)))
		forget(d);
	table_fini(&f->table);
}
