/*
 * get/keep/aside.c - a file beside another, and rename(2).
 */
#include "get/keep/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
aside_free(struct aside *a)
{
	free(a->path);
	free(a->temp);
}

/* Opens the file aside, in the folder of the file. */
static int
open_temp(struct aside *a, mode_t mode)
{
	int e;

	if (asprintf(&a->temp, "%s.XXXXXX", a->path) < 0) {
		a->temp = NULL;
		return -ENOMEM;
	}
	a->fd = mkostemp(a->temp, O_CLOEXEC);
	if (a->fd < 0)
		return -errno;
	if (fchmod(a->fd, mode) == 0)
		return 0;
	e = -errno;
	unlink(a->temp);
	close(a->fd);
	return e;
}

int
aside_open(struct aside *a, const char *path, mode_t mode)
{
	struct aside made = {.fd = -1};
	struct stat st;
	bool there = stat(path, &st) == 0;
	int e;

	made.path = there ? realpath(path, NULL) : strdup(path);
	if (!made.path)
		return -errno;
	if (there && !S_ISREG(st.st_mode)) {
		made.fd = open(path, O_WRONLY | O_CLOEXEC);
		e = made.fd < 0 ? -errno : 0;
	} else {
		e = open_temp(&made, there ? st.st_mode & 0777 : mode);
	}
	if (e < 0)
		aside_free(&made);
	else
		*a = made;
	return e;
}

int
aside_write(struct aside *a, const void *octets, size_t len)
{
	const char *at = octets;

	while (len > 0) {
		ssize_t n = write(a->fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int
aside_commit(struct aside *a)
{
	int e = close(a->fd) < 0 ? -errno : 0;

	if (e == 0 && a->temp && rename(a->temp, a->path) < 0)
		e = -errno;
	if (e < 0 && a->temp)
		unlink(a->temp);
	aside_free(a);
	return e;
}

void
aside_drop(struct aside *a)
{
	close(a->fd);
	if (a->temp)
		unlink(a->temp);
	aside_free(a);
}
