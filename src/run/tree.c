#include "run/tree.h"

#include "host/clock.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

bool
tree_adopt(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
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

/* False without a descriptor to look with. */
static bool
signal_children(pid_t parent, int signal)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;

	if (!dir)
		return false;
	while ((e = readdir(dir))) {
		pid_t pid = isdigit((unsigned char)e->d_name[0]) ? atoi(e->d_name) : 0;

		if (pid > 0 && pid != getpid() && parent_of(pid) == parent)
			kill(pid, signal);
	}
	closedir(dir);
	return true;
}

/* By a process with a table of descriptors of its own, which it empties. */
static void
signal_by_helper(int signal)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		close_range(0, ~0U, 0);
		_exit(!signal_children(parent, signal));
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* Each of the two descriptors that a look takes must be there: the folder's, and one for each process. */
static bool
can_look(void)
{
	int fd[2] = {dup(0), dup(0)};

	for (int i = 0; i < 2; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return fd[1] >= 0 || errno == EBADF;
}

void
tree_signal(int signal)
{
	if (!can_look() || !signal_children(getpid(), signal))
		signal_by_helper(signal);
}

void
tree_kill(void)
{
	nsec_t give_up = clock_monotonic() + TREE_WAIT;

	while (clock_monotonic() < give_up) {
		pid_t pid;

		tree_signal(SIGKILL);
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			give_up = clock_monotonic() + TREE_WAIT;
		if (pid < 0 && errno == ECHILD)
			return;
		poll(NULL, 0, 1);
	}
}
