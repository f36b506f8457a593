/*
 * run/proxy/open_sockets.c - walks /proc/PID/fd of this process's descendants, or of all processes.
 * It knows nothing of records.
 */
#include "run/proxy/open_sockets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct socket_scan {
	void (*fn)(void *arg, uint64_t inode, pid_t pid, int fd);
	void *arg;
	pid_t *pid; /* the processes found until now */
	size_t n, capacity;
	int failed; /* errno of something that is there but could not be read; 0 = none */
};

/*
 * Opens directory @path. Returns NULL if it cannot be opened, and sets @c->failed if that is for
 * lack of a descriptor or of memory.
 */
static DIR *
open_dir(struct socket_scan *c, const char *path)
{
	DIR *dir = opendir(path);

	if (!dir && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		c->failed = errno;
	return dir;
}

static void
add_process(struct socket_scan *c, pid_t pid)
{
	if (c->n == c->capacity) {
		size_t capacity = c->capacity ? 2 * c->capacity : 32;
		pid_t *more = realloc(c->pid, capacity * sizeof *more);

		if (!more) {
			c->failed = ENOMEM;
			return;
		}
		c->pid = more;
		c->capacity = capacity;
	}
	c->pid[c->n++] = pid;
}

/*
 * Calls c->fn for the sockets in the descriptor table at @path. Returns false if there is no table,
 * or if it is empty.
 */
static bool
visit_table(struct socket_scan *c, const char *path, pid_t pid)
{
	DIR *dir = open_dir(c, path);
	struct dirent *e;
	bool any = false;

	while (dir && (e = readdir(dir))) {
		char link[64];
		ssize_t n =
		    e->d_name[0] == '.' ? -1 : readlinkat(dirfd(dir), e->d_name, link, sizeof link - 1);
		uint64_t inode;

		if (n < 0)
			continue;
		any = true;
		link[n] = 0;
		if (sscanf(link, "socket:[%" SCNu64 "]", &inode) == 1)
			c->fn(c->arg, inode, pid, atoi(e->d_name));
	}
	if (dir)
		closedir(dir);
	return any;
}

/* Calls @fn for each entry of @path whose name is a number. */
static void
each_number(struct socket_scan *c, const char *path,
    void (*fn)(struct socket_scan *c, pid_t of, pid_t number), pid_t of)
{
	DIR *dir = open_dir(c, path);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (atoi(e->d_name) > 0)
			fn(c, of, atoi(e->d_name));
	if (dir)
		closedir(dir);
}

static void
visit_thread(struct socket_scan *c, pid_t pid, pid_t tid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/task/%d/fd", pid, tid);
	visit_table(c, path, tid);
}

/*
 * Visits the descriptor table of @pid. If its first thread has ended, the table is that of its
 * other threads.
 */
static void
visit_process(struct socket_scan *c, pid_t pid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/fd", pid);
	if (visit_table(c, path, pid))
		return;
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	each_number(c, path, visit_thread, pid);
}

static void
add_other(struct socket_scan *c, pid_t of, pid_t pid)
{
	if (pid != getpid() && pid != getppid())
		add_process(c, pid);
}

static void
add_children_of_thread(struct socket_scan *c, pid_t pid, pid_t tid)
{
	char path[64];
	FILE *list;
	int child;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, tid);
	list = fopen(path, "re");
	if (!list) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
			c->failed = errno;
		return;
	}
	while (fscanf(list, "%d", &child) == 1)
		add_process(c, child);
	fclose(list);
}

static void
add_children(struct socket_scan *c, pid_t pid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/task", pid);
	each_number(c, path, add_children_of_thread, pid);
}

int
open_sockets_each(void (*fn)(void *arg, uint64_t inode, pid_t pid, int fd), void *arg)
{
	struct socket_scan c = {.fn = fn, .arg = arg};
	bool tree = access("/proc/thread-self/children", R_OK) == 0; /* CONFIG_PROC_CHILDREN */

	if (tree)
		add_children(&c, getpid());
	else
		each_number(&c, "/proc", add_other, 0);
	for (size_t i = 0; i < c.n; i++) {
		visit_process(&c, c.pid[i]);
		if (tree)
			add_children(&c, c.pid[i]);
	}
	free(c.pid);
	return -c.failed;
}
