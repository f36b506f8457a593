/*
 * cli/report/fates: what the link did to a frame is reported when the receiving side's capture can
 * show it.
 */
#include "cli/report/fates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char said[512];

static void
note(void *arg, const struct fate *fate)
{
	size_t len = strlen(said);

	snprintf(said + len, sizeof said - len, "%s%llu%s", len ? " " : "", (unsigned long long)fate->number,
	    fate->words);
}

/* Returns what is reported when frame @number arrives. */
static const char *
arrived(struct fates *f, uint64_t number)
{
	said[0] = '\0';
	fates_arrived(f, number, note, NULL);
	return said;
}

static void
absent_frames_are_named_by_the_first_later_one_that_arrives(void **state)
{
	struct fates f;

	fates_init(&f);
	fates_add(&f, LINK_LOST, 3, "a");
	fates_add(&f, LINK_QUEUE_FULL, 4, "b");
	fates_add(&f, LINK_LOST, 8, "c");
	assert_string_equal(arrived(&f, 2), "");
	assert_string_equal(arrived(&f, 5), "3a 4b");
	assert_string_equal(arrived(&f, 6), "");
	assert_string_equal(arrived(&f, UINT64_MAX), "8c");
	assert_int_equal(f.count, 0);
	fates_fini(&f);
}

static void
what_was_done_to_a_frame_is_said_of_that_frame_alone(void **state)
{
	struct fates f;

	fates_init(&f);
	fates_add(&f, LINK_REORDERED, 5, "r");
	fates_add(&f, LINK_CORRUPTED, 6, "k");
	assert_string_equal(arrived(&f, 7), "");
	assert_string_equal(arrived(&f, 6), "6k");
	assert_string_equal(arrived(&f, 6), "");
	assert_string_equal(arrived(&f, 5), "5r");
	assert_int_equal(f.count, 0);
	fates_fini(&f);
}

static void
a_doubled_frame_is_reported_at_each_arrival(void **state)
{
	struct fates f;

	fates_init(&f);
	fates_add(&f, LINK_DUPLICATED, 5, "d");
	assert_string_equal(arrived(&f, 5), "5d");
	assert_string_equal(arrived(&f, 5), "5d");
	assert_string_equal(arrived(&f, 5), "");
	/* The queue had room for one of the two copies. */
	fates_add(&f, LINK_DUPLICATED, 6, "d");
	fates_add(&f, LINK_QUEUE_FULL, 6, "q");
	assert_string_equal(arrived(&f, 6), "6d 6q");
	assert_int_equal(f.count, 0);
	fates_fini(&f);
}

static void
absent_frames_without_room_are_counted(void **state)
{
	struct fates f;

	fates_init(&f);
	for (uint64_t i = 1; i <= FATES_MAX; i++)
		fates_add(&f, LINK_REORDERED, i, "");
	fates_add(&f, LINK_CORRUPTED, FATES_MAX + 1, "");
	assert_int_equal(f.unnamed, 0);
	fates_add(&f, LINK_LOST, FATES_MAX + 2, "");
	assert_int_equal(f.unnamed, 1);
	assert_int_equal(f.count, FATES_MAX);
	fates_fini(&f);
	assert_int_equal(f.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(absent_frames_are_named_by_the_first_later_one_that_arrives),
	    cmocka_unit_test(what_was_done_to_a_frame_is_said_of_that_frame_alone),
	    cmocka_unit_test(a_doubled_frame_is_reported_at_each_arrival),
	    cmocka_unit_test(absent_frames_without_room_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
