/*
 * serve/readme/arena.c - an arena of pages that are zeros until they are used.
 */
#include "serve/readme/arena.h"

#include "base/err.h"

#include <string.h>
#include <sys/mman.h>

/* Before each piece stands its length. */
enum { HEAD = _Alignof(max_align_t) };

int
arena_begin(struct arena *a, size_t most)
{
	a->at = mmap(NULL, most, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	a->used = 0;
	a->most = most;
	return a->at == MAP_FAILED ? -LEAT_ENOMEM : 0;
}

void
arena_end(struct arena *a)
{
	munmap(a->at, a->most);
}

void *
arena_take(struct arena *a, size_t octets)
{
	char *head = a->at + a->used;

	if (octets > a->most - a->used || a->most - a->used - octets < 2 * HEAD)
		longjmp(a->full, 1);
	memcpy(head, &octets, sizeof octets);
	a->used += HEAD + (octets + HEAD - 1) / HEAD * HEAD;
	return head + HEAD;
}

void *
arena_grow(struct arena *a, void *at, size_t octets)
{
	void *grown = arena_take(a, octets);
	size_t before;

	if (at) {
		memcpy(&before, (char *)at - HEAD, sizeof before);
		memcpy(grown, at, before < octets ? before : octets);
	}
	return grown;
}
