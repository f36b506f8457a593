/*
 * get/parts/parts.c - runs of octets that are missing: taken from the front, and given back.
 */
#include "get/parts/parts.h"

#include <assert.h>

/* Each connection gets some eight pieces, so that all end at about the same time. */
static uint64_t
piece_of(unsigned slots, uint64_t length)
{
	uint64_t piece = length / (8 * (uint64_t)slots);

	if (piece < PARTS_PIECE_LEAST)
		return PARTS_PIECE_LEAST;
	return piece < PARTS_PIECE_MOST ? piece : PARTS_PIECE_MOST;
}

void
parts_init(struct parts *p, unsigned slots, uint64_t length)
{
	assert(slots >= 1 && slots <= PARTS_MOST);
	*p = (struct parts){.length = length, .piece = piece_of(slots, length), .slots = slots};
	if (length > 0) {
		p->gap[0] = (struct parts_run){0, length};
		p->gaps = 1;
	}
}

static void
remove_gap(struct parts *p, unsigned i)
{
	p->gaps--;
	memmove(p->gap + i, p->gap + i + 1, (p->gaps - i) * sizeof *p->gap);
}

bool
parts_take(struct parts *p, unsigned slot, struct http_range *r)
{
	struct parts_run *gap = p->gap, *to = &p->slot[slot];

	assert(parts_idle(p, slot));
	if (p->gaps == 0)
		return false;
	*to = *gap;
	if (gap->end - gap->next > p->piece) {
		to->end = gap->next + p->piece;
		gap->next = to->end;
	} else {
		remove_gap(p, 0);
	}
	*r = (struct http_range){to->next, to->end - 1};
	return true;
}

void
parts_got(struct parts *p, unsigned slot, uint64_t n)
{
	assert(n <= p->slot[slot].end - p->slot[slot].next);
	p->slot[slot].next += n;
}

/* Joins gap @i with the next one if they touch. */
static void
join(struct parts *p, unsigned i)
{
	if (i + 1 >= p->gaps || p->gap[i].end != p->gap[i + 1].next)
		return;
	p->gap[i].end = p->gap[i + 1].end;
	remove_gap(p, i + 1);
}

void
parts_stop(struct parts *p, unsigned slot)
{
	struct parts_run run = p->slot[slot];
	unsigned i = 0;

	p->slot[slot] = (struct parts_run){0, 0};
	if (run.next == run.end)
		return;
	while (i < p->gaps && p->gap[i].next < run.next)
		i++;
	assert(p->gaps < PARTS_GAPS); /* parts_read() leaves room for one of each connection */
	memmove(p->gap + i + 1, p->gap + i, (p->gaps - i) * sizeof *p->gap);
	p->gap[i] = run;
	p->gaps++;
	join(p, i);
	if (i > 0)
		join(p, i - 1);
}

uint64_t
parts_have(const struct parts *p)
{
	uint64_t missing = 0;

	for (unsigned i = 0; i < p->gaps; i++)
		missing += p->gap[i].end - p->gap[i].next;
	for (unsigned i = 0; i < p->slots; i++)
		missing += p->slot[i].end - p->slot[i].next;
	return p->length - missing;
}

uint64_t
parts_reach(const struct parts *p)
{
	uint64_t end = p->length;

	for (unsigned i = p->gaps; i > 0 && p->gap[i - 1].end == end; i--)
		end = p->gap[i - 1].next;
	return end;
}
