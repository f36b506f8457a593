/*
 * run/call/replace.c - replaces a descriptor in the program's table while no other thread can
 * change it. It does not know what the sockets are for.
 */
#include "run/call/replace.h"

#include "run/call/blocked.h"
#include "run/call/notif.h"
#include "run/process/descendants.h"
#include "run/process/hold.h"
#include "run/process/kernel.h"
#include "run/process/procfd.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Returns true if another process shares the caller's table (CLONE_FILES without CLONE_THREAD).
 * Such a process has the socket at the same number. A process that inherited the socket may have it
 * there too. kcmp(2) distinguishes the two; where it is not allowed, the answer is true.
 */
static bool
shared(const struct call *c, pid_t process, uint64_t inode)
{
	struct descendant *all;
	ssize_t n = descendants_list(&all);
	bool found = n < 0;

	for (ssize_t i = 0; !found && i < n; i++)
		found = all[i].pid != process && procfd_leads_to(all[i].pid, (int)c->arg[0], inode) &&
			kernel_same_files(all[i].pid, c->caller.tid);
	if (n >= 0)
		free(all);
	return found;
}

static bool
alone(pid_t process)
{
	char path[32];
	struct dirent *e;
	unsigned n = 0;
	DIR *dir;

	snprintf(path, sizeof path, "/proc/%d/task", process);
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		n += isdigit((unsigned char)e->d_name[0]) != 0;
	if (dir)
		closedir(dir);
	return n == 1;
}

/*
 * Returns true if thread @tid waits for our answer: the caller's does, and those whose calls are
 * blocked. Only a fatal signal ends that.
 */
static bool
waits_for_us(void *arg, pid_t tid)
{
	const struct call *c = arg;

	if (tid == c->caller.tid)
		return true;
	return c->calls->kernel->wait_killable && blocked_has(c->calls, tid);
}

/* Replaces the descriptor. All threads that use the table are stopped or wait. */
static int
replace(struct call *c, pid_t process, uint64_t inode, int fd)
{
	int at = (int)c->arg[0];

	if (shared(c, process, inode) || !procfd_leads_to(c->caller.tid, at, inode))
		return -EBUSY;
	return notif_replace_fd(c->calls, c->id, fd, at, caller_cloexec(&c->caller, at));
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
	if (!hold || !c->calls->kernel->hold || !hold_process(&h, process, waits_for_us, c))
		return -EBUSY;
	rc = replace(c, process, inode, fd);
	hold_end(&h);
	return rc;
}
