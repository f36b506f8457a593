/*
 * Files that are written aside.
 */
#include "get/keep/aside.h"
#include "keep_rig.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void
the_old_file_stays_until_the_new_one_is_whole(void **state)
{
	const char *path = rig_path(&rig, "a");
	struct aside a;

	rig_write(path, "old", 3);
	assert_int_equal(aside_open(&a, path, 0600), 0);
	assert_int_equal(aside_write(&a, "new", 3), 0);
	assert_string_equal(rig_read(path, NULL), "old");
	assert_int_equal(aside_commit(&a), 0);
	assert_string_equal(rig_read(path, NULL), "new");
	assert_int_equal(rig_each(&rig, NULL, NULL), 1);
}

static void
what_is_dropped_leaves_no_trace(void **state)
{
	const char *path = rig_path(&rig, "a");
	struct aside a;

	assert_int_equal(aside_open(&a, path, 0600), 0);
	assert_int_equal(aside_write(&a, "new", 3), 0);
	aside_drop(&a);
	assert_int_equal(rig_each(&rig, NULL, NULL), 0);
}

static void
a_file_keeps_its_mode_and_a_new_one_gets_it(void **state)
{
	const char *path = rig_path(&rig, "a");
	struct aside a;
	struct stat st;

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(aside_open(&a, path, 0600), 0);
		assert_int_equal(aside_commit(&a), 0);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, i == 0 ? 0600 : 0644);
		chmod(path, 0644);
	}
}

static void
a_link_stays_a_link(void **state)
{
	char target[256];
	struct aside a;
	struct stat st;

	snprintf(target, sizeof target, "%s", rig_path(&rig, "target"));
	rig_write(target, "old", 3);
	assert_int_equal(symlink("target", rig_path(&rig, "link")), 0);
	assert_int_equal(aside_open(&a, rig_path(&rig, "link"), 0600), 0);
	assert_int_equal(aside_write(&a, "new", 3), 0);
	assert_int_equal(aside_commit(&a), 0);
	assert_int_equal(lstat(rig_path(&rig, "link"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_string_equal(rig_read(target, NULL), "new");
}

static void
what_is_no_file_is_written_itself(void **state)
{
	struct aside a;

	assert_int_equal(aside_open(&a, "/dev/null", 0600), 0);
	assert_int_equal(aside_write(&a, "x", 1), 0);
	assert_int_equal(aside_commit(&a), 0);
	assert_int_equal(access("/dev/null", W_OK), 0);
}

static void
a_folder_that_is_missing_is_an_error(void **state)
{
	struct aside a;

	assert_int_equal(aside_open(&a, rig_path(&rig, "none/a"), 0600), -ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    KEEP_TEST(the_old_file_stays_until_the_new_one_is_whole),
	    KEEP_TEST(what_is_dropped_leaves_no_trace),
	    KEEP_TEST(a_file_keeps_its_mode_and_a_new_one_gets_it),
	    KEEP_TEST(a_link_stays_a_link),
	    KEEP_TEST(what_is_no_file_is_written_itself),
	    KEEP_TEST(a_folder_that_is_missing_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
