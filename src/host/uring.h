/*
 * host/uring.h - many reads and writes of one descriptor in one system call: as little of
 * io_uring(7) as that takes.
 *
 * Nothing ever waits: what cannot be done at once is -EAGAIN. When uring_run() returns, all that
 * was asked for is done.
 */
#ifndef HOST_URING_H
#define HOST_URING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

enum { URING_DEPTH = 32 };

struct uring;

/*
 * For @fd, which must outlive it, and has nothing to be read yet. NULL where the kernel has no
 * io_uring, forbids it, or cannot promise not to wait on @fd.
 */
struct uring *uring_new(int fd);
void uring_free(struct uring *u);

/*
 * Ask for one more, at most URING_DEPTH in all until uring_run(). Call @i of them, from 0, is the
 * order of asking.
 */
void uring_read(struct uring *u, void *buf, uint32_t len);
void uring_writev(struct uring *u, const struct iovec *iov, unsigned n);

/* Do what was asked for, in that order; returns how many there were. */
unsigned uring_run(struct uring *u);

/* What became of number @i of the last run: octets, or a negative errno. */
int uring_result(const struct uring *u, unsigned i);

#endif
