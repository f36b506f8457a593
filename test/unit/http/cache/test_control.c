/*
 * Cache-Control (RFC 9111, 5.2).
 */
#include "fields.h"

#include "http/cache/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* clang-format off */
static const struct {
	const char *fields, *text; /* flags by their letter, then numbers */
} rows[] = {
	{"", ""}, {"Cache-Control:", ""}, {"Cache-Control: foo, bar=1", ""},
	{"Cache-Control: no-store, No-Cache, must-revalidate", "S C R "},
	{"cache-control: private, public, must-understand, only-if-cached", "U P p O "},
	{"Cache-Control: max-age=60", "age=60 "}, {"Cache-Control: max-age=\"60\"", "age=60 "}, {"Cache-Control: MAX-AGE=0", "age=0 "},
	{"Cache-Control: max-age=x", "age=0 "}, {"Cache-Control: max-age", "age=0 "}, {"Cache-Control: max-age=-1", "age=0 "},
	{"Cache-Control: max-age=99999999999", "age=2147483648 "},
	{"Cache-Control: max-age=60\nX: y\nCache-Control: max-age=30", "age=30 "},
	{"Cache-Control: max-stale", "any "}, {"Cache-Control: max-stale=5, min-fresh=7", "stale=5 min=7 "},
	{"Cache-Control: no-cache=\"Set-Cookie, X\", max-age=1", "C age=1 "},
	{"Cache-Control: private=\"X, no-store\"", "P "},
	{"Cache-Control: community=\"UCI, no-store\"", ""},
	{"Pragma: no-cache", "C "}, {"Pragma: x, no-cache", "C "}, {"Pragma: no-cache\nCache-Control: max-age=1", "age=1 "},
};
/* clang-format on */

static size_t
put_seconds(char *text, size_t room, const char *name, struct http_cache_seconds s)
{
	return s.has ? (size_t)snprintf(text, room, "%s=%lld ", name, (long long)s.seconds) : 0;
}

static void
text_of(const struct http_cache_control *c, char *text, size_t room)
{
	size_t n =
	    (size_t)snprintf(text, room, "%s%s%s%s%s%s%s%s", c->no_store ? "S " : "", c->no_cache ? "C " : "",
		c->must_revalidate ? "R " : "", c->must_understand ? "U " : "", c->is_private ? "P " : "",
		c->is_public ? "p " : "", c->only_if_cached ? "O " : "", c->max_stale_any ? "any " : "");

	n += put_seconds(text + n, room - n, "age", c->max_age);
	n += put_seconds(text + n, room - n, "stale", c->max_stale);
	put_seconds(text + n, room - n, "min", c->min_fresh);
}

static void
rfc_9111_5_2_directives_are_read(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fields f = fields_of(rows[i].fields);
		struct http_cache_control c;
		char text[100];

		print_message("%s\n", rows[i].fields);
		http_cache_control_read(f.at, f.n, &c);
		text_of(&c, text, sizeof text);
		assert_string_equal(text, rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(rfc_9111_5_2_directives_are_read)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
