/*
 * References, resolved and normalised: the examples of RFC 3986, and what they leave out.
 */
#include "http/uri/uri.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define BASE "http://a/b/c/d;p?q"

struct pair {
	const char *in, *out;
};

/* clang-format off */
static const struct pair resolved[] = {
	/* RFC 3986, 5.4.1: normal examples */
	{"g:h", "g:h"}, {"g", "http://a/b/c/g"}, {"./g", "http://a/b/c/g"}, {"g/", "http://a/b/c/g/"},
	{"/g", "http://a/g"}, {"//g", "http://g"}, {"?y", "http://a/b/c/d;p?y"}, {"g?y", "http://a/b/c/g?y"},
	{"#s", "http://a/b/c/d;p?q#s"}, {"g#s", "http://a/b/c/g#s"}, {"g?y#s", "http://a/b/c/g?y#s"},
	{";x", "http://a/b/c/;x"}, {"g;x", "http://a/b/c/g;x"}, {"g;x?y#s", "http://a/b/c/g;x?y#s"},
	{"", "http://a/b/c/d;p?q"}, {".", "http://a/b/c/"}, {"./", "http://a/b/c/"}, {"..", "http://a/b/"},
	{"../", "http://a/b/"}, {"../g", "http://a/b/g"}, {"../..", "http://a/"}, {"../../", "http://a/"},
	{"../../g", "http://a/g"},
	/* RFC 3986, 5.4.2: abnormal examples */
	{"../../../g", "http://a/g"}, {"../../../../g", "http://a/g"}, {"/./g", "http://a/g"}, {"/../g", "http://a/g"},
	{"g.", "http://a/b/c/g."}, {".g", "http://a/b/c/.g"}, {"g..", "http://a/b/c/g.."}, {"..g", "http://a/b/c/..g"},
	{"./../g", "http://a/b/g"}, {"./g/.", "http://a/b/c/g/"}, {"g/./h", "http://a/b/c/g/h"}, {"g/../h", "http://a/b/c/h"},
	{"g;x=1/./y", "http://a/b/c/g;x=1/y"}, {"g;x=1/../y", "http://a/b/c/y"}, {"g?y/./x", "http://a/b/c/g?y/./x"},
	{"g?y/../x", "http://a/b/c/g?y/../x"}, {"g#s/./x", "http://a/b/c/g#s/./x"}, {"g#s/../x", "http://a/b/c/g#s/../x"},
	{"http:g", "http:g"},
	/* the rest of 5.2 */
	{"?", "http://a/b/c/d;p?"}, {"#", "http://a/b/c/d;p?q#"}, {"//g/../x?y", "http://g/x?y"}, {"h://i/a/../b", "h://i/b"},
	{"h:/..//i", "h:/.//i"}, {"/..//i", "http://a//i"}, {"%2e%2e/g", "http://a/b/c/%2e%2e/g"},
};

static const struct pair normal[] = {
	{"eXAMPLE://a/./b/../b/%63/%7bfoo%7d", "example://a/b/c/%7Bfoo%7D"}, /* RFC 3986, 6.2.2 */
	{"HTTP://www.EXAMPLE.com/", "http://www.example.com/"},               /* 6.2.2.1 */
	{"http://a/%7Esmith/%c3%a9", "http://a/~smith/%C3%A9"},               /* 6.2.2.2 */
	{"http://a/%2e%2e/b", "http://a/b"},                                  /* 6.2.2.3 */
	{"http://example.com", "http://example.com/"},                        /* 6.2.3 */
	{"http://example.com:/", "http://example.com/"}, {"http://example.com:80/", "http://example.com/"},
	{"https://example.com:80?q", "https://example.com:80/?q"}, {"https://example.com:443/#f", "https://example.com/#f"},
	{"http://%45xample%2Ecom/", "http://example.com/"},
	{"http://u%73er:P%3a@h/", "http://user:P%3A@h/"},
	{"http://[2001:DB8:0::1]:8080/", "http://[2001:db8::1]:8080/"},
	{"http://a/b%2fc?d%26e=%41", "http://a/b%2Fc?d%26e=A"}, /* an encoded delimiter is not one */
	{"http://a/\xc3\xa9|^", "http://a/%C3%A9%7C%5E"},
	{"x://a%41\xc3/%41", "x://a%41\xc3/A"}, /* an authority that no http URI has stays as it is */
	{"urn:a/..//b", "urn:/.//b"}, {"../a", "../a"},
};

static const char *const malformed[] = {"a b", "a\tb", "a\"", "<a>", "a\\b", "%", "a%4", "a%4g", "1a:b", ":a", "a b:c",
	"http://a/#a#b", "a\x7f"};
/* clang-format on */

static const char *
text_of(struct http_writer *w)
{
	assert_int_equal(w->err, 0);
	http_put(w, "", 1);
	return w->at;
}

static struct http_uri
parsed(const char *text)
{
	struct http_uri u;

	if (!http_uri_parse(http_span_of(text), &u))
		fail_msg("\"%s\" cannot be parsed", text);
	return u;
}

static void
rfc_3986_5_4_references_are_resolved(void **state)
{
	struct http_uri base = parsed(BASE);

	for (size_t i = 0; i < sizeof resolved / sizeof resolved[0]; i++) {
		struct http_uri ref = parsed(resolved[i].in);
		char buf[100];
		struct http_writer w = http_writer(buf, sizeof buf);

		http_uri_resolve(&w, &base, &ref);
		assert_string_equal(text_of(&w), resolved[i].out);
	}
}

/* RFC 3986, 5.2.3: a base with an authority and no path counts as "/". */
static void
rfc_3986_5_2_3_a_base_without_path_is_the_root(void **state)
{
	struct http_uri base = parsed("http://a?q"), ref = parsed("g");
	char buf[100];
	struct http_writer w = http_writer(buf, sizeof buf);

	http_uri_resolve(&w, &base, &ref);
	assert_string_equal(text_of(&w), "http://a/g");
}

static void
rfc_3986_6_2_equal_uris_get_the_same_form(void **state)
{
	for (size_t i = 0; i < sizeof normal / sizeof normal[0]; i++) {
		struct http_uri u = parsed(normal[i].in);
		char once[100], twice[100];
		struct http_writer w = http_writer(once, sizeof once),
				   again = http_writer(twice, sizeof twice);

		http_uri_normalise(&w, &u);
		assert_string_equal(text_of(&w), normal[i].out);
		u = parsed(once);
		http_uri_normalise(&again, &u);
		assert_string_equal(text_of(&again), once);
	}
}

static void
rfc_3986_2_malformed_references_are_refused(void **state)
{
	struct http_uri u;

	for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++)
		if (http_uri_parse(http_span_of(malformed[i]), &u))
			fail_msg("\"%s\" was parsed", malformed[i]);
	assert_false(http_uri_parse((struct http_span){"a\0b", 3}, &u));
}

static void
rfc_3986_3_components_that_are_empty_are_not_missing(void **state)
{
	struct http_uri u = parsed("x://?#");

	assert_true(u.has_authority && u.has_query && u.has_fragment);
	assert_int_equal(u.authority.len + u.path.len + u.query.len + u.fragment.len, 0);
	u = parsed("x:");
	assert_false(u.has_authority || u.has_query || u.has_fragment);
	assert_true(http_span_is(u.scheme, "x"));
}

/* Each prefix of the room that the result needs: an error, and no octet beyond. */
static void
a_result_without_room_is_an_error(void **state)
{
	struct http_uri base = parsed(BASE), ref = parsed("../g?y#s");

	for (size_t room = 0; room < strlen("http://a/b/g?y#s"); room++) {
		char buf[100] = {0};
		struct http_writer w = http_writer(buf, room);

		http_uri_resolve(&w, &base, &ref);
		assert_int_equal(w.err, -LEAT_ENOBUFS);
		assert_int_equal(buf[room], 0);
	}
}

static void
what_no_uri_may_have_is_encoded_and_can_then_be_parsed(void **state)
{
	char buf[100];
	struct http_writer w = http_writer(buf, sizeof buf);

	http_uri_clean(&w, http_span_of("http://h/a b\"\xe4\xb8\xad%20?q#f"));
	assert_string_equal(text_of(&w), "http://h/a%20b%22%E4%B8%AD%20?q#f");
	parsed(buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_3986_5_4_references_are_resolved),
	    cmocka_unit_test(rfc_3986_5_2_3_a_base_without_path_is_the_root),
	    cmocka_unit_test(rfc_3986_6_2_equal_uris_get_the_same_form),
	    cmocka_unit_test(rfc_3986_2_malformed_references_are_refused),
	    cmocka_unit_test(rfc_3986_3_components_that_are_empty_are_not_missing),
	    cmocka_unit_test(a_result_without_room_is_an_error),
	    cmocka_unit_test(what_no_uri_may_have_is_encoded_and_can_then_be_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
