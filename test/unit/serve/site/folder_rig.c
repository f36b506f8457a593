/*
 * test/unit/serve/site/folder_rig.c - makes the folder, and removes all of it.
 */
#include "serve/site/folder_rig.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
path_of(const struct folder_rig *r, const char *path, char to[256])
{
	assert_true(snprintf(to, 256, "%s/%s", r->base, path) < 256);
}

void
rig_write(const struct folder_rig *r, const char *path, const char *text)
{
	char full[256];
	FILE *f;

	path_of(r, path, full);
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

void
rig_folder(const struct folder_rig *r, const char *path)
{
	char full[256];

	path_of(r, path, full);
	assert_int_equal(mkdir(full, 0755), 0);
}

void
rig_link(const struct folder_rig *r, const char *target, const char *path)
{
	char full[256];

	path_of(r, path, full);
	assert_int_equal(symlink(target, full), 0);
}

void
rig_rename(const struct folder_rig *r, const char *from, const char *to)
{
	char full[2][256];

	path_of(r, from, full[0]);
	path_of(r, to, full[1]);
	assert_int_equal(rename(full[0], full[1]), 0);
}

void
rig_again(struct folder_rig *r)
{
	static const struct siphash_key key = {{1, 2}};

	site_free(r->site);
	assert_int_equal(site_new(&r->set, &key, &r->site), 0);
}

int
folder_rig_begin(void **state)
{
	struct folder_rig *r = calloc(1, sizeof *r);

	assert_non_null(r);
	strcpy(r->base, "/tmp/leat-site-XXXXXX");
	assert_non_null(mkdtemp(r->base));
	snprintf(r->served, sizeof r->served, "%s/site", r->base);
	rig_folder(r, "site");
	rig_write(r, "secret", "secret");
	r->set = (struct site_settings){.folder = r->served, .index = "index.html", .files_most = 8};
	r->now = 10 * SEC;
	rig_again(r);
	*state = r;
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path);
}

int
folder_rig_end(void **state)
{
	struct folder_rig *r = *state;

	site_free(r->site);
	assert_int_equal(nftw(r->base, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(r);
	return 0;
}

struct site_found
rig_find(struct folder_rig *r, const char *path, enum http_coding coding)
{
	static char text[SITE_PATH_MOST];
	struct http_coding_weights accept = {{[HTTP_IDENTITY] = 1}};
	struct http_path p;

	if (coding)
		accept.of[coding] = 1000;
	assert_int_equal(http_path_decode(http_span_of(path), text, sizeof text, &p), HTTP_PATH_OK);
	return site_find(r->site, &p, &accept, r->now);
}

enum site_kind
rig_kind(struct folder_rig *r, const char *path)
{
	struct site_found found = rig_find(r, path, HTTP_IDENTITY);

	if (found.kind == SITE_FILE)
		site_release(r->site, found.file);
	else if (found.kind == SITE_FOLDER)
		close(found.fd);
	return found.kind;
}

void
rig_expect(struct folder_rig *r, const char *path, const char *text)
{
	struct site_found found = rig_find(r, path, HTTP_IDENTITY);
	char has[64] = "";

	assert_int_equal(found.kind, SITE_FILE);
	assert_true(pread(found.file->fd, has, sizeof has - 1, 0) >= 0);
	assert_string_equal(has, text);
	assert_int_equal(found.file->state.size, strlen(text));
	site_release(r->site, found.file);
}
