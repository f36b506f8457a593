/*
 * serve/site/open.c - opens paths so that nothing outside of the folder can be reached, whatever
 * links there are and whoever renames what meanwhile: the kernel resolves the path (openat2(2)).
 */
#include "serve/site/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A ".." of a link that is resolved while a folder is renamed gives EAGAIN: openat2(2). */
enum { TRIES = 16 };

static int64_t
nanoseconds(const struct timespec *t)
{
	return (int64_t)t->tv_sec * SEC + t->tv_nsec;
}

struct site_state
site_state_of(const struct stat *st)
{
	return (struct site_state){.dev = st->st_dev,
	    .ino = st->st_ino,
	    .size = st->st_size,
	    .modified = nanoseconds(&st->st_mtim),
	    .changed = nanoseconds(&st->st_ctim)};
}

/* A FIFO does not hold the open up: O_NONBLOCK. */
static int
open_beneath(int root, const char *path, uint64_t flags)
{
	const struct open_how how = {
	    .flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags,
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof how);
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return fd < 0 ? -errno : (int)fd;
}

/*
 * Opening a FIFO wakes who waits to write to it, and opening a device may do anything: they are
 * recognized before.
 */
static bool
is_special(int root, const char *path)
{
	struct stat st;

	return fstatat(root, path, &st, 0) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

int
site_open(const struct site *site, const char *path, struct site_state *state, mode_t *mode)
{
	struct stat st;
	int fd, e;

	if (is_special(site->root, path))
		return -ENXIO;
	fd = open_beneath(site->root, path, 0);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0) {
		e = -errno;
		close(fd);
		return e;
	}
	*state = site_state_of(&st);
	*mode = st.st_mode;
	return fd;
}

int
site_stat(const struct site *site, const char *path, struct site_state *state)
{
	struct stat st;

	if (fstatat(site->root, path, &st, 0) < 0)
		return -errno;
	*state = site_state_of(&st);
	return 0;
}

int
site_open_folder(int root, const char *path)
{
	return open_beneath(root, path, O_DIRECTORY);
}

int
site_open_in(int folder, const char *name)
{
	return open_beneath(folder, name, O_NOFOLLOW);
}

int
site_open_linked(const struct site *site, const char *path)
{
	return is_special(site->root, path) ? -ENXIO : open_beneath(site->root, path, 0);
}

bool
site_shows(const struct site *site, struct http_span name)
{
	const size_t len = sizeof SITE_ASIDE - 1;

	if (name.len == 0 || name.at[0] != '.')
		return true;
	return site->set->hidden && !(name.len >= len && memcmp(name.at, SITE_ASIDE, len) == 0);
}

int
site_root(const struct site *site)
{
	return site->root;
}
