/*
 * test/unit/serve/site/test_site_races.c - a thread that exchanges folders and links while paths are looked up.
 */
#include "serve/site/folder_rig.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOOKUPS = 20000 };

struct racer {
	int dir;
	atomic_bool stop;
};

/* Where "sub" is a folder in one moment, it is a link to what lies outside in the next. */
static void *
exchange(void *arg)
{
	struct racer *r = arg;

	while (!atomic_load(&r->stop))
		renameat2(r->dir, "sub", r->dir, "link", RENAME_EXCHANGE);
	return NULL;
}

static void
check(struct folder_rig *r)
{
	struct site_found found = rig_find(r, "/sub/secret", HTTP_IDENTITY);
	char has[16] = "";

	if (found.kind == SITE_FILE) {
		assert_true(pread(found.file->fd, has, sizeof has - 1, 0) >= 0);
		assert_string_equal(has, "public");
		site_release(r->site, found.file);
		return;
	}
	assert_true(found.kind == SITE_OUTSIDE || found.kind == SITE_ABSENT);
}

static void
no_race_leads_out_of_the_folder(void **state)
{
	struct folder_rig *r = *state;
	struct racer racer = {.stop = false};
	pthread_t thread;

	rig_folder(r, "site/sub");
	rig_write(r, "site/sub/secret", "public");
	rig_link(r, "..", "site/link");
	racer.dir = open(r->served, O_RDONLY | O_DIRECTORY);
	assert_true(racer.dir >= 0);
	assert_int_equal(pthread_create(&thread, NULL, exchange, &racer), 0);
	for (int i = 0; i < LOOKUPS; i++) {
		r->now += i % 2 ? SEC : 0; /* with and without the cache */
		check(r);
	}
	atomic_store(&racer.stop, true);
	pthread_join(thread, NULL);
	close(racer.dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(no_race_leads_out_of_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
