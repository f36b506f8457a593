/*
 * test/unit/serve/site/test_site.c - what a path stands for, and that none leads out.
 */
#include "serve/site/folder_rig.h"

#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static void
a_path_names_a_file_by_its_decoded_segments(void **state)
{
	struct folder_rig *r = *state;

	rig_folder(r, "site/a b");
	rig_write(r, "site/a b/\xe4\xb8\xad", "zh");
	rig_write(r, "site/\xff%41", "octets");
	rig_expect(r, "/a%20b/%E4%B8%AD", "zh");
	rig_expect(r, "//a%20b//./%E4%B8%AD", "zh");
	rig_expect(r, "/%FF%2541", "octets");
	assert_int_equal(rig_kind(r, "/A%20B/%E4%B8%AD"), SITE_ABSENT);
}

/* RFC 9110, 17.3: nothing outside of the folder is reached, whatever the path is made of. */
static void
no_path_leads_out_of_the_folder(void **state)
{
	static const char *const paths[] = {"/x/../secret", "/%2e%2e%5csecret", "/..%5csecret", "/.../secret",
	    "/%252e%252e%252fsecret", "/%c0%ae%c0%ae/secret", "/secret", "/site/secret", "/x/%2e%2e/secret"};
	struct folder_rig *r = *state;

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		enum site_kind kind = rig_kind(r, paths[i]);

		assert_true(kind == SITE_ABSENT || kind == SITE_HIDDEN);
	}
}

static void
links_lead_within_the_folder_and_not_out_of_it(void **state)
{
	struct folder_rig *r = *state;

	rig_folder(r, "site/sub");
	rig_write(r, "site/file", "here");
	rig_link(r, "../file", "site/sub/up");
	rig_link(r, "../../secret", "site/sub/out");
	rig_link(r, "/etc/hostname", "site/absolute");
	rig_link(r, "..", "site/parent");
	rig_link(r, "/proc/self/root", "site/magic");
	rig_link(r, "loop", "site/loop");
	rig_expect(r, "/sub/up", "here");
	assert_int_equal(rig_kind(r, "/sub/out"), SITE_OUTSIDE);
	assert_int_equal(rig_kind(r, "/absolute"), SITE_OUTSIDE);
	assert_int_equal(rig_kind(r, "/parent/secret"), SITE_OUTSIDE);
	assert_int_equal(rig_kind(r, "/magic/etc/hostname"), SITE_OUTSIDE);
	assert_int_equal(rig_kind(r, "/loop"), SITE_DENIED);
}

/* A folder that is moved out and linked back serves its files for a second at most. */
static void
a_folder_that_was_moved_out_and_linked_back_is_outside(void **state)
{
	struct folder_rig *r = *state;

	rig_folder(r, "site/sub");
	rig_write(r, "site/sub/file", "text");
	rig_expect(r, "/sub/file", "text");
	rig_rename(r, "site/sub", "moved");
	rig_link(r, "../moved", "site/sub");
	r->now += SEC;
	assert_int_equal(rig_kind(r, "/sub/file"), SITE_OUTSIDE);
}

/* RFC 8615: /.well-known is for others to find. */
static void
hidden_names_are_served_only_on_request_but_well_known_is(void **state)
{
	struct folder_rig *r = *state;

	rig_folder(r, "site/.well-known");
	rig_folder(r, "site/.git");
	rig_folder(r, "site/sub");
	rig_folder(r, "site/sub/.well-known");
	rig_write(r, "site/.git/config", "git");
	rig_write(r, "site/.well-known/a", "a");
	rig_write(r, "site/.well-known/.b", "b");
	rig_write(r, "site/sub/.well-known/c", "c");
	assert_int_equal(rig_kind(r, "/.git/config"), SITE_HIDDEN);
	assert_int_equal(rig_kind(r, "/.absent"), SITE_HIDDEN);
	assert_int_equal(rig_kind(r, "/.well-known/.b"), SITE_HIDDEN);
	assert_int_equal(rig_kind(r, "/sub/.well-known/c"), SITE_HIDDEN);
	rig_expect(r, "/.well-known/a", "a");
	r->set.hidden = true;
	rig_again(r);
	rig_expect(r, "/.git/config", "git");
}

static void
a_folder_is_its_index_file_or_itself(void **state)
{
	struct folder_rig *r = *state;

	rig_folder(r, "site/with");
	rig_folder(r, "site/without");
	rig_write(r, "site/with/index.html", "index");
	assert_int_equal(rig_kind(r, "/"), SITE_FOLDER);
	assert_int_equal(rig_kind(r, "/without/"), SITE_FOLDER);
	assert_int_equal(rig_kind(r, "/without"), SITE_SLASH);
	assert_int_equal(rig_kind(r, "/with"), SITE_SLASH);
	rig_expect(r, "/with/", "index");
	rig_expect(r, "/without/../with/.", "index");
	assert_int_equal(rig_kind(r, "/with/index.html/"), SITE_ABSENT);
	assert_int_equal(rig_kind(r, "/with/index.html/x"), SITE_ABSENT);
	r->set.index = NULL;
	rig_again(r);
	assert_int_equal(rig_kind(r, "/with/"), SITE_FOLDER);
}

/* A FIFO would hold the server up. */
static void
only_regular_files_are_served(void **state)
{
	struct folder_rig *r = *state;
	char fifo[100];

	strcat(strcpy(fifo, r->served), "/fifo");
	assert_int_equal(mkfifo(fifo, 0666), 0);
	assert_int_equal(rig_kind(r, "/fifo"), SITE_DENIED);
}

/* Opening a FIFO would wake who waits to write to it: inotify sees any open. */
static void
a_fifo_is_not_opened(void **state)
{
	struct folder_rig *r = *state;
	int in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char fifo[100], event[4096];

	strcat(strcpy(fifo, r->served), "/fifo");
	assert_int_equal(mkfifo(fifo, 0666), 0);
	assert_true(inotify_add_watch(in, fifo, IN_OPEN) > 0);
	assert_int_equal(rig_kind(r, "/fifo"), SITE_DENIED);
	assert_int_equal(read(in, event, sizeof event), -1);
	close(in);
}

static void
names_that_are_too_long_are_absent(void **state)
{
	char path[4000] = "/";

	memset(path + 1, 'a', 300);
	assert_int_equal(rig_kind(*state, path), SITE_ABSENT);
	for (size_t i = 1; i < sizeof path - 1; i++)
		path[i] = i % 2 ? 'a' : '/';
	assert_int_equal(rig_kind(*state, path), SITE_ABSENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(a_path_names_a_file_by_its_decoded_segments),
	    FOLDER_TEST(no_path_leads_out_of_the_folder),
	    FOLDER_TEST(links_lead_within_the_folder_and_not_out_of_it),
	    FOLDER_TEST(a_folder_that_was_moved_out_and_linked_back_is_outside),
	    FOLDER_TEST(hidden_names_are_served_only_on_request_but_well_known_is),
	    FOLDER_TEST(a_folder_is_its_index_file_or_itself),
	    FOLDER_TEST(only_regular_files_are_served),
	    FOLDER_TEST(a_fifo_is_not_opened),
	    FOLDER_TEST(names_that_are_too_long_are_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
