/*
 * run/process/caller.c - opens the process of an intercepted call, reads and writes its memory, and
 * duplicates its descriptors. It does not know which call it is.
 */
#include "run/process/caller.h"

#include "run/process/procfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

void
callers_init(struct callers *all, struct kernel *kernel, unsigned size)
{
	*all = (struct callers){.kernel = kernel, .size = size};
}

static void
forget(struct caller_known *k)
{
	if (!k->tid)
		return;
	close(k->pidfd);
	if (k->comm >= 0)
		close(k->comm);
	k->tid = 0;
}

void
callers_fini(struct callers *all)
{
	for (unsigned i = 0; i < CALLERS_KNOWN; i++)
		forget(&all->known[i]);
}

static struct caller_known *
entry_of(struct callers *all, pid_t tid)
{
	return &all->known[(unsigned)tid % all->size];
}

/* Returns the entry of @c; NULL if the thread did not call before or was forgotten. */
static struct caller_known *
known(const struct caller *c)
{
	struct caller_known *k = entry_of(c->all, c->tid);

	return k->tid == c->tid ? k : NULL;
}

void
caller_init(struct caller *c, struct callers *all, pid_t tid)
{
	*c = (struct caller){.all = all, .tid = tid, .pidfd = -1};
}

void
caller_done(struct caller *c)
{
	if (c->pidfd >= 0)
		close(c->pidfd);
	c->pidfd = -1;
}

/* Reads or writes the memory through /proc/TID/mem. Returns true if all of it was copied. */
static bool
by_file(const struct caller *c, uint64_t at, void *buf, size_t len, bool write)
{
	char path[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/mem", c->tid);
	fd = open(path, (write ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = write ? pwrite(fd, buf, len, (off_t)at) : pread(fd, buf, len, (off_t)at);
	close(fd);
	return n == (ssize_t)len;
}

/*
 * Called after process_vm_readv(2) or process_vm_writev(2) failed. If the kernel refuses the call
 * itself (no CONFIG_CROSS_MEMORY_ATTACH, or a sandbox), uses /proc/TID/mem, and from then on for
 * all calls.
 */
static int
fall_back(const struct caller *c, uint64_t at, void *buf, size_t len, bool write)
{
	if ((errno != EPERM && errno != ENOSYS) || !by_file(c, at, buf, len, write))
		return -EFAULT;
	c->all->kernel->process_vm = false;
	return 0;
}

int
caller_read(const struct caller *c, uint64_t from, void *to, size_t len)
{
	struct iovec here = {to, len}, there = {(void *)(uintptr_t)from, len};
	ssize_t n;

	if (len == 0)
		return 0;
	if (!c->all->kernel->process_vm)
		return by_file(c, from, to, len, false) ? 0 : -EFAULT;
	n = process_vm_readv(c->tid, &here, 1, &there, 1, 0);
	if (n < 0)
		return fall_back(c, from, to, len, false);
	return n == (ssize_t)len ? 0 : -EFAULT;
}

int
caller_write(const struct caller *c, uint64_t to, const void *from, size_t len)
{
	struct iovec here = {(void *)(uintptr_t)from, len}, there = {(void *)(uintptr_t)to, len};
	ssize_t n;

	if (len == 0)
		return 0;
	if (!c->all->kernel->process_vm)
		return by_file(c, to, here.iov_base, len, true) ? 0 : -EFAULT;
	n = process_vm_writev(c->tid, &here, 1, &there, 1, 0);
	if (n < 0)
		return fall_back(c, to, here.iov_base, len, true);
	return n == (ssize_t)len ? 0 : -EFAULT;
}

int
caller_write_sized(
    const struct caller *c, uint64_t to, const void *from, size_t len, uint64_t len_to, int value_len)
{
	struct iovec here[2] = {{(void *)(uintptr_t)from, len}, {&value_len, sizeof value_len}};
	struct iovec there[2] = {{(void *)(uintptr_t)to, len}, {(void *)(uintptr_t)len_to, sizeof value_len}};
	int rc;

	if (c->all->kernel->process_vm && len &&
	    process_vm_writev(c->tid, here, 2, there, 2, 0) == (ssize_t)(len + sizeof value_len))
		return 0;
	rc = caller_write(c, to, from, len);
	return rc ? rc : caller_write(c, len_to, &value_len, sizeof value_len);
}

/* Returns the process ID of thread @tid; or the negative errno if it cannot be found. */
static pid_t
process_of(pid_t tid)
{
	char path[32], text[512];
	const char *at;
	ssize_t n;
	int fd, pid;

	snprintf(path, sizeof path, "/proc/%d/status", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	at = strstr(text, "\nTgid:");
	return at && sscanf(at, "\nTgid: %d", &pid) == 1 ? pid : -ESRCH;
}

pid_t
caller_process(struct caller *c)
{
	struct caller_known *k = known(c);

	if (!k)
		return process_of(c->tid);
	if (k->process <= 0)
		k->process = process_of(c->tid);
	return k->process;
}

/* Opens the name of the first thread, which ps(1) shows. */
static int
open_comm(pid_t process)
{
	char path[32];

	snprintf(path, sizeof path, "/proc/%d/comm", process);
	return open(path, O_RDONLY | O_CLOEXEC);
}

pid_t
caller_name(struct caller *c, char comm[static CALLER_COMM])
{
	struct caller_known *k = known(c);
	pid_t process = caller_process(c);
	int fd = k && k->comm >= 0 ? k->comm : open_comm(process);
	/* Reads each time: the name may have changed since the file was opened. */
	ssize_t n = fd < 0 ? 0 : pread(fd, comm, CALLER_COMM - 1, 0);

	comm[n > 0 ? n : 0] = 0;
	comm[strcspn(comm, "\n")] = 0;
	if (k)
		k->comm = fd;
	else if (fd >= 0)
		close(fd);
	return process;
}

/*
 * Opens a pidfd of the thread. Before Linux 6.9 a pidfd stands for a whole process, so descriptors
 * come from the table of its first thread. That is the same table in all but the rarest programs
 * (CLONE_THREAD without CLONE_FILES). Such a pidfd does not say whether the thread still lives, so
 * it is not remembered.
 */
static int
open_caller(struct caller *c)
{
	struct caller_known *k = entry_of(c->all, c->tid);
	pid_t process;
	int fd;

	c->found = true;
	if (c->all->kernel->pidfd_thread) {
		fd = kernel_pidfd_open(c->tid, PIDFD_THREAD);
		if (fd >= 0) {
			forget(k);
			*k = (struct caller_known){.tid = c->tid, .pidfd = fd, .comm = -1};
			return fd;
		}
		if (errno != EINVAL)
			return -errno;
	}
	process = process_of(c->tid);
	if (process < 0)
		return process == -ENOENT ? -ESRCH : process;
	fd = kernel_pidfd_open(process, 0);
	if (fd < 0)
		return -errno;
	c->pidfd = fd;
	return fd;
}

int
caller_fd(struct caller *c, int fd)
{
	struct caller_known *k = known(c);
	int pidfd = k ? k->pidfd : c->pidfd, got = -1;

	if (pidfd >= 0) {
		got = kernel_pidfd_getfd(pidfd, fd);
		if (got >= 0 || errno != ESRCH || !k)
			return got < 0 ? -errno : got;
		forget(k); /* another thread has its ID */
	}
	pidfd = open_caller(c);
	if (pidfd < 0)
		return pidfd;
	got = kernel_pidfd_getfd(pidfd, fd);
	return got < 0 ? -errno : got;
}

int *
caller_net(struct caller *c)
{
	struct caller_known *k = known(c);

	if (k && kernel_pidfd_alive(k->pidfd))
		return &k->net;
	if (k)
		forget(k); /* another thread has its ID */
	if (c->pidfd < 0)
		open_caller(c);
	k = known(c);
	return k ? &k->net : NULL;
}

bool
caller_cloexec(const struct caller *c, int fd)
{
	return procfd_flags(c->tid, fd) & O_CLOEXEC;
}
