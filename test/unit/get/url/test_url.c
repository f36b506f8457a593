/*
 * test/unit/get/test_url.c - what people type and servers send, as URLs that can be fetched.
 */
#include "get/url/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
check(const struct get_url *u, const char *host, const char *target)
{
	char text[256];
	struct http_writer w = http_writer(text, sizeof text - 1);

	get_url_put_host(&w, u);
	text[w.len] = '\0';
	assert_string_equal(text, host);
	w.len = 0;
	get_url_put_target(&w, u, false);
	text[w.len] = '\0';
	assert_string_equal(text, target);
}

static void
what_a_person_types_is_a_url(void **state)
{
	static const struct {
		const char *typed, *host, *target;
		uint16_t port;
	} row[] = {
	    {"example.org", "example.org", "/", 80},
	    {"http://example.org?a", "example.org", "/?a", 80},
	    {"localhost:8000/x", "localhost:8000", "/x", 8000},
	    {"http://me:secret@example.org/x#part", "example.org", "/x", 80},
	    {"HTTP://[::1]:80/a/../b/./c", "[::1]", "/b/c", 80},
	    {"http://h/50%", "h", "/50%25", 80},
	    {"http://h/a%2Fb%7e", "h", "/a%2Fb%7e", 80},
	    {"http://h/\xe4\xb8\xad", "h", "/%E4%B8%AD", 80},
	    {"https://h:444/", "h:444", "/", 444},
	};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct get_result why = {0};
		struct get_url u = {0};

		assert_int_equal(get_url_read(&u, row[i].typed, &why), GET_OK);
		check(&u, row[i].host, row[i].target);
		assert_int_equal(u.port, row[i].port);
		get_url_free(&u);
	}
}

static void
what_cannot_be_fetched_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *typed;
		enum get_code code;
	} row[] = {{"", GET_URL}, {"http://", GET_URL}, {"http:///x", GET_URL}, {"http://h:99999/", GET_URL},
	    {"http://h/a b", GET_URL}, {"http://h/a\nb", GET_URL}, {"http://[::1", GET_URL},
	    {"ftp://h/", GET_PROTOCOL}, {"file:///etc/passwd", GET_PROTOCOL}};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct get_result why = {0};
		struct get_url u = {0};

		assert_int_equal(get_url_read(&u, row[i].typed, &why), row[i].code);
		assert_true(*why.words);
		assert_null(u.text);
	}
}

/* RFC 9110, 10.2.2: the fragment is inherited; other schemes are not followed. */
static void
a_redirect_is_resolved_against_its_url(void **state)
{
	static const struct {
		const char *to, *text;
	} row[] = {
	    {"c", "http://h:1/a/c#f"},
	    {"/c#g", "http://h:1/c#g"},
	    {"//o/x", "http://o/x#f"},
	    {"?q", "http://h:1/a/b?q#f"},
	    {"a b\xff", "http://h:1/a/a%20b%FF#f"},
	    {"../../../x", "http://h:1/x#f"},
	    {"file:///etc/passwd", NULL},
	    {"http://[", NULL},
	};
	struct get_result why = {0};
	struct get_url base = {0};

	assert_int_equal(get_url_read(&base, "http://h:1/a/b?x#f", &why), GET_OK);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct get_url u = {0};
		enum get_code code = get_url_follow(&u, &base, http_span_of(row[i].to), &why);

		assert_int_equal(code == GET_OK, row[i].text != NULL);
		if (row[i].text)
			assert_string_equal(u.text, row[i].text);
		get_url_free(&u);
	}
	get_url_free(&base);
}

static void
an_origin_is_scheme_host_and_port(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} row[] = {
	    {"http://h/", "http://H:80/x", true},
	    {"http://h/", "http://h:81/", false},
	    {"http://h/", "https://h/", false},
	    {"http://h/", "http://g/", false},
	    {"http://me@h/", "http://h/", true},
	};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct get_result why = {0};
		struct get_url a = {0}, b = {0};

		assert_int_equal(get_url_read(&a, row[i].a, &why), GET_OK);
		assert_int_equal(get_url_read(&b, row[i].b, &why), GET_OK);
		assert_int_equal(get_url_same_origin(&a, &b), row[i].same);
		get_url_free(&a);
		get_url_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_person_types_is_a_url),
	    cmocka_unit_test(what_cannot_be_fetched_is_refused_with_a_reason),
	    cmocka_unit_test(a_redirect_is_resolved_against_its_url),
	    cmocka_unit_test(an_origin_is_scheme_host_and_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
