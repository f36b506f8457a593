/*
 * run/proxy/unixdir.c - makes, uses and removes the temporary directory. It does not know what the
 * sockets are for.
 */
#include "run/proxy/unixdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * The longest base that leaves room for the directory's own name, and for the name of a socket in
 * sun_path.
 */
enum { BASE_MAX = UNIXDIR_PATH - (int)sizeof "/leat-XXXXXX" };

static bool
make_in(struct unixdir *u, const char *base)
{
	char path[UNIXDIR_PATH];

	if (!base || base[0] != '/' || strlen(base) > BASE_MAX)
		return false;
	snprintf(path, sizeof path, "%s/leat-XXXXXX", base);
	if (!mkdtemp(path))
		return false;
	memcpy(u->path, path, sizeof path);
	return true;
}

int
unixdir_make(struct unixdir *u)
{
	const char *base[] = {getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"), "/tmp", "/dev/shm", "/var/tmp"};

	u->path[0] = 0;
	errno = ENOENT;
	for (unsigned i = 0; i < sizeof base / sizeof base[0]; i++)
		if (make_in(u, base[i]))
			return 0;
	return -errno;
}

void
unixdir_remove(struct unixdir *u)
{
	DIR *dir = u->path[0] ? opendir(u->path) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
	if (u->path[0])
		rmdir(u->path);
	u->path[0] = 0;
}

static int
bind_in_dir(struct unixdir *u, int fd, struct sockaddr_un *un)
{
	*un = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(un->sun_path, sizeof un->sun_path, "%s/%" PRIu64, u->path, u->next++);
	return bind(fd, (struct sockaddr *)un, sizeof *un) < 0 ? -errno : 0;
}

/* Returns true if bind(2) failed because the directory is gone or unusable. */
static bool
is_gone(int rc)
{
	return rc == -ENOENT || rc == -ENOTDIR || rc == -EACCES || rc == -EROFS;
}

/*
 * Handles EINVAL from bind(2). An earlier call may have bound @fd without getting a descriptor for
 * the handle; then the name still exists. Returns 0 and sets @un if so, else a negative errno.
 */
static int
bound_before(int fd, struct sockaddr_un *un)
{
	socklen_t len = sizeof *un;

	if (getsockname(fd, (struct sockaddr *)un, &len) < 0)
		return -errno;
	return len > offsetof(struct sockaddr_un, sun_path) && un->sun_path[0] ? 0 : -EINVAL;
}

static int
bind_or_remake(struct unixdir *u, int fd, struct sockaddr_un *un)
{
	int rc = bind_in_dir(u, fd, un);

	if (rc == -EINVAL)
		return bound_before(fd, un);
	if (!is_gone(rc))
		return rc;
	unixdir_remove(u);
	rc = unixdir_make(u);
	return rc ? rc : bind_in_dir(u, fd, un);
}

int
unixdir_bind(struct unixdir *u, int fd)
{
	struct sockaddr_un un;
	int handle, rc = bind_or_remake(u, fd, &un);

	if (rc)
		return rc;
	handle = open(un.sun_path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (handle < 0)
		return -errno;
	unlink(un.sun_path);
	return handle;
}
