/*
 * run/process/procfd.c - reads what /proc/TID/fd and /proc/TID/fdinfo say about a descriptor. It
 * opens no descriptor of that process.
 */
#include "run/process/procfd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
procfd_socket(pid_t tid, int fd, uint64_t *inode)
{
	char path[48], link[64];
	ssize_t n;

	*inode = 0;
	snprintf(path, sizeof path, "/proc/%d/fd/%d", tid, fd);
	n = readlink(path, link, sizeof link - 1);
	if (n < 0)
		return errno == ENOENT ? -EBADF : errno == EACCES ? -EPERM : -errno;
	link[n] = 0;
	sscanf(link, "socket:[%" SCNu64 "]", inode);
	return 0;
}

bool
procfd_leads_to(pid_t tid, int fd, uint64_t inode)
{
	uint64_t found;

	return procfd_socket(tid, fd, &found) == 0 && found == inode;
}

/* Returns the number in @base that the line beginning with @name gives; 0 if there is none. */
static unsigned
fdinfo(pid_t tid, int fd, const char *name, int base)
{
	char path[48], line[64];
	unsigned value = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", tid, fd);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof line, f))
		if (strncmp(line, name, strlen(name)) == 0)
			value = (unsigned)strtoul(line + strlen(name), NULL, base);
	fclose(f);
	return value;
}

unsigned
procfd_flags(pid_t tid, int fd)
{
	return fdinfo(tid, fd, "flags:", 8);
}

unsigned
procfd_in_flight(pid_t tid, int fd)
{
	return fdinfo(tid, fd, "scm_fds:", 10);
}
