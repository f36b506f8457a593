/*
 * host/sysctl.c - reads one number from a file in /proc/sys. It changes no setting.
 */
#include "host/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

uint32_t
sysctl_number(const char *name, uint32_t otherwise)
{
	char path[128], text[32], *end;
	unsigned long value;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/sys/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return otherwise;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return otherwise;
	text[n] = '\0';
	errno = 0;
	value = strtoul(text, &end, 10);
	return end == text || errno || value > UINT32_MAX ? otherwise : (uint32_t)value;
}
