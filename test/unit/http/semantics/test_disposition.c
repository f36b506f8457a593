/*
 * Names of files in Content-Disposition (RFC 6266, RFC 8187).
 */
#include "http/semantics/disposition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* With the examples of RFC 6266, 5, and RFC 8187, 3.2.3. */
static const struct {
	const char *value, *name; /* NULL: none */
} reads[] = {
    {"Attachment; filename=example.html", "example.html"},
    {"INLINE; FILENAME= \"an example.html\"", "an example.html"},
    {"attachment; filename*= UTF-8''%e2%82%ac%20rates", "\xe2\x82\xac rates"},
    {"attachment; filename=\"EURO rates\"; filename*=utf-8''%e2%82%ac%20rates", "\xe2\x82\xac rates"},
    {"attachment; filename*=iso-8859-1'en'%A3%20rates%FF", "\xc2\xa3 rates\xc3\xbf"},
    {"attachment; filename=\"a\\\"b.txt\"", "a\"b.txt"},
    {"attachment; filename=\"\xe4\xb8\xad.txt\"", "\xe4\xb8\xad.txt"},
    {"attachment; filename*=koi8-r''x; filename=y", "y"},
    {"attachment; filename*=UTF-8''%e2%8; filename=y", "y"},
    {"attachment; filename*=UTF-8x; filename=y", "y"},
    {"attachment; filename=\"a%20b\"", "a%20b"},
    {"attachment; filename*=UTF-8''", NULL},
    {"attachment; filename=", NULL},
    {"attachment", NULL},
    {"filename=x", NULL},
    {"", NULL},
};

static void
rfc_6266_4_3_the_name_is_read(void **state)
{
	for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
		char buf[100] = "";
		struct http_writer w = http_writer(buf, sizeof buf - 1);

		print_message("%s\n", reads[i].value);
		assert_int_equal(
		    http_disposition_name(&w, http_span_of(reads[i].value)), reads[i].name != NULL);
		assert_string_equal(buf, reads[i].name ? reads[i].name : "");
	}
}

static const struct {
	const char *name, *safe; /* NULL: refused */
} names[] = {{"a.txt", "a.txt"}, {"../../a", "a"}, {"/etc/passwd", "passwd"}, {"c:\\dir\\a b", "a b"},
    {"..\\..", NULL}, {".", NULL}, {"a/", NULL}, {"", NULL}, {"a\nb", NULL}, {"a\x7f", NULL},
    {"\x1b[2J/x", NULL}, {".bashrc", ".bashrc"}, {"\xe4\xb8\xad", "\xe4\xb8\xad"}, {"a..b", "a..b"}};

/* RFC 6266, 4.3: a path, or what means something to a shell or a terminal, is a stranger's trap. */
static void
rfc_6266_4_3_a_name_leads_nowhere_else(void **state)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct http_span s = http_span_of(names[i].name);

		print_message("%s\n", names[i].name);
		assert_int_equal(http_safe_name(&s), names[i].safe != NULL);
		if (names[i].safe)
			assert_true(http_span_eq(s, http_span_of(names[i].safe)));
	}
	assert_false(http_safe_name(&(struct http_span){"a\0b", 3}));
}

static const struct {
	const char *name, *value;
} writes[] = {
    {"a b.txt", "attachment; filename=\"a b.txt\""},
    {"\xe2\x82\xac.txt", "attachment; filename=\"___.txt\"; filename*=UTF-8''%E2%82%AC.txt"},
    {"a\"b\\c%.txt", "attachment; filename=\"a_b_c_.txt\"; filename*=UTF-8''a%22b%5Cc%25.txt"},
    {"a\r\nX: y", "attachment; filename=\"a__X: y\"; filename*=UTF-8''a%0D%0AX%3A%20y"},
};

static void
rfc_6266_d_the_name_is_written_in_both_forms(void **state)
{
	for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
		char buf[100] = "", back[100] = "";
		struct http_writer w = http_writer(buf, sizeof buf - 1),
				   r = http_writer(back, sizeof back - 1);

		http_put_disposition(&w, "attachment", http_span_of(writes[i].name));
		assert_string_equal(buf, writes[i].value);
		assert_true(http_disposition_name(&r, http_span_of(buf)));
		assert_string_equal(back, writes[i].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_6266_4_3_the_name_is_read),
	    cmocka_unit_test(rfc_6266_4_3_a_name_leads_nowhere_else),
	    cmocka_unit_test(rfc_6266_d_the_name_is_written_in_both_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
