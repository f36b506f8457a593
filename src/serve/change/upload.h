/*
 * serve/change/upload.h - a file that arrives: it is written aside, and comes to its place when it
 * is whole and on the disk. Until then no one sees anything of it.
 *
 * It has no name while it is written (O_TMPFILE), so nothing is left over if the machine stops. To
 * replace a file it has a hidden name for a moment, since linkat(2) replaces nothing. A file system
 * without O_TMPFILE gets a hidden name from the begin; one that was left over is removed by the
 * next upload to the same folder.
 *
 * A disk that is slow stops the upload that writes to it, and nothing else: all is written and
 * synced in threads. Octets wait in one buffer, which takes no more while a thread has it.
 */
#ifndef SERVE_CHANGE_UPLOAD_H
#define SERVE_CHANGE_UPLOAD_H

#include "serve/change/change.h"

enum { UPLOAD_BUFFER = 65536 };

enum upload_phase {
	UPLOAD_TAKES,     /* octets */
	UPLOAD_WRITES,    /* in a thread */
	UPLOAD_PUBLISHES, /* in a thread: writes the rest, syncs, and brings the file to its place */
	UPLOAD_OVER       /* @result says how it has ended */
};

struct upload {
	/* The owner's: set before upload_begin(). */
	struct jobs *jobs; /* borrowed; NULL: as jobs_add() */
	enum change_expect expect;
	struct change_there seen;
	/*
	 * There is room again, or the upload is over. Also called from within upload_write() and
	 * its like if @jobs is NULL.
	 */
	void (*event)(struct upload *u);
	void *owner;

	/* Results. */
	enum change_result result;
	struct site_state state; /* of the file in its place */
	uint64_t length;

	/* The upload's own. */
	struct change_place place;
	struct job job;
	enum upload_phase phase;
	bool finish;    /* upload_finish() was called */
	bool abandoned; /* upload_free() was called */
	int fd;
	int64_t written, kicked; /* octets; and those of which the writing to the disk was begun */
	bool named;              /* from the begin, as @aside */
	char aside[40];
	size_t len;
	char *buffer;
};

/* A new upload, of zeros but for its buffer, or NULL without memory. */
struct upload *upload_new(void);

/*
 * Begins a file at u->place, which is open and becomes the upload's, also if this fails.
 * CHANGE_NONE, or a failure.
 */
enum change_result upload_begin(struct upload *u);

/* False if the disk says that it has no room for so many octets. */
bool upload_has_room(const struct upload *u, uint64_t octets);

/* How many octets upload_write() takes now. */
static inline size_t
upload_room(const struct upload *u)
{
	return u->phase == UPLOAD_TAKES ? UPLOAD_BUFFER - u->len : 0;
}

/* Takes the first of @n octets, and returns how many; an event follows if not all. */
size_t upload_write(struct upload *u, const char *at, size_t n);

/* Has what was taken written; an event follows. The upload takes octets. */
void upload_push(struct upload *u);

/* All octets were given: the file comes to its place, if that goes. An event follows. */
void upload_finish(struct upload *u);

/* Frees the upload; what is not in its place by now is given up. No event follows. */
void upload_free(struct upload *u);

#endif
