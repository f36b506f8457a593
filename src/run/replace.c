#include "run/replace.h"

#include "run/hold.h"
#include "run/kernel.h"
#include "run/notif.h"
#include "run/park.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct pids {
	pid_t *at;
	size_t n, room;
};

static bool
add(struct pids *all, pid_t pid)
{
	if (all->n == all->room) {
		size_t room = all->room ? 2 * all->room : 64;
		pid_t *more = realloc(all->at, room * sizeof *more);

		if (!more)
			return false;
		all->at = more;
		all->room = room;
	}
	all->at[all->n++] = pid;
	return true;
}

/* The numbers that name directories in @path. */
static bool
add_numbered(struct pids *all, const char *path)
{
	DIR *dir = opendir(path);
	bool well = dir != NULL;
	struct dirent *e;

	while (well && (e = readdir(dir)))
		if (isdigit((unsigned char)e->d_name[0]))
			well = add(all, atoi(e->d_name));
	if (dir)
		closedir(dir);
	return well;
}

/*
 * The children of all threads of @pid; of one that is gone, none. False without memory or a
 * descriptor.
 */
static bool
add_children(struct pids *all, pid_t pid)
{
	struct pids task = {0};
	char path[64];
	bool well;

	snprintf(path, sizeof path, "/proc/%d/task", pid);
	well = add_numbered(&task, path) || errno == ENOENT;
	for (size_t i = 0; well && i < task.n; i++) {
		FILE *f;
		int child;

		snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, task.at[i]);
		f = fopen(path, "re");
		well = f || errno == ENOENT;
		while (f && well && fscanf(f, "%d", &child) == 1)
			well = add(all, child);
		if (f)
			fclose(f);
	}
	free(task.at);
	return well;
}

/*
 * All processes that may be the program's: those below us, or, on a kernel without
 * CONFIG_PROC_CHILDREN, all that there are.
 */
static bool
add_program(struct pids *all)
{
	bool well = true;

	if (access("/proc/thread-self/children", R_OK) < 0)
		return add_numbered(all, "/proc");
	well = add_children(all, getpid());
	for (size_t i = 0; well && i < all->n; i++)
		well = add_children(all, all->at[i]);
	return well;
}

/*
 * Does another process share the caller's table (CLONE_FILES without CLONE_THREAD)? One that does
 * has the same socket at the same number; one that inherited the socket has it there, too, and
 * kcmp(2) tells them apart. Where that is not allowed, it may share.
 */
static bool
shared(const struct call *c, pid_t process, uint64_t inode)
{
	struct pids all = {0};
	bool found = !add_program(&all);

	for (size_t i = 0; !found && i < all.n; i++)
		found = all.at[i] != process && peek_leads_to(all.at[i], (int)c->arg[0], inode) &&
			kernel_same_files(all.at[i], c->caller.tid);
	free(all.at);
	return found;
}

static bool
alone(pid_t process)
{
	struct pids task = {0};
	char path[32];
	bool well;

	snprintf(path, sizeof path, "/proc/%d/task", process);
	well = add_numbered(&task, path);
	free(task.at);
	return well && task.n == 1;
}

/*
 * The caller waits for our answer, and so do those whose calls are parked; no signal but a fatal
 * one changes that.
 */
static bool
waits_for_us(void *arg, pid_t tid)
{
	const struct call *c = arg;

	if (tid == c->caller.tid)
		return true;
	return c->w->kernel.wait_killable && park_has(c->w, tid);
}

/* All who have the table stand still. */
static int
replace(struct call *c, pid_t process, uint64_t inode, int fd)
{
	int at = (int)c->arg[0];

	if (shared(c, process, inode) || !peek_leads_to(c->caller.tid, at, inode))
		return -EBUSY;
	return notif_replace_fd(c->w, c->id, fd, at, caller_cloexec(&c->caller, at));
}

int
replace_fd(struct call *c, uint64_t inode, int fd, bool hold)
{
	pid_t process = caller_process(&c->caller);
	struct hold h;
	int rc;

	if (process <= 0)
		return -EBUSY;
	if (alone(process))
		return replace(c, process, inode, fd);
	if (!hold || !c->w->kernel.hold || !hold_process(&h, process, waits_for_us, c))
		return -EBUSY;
	rc = replace(c, process, inode, fd);
	hold_end(&h);
	return rc;
}
