/*
 * The store's bound.
 */
#include "keep_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum { MOST = 400000, ENTRY = 10000 };

static char content[ENTRY + 1];

static int
begin(void **state)
{
	rig_begin(&rig, MOST);
	memset(content, 'x', ENTRY);
	return 0;
}

static int
end(void **state)
{
	rig_end(&rig);
	return 0;
}

static const char *
uri(unsigned i)
{
	static char text[40];

	snprintf(text, sizeof text, "http://h/%u", i);
	return text;
}

static void
add_size(const char *path, void *sum)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	*(uint64_t *)sum += ((uint64_t)st.st_size + 4095) / 4096 * 4096;
}

static uint64_t
size_of_all(void)
{
	uint64_t sum = 0;

	rig_each(&rig, add_size, &sum);
	return sum;
}

/* The kernel may give files that are written within one tick the same time. */
static void
make_older(const char *path, void *arg)
{
	struct timespec t[2];
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	t[0] = t[1] = (struct timespec){.tv_sec = st.st_mtim.tv_sec - 1};
	assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
}

static void
the_store_stays_within_its_bound(void **state)
{
	for (unsigned i = 0; i < 200; i++) {
		rig_each(&rig, make_older, NULL);
		assert_int_equal(rig_put(&rig, uri(i), NULL, 0, NULL, content), 0);
		assert_true(size_of_all() <= MOST + MOST / 4);
	}
	store_close(rig.store);
	assert_true(size_of_all() <= MOST);
	assert_int_equal(store_open(rig_path(&rig, "cache/leat/get"), MOST, &rig.store), 0);
	assert_string_equal(rig_get(&rig, uri(199), NULL, 0, NULL), content);
	assert_null(rig_get(&rig, uri(0), NULL, 0, NULL));
}

static void
set_used(const char *path, void *arg)
{
	struct timespec t[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};

	assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
}

static void
what_was_used_last_stays(void **state)
{
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(rig_put(&rig, uri(i), NULL, 0, NULL, content), 0);
	rig_each(&rig, set_used, NULL);
	assert_non_null(rig_get(&rig, uri(2), NULL, 0, NULL));
	/* The bound is passed by a few entries: fewer than were not used go. */
	for (unsigned i = 10; i < 35; i++)
		assert_int_equal(rig_put(&rig, uri(i), NULL, 0, NULL, content), 0);
	assert_non_null(rig_get(&rig, uri(2), NULL, 0, NULL));
	assert_true(rig_each(&rig, NULL, NULL) < 35);
}

static void
an_entry_of_more_than_an_eighth_is_not_stored(void **state)
{
	static char large[MOST / 8 + 2];

	memset(large, 'x', sizeof large - 1);
	assert_int_equal(rig_put(&rig, uri(0), NULL, 0, NULL, large), -EFBIG);
	assert_int_equal(rig_each(&rig, NULL, NULL), 0);
	large[MOST / 8] = '\0';
	assert_int_equal(rig_put(&rig, uri(0), NULL, 0, NULL, large), 0);
}

static void
files_aside_of_killed_processes_are_removed(void **state)
{
	char path[256];

	snprintf(path, sizeof path, "%s", rig_path(&rig, "cache/leat/get/tmp-1-0"));
	rig_write(path, "x", 1);
	store_close(rig.store);
	assert_int_equal(store_open(rig_path(&rig, "cache/leat/get"), MOST, &rig.store), 0);
	assert_int_equal(rig_put(&rig, uri(0), NULL, 0, NULL, "x"), 0);
	store_close(rig.store);
	assert_int_equal(rig_each(&rig, NULL, NULL), 2); /* it may be one that goes on */
	set_used(path, NULL);
	assert_int_equal(store_open(rig_path(&rig, "cache/leat/get"), MOST, &rig.store), 0);
	assert_int_equal(rig_put(&rig, uri(0), NULL, 0, NULL, "x"), 0);
	store_close(rig.store);
	assert_int_equal(rig_each(&rig, NULL, NULL), 1);
	rig.store = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_store_stays_within_its_bound, begin, end),
	    cmocka_unit_test_setup_teardown(what_was_used_last_stays, begin, end),
	    cmocka_unit_test_setup_teardown(an_entry_of_more_than_an_eighth_is_not_stored, begin, end),
	    cmocka_unit_test_setup_teardown(files_aside_of_killed_processes_are_removed, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
