/*
 * serve/site/site.c - finds what a path stands for: the cached file if it is still the same, else
 * what is there now.
 *
 * A lookup in the cache costs one stat of the path. That stat follows links that lead outside, but
 * only an inode that was served beneath the folder before can equal the cached one. So that a
 * folder which was moved out and linked back does not stay served, a path is resolved in full again
 * after SITE_CHECK_AGAIN.
 */
#include "serve/site/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Codings that a file next to the plain one may have, the smallest first, and its ending. */
static const struct {
	enum http_coding coding;
	const char *ending;
} variants[] = {{HTTP_BROTLI, ".br"}, {HTTP_ZSTD, ".zst"}, {HTTP_GZIP, ".gz"}};

enum { VARIANTS = sizeof variants / sizeof *variants, ENDING_MOST = 4 };

int
site_new(const struct site_settings *set, const struct siphash_key *key, struct site **out)
{
	struct site *site = calloc(1, sizeof *site);
	struct site_state st;
	mode_t mode;
	int e = -ENOMEM;

	if (!site)
		return e;
	site->set = set;
	list_init(&site->lru);
	if (table_init(&site->files, key) < 0)
		goto no_table;
	site->root = open(set->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	e = -errno;
	if (site->root < 0)
		goto no_root;
	e = site_open(site, ".", &st, &mode);
	if (e < 0)
		goto no_openat2;
	close(e);
	*out = site;
	return 0;
no_openat2:
	close(site->root);
no_root:
	table_fini(&site->files);
no_table:
	free(site);
	return e;
}

void
site_free(struct site *site)
{
	if (!site)
		return;
	site_relieve(site);
	table_fini(&site->files);
	close(site->root);
	free(site);
}

bool
site_hides(const struct site *site, const struct http_path *path)
{
	struct http_span rest = path->text, name;
	bool first = true;

	while (http_path_next(&rest, &name)) {
		if (!site_shows(site, name) && !(first && http_span_eq(name, http_span_of(".well-known"))))
			return true;
		first = false;
	}
	return false;
}

static enum site_kind
kind_of_error(int e)
{
	switch (-e) {
	case ENOENT:
	case ENOTDIR:
	case ENAMETOOLONG:
		return SITE_ABSENT;
	case EXDEV:
	case EAGAIN:
		return SITE_OUTSIDE;
	case EACCES:
	case EPERM:
	case ELOOP:
	case ENXIO:
	case ENODEV:
		return SITE_DENIED;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return SITE_BUSY;
	default:
		return SITE_BROKEN;
	}
}

/* A path with a zero at its end, to which an ending or a name may be added. */
struct place {
	char text[SITE_PATH_MOST + 256 + ENDING_MOST];
	size_t len;
};

static bool
place_add(struct place *p, struct http_span more)
{
	if (p->len + more.len >= sizeof p->text - ENDING_MOST)
		return false;
	memcpy(p->text + p->len, more.at, more.len);
	p->len += more.len;
	p->text[p->len] = '\0';
	return true;
}

static struct http_span
place_span(const struct place *p)
{
	return (struct http_span){p->text, p->len};
}

/* Resolves the path of @f in full again. True if it leads to the same file, which then stays. */
static bool
is_there_still(const struct site *site, const struct place *p, struct site_file *f, nsec_t now)
{
	struct site_state st;
	mode_t mode;
	int fd = site_open(site, p->text, &st, &mode);

	if (fd < 0)
		return false;
	close(fd);
	f->checked = now;
	f->no_variants = 0;
	return site_state_same(&st, &f->state);
}

/* The cached file with this path if it is still what the path stands for; else forgets it. */
static struct site_file *
fresh(struct site *site, const struct place *p, enum http_coding coding, nsec_t now)
{
	struct site_file *f = site_cached(site, place_span(p), coding);
	struct site_state st;

	if (!f)
		return NULL;
	if (now - f->checked < SITE_CHECK_AGAIN
		? site_stat(site, p->text, &st) == 0 && site_state_same(&st, &f->state)
		: is_there_still(site, p, f, now))
		return f;
	site_forget(site, f);
	return NULL;
}

/* Without a free descriptor those of cached files that are not in use are closed. */
static int
open_or_relieve(struct site *site, const struct place *p, struct site_state *st, mode_t *mode)
{
	int fd = site_open(site, p->text, st, mode);

	if ((fd == -EMFILE || fd == -ENFILE) && site_relieve(site))
		fd = site_open(site, p->text, st, mode);
	return fd;
}

/* Opens what is at @p: a file becomes a cached one; a folder's descriptor stays open. */
static struct site_found
open_place(struct site *site, const struct place *p, enum http_coding coding, size_t name_len, nsec_t now)
{
	struct site_state st;
	mode_t mode;
	int fd = open_or_relieve(site, p, &st, &mode);
	struct site_file *f;

	if (fd < 0)
		return (struct site_found){.kind = kind_of_error(fd)};
	if (S_ISDIR(mode))
		return (struct site_found){.kind = SITE_FOLDER, .fd = fd};
	f = S_ISREG(mode) ? site_keep(site, place_span(p), coding, fd, &st) : NULL;
	if (!f) {
		close(fd);
		return (struct site_found){.kind = S_ISREG(mode) ? SITE_BUSY : SITE_DENIED};
	}
	f->checked = now;
	site_head_build(f, (struct http_span){p->text, name_len}, site->set->head);
	return (struct site_found){.kind = SITE_FILE, .file = f};
}

static struct site_found
find_plain(struct site *site, const struct place *p, nsec_t now)
{
	struct site_file *f = fresh(site, p, HTTP_IDENTITY, now);

	if (f)
		return (struct site_found){.kind = SITE_FILE, .file = f};
	return open_place(site, p, HTTP_IDENTITY, p->len, now);
}

/* The file @p with the ending of variant @i if there is one that is not older than @plain. */
static struct site_file *
find_variant(struct site *site, struct place *p, const struct site_file *plain, unsigned i, nsec_t now)
{
	size_t len = p->len;
	struct site_found found = {.kind = SITE_FILE};

	place_add(p, http_span_of(variants[i].ending));
	found.file = fresh(site, p, variants[i].coding, now);
	if (!found.file)
		found = open_place(site, p, variants[i].coding, len, now);
	p->len = len;
	p->text[len] = '\0';
	if (found.kind == SITE_FOLDER)
		close(found.fd);
	return found.kind == SITE_FILE && found.file->modified >= plain->modified ? found.file : NULL;
}

/* The variant that the client likes best, or @plain. */
static struct site_file *
choose(struct site *site, struct place *p, struct site_file *plain, const struct http_coding_weights *accept,
    nsec_t now)
{
	struct site_file *best = plain;
	unsigned weight = 1; /* what no field speaks of */

	plain->users++;
	for (unsigned i = 0; i < VARIANTS; i++) {
		enum http_coding c = variants[i].coding;
		struct site_file *f = NULL;

		if (accept->of[c] <= weight || accept->of[c] < accept->of[HTTP_IDENTITY] ||
		    plain->no_variants >> c & 1)
			continue;
		f = find_variant(site, p, plain, i, now);
		if (!f) {
			plain->no_variants |= (uint8_t)(1U << c);
			continue;
		}
		f->users++;
		site_release(site, best);
		best = f;
		weight = accept->of[c];
	}
	return best;
}

static struct site_found
found_file(struct site *site, struct place *p, struct site_file *f, const struct http_coding_weights *accept,
    nsec_t now)
{
	list_del(&f->lru);
	list_push(&site->lru, &f->lru);
	if (f->type->compress)
		f = choose(site, p, f, accept, now);
	else
		f->users++;
	return (struct site_found){.kind = SITE_FILE, .file = f};
}

/* The index file of the folder @p, or the folder. */
static struct site_found
find_in_folder(struct site *site, struct place *p, const struct http_coding_weights *accept, nsec_t now)
{
	struct site_found found = {.kind = SITE_ABSENT};
	size_t len = p->len;

	if (site->set->index) {
		if ((p->len == 0 || place_add(p, http_span_of("/"))) &&
		    place_add(p, http_span_of(site->set->index)))
			found = find_plain(site, p, now);
		if (found.kind == SITE_FILE)
			return found_file(site, p, found.file, accept, now);
		if (found.kind == SITE_FOLDER)
			close(found.fd);
		else if (found.kind != SITE_ABSENT)
			return found;
	}
	p->len = len;
	p->text[len] = '\0';
	if (len == 0)
		place_add(p, http_span_of("."));
	found = find_plain(site, p, now);
	if (found.kind == SITE_FILE) /* "/file/" is no folder */
		found.kind = SITE_ABSENT;
	return found;
}

static void
ask_for_successor(struct site *site, nsec_t now)
{
	if (now < site->ask_again)
		return;
	site->ask_again = now + SITE_CHECK_AGAIN;
	site->set->replaced(site->set->replaced_arg);
}

/* The new folder takes the place of the descriptor, whose number others have. */
static bool
open_again(struct site *site)
{
	int fd = open(site->set->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return false;
	dup3(fd, site->root, O_CLOEXEC);
	close(fd);
	return true;
}

bool
site_is_current(struct site *site, nsec_t now)
{
	struct stat there, held;

	if (stat(site->set->folder, &there) < 0 || fstat(site->root, &held) < 0 ||
	    (there.st_dev == held.st_dev && there.st_ino == held.st_ino))
		return true;
	if (!site->set->replaced)
		return open_again(site);
	ask_for_successor(site, now);
	return false;
}

static void
follow_root(struct site *site, nsec_t now)
{
	if (now - site->root_checked < SITE_CHECK_AGAIN)
		return;
	site->root_checked = now;
	site_is_current(site, now);
}

struct site_found
site_find(
    struct site *site, const struct http_path *path, const struct http_coding_weights *accept, nsec_t now)
{
	struct place p;
	struct site_found found;

	p.len = 0;
	follow_root(site, now);
	if (site_hides(site, path))
		return (struct site_found){.kind = SITE_HIDDEN};
	if (!place_add(&p, path->text))
		return (struct site_found){.kind = SITE_ABSENT};
	if (path->folder || path->text.len == 0)
		return find_in_folder(site, &p, accept, now);
	found = find_plain(site, &p, now);
	if (found.kind == SITE_FILE)
		return found_file(site, &p, found.file, accept, now);
	if (found.kind == SITE_FOLDER) {
		close(found.fd);
		found.kind = SITE_SLASH;
	}
	return found;
}
