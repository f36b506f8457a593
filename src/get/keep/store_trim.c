/*
 * get/keep/store_trim.c - keeps the store within its bound.
 *
 * Several processes may do this at once: a file that another one has removed is no error.
 */
#include "get/keep/store_impl.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A file aside that is so old was left by a process that was killed. */
enum { TEMP_SECONDS = 24 * 3600, BLOCK = 4096 };

struct found {
	char name[STORE_NAME];
	struct timespec used;
	uint64_t octets; /* on the disk */
};

struct list_of_found {
	struct found *at;
	size_t n, room;
	uint64_t octets;
};

static bool
append(struct list_of_found *l, const struct found *f)
{
	if (l->n == l->room) {
		size_t room = l->room > 0 ? 2 * l->room : 256;
		struct found *more = realloc(l->at, room * sizeof *more);

		if (!more)
			return false;
		l->at = more;
		l->room = room;
	}
	l->at[l->n++] = *f;
	l->octets += f->octets;
	return true;
}

static DIR *
open_folder(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !d)
		close(fd);
	return d;
}

/* Whole blocks. Which of them the disk has by now (st_blocks) depends on when it writes. */
static uint64_t
on_disk(const struct stat *st)
{
	return ((uint64_t)st->st_size + BLOCK - 1) / BLOCK * BLOCK;
}

static void
list_folder(struct store *s, const char *sub, struct list_of_found *l)
{
	DIR *d = open_folder(s->folder, sub);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		struct found f;
		struct stat st;
		int n = snprintf(f.name, sizeof f.name, "%s/%s", sub, entry->d_name);

		if (entry->d_name[0] == '.' || n < 0 || (size_t)n >= sizeof f.name ||
		    fstatat(s->folder, f.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		f.used = st.st_mtim;
		f.octets = on_disk(&st);
		if (!append(l, &f))
			break;
	}
	if (d)
		closedir(d);
}

static int
longest_ago_first(const void *one, const void *other)
{
	const struct found *a = one, *b = other;

	if (a->used.tv_sec != b->used.tv_sec)
		return a->used.tv_sec < b->used.tv_sec ? -1 : 1;
	return (a->used.tv_nsec > b->used.tv_nsec) - (a->used.tv_nsec < b->used.tv_nsec);
}

static void
remove_old_temp(struct store *s, const char *name)
{
	struct stat st;

	if (fstatat(s->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_mtime < time(NULL) - TEMP_SECONDS)
		unlinkat(s->folder, name, 0);
}

static void
list_all(struct store *s, struct list_of_found *l)
{
	DIR *d = open_folder(s->folder, ".");
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		if (strncmp(entry->d_name, "tmp-", 4) == 0)
			remove_old_temp(s, entry->d_name);
		else if (strlen(entry->d_name) == 2 && entry->d_name[0] != '.')
			list_folder(s, entry->d_name, l);
	}
	if (d)
		closedir(d);
}

void
store_trim(struct store *s)
{
	struct list_of_found l = {0};

	list_all(s, &l);
	if (l.octets > s->most) {
		qsort(l.at, l.n, sizeof *l.at, longest_ago_first);
		/* A little more than needed, so that not each response makes this work. */
		for (size_t i = 0; i < l.n && l.octets > s->most - s->most / 10; i++) {
			if (unlinkat(s->folder, l.at[i].name, 0) == 0)
				l.octets -= l.at[i].octets;
		}
	}
	free(l.at);
	s->added = 0;
}
