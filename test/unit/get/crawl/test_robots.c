/*
 * robots.txt, with the examples of RFC 9309.
 */
#include "get/crawl/robots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static bool
allows(const char *text, const char *target)
{
	struct robots r;
	bool allow;

	assert_int_equal(robots_read(&r, http_span_of(text), "leat"), 0);
	allow = robots_allow(&r, http_span_of(target));
	robots_fini(&r);
	return allow;
}

static void
nothing_is_forbidden_without_a_rule(void **state)
{
	assert_true(allows("", "/"));
	assert_true(allows("<html>not found</html>", "/"));
	assert_true(allows("User-agent: *\nDisallow:\n", "/x"));
	assert_true(allows("Disallow: /\n", "/x")); /* of no group */
}

/* RFC 9309, 2.2.1 */
static void
the_group_for_the_agent_goes_before_the_one_for_all(void **state)
{
	static const char text[] =
	    "User-agent: *\nDisallow: /\n\nUser-Agent: other\nUser-agent: LEAT/1.0\nDisallow: /a\n"
	    "user-agent: third\nDisallow: /b\nUser-agent: leat\nDisallow: /c\n";

	assert_true(allows(text, "/x"));
	assert_false(allows(text, "/a"));
	assert_true(allows(text, "/b"));
	assert_false(allows(text, "/c"));
	assert_false(allows("User-agent: leather\nAllow: /\nUser-agent: *\nDisallow: /\n", "/x"));
}

/* RFC 9309, 2.2.2 and 5.2 */
static void
the_longest_pattern_decides(void **state)
{
	static const char text[] =
	    "User-agent: *\r\nAllow: /example/page/\r\nDisallow: /example/page/disallowed.gif\r\n"
	    "Disallow: /p\r\nAllow: /p\r\nDisallow: /q/\r\n";

	assert_true(allows(text, "/example/page/"));
	assert_false(allows(text, "/example/page/disallowed.gif"));
	assert_true(allows(text, "/p")); /* of two that are equally long, the one that allows */
	assert_false(allows(text, "/q/x"));
	assert_true(allows(text, "/q"));
}

/* RFC 9309, 2.2.3 */
static void
stars_and_dollars_have_their_meaning(void **state)
{
	static const struct {
		const char *pattern, *target;
		bool matches;
	} rows[] = {
	    {"/*.gif$", "/a/b.gif", true},
	    {"/*.gif$", "/a.gif?x", false},
	    {"/*.gif", "/a.gif?x", true},
	    {"/a*b*c$", "/axbxbxc", true},
	    {"/a*b*c$", "/axbxbxd", false},
	    {"*", "/", true},
	    {"/$", "/", true},
	    {"/$", "/x", false},
	    {"/a$b", "/a$bc", true},
	    {"/a", "/A", false},
	    {"/**a", "/xa", true},
	    {"/a*", "/a", true},
	    {"/a*$", "/a", true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[100] = "User-agent: *\nDisallow: ";

		strcat(text, rows[i].pattern);
		assert_int_equal(!allows(text, rows[i].target), rows[i].matches);
	}
}

/* RFC 9309, 2.2.2: octets and the triplets for them are the same. */
static void
patterns_and_paths_have_one_form(void **state)
{
	assert_false(allows("User-agent: *\nDisallow: /\xe3\x83\x84", "/%E3%83%84"));
	assert_false(allows("User-agent: *\nDisallow: /%e3%83%84", "/%E3%83%84"));
	assert_false(allows("User-agent: *\nDisallow: /%61b", "/ab"));
	assert_true(allows("User-agent: *\nDisallow: /a%2Fb", "/a/b"));
	assert_false(allows("User-agent: *\nDisallow: /a?b=*", "/a?b=1"));
}

static void
comments_and_odd_lines_are_passed_over(void **state)
{
	static const char text[] =
	    "\xef\xbb\xbfUser-agent: * # all\n# Disallow: /a\nSitemap: http://h/s\nnonsense\n"
	    "Disallow: /b#c\nCrawl-delay: 10\nDisallow : /d \r";

	assert_true(allows(text, "/a"));
	assert_false(allows(text, "/b"));
	assert_false(allows(text, "/d"));
}

/* Asserts that "/first" and, if @last, "/last" are forbidden, and that nothing else is. */
static void
expect_bound(const char *text, bool last)
{
	assert_false(allows(text, "/first"));
	assert_int_equal(allows(text, "/last"), !last);
	assert_true(allows(text, "/x"));
	assert_true(allows(text, "/after"));
}

/* RFC 9309, 2.5. A rule that the bound cuts would be another rule: "/" in the place of "/last". */
static void
octets_after_the_bound_are_not_read(void **state)
{
	static const char first[] = "User-agent: *\nDisallow: /first\n",
			  last[] = "Disallow: /last\nDisallow: /after\n";
	static char text[ROBOTS_OCTETS + 100];
	const size_t end = 16; /* of the first line of last */

	memset(text, '\n', sizeof text - 1);
	memcpy(text, first, sizeof first - 1);
	memcpy(text + ROBOTS_OCTETS - end, last, sizeof last - 1);
	expect_bound(text, true);
	for (size_t cut = 1; cut < end; cut++) {
		memset(text + ROBOTS_OCTETS - end, '\n', 2 * end);
		memcpy(text + ROBOTS_OCTETS - end + cut, last, sizeof last - 1);
		expect_bound(text, false);
		text[ROBOTS_OCTETS] = '\0';
		expect_bound(text, false);
	}
}

static void
rules_after_the_bound_are_not_read(void **state)
{
	char *text = malloc(10 * ROBOTS_RULES + 100);
	size_t n = (size_t)sprintf(text, "User-agent: *\nDisallow: /first\n");

	for (unsigned i = 0; i < ROBOTS_RULES - 2; i++)
		n += (size_t)sprintf(text + n, "Allow: /x\n");
	sprintf(text + n, "Disallow: /last\nDisallow: /after\n");
	expect_bound(text, true);
	free(text);
}

/* Half a million stars match in time that grows with their number, not faster. */
static void
a_pattern_of_stars_is_matched_in_time(void **state)
{
	static char text[ROBOTS_OCTETS + 1];

	memset(text, '*', ROBOTS_OCTETS - 1);
	memcpy(text, "User-agent: *\nDisallow: /", 25);
	text[ROBOTS_OCTETS - 1] = '\n';
	assert_false(allows(text, "/aaaa"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_forbidden_without_a_rule),
	    cmocka_unit_test(the_group_for_the_agent_goes_before_the_one_for_all),
	    cmocka_unit_test(the_longest_pattern_decides),
	    cmocka_unit_test(stars_and_dollars_have_their_meaning),
	    cmocka_unit_test(patterns_and_paths_have_one_form),
	    cmocka_unit_test(comments_and_odd_lines_are_passed_over),
	    cmocka_unit_test(octets_after_the_bound_are_not_read),
	    cmocka_unit_test(rules_after_the_bound_are_not_read),
	    cmocka_unit_test(a_pattern_of_stars_is_matched_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
