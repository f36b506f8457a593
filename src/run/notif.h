/*
 * run/notif.h - the seccomp listener: system calls come in, answers go out.
 */
#ifndef RUN_NOTIF_H
#define RUN_NOTIF_H

#include "run/worker.h"

/* Listen on @fd. 0 or the negative errno. */
int notif_start(struct worker *w, int fd);

/* Does the caller of @id still wait? */
bool notif_valid(const struct worker *w, uint64_t id);

/* Answer with what call_fn returned (not CALL_PARKED, not CALL_ANSWERED). */
void notif_answer(struct worker *w, uint64_t id, long answer);

/*
 * Install a duplicate of @fd in the caller. CALL_ANSWERED when the call returned it in the same
 * step; otherwise what to answer.
 */
long notif_add_fd(struct worker *w, uint64_t id, int fd, bool cloexec);

/* The same without answering: the number that it has in the caller, or the negative errno. */
int notif_install_fd(struct worker *w, uint64_t id, int fd, bool cloexec);

/*
 * Install a duplicate of @fd as the caller's descriptor @at, whatever that was; the call goes on. 0
 * or the negative errno.
 */
int notif_replace_fd(struct worker *w, uint64_t id, int fd, int at, bool cloexec);

#endif
