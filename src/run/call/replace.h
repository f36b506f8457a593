/*
 * run/call/replace.h - replaces the socket at a number of the program's descriptor table.
 *
 * The kernel cannot replace a descriptor on the condition that it still is a certain file:
 * SECCOMP_ADDFD_FLAG_SETFD closes whatever is there. So it is used only while no other task can
 * change the table: the caller is alone in using it, or all others are stopped.
 */
#ifndef RUN_CALL_REPLACE_H
#define RUN_CALL_REPLACE_H

#include "run/call/call.h"

/*
 * Puts @fd at c->arg[0] if the socket with @inode is there. @hold: other threads of the process may
 * be stopped meanwhile. Returns 0; -EBUSY if others may change the table or have changed it; or
 * another negative errno.
 */
int replace_fd(struct call *c, uint64_t inode, int fd, bool hold);

#endif
