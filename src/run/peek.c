#include "run/peek.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

void
caller_init(struct caller *c, const struct kernel *kernel, pid_t tid)
{
	*c = (struct caller){.kernel = kernel, .tid = tid, .pidfd = -1};
}

void
caller_done(struct caller *c)
{
	if (c->pidfd >= 0)
		close(c->pidfd);
	c->pidfd = -1;
}

/* The way of a kernel without CONFIG_CROSS_MEMORY_ATTACH. */
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

int
caller_read(const struct caller *c, uint64_t from, void *to, size_t len)
{
	struct iovec here = {to, len}, there = {(void *)(uintptr_t)from, len};

	if (len == 0)
		return 0;
	if (!c->kernel->process_vm)
		return by_file(c, from, to, len, false) ? 0 : -EFAULT;
	return process_vm_readv(c->tid, &here, 1, &there, 1, 0) == (ssize_t)len ? 0 : -EFAULT;
}

int
caller_write(const struct caller *c, uint64_t to, const void *from, size_t len)
{
	struct iovec here = {(void *)(uintptr_t)from, len}, there = {(void *)(uintptr_t)to, len};

	if (len == 0)
		return 0;
	if (!c->kernel->process_vm)
		return by_file(c, to, (void *)(uintptr_t)from, len, true) ? 0 : -EFAULT;
	return process_vm_writev(c->tid, &here, 1, &there, 1, 0) == (ssize_t)len ? 0 : -EFAULT;
}

pid_t
caller_process(pid_t tid)
{
	char path[32], text[512];
	const char *at;
	ssize_t n;
	int fd, pid;

	snprintf(path, sizeof path, "/proc/%d/status", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	at = strstr(text, "\nTgid:");
	return at && sscanf(at, "\nTgid: %d", &pid) == 1 ? pid : -1;
}

pid_t
caller_name(pid_t tid, char comm[static CALLER_COMM])
{
	char path[32];
	ssize_t n;
	pid_t pid = caller_process(tid);
	int fd;

	comm[0] = 0;
	/* The first thread's: what ps shows. */
	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return pid;
	n = read(fd, comm, CALLER_COMM - 1);
	close(fd);
	comm[n > 0 ? n : 0] = 0;
	comm[strcspn(comm, "\n")] = 0;
	return pid;
}

/*
 * Before Linux 6.9 a pidfd names a whole process, so the descriptor comes from the table of its first thread: the same one in all but
 * the rarest programs (CLONE_THREAD without CLONE_FILES).
 */
static int
open_caller(const struct caller *c)
{
	int fd;

	if (c->kernel->pidfd_thread) {
		fd = kernel_pidfd_open(c->tid, PIDFD_THREAD);
		if (fd >= 0 || errno != EINVAL)
			return fd < 0 ? -errno : fd;
	}
	fd = kernel_pidfd_open(caller_process(c->tid), 0);
	return fd < 0 ? -errno : fd;
}

int
caller_fd(struct caller *c, int fd)
{
	int got;

	if (c->pidfd < 0) {
		c->pidfd = open_caller(c);
		if (c->pidfd < 0) {
			int rc = c->pidfd;

			c->pidfd = -1;
			return rc;
		}
	}
	got = kernel_pidfd_getfd(c->pidfd, fd);
	return got < 0 ? -errno : got;
}

bool
caller_cloexec(const struct caller *c, int fd)
{
	char path[48], line[64];
	unsigned flags = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", c->tid, fd);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fgets(line, sizeof line, f))
		if (sscanf(line, "flags: %o", &flags) == 1)
			break;
	fclose(f);
	return flags & O_CLOEXEC;
}
