/*
 * run/proxy/open_sockets.h - finds out from /proc which sockets the program's processes have open.
 * It does not know which of them are ours.
 *
 * It is used where the worker holds duplicates of the program's sockets: sock_diag(7) then reports
 * a socket as alive although the program has closed it. It does not see a descriptor that is in
 * flight through an AF_UNIX socket.
 */
#ifndef RUN_PROXY_OPEN_SOCKETS_H
#define RUN_PROXY_OPEN_SOCKETS_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Calls @fn for each socket that a descendant of this process has open, as descriptor @fd of @pid.
 * If the kernel does not list children, looks at all processes that this user may look into, except
 * this one and its parent, which share one descriptor table. Returns 0; or the negative errno if
 * something could not be read.
 */
int open_sockets_each(void (*fn)(void *arg, uint64_t inode, pid_t pid, int fd), void *arg);

#endif
