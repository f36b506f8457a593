/*
 * run/process/descendants.h - lists the live descendants of the calling process. It reads /proc,
 * sends no signals, and does not know what the processes do.
 */
#ifndef RUN_PROCESS_DESCENDANTS_H
#define RUN_PROCESS_DESCENDANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { DESCENDANT_NAME = 16 };

struct descendant {
	pid_t pid, parent, group;
	char name[DESCENDANT_NAME]; /* as in /proc/PID/comm, but "?" for control characters */
	bool below;                 /* used while the list is built */
};

/*
 * Lists the descendants of the caller that have not ended, in the order of their process IDs. Sets
 * *@out to an array that the caller frees. Returns the number of entries; -1 if there is no memory
 * or /proc cannot be read.
 */
ssize_t descendants_list(struct descendant **out);

#endif
