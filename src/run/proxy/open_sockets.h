/*
 * run/proxy/open_sockets.h - which sockets the program's processes have open, as /proc lists them.
 *
 * It is used where the worker holds duplicates of the program's ends: sock_diag(7) then finds them
 * alive even if the program has closed them. It does not see a descriptor that is on its way
 * through an AF_UNIX socket.
 */
#ifndef RUN_PROXY_OPEN_SOCKETS_H
#define RUN_PROXY_OPEN_SOCKETS_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Calls @fn for each socket that a descendant of this process has open, as descriptor @fd of @pid.
 * If the kernel does not list children, it looks at all processes that this user may look into,
 * except this one and its parent (they share one descriptor table). Returns 0 or the negative
 * errno.
 */
int open_sockets_each(void (*fn)(void *arg, uint64_t inode, pid_t pid, int fd), void *arg);

#endif
