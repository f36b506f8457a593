/*
 * A scratch folder, and entries of a store in it.
 */
#include "keep_rig.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct keep_rig rig;

void
rig_begin(struct keep_rig *r, uint64_t most)
{
	strcpy(r->folder, "/tmp/leat-keep-XXXXXX");
	assert_non_null(mkdtemp(r->folder));
	assert_int_equal(store_open(rig_path(r, "cache/leat/get"), most, &r->store), 0);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	return remove(path);
}

void
rig_end(struct keep_rig *r)
{
	store_close(r->store);
	assert_int_equal(nftw(r->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

int
keep_rig_begin(void **state)
{
	rig_begin(&rig, 1 << 20);
	return 0;
}

int
keep_rig_end(void **state)
{
	rig_end(&rig);
	return 0;
}

const char *
rig_path(const struct keep_rig *r, const char *name)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s", r->folder, name);
	return path;
}

void
rig_write(const char *path, const void *octets, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(octets, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

const char *
rig_read(const char *path, size_t *len)
{
	static char text[1 << 20];
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = '\0';
	if (len)
		*len = n;
	return text;
}

static struct {
	void (*fn)(const char *path, void *arg);
	void *arg;
	unsigned n;
} walk;

static int
walk_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	if (type != FTW_F)
		return 0;
	walk.n++;
	if (walk.fn)
		walk.fn(path, walk.arg);
	return 0;
}

unsigned
rig_each(const struct keep_rig *r, void (*fn)(const char *path, void *arg), void *arg)
{
	walk.fn = fn;
	walk.arg = arg;
	walk.n = 0;
	assert_int_equal(nftw(r->folder, walk_one, 8, FTW_PHYS), 0);
	return walk.n;
}

struct http_field
rig_field(const char *name, const char *value)
{
	return (struct http_field){http_span_of(name), http_span_of(value)};
}

int
rig_put(struct keep_rig *r, const char *uri, const struct http_field *asked, size_t n,
    const struct http_field *more, const char *content)
{
	struct http_field field[] = {rig_field("Cache-Control", "max-age=60"), rig_field("ETag", "\"1\""),
	    more ? *more : rig_field("X", "y")};
	struct http_cached cached = {
	    .status = 200, .field = field, .n = 3, .requested = 1000, .received = 1001};
	struct store_key k = {http_span_of(uri), asked, n};
	struct store_writer *w;
	int e;

	assert_int_equal(store_begin(r->store, &k, &cached, &w), 0);
	e = store_add(w, content, strlen(content));
	if (e == 0)
		return store_commit(w);
	store_drop(w);
	return e;
}

const char *
rig_get(struct keep_rig *r, const char *uri, const struct http_field *asked, size_t n, enum store_found *why)
{
	static char content[1 << 20];
	struct store_key k = {http_span_of(uri), asked, n};
	struct store_entry *e;
	enum store_found found = store_find(r->store, &k, &e);

	if (why)
		*why = found;
	if (found != STORE_FOUND)
		return NULL;
	assert_true(e->length < sizeof content);
	assert_int_equal(pread(e->fd, content, sizeof content, 0) >= (ssize_t)e->length, 1);
	content[e->length] = '\0';
	store_entry_free(e);
	return content;
}
