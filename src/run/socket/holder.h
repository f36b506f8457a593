/*
 * run/socket/holder.h - takes a duplicate of the program's end of a record when no call of the
 * program is at hand.
 */
#ifndef RUN_SOCKET_HOLDER_H
#define RUN_SOCKET_HOLDER_H

#include "run/socket/sockrec.h"

/*
 * Returns a descriptor, which the caller closes at once. Returns a negative number if no process
 * has the end open; it may be in flight in a socket. If that number is one of fd_budget_ran_out(),
 * the worker had no descriptor to look with.
 */
int holder_borrow(struct sockrec *r);

/* Returns the inode of the socket at the other end of @fd, an end of ours; 0 if there is none. */
uint64_t holder_peer_inode(int fd);

#endif
