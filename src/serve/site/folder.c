/*
 * serve/site/folder.c - the entries of a folder, in pieces of what one getdents64(2) gives.
 */
#include "serve/site/impl.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

bool
site_shows(const struct site *site, struct http_span name)
{
	return site->set->hidden || name.len == 0 || name.at[0] != '.';
}

static bool
is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A link counts as what it leads to, and file systems need not tell what an entry is. */
static bool
is_folder(const struct site_folder *f, const struct dirent64 *d)
{
	struct stat st;

	if (d->d_type != DT_LNK && d->d_type != DT_UNKNOWN)
		return d->d_type == DT_DIR;
	return fstatat(f->fd, d->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

static int
refill(struct site_folder *f)
{
	ssize_t n = getdents64(f->fd, f->octets, sizeof f->octets);

	if (n < 0)
		return -errno;
	f->at = 0;
	f->end = (size_t)n;
	return n > 0;
}

int
site_folder_next(const struct site *site, struct site_folder *f, struct site_entry *e)
{
	for (;;) {
		const struct dirent64 *d;
		int more = f->at < f->end ? 1 : refill(f);

		if (more <= 0)
			return more;
		d = (const void *)(f->octets + f->at);
		f->at += d->d_reclen;
		if (is_dots(d->d_name) || !site_shows(site, http_span_of(d->d_name)))
			continue;
		*e = (struct site_entry){.name = d->d_name, .folder = is_folder(f, d)};
		return 1;
	}
}
