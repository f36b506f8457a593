/*
 * base/slab.h - memory for things of one size that come and go often: what comes back is kept for
 * the next taker, up to a number.
 *
 * Each thing is its own piece of the heap, so what is kept beyond need is bounded, and a build with
 * AddressSanitizer keeps nothing: there every use after the end is seen.
 */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct slab_free {
	struct slab_free *next;
};

struct slab {
	struct slab_free *free;
	uint32_t kept, most; /* things on that list, now and at most */
	size_t size;
};

/* Things of @size octets, a pointer's at least, of which @most are kept. */
void slab_init(struct slab *s, size_t size, uint32_t most);

/* Gives back what is kept. What is out must come back to free(). */
void slab_fini(struct slab *s);

/* All zero; NULL without memory. */
static inline void *
slab_take(struct slab *s)
{
	struct slab_free *f = s->free;

	if (!f)
		return calloc(1, s->size);
	s->free = f->next;
	s->kept--;
	return memset(f, 0, s->size);
}

static inline void
slab_give(struct slab *s, void *thing)
{
	struct slab_free *f = thing;

	if (s->kept >= s->most) {
		free(thing);
		return;
	}
	f->next = s->free;
	s->free = f;
	s->kept++;
}

#endif
