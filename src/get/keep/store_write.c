/*
 * get/keep/store_write.c - writes an entry aside, and renames it.
 */
#include "get/keep/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that no other process and no other writer has. */
static int
open_temp(struct store *s, struct store_writer *w)
{
	for (unsigned tries = 0; tries < 100; tries++) {
		snprintf(w->temp, sizeof w->temp, "tmp-%d-%u", (int)getpid(), s->temporary++);
		w->fd = openat(s->folder, w->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (w->fd >= 0)
			return 0;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static struct http_span
copy_span(char **at, struct http_span s)
{
	struct http_span copy = {*at, s.len};

	if (s.len > 0)
		memcpy(*at, s.at, s.len);
	*at += s.len;
	return copy;
}

/* True if the entry of a response @r has what the request said in the field @name. */
static bool
is_selecting(const struct http_cached *r, struct http_span name)
{
	if (http_span_is(name, "authorization") || http_span_is(name, "cookie"))
		return true;
	for (size_t i = 0; i < r->n; i++) {
		struct http_span rest = r->field[i].value, element;

		while (http_span_is(r->field[i].name, "vary") && http_list_next(&rest, &element)) {
			if (http_span_same(element, name))
				return true;
		}
	}
	return false;
}

static size_t
octets_of(const struct http_field *field, size_t n)
{
	size_t octets = 0;

	for (size_t i = 0; i < n; i++)
		octets += field[i].name.len + field[i].value.len;
	return octets;
}

static void
copy_field(struct http_field *to, char **at, const struct http_field *from)
{
	to->name = copy_span(at, from->name);
	to->value = copy_span(at, from->value);
}

/* Copies the head: the URI, the fields that select, and those that are kept. */
static int
copy_head(struct store_entry *e, const struct store_key *k, const struct http_cached *r)
{
	struct http_field *asked = store_without_secrets(k->field, k->n), *to;
	char *at;

	if (!asked)
		return -ENOMEM;
	*e = (struct store_entry){.fd = -1, .cached = *r};
	e->request = to = calloc(k->n + r->n + 1, sizeof *to);
	e->text = at = malloc(k->uri.len + octets_of(asked, k->n) + octets_of(r->field, r->n) + 1);
	if (!to || !at) {
		free(asked);
		return -ENOMEM;
	}
	e->uri = copy_span(&at, k->uri);
	for (size_t i = 0; i < k->n; i++) {
		if (is_selecting(r, asked[i].name))
			copy_field(to++, &at, &asked[i]);
	}
	e->requests = (size_t)(to - e->request);
	e->cached.field = to;
	for (size_t i = 0; i < r->n; i++) {
		if (http_cache_keeps(r->field, r->n, r->field[i].name))
			copy_field(to++, &at, &r->field[i]);
	}
	e->cached.n = (size_t)(to - e->cached.field);
	free(asked);
	return 0;
}

int
store_begin(
    struct store *s, const struct store_key *k, const struct http_cached *r, struct store_writer **out)
{
	struct store_writer *w = calloc(1, sizeof *w);
	int e;

	if (!w)
		return -ENOMEM;
	w->store = s;
	e = copy_head(&w->entry, k, r);
	if (e == 0)
		e = open_temp(s, w);
	if (e < 0) {
		free(w->entry.request);
		free(w->entry.text);
		free(w);
		return e;
	}
	*out = w;
	return 0;
}

static int
write_all(int fd, const char *at, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, at, n);

		if (put < 0)
			return -errno;
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

/* Hashes the block that waits, and writes it. */
static int
flush(struct store_writer *w)
{
	int e = write_all(w->fd, w->block, w->waiting);

	w->entry.hash = store_hash(w->entry.hash, w->block, w->waiting);
	w->waiting = 0;
	return e;
}

static uint64_t
entry_most(const struct store *s)
{
	return s->most / 8 < STORE_ENTRY_MOST ? s->most / 8 : STORE_ENTRY_MOST;
}

int
store_add(struct store_writer *w, const char *at, size_t n)
{
	w->entry.length += n;
	if (w->entry.length > entry_most(w->store))
		return -EFBIG;
	while (n > 0) {
		size_t room = STORE_BLOCK - w->waiting, take = n < room ? n : room;
		int e;

		memcpy(w->block + w->waiting, at, take);
		w->waiting += take;
		at += take;
		n -= take;
		e = w->waiting == STORE_BLOCK ? flush(w) : 0;
		if (e < 0)
			return e;
	}
	return 0;
}

static int
write_head(struct store_writer *w)
{
	char *head = malloc(STORE_HEAD_MOST);
	struct http_writer to = http_writer(head, STORE_HEAD_MOST);
	int e = -ENOMEM;

	if (head) {
		store_head_put(&to, &w->entry);
		e = to.err ? -EFBIG : write_all(w->fd, head, to.len);
	}
	free(head);
	return e;
}

/* How well the variant at @name can be replaced: an equal one best, then none, then the oldest. */
static int64_t
rank(struct store_writer *w, const char *name)
{
	int fd = openat(w->store->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct store_entry *old;
	struct stat st;
	int64_t r;

	if (fd < 0)
		return INT64_MIN + 1;
	if (fstat(fd, &st) < 0 || store_head_read(fd, &old) < 0) {
		close(fd);
		return INT64_MIN + 1;
	}
	if (!http_span_eq(old->uri, w->entry.uri))
		r = INT64_MIN + 2;
	else if (store_selects(old, w->entry.request, w->entry.requests))
		r = INT64_MIN;
	else
		r = st.st_mtime;
	store_entry_free(old);
	return r;
}

/* Chooses the variant whose place the entry takes. */
static void
choose_name(struct store_writer *w)
{
	char name[STORE_NAME];
	int64_t best = INT64_MAX;

	for (unsigned i = 0; i < STORE_VARIANTS; i++) {
		int64_t r;

		store_name(name, w->entry.uri, i);
		r = rank(w, name);
		if (r >= best)
			continue;
		best = r;
		memcpy(w->name, name, sizeof name);
	}
}

static int
put_in_place(struct store_writer *w)
{
	int folder = w->store->folder;
	char sub[3] = {w->name[0], w->name[1], '\0'};

	if (renameat(folder, w->temp, folder, w->name) == 0)
		return 0;
	if (errno != ENOENT)
		return -errno;
	mkdirat(folder, sub, 0700);
	return renameat(folder, w->temp, folder, w->name) < 0 ? -errno : 0;
}

static void
writer_free(struct store_writer *w)
{
	close(w->fd);
	free(w->entry.request);
	free(w->entry.text);
	free(w);
}

int
store_commit(struct store_writer *w)
{
	struct store *s = w->store;
	int e = w->waiting > 0 ? flush(w) : 0;

	if (e == 0)
		e = write_head(w);
	if (e == 0) {
		choose_name(w);
		e = put_in_place(w);
	}
	if (e < 0) {
		store_drop(w);
		return e;
	}
	s->added += w->entry.length + STORE_TAIL;
	writer_free(w);
	if (s->added > s->most / 8)
		store_trim(s);
	return 0;
}

void
store_drop(struct store_writer *w)
{
	if (!w)
		return;
	unlinkat(w->store->folder, w->temp, 0);
	writer_free(w);
}

static int
copy_content(struct store_writer *w, const struct store_entry *e)
{
	char *block = malloc(STORE_BLOCK);
	uint64_t at = 0;
	int err = block ? 0 : -ENOMEM;

	while (err == 0 && at < e->length) {
		ssize_t got = pread(e->fd, block,
		    e->length - at < STORE_BLOCK ? (size_t)(e->length - at) : STORE_BLOCK, (off_t)at);

		err = got <= 0 ? -EIO : store_add(w, block, (size_t)got);
		at += got > 0 ? (size_t)got : 0;
	}
	free(block);
	return err;
}

int
store_renew(struct store *s, const struct store_key *k, struct store_entry *e, const struct http_cached *r)
{
	struct store_writer *w;
	int err = store_begin(s, k, r, &w);

	if (err < 0)
		return err;
	err = copy_content(w, e);
	if (err == 0)
		return store_commit(w);
	store_drop(w);
	return err;
}
