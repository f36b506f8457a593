/*
 * host/uring.h - does many reads and writes of one descriptor with one system call. It uses only
 * the parts of io_uring(7) that are needed for this.
 *
 * No request waits: one that cannot be done at once ends with -EAGAIN. When uring_run() returns,
 * all requests have ended.
 */
#ifndef HOST_URING_H
#define HOST_URING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

enum { URING_DEPTH = 32 };

struct uring;

/*
 * Makes a ring for @fd, which is borrowed, must stay open, and must have nothing to read yet.
 * Returns NULL without memory, or if the kernel has no io_uring, forbids it, or may wait on @fd.
 */
struct uring *uring_new(int fd);
void uring_free(struct uring *u);

/*
 * Add a request: a read into @buf, or a write of the @n parts at @iov. At most URING_DEPTH requests
 * may be added before uring_run(). The buffers must stay until then.
 */
void uring_read(struct uring *u, void *buf, uint32_t len);
void uring_writev(struct uring *u, const struct iovec *iov, unsigned n);

/* Does the requests in the order in which they were added. Returns their number. */
unsigned uring_run(struct uring *u);

/*
 * Returns the result of request @i of the last uring_run(), counted from 0: the number of octets,
 * or a negative errno.
 */
int uring_result(const struct uring *u, unsigned i);

#endif
