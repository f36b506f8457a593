/*
 * References in pages and style sheets.
 */
#include "get/crawl/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct list_of_links {
	struct link_out out;
	char text[4096]; /* "page a\npart b\n" */
};

static void
found(struct link_out *o, struct http_span reference, enum link_kind kind)
{
	static const char *const kinds[] = {"page", "part", "base"};
	struct list_of_links *l = (struct list_of_links *)o;
	size_t n = strlen(l->text);

	snprintf(l->text + n, sizeof l->text - n, "%s %.*s\n", kinds[kind], (int)reference.len, reference.at);
}

static struct list_of_links
scan(void (*links)(struct http_span, struct link_out *), const char *text)
{
	struct list_of_links l = {.out = {found, false}};
	size_t n = strlen(text);
	char *copy = malloc(n + 1); /* without a zero: sanitizers see what is read beyond it */

	memcpy(copy, text, n);
	links((struct http_span){copy, n}, &l.out);
	free(copy);
	return l;
}

static void
attributes_that_are_references_are_found(void **state)
{
	static const struct {
		const char *html, *links;
	} rows[] = {
	    {"<a href=\"x\">", "page x\n"},
	    {"<A\nHREF = 'x y'>", "page x y\n"},
	    {"<a class=b href=x>", "page x\n"},
	    {"<a href=x/>", "page x/\n"},
	    {"<a title=\"<a href='no'>\" href=yes>", "page yes\n"},
	    {"<area href=x><frame src=y><iframe src=z></iframe>", "page x\npage y\npage z\n"},
	    {"<img src=a srcset='b 1x, c,d 2x,e'>", "part a\npart b\npart c,d\npart e\n"},
	    {"<img srcset=\"b, c\">", "part b\npart c\n"},
	    {"<script src=a></script><video poster=b src=c>", "part a\npart b\npart c\n"},
	    {"<link rel='shortcut icon' href=a><link rel=stylesheet href=b><link rel=next href=c>",
		"part a\npart b\npage c\n"},
	    {"<link rel=preconnect href=http://cdn/>", ""},
	    {"<base href='/x/'><body background=y>", "base /x/\npart y\n"},
	    {"<meta http-equiv=refresh content=\"5; URL='x.html'\">", "page x.html\n"},
	    {"<meta http-equiv=refresh content='0;url=x.html'>", "page x.html\n"},
	    {"<meta http-equiv=refresh content=5>", ""},
	    {"<p style=\"background: url(&quot;a.png&quot;)\">", "part a.png\n"},
	    {"<style>b { background: url(a.png) }</style>", "part a.png\n"},
	    {"<a href=' x\n'>", "page x\n"},
	    {"<a href=''><a href><a>", ""},
	    {"<abc href=x>", ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(scan(links_of_html, rows[i].html).text, rows[i].links);
}

static void
character_references_are_decoded(void **state)
{
	static const struct {
		const char *html, *links;
	} rows[] = {
	    {"<a href='?a=1&amp;b=2'>", "page ?a=1&b=2\n"},
	    {"<a href='?a=1&copy=2&b'>", "page ?a=1&copy=2&b\n"},
	    {"<a href='&#47;x&#x2F;y'>", "page /x/y\n"},
	    {"<a href='&#x4e2d;&#0;&#xd800;&#99999999;'>",
		"page \xe4\xb8\xad\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n"},
	    {"<a href='&#x1F600;'>", "page \xf0\x9f\x98\x80\n"},
	    {"<a href='&#x;&#;&;&lt;&gt;&apos;&quot;'>", "page &#x;&#;&;<>'\"\n"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(scan(links_of_html, rows[i].html).text, rows[i].links);
}

static void
what_is_no_tag_has_no_links(void **state)
{
	static const char *const rows[] = {"<!-- <a href=x> -->", "<!-- <a href=x>",
	    "<script>'<a href=x>'</script>", "<script>'<a href=x>'", "<textarea><a href=x></textarea>",
	    "<title><a href=x></title>", "</a href=x>", "<!doctype a href=x>", "<?a href=x?>", "< a href=x>",
	    "<", "<a", "<a ", "<a href", "<a href=", "<a href=\"x"};

	for (size_t i = 0; i + 1 < sizeof rows / sizeof *rows; i++)
		assert_string_equal(scan(links_of_html, rows[i]).text, "");
	assert_string_equal(scan(links_of_html, "<script>a</scripx></SCRIPT><a href=x>").text, "page x\n");
	assert_string_equal(scan(links_of_html, "<!-- a --><a href=x>").text, "page x\n");
}

static void
a_page_can_ask_not_to_be_followed(void **state)
{
	assert_true(scan(links_of_html, "<meta name=Robots content='noindex, NoFollow'>").out.nofollow);
	assert_true(scan(links_of_html, "<meta name=robots content=none>").out.nofollow);
	assert_false(scan(links_of_html, "<meta name=robots content=noindex>").out.nofollow);
}

static void
style_sheets_have_urls_and_imports(void **state)
{
	static const struct {
		const char *css, *links;
	} rows[] = {
	    {"a{b:url(x.png)}", "part x.png\n"},
	    {"a{b:URL( \"x y.png\" )}", "part x y.png\n"},
	    {"a{b:url('x')} c{d:url( z )}", "part x\npart z\n"},
	    {"@import 'a.css'; @import url(b.css); @IMPORT \"c.css\" screen;",
		"part a.css\npart b.css\npart c.css\n"},
	    {"a{content:'url(no)'} /* url(no) */ b{c:url(x\\)y)}", "part x)y\n"},
	    {"a{content:'\\'url(no)'}", ""},
	    {"a{content:'broken\n} b{c:url(yes)}", "part yes\n"},
	    {"/* never ends url(no)", ""},
	    {"url()", ""},
	    {"url(", ""},
	    {"url(x", "part x\n"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(scan(links_of_css, rows[i].css).text, rows[i].links);
}

static void
a_reference_that_is_too_long_is_left_out(void **state)
{
	static char html[LINK_MOST + 100];
	struct list_of_links l;

	strcpy(html, "<a href='");
	memset(html + strlen(html), 'x', LINK_MOST + 1);
	strcat(html, "'><a href=y>");
	l = scan(links_of_html, html);
	assert_string_equal(l.text, "page y\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(attributes_that_are_references_are_found),
	    cmocka_unit_test(character_references_are_decoded),
	    cmocka_unit_test(what_is_no_tag_has_no_links),
	    cmocka_unit_test(a_page_can_ask_not_to_be_followed),
	    cmocka_unit_test(style_sheets_have_urls_and_imports),
	    cmocka_unit_test(a_reference_that_is_too_long_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
