/*
 * serve/change/unplaced.c - files without a name, and with a hidden one.
 *
 * The file of an upload that goes on is locked, which ends with its process. So a hidden name
 * without a lock is left over, and may be removed by whoever finds it. The name for the moment of a
 * replacement follows from that of the file: one that is left over is found by the next
 * replacement.
 */
#include "serve/change/unplaced.h"

#include "base/siphash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * ASIDES_MOST: uploads that may replace one file at the same moment. TRIES_MOST: to get a name that
 * no one takes away.
 */
enum { ASIDES_MOST = 1000, TRIES_MOST = 100 };

static int
make_named(struct upload *u)
{
	uint64_t number;

	if (getrandom(&number, sizeof number, 0) != sizeof number)
		return -EIO;
	snprintf(u->aside, sizeof u->aside, SITE_ASIDE "%016llx", (unsigned long long)number);
	u->fd = openat(
	    u->place.folder, u->aside, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0666);
	return u->fd < 0 ? -errno : 0;
}

/* Locks the file. False if someone who cleans the folder found it before, and removes it. */
static bool
lock_named(const struct upload *u)
{
	struct stat st;

	if (flock(u->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return false;
	return fstat(u->fd, &st) < 0 || st.st_nlink > 0;
}

static int
open_named(struct upload *u)
{
	int e;

	for (unsigned i = 0; i < TRIES_MOST; i++) {
		e = make_named(u);
		if (e < 0)
			return e;
		u->named = true;
		if (lock_named(u))
			return 0;
		unplaced_close(u);
		u->named = false;
	}
	return -EIO;
}

int
unplaced_open(struct upload *u)
{
	int e = 0;

	u->fd = openat(u->place.folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	if (u->fd < 0) {
		e = -errno;
		if (e == -EOPNOTSUPP || e == -EISDIR || e == -ENOENT || e == -EINVAL)
			return open_named(u);
	}
	if (e == 0)
		flock(u->fd, LOCK_EX | LOCK_NB);
	return e;
}

void
unplaced_close(struct upload *u)
{
	if (u->fd < 0)
		return;
	if (u->named)
		unlinkat(u->place.folder, u->aside, 0);
	close(u->fd);
	u->fd = -1;
}

/* True if the lock is ours and the name is still that of the file: then no one else removes it. */
static bool
is_left_over(int fd, int folder, const char *name)
{
	struct stat is, has;

	return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &is) == 0 &&
	       fstatat(folder, name, &has, AT_SYMLINK_NOFOLLOW) == 0 && is.st_ino == has.st_ino &&
	       is.st_dev == has.st_dev;
}

static void
clean_one(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (is_left_over(fd, folder, name))
		unlinkat(folder, name, 0);
	close(fd);
}

void
unplaced_clean(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(d))) {
		if (strncmp(e->d_name, SITE_ASIDE, sizeof SITE_ASIDE - 1) == 0)
			clean_one(folder, e->d_name);
	}
	closedir(d);
}

/* AT_EMPTY_PATH needs a privilege; the link in /proc does not. */
static int
link_as(const struct upload *u, int folder, const char *name)
{
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", u->fd);
	return linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

static int
rename_to(const char *from, const struct upload *u, int folder)
{
	return renameat(folder, from, folder, u->place.name) < 0 ? -errno : 0;
}

/* Links the file under the first hidden name of its own that no other upload has. */
static int
link_aside(struct upload *u, int folder)
{
	static const struct siphash_key key;
	uint64_t hash = siphash(&key, u->place.name, strlen(u->place.name));
	int e = -EEXIST;

	for (unsigned i = 0; i < ASIDES_MOST && e == -EEXIST; i++) {
		snprintf(u->aside, sizeof u->aside, SITE_ASIDE "%016llx-%u", (unsigned long long)hash, i);
		e = link_as(u, folder, u->aside);
		if (e == -EEXIST) {
			clean_one(folder, u->aside);
			e = link_as(u, folder, u->aside);
		}
	}
	return e;
}

static int
replace_unnamed(struct upload *u, int folder)
{
	int e = link_aside(u, folder);

	if (e < 0)
		return e;
	e = rename_to(u->aside, u, folder);
	if (e < 0)
		unlinkat(folder, u->aside, 0);
	return e;
}

/* A file system that does not know RENAME_NOREPLACE was asked before whether the name is free. */
static int
place_named(struct upload *u, int folder, bool replace)
{
	int e = 0;

	if (replace)
		return rename_to(u->aside, u, folder);
	if (renameat2(folder, u->aside, folder, u->place.name, RENAME_NOREPLACE) < 0)
		e = -errno;
	return e == -EINVAL || e == -ENOSYS ? rename_to(u->aside, u, folder) : e;
}

int
unplaced_place(struct upload *u, int folder, bool replace)
{
	int e;

	if (u->named) {
		e = place_named(u, folder, replace);
		u->named = e < 0;
		return e;
	}
	return replace ? replace_unnamed(u, folder) : link_as(u, folder, u->place.name);
}
