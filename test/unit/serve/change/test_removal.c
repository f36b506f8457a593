/*
 * test/unit/serve/change/test_removal.c - files and empty folders are removed, if they still are
 * what was seen.
 */
#include "serve/change/change_rig.h"
#include "serve/change/removal.h"

static void
on_event(struct removal *r)
{
	++*(int *)r->owner;
}

static enum change_result
remove_one(const struct folder_rig *r, const char *name, const struct change_there *seen)
{
	struct removal *one = removal_new();
	enum change_result result;
	int events = 0;

	assert_non_null(one);
	one->event = on_event;
	one->owner = &events;
	one->expect = seen ? CHANGE_EXPECT_SAME : CHANGE_EXPECT_ANY;
	if (seen)
		one->seen = *seen;
	rig_place(r, "", name, &one->place);
	removal_begin(one, NULL);
	assert_int_equal(events, 1);
	result = one->result;
	removal_free(one);
	return result;
}

static void
a_file_an_empty_folder_and_a_link_are_removed(void **state)
{
	struct folder_rig *r = *state;

	rig_write(r, "site/file", "x");
	rig_folder(r, "site/folder");
	rig_link(r, "../secret", "site/link");
	assert_int_equal(remove_one(r, "file", NULL), CHANGE_REMOVED);
	assert_int_equal(remove_one(r, "folder", NULL), CHANGE_REMOVED);
	assert_int_equal(remove_one(r, "link", NULL), CHANGE_REMOVED);
	assert_string_equal(rig_names(r), "");
	rig_rename(r, "secret", "site/secret");
	rig_expect(r, "/secret", "secret");
}

static void
a_folder_with_entries_stays(void **state)
{
	struct folder_rig *r = *state;

	rig_folder(r, "site/folder");
	rig_write(r, "site/folder/.hidden", "x");
	assert_int_equal(remove_one(r, "folder", NULL), CHANGE_NOT_EMPTY);
	assert_string_equal(rig_names(r), "folder ");
}

static void
what_has_changed_since_it_was_seen_stays(void **state)
{
	struct folder_rig *r = *state;
	struct change_there seen;

	rig_write(r, "site/file", "x");
	seen = rig_there(r, "file");
	rig_write(r, "site/file", "other");
	assert_int_equal(remove_one(r, "file", &seen), CHANGE_STATE);
	seen = rig_there(r, "file");
	assert_int_equal(remove_one(r, "file", &seen), CHANGE_REMOVED);
	assert_int_equal(remove_one(r, "file", &seen), CHANGE_STATE);
	assert_int_equal(remove_one(r, "file", NULL), CHANGE_ABSENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(a_file_an_empty_folder_and_a_link_are_removed),
	    FOLDER_TEST(a_folder_with_entries_stays),
	    FOLDER_TEST(what_has_changed_since_it_was_seen_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
