/*
 * test/unit/serve/site/test_site_changes.c - files that change, are replaced or end, and the bound of the cache.
 */
#include "serve/site/folder_rig.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void
a_changed_file_is_seen_by_the_next_lookup(void **state)
{
	struct folder_rig *r = *state;

	rig_write(r, "site/file", "one");
	rig_expect(r, "/file", "one");
	rig_write(r, "site/file", "three");
	rig_expect(r, "/file", "three");
	rig_write(r, "new", "by rename");
	rig_rename(r, "new", "site/file");
	rig_expect(r, "/file", "by rename");
	rig_rename(r, "site/file", "gone");
	assert_int_equal(rig_kind(r, "/file"), SITE_ABSENT);
}

static void
a_replaced_folder_is_seen_by_the_next_lookup(void **state)
{
	struct folder_rig *r = *state;

	rig_folder(r, "site/current");
	rig_folder(r, "next");
	rig_write(r, "site/current/file", "old");
	rig_write(r, "next/file", "new");
	rig_expect(r, "/current/file", "old");
	rig_rename(r, "site/current", "old");
	rig_rename(r, "next", "site/current");
	rig_expect(r, "/current/file", "new");
}

/* Tools that build a site remove its folder and make it anew. */
static void
a_replaced_root_is_seen_after_a_second(void **state)
{
	struct folder_rig *r = *state;

	rig_write(r, "site/file", "old");
	rig_expect(r, "/file", "old");
	rig_rename(r, "site", "old");
	rig_expect(r, "/file", "old");
	r->now += 2 * SEC;
	rig_expect(r, "/file", "old");
	rig_folder(r, "site");
	rig_write(r, "site/file", "newer");
	r->now += 2 * SEC;
	rig_expect(r, "/file", "newer");
}

/* A file that was removed keeps its blocks on the disk while it is open. */
static void
a_file_that_no_one_asks_for_is_closed(void **state)
{
	struct folder_rig *r = *state;
	struct site_found used;

	rig_write(r, "site/file", "text");
	rig_write(r, "site/used", "text");
	rig_expect(r, "/file", "text");
	used = rig_find(r, "/used", HTTP_IDENTITY);
	assert_true(site_tidy(r->site, r->now));
	r->now += 2 * SEC;
	assert_true(site_tidy(r->site, r->now));
	assert_false(site_relieve(r->site));
	site_release(r->site, used.file);
	assert_false(site_tidy(r->site, r->now));
}

static void
an_unchanged_file_stays_open(void **state)
{
	struct folder_rig *r = *state;
	struct site_found a, b;

	rig_write(r, "site/file", "text");
	a = rig_find(r, "/file", HTTP_IDENTITY);
	b = rig_find(r, "/file", HTTP_IDENTITY);
	assert_ptr_equal(a.file, b.file);
	site_release(r->site, a.file);
	site_release(r->site, b.file);
}

static void
a_file_in_use_outlives_its_place_in_the_cache(void **state)
{
	struct folder_rig *r = *state;
	struct site_found found;
	char name[32], has[8] = "";

	rig_write(r, "site/used", "used");
	found = rig_find(r, "/used", HTTP_IDENTITY);
	for (unsigned i = 0; i < 2 * r->set.files_most; i++) {
		snprintf(name, sizeof name, "site/%u", i);
		rig_write(r, name, name);
		rig_expect(r, name + 4, name);
	}
	assert_false(found.file->cached);
	assert_int_equal(pread(found.file->fd, has, 4, 0), 4);
	assert_string_equal(has, "used");
	site_release(r->site, found.file);
}

static void
open_files_are_bounded_and_can_be_closed(void **state)
{
	struct folder_rig *r = *state;
	char name[32];
	int before, after;

	before = dup(0);
	close(before);
	for (unsigned i = 0; i < 50; i++) {
		snprintf(name, sizeof name, "site/%u", i);
		rig_write(r, name, "x");
		rig_expect(r, name + 4, "x");
	}
	after = dup(0);
	close(after);
	assert_true(after - before <= (int)r->set.files_most);
	assert_true(site_relieve(r->site));
	assert_false(site_relieve(r->site));
	after = dup(0);
	close(after);
	assert_int_equal(after, before);
}

/* Files that are kept open do not stand in the way of others. */
static void
without_descriptors_cached_files_give_way(void **state)
{
	struct folder_rig *r = *state;
	struct rlimit before, few;
	int next = dup(0);

	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	rig_write(r, "site/one", "1");
	rig_write(r, "site/two", "2");
	few = before;
	few.rlim_cur = (rlim_t)next + 1;
	rig_expect(r, "/one", "1");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	rig_expect(r, "/two", "2");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* RFC 9110, 8.8.3: another state has another tag; 8.4: so has another coding. */
static void
the_tag_and_the_date_say_the_state(void **state)
{
	struct folder_rig *r = *state;
	struct site_found found;
	char first[SITE_ETAG_MOST] = "";
	char path[100];
	struct timespec old[2] = {{784111777, 0}, {784111777, 0}};

	rig_write(r, "site/file.txt", "text");
	strcat(strcpy(path, r->served), "/file.txt");
	assert_int_equal(utimensat(-1, path, old, 0), 0);
	found = rig_find(r, "/file.txt", HTTP_IDENTITY);
	memcpy(first, found.file->etag.tag.at, found.file->etag.tag.len);
	assert_non_null(memmem(found.file->head.ok.at, found.file->head.ok.len,
	    "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 46));
	assert_non_null(memmem(found.file->head.ok.at, found.file->head.ok.len,
	    "Content-Type: text/plain; charset=utf-8\r\n", 41));
	assert_non_null(memmem(found.file->head.ok.at, found.file->head.ok.len, first, strlen(first)));
	site_release(r->site, found.file);
	rig_write(r, "site/file.txt", "other");
	found = rig_find(r, "/file.txt", HTTP_IDENTITY);
	assert_false(http_span_eq(found.file->etag.tag, http_span_of(first)));
	site_release(r->site, found.file);
}

static enum http_coding
coding_of(struct folder_rig *r, const char *path, enum http_coding accepted)
{
	struct site_found found = rig_find(r, path, accepted);
	enum http_coding c;

	assert_int_equal(found.kind, SITE_FILE);
	c = found.file->coding;
	site_release(r->site, found.file);
	return c;
}

static void
a_variant_stands_for_the_file_if_the_client_takes_it(void **state)
{
	struct folder_rig *r = *state;
	struct site_found found;

	rig_write(r, "site/page.html", "plain");
	rig_write(r, "site/page.html.gz", "gz");
	assert_int_equal(coding_of(r, "/page.html", HTTP_GZIP), HTTP_GZIP);
	assert_int_equal(coding_of(r, "/page.html", HTTP_BROTLI), HTTP_IDENTITY);
	assert_int_equal(coding_of(r, "/page.html", HTTP_IDENTITY), HTTP_IDENTITY);
	/* By its own name it is a file like others. */
	assert_int_equal(coding_of(r, "/page.html.gz", HTTP_GZIP), HTTP_IDENTITY);
	assert_int_equal(coding_of(r, "/page.html", HTTP_GZIP), HTTP_GZIP);
	found = rig_find(r, "/page.html", HTTP_GZIP);
	assert_non_null(
	    memmem(found.file->head.ok.at, found.file->head.ok.len, "Content-Encoding: gzip\r\n", 24));
	assert_non_null(memmem(found.file->head.ok.at, found.file->head.ok.len, "text/html", 9));
	assert_non_null(
	    memmem(found.file->head.ok.at, found.file->head.ok.len, "Vary: Accept-Encoding\r\n", 23));
	site_release(r->site, found.file);
}

static void
a_variant_that_is_older_than_the_file_is_not_sent(void **state)
{
	struct folder_rig *r = *state;
	struct timespec old[2] = {{1, 0}, {1, 0}};
	char path[100];

	rig_write(r, "site/page.html", "plain");
	rig_write(r, "site/page.html.gz", "gz");
	strcat(strcpy(path, r->served), "/page.html.gz");
	assert_int_equal(utimensat(-1, path, old, 0), 0);
	assert_int_equal(coding_of(r, "/page.html", HTTP_GZIP), HTTP_IDENTITY);
}

/* The file @path, released, whose compressed octets the test looks at. */
static struct site_file *
look_up(struct folder_rig *r, const char *path)
{
	struct site_found found = rig_find(r, path, HTTP_IDENTITY);

	assert_int_equal(found.kind, SITE_FILE);
	site_release(r->site, found.file);
	return found.file;
}

static void
compressed_octets_are_kept_while_the_file_stays_the_same(void **state)
{
	struct folder_rig *r = *state;

	rig_write(r, "site/file", "text");
	site_keep_coded(r->site, look_up(r, "/file"), HTTP_GZIP, "small", 5);
	for (int i = 0; i < 3; i++, r->now += 2 * SEC) {
		assert_memory_equal(look_up(r, "/file")->coded[HTTP_GZIP]->octets, "small", 5);
		assert_null(look_up(r, "/file")->coded[HTTP_BROTLI]);
	}
	rig_write(r, "site/file", "other text");
	assert_null(look_up(r, "/file")->coded[HTTP_GZIP]);
}

/* Those of the file that was used longest ago go first. */
static void
compressed_octets_are_bounded(void **state)
{
	enum { FILES = SITE_CODED_ALL_MOST / SITE_CODED_MOST + 1 };
	static char octets[SITE_CODED_MOST + 1];
	struct folder_rig *r = *state;
	char name[32];

	r->set.files_most = FILES + 1;
	rig_again(r);
	for (unsigned i = 0; i < FILES; i++) {
		snprintf(name, sizeof name, "site/%u", i);
		rig_write(r, name, "text");
		site_keep_coded(r->site, look_up(r, name + 4), HTTP_GZIP, octets, SITE_CODED_MOST);
	}
	assert_null(look_up(r, "/0")->coded[HTTP_GZIP]);
	assert_non_null(look_up(r, "/1")->coded[HTTP_GZIP]);
	assert_non_null(look_up(r, name + 4)->coded[HTTP_GZIP]);
	site_keep_coded(r->site, look_up(r, "/0"), HTTP_GZIP, octets, sizeof octets);
	assert_null(look_up(r, "/0")->coded[HTTP_GZIP]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(a_changed_file_is_seen_by_the_next_lookup),
	    FOLDER_TEST(a_replaced_folder_is_seen_by_the_next_lookup),
	    FOLDER_TEST(a_replaced_root_is_seen_after_a_second),
	    FOLDER_TEST(a_file_that_no_one_asks_for_is_closed),
	    FOLDER_TEST(an_unchanged_file_stays_open),
	    FOLDER_TEST(a_file_in_use_outlives_its_place_in_the_cache),
	    FOLDER_TEST(open_files_are_bounded_and_can_be_closed),
	    FOLDER_TEST(without_descriptors_cached_files_give_way),
	    FOLDER_TEST(the_tag_and_the_date_say_the_state),
	    FOLDER_TEST(a_variant_stands_for_the_file_if_the_client_takes_it),
	    FOLDER_TEST(a_variant_that_is_older_than_the_file_is_not_sent),
	    FOLDER_TEST(compressed_octets_are_kept_while_the_file_stays_the_same),
	    FOLDER_TEST(compressed_octets_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
