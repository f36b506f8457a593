/*
 * What Markdown may put into a page, and what it may cost.
 */
#include "serve/readme/impl.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void
assert_rendered(const char *markdown, const char *expected)
{
	struct http_span html;
	char *text;

	assert_int_equal(markdown_render(http_span_of(markdown), &html), 0);
	text = strndup(html.at, html.len);
	assert_string_equal(text, expected);
	free(text);
	free((char *)html.at);
}

static void
tables_tasks_strikes_and_addresses_are_known(void **state)
{
	assert_rendered("|a|b|\n|-|:-:|\n|1|2|\n",
	    "<table>\n<thead>\n<tr>\n<th>a</th>\n<th "
	    "align=\"center\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
	    "<td>1</td>\n<td align=\"center\">2</td>\n</tr>\n</tbody>\n</table>\n");
	assert_rendered("~~a~~", "<p><del>a</del></p>\n");
	assert_rendered(
	    "- [x] a\n", "<ul>\n<li><input type=\"checkbox\" checked=\"\" disabled=\"\" /> a</li>\n</ul>\n");
	assert_rendered("www.example.org", "<p><a href=\"http://www.example.org\">www.example.org</a></p>\n");
}

static void
html_and_scripts_are_left_out(void **state)
{
	assert_rendered("<script>x</script>\n", "<!-- raw HTML omitted -->\n");
	assert_rendered("a <b onclick=x>c", "<p>a <!-- raw HTML omitted -->c</p>\n");
	assert_rendered("[a](javascript:x)", "<p><a href=\"\">a</a></p>\n");
	assert_rendered("[a](JavaScript&colon;x)", "<p><a href=\"\">a</a></p>\n");
	assert_rendered("![a](data:text/html,x)", "<p><img src=\"\" alt=\"a\" /></p>\n");
	assert_rendered("[a](\"><x)", "<p><a href=\"%22%3E%3Cx\">a</a></p>\n");
}

static void
a_picture_of_another_host_is_a_link(void **state)
{
	assert_rendered("![a](b.png)", "<p><img src=\"b.png\" alt=\"a\" /></p>\n");
	assert_rendered("![a](https://h/b.png)", "<p><a href=\"https://h/b.png\">a</a></p>\n");
	assert_rendered("![a](//h/b.png)", "<p><a href=\"//h/b.png\">a</a></p>\n");
	assert_rendered("![a](\\\\\\\\h/b.png)", "<p><a href=\"%5C%5Ch/b.png\">a</a></p>\n");
	assert_rendered("![a](/\\h)", "<p><a href=\"/%5Ch\">a</a></p>\n");
	assert_rendered("[![a](http://h/b)](c)", "<p><a href=\"c\">a</a></p>\n");
	assert_rendered("[![](http://h/b)](c)", "<p><a href=\"c\"></a></p>\n");
}

static void
links_within_the_text_lead_to_its_headings(void **state)
{
	assert_rendered("[x](#a-bc)\n# A `b`*c*!\n",
	    "<p><a href=\"#r-a-bc\">x</a></p>\n<h1><a id=\"r-a-bc\"></a>A <code>b</code><em>c</em>!</h1>\n");
	assert_rendered("# 中\n", "<h1><a id=\"r-中\"></a>中</h1>\n");
	assert_rendered("# \"><&\n", "<h1>&quot;&gt;&lt;&amp;</h1>\n");
}

static void
what_is_not_utf8_is_replaced(void **state)
{
	assert_rendered("a\xff\xc0", "<p>a\xef\xbf\xbd\xef\xbf\xbd</p>\n");
}

static void
repeat(char *text, size_t len, const char *part)
{
	for (size_t i = 0; i < len; i++)
		text[i] = part[i % strlen(part)];
}

/* A header of many columns, and rows of one: each gets all the others. */
static void
wide_table(char *text, size_t len)
{
	size_t third = len / 3 & ~(size_t)1;

	repeat(text, third, "|a");
	text[third - 1] = '\n';
	repeat(text + third, third, "|-");
	text[2 * third - 1] = '\n';
	repeat(text + 2 * third, len - 2 * third, "|x|\n");
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* These take time or memory in the square of their length, or did in some version. */
static void
the_worst_texts_have_a_bounded_cost(void **state)
{
	static const char *const parts[] = {"![[]()", "a<!A ", "a@", "a@b.c ", "*_", "_a_ ", "[a](", "[",
	    "> ", "- ", "* a\n", "<", "\\", "``` `", "|", "[^a]", "x\n\n", "\"", "&"};
	char *text = malloc(README_MOST);

	for (size_t i = 0; i <= sizeof parts / sizeof *parts; i++) {
		double begun = seconds();
		struct http_span html = {NULL, 0};
		int e;

		if (i < sizeof parts / sizeof *parts)
			repeat(text, README_MOST, parts[i]);
		else
			wide_table(text, README_MOST);
		e = markdown_render((struct http_span){text, README_MOST}, &html);
		assert_true(e == 0 || e == -LEAT_ENOBUFS);
		assert_true(html.len <= README_HTML_MOST);
		assert_true(seconds() - begun < 20);
		free((char *)html.at);
	}
	free(text);
}

static int
begin(void **state)
{
	markdown_begin();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tables_tasks_strikes_and_addresses_are_known),
	    cmocka_unit_test(html_and_scripts_are_left_out),
	    cmocka_unit_test(a_picture_of_another_host_is_a_link),
	    cmocka_unit_test(links_within_the_text_lead_to_its_headings),
	    cmocka_unit_test(what_is_not_utf8_is_replaced),
	    cmocka_unit_test(the_worst_texts_have_a_bounded_cost),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
