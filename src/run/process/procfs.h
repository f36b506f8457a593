/*
 * run/process/procfs.h - checks that /proc is there and shows our processes, through which the
 * worker sees the program's processes, threads and descriptors. It does not know what it is read
 * for.
 */
#ifndef RUN_PROCESS_PROCFS_H
#define RUN_PROCESS_PROCFS_H

#include <stdbool.h>

/*
 * Returns 0; ESRCH if /proc shows the processes of another PID namespace; or the errno of the first
 * file that could not be opened.
 */
int procfs_check(void);

/*
 * Returns true if two descriptors are free. A walk over /proc needs them: one for the directory,
 * and one for each process in turn.
 */
bool procfs_can_walk(void);

/*
 * Calls @fn in a child process that has an empty descriptor table, for when ours is full. Waits for
 * the child. @fn has to write its result to memory that parent and child share. Returns what @fn
 * returned; false if the child could not be made or failed.
 */
bool procfs_by_helper(bool (*fn)(void *arg), void *arg);

#endif
