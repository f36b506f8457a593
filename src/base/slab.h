/*
 * base/slab.h - memory for objects of one size that are allocated and freed often. Freed objects
 * are kept for the next allocation, up to a limit.
 *
 * Each object is a piece of the heap of its own. A build with AddressSanitizer keeps no freed
 * objects, so that it detects every use after free.
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
	uint32_t kept, most; /* objects on that list, now and at most */
	size_t size;
};

/*
 * Sets up a slab for objects of @size octets. @size must hold a pointer. At most @most free objects
 * are kept.
 */
void slab_init(struct slab *s, size_t size, uint32_t most);

/* Frees the objects that are kept. Objects that are still in use must be given to free() later. */
void slab_fini(struct slab *s);

/* Returns an object with all octets zero, or NULL without memory. */
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
