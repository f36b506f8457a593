/*
 * Which READMEs are kept, for how long, and what a file may do meanwhile.
 */
#include "serve/readme/readme.h"

#include "base/err.h"
#include "host/jobs.h"
#include "host/loop.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int
file_with(const char *text, size_t len)
{
	char path[] = "/tmp/leat-readme-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, text, len), len);
	return fd;
}

static void
assert_html(const struct readme *r, const char *text)
{
	assert_int_equal(r->html.len, strlen(text));
	assert_memory_equal(r->html.at, text, r->html.len);
}

static void
names_are_known_in_any_case(void **state)
{
	assert_int_equal(readme_rank("READM.md", false), 0);
	assert_int_equal(readme_rank("README.md.gz", false), 0);
	assert_true(readme_rank("readme.MD", false) > readme_rank("README.markdown", false));
	assert_true(readme_rank("README.markdown", false) > readme_rank("Readme.txt", false));
	assert_true(readme_rank("README.txt", false) > readme_rank("readme", false));
	assert_true(readme_rank("readme", false) > readme_rank("README.zh-CN.md", false));
	assert_true(readme_rank("README.zh-CN.md", true) > readme_rank("README.md", true));
}

static void
plain_text_keeps_its_lines_and_is_escaped(void **state)
{
	struct readmes *r = readmes_new(NULL);
	int fd = file_with("a\tb<\r\n\x01\xff\n", 9);
	const struct readme *one;

	assert_int_equal(readmes_get(r, fd, "README", &one), 0);
	assert_html(one, "<pre>\na\tb&lt;\n\xef\xbf\xbd\xef\xbf\xbd\n</pre>\n");
	assert_false(one->cut);
	readme_release(one);
	readmes_free(r);
	close(fd);
}

static void
a_long_text_is_cut_after_a_line(void **state)
{
	static char text[README_MOST + 100];
	struct readmes *r = readmes_new(NULL);
	const struct readme *one;
	int fd;

	memset(text, 'x', sizeof text);
	text[1000] = '\n';
	fd = file_with(text, sizeof text);
	assert_int_equal(readmes_get(r, fd, "README", &one), 0);
	assert_true(one->cut);
	assert_int_equal(one->html.len, strlen("<pre>\n") + 1001 + strlen("</pre>\n"));
	readme_release(one);
	readmes_free(r);
	close(fd);
}

static void
a_file_that_changed_is_made_anew(void **state)
{
	struct readmes *r = readmes_new(NULL);
	int fd = file_with("a", 1);
	const struct readme *one, *again, *changed;

	assert_int_equal(readmes_get(r, fd, "README", &one), 0);
	assert_int_equal(readmes_get(r, fd, "README", &again), 0);
	assert_ptr_equal(one, again);
	assert_int_equal(pwrite(fd, "bc", 2, 0), 2);
	assert_int_equal(readmes_get(r, fd, "README", &changed), 0);
	assert_html(changed, "<pre>\nbc</pre>\n");
	assert_html(one, "<pre>\na</pre>\n");
	readme_release(one);
	readme_release(again);
	readme_release(changed);
	readmes_free(r);
	close(fd);
}

/* More than this many that are all in use give no more; one that is free makes room. */
static void
what_is_kept_has_a_bound(void **state)
{
	struct readmes *r = readmes_new(NULL);
	const struct readme *held[17], *one;
	int fd[17], n = 0, e;

	for (; n < 17; n++) {
		fd[n] = file_with("text", 4);
		e = readmes_get(r, fd[n], "README", &held[n]);
		if (e < 0)
			break;
	}
	assert_int_equal(n, 16);
	assert_int_equal(e, -LEAT_ENOMEM);
	readme_release(held[3]);
	assert_int_equal(readmes_get(r, fd[16], "README", &held[3]), 0);
	assert_int_equal(readmes_get(r, fd[3], "README", &one), -LEAT_ENOMEM);
	for (n = 0; n < 16; n++)
		readme_release(held[n]);
	for (n = 0; n < 17; n++)
		close(fd[n]);
	readmes_free(r);
}

static void
a_thread_makes_it_while_others_are_served(void **state)
{
	struct loop *loop = loop_new();
	struct jobs *jobs = jobs_new(loop);
	struct readmes *r = readmes_new(jobs);
	int fd = file_with("# a\n", 4), e;
	const struct readme *one = NULL;

	assert_int_equal(readmes_get(r, fd, "README.md", &one), -LEAT_EAGAIN);
	while ((e = readmes_get(r, fd, "README.md", &one)) == -LEAT_EAGAIN)
		loop_turn(loop, NSEC_NEVER);
	assert_int_equal(e, 0);
	readme_release(one);
	readmes_free(r);
	jobs_free(jobs);
	loop_free(loop);
	close(fd);
}

static void
the_end_does_not_take_the_text_from_the_thread(void **state)
{
	struct loop *loop = loop_new();
	struct jobs *jobs = jobs_new(loop);
	struct readmes *r = readmes_new(jobs);
	int fd = file_with("# a\n", 4);
	const struct readme *one;

	assert_int_equal(readmes_get(r, fd, "README.md", &one), -LEAT_EAGAIN);
	readmes_free(r);
	jobs_free(jobs);
	loop_free(loop);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_known_in_any_case),
	    cmocka_unit_test(plain_text_keeps_its_lines_and_is_escaped),
	    cmocka_unit_test(a_long_text_is_cut_after_a_line),
	    cmocka_unit_test(a_file_that_changed_is_made_anew),
	    cmocka_unit_test(what_is_kept_has_a_bound),
	    cmocka_unit_test(a_thread_makes_it_while_others_are_served),
	    cmocka_unit_test(the_end_does_not_take_the_text_from_the_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
