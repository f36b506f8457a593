/*
 * serve/page/listing_set.c - the entries of a folder in memory, up to a bound.
 */
#include "serve/page/listing_impl.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 65536, POINTERS = 1024 };

static bool
grow_pointers(struct listing_set *s)
{
	size_t room = s->room ? 2 * s->room : POINTERS;
	struct listing_entry **at = realloc(s->at, room * sizeof *at);

	if (!at)
		return false;
	s->octets += (room - s->room) * sizeof *at;
	s->at = at;
	s->room = room;
	return true;
}

static bool
grow_blocks(struct listing_set *s)
{
	struct listing_block *b = malloc(sizeof *b + BLOCK);

	if (!b)
		return false;
	b->next = s->blocks;
	b->used = 0;
	s->blocks = b;
	s->octets += sizeof *b + BLOCK;
	return true;
}

static struct listing_entry *
take(struct listing_set *s, size_t octets)
{
	struct listing_entry *e;

	octets = (octets + _Alignof(struct listing_entry) - 1) & ~(_Alignof(struct listing_entry) - 1);
	if ((!s->blocks || s->blocks->used + octets > BLOCK) && !grow_blocks(s))
		return NULL;
	e = (void *)(s->blocks->octets + s->blocks->used);
	s->blocks->used += octets;
	return e;
}

bool
listing_set_add(struct listing_set *s, const struct listing_entry *e, const char *name)
{
	struct listing_entry *copy;

	if (s->octets > LISTING_OCTETS_MOST || (s->n == s->room && !grow_pointers(s)))
		return false;
	copy = take(s, sizeof *e + e->len + 1);
	if (!copy)
		return false;
	*copy = *e;
	memcpy(copy->name, name, e->len);
	copy->name[e->len] = '\0';
	s->at[s->n++] = copy;
	s->folders += e->type == LISTING_FOLDER;
	s->size += e->type == LISTING_FILE ? (uint64_t)e->size : 0;
	return true;
}

void
listing_set_free(struct listing_set *s)
{
	struct listing_block *b;

	while ((b = s->blocks)) {
		s->blocks = b->next;
		free(b);
	}
	free(s->at);
}
