#include "run/tree.h"

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

void
tree_signal(int signal)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		pid_t pid = isdigit((unsigned char)e->d_name[0]) ? atoi(e->d_name) : 0;

		if (pid > 0 && parent_of(pid) == getpid())
			kill(pid, signal);
	}
	if (dir)
		closedir(dir);
}

void
tree_kill(void)
{
	for (;;) {
		pid_t pid;

		tree_signal(SIGKILL);
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid < 0 && errno == ECHILD)
			return;
		poll(NULL, 0, 1);
	}
}
