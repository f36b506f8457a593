/*
 * test/unit/serve/archive/test_archive.c - a folder packed into one stream. test_serve_archive.py
 * has other people's readers.
 */
#include "serve/archive/archive.h"
#include "serve/body/body_rig.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned running;

static struct body *
begin(struct folder_rig *r, enum archive_format format, struct http_span names)
{
	struct archive_settings set = {.format = format,
	    .site = r->site,
	    .folder = open(r->served, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	    .name = http_span_of("top"),
	    .names = names,
	    .running = &running};
	struct body *b = NULL;

	assert_true(set.folder >= 0);
	assert_int_equal(archive_new(&set, &b), 0);
	assert_int_equal(running, 1);
	return b;
}

static void
fill(struct folder_rig *r)
{
	rig_folder(r, "site/sub");
	rig_write(r, "site/sub/one", "1");
	rig_write(r, "site/two.txt", "two two two two two two");
	rig_write(r, "site/.hidden", "hidden");
	rig_link(r, "../two.txt", "site/sub/link");
	rig_link(r, "../../secret", "site/sub/out");
	rig_link(r, "..", "site/sub/up");
}

static bool
has(const char *text, ssize_t len, const char *what)
{
	return memmem(text, (size_t)len, what, strlen(what)) != NULL;
}

static void
the_octets_are_the_same_whatever_the_rooms_are(void **state)
{
	fill(*state);
	for (int format = ARCHIVE_TAR; archive_known(format) && format <= ARCHIVE_ZIP; format++) {
		ssize_t len, wanted = 0;
		char *first = NULL;

		for (size_t room = 100000; room > 0; room /= 30) {
			char *text = body_all(begin(*state, format, http_span_of("")), room, &len);

			assert_int_equal(running, 0);
			assert_true(!first || (len == wanted && memcmp(first, text, (size_t)len) == 0));
			wanted = len;
			free(first);
			first = text;
		}
		free(first);
	}
}

static void
hidden_names_and_links_that_lead_out_or_to_folders_are_left_out(void **state)
{
	ssize_t len;
	char *text;

	fill(*state);
	text = body_all(begin(*state, ARCHIVE_TAR, http_span_of("")), 4096, &len);
	assert_true(has(text, len, "top/sub/one") && has(text, len, "top/two.txt"));
	assert_true(has(text, len, "top/sub/link"));
	assert_false(has(text, len, "hidden") || has(text, len, "sub/out") || has(text, len, "sub/up"));
	assert_false(has(text, len, "LEFT-OUT"));
	assert_int_equal(len % 512, 0);
	free(text);
}

static void
chosen_names_alone_are_packed_and_all_of_them_must_be_there(void **state)
{
	static const char *const wrong[] = {"absent", "..", ".", "", ".hidden", "sub/one"};
	struct folder_rig *r = *state;
	struct archive_settings set = {.site = r->site, .name = http_span_of("top"), .running = &running};
	struct body *b;
	ssize_t len;
	char *text;

	fill(r);
	text = body_all(begin(r, ARCHIVE_TAR, (struct http_span){"sub\0", 4}), 4096, &len);
	assert_true(has(text, len, "top/sub/one"));
	assert_false(has(text, len, "two.txt"));
	free(text);
	set.folder = open(r->served, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		set.names = (struct http_span){wrong[i], strlen(wrong[i]) + 1};
		assert_int_equal(archive_new(&set, &b), -LEAT_ENOENT);
	}
	close(set.folder);
	assert_int_equal(running, 0);
}

/* The header of tar has said how long the file is: what is sent must not look whole. */
static void
a_file_that_becomes_shorter_breaks_a_tar_archive_off(void **state)
{
	struct folder_rig *r = *state;
	char path[128], octets[1024];
	struct body *b;
	ssize_t len;

	rig_write(r, "site/file", "0123456789");
	b = begin(r, ARCHIVE_TAR, http_span_of(""));
	assert_int_equal(body_produce(b, octets, 512), 512);
	snprintf(path, sizeof path, "%s/file", r->served);
	assert_int_equal(truncate(path, 4), 0);
	free(body_all(b, 1024, &len));
	assert_int_equal(len, -LEAT_EPROTO);
	assert_int_equal(running, 0);
}

/* In a zip file the size is the one that was found. It ends, whatever the file does after that. */
static void
a_file_that_becomes_shorter_and_longer_again_ends_where_its_end_was_found(void **state)
{
	struct folder_rig *r = *state;
	char path[128], octets[64], content[3001];
	struct body *b;
	ssize_t len;
	char *rest;

	if (!archive_known(ARCHIVE_ZIP))
		skip();
	for (unsigned i = 0; i < 3000; i++)
		content[i] = (char)('!' + (i * i * 7919 + i / 13) % 90);
	content[3000] = '\0';
	rig_write(r, "site/file", content);
	snprintf(path, sizeof path, "%s/file", r->served);
	b = begin(r, ARCHIVE_ZIP, http_span_of(""));
	assert_int_equal(body_produce(b, octets, 10), 10);
	assert_int_equal(truncate(path, 2000), 0);
	assert_true(body_produce(b, octets, sizeof octets) > 0);
	assert_int_equal(truncate(path, 3000), 0);
	rest = body_all(b, 64, &len);
	assert_non_null(memmem(rest, (size_t)len, "\xd0\x07\0\0", 4)); /* 2000 */
	assert_null(memmem(rest, (size_t)len, "\xb8\x0b\0\0", 4));     /* 3000 */
	free(rest);
}

/* What had no descriptor is not passed over when the archive is asked to go on. */
static void
without_a_descriptor_an_archive_breaks_off_for_good(void **state)
{
	struct rlimit before, none;
	struct body *b;
	char octets[512];

	fill(*state);
	b = begin(*state, ARCHIVE_TAR, http_span_of(""));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){3, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(body_produce(b, octets, sizeof octets), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(body_produce(b, octets, sizeof octets), -EMFILE);
	body_end(b);
}

static void
a_turn_packs_a_bounded_number_of_octets(void **state)
{
	struct folder_rig *r = *state;
	unsigned turns = 0;
	char path[128], octets[32768];
	struct body *b;
	ssize_t n;

	rig_write(r, "site/zeros.txt", "");
	snprintf(path, sizeof path, "%s/zeros.txt", r->served);
	assert_int_equal(truncate(path, 10 << 20), 0);
	for (int format = ARCHIVE_TAR; archive_known(format) && format <= ARCHIVE_ZIP; format++) {
		b = begin(r, format, http_span_of(""));
		for (turns = 0; (n = body_produce(b, octets, sizeof octets)) != 0; turns += n < 0)
			assert_true(n > 0 || n == -LEAT_EAGAIN);
		assert_true(turns >= 60 && turns <= 90);
		body_end(b);
	}
}

static void
an_end_before_all_octets_were_made_gives_everything_back(void **state)
{
	char octets[700];

	fill(*state);
	for (int format = ARCHIVE_TAR; archive_known(format) && format <= ARCHIVE_ZIP; format++) {
		struct body *b = begin(*state, format, http_span_of(""));

		assert_true(body_produce(b, octets, sizeof octets) > 0);
		body_end(b);
		assert_int_equal(running, 0);
	}
}

/* An archive of @n entries, all of the file @name, so that the folder needs no others. */
static char *
zip_of_many(struct folder_rig *r, const char *name, size_t n, ssize_t *len)
{
	size_t each = strlen(name) + 1;
	char path[256], *names = malloc(each * n), *text;

	assert_non_null(names);
	for (size_t i = 0; i < n; i++)
		memcpy(names + each * i, name, each);
	snprintf(path, sizeof path, "site/%s", name);
	rig_write(r, path, "");
	text = body_all(begin(r, ARCHIVE_ZIP, (struct http_span){names, each * n}), 65536, len);
	free(names);
	return text;
}

static uint64_t
number_at(const char *at, unsigned octets)
{
	uint64_t n = 0;

	while (octets-- > 0)
		n = n << 8 | (unsigned char)at[octets];
	return n;
}

/* Octets of the records at the end (APPNOTE.TXT 6.3.10, 4.3.14 to 4.3.16). */
enum { ZIP_END = 22, ZIP_LOCATOR = 20, ZIP_END_64 = 56 };

/* @end is the record whose list it is; it has @n entries from @at on. Returns them. */
static void
check_list(const char *text, const char *end, uint64_t at, uint64_t n)
{
	const char *line = text + at;

	for (uint64_t i = 0; i < n; i++) {
		assert_true(line + 46 < end && memcmp(line, "PK\1\2", 4) == 0);
		line += 46 + number_at(line + 28, 2) + number_at(line + 30, 2) + number_at(line + 32, 2);
	}
	assert_ptr_equal(line, end);
}

static void
a_zip_file_of_65534_entries_ends_with_numbers_of_16_bits(void **state)
{
	ssize_t len;
	char *text;
	const char *end;

	if (!archive_known(ARCHIVE_ZIP))
		skip();
	text = zip_of_many(*state, "a", 65534, &len);
	end = text + len - ZIP_END;
	assert_memory_equal(end, "PK\5\6", 4);
	assert_int_equal(number_at(end + 10, 2), 65534);
	check_list(text, end, number_at(end + 16, 4), 65534);
	free(text);
}

static void
a_zip_file_of_65535_entries_ends_with_numbers_of_64_bits(void **state)
{
	const char *end, *locator, *end_64;
	ssize_t len;
	char *text;

	if (!archive_known(ARCHIVE_ZIP))
		skip();
	text = zip_of_many(*state, "a", 65535, &len);
	end = text + len - ZIP_END;
	locator = end - ZIP_LOCATOR;
	end_64 = locator - ZIP_END_64;
	assert_memory_equal(end, "PK\5\6", 4);
	assert_int_equal(number_at(end + 10, 2), 0xffff);
	assert_memory_equal(locator, "PK\6\7", 4);
	assert_int_equal(number_at(locator + 8, 8), end_64 - text);
	assert_memory_equal(end_64, "PK\6\6", 4);
	assert_int_equal(number_at(end_64 + 4, 8), ZIP_END_64 - 12);
	assert_int_equal(number_at(end_64 + 32, 8), 65535);
	assert_int_equal(number_at(end_64 + 40, 8), end_64 - text - (ssize_t)number_at(end_64 + 48, 8));
	check_list(text, end_64, number_at(end_64 + 48, 8), 65535);
	free(text);
}

/* Info-ZIP's field has 32 bits with a sign: beyond them the time of MS-DOS stands alone. */
static void
a_time_in_a_zip_file_that_has_no_room_in_32_bits_is_that_of_ms_dos(void **state)
{
	static const struct {
		int64_t seconds;
		bool has_field;
		uint32_t dos;
	} times[] = {
	    {INT32_MAX, true, 0x743319c3},                       /* 2038-01-19 03:14:07 */
	    {INT64_C(4102444800), false, 120u << 25 | 0x210000}, /* 2100-01-01 00:00:00 */
	};
	struct folder_rig *r = *state;
	struct stat st;
	char path[128];
	ssize_t len;

	if (!archive_known(ARCHIVE_ZIP))
		skip();
	rig_write(r, "site/a", "");
	snprintf(path, sizeof path, "%s/a", r->served);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct timespec t[2] = {{times[i].seconds, 0}, {times[i].seconds, 0}};
		char *text, *line;

		assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
		assert_int_equal(stat(path, &st), 0);
		if (st.st_mtim.tv_sec != times[i].seconds)
			continue; /* the file system has no room for it either */
		text = body_all(begin(r, ARCHIVE_ZIP, http_span_of("")), 4096, &len);
		line = memmem(text, (size_t)len, "PK\1\2", 4);
		assert_int_equal(number_at(text + 10, 4), times[i].dos);
		assert_int_equal(number_at(line + 12, 4), times[i].dos);
		assert_int_equal(number_at(text + 28, 2), times[i].has_field ? 9 : 0);
		assert_int_equal(number_at(line + 30, 2), times[i].has_field ? 9 : 0);
		assert_int_equal(has(text, len, "UT\5"), times[i].has_field);
		free(text);
	}
}

/* The list of entries has a bound: what is longer must not look whole. */
static void
a_zip_file_of_too_many_entries_breaks_off(void **state)
{
	char name[201] = "";
	ssize_t len;

	if (!archive_known(ARCHIVE_ZIP))
		skip();
	memset(name, 'n', sizeof name - 1);
	free(zip_of_many(*state, name, 66000, &len));
	assert_int_equal(len, -LEAT_ENOMEM);
	assert_int_equal(running, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(the_octets_are_the_same_whatever_the_rooms_are),
	    FOLDER_TEST(hidden_names_and_links_that_lead_out_or_to_folders_are_left_out),
	    FOLDER_TEST(chosen_names_alone_are_packed_and_all_of_them_must_be_there),
	    FOLDER_TEST(a_file_that_becomes_shorter_breaks_a_tar_archive_off),
	    FOLDER_TEST(a_file_that_becomes_shorter_and_longer_again_ends_where_its_end_was_found),
	    FOLDER_TEST(without_a_descriptor_an_archive_breaks_off_for_good),
	    FOLDER_TEST(a_turn_packs_a_bounded_number_of_octets),
	    FOLDER_TEST(an_end_before_all_octets_were_made_gives_everything_back),
	    FOLDER_TEST(a_zip_file_of_65534_entries_ends_with_numbers_of_16_bits),
	    FOLDER_TEST(a_zip_file_of_65535_entries_ends_with_numbers_of_64_bits),
	    FOLDER_TEST(a_time_in_a_zip_file_that_has_no_room_in_32_bits_is_that_of_ms_dos),
	    FOLDER_TEST(a_zip_file_of_too_many_entries_breaks_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
