/*
 * Accept (RFC 9110, 12.5.1) and Accept-Language (12.5.4; RFC 4647, 3.4).
 */
#include "http/semantics/accept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char *const types[] = {"text/html", "application/json"};
static const char *const tags[] = {"en", "zh", "zh-Hant", "de-CH"};

struct row {
	const char *value;
	int chosen;
};

/* clang-format off */
static const struct row accepts[] = {
	{NULL, 0}, {"", -1}, {"*/*", 0}, {"text/html", 0}, {"application/json", 1}, {"APPLICATION/JSON", 1},
	{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 0},
	{"application/json, text/html;q=0.9", 1}, {"application/*", 1}, {"text/*;q=0.3, application/json;q=0.2", 0},
	{"text/html;q=0, */*", 1}, {"image/png", -1}, {"*/*;q=0", -1}, {"text/*, text/html;q=0.1, application/json;q=0.5", 1},
	{"text/html;level=1;q=0.5, application/json;q=0.4", 0}, {"text", -1}, {"*", -1}, {"text/htm", -1}, {"tex/*", -1},
};

static const struct row languages[] = {
	{NULL, -1}, {"", -1}, {"en", 0}, {"EN-us", 0}, {"zh-CN,zh;q=0.9,en;q=0.8", 1}, {"zh-TW", 1}, {"zh-Hant-TW", 2},
	{"zh-Hant-x-a", 2}, {"de", -1}, {"de-CH-1996", 3}, {"fr, en;q=0.1", 0}, {"en;q=0.5, zh;q=0.9", 1},
	{"en;q=0, en-US", -1}, {"*", -1}, {"fr;q=1, *;q=0.5", -1}, {"en, zh", 0}, {"zh, en", 1}, {"z", -1}, {"zh-", 1},
	{"zh;q=0.9;x, en;q=x", 1},
};
/* clang-format on */

static void
expect(const struct row *row, size_t rows, const char *name, const char *const *offer, size_t offers,
    int (*choose)(const struct http_field *, size_t, const char *const *, size_t))
{
	for (size_t i = 0; i < rows; i++) {
		const char *value = row[i].value;
		struct http_field f[2] = {{http_span_of("Host"), http_span_of("a")},
		    {http_span_of(name), http_span_of(value ? value : "")}};

		print_message("row %zu\n", i);
		assert_int_equal(choose(f, value ? 2 : 1, offer, offers), row[i].chosen);
	}
}

static void
rfc_9110_12_5_1_the_type_with_the_highest_weight_is_chosen(void **state)
{
	expect(accepts, sizeof accepts / sizeof accepts[0], "Accept", types, 2, http_accept_choose);
}

static void
rfc_4647_3_4_the_language_is_looked_up(void **state)
{
	expect(languages, sizeof languages / sizeof languages[0], "Accept-Language", tags, 4,
	    http_language_choose);
}

/* RFC 9110, 5.3: several lines are one list. */
static void
rfc_9110_5_3_lines_are_one_list(void **state)
{
	struct http_field f[] = {{http_span_of("Accept-Language"), http_span_of("en;q=0.5")},
	    {http_span_of("x"), http_span_of("de-CH")},
	    {http_span_of("accept-language"), http_span_of("zh")}};

	assert_int_equal(http_language_choose(f, 3, tags, 4), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_9110_12_5_1_the_type_with_the_highest_weight_is_chosen),
	    cmocka_unit_test(rfc_4647_3_4_the_language_is_looked_up),
	    cmocka_unit_test(rfc_9110_5_3_lines_are_one_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
