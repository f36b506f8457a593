/*
 * run/process/caller.h - the thread that made an intercepted call: access to its memory, its
 * descriptors and its name. It does not know which call that is.
 *
 * Pointer arguments are copied once, since another thread may change what they point to. The worker
 * opens the process first, and then checks that the notification is still valid. So the memory is
 * that of the thread which made the call, not of a later process with the same ID.
 */
#ifndef RUN_PROCESS_CALLER_H
#define RUN_PROCESS_CALLER_H

#include "run/process/kernel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { CALLERS_KNOWN = 64, CALLER_COMM = 16 };

/* A thread that called before. While its pidfd says that it lives, no other thread has its ID. */
struct caller_known {
	pid_t tid; /* 0 = none */
	int pidfd;
	pid_t process; /* 0 = not found out yet */
	int comm;      /* /proc/PROCESS/comm; -1 = not opened yet */
	int net;       /* what call/netns.c found out; 0 = nothing yet */
};

struct callers {
	struct kernel *kernel;
	unsigned size; /* the entries of @known that are used */
	struct caller_known known[CALLERS_KNOWN];
};

/*
 * Begins with no known thread. @size is how many are remembered, CALLERS_KNOWN at most; each takes
 * up to two descriptors. Borrows @kernel.
 */
void callers_init(struct callers *all, struct kernel *kernel, unsigned size);
void callers_fini(struct callers *all);

struct caller {
	struct callers *all;
	pid_t tid;
	bool found; /* it was just found by its ID: the worker must check the notification again */
	/* A pidfd of its process, on a kernel without pidfds of threads; -1 = not opened yet. */
	int pidfd;
};

/* Begins with thread @tid, and opens nothing yet. caller_done() closes what was opened. */
void caller_init(struct caller *c, struct callers *all, pid_t tid);
void caller_done(struct caller *c);

/*
 * Copy @len octets from or to the memory of the thread. Return 0; or -EFAULT unless all of it could
 * be copied.
 */
int caller_read(const struct caller *c, uint64_t from, void *to, size_t len);
int caller_write(const struct caller *c, uint64_t to, const void *from, size_t len);
/*
 * Writes a value and its length: @len octets to address @to, and the int @value_len to address
 * @len_to. Returns 0 or -EFAULT.
 */
int caller_write_sized(
    const struct caller *c, uint64_t to, const void *from, size_t len, uint64_t len_to, int value_len);

/*
 * Returns a duplicate of descriptor @fd of the thread, close-on-exec, which the worker must close;
 * or the negative errno.
 */
int caller_fd(struct caller *c, int fd);

/* Returns true if execve(2) closes descriptor @fd of the thread. */
bool caller_cloexec(const struct caller *c, int fd);

/*
 * Returns where call/netns.c keeps what it has found out about the thread. The place is valid as
 * long as the thread lives. Returns NULL if there is none for this thread.
 */
int *caller_net(struct caller *c);

/* Returns the process ID of the thread, from /proc; negative if the thread is gone. */
pid_t caller_process(struct caller *c);

/*
 * Does the same, and writes the name of the process, as ps(1) shows it, to @comm; "" if it cannot
 * be read.
 */
pid_t caller_name(struct caller *c, char comm[static CALLER_COMM]);

#endif
