/*
 * serve/listing/set.c - the entries of a folder in memory, up to a bound for each listing and
 * one for all together.
 */
#include "serve/listing/impl.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* A small folder takes little; each block and each array is twice as large as the one before. */
enum { BLOCK_LEAST = 2048, BLOCK_MOST = 65536, POINTERS_LEAST = 64 };

int
listing_set_reserve(struct listing_set *s, size_t octets)
{
	if (octets > s->memory->most - s->memory->octets)
		return -LEAT_ENOMEM;
	s->memory->octets += octets;
	s->octets += octets;
	return 0;
}

static int
grow_pointers(struct listing_set *s)
{
	size_t room = s->room ? 2 * s->room : POINTERS_LEAST;
	struct listing_entry **at;

	if (listing_set_reserve(s, (room - s->room) * sizeof *at) < 0)
		return -LEAT_ENOMEM;
	at = realloc(s->at, room * sizeof *at);
	if (!at)
		return -LEAT_ENOMEM;
	s->at = at;
	s->room = room;
	return 0;
}

static int
grow_blocks(struct listing_set *s)
{
	size_t room = s->blocks ? s->block_room * 2 : BLOCK_LEAST;
	struct listing_block *b;

	if (room > BLOCK_MOST)
		room = BLOCK_MOST;
	if (listing_set_reserve(s, sizeof *b + room) < 0)
		return -LEAT_ENOMEM;
	b = malloc(sizeof *b + room);
	if (!b)
		return -LEAT_ENOMEM;
	b->next = s->blocks;
	b->used = 0;
	s->blocks = b;
	s->block_room = room;
	return 0;
}

static struct listing_entry *
take(struct listing_set *s, size_t octets)
{
	struct listing_entry *e;

	octets = (octets + _Alignof(struct listing_entry) - 1) & ~(_Alignof(struct listing_entry) - 1);
	if ((!s->blocks || s->blocks->used + octets > s->block_room) && grow_blocks(s) < 0)
		return NULL;
	e = (void *)(s->blocks->octets + s->blocks->used);
	s->blocks->used += octets;
	return e;
}

int
listing_set_add(struct listing_set *s, const struct listing_entry *e, const char *name)
{
	struct listing_entry *copy;

	if (s->octets > LISTING_OCTETS_MOST)
		return -LEAT_ENOSPC;
	if (s->n == s->room && grow_pointers(s) < 0)
		return -LEAT_ENOMEM;
	copy = take(s, sizeof *e + e->len + 1);
	if (!copy)
		return -LEAT_ENOMEM;
	*copy = *e;
	memcpy(copy->name, name, e->len);
	copy->name[e->len] = '\0';
	s->at[s->n++] = copy;
	s->matching += e->matches;
	s->folders += e->type == LISTING_FOLDER;
	s->size += e->type == LISTING_FILE ? (uint64_t)e->size : 0;
	return 0;
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
	s->memory->octets -= s->octets;
}
