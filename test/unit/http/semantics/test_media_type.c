/*
 * Media types by the names of files, and as fields (RFC 9110, 8.3).
 */
#include "http/semantics/media_type.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* clang-format off */
static const struct {
	const char *name, *type;
	bool text, compress;
} rows[] = {
	{"index.html", "text/html; charset=utf-8", true, true}, {"INDEX.HTM", "text/html; charset=utf-8", true, true},
	{"a/b.c/app.mjs", "text/javascript; charset=utf-8", true, true}, {"x.css", "text/css; charset=utf-8", true, true},
	{"m.wasm", "application/wasm", false, true}, {"p.avif", "image/avif", false, false}, {"p.webp", "image/webp", false, false},
	{"app.webmanifest", "application/manifest+json", true, true}, {"x.json", "application/json", true, true},
	{"README.md", "text/markdown; charset=utf-8", true, true}, {"f.vtt", "text/vtt; charset=utf-8", true, true},
	{"f.woff2", "font/woff2", false, false}, {"f.ttf", "font/ttf", false, true}, {"x.svg", "image/svg+xml", true, true},
	{"a.tar.gz", "application/gzip", false, false}, {"v.mp4", "video/mp4", false, false}, {"a.flac", "audio/flac", false, false},
	{"x.xml", "text/xml", true, true}, {"m.c", "text/plain; charset=utf-8", true, true},
	{"Makefile", "text/plain; charset=utf-8", true, true}, {"src/LICENSE", "text/plain; charset=utf-8", true, true},
	{".gitignore", "text/plain; charset=utf-8", true, true}, {"7z.7z", "application/x-7z-compressed", false, false},
	{"core", "application/octet-stream", false, false}, {"x.unknown", "application/octet-stream", false, false},
	{"html", "application/octet-stream", false, false}, {"x.", "application/octet-stream", false, false},
	{"", "application/octet-stream", false, false}, {"a.html/b", "application/octet-stream", false, false},
	{"x.htmlx", "application/octet-stream", false, false}, {"x.zst", "application/zstd", false, false},
};
/* clang-format on */

static void
a_name_gives_the_type_that_web_developers_expect(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct http_media_type *m = http_media_type_of(http_span_of(rows[i].name));

		print_message("%s\n", rows[i].name);
		assert_string_equal(m->type, rows[i].type);
		assert_int_equal(m->text, rows[i].text);
		assert_int_equal(m->compress, rows[i].compress);
	}
}

#define X(ending, type, text, compress) {ending, type, text, compress},
static const struct http_media_type table[] = {
#include "http/semantics/media_types.h"
};
#undef X

/* The search halves the table, so a row out of place would not be found. */
static void
each_row_of_the_table_is_in_its_place(void **state)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		char name[32];
		struct http_span params;

		if (i > 0)
			assert_true(strcmp(table[i - 1].ending, table[i].ending) < 0);
		snprintf(name, sizeof name, "x.%s", table[i].ending);
		assert_string_equal(http_media_type_of(http_span_of(name))->ending, table[i].ending);
		assert_true(http_content_type(http_span_of(table[i].type), &params).len > 0);
		for (const char *c = table[i].ending; *c; c++)
			assert_true(islower(*c) || isdigit(*c));
	}
}

/* Names are octets: a zero does not end one, nor an entry of the table. */
static void
a_name_with_a_zero_has_no_type(void **state)
{
	assert_string_equal(http_media_type_of((struct http_span){"a.c\0x", 5})->ending, "");
	assert_string_equal(http_media_type_of((struct http_span){"a.c\0", 4})->ending, "");
}

static void
rfc_9110_8_3_1_a_content_type_is_cut(void **state)
{
	static const char *const bad[] = {"", "text", "/", "text/", "/html", "a b/c", "text/html x"};
	struct http_span params;

	assert_true(
	    http_span_is(http_content_type(http_span_of("Text/HTML ;charset=x"), &params), "text/html"));
	assert_true(http_span_is(params, "charset=x"));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(http_content_type(http_span_of(bad[i]), &params).len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_name_gives_the_type_that_web_developers_expect),
	    cmocka_unit_test(each_row_of_the_table_is_in_its_place),
	    cmocka_unit_test(a_name_with_a_zero_has_no_type),
	    cmocka_unit_test(rfc_9110_8_3_1_a_content_type_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
