/*
 * test/unit/serve/change/test_form.c - the files of a form, in whatever pieces it comes.
 */
#include "serve/change/change_rig.h"
#include "serve/change/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE                  "multipart/form-data; boundary=B"
#define PART(fields, data)    "--B\r\nContent-Disposition: form-data; " fields "\r\n\r\n" data "\r\n"
#define FILE_PART(name, data) PART("name=\"f\"; filename=\"" name "\"", data)

static void
on_event(struct form *f)
{
	++*(int *)f->owner;
}

/* Sends the form in pieces of at most @piece octets, as long as it takes them. */
static struct form *
post(const struct folder_rig *r, struct http_span content, size_t piece, int *events)
{
	struct form *f = form_new();

	assert_non_null(f);
	*events = 0;
	f->site = r->site;
	f->event = on_event;
	f->owner = events;
	assert_true(form_begin(f, http_span_of(TYPE)));
	while (content.len > 0) {
		size_t n = form_write(f, content.at, content.len < piece ? content.len : piece);

		content.at += n;
		content.len -= n;
	}
	if (!f->over)
		form_end(f);
	assert_true(f->over);
	assert_true(*events > 0);
	return f;
}

static void
each_file_is_stored_whatever_the_pieces(void **state)
{
	static const char text[] = PART("name=\"comment\"", "no file") FILE_PART("a", "one\r\n--b")
	    FILE_PART("", "") FILE_PART("c:\\x\\b", "") "--B--\r\nmore";
	struct folder_rig *r = *state;

	for (size_t piece = 1; piece <= sizeof text; piece = piece * 2 + 1) {
		int events;
		struct form *f = post(r, http_span_of(text), piece, &events);
		char path[128];

		assert_int_equal(f->fault, FORM_FINE);
		assert_int_equal(f->files, 2);
		assert_string_equal(f->name, "b");
		form_free(f);
		assert_string_equal(rig_names(r), "a b ");
		rig_expect(r, "/a", "one\r\n--b");
		rig_expect(r, "/b", "");
		snprintf(path, sizeof path, "%s/a", r->served);
		assert_int_equal(remove(path), 0);
		snprintf(path, sizeof path, "%s/b", r->served);
		assert_int_equal(remove(path), 0);
	}
}

/* The parser may hand out more octets than it was fed: those that looked like a boundary. */
static void
a_large_file_with_many_near_boundaries_is_stored_whole(void **state)
{
	struct folder_rig *r = *state;
	size_t n = 3 * UPLOAD_BUFFER;
	char *text = malloc(n + 200);
	size_t head =
	    strlen(strcpy(text, "--B\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\n"));
	struct site_found found;
	struct form *f;
	int events;

	for (size_t i = 0; i < n; i++)
		text[head + i] = "\r\n--\r\n-\r"[i % 8];
	strcpy(text + head + n, "\r\n--B--\r\n");
	f = post(r, http_span_of(text), 20000, &events);
	assert_int_equal(f->fault, FORM_FINE);
	form_free(f);
	found = rig_find(r, "/a", HTTP_IDENTITY);
	assert_int_equal(found.kind, SITE_FILE);
	assert_int_equal(found.file->state.size, n);
	site_release(r->site, found.file);
	free(text);
}

static void
assert_fault(struct folder_rig *r, const char *text, enum form_fault fault, enum change_result result)
{
	int events;
	struct form *f = post(r, http_span_of(text), 7, &events);

	assert_int_equal(f->fault, fault);
	if (fault == FORM_CHANGE)
		assert_int_equal(f->result, result);
	form_free(f);
}

static void
what_goes_wrong_has_a_fault_and_leaves_the_files_before_it(void **state)
{
	struct folder_rig *r = *state;

	rig_write(r, "site/old", "old");
	rig_folder(r, "site/folder");
	assert_fault(r, PART("name=\"n\"", "v") "--B--\r\n", FORM_NO_FILE, 0);
	assert_fault(r, "--B--\r\n", FORM_NO_FILE, 0);
	assert_fault(r, "", FORM_MALFORMED, 0);
	assert_fault(r, FILE_PART("cut", "data"), FORM_MALFORMED, 0);
	assert_fault(
	    r, "--B\r\nContent-Disposition: form-data; name=f; filename=cut\r\n\r\ndata", FORM_MALFORMED, 0);
	assert_fault(r, "--B\r\nX\r\n\r\n", FORM_MALFORMED, 0);
	assert_fault(r, FILE_PART("..", "x") "--B--", FORM_NAME, 0);
	assert_fault(r, FILE_PART(".hidden", "x") "--B--", FORM_NAME, 0);
	assert_fault(r, FILE_PART("a/", "x") "--B--", FORM_NAME, 0);
	assert_fault(r, FILE_PART("folder", "x") "--B--", FORM_CHANGE, CHANGE_FOLDER);
	assert_fault(r, FILE_PART("first", "1") FILE_PART("old", "new") FILE_PART("third", "3") "--B--",
	    FORM_CHANGE, CHANGE_STATE);
	rig_expect(r, "/old", "old");
	rig_expect(r, "/first", "1");
	assert_string_equal(rig_names(r), "first folder old ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(each_file_is_stored_whatever_the_pieces),
	    FOLDER_TEST(a_large_file_with_many_near_boundaries_is_stored_whole),
	    FOLDER_TEST(what_goes_wrong_has_a_fault_and_leaves_the_files_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
