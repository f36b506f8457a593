#include "run/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* After `unshare --pid` alone, /proc/self is there, but has our number in the outer namespace: other processes have ours. */
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
	static const char *const looks[] = {"/proc/self/fd", "/proc/self/fdinfo", "/proc/self/task",
	    "/proc/self/stat", "/proc/self/status", "/proc/self/comm"};
	int err = check_self();

	for (size_t i = 0; !err && i < sizeof looks / sizeof *looks; i++) {
		int fd = open(looks[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			err = errno;
		else
			close(fd);
	}
	return err;
}
