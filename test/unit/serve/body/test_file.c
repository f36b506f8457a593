/*
 * test/unit/serve/body/test_file.c - a file as the content of a response.
 */
#include "serve/body/body_rig.h"
#include "serve/body/file.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
open_file(struct folder_rig *r, struct body_file *b)
{
	struct site_found found;

	rig_write(r, "site/file", "0123456789");
	found = rig_find(r, "/file", HTTP_IDENTITY);
	assert_int_equal(found.kind, SITE_FILE);
	body_file_init(b, r->site, found.file);
}

/* Cuts the file to @len octets, or makes it that long. */
static void
resize(const struct folder_rig *r, off_t len)
{
	char path[128];

	snprintf(path, sizeof path, "%s/file", r->served);
	assert_int_equal(truncate(path, len), 0);
}

static void
expect(struct body_file *b, size_t room, const char *wanted)
{
	ssize_t len;
	char *text = body_all(&b->body, room, &len);

	assert_int_equal(len, strlen(wanted));
	assert_string_equal(text, wanted);
	free(text);
}

static void
a_file_is_made_whole_or_in_part_whatever_the_rooms_are(void **state)
{
	struct body_file b;

	for (size_t room = 1; room <= 11; room++) {
		open_file(*state, &b);
		expect(&b, room, "0123456789");
		open_file(*state, &b);
		body_file_part(&b, 3, 5);
		expect(&b, room, "34567");
	}
}

/* A response that looks whole must be whole. */
static void
a_file_that_becomes_shorter_breaks_off(void **state)
{
	struct body_file b;
	ssize_t len;

	open_file(*state, &b);
	resize(*state, 4);
	free(body_all(&b.body, 100, &len));
	assert_int_equal(len, -LEAT_EPROTO);
}

static void
a_file_that_becomes_longer_is_made_as_it_was(void **state)
{
	struct body_file b;

	open_file(*state, &b);
	resize(*state, 20);
	expect(&b, 100, "0123456789");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(a_file_is_made_whole_or_in_part_whatever_the_rooms_are),
	    FOLDER_TEST(a_file_that_becomes_shorter_breaks_off),
	    FOLDER_TEST(a_file_that_becomes_longer_is_made_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
