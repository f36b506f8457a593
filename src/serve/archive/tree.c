/*
 * serve/archive/tree.c - walks through folders by their descriptors, so that what is renamed
 * meanwhile leads nowhere else.
 */
#include "serve/archive/tree.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEFT_NAME "LEFT-OUT.txt"
#define LEFT_HEAD "These could not be read, and are not in the archive:\n\n"
#define LEFT_MORE "...\n"

/* Notes that the entry at hand cannot be read. The last line has room for LEFT_MORE. */
static void
leave_out(struct tree *t, int why)
{
	struct http_writer w = t->text;

	t->left++;
	http_put_text(&w, t->path);
	http_put_text(&w, ": ");
	http_put_text(&w, strerror(-why));
	http_put_text(&w, "\n");
	if (!w.err && w.most - w.len >= sizeof LEFT_MORE)
		t->text = w;
	else if (!t->text.err)
		t->text.err = -LEAT_ENOBUFS;
}

/* What is gone by now, or leads out of the site, is left out without a word. */
static bool
is_not_there(int e)
{
	return e == -ENOENT || e == -ENOTDIR || e == -EXDEV || e == -ELOOP || e == -ENXIO;
}

/* Without these, nothing that follows could be read either. */
static bool
is_short_of(int e)
{
	return e == -EMFILE || e == -ENFILE || e == -ENOMEM;
}

/* The entry at hand is not taken, for the error @e. */
static int
pass(struct tree *t, int e)
{
	if (is_short_of(e))
		return e;
	if (!is_not_there(e))
		leave_out(t, e);
	return TREE_PASSED;
}

/* The entries of @fd come next, which becomes the tree's. */
static int
enter(struct tree *t, int fd)
{
	DIR *folder = t->deep < TREE_DEEP ? fdopendir(fd) : NULL;

	if (!folder)
		return t->deep < TREE_DEEP ? -errno : -ENAMETOOLONG;
	t->level[t->deep++] = (struct tree_level){folder, strlen(t->path)};
	return 0;
}

/* A link is resolved from the site's root, so that it may lead anywhere within. */
static int
open_link(const struct tree *t)
{
	char path[TREE_PATH];
	int n = snprintf(path, sizeof path, "%.*s%s%s", (int)t->base.len, t->base.len > 0 ? t->base.at : "",
	    t->base.len > 0 ? "/" : "", t->path + t->prefix + 1);

	return n < (int)sizeof path ? site_open_linked(t->site, path) : -ENAMETOOLONG;
}

static void
describe(const struct tree *t, const struct stat *st, struct tree_entry *e)
{
	*e = (struct tree_entry){.path = {t->path, strlen(t->path)},
	    .folder = S_ISDIR(st->st_mode),
	    .fd = -1,
	    .size = S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0,
	    .modified = st->st_mtim.tv_sec,
	    .mode = st->st_mode & 0777};
}

/* Takes the open @fd as the entry at hand. */
static int
take(struct tree *t, int fd, bool linked, struct tree_entry *e)
{
	struct stat st;
	int result = fstat(fd, &st) < 0 ? -errno : 0;

	if (result == 0 && !S_ISREG(st.st_mode) && (linked || !S_ISDIR(st.st_mode)))
		result = -ENXIO;
	if (result == 0)
		describe(t, &st, e);
	if (result == 0 && e->folder)
		result = enter(t, fd);
	else if (result == 0)
		e->fd = fd;
	if (result == 0)
		return TREE_ENTRY;
	close(fd);
	return pass(t, result);
}

/* Sets the path to that of @name in a folder whose path has @len octets. */
static bool
set_path(struct tree *t, size_t len, const char *name)
{
	int n = snprintf(t->path + len, sizeof t->path - len, "/%s", name);

	if (n < (int)(sizeof t->path - len))
		return true;
	t->path[len] = '\0';
	return false;
}

static int
visit(struct tree *t, int folder, size_t len, const char *name, struct tree_entry *e)
{
	struct stat st;
	int fd;

	if (!set_path(t, len, name))
		return pass(t, -ENAMETOOLONG);
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return pass(t, -errno);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode))
		return TREE_PASSED;
	fd = S_ISLNK(st.st_mode) ? open_link(t) : site_open_in(folder, name);
	return fd < 0 ? pass(t, fd) : take(t, fd, S_ISLNK(st.st_mode), e);
}

static int
leave_folder(struct tree *t, int error)
{
	struct tree_level *l = &t->level[--t->deep];

	closedir(l->folder);
	t->path[l->len] = '\0';
	return error ? pass(t, -error) : TREE_PASSED;
}

static int
next_in_folder(struct tree *t, struct tree_entry *e)
{
	struct tree_level *l = &t->level[t->deep - 1];
	struct dirent *d;

	errno = 0;
	d = readdir(l->folder);
	if (!d)
		return leave_folder(t, errno);
	if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
	    !site_shows(t->site, http_span_of(d->d_name)))
		return TREE_PASSED;
	return visit(t, dirfd(l->folder), l->len, d->d_name, e);
}

static int
next_chosen(struct tree *t, struct tree_entry *e)
{
	const char *name = t->names.at;
	size_t len = strlen(name) + 1;

	t->names = (struct http_span){name + len, t->names.len - len};
	return visit(t, t->chosen_from, t->prefix, name, e);
}

/* The text about what is left out. */
static int
name_left_out(struct tree *t, struct tree_entry *e)
{
	t->named = true;
	if (t->text.err) {
		t->text.err = 0;
		http_put_text(&t->text, LEFT_MORE);
	}
	set_path(t, t->prefix, LEFT_NAME);
	*e = (struct tree_entry){.path = {t->path, strlen(t->path)},
	    .fd = -1,
	    .text = {t->text.at, t->text.len},
	    .size = t->text.len,
	    .modified = t->now,
	    .mode = 0644};
	return TREE_ENTRY;
}

int
tree_next(struct tree *t, struct tree_entry *e)
{
	if (t->deep > 0)
		return next_in_folder(t, e);
	if (t->names.len > 0)
		return next_chosen(t, e);
	return t->left > 0 && !t->named ? name_left_out(t, e) : TREE_END;
}

/* 0 if all names are there and may be seen. */
static int
check_names(const struct site *site, int fd, struct http_span names)
{
	struct stat st;

	while (names.len > 0) {
		size_t len = strlen(names.at);

		if (len == 0 || strchr(names.at, '/') || strcmp(names.at, ".") == 0 ||
		    strcmp(names.at, "..") == 0 || !site_shows(site, http_span_of(names.at)) ||
		    fstatat(fd, names.at, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return -LEAT_ENOENT;
		names = (struct http_span){names.at + len + 1, names.len - len - 1};
	}
	return 0;
}

int
tree_begin(struct tree *t, const struct site *site, int fd, struct http_span base, struct http_span names,
    struct http_span name)
{
	int e = check_names(site, fd, names);

	if (e < 0)
		return e;
	memset(t, 0, offsetof(struct tree, text_octets));
	t->site = site;
	t->base = base;
	t->names = names;
	t->text = http_writer(t->text_octets, sizeof t->text_octets);
	http_put_text(&t->text, LEFT_HEAD);
	snprintf(t->path, sizeof t->path, "%.*s", (int)name.len, name.at);
	t->prefix = strlen(t->path);
	t->chosen_from = names.len > 0 ? fd : -1;
	return names.len > 0 ? 0 : enter(t, fd);
}

void
tree_end(struct tree *t)
{
	while (t->deep > 0)
		leave_folder(t, 0);
	if (t->chosen_from >= 0)
		close(t->chosen_from);
}
