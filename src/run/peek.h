/*
 * run/peek.h - the caller of an intercepted call: its memory and its descriptors.
 *
 * Pointer arguments are copied once, since another thread may change what they point to. Whoever holds a struct caller has found its
 * notification still valid after the process was opened, so it is the caller's memory, not that of a newcomer with the same number.
 */
#ifndef RUN_PEEK_H
#define RUN_PEEK_H

#include "run/kernel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct caller {
	const struct kernel *kernel;
	pid_t tid;
	int pidfd; /* -1 until a descriptor was asked for */
};

void caller_init(struct caller *c, const struct kernel *kernel, pid_t tid);
void caller_done(struct caller *c);

/* All @len octets or -EFAULT. */
int caller_read(const struct caller *c, uint64_t from, void *to, size_t len);
int caller_write(const struct caller *c, uint64_t to, const void *from, size_t len);

/* A duplicate of the caller's descriptor @fd, close-on-exec: ours to close. Or the negative errno. */
int caller_fd(struct caller *c, int fd);

/* Is the caller's descriptor @fd closed by execve()? */
bool caller_cloexec(const struct caller *c, int fd);

/* The thread group of @tid, from /proc; -1 when it is gone. */
pid_t caller_process(pid_t tid);

/* The same, with the process's name as ps shows it. */
enum { CALLER_COMM = 16 };
pid_t caller_name(pid_t tid, char comm[static CALLER_COMM]);

#endif
