/*
 * run/call/replace.h - puts another socket at a number of the program's descriptor table.
 *
 * The kernel has no "replace this descriptor if it still is that file": SECCOMP_ADDFD_FLAG_SETFD
 * closes whatever stands there. So it is used only while no other task can change the table: the
 * caller is the only one that has it, or all others stand still.
 */
#ifndef RUN_CALL_REPLACE_H
#define RUN_CALL_REPLACE_H

#include "run/call/call.h"

/*
 * Puts @fd at c->arg[0] if the socket with @inode stands there. @hold: the process's other threads
 * are stopped meanwhile, if it has any. Returns 0, or -EBUSY: others may change the table, or have
 * changed it.
 */
int replace_fd(struct call *c, uint64_t inode, int fd, bool hold);

#endif
