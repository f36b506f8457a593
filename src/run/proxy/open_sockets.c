/*
 * Walks /proc/PID/fd of this process's descendants, or of all processes. It knows nothing of
 * records.
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

struct census {
	void (*fn)(void *arg, uint64_t inode, pid_t pid, int fd);
	void *arg;
	pid_t *pid; /* the processes found so far */
	size_t n, room;
	int failed; /* an errno: something could not be read that is there */
};

/* Returns NULL if there is no such folder, or if it cannot be opened, which is noted. */
static DIR *
open_folder(struct census *c, const char *path)
{
	DIR *dir = opendir(path);

	if (!dir && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		c->failed = errno;
	return dir;
}

static void
add_process(struct census *c, pid_t pid)
{
	if (c->n == c->room) {
		size_t room = c->room ? 2 * c->room : 32;
		pid_t *more = realloc(c->pid, room * sizeof *more);

		if (!more) {
			c->failed = ENOMEM;
			return;
		}
		c->pid = more;
		c->room = room;
	}
	c->pid[c->n++] = pid;
}

/*
 * Visits the sockets in the descriptor table at @path. Returns false if there is no table, or
 * nothing in it.
 */
static bool
count_table(struct census *c, const char *path, pid_t pid)
{
	DIR *dir = open_folder(c, path);
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

/* Calls @fn for each number that names an entry of @path. */
static void
each_number(
    struct census *c, const char *path, void (*fn)(struct census *c, pid_t of, pid_t number), pid_t of)
{
	DIR *dir = open_folder(c, path);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (atoi(e->d_name) > 0)
			fn(c, of, atoi(e->d_name));
	if (dir)
		closedir(dir);
}

static void
count_thread(struct census *c, pid_t pid, pid_t tid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/task/%d/fd", pid, tid);
	count_table(c, path, tid);
}

/* If the first thread has ended and others go on, the table belongs to the others. */
static void
count_process(struct census *c, pid_t pid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/fd", pid);
	if (count_table(c, path, pid))
		return;
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	each_number(c, path, count_thread, pid);
}

static void
add_other(struct census *c, pid_t of, pid_t pid)
{
	if (pid != getpid() && pid != getppid())
		add_process(c, pid);
}

static void
add_children_of_thread(struct census *c, pid_t pid, pid_t tid)
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
add_children(struct census *c, pid_t pid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/task", pid);
	each_number(c, path, add_children_of_thread, pid);
}

int
open_sockets_each(void (*fn)(void *arg, uint64_t inode, pid_t pid, int fd), void *arg)
{
	struct census c = {.fn = fn, .arg = arg};
	bool tree = access("/proc/thread-self/children", R_OK) == 0; /* CONFIG_PROC_CHILDREN */

	if (tree)
		add_children(&c, getpid());
	else
		each_number(&c, "/proc", add_other, 0);
	for (size_t i = 0; i < c.n; i++) {
		count_process(&c, c.pid[i]);
		if (tree)
			add_children(&c, c.pid[i]);
	}
	free(c.pid);
	return -c.failed;
}
