/*
 * What of a site is fetched.
 */
#include "get/crawl/crawl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct crawl c;

static void
begin(const char *start, unsigned depth, bool no_parent, size_t most)
{
	struct crawl_settings set = {.depth = depth, .no_parent = no_parent, .most = most};

	assert_int_equal(crawl_init(&c, &set), 0);
	assert_int_equal(crawl_start(&c, http_span_of(start)), CRAWL_TAKEN);
}

static const struct crawl_item *
next(const char *uri)
{
	const struct crawl_item *i = crawl_next(&c);

	assert_non_null(i);
	assert_string_equal(i->text, uri);
	return i;
}

static enum crawl_verdict
offer(const struct crawl_item *from, const char *reference)
{
	return crawl_link(&c, from, crawl_uri(from), http_span_of(reference));
}

static void
references_are_resolved_and_each_uri_is_fetched_once(void **state)
{
	const struct crawl_item *i;

	begin("http://H:80/a/b.html#top", 5, false, 100);
	i = next("http://h/a/b.html");
	assert_int_equal(offer(i, "c.html"), CRAWL_TAKEN);
	assert_int_equal(offer(i, "./c.html#x"), CRAWL_SEEN);
	assert_int_equal(offer(i, "/a/%63.html"), CRAWL_SEEN);
	assert_int_equal(offer(i, "#x"), CRAWL_SEEN);
	assert_int_equal(offer(i, "c.html?d"), CRAWL_TAKEN);
	assert_int_equal(offer(i, "a b.html"), CRAWL_TAKEN);
	assert_int_equal(crawl_link(&c, i, http_span_of("http://h/base/"), http_span_of("d")), CRAWL_TAKEN);
	i = next("http://h/a/c.html");
	assert_int_equal(i->depth, 1);
	assert_string_equal(i->from->text, "http://h/a/b.html");
	next("http://h/a/c.html?d");
	next("http://h/a/a%20b.html");
	next("http://h/base/d");
	assert_null(crawl_next(&c));
	crawl_fini(&c);
}

static void
other_servers_and_schemes_are_left_alone(void **state)
{
	static const char *const elsewhere[] = {
	    "http://other/", "//other/x", "http://h:81/", "https://h/", "http://h.evil/"};
	static const char *const none[] = {
	    "mailto:a@b", "javascript:void(0)", "data:,x", "ftp://h/", "http:///x", "http://h:x/"};
	const struct crawl_item *i;

	begin("http://h/", 5, false, 100);
	i = next("http://h/");
	for (size_t k = 0; k < sizeof elsewhere / sizeof *elsewhere; k++)
		assert_int_equal(offer(i, elsewhere[k]), CRAWL_ELSEWHERE);
	for (size_t k = 0; k < sizeof none / sizeof *none; k++)
		assert_int_equal(offer(i, none[k]), CRAWL_MALFORMED);
	crawl_fini(&c);
}

static void
the_depth_is_bounded(void **state)
{
	const struct crawl_item *i;

	begin("http://h/0", 2, false, 100);
	i = next("http://h/0");
	assert_int_equal(offer(i, "1"), CRAWL_TAKEN);
	i = next("http://h/1");
	assert_int_equal(offer(i, "2"), CRAWL_TAKEN);
	i = next("http://h/2");
	assert_int_equal(offer(i, "3"), CRAWL_DEEP);
	assert_int_equal(offer(i, "1"), CRAWL_SEEN);
	crawl_fini(&c);
	begin("http://h/0", 0, false, 100);
	i = next("http://h/0");
	for (unsigned n = 1; n < 50; n++) {
		char name[20];

		snprintf(name, sizeof name, "%u", n);
		assert_int_equal(offer(i, name), CRAWL_TAKEN);
		i = crawl_next(&c);
	}
	crawl_fini(&c);
}

static void
nothing_above_the_start_is_fetched_if_so_wanted(void **state)
{
	const struct crawl_item *i;

	begin("http://h/a/b/index.html", 5, true, 100);
	i = next("http://h/a/b/index.html");
	assert_int_equal(offer(i, "x"), CRAWL_TAKEN);
	assert_int_equal(offer(i, "../c"), CRAWL_ABOVE);
	assert_int_equal(offer(i, "/a/bc"), CRAWL_ABOVE);
	assert_int_equal(offer(i, "/"), CRAWL_ABOVE);
	crawl_fini(&c);
}

static void
the_number_of_uris_is_bounded(void **state)
{
	const struct crawl_item *i;

	begin("http://h/", 5, false, 2);
	i = next("http://h/");
	assert_int_equal(offer(i, "a"), CRAWL_TAKEN);
	assert_int_equal(offer(i, "b"), CRAWL_FULL);
	assert_int_equal(offer(i, "a"), CRAWL_SEEN);
	crawl_fini(&c);
}

static void
a_redirect_is_no_link_more_and_in_bounds(void **state)
{
	const struct crawl_item *i;

	begin("http://h/a/x", 1, true, 100);
	i = next("http://h/a/x");
	assert_int_equal(offer(i, "y"), CRAWL_TAKEN);
	i = next("http://h/a/y");
	assert_int_equal(offer(i, "z"), CRAWL_DEEP);
	assert_int_equal(crawl_redirect(&c, i, http_span_of("y/")), CRAWL_TAKEN);
	assert_int_equal(next("http://h/a/y/")->depth, 1);
	assert_int_equal(crawl_redirect(&c, i, http_span_of("/a/x")), CRAWL_SEEN);
	assert_int_equal(crawl_redirect(&c, i, http_span_of("http://other/")), CRAWL_ELSEWHERE);
	assert_int_equal(crawl_redirect(&c, i, http_span_of("/b")), CRAWL_ABOVE);
	crawl_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(references_are_resolved_and_each_uri_is_fetched_once),
	    cmocka_unit_test(other_servers_and_schemes_are_left_alone),
	    cmocka_unit_test(the_depth_is_bounded),
	    cmocka_unit_test(nothing_above_the_start_is_fetched_if_so_wanted),
	    cmocka_unit_test(the_number_of_uris_is_bounded),
	    cmocka_unit_test(a_redirect_is_no_link_more_and_in_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
