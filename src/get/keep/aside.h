/*
 * get/keep/aside.h - writes a file aside, and puts it in the place of the old one when it is whole.
 *
 * Who reads the file sees the old octets or the new ones, and nothing between. It does not wait for
 * the disk: after a power failure the new file may be empty.
 */
#ifndef GET_KEEP_ASIDE_H
#define GET_KEEP_ASIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct aside {
	int fd;     /* to write to */
	char *path; /* of the file in the end; without symbolic links */
	char *temp; /* of the file aside; NULL if @fd is the file itself */
};

/*
 * Opens a file aside of @path, which it will be. What is no regular file (/dev/stdout, a FIFO) is
 * opened itself. A file that is there keeps its mode; a new one gets @mode. Returns 0 or -errno.
 */
int aside_open(struct aside *a, const char *path, mode_t mode);

/* Writes all octets. Returns 0 or -errno; the file can then be dropped only. */
int aside_write(struct aside *a, const void *octets, size_t len);

/* Puts the file in its place, and frees @a. Returns 0 or -errno; the old file then stays. */
int aside_commit(struct aside *a);

/* Removes the file aside, and frees @a. */
void aside_drop(struct aside *a);

#endif
