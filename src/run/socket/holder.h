/*
 * run/socket/holder.h - a duplicate of the program's end of a record's socket, found without the
 * program asking for anything.
 */
#ifndef RUN_SOCKET_HOLDER_H
#define RUN_SOCKET_HOLDER_H

#include "run/socket/sockrec.h"

/*
 * Returns a descriptor, the caller's to close at once; negative if no process has it open (it may
 * be on its way through a socket). -EMFILE and others of fd_room_ran_out(): there was no descriptor
 * to look with.
 */
int holder_borrow(struct sockrec *r);

/* The inode of the socket at the other end of @fd, of ours; 0. */
uint64_t holder_peer_inode(int fd);

#endif
