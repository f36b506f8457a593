/*
 * run/process/caller.h - the caller of an intercepted call: its memory and its descriptors.
 *
 * Pointer arguments are copied once, since another thread may change what they point to. Whoever
 * holds a struct caller has found its notification still valid after the process was opened, so it
 * is the caller's memory, not that of a newcomer with the same number.
 */
#ifndef RUN_PROCESS_CALLER_H
#define RUN_PROCESS_CALLER_H

#include "run/process/kernel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { CALLERS_KNOWN = 64, CALLER_COMM = 16 };

/*
 * A thread that called before. Its pidfd says whether it is still the one with that number: while
 * it lives, nobody else is.
 */
struct caller_known {
	pid_t tid; /* 0 = nobody */
	int pidfd;
	pid_t process; /* 0 = not asked yet */
	int comm;      /* /proc/PROCESS/comm; -1 = not opened yet */
	int net;       /* netns.c's; 0 = not looked at yet */
};

struct callers {
	struct kernel *kernel;
	unsigned size; /* of @known, as many as are used */
	struct caller_known known[CALLERS_KNOWN];
};

/* @size: how many are remembered, CALLERS_KNOWN at the most. Each takes up to two descriptors. */
void callers_init(struct callers *all, struct kernel *kernel, unsigned size);
void callers_fini(struct callers *all);

struct caller {
	struct callers *all;
	pid_t tid;
	bool found; /* by number, just now: the notification has to be looked at again */
	int pidfd;  /* its own, where threads have none: -1 until a descriptor was asked for */
};

void caller_init(struct caller *c, struct callers *all, pid_t tid);
void caller_done(struct caller *c);

/* All @len octets or -EFAULT. */
int caller_read(const struct caller *c, uint64_t from, void *to, size_t len);
int caller_write(const struct caller *c, uint64_t to, const void *from, size_t len);
/*
 * Something of a length that the caller wants to know: @len octets of it to @to, and the int @told
 * to @len_to.
 */
int caller_write_sized(
    const struct caller *c, uint64_t to, const void *from, size_t len, uint64_t len_to, int told);

/*
 * A duplicate of the caller's descriptor @fd, close-on-exec: ours to close. Or the negative errno.
 */
int caller_fd(struct caller *c, int fd);

/* Is the caller's descriptor @fd closed by execve()? */
bool caller_cloexec(const struct caller *c, int fd);

/*
 * Returns the place where netns.c keeps what it has found out about the caller, as long as that
 * lives; NULL if there is no place for this one.
 */
int *caller_net(struct caller *c);

/* Returns the caller's process, from /proc; negative if it is gone. */
pid_t caller_process(struct caller *c);

/* The same, with the process's name as ps shows it. */
pid_t caller_name(struct caller *c, char comm[static CALLER_COMM]);

#endif
