/*
 * run/call/notif.h - answers to system calls, through the seccomp listener.
 */
#ifndef RUN_CALL_NOTIF_H
#define RUN_CALL_NOTIF_H

#include "run/call/calls.h"

/* Does the caller of @id still wait? */
bool notif_valid(const struct calls *calls, uint64_t id);

/* Answer with what call_fn returned (not CALL_BLOCKED, not CALL_ANSWERED). */
void notif_answer(struct calls *calls, uint64_t id, long answer);

/*
 * Install a duplicate of @fd in the caller. CALL_ANSWERED when the call returned it in the same
 * step; otherwise what to answer.
 */
long notif_add_fd(struct calls *calls, uint64_t id, int fd, bool cloexec);

/* The same without answering: the number that it has in the caller, or the negative errno. */
int notif_install_fd(struct calls *calls, uint64_t id, int fd, bool cloexec);

/*
 * Install a duplicate of @fd as the caller's descriptor @at, whatever that was; the call goes on. 0
 * or the negative errno.
 */
int notif_replace_fd(struct calls *calls, uint64_t id, int fd, int at, bool cloexec);

#endif
