/*
 * test/unit/serve/site/folder_rig.h - a served folder in a temporary one, with a secret beside it.
 */
#ifndef TEST_FOLDER_RIG_H
#define TEST_FOLDER_RIG_H

#include "serve/site/site.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct folder_rig {
	char base[64];   /* has "secret", and the folder "site" */
	char served[80]; /* base/site */
	struct site_settings set;
	struct site *site;
	nsec_t now;
};

int folder_rig_begin(void **state);
int folder_rig_end(void **state);
#define FOLDER_TEST(f) cmocka_unit_test_setup_teardown(f, folder_rig_begin, folder_rig_end)

/* @path is relative to base. */
void rig_write(const struct folder_rig *r, const char *path, const char *text);
void rig_folder(const struct folder_rig *r, const char *path);
void rig_link(const struct folder_rig *r, const char *target, const char *path);
void rig_rename(const struct folder_rig *r, const char *from, const char *to);

/* Begins again with other settings. */
void rig_again(struct folder_rig *r);

/*
 * Looks up the percent-encoded @path of a request of a client that accepts @coding (0: none). Fails
 * if the path itself is refused.
 */
struct site_found rig_find(struct folder_rig *r, const char *path, enum http_coding coding);

/* The kind of what is found, which is let go again. */
enum site_kind rig_kind(struct folder_rig *r, const char *path);

/* Finds a file that has the text @text. */
void rig_expect(struct folder_rig *r, const char *path, const char *text);

#endif
