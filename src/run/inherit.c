#include "run/inherit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static int
family_of(int fd)
{
	int family = AF_UNSPEC;
	socklen_t len = sizeof family;

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len) < 0 ? AF_UNSPEC : family;
}

int
inherit_check(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;
	int rc = 0;

	while (dir && (e = readdir(dir))) {
		int fd = atoi(e->d_name), family = family_of(fd);

		if ((family == AF_INET || family == AF_INET6) && !(fcntl(fd, F_GETFD) & FD_CLOEXEC)) {
			fprintf(stderr,
			    "leat: descriptor %d is a socket on the host's network, which the program would "
			    "use past Leat; "
			    "start it without (%d>&-)\n",
			    fd, fd);
			rc = 126;
		}
	}
	if (dir)
		closedir(dir);
	return rc;
}
