/*
 * run/process/hidden.h - denies other processes of the same user access to this process.
 *
 * The program has our user's identity, so it could trace Leat's processes and take the host's
 * sockets from them with pidfd_getfd(2). The kernel refuses both for a process that is not dumpable
 * (prctl(2)). A fork inherits that setting; execve(2) resets it.
 */
#ifndef RUN_PROCESS_HIDDEN_H
#define RUN_PROCESS_HIDDEN_H

/* Makes this process undumpable, unless LEAT_DISABLE has "hidden". */
void hidden_begin(void);

/* Makes this process dumpable again, if hidden_begin() made it undumpable. */
void hidden_end(void);

#endif
