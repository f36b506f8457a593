/*
 * serve/change/removal.h - removes a file or an empty folder, in a thread: to free the blocks of a
 * large file takes time.
 */
#ifndef SERVE_CHANGE_REMOVAL_H
#define SERVE_CHANGE_REMOVAL_H

#include "serve/change/change.h"

struct removal {
	/* The owner's: set before removal_begin(). */
	enum change_expect expect;
	struct change_there seen;         /* it exists */
	struct change_place place;        /* open; it becomes the removal's */
	void (*event)(struct removal *r); /* it has ended */
	void *owner;

	enum change_result result;

	/* The removal's own. */
	struct job job;
	bool over, abandoned;
};

/* A removal of zeros, or NULL without memory. */
struct removal *removal_new(void);

/* An event follows; if @jobs is NULL, it comes at once. */
void removal_begin(struct removal *r, struct jobs *jobs);

/* Frees @r; what has begun goes on. No event follows. */
void removal_free(struct removal *r);

#endif
