/* run/call/notif.h - sends answers to system calls through the seccomp listener. */
#ifndef RUN_CALL_NOTIF_H
#define RUN_CALL_NOTIF_H

#include "run/call/calls.h"

/* Returns true if the caller of @id still waits. */
bool notif_valid(const struct calls *calls, uint64_t id);

/* Answers with what a call_fn returned, which is neither CALL_BLOCKED nor CALL_ANSWERED. */
void notif_answer(struct calls *calls, uint64_t id, long answer);

/*
 * Installs a duplicate of @fd in the caller. Returns CALL_ANSWERED if that has answered the call as
 * well; otherwise the answer, a descriptor number or the negative errno.
 */
long notif_add_fd(struct calls *calls, uint64_t id, int fd, bool cloexec);

/* The same without an answer. Returns the number in the caller, or the negative errno. */
int notif_install_fd(struct calls *calls, uint64_t id, int fd, bool cloexec);

/*
 * Installs a duplicate of @fd as the caller's descriptor @at, and closes what was there. Does not
 * answer the call. Returns 0 or the negative errno.
 */
int notif_replace_fd(struct calls *calls, uint64_t id, int fd, int at, bool cloexec);

#endif
