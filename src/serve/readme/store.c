/*
 * serve/readme/store.c - which files were rendered, and which wait for it.
 *
 * Each entry is one state of one file. A file that changes is another entry, and the old one goes
 * when its place is needed.
 */
#include "serve/readme/impl.h"

#include "base/err.h"
#include "base/list.h"
#include "host/jobs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* Entries that are kept, those included that wait. */
enum { ENTRIES_MOST = 16 };

enum readme_state { WAITS, MADE, FAILED };

struct readme_key {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec modified, changed;
	bool markdown;
};

struct readme_entry {
	struct list node; /* in the order of their last use, the newest at the end */
	struct readme_key key;
	enum readme_state state;
	int error; /* of the making */
	unsigned users;
	struct readme readme;
	char *text; /* until it is made */
	size_t len;
};

struct readmes {
	struct jobs *jobs;
	struct list entries;
	unsigned n;
	struct job job;
	struct readme_entry *makes; /* the one for which the job runs */
	bool over;                  /* it is freed when the job is done */
};

static bool
same(const struct readme_key *a, const struct readme_key *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size && a->markdown == b->markdown &&
	       a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static int
key_of(int fd, const char *name, struct readme_key *key)
{
	const char *dot = strrchr(name, '.');
	struct stat st;

	memset(key, 0, sizeof *key);
	if (fstat(fd, &st) < 0)
		return -errno;
	*key = (struct readme_key){.dev = st.st_dev,
	    .ino = st.st_ino,
	    .size = st.st_size,
	    .modified = st.st_mtim,
	    .changed = st.st_ctim,
	    .markdown = dot && (strcasecmp(dot, ".md") == 0 || strcasecmp(dot, ".markdown") == 0)};
	return 0;
}

static struct readme_entry *
find(struct readmes *r, const struct readme_key *key)
{
	list_each(n, &r->entries) {
		struct readme_entry *e = container_of(n, struct readme_entry, node);

		if (same(&e->key, key)) {
			list_del(&e->node);
			list_push(&r->entries, &e->node);
			return e;
		}
	}
	return NULL;
}

static void
drop(struct readmes *r, struct readme_entry *e)
{
	list_del(&e->node);
	r->n--;
	free((char *)(uintptr_t)e->readme.html.at);
	free(e->text);
	free(e);
}

/* The entry that was not used for the longest time makes room. */
static bool
make_room(struct readmes *r)
{
	if (r->n < ENTRIES_MOST)
		return true;
	list_each(n, &r->entries) {
		struct readme_entry *e = container_of(n, struct readme_entry, node);

		if (e->users == 0 && e->state != WAITS) {
			drop(r, e);
			return true;
		}
	}
	return false;
}

/* The beginning of the file, up to the end of a line if it is not all. */
static int
read_text(struct readme_entry *e, int fd)
{
	ssize_t n;

	e->text = malloc(README_MOST + 1);
	if (!e->text)
		return -LEAT_ENOMEM;
	do
		n = pread(fd, e->text, README_MOST + 1, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	e->len = (size_t)n;
	e->readme.cut = e->len > README_MOST;
	if (e->readme.cut) {
		const char *end = memrchr(e->text, '\n', README_MOST);

		e->len = end ? (size_t)(end + 1 - e->text) : README_MOST;
	}
	return 0;
}

/* In a thread. A text that cannot be rendered is shown as it is. */
static void
work(struct job *j)
{
	struct readmes *r = container_of(j, struct readmes, job);
	struct readme_entry *e = r->makes;
	struct http_span text = {e->text, e->len};

	e->error = e->key.markdown ? markdown_render(text, &e->readme.html) : -LEAT_EOPNOTSUPP;
	if (e->error < 0)
		e->error = plain_render(text, &e->readme.html);
}

static void
make_next(struct readmes *r)
{
	list_each(n, &r->entries) {
		struct readme_entry *e = container_of(n, struct readme_entry, node);

		if (e->state == WAITS) {
			r->makes = e;
			jobs_add(r->jobs, &r->job);
			return;
		}
	}
}

static void
done(struct job *j)
{
	struct readmes *r = container_of(j, struct readmes, job);
	struct readme_entry *e = r->makes;

	free(e->text);
	e->text = NULL;
	e->state = e->error < 0 ? FAILED : MADE;
	r->makes = NULL;
	if (r->over)
		readmes_free(r);
	else
		make_next(r);
}

static int
add(struct readmes *r, int fd, const struct readme_key *key, struct readme_entry **out)
{
	struct readme_entry *e = make_room(r) ? calloc(1, sizeof *e) : NULL;
	int error;

	if (!e)
		return -LEAT_ENOMEM;
	e->key = *key;
	error = read_text(e, fd);
	if (error < 0) {
		free(e->text);
		free(e);
		return error;
	}
	list_init(&e->node);
	list_push(&r->entries, &e->node);
	r->n++;
	*out = e;
	if (!r->makes)
		make_next(r);
	return 0;
}

int
readmes_get(struct readmes *r, int fd, const char *name, const struct readme **out)
{
	struct readme_entry *e;
	struct readme_key key;
	int error = key_of(fd, name, &key);

	if (error < 0)
		return error;
	e = find(r, &key);
	error = e ? 0 : add(r, fd, &key, &e);
	if (error < 0)
		return error;
	if (e->state != MADE)
		return e->state == WAITS ? -LEAT_EAGAIN : e->error;
	e->users++;
	*out = &e->readme;
	return 0;
}

void
readme_release(const struct readme *readme)
{
	container_of((struct readme *)(uintptr_t)readme, struct readme_entry, readme)->users--;
}

struct readmes *
readmes_new(struct jobs *jobs)
{
	struct readmes *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	markdown_begin();
	r->jobs = jobs;
	r->job = (struct job){.work = work, .done = done};
	list_init(&r->entries);
	return r;
}

void
readmes_free(struct readmes *r)
{
	if (!r)
		return;
	r->over = true;
	if (r->makes)
		return;
	list_each_safe(n, &r->entries)
		drop(r, container_of(n, struct readme_entry, node));
	free(r);
}
