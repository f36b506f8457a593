/*
 * Sizes, times and names in columns.
 */
#include "get/show/text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
sizes_have_three_digits(void **state)
{
	static const struct {
		uint64_t octets;
		const char *text;
	} rows[] = {{0, "0 B"}, {999, "999 B"}, {1000, "1.0 kB"}, {12345, "12.3 kB"}, {99949, "99.9 kB"},
	    {99950, "100 kB"}, {999499, "999 kB"}, {999500, "1.0 MB"}, {UINT64_MAX, "18.4 EB"}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[32] = "";
		struct http_writer w = http_writer(text, sizeof text - 1);

		show_put_size(&w, rows[i].octets);
		assert_string_equal(text, rows[i].text);
	}
}

static void
times_have_two_units_at_most(void **state)
{
	static const struct {
		nsec_t t;
		const char *text;
	} rows[] = {{0, "0s"}, {1499 * MSEC, "1s"}, {59 * SEC, "59s"}, {125 * SEC, "2m05s"},
	    {3599 * SEC, "59m59s"}, {11220 * SEC, "3h07m"}, {100 * 86400 * SEC, "100d"},
	    {NSEC_NEVER / 2, "9999d"}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[32] = "";
		struct http_writer w = http_writer(text, sizeof text - 1);

		show_put_time(&w, rows[i].t);
		assert_string_equal(text, rows[i].text);
	}
}

static void
a_name_takes_exactly_its_columns(void **state)
{
	static const struct {
		const char *name;
		unsigned columns;
		const char *text;
	} rows[] = {
	    {"a.iso", 8, "a.iso   "},
	    {"a.iso", 5, "a.iso"},
	    {"debian-12.iso", 9, "debi….iso"},
	    {"debian-12.iso", 8, "debi…iso"},
	    {"debian-12.iso", 1, "d"},
	    {"debian-12.iso", 0, ""},
	    {"中文", 4, "中文"},
	    {"中文文件", 4, "中… "},
	    {"é", 2, "é "},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[100] = "";
		struct http_writer w = http_writer(text, sizeof text - 1);

		show_put_name(&w, http_span_of(rows[i].name), rows[i].columns);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(show_columns((struct http_span){text, w.len}), rows[i].columns);
	}
}

static void
a_name_cannot_command_the_terminal(void **state)
{
	static const char *const names[] = {"a\033[2Jb", "a\rb",
	    "a\x9b"
	    "2Jb",
	    "a\xc2\x9b"
	    "2Jb",
	    "a\xe2\x80\xae"
	    "b",
	    "a\xff"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char text[100] = "";
		struct http_writer w = http_writer(text, sizeof text - 1);

		show_put_name(&w, http_span_of(names[i]), 8);
		assert_int_equal(text[1], '?');
		for (size_t at = 0; at < w.len; at++)
			assert_in_range((unsigned char)text[at], 0x20, 0x7e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sizes_have_three_digits),
	    cmocka_unit_test(times_have_two_units_at_most),
	    cmocka_unit_test(a_name_takes_exactly_its_columns),
	    cmocka_unit_test(a_name_cannot_command_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
