/*
 * serve/readme/arena.h - memory for a library that cannot go on without any: it is taken from one
 * piece, and when that is used up, the work is left by longjmp(3). All is given back at once.
 */
#ifndef SERVE_README_ARENA_H
#define SERVE_README_ARENA_H

#include <setjmp.h>
#include <stddef.h>

struct arena {
	char *at;
	size_t used, most;
	jmp_buf full; /* set by the owner; reached when there is no more */
};

/* 0, or -LEAT_ENOMEM. Only what is used takes memory. */
int arena_begin(struct arena *a, size_t most);
void arena_end(struct arena *a);

/* Zeros. */
void *arena_take(struct arena *a, size_t octets);

/* @at, which arena_take() or this has returned, or NULL, with room for @octets. */
void *arena_grow(struct arena *a, void *at, size_t octets);

#endif
