/*
 * get/keep/store_impl.h - what the parts of the store share: the layout of the folder and of an
 * entry's file.
 *
 * The folder has 256 folders, named by the first two digits of a hash of the URI. An entry's file
 * is named by the other digits and the number of the variant. The file has the content, then the
 * head as text, then a line of STORE_TAIL octets: the hash of the head, its length, and a mark.
 *
 *   leat-get-cache 1
 *   http://example.com/a
 *   200 1700000000 1700000001 CONTENT-LENGTH CONTENT-HASH FIELDS-OF-REQUEST FIELDS-OF-RESPONSE
 *   accept-encoding: gzip
 *   Content-Type: text/html
 *   0123456789abcdef 00000123 leat1
 */
#ifndef GET_KEEP_STORE_IMPL_H
#define GET_KEEP_STORE_IMPL_H

#include "get/keep/store.h"

#include <sys/types.h>

enum { STORE_TAIL = 32, STORE_HEAD_MOST = 1 << 18, STORE_FIELDS_MOST = 1000, STORE_NAME = 40 };

/* Content is hashed in blocks of this size: the hash of one is the key for the next. */
enum { STORE_BLOCK = 65536 };

struct store {
	int folder;
	uint64_t most;
	uint64_t added;     /* octets since it was last trimmed */
	unsigned temporary; /* number of the next file aside */
};

struct store_writer {
	struct store *store;
	char temp[STORE_NAME], name[STORE_NAME];
	int fd;
	size_t waiting;           /* octets in @block */
	struct store_entry entry; /* what the head will say */
	char block[STORE_BLOCK];
};

uint64_t store_hash(uint64_t seed, const void *at, size_t n);

/* "ab/0123456789abcd-2" */
void store_name(char to[static STORE_NAME], struct http_span uri, unsigned variant);

/*
 * A copy of the fields of a request, with a hash in place of each credential. Returns NULL without
 * memory; free() frees it.
 */
struct http_field *store_without_secrets(const struct http_field *field, size_t n);

/* True if a request with the @n fields at @now, without secrets, selects @e. */
bool store_selects(const struct store_entry *e, const struct http_field *now, size_t n);

/*
 * Reads and checks the head in the file @fd. Returns 0 with *@out, which owns @fd then; or -ENOMEM,
 * -EBADMSG, or another -errno, and @fd is still the caller's.
 */
int store_head_read(int fd, struct store_entry **out);

/* Puts the head of @e, and the tail. */
void store_head_put(struct http_writer *w, const struct store_entry *e);

/* Removes the entries that were used longest ago until the store is within its bound. */
void store_trim(struct store *s);

#endif
