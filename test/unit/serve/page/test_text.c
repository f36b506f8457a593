#include "serve/page/page.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

typedef void put_fn(struct http_writer *w, struct http_span text);

static void
assert_put(put_fn *put, const char *text, size_t len, const char *expected)
{
	char octets[4096];
	struct http_writer w = http_writer(octets, sizeof octets - 1);

	put(&w, (struct http_span){text, len});
	assert_int_equal(w.err, 0);
	octets[w.len] = '\0';
	assert_string_equal(octets, expected);
}

static void
html_has_no_sign_of_others(void **state)
{
	assert_put(page_put_html, "<a href='x'>&\"", 14, "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
	assert_put(page_put_html, "a\nb\x7f", 4,
	    "a\xef\xbf\xbd"
	    "b\xef\xbf\xbd");
}

/* RFC 8259, 7 */
static void
json_escapes_quotes_and_controls(void **state)
{
	assert_put(page_put_json, "\"\\\n\x01/", 5, "\\\"\\\\\\u000a\\u0001/");
}

/* RFC 3629, 4: overlong forms, surrogates, numbers over U+10FFFF, cut sequences and lone octets. */
static void
what_is_not_utf8_is_replaced(void **state)
{
	static const struct {
		const char *text;
		size_t replaced;
	} bad[] = {{"\xff", 1}, {"\x80", 1}, {"\xc0\xaf", 2}, {"\xc3", 1}, {"\xe0\x80\x80", 3},
	    {"\xed\xa0\x80", 3}, {"\xf0\x80\x80\x80", 4}, {"\xf4\x90\x80\x80", 4}, {"\xe4\xb8", 2}};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char expected[64] = "";

		for (size_t n = 0; n < bad[i].replaced; n++)
			strcat(expected, "\xef\xbf\xbd");
		assert_put(page_put_html, bad[i].text, strlen(bad[i].text), expected);
		assert_put(page_put_json, bad[i].text, strlen(bad[i].text), expected);
	}
}

static void
utf8_stays_as_it_is(void **state)
{
	const char *text = "é中文\xf0\x9f\x98\x80\xed\x9f\xbf\xf4\x8f\xbf\xbf";

	assert_put(page_put_html, text, strlen(text), text);
	assert_put(page_put_json, text, strlen(text), text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(html_has_no_sign_of_others),
	    cmocka_unit_test(json_escapes_quotes_and_controls),
	    cmocka_unit_test(what_is_not_utf8_is_replaced),
	    cmocka_unit_test(utf8_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
