/*
 * keep_rig.h - a scratch folder, and entries of a store in it.
 */
#ifndef KEEP_RIG_H
#define KEEP_RIG_H

#include "get/keep/store.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct keep_rig {
	char folder[64];
	struct store *store;
};

void rig_begin(struct keep_rig *r, uint64_t most);
void rig_end(struct keep_rig *r);

/* The rig of a KEEP_TEST(): a store of at most 1 MiB. */
extern struct keep_rig rig;
int keep_rig_begin(void **state);
int keep_rig_end(void **state);
#define KEEP_TEST(f) cmocka_unit_test_setup_teardown(f, keep_rig_begin, keep_rig_end)

/* "folder/name"; valid until the next call. */
const char *rig_path(const struct keep_rig *r, const char *name);

/* Writes, and reads, a whole file. The text is valid until the next call. */
void rig_write(const char *path, const void *octets, size_t len);
const char *rig_read(const char *path, size_t *len);

/* Calls @fn for each file beneath the folder; returns how many there are. */
unsigned rig_each(const struct keep_rig *r, void (*fn)(const char *path, void *arg), void *arg);

/* Stores @content for @uri, asked for with the @n fields. The head is a 200 with @more, if any. */
int rig_put(struct keep_rig *r, const char *uri, const struct http_field *asked, size_t n,
    const struct http_field *more, const char *content);

/* The content that a request gets, or NULL with *@why; valid until the next call. */
const char *rig_get(
    struct keep_rig *r, const char *uri, const struct http_field *asked, size_t n, enum store_found *why);

struct http_field rig_field(const char *name, const char *value);

#endif
