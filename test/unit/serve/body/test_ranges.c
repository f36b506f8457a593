/*
 * test/unit/serve/body/test_ranges.c - several ranges of a file as multipart/byteranges.
 */
#include "serve/body/body_rig.h"
#include "serve/body/ranges.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t random_octets[BODY_BOUNDARY / 2] = {0x10, 0x32, 0x54, 0x76, 0x98, 0xba};

#define BOUNDARY "0123456789ab000000000000"

static struct body_ranges *
begin(struct folder_rig *r, struct body_file *file, const struct http_range *range, size_t n)
{
	struct body_ranges *b;
	struct site_found found;

	rig_write(r, "site/file.txt", "0123456789");
	found = rig_find(r, "/file.txt", HTTP_IDENTITY);
	assert_int_equal(found.kind, SITE_FILE);
	body_file_init(file, r->site, found.file);
	b = body_ranges_new(file, range, n, random_octets);
	assert_non_null(b);
	return b;
}

/* RFC 9110, 14.6: each part has the type of the whole and its own Content-Range. */
static void
ranges_stand_in_parts_in_the_order_in_which_they_were_asked_for(void **state)
{
	static const struct http_range range[] = {{7, 9}, {0, 0}};
	static const char wanted[] =
	    "--" BOUNDARY "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 7-9/10\r\n\r\n"
	    "789\r\n"
	    "--" BOUNDARY "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 0-0/10\r\n\r\n"
	    "0\r\n"
	    "--" BOUNDARY "--\r\n";

	for (size_t room = 1; room < sizeof wanted; room += 5) {
		struct body_file file;
		struct body_ranges *b = begin(*state, &file, range, 2);
		ssize_t len;
		char *text;

		assert_int_equal(http_byteranges_length(&b->frame), sizeof wanted - 1);
		text = body_all(&b->body, room, &len);
		assert_int_equal(len, sizeof wanted - 1);
		assert_string_equal(text, wanted);
		free(text);
	}
}

/* Given up in the middle: the file is let go, too. */
static void
an_end_before_all_octets_were_made_gives_everything_back(void **state)
{
	static const struct http_range range[] = {{7, 9}, {0, 0}};
	struct body_file file;
	struct body_ranges *b = begin(*state, &file, range, 2);
	char octet;

	assert_int_equal(file.file->users, 1);
	assert_int_equal(body_produce(&b->body, &octet, 1), 1);
	body_end(&b->body);
	assert_int_equal(file.file->users, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(ranges_stand_in_parts_in_the_order_in_which_they_were_asked_for),
	    FOLDER_TEST(an_end_before_all_octets_were_made_gives_everything_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
