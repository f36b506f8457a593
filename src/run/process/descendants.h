/*
 * run/process/descendants.h - lists the live processes of the tree below the calling process, from
 * /proc.
 */
#ifndef RUN_PROCESS_DESCENDANTS_H
#define RUN_PROCESS_DESCENDANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { DESCENDANT_NAME = 16 };

struct descendant {
	pid_t pid, parent, group;
	char name[DESCENDANT_NAME]; /* printable; as /proc/PID/comm has it */
	bool below;                 /* internal */
};

/*
 * Lists all descendants of the caller that have not ended, ordered by number. The caller frees
 * *@out. Returns how many; -1 without memory, or if /proc cannot be read.
 */
ssize_t descendants_list(struct descendant **out);

#endif
