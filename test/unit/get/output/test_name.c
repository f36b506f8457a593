/*
 * test/unit/get/output/test_name.c - names of files that strangers choose.
 */
#include "get/output/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* Whatever they say, it is a name in one folder, and not hidden. */
static void
a_name_stays_in_the_folder_and_is_not_hidden(void **state)
{
	static const struct {
		const char *given, *of_path, *of_server;
	} row[] = {
	    {"/a/b.txt", "b.txt", "b.txt"},
	    {"/a/", "", ""},
	    {"", "", ""},
	    {"/.bashrc", "_bashrc", "_bashrc"},
	    {"/a/..", "_.", ""},
	    {"..\\..\\x", "_.\\..\\x", "x"},
	    {"../../.ssh/authorized_keys", "authorized_keys", "authorized_keys"},
	    {"a\x1b[2J", "a_[2J", ""},
	};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		char *path = output_name_of_path(http_span_of(row[i].given));
		char *server = output_name_of_server(http_span_of(row[i].given));

		assert_string_equal(path, row[i].of_path);
		assert_string_equal(server, row[i].of_server);
		free(path);
		free(server);
	}
}

static void
a_long_name_is_cut_to_what_a_file_system_has(void **state)
{
	char given[400];
	char *name;

	memset(given, 'x', sizeof given);
	name = output_name_of_server((struct http_span){given, sizeof given});
	assert_int_equal(strlen(name), 255);
	free(name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_name_stays_in_the_folder_and_is_not_hidden),
	    cmocka_unit_test(a_long_name_is_cut_to_what_a_file_system_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
