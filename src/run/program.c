#include "run/program.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The file that execvp(3) would take for @name. */
static bool
find(const char *name, char path[static PATH_MAX])
{
	const char *at = getenv("PATH"), *end;

	if (strchr(name, '/'))
		return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
	for (at = at ? at : "/bin:/usr/bin";; at = end + 1) {
		end = strchrnul(at, ':');
		if (snprintf(path, PATH_MAX, "%.*s/%s", (int)(end - at), at, name) < PATH_MAX &&
		    access(path, X_OK) == 0)
			return true;
		if (!*end)
			return false;
	}
}

int
program_check(const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	/* What is wrong otherwise, execve() says best. */
	if (!find(name, path) || stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if (((st.st_mode & S_ISUID) && st.st_uid != geteuid()) ||
	    ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP) && st.st_gid != getegid())) {
		fprintf(stderr,
		    "leat: %s: changes its user or group (setuid), which no program can do inside; start "
		    "leat itself as "
		    "that user\n",
		    path);
		return 126;
	}
	if (access(path, X_OK) == 0 && access(path, R_OK) < 0) {
		fprintf(stderr,
		    "leat: %s: may be run but not read, so the kernel lets nobody look into it and its "
		    "system calls "
		    "cannot be answered\n",
		    path);
		return 126;
	}
	if (geteuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0)
		fprintf(stderr,
		    "leat: %s: has file capabilities, which no program gets inside; it runs without\n", path);
	return 0;
}
