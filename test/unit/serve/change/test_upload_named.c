/*
 * test/unit/serve/change/test_upload_named.c - uploads to file systems without O_TMPFILE, such as
 * those of most USB sticks: a seccomp filter says here that there is no such thing.
 */
#include "serve/change/change_rig.h"
#include "serve/change/unplaced.h"
#include "serve/change/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
on_event(struct upload *u)
{
}

static struct upload *
begin(const struct folder_rig *r, const char *name)
{
	struct upload *u = upload_new();

	assert_non_null(u);
	u->event = on_event;
	rig_place(r, "", name, &u->place);
	assert_int_equal(upload_begin(u), CHANGE_NONE);
	assert_true(u->named);
	return u;
}

static enum change_result
end(struct upload *u, const char *text)
{
	enum change_result result;

	assert_int_equal(upload_write(u, text, strlen(text)), strlen(text));
	upload_finish(u);
	result = u->result;
	upload_free(u);
	return result;
}

static void
files_are_added_and_replaced(void **state)
{
	struct folder_rig *r = *state;

	assert_int_equal(end(begin(r, "a"), "one"), CHANGE_ADDED);
	rig_expect(r, "/a", "one");
	assert_int_equal(end(begin(r, "a"), "other"), CHANGE_REPLACED);
	rig_expect(r, "/a", "other");
	assert_string_equal(rig_names(r), "a ");
}

static void
what_is_given_up_leaves_nothing(void **state)
{
	struct folder_rig *r = *state;
	struct upload *u;

	rig_write(r, "site/a", "old");
	u = begin(r, "a");
	assert_string_not_equal(rig_names(r), "a ");
	upload_free(u);
	assert_string_equal(rig_names(r), "a ");
	rig_expect(r, "/a", "old");
}

/* Of two that see no file, the second must not replace the first. */
static void
a_file_that_has_come_meanwhile_is_not_replaced_by_who_saw_none(void **state)
{
	struct folder_rig *r = *state;
	struct upload *u = begin(r, "a");

	u->expect = CHANGE_EXPECT_SAME;
	rig_write(r, "site/a", "first");
	assert_int_equal(end(u, "second"), CHANGE_STATE);
	rig_expect(r, "/a", "first");
	assert_string_equal(rig_names(r), "a ");
}

/* A process that was killed has left one; its lock is gone. */
static void
left_over_names_go_with_the_next_upload_and_those_at_work_stay(void **state)
{
	struct folder_rig *r = *state;
	struct upload *other;

	rig_write(r, "site/" SITE_ASIDE "0123456789abcdef", "left");
	other = begin(r, "other");
	assert_int_equal(end(begin(r, "a"), "x"), CHANGE_ADDED);
	assert_int_equal(end(other, "y"), CHANGE_ADDED);
	assert_string_equal(rig_names(r), "a other ");
	rig_expect(r, "/other", "y");
}

static _Noreturn void
clean_on(int folder)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		unplaced_clean(folder);
}

/* Between the making of a file and its lock, another process finds it, and takes it for left over. */
static void
who_cleans_the_folder_takes_no_file_away_that_is_at_work(void **state)
{
	struct folder_rig *r = *state;
	struct upload *u = begin(r, "a");
	int folder = dup(u->place.folder), wrong = 0;
	pid_t cleaner = fork();

	if (cleaner == 0)
		clean_on(folder);
	upload_free(u);
	for (int i = 0; i < 300; i++)
		wrong += end(begin(r, "a"), "x") > CHANGE_REPLACED;
	kill(cleaner, SIGKILL);
	waitpid(cleaner, NULL, 0);
	close(folder);
	assert_int_equal(wrong, 0);
	assert_string_equal(rig_names(r), "a ");
}

static int
forbid_unnamed_files(void)
{
	const scmp_datum_t flag = O_TMPFILE & ~O_DIRECTORY;
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int e = ctx ? seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EOPNOTSUPP), SCMP_SYS(openat), 1,
			  SCMP_A2_64(SCMP_CMP_MASKED_EQ, flag, flag))
		    : -ENOMEM;

	if (e == 0)
		e = seccomp_load(ctx);
	seccomp_release(ctx);
	return e;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(files_are_added_and_replaced),
	    FOLDER_TEST(what_is_given_up_leaves_nothing),
	    FOLDER_TEST(a_file_that_has_come_meanwhile_is_not_replaced_by_who_saw_none),
	    FOLDER_TEST(left_over_names_go_with_the_next_upload_and_those_at_work_stay),
	    FOLDER_TEST(who_cleans_the_folder_takes_no_file_away_that_is_at_work),
	};

	if (forbid_unnamed_files() < 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
