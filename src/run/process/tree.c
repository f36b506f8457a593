/*
 * run/process/tree.c - finds and ends the processes of the tree. It does not know what they do.
 *
 * Why tree_kill() converges: a process can escape a pass only by a fork that completes before the
 * signal arrives, since no fork succeeds while SIGKILL is pending. Each process is killed before
 * its children are listed, so the list is final. Each step (list, kill) takes less time than a
 * fork. So a pass catches up with a chain of processes that each fork and exit. A process that does
 * not run during the pass cannot escape at all; on one core that is every process. A process on
 * another core escapes each pass with a probability below one, and passes follow one another
 * without a pause as long as anything ends.
 *
 * A listed process ID is used a few microseconds later. It cannot belong to another process by
 * then: its parent has been killed and reaps no child any more, and this process reaps its own
 * children only between passes.
 */
#include "run/process/tree.h"

#include "host/clock.h"
#include "run/process/procfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PASS_MAX = 4096, RETRY_MS = 1 };

/*
 * The processes of a pass whose children have not been listed yet. Those that do not fit become our
 * children when their parents have ended.
 */
struct tree_pass {
	int signal;
	size_t n;
	pid_t pid[PASS_MAX];
};

static int own_children = -1;

bool
tree_adopt(void)
{
	/*
	 * After fork(2) the descriptor is that of the parent, and lists its children. It stays open
	 * for the parent.
	 */
	own_children = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

static void
found(struct tree_pass *p, pid_t pid)
{
	kill(pid, p->signal);
	if (p->n < PASS_MAX)
		p->pid[p->n++] = pid;
}

/*
 * Signals the processes that @fd, /proc/PID/task/TID/children, lists. A read may end in the middle
 * of a number.
 */
static void
read_children(struct tree_pass *p, int fd)
{
	char text[4096];
	pid_t pid = 0;
	ssize_t n;

	while ((n = read(fd, text, sizeof text)) > 0)
		for (ssize_t i = 0; i < n; i++) {
			if (isdigit((unsigned char)text[i])) {
				pid = pid * 10 + (text[i] - '0');
				continue;
			}
			if (pid > 0)
				found(p, pid);
			pid = 0;
		}
}

/* Returns field 4 of /proc/PID/stat, the parent. Field 2 is a name that may hold any character. */
static pid_t
parent_of(pid_t pid)
{
	char path[32], text[512];
	const char *at;
	FILE *f;
	size_t n;
	int parent = -1;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return -1;
	n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = 0;
	at = strrchr(text, ')');
	if (at)
		sscanf(at + 1, " %*c %d", &parent);
	return parent;
}

struct tree_search {
	struct tree_pass *pass;
	pid_t parent;
};

/*
 * Signals the children of @arg->parent that a walk over /proc finds. Returns false if no descriptor
 * is free.
 */
static bool
search_children(void *arg)
{
	const struct tree_search *s = arg;
	DIR *dir = opendir("/proc");
	struct dirent *e;

	if (!dir)
		return false;
	while ((e = readdir(dir))) {
		pid_t pid = isdigit((unsigned char)e->d_name[0]) ? atoi(e->d_name) : 0;

		if (pid > 0 && pid != getpid() && parent_of(pid) == s->parent)
			found(s->pass, pid);
	}
	closedir(dir);
	return true;
}

/*
 * Signals our children. Without the list of children (a kernel without CONFIG_PROC_CHILDREN) it
 * looks at all processes.
 */
static void
our_children(struct tree_pass *p)
{
	struct tree_search s = {p, getpid()};

	if (own_children >= 0 && lseek(own_children, 0, SEEK_SET) == 0)
		read_children(p, own_children);
	else if (!procfs_can_walk() || !search_children(&s))
		procfs_by_helper(search_children, &s);
}

/*
 * Signals the children of all threads of @pid: the kernel lists a child with the thread that
 * created it.
 */
static void
children_of(struct tree_pass *p, pid_t pid)
{
	char path[64];
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof path, "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		int fd;

		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		snprintf(path, sizeof path, "%.20s/children", e->d_name);
		fd = openat(dirfd(dir), path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		read_children(p, fd);
		close(fd);
	}
	if (dir)
		closedir(dir);
}

void
tree_signal(int signal)
{
	static struct tree_pass p;

	p.signal = signal;
	p.n = 0;
	our_children(&p);
}

/*
 * Kills the processes of the tree once. Parents are killed before their children, so no process of
 * the list can be reaped by a live parent.
 */
static void
kill_pass(void)
{
	static struct tree_pass p;

	p.signal = SIGKILL;
	p.n = 0;
	our_children(&p);
	for (size_t i = 0; i < p.n; i++)
		children_of(&p, p.pid[i]);
}

void
tree_kill(void)
{
	nsec_t give_up = clock_monotonic() + TREE_WAIT;

	while (clock_monotonic() < give_up) {
		bool any = false;
		pid_t pid;

		kill_pass();
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			any = true;
		if (any)
			give_up = clock_monotonic() + TREE_WAIT;
		if (pid < 0 && errno == ECHILD)
			return;
		if (!any)
			poll(NULL, 0, RETRY_MS);
	}
}
