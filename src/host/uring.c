/*
 * host/uring.c - uses io_uring(7) without liburing: two rings and one system call. It does not know
 * what it reads and writes.
 *
 * Each request has RWF_NOWAIT. So the kernel does it, or refuses it, before io_uring_enter(2)
 * returns, and the completions are there at that moment. The process and the kernel share the heads
 * and tails of the rings, so these are read with acquire and written with release.
 *
 * The descriptor is not registered with the ring, although that would save 40 ns per request. The
 * kernel frees a ring some time after it was closed, also when the process was killed. A registered
 * device would be busy until then, and no other process could open it.
 */
#include "host/uring.h"

#include "host/feature.h"

#include <errno.h>
#include <linux/fs.h>
#include <linux/io_uring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct uring {
	int fd, ring_fd;
	uint8_t *rings; /* both, in one mapping */
	size_t rings_len, sqes_len;
	struct io_uring_sqe *sqes;
	unsigned *sq_tail, *sq_head, *sq_array, sq_mask;
	unsigned *cq_tail, *cq_head, cq_mask;
	struct io_uring_cqe *cqes;
	unsigned added;
	int result[URING_DEPTH];
};

static int
enter(struct uring *u, unsigned submit, unsigned wait)
{
	return (int)syscall(SYS_io_uring_enter, u->ring_fd, submit, wait, IORING_ENTER_GETEVENTS, NULL, 0);
}

static bool
map(struct uring *u, const struct io_uring_params *p)
{
	size_t sq = p->sq_off.array + p->sq_entries * sizeof(unsigned);
	size_t cq = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	uint8_t *r;

	u->rings_len = sq > cq ? sq : cq;
	u->sqes_len = p->sq_entries * sizeof *u->sqes;
	r = mmap(NULL, u->rings_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, u->ring_fd,
	    IORING_OFF_SQ_RING);
	if (r == MAP_FAILED)
		return false;
	u->rings = r;
	u->sqes = mmap(NULL, u->sqes_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, u->ring_fd,
	    IORING_OFF_SQES);
	if (u->sqes == MAP_FAILED) {
		u->sqes = NULL;
		return false;
	}
	u->sq_head = (unsigned *)(void *)(r + p->sq_off.head);
	u->sq_tail = (unsigned *)(void *)(r + p->sq_off.tail);
	u->sq_mask = *(unsigned *)(void *)(r + p->sq_off.ring_mask);
	u->sq_array = (unsigned *)(void *)(r + p->sq_off.array);
	u->cq_head = (unsigned *)(void *)(r + p->cq_off.head);
	u->cq_tail = (unsigned *)(void *)(r + p->cq_off.tail);
	u->cq_mask = *(unsigned *)(void *)(r + p->cq_off.ring_mask);
	u->cqes = (struct io_uring_cqe *)(void *)(r + p->cq_off.cqes);
	return true;
}

/*
 * Returns true if the kernel knows these requests, and the file supports RWF_NOWAIT. A read that
 * finds nothing shows it.
 */
static bool
works(struct uring *u)
{
	uint8_t octet;
	int res;

	uring_read(u, &octet, sizeof octet);
	uring_run(u);
	res = uring_result(u, 0);
	return res != -EINVAL && res != -EOPNOTSUPP && res != -ENOMEM;
}

struct uring *
uring_new(int fd)
{
	struct io_uring_params p = {0};
	struct uring *u;

	if (feature_disabled("io_uring"))
		return NULL;
	u = calloc(1, sizeof *u);
	if (!u)
		return NULL;
	u->fd = fd;
	u->ring_fd = (int)syscall(SYS_io_uring_setup, URING_DEPTH, &p);
	if (u->ring_fd >= 0 && p.features & IORING_FEAT_SINGLE_MMAP && map(u, &p) && works(u))
		return u;
	uring_free(u);
	return NULL;
}

void
uring_free(struct uring *u)
{
	if (!u)
		return;
	if (u->sqes)
		munmap(u->sqes, u->sqes_len);
	if (u->rings)
		munmap(u->rings, u->rings_len);
	if (u->ring_fd >= 0)
		close(u->ring_fd);
	free(u);
}

static void
add(struct uring *u, uint8_t opcode, const void *buf, uint32_t len)
{
	unsigned tail = *u->sq_tail, at = tail & u->sq_mask;

	u->sqes[at] = (struct io_uring_sqe){.opcode = opcode,
	    .fd = u->fd,
	    .addr = (uintptr_t)buf,
	    .len = len,
	    .rw_flags = RWF_NOWAIT,
	    .user_data = u->added++};
	u->sq_array[at] = at;
	__atomic_store_n(u->sq_tail, tail + 1, __ATOMIC_RELEASE);
}

void
uring_read(struct uring *u, void *buf, uint32_t len)
{
	add(u, IORING_OP_READ, buf, len);
}

void
uring_writev(struct uring *u, const struct iovec *iov, unsigned n)
{
	add(u, IORING_OP_WRITEV, iov, n);
}

static unsigned
collect(struct uring *u)
{
	unsigned head = *u->cq_head, n = 0;

	for (; head != __atomic_load_n(u->cq_tail, __ATOMIC_ACQUIRE); head++, n++) {
		const struct io_uring_cqe *cqe = &u->cqes[head & u->cq_mask];

		u->result[cqe->user_data] = cqe->res;
	}
	__atomic_store_n(u->cq_head, head, __ATOMIC_RELEASE);
	return n;
}

unsigned
uring_run(struct uring *u)
{
	unsigned asked = u->added, left = asked, done = 0;

	for (unsigned i = 0; i < asked; i++)
		u->result[i] = -ENOMEM; /* for a request that gets no completion */
	while (done < asked) {
		int taken = enter(u, left, asked - done);

		if (taken < 0 && errno != EINTR)
			break;
		left -= taken > 0 ? (unsigned)taken : 0;
		done += collect(u);
	}
	/* The kernel may not have taken all requests, for lack of memory. Remove the others. */
	*u->sq_tail = __atomic_load_n(u->sq_head, __ATOMIC_ACQUIRE);
	u->added = 0;
	return asked;
}

int
uring_result(const struct uring *u, unsigned i)
{
	return u->result[i];
}
