/*
 * run/census.h - which sockets the program's processes have open, as /proc lists them.
 *
 * It serves where the worker holds duplicates of the program's ends, so that sock_diag(7) finds
 * them alive whether the program has closed them or not. A descriptor that is on its way through an
 * AF_UNIX socket is not seen.
 */
#ifndef RUN_CENSUS_H
#define RUN_CENSUS_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Calls @fn for each socket that a descendant of this process has open, as descriptor @fd of @pid.
 * Where the kernel does not list children, for those of all processes that this user may look into,
 * but for this one and its parent (they share one descriptor table). 0 or the negative errno.
 */
int census_each(void (*fn)(void *arg, uint64_t inode, pid_t pid, int fd), void *arg);

#endif
