/*
 * test/unit/serve/change/test_upload.c - a file comes to its place as a whole or not at all, and
 * only to a place that is as it was seen.
 */
#include "serve/change/change_rig.h"
#include "serve/change/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
on_event(struct upload *u)
{
	++*(int *)u->owner;
}

static struct upload *
begin(const struct folder_rig *r, const char *path, const char *name, int *events)
{
	struct upload *u = upload_new();

	assert_non_null(u);
	u->event = on_event;
	u->owner = events;
	rig_place(r, path, name, &u->place);
	assert_int_equal(upload_begin(u), CHANGE_NONE);
	return u;
}

static enum change_result
put(const struct folder_rig *r, const char *name, const char *text)
{
	int events = 0;
	struct upload *u = begin(r, "", name, &events);
	enum change_result result;

	assert_int_equal(upload_write(u, text, strlen(text)), strlen(text));
	upload_finish(u);
	assert_int_equal(events, 1);
	assert_int_equal(u->phase, UPLOAD_OVER);
	result = u->result;
	upload_free(u);
	return result;
}

static void
a_new_file_is_added_and_an_old_one_replaced(void **state)
{
	struct folder_rig *r = *state;

	assert_int_equal(put(r, "a", "one"), CHANGE_ADDED);
	rig_expect(r, "/a", "one");
	assert_int_equal(put(r, "a", "other"), CHANGE_REPLACED);
	rig_expect(r, "/a", "other");
	assert_int_equal(put(r, "empty", ""), CHANGE_ADDED);
	rig_expect(r, "/empty", "");
	assert_string_equal(rig_names(r), "a empty ");
}

/* Also if the process ended here: the file has no name. */
static void
what_has_not_ended_is_not_there_and_leaves_nothing(void **state)
{
	struct folder_rig *r = *state;
	int events = 0;
	struct upload *u;

	rig_write(r, "site/a", "old");
	u = begin(r, "", "a", &events);
	assert_int_equal(upload_write(u, "new", 3), 3);
	upload_push(u);
	assert_string_equal(rig_names(r), "a ");
	rig_expect(r, "/a", "old");
	upload_free(u);
	assert_string_equal(rig_names(r), "a ");
	rig_expect(r, "/a", "old");
}

static void
content_of_any_size_arrives_whole(void **state)
{
	struct folder_rig *r = *state;
	size_t n = 3 * UPLOAD_BUFFER + 5, done = 0;
	char *text = malloc(n + 1), *got = malloc(n + 1);
	int events = 0;
	struct upload *u = begin(r, "", "a", &events);
	struct site_found found;

	for (size_t i = 0; i < n; i++)
		text[i] = (char)(i * 7 + i / 256);
	while (done < n)
		done += upload_write(u, text + done, n - done < 1000 ? n - done : 1000);
	upload_finish(u);
	assert_int_equal(u->result, CHANGE_ADDED);
	assert_int_equal(u->length, n);
	upload_free(u);
	found = rig_find(r, "/a", HTTP_IDENTITY);
	assert_int_equal(pread(found.file->fd, got, n + 1, 0), n);
	assert_memory_equal(got, text, n);
	site_release(r->site, found.file);
	free(text);
	free(got);
}

/* A later request for the state that the answer names is about the file itself. */
static void
the_state_is_that_of_the_file_in_its_place(void **state)
{
	struct folder_rig *r = *state;
	int events = 0;
	struct upload *u = begin(r, "", "a", &events);
	struct site_found found;
	char octets[64];
	struct http_writer w = http_writer(octets, sizeof octets);

	upload_write(u, "x", 1);
	upload_finish(u);
	site_put_etag(&w, &u->state, HTTP_IDENTITY);
	upload_free(u);
	found = rig_find(r, "/a", HTTP_IDENTITY);
	assert_true(http_span_eq(found.file->etag.tag, (struct http_span){w.at, w.len}));
	site_release(r->site, found.file);
}

static void
expect(struct upload *u, const struct change_there *seen)
{
	u->expect = CHANGE_EXPECT_SAME;
	u->seen = *seen;
}

/* Two that have seen the same state: the second must not undo the first. */
static void
of_two_that_expect_the_same_state_one_is_refused(void **state)
{
	struct folder_rig *r = *state;
	struct change_there seen;
	int events = 0;
	struct upload *a, *b;

	for (int round = 0; round < 2; round++) { /* nothing is there; a file is there */
		seen = rig_there(r, "a");
		a = begin(r, "", "a", &events);
		b = begin(r, "", "a", &events);
		expect(a, &seen);
		expect(b, &seen);
		upload_write(a, "first", 5);
		upload_write(b, "second!", 7);
		upload_finish(a);
		upload_finish(b);
		assert_int_equal(a->result, round ? CHANGE_REPLACED : CHANGE_ADDED);
		assert_int_equal(b->result, CHANGE_STATE);
		upload_free(a);
		upload_free(b);
		rig_expect(r, "/a", "first");
	}
	assert_string_equal(rig_names(r), "a ");
}

static void
a_folder_or_a_fifo_is_not_replaced(void **state)
{
	struct folder_rig *r = *state;
	char path[128];

	rig_folder(r, "site/folder");
	snprintf(path, sizeof path, "%s/fifo", r->served);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(put(r, "folder", "x"), CHANGE_FOLDER);
	assert_int_equal(put(r, "fifo", "x"), CHANGE_DENIED);
	assert_string_equal(rig_names(r), "fifo folder ");
}

/* The file that a link leads to may be anywhere. */
static void
a_link_is_replaced_and_not_followed(void **state)
{
	struct folder_rig *r = *state;

	rig_link(r, "../secret", "site/link");
	assert_int_equal(put(r, "link", "x"), CHANGE_REPLACED);
	rig_expect(r, "/link", "x");
	rig_rename(r, "secret", "site/secret");
	rig_expect(r, "/secret", "secret");
}

static void
a_file_keeps_its_permissions(void **state)
{
	struct folder_rig *r = *state;
	char path[128];
	struct stat st;

	rig_write(r, "site/a", "x");
	snprintf(path, sizeof path, "%s/a", r->served);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(put(r, "a", "y"), CHANGE_REPLACED);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

static void
a_folder_is_found_beneath_the_served_one_only(void **state)
{
	struct folder_rig *r = *state;
	struct change_place p;
	struct http_span x = http_span_of("x");

	rig_folder(r, "other");
	rig_link(r, "../other", "site/out");
	rig_write(r, "site/file", "");
	assert_int_equal(change_place_open(&p, r->site, http_span_of("out"), x), CHANGE_OUTSIDE);
	assert_int_equal(change_place_open(&p, r->site, http_span_of(".."), x), CHANGE_OUTSIDE);
	assert_int_equal(change_place_open(&p, r->site, http_span_of("absent"), x), CHANGE_NO_PARENT);
	assert_int_equal(change_place_open(&p, r->site, http_span_of("file"), x), CHANGE_NO_PARENT);
}

/* While a file arrives, its folder is moved out, and another one takes its place. */
static void
a_folder_that_is_moved_meanwhile_gets_nothing(void **state)
{
	struct folder_rig *r = *state;
	int events = 0;
	struct upload *u;

	rig_folder(r, "site/sub");
	u = begin(r, "sub", "a", &events);
	rig_rename(r, "site/sub", "moved");
	rig_folder(r, "site/sub");
	upload_write(u, "x", 1);
	upload_finish(u);
	assert_int_equal(u->result, CHANGE_NO_PARENT);
	upload_free(u);
	assert_int_equal(rig_kind(r, "/sub/a"), SITE_ABSENT);
	rig_rename(r, "moved", "site/back");
	assert_int_equal(rig_kind(r, "/back/a"), SITE_ABSENT);
}

static void
names_are_checked(void **state)
{
	struct folder_rig *r = *state;
	char longest[NAME_MAX + 1];

	memset(longest, 'x', sizeof longest);
	assert_true(change_name_valid(r->site, (struct http_span){longest, NAME_MAX}));
	assert_false(change_name_valid(r->site, (struct http_span){longest, NAME_MAX + 1}));
	assert_true(change_name_valid(r->site, http_span_of("\xe4\xb8\xad a\\b")));
	assert_false(change_name_valid(r->site, http_span_of("")));
	assert_false(change_name_valid(r->site, http_span_of("a\nb")));
	assert_false(change_name_valid(r->site, http_span_of("a\x7f")));
	assert_false(change_name_valid(r->site, http_span_of(".a")));
	r->set.hidden = true;
	assert_true(change_name_valid(r->site, http_span_of(".a")));
	assert_false(change_name_valid(r->site, http_span_of(SITE_ASIDE "1")));
}

/* A machine that stopped between linkat() and rename() has left one. */
static void
a_hidden_name_that_was_left_over_is_not_served_and_goes_with_the_next_upload(void **state)
{
	struct folder_rig *r = *state;
	static const struct siphash_key key;
	char path[64];

	rig_write(r, "site/a", "old");
	r->set.hidden = true;
	snprintf(
	    path, sizeof path, "site/" SITE_ASIDE "%016llx-0", (unsigned long long)siphash(&key, "a", 1));
	rig_write(r, path, "left");
	assert_int_equal(rig_kind(r, path + strlen("site")), SITE_HIDDEN);
	assert_int_equal(put(r, "a", "new"), CHANGE_REPLACED);
	rig_expect(r, "/a", "new");
	assert_string_equal(rig_names(r), "a ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(a_new_file_is_added_and_an_old_one_replaced),
	    FOLDER_TEST(what_has_not_ended_is_not_there_and_leaves_nothing),
	    FOLDER_TEST(content_of_any_size_arrives_whole),
	    FOLDER_TEST(the_state_is_that_of_the_file_in_its_place),
	    FOLDER_TEST(of_two_that_expect_the_same_state_one_is_refused),
	    FOLDER_TEST(a_folder_or_a_fifo_is_not_replaced),
	    FOLDER_TEST(a_link_is_replaced_and_not_followed),
	    FOLDER_TEST(a_file_keeps_its_permissions),
	    FOLDER_TEST(a_folder_is_found_beneath_the_served_one_only),
	    FOLDER_TEST(a_folder_that_is_moved_meanwhile_gets_nothing),
	    FOLDER_TEST(names_are_checked),
	    FOLDER_TEST(a_hidden_name_that_was_left_over_is_not_served_and_goes_with_the_next_upload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
