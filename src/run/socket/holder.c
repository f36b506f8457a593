/*
 * run/socket/holder.c - searches /proc for a process that has the program's end of a record open,
 * and duplicates its descriptor. It keeps nothing.
 */
#include "run/socket/holder.h"

#include "run/process/caller.h"
#include "run/proxy/diag.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t
holder_peer_inode(int fd)
{
	uint64_t own = unix_inode(fd);

	return own ? diag_peer(own) : 0;
}

/*
 * Returns a duplicate of descriptor @fd of thread @tid if it is the socket with @inode; otherwise
 * the negative errno.
 */
static int
try(struct sockrecs *recs, pid_t tid, int fd, uint64_t inode)
{
	struct caller c;
	int got;

	caller_init(&c, recs->callers, tid);
	got = caller_fd(&c, fd);
	caller_done(&c);
	if (got >= 0 && unix_inode(got) == inode)
		return got;
	if (got >= 0)
		close(got);
	return got < 0 ? got : -ENOENT;
}

static int
search_process(struct sockrecs *recs, pid_t pid, uint64_t inode)
{
	char path[64], want[40], link[40];
	struct dirent *e;
	DIR *dir;
	int got = -ENOENT;

	snprintf(path, sizeof path, "/proc/%d/fd", pid);
	snprintf(want, sizeof want, "socket:[%" PRIu64 "]", inode);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (got < 0 && !fd_budget_ran_out(got) && (e = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), e->d_name, link, sizeof link - 1);

		if (n > 0 && (size_t)n == strlen(want) && !memcmp(link, want, (size_t)n))
			got = try(recs, pid, atoi(e->d_name), inode);
	}
	closedir(dir);
	return got;
}

/* Searches all processes of this user. Those outside the program's tree have no such socket. */
static int
search(struct sockrecs *recs, uint64_t inode)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	int got = dir ? -ENOENT : -errno;

	while (dir && got < 0 && !fd_budget_ran_out(got) && (e = readdir(dir))) {
		pid_t pid = atoi(e->d_name);

		if (pid > 0 && pid != getpid())
			got = search_process(recs, pid, inode);
	}
	if (dir)
		closedir(dir);
	return got;
}

int
holder_borrow(struct sockrec *r)
{
	int got = -ENOENT;

	if (!r->recs->kernel->getfd && r->program_end >= 0) {
		got = fcntl(r->program_end, F_DUPFD_CLOEXEC, 0);
		return got < 0 ? -errno : got;
	}
	if (!r->recs->kernel->getfd)
		return -ENOENT;
	if (!r->inode && r->our_end.fd >= 0) {
		uint64_t inode = holder_peer_inode(r->our_end.fd);

		if (inode)
			sockrec_set_inode(r, inode);
	}
	if (!r->inode)
		return -1;
	if (r->place.fd >= 0)
		got = try(r->recs, r->place.tid, r->place.fd, r->inode);
	return got >= 0 || fd_budget_ran_out(got) ? got : search(r->recs, r->inode);
}
