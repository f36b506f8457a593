/*
 * base/slab.c - sets up and empties a list of free objects of one size. The functions of the data
 * path are inline in slab.h. It does not know what the objects hold.
 */
#include "base/slab.h"

#include <assert.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLAB_KEEPS 0
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SLAB_KEEPS 0
#endif
#ifndef SLAB_KEEPS
#define SLAB_KEEPS 1
#endif

void
slab_init(struct slab *s, size_t size, uint32_t most)
{
	assert(size >= sizeof(struct slab_free));
	*s = (struct slab){.size = size, .most = SLAB_KEEPS ? most : 0};
}

void
slab_fini(struct slab *s)
{
	struct slab_free *f;

	while ((f = s->free)) {
		s->free = f->next;
		free(f);
	}
	s->kept = 0;
}
