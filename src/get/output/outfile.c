/*
 * get/output/outfile.c - opens and writes files, and pipes without waiting for their reader.
 */
#include "get/output/outfile.h"

#include "base/list.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

void
outfile_init(struct outfile *o, struct loop *loop, const char *path, void (*ready)(void *arg), void *arg)
{
	*o = (struct outfile){.loop = loop, .path = path, .ready = ready, .arg = arg, .fd = -1};
}

bool
outfile_can_move(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 || S_ISREG(st.st_mode);
}

/* Makes the folders in which @path lies. Returns 0 or a negative errno. */
static int
make_folders(const char *path)
{
	char part[PATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t n = (size_t)(slash - path);

		if (n >= sizeof part)
			return -ENAMETOOLONG;
		memcpy(part, path, n);
		part[n] = '\0';
		if (mkdir(part, 0777) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

/*
 * A pipe is opened once more, so that O_NONBLOCK is set for this description alone and not for
 * other programs that have it. Where that fails, writing waits.
 */
static void
open_standard(struct outfile *o)
{
	struct stat st;

	o->fd = STDOUT_FILENO;
	o->terminal = isatty(STDOUT_FILENO);
	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode)) {
		int fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC);

		o->owned = fd >= 0;
		o->fd = fd >= 0 ? fd : STDOUT_FILENO;
	}
}

int
outfile_open(struct outfile *o)
{
	static const int flags[] = {
	    [OUTFILE_TRUNCATE] = O_TRUNC, [OUTFILE_APPEND] = O_APPEND, [OUTFILE_NEW] = O_EXCL | O_NOFOLLOW};
	int e;

	if (o->fd >= 0)
		return 0;
	if (!o->path) {
		open_standard(o);
		return 0;
	}
	if (o->create_dirs && (e = make_folders(o->path)) < 0)
		return e;
	o->fd = open(o->path, O_WRONLY | O_CREAT | O_CLOEXEC | flags[o->mode], 0666);
	o->owned = o->fd >= 0;
	return o->fd < 0 ? -errno : 0;
}

static void
stop_watching(struct outfile *o)
{
	if (o->watched)
		loop_del(o->loop, &o->watch);
	o->watched = false;
}

static void
on_room(struct loop_fd *w, uint32_t events)
{
	struct outfile *o = container_of(w, struct outfile, watch);

	stop_watching(o);
	o->ready(o->arg);
}

static int
watch(struct outfile *o)
{
	int e;

	if (o->watched)
		return 0;
	o->watch = (struct loop_fd){.fd = o->fd, .events = EPOLLOUT, .fn = on_room};
	e = loop_add(o->loop, &o->watch);
	o->watched = e == 0;
	return e;
}

ssize_t
outfile_write(struct outfile *o, const char *at, size_t n)
{
	size_t done = 0;
	int e = outfile_open(o);

	while (e == 0 && done < n) {
		ssize_t m = write(o->fd, at + done, n - done);

		if (m >= 0)
			done += (size_t)m;
		else if (errno == EAGAIN && (e = watch(o)) == 0)
			return (ssize_t)done;
		else if (e == 0 && errno != EINTR)
			e = -errno;
	}
	return e < 0 ? e : (ssize_t)done;
}

/* A pipe or a device cannot be emptied: what it got stays. */
int
outfile_cut(struct outfile *o, off_t length)
{
	struct stat st;

	if (o->fd < 0 || !o->path || fstat(o->fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if (ftruncate(o->fd, length) < 0 || lseek(o->fd, length, SEEK_SET) < 0)
		return -errno;
	return 0;
}

int
outfile_close(struct outfile *o)
{
	int fd = o->fd;

	stop_watching(o);
	o->fd = -1;
	return o->owned && fd >= 0 && close(fd) < 0 ? -errno : 0;
}
