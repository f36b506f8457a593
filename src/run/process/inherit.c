/*
 * run/process/inherit.c - looks at the descriptors that the program would inherit, before Leat
 * opens any of its own. hostfd.h decides which of them lead to the host's network.
 */
#include "run/process/inherit.h"

#include "run/process/hostfd.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static bool
is_inherited(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags >= 0 && !(flags & FD_CLOEXEC);
}

int
inherit_check(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;
	int rc = 0;

	while (dir && (e = readdir(dir))) {
		int fd = isdigit((unsigned char)e->d_name[0]) ? atoi(e->d_name) : -1;
		const char *kind = fd >= 0 && is_inherited(fd) ? hostfd_kind(fd) : NULL;

		if (!kind)
			continue;
		fprintf(stderr,
		    "leat: descriptor %d is %s, through which the program would bypass Leat; close it "
		    "(%d>&-)\n",
		    fd, kind, fd);
		rc = 126;
	}
	if (dir)
		closedir(dir);
	return rc;
}
