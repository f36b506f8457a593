/*
 * get/output/outfile.h - where content goes: a file, which is opened with its first octet, or
 * standard output.
 *
 * A file is written under its own name, as curl does, so that what was interrupted can be resumed
 * and a device can be named. It does not know what is written.
 */
#ifndef GET_OUTPUT_OUTFILE_H
#define GET_OUTPUT_OUTFILE_H

#include "host/loop.h"

#include <stddef.h>
#include <sys/types.h>

enum outfile_mode {
	OUTFILE_TRUNCATE, /* an old file is emptied */
	OUTFILE_APPEND,   /* its content stays */
	OUTFILE_NEW       /* there must not be an old file */
};

struct outfile {
	struct loop *loop;
	const char *path; /* NULL: standard output */
	enum outfile_mode mode;
	bool create_dirs;
	int fd; /* -1: not open */
	bool owned, terminal;
	struct loop_fd watch; /* for room in a pipe */
	bool watched;
	void (*ready)(void *arg);
	void *arg;
};

/* @path is borrowed; NULL: standard output. @ready is called when there is room again. */
void outfile_init(
    struct outfile *o, struct loop *loop, const char *path, void (*ready)(void *arg), void *arg);

/*
 * Returns true if @path names a regular file or nothing. Only then may it be renamed or replaced: a
 * device or a pipe is written where it is.
 */
bool outfile_can_move(const char *path);

/* Opens the file, if it is not open. Returns 0 or a negative errno. */
int outfile_open(struct outfile *o);

/*
 * Writes octets, after opening the file. Returns how many were taken, fewer only if outfile.ready
 * will be called; or a negative errno.
 */
ssize_t outfile_write(struct outfile *o, const char *at, size_t n);

/* Empties the file, for another attempt from @length octets on. Returns 0 or a negative errno. */
int outfile_cut(struct outfile *o, off_t length);

/* Closes the file. Returns 0, or a negative errno: what was written may be lost. */
int outfile_close(struct outfile *o);

#endif
