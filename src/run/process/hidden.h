/*
 * run/process/hidden.h - keeps this process from being looked into by others of the same user.
 *
 * The program has our user's identity, so it could trace Leat's processes and take the host's
 * sockets with pidfd_getfd(2). The kernel refuses both for a process that is not dumpable
 * (prctl(2)). A fork inherits that, and execve(2) ends it.
 */
#ifndef RUN_PROCESS_HIDDEN_H
#define RUN_PROCESS_HIDDEN_H

/* Hides this process, unless LEAT_DISABLE has "hidden". */
void hidden_begin(void);

/* Undoes it. */
void hidden_end(void);

#endif
