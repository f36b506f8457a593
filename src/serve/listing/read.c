/*
 * serve/listing/read.c - reads a folder: names, and what statx(2) says of each.
 *
 * A symbolic link counts as what it leads to. What lies outside the served folder is not looked at.
 */
#include "serve/listing/impl.h"

#include "base/err.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WANTED = STATX_TYPE | STATX_SIZE | STATX_MTIME };

/* Octets of names that one step reads: some 200 entries, and a statx(2) for each. */
enum { DENTS = 8192 };

int
listing_open(const struct listing *l, const char *name, int flags)
{
	struct open_how how = {
	    .flags = (uint64_t)flags | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
	char path[4096 + 256];

	if (snprintf(path, sizeof path, "%s%s%s", l->path, l->path[0] ? "/" : "", name) >= (int)sizeof path)
		return -1;
	return (int)syscall(SYS_openat2, l->set.root, path, &how, sizeof how);
}

/* Looks at what the link @name leads to, which must lie beneath the served folder. */
static int
stat_link(const struct listing *l, const char *name, struct statx *st)
{
	int fd = listing_open(l, name, O_PATH), err;

	if (fd < 0)
		return -1;
	err = statx(fd, "", AT_EMPTY_PATH, WANTED, st);
	close(fd);
	return err;
}

static void
describe(const struct listing *l, const char *name, struct listing_entry *e)
{
	struct statx st;
	bool known = statx(l->set.folder, name, AT_SYMLINK_NOFOLLOW, WANTED, &st) == 0;
	bool link = known && S_ISLNK(st.stx_mode);

	*e = (struct listing_entry){.type = LISTING_OTHER,
	    .len = (uint8_t)strlen(name),
	    .matches = listing_matches(&l->set.query, name)};
	if (!known)
		return;
	e->modified = st.stx_mtime.tv_sec;
	if (link && stat_link(l, name, &st) < 0)
		return;
	e->modified = st.stx_mtime.tv_sec;
	if (S_ISDIR(st.stx_mode))
		e->type = LISTING_FOLDER;
	else if (S_ISREG(st.stx_mode)) {
		e->type = LISTING_FILE;
		e->size = (int64_t)st.stx_size;
	}
}

static bool
is_shown(const struct listing *l, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	if (l->set.never && strncmp(name, l->set.never, strlen(l->set.never)) == 0)
		return false;
	return l->set.hidden || name[0] != '.';
}

static int
add(struct listing *l, const char *name)
{
	struct listing_entry e;
	int added;

	if (!is_shown(l, name))
		return 0;
	describe(l, name, &e);
	added = listing_set_add(&l->entries, &e, name);
	if (added == 0)
		listing_readme_note(l, l->entries.at[l->entries.n - 1]);
	return added;
}

int
listing_read(struct listing *l)
{
	_Alignas(struct dirent64) char dents[DENTS];
	ssize_t n = getdents64(l->set.folder, dents, sizeof dents);
	int e;

	if (n < 0)
		return -errno;
	for (ssize_t at = 0; at < n;) {
		const struct dirent64 *d = (const void *)(dents + at);

		e = add(l, d->d_name);
		if (e == -LEAT_ENOSPC) {
			l->entries.truncated = true;
			return 0;
		}
		if (e < 0)
			return e;
		at += d->d_reclen;
	}
	return n > 0;
}
