/*
 * Finds and ends the processes of the tree. It knows nothing of what they do.
 *
 * Why tree_kill() converges. A process can leave it behind only by a fork that ends before the
 * signal arrives: the kernel lets no fork succeed while SIGKILL is pending. Each process is killed
 * before its children are listed, so the list is final. Every step (list, kill) takes less time
 * than a fork does, so a pass catches up with a chain of processes that each fork and exit;
 * whatever does not run during the pass (all of it, on one core) cannot get away at all. What runs
 * on another core gets away with a chance below one, in each pass anew, and the passes follow one
 * another without a pause while anything still ends.
 *
 * A listed number does not become another process's before it is used, a few microseconds later:
 * its parent has been killed and waits for no child any more, and we wait for ours between the
 * passes only.
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

enum { PASS_MOST = 4096, RETRY_MS = 1 };

/*
 * The processes of a pass whose own children are still to be listed. Those that do not fit become
 * our children when their parents have ended.
 */
struct pass {
	int signal;
	size_t n;
	pid_t pid[PASS_MOST];
};

static int own_children = -1;

bool
tree_adopt(void)
{
	/*
	 * After fork() this is the parent's descriptor, which lists the parent's children. It is
	 * the parent's to close.
	 */
	own_children = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

static void
found(struct pass *p, pid_t pid)
{
	kill(pid, p->signal);
	if (p->n < PASS_MOST)
		p->pid[p->n++] = pid;
}

/*
 * Reads the numbers in @fd, /proc/PID/task/TID/children. A number may be cut at the end of a read.
 */
static void
read_children(struct pass *p, int fd)
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

/* The fourth field of /proc/PID/stat, behind a name that may hold anything. */
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

struct search {
	struct pass *pass;
	pid_t parent;
};

/* Returns false without a descriptor to look with. */
static bool
search_children(void *arg)
{
	const struct search *s = arg;
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

/* Without the list: a kernel without CONFIG_PROC_CHILDREN. */
static void
our_children(struct pass *p)
{
	struct search s = {p, getpid()};

	if (own_children >= 0 && lseek(own_children, 0, SEEK_SET) == 0)
		read_children(p, own_children);
	else if (!procfs_can_walk() || !search_children(&s))
		procfs_by_helper(search_children, &s);
}

/* A child belongs to the thread that made it. */
static void
children_of(struct pass *p, pid_t pid)
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
	static struct pass p;

	p.signal = signal;
	p.n = 0;
	our_children(&p);
}

/* Parents come before their children, so no live process can wait for one on the list. */
static void
kill_pass(void)
{
	static struct pass p;

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
		bool some = false;
		pid_t pid;

		kill_pass();
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			some = true;
		if (some)
			give_up = clock_monotonic() + TREE_WAIT;
		if (pid < 0 && errno == ECHILD)
			return;
		if (!some)
			poll(NULL, 0, RETRY_MS);
	}
}
