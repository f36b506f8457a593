/*
 * test/unit/cli/test_get_glob.c - URLs that stand for several.
 */
#include "cli/get_glob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void
a_pattern_stands_for_its_urls_in_order(void **state)
{
	static const struct {
		const char *text, *all;
	} row[] = {
	    {"http://h/a", "http://h/a"},
	    {"http://h/{a,b}", "http://h/a http://h/b"},
	    {"h/[8-11]x", "h/8x h/9x h/10x h/11x"},
	    {"h/[08-10]", "h/08 h/09 h/10"},
	    {"h/[a-c]", "h/a h/b h/c"},
	    {"h/[1-5:2]", "h/1 h/3 h/5"},
	    {"h/{a,}[1-2]", "h/a1 h/a2 h/1 h/2"},
	    {"http://[::1]:80/[1-2]", "http://[::1]:80/1 http://[::1]:80/2"},
	};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		char all[256];
		int len = 0;
		struct glob g;

		assert_null(glob_read(&g, row[i].text));
		for (uint64_t n = 0; n < g.count; n++) {
			char *url = glob_url(&g, n);

			len += snprintf(all + len, sizeof all - (size_t)len, "%s%s", n ? " " : "", url);
			free(url);
		}
		assert_string_equal(all, row[i].all);
	}
}

static void
a_name_gets_the_values_of_the_pattern(void **state)
{
	struct glob g;
	char *name;

	assert_null(glob_read(&g, "h/{a,b}/[1-3]"));
	name = glob_name(&g, 4, "#1-#2-#3-#");
	assert_string_equal(name, "b-2-#3-#");
	free(name);
}

static void
what_is_no_pattern_is_refused(void **state)
{
	static const char *const text[] = {"h/[", "h/[a", "h/[1-]", "h/[3-1]", "h/[1-9:0]", "h/{a", "h/[x]",
	    "h/[0-18446744073709551615]", "h/[0-18446744073709551615][1-2]",
	    "h/[99999999999999999999-99999999999999999999]", "h/[1-1000001]", "h/[1-10000][1-10000]",
	    "h/[1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2]"};
	struct glob g;

	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		assert_non_null(glob_read(&g, text[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pattern_stands_for_its_urls_in_order),
	    cmocka_unit_test(a_name_gets_the_values_of_the_pattern),
	    cmocka_unit_test(what_is_no_pattern_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
