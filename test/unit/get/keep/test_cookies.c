/*
 * Cookie files.
 */
#include "get/keep/cookies.h"
#include "keep_rig.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { NOW = 1000 };

static struct http_jar jar;

static int
begin(void **state)
{
	rig_begin(&rig, 1 << 20);
	http_jar_init(&jar, COOKIES_MOST);
	return 0;
}

static int
end(void **state)
{
	http_jar_free(&jar);
	rig_end(&rig);
	return 0;
}

static struct cookies_read
read_text(const char *text, bool junk_session)
{
	const char *path = rig_path(&rig, "jar");
	struct cookies_read r;

	rig_write(path, text, strlen(text));
	assert_int_equal(cookies_read(&jar, path, junk_session, NOW, &r), 0);
	return r;
}

static const char file[] = "# Netscape HTTP Cookie File\n"
			   "a.example\tFALSE\t/\tFALSE\t0\tsession\t1\n"
			   "#HttpOnly_.b.example\tTRUE\t/x\tTRUE\t2000\tkept\t2\n"
			   "c.example\tFALSE\t/\tFALSE\t999\texpired\t3\n";

static void
what_is_written_is_read_again(void **state)
{
	struct cookies_read r = read_text(file, false);
	const char *path = rig_path(&rig, "jar"), *text;
	struct stat st;

	assert_int_equal(r.taken, 2);
	assert_int_equal(r.bad, 0);
	assert_int_equal(cookies_write(&jar, rig_path(&rig, "new"), NOW), 0);
	text = rig_read(rig_path(&rig, "new"), NULL);
	assert_non_null(strstr(text, "a.example\tFALSE\t/\tFALSE\t0\tsession\t1\n"));
	assert_non_null(strstr(text, "#HttpOnly_.b.example\tTRUE\t/x\tTRUE\t2000\tkept\t2\n"));
	assert_null(strstr(text, "expired"));
	assert_int_equal(stat(path = rig_path(&rig, "new"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	http_jar_free(&jar);
	assert_int_equal(cookies_read(&jar, path, false, NOW, &r), 0);
	assert_int_equal(r.taken, 2);
}

static void
cookies_of_a_session_can_be_left_out(void **state)
{
	assert_int_equal(read_text(file, true).taken, 1);
	assert_true(http_span_is(jar.entry[0].cookie.name, "kept"));
}

static void
cookies_that_expired_are_not_written(void **state)
{
	read_text(file, false);
	assert_int_equal(cookies_write(&jar, rig_path(&rig, "new"), 3000), 0);
	assert_null(strstr(rig_read(rig_path(&rig, "new"), NULL), "kept"));
}

static void
bad_lines_are_counted_and_the_others_read(void **state)
{
	static char text[40000];
	struct cookies_read r;

	strcpy(text, "# c\nnonsense\n");
	memset(text + strlen(text), 'x', 30000);
	strcat(text, "\na.example\tFALSE\t/\tFALSE\t0\tn\tv\n");
	r = read_text(text, false);
	assert_int_equal(r.taken, 1);
	assert_int_equal(r.bad, 2);
	assert_int_equal(r.first_bad, 2);
}

static void
a_missing_file_and_a_folder_have_their_errors(void **state)
{
	struct cookies_read r;

	assert_int_equal(cookies_read(&jar, rig_path(&rig, "none"), false, NOW, &r), -ENOENT);
	assert_int_equal(cookies_read(&jar, rig.folder, false, NOW, &r), -EISDIR);
	assert_int_equal(cookies_write(&jar, rig_path(&rig, "none/jar"), NOW), -ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_is_written_is_read_again, begin, end),
	    cmocka_unit_test_setup_teardown(cookies_of_a_session_can_be_left_out, begin, end),
	    cmocka_unit_test_setup_teardown(cookies_that_expired_are_not_written, begin, end),
	    cmocka_unit_test_setup_teardown(bad_lines_are_counted_and_the_others_read, begin, end),
	    cmocka_unit_test_setup_teardown(a_missing_file_and_a_folder_have_their_errors, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
