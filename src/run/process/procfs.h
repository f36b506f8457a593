/*
 * run/process/procfs.h - checks that /proc is there and shows our processes. The worker looks at
 * the program's processes, threads and descriptors through it.
 */
#ifndef RUN_PROCESS_PROCFS_H
#define RUN_PROCESS_PROCFS_H

#include <stdbool.h>

/*
 * Returns 0; ESRCH if /proc shows the processes of another PID namespace; or the errno of the first
 * look that failed.
 */
int procfs_check(void);

/*
 * Returns true if the two descriptors are free that a walk over /proc takes: the folder's, and one
 * for each process.
 */
bool procfs_can_walk(void);

/*
 * Calls @fn in a child with a table of descriptors of its own, which is empty: for when ours is
 * full. What @fn finds has to be written to memory that both share. Returns what @fn returned;
 * false, too, if there can be no child.
 */
bool procfs_by_helper(bool (*fn)(void *arg), void *arg);

#endif
