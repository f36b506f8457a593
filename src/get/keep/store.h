/*
 * get/keep/store.h - responses on disk: what http/cache keeps, for later runs and for other
 * processes.
 *
 * An entry is one file, written aside and renamed, so that a process sees all of an entry or none
 * of it. Its length and hashes are checked before it is used; one that is damaged counts as
 * missing. The store is bounded: what was used longest ago goes first. It knows no connection, and
 * whether a response is fresh is http_cache_use()'s to say.
 *
 * A request's credentials (Authorization, Cookie) belong to what it selects: an entry answers only
 * requests with the same ones. They are not written to the disk, only a hash of them is.
 */
#ifndef GET_KEEP_STORE_H
#define GET_KEEP_STORE_H

#include "http/cache/store.h"

struct store;

/* No entry is larger than this, or than an eighth of the store. */
enum { STORE_ENTRY_MOST = 32 << 20 };

/* Responses to requests that differ in what Vary names, of one URI. */
enum { STORE_VARIANTS = 4 };

/*
 * Opens the store in @folder, which is created with those above it. It has @most octets at most,
 * and may have an eighth more for a moment. Returns 0 with *@out; -EACCES if the folder belongs to
 * another user, or others may write to it; or another -errno.
 */
int store_open(const char *folder, uint64_t most, struct store **out);

/* Removes what is over the bound, if this process has added to it, and frees @s. */
void store_close(struct store *s);

struct store_entry {
	struct http_cached cached;
	uint64_t length; /* octets of content */
	int fd;          /* they begin at offset 0 */

	struct http_span uri;
	struct http_field *request; /* what the request said in the fields that select */
	size_t requests;
	uint64_t hash; /* of the content */
	char *text;    /* that the spans point into */
};

/* A request, as far as it selects an entry. */
struct store_key {
	struct http_span uri; /* in normal form, without a fragment */
	const struct http_field *field;
	size_t n;
};

enum store_found {
	STORE_FOUND,
	STORE_NONE,    /* nothing is stored for the URI */
	STORE_OTHER,   /* something is, for requests with other fields */
	STORE_DAMAGED, /* what is stored is not what was written */
	STORE_FAILED   /* no memory, or no descriptor */
};

/*
 * Finds the entry that @k selects (RFC 9111, 4.1), the newest if there are several. Returns
 * STORE_FOUND with *@out, which store_entry_free() frees.
 */
enum store_found store_find(struct store *s, const struct store_key *k, struct store_entry **out);

void store_entry_free(struct store_entry *e);

/* A response that is being stored. */
struct store_writer;

/*
 * Begins to store the response @r to the request @k; http_cache_may_store() has allowed it. The
 * head is copied. Returns 0 with *@out, or -errno.
 */
int store_begin(
    struct store *s, const struct store_key *k, const struct http_cached *r, struct store_writer **out);

/*
 * Adds content. Returns 0; -EFBIG if the entry is too large; or another -errno. After a failure the
 * writer can be dropped only.
 */
int store_add(struct store_writer *w, const char *at, size_t n);

/*
 * All content was added: the entry takes the place of the old one. Frees @w. Returns 0 or -errno.
 */
int store_commit(struct store_writer *w);

/* Gives up: the old entry stays. Frees @w, which may be NULL. */
void store_drop(struct store_writer *w);

/*
 * Stores @e anew with the head @r, to which http_cache_update() has renewed it, for the request @k.
 * Returns 0 or -errno; the old entry then stays.
 */
int store_renew(
    struct store *s, const struct store_key *k, struct store_entry *e, const struct http_cached *r);

/* Removes all that is stored for @uri (RFC 9111, 4.4). */
void store_remove(struct store *s, struct http_span uri);

#endif
