/*
 * run/process/procfs.c - checks that /proc shows the processes of this namespace, and runs a
 * function in a helper process that has a descriptor table of its own.
 */
#include "run/process/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * After `unshare --pid` alone, /proc belongs to the outer PID namespace: /proc/self gives our ID
 * there, and our own ID may name another process.
 */
static int
check_self(void)
{
	char text[32];
	ssize_t n = readlink("/proc/self", text, sizeof text - 1);

	if (n < 0)
		return errno;
	text[n] = '\0';
	return atoi(text) == getpid() ? 0 : ESRCH;
}

int
procfs_check(void)
{
	static const char *const files[] = {"/proc/self/fd", "/proc/self/fdinfo", "/proc/self/task",
	    "/proc/self/stat", "/proc/self/status", "/proc/self/comm"};
	int err = check_self();

	for (size_t i = 0; !err && i < sizeof files / sizeof *files; i++) {
		int fd = open(files[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			err = errno;
		else
			close(fd);
	}
	return err;
}

bool
procfs_can_walk(void)
{
	int fd[2] = {dup(STDIN_FILENO), dup(STDIN_FILENO)};
	/* EBADF: there is no standard input to duplicate. */
	bool none = fd[1] < 0 && errno != EBADF;

	for (int i = 0; i < 2; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return !none;
}

bool
procfs_by_helper(bool (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		close_range(0, ~0U, 0);
		_exit(!fn(arg));
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
