/*
 * serve/site/cache.c - open files by their path, bounded: the one that was used longest ago is
 * closed first.
 */
#include "serve/site/impl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct site_file *
file_of(struct table_node *n)
{
	return container_of(n, struct site_file, node);
}

struct file_key {
	struct http_span path;
	enum http_coding coding;
};

static uint64_t
key_hash(const struct site *site, const struct file_key *key)
{
	return siphash(&site->files.key, key->path.at, key->path.len) + key->coding;
}

static bool
has_key(const struct table_node *n, const void *wanted)
{
	const struct site_file *f = container_of(n, const struct site_file, node);
	const struct file_key *key = wanted;

	return f->coding == key->coding && http_span_eq((struct http_span){f->path, f->path_len}, key->path);
}

struct site_file *
site_cached(const struct site *site, struct http_span path, enum http_coding coding)
{
	struct file_key key = {path, coding};
	struct table_node *n = table_find(&site->files, key_hash(site, &key), &key, has_key);

	return n ? file_of(n) : NULL;
}

static void
drop_coded(struct site *site, struct site_file *f)
{
	for (enum http_coding c = 0; c < HTTP_CODINGS; c++) {
		site->coded -= f->coded[c] ? f->coded[c]->len : 0;
		free(f->coded[c]);
		f->coded[c] = NULL;
	}
}

static void
file_end(struct site *site, struct site_file *f)
{
	drop_coded(site, f);
	close(f->fd);
	free(f);
}

void
site_forget(struct site *site, struct site_file *f)
{
	table_remove(&site->files, &f->node);
	list_del(&f->lru);
	f->cached = false;
	if (f->users == 0)
		file_end(site, f);
}

void
site_release(struct site *site, struct site_file *f)
{
	f->users--;
	if (f->users == 0 && !f->cached)
		file_end(site, f);
}

/* Forgets files until there is room for one more. */
static void
make_room(struct site *site)
{
	while (site->files.count >= site->set->files_most && !list_empty(&site->lru))
		site_forget(site, list_first(&site->lru, struct site_file, lru));
}

struct site_file *
site_keep(
    struct site *site, struct http_span path, enum http_coding coding, int fd, const struct site_state *st)
{
	struct site_file *f = calloc(1, sizeof *f + path.len + 1);
	struct file_key key = {path, coding};

	if (!f)
		return NULL;
	make_room(site);
	f->fd = fd;
	f->state = *st;
	f->coding = coding;
	f->path_len = path.len;
	memcpy(f->path, path.at, path.len);
	f->cached = true;
	table_insert(&site->files, &f->node, key_hash(site, &key));
	list_init(&f->lru);
	list_push(&site->lru, &f->lru);
	return f;
}

/* A file that was removed keeps its blocks as long as it is open: one that rests is closed. */
bool
site_tidy(struct site *site, nsec_t now)
{
	list_each_safe(n, &site->lru) {
		struct site_file *f = container_of(n, struct site_file, lru);

		if (f->users == 0 && now - f->checked >= SITE_CHECK_AGAIN)
			site_forget(site, f);
	}
	return !list_empty(&site->lru);
}

/* False if so much is in use that @len more octets would be too many. */
static bool
make_room_coded(struct site *site, size_t len)
{
	list_each_safe(n, &site->lru) {
		struct site_file *f = container_of(n, struct site_file, lru);

		if (site->coded + len <= SITE_CODED_ALL_MOST)
			break;
		if (f->users == 0)
			drop_coded(site, f);
	}
	return site->coded + len <= SITE_CODED_ALL_MOST;
}

void
site_keep_coded(struct site *site, struct site_file *f, enum http_coding coding, const char *at, size_t len)
{
	struct site_coded *c;

	if (f->coded[coding] || !f->cached || len > SITE_CODED_MOST || !make_room_coded(site, len))
		return;
	c = malloc(sizeof *c + len);
	if (!c)
		return;
	c->len = len;
	memcpy(c->octets, at, len);
	f->coded[coding] = c;
	site->coded += len;
}

bool
site_relieve(struct site *site)
{
	bool closed = false;

	list_each_safe(n, &site->lru) {
		struct site_file *f = container_of(n, struct site_file, lru);

		closed |= f->users == 0;
		if (f->users == 0)
			site_forget(site, f);
	}
	return closed;
}
