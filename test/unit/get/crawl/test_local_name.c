/*
 * Names of files for pages.
 */
#include "get/crawl/local_name.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *
name_of(const char *uri)
{
	static char name[LOCAL_NAME_MOST], normal[8192];
	struct http_writer w = http_writer(name, sizeof name), n = http_writer(normal, sizeof normal);
	struct http_uri u;

	assert_true(http_uri_parse(http_span_of(uri), &u));
	http_uri_normalise(&n, &u);
	assert_true(http_uri_parse((struct http_span){normal, n.len}, &u));
	local_name_put(&w, &u, true);
	assert_int_equal(w.err, 0);
	assert_int_equal(strlen(name), w.len);
	return name;
}

static void
names_are_those_of_wget(void **state)
{
	static const struct {
		const char *uri, *name;
	} rows[] = {
	    {"http://h", "h/index.html"},
	    {"http://h/", "h/index.html"},
	    {"http://h:8000/a/b.txt", "h:8000/a/b.txt"},
	    {"http://[::1]:80/a/", "[::1]/a/index.html"},
	    {"http://h/a?x=1", "h/a?x=1"},
	    {"http://h/?x=1", "h/index.html?x=1"},
	    {"http://h/a%20b/%E4%B8%AD", "h/a b/\xe4\xb8\xad"},
	    {"http://h//a///b", "h/a/b"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(name_of(rows[i].uri), rows[i].name);
}

static void
no_name_leads_out_of_the_folder(void **state)
{
	static const struct {
		const char *uri, *name;
	} rows[] = {
	    {"http://h/../../etc/passwd", "h/etc/passwd"},
	    {"http://h/%2e%2e/%2e%2e/etc", "h/etc"},
	    {"http://h/a%2F..%2F..%2Fb", "h/a%2F..%2F..%2Fb"},
	    {"http://h/?../../x", "h/index.html?.._.._x"},
	    {"http://h/a%00b", "h/a%00b"},
	    {"http://h/a%1B%5B2Jb", "h/a%1B[2Jb"},
	    {"http://../x", "%2E%2E/x"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(name_of(rows[i].uri), rows[i].name);
}

static void
long_segments_are_cut_and_stay_different(void **state)
{
	char uri[1000] = "http://h/", first[LOCAL_NAME_MOST];

	for (unsigned i = 0; i < 200; i++)
		strcat(uri, "\xe4\xb8\xad");
	strcat(uri, "1");
	strcpy(first, name_of(uri));
	uri[strlen(uri) - 1] = '2';
	assert_string_not_equal(name_of(uri), first);
	assert_in_range(strlen(first), 200, 2 + LOCAL_NAME_SEGMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_those_of_wget),
	    cmocka_unit_test(no_name_leads_out_of_the_folder),
	    cmocka_unit_test(long_segments_are_cut_and_stay_different),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
