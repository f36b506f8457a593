/*
 * get/keep/store_find.c - looks an entry up, and checks it.
 */
#include "get/keep/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Hashes the content as it was hashed when it was written. */
static int
check_content(const struct store_entry *e)
{
	char *block = malloc(STORE_BLOCK);
	uint64_t hash = 0, at = 0;

	if (!block)
		return -ENOMEM;
	while (at < e->length) {
		uint64_t left = e->length - at;
		size_t want = left < STORE_BLOCK ? (size_t)left : STORE_BLOCK;
		ssize_t got = pread(e->fd, block, want, (off_t)at);

		if (got < 0 || (size_t)got < want)
			break;
		hash = store_hash(hash, block, want);
		at += want;
	}
	free(block);
	return at == e->length && hash == e->hash ? 0 : -EBADMSG;
}

static enum store_found
found_for(int error)
{
	switch (-error) {
	case ENOENT:
		return STORE_NONE;
	case EBADMSG:
	case EIO:
	case EISDIR:
	case ELOOP:
		return STORE_DAMAGED;
	default:
		return STORE_FAILED;
	}
}

/* Opens one variant, if it is for @uri. */
static enum store_found
open_variant(struct store *s, struct http_span uri, unsigned variant, struct store_entry **out)
{
	char name[STORE_NAME];
	int fd, e;

	store_name(name, uri, variant);
	fd = openat(s->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return found_for(-errno);
	e = store_head_read(fd, out);
	if (e < 0) {
		close(fd);
		return found_for(e);
	}
	if (http_span_eq((*out)->uri, uri))
		return STORE_FOUND;
	store_entry_free(*out);
	return STORE_NONE;
}

/* Marks the entry as used now: what was not used goes first. */
static void
touch(const struct store_entry *e)
{
	futimens(e->fd, NULL);
}

static enum store_found
find(
    struct store *s, struct http_span uri, const struct http_field *field, size_t n, struct store_entry **out)
{
	enum store_found why = STORE_NONE;
	struct store_entry *best = NULL;

	for (unsigned i = 0; i < STORE_VARIANTS; i++) {
		struct store_entry *e;
		enum store_found found = open_variant(s, uri, i, &e);

		if (found != STORE_FOUND) {
			why = found > why ? found : why;
			continue;
		}
		if (!store_selects(e, field, n) || (best && best->cached.received >= e->cached.received)) {
			why = why < STORE_OTHER ? STORE_OTHER : why;
			store_entry_free(e);
			continue;
		}
		store_entry_free(best);
		best = e;
	}
	*out = best;
	return best ? STORE_FOUND : why;
}

enum store_found
store_find(struct store *s, const struct store_key *k, struct store_entry **out)
{
	struct http_field *field = store_without_secrets(k->field, k->n);
	struct store_entry *e;
	enum store_found found;

	if (!field)
		return STORE_FAILED;
	found = find(s, k->uri, field, k->n, &e);
	free(field);
	if (found != STORE_FOUND)
		return found;
	found = check_content(e) == 0 ? STORE_FOUND : STORE_DAMAGED;
	if (found == STORE_FOUND) {
		touch(e);
		*out = e;
	} else {
		store_entry_free(e);
	}
	return found;
}
