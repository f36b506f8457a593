/*
 * Set-Cookie (RFC 6265, 5.2 and 5.3), and the matching of cookies with requests. The cookies of all
 * rows come from https://www.example.com/docs/index.html, unless the row says otherwise.
 */
#include "http/cookie/cookie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1700000000 };

static const char *const names[] = {
    "FINE",
#define X(name, words, source) #name,
#include "http/cookie/cookie_reasons.h"
#undef X
};

/*
 * "name=value domain path", then what is set: host (for it alone), secure, http, session or the
 * expiry.
 */
static void
text_of(const char *value, const struct http_cookie_peer *peer, char *text, size_t room)
{
	struct http_cookie c;
	enum http_cookie_reason why = http_set_cookie_read(http_span_of(value), peer, NOW, &c);
	char expiry[32] = "";

	if (why != HTTP_COOKIE_FINE) {
		snprintf(text, room, "%s", names[why]);
		return;
	}
	if (c.persistent && !http_cookie_expired(&c, NOW))
		snprintf(expiry, sizeof expiry, " %+lld", (long long)(c.expires - NOW));
	else if (c.persistent)
		snprintf(expiry, sizeof expiry, " expired");
	snprintf(text, room, "%.*s=%.*s %.*s%s %.*s%s%s%s%s", (int)c.name.len, c.name.at, (int)c.value.len,
	    c.value.at, (int)c.domain.len, c.domain.at, c.host_only ? " host" : "", (int)c.path.len,
	    c.path.at, c.secure ? " secure" : "", c.http_only ? " http" : "",
	    c.same_site == HTTP_SAME_SITE_LAX    ? ""
	    : c.same_site == HTTP_SAME_SITE_NONE ? " none"
						 : " strict",
	    expiry);
}

#define BASE "www.example.com host /docs"

/* clang-format off */
static const struct {
	const char *value, *text;
} rows[] = {
	/* 5.2 */
	{"SID=31d4d96e407aad42", "SID=31d4d96e407aad42 " BASE},
	{"  a = b c ; x", "a=b c " BASE},
	{"a=b=c", "a=b=c " BASE},
	{"a=\"b\"", "a=\"b\" " BASE},
	{"a=", "a= " BASE},
	{"a", "NAME"}, {"=b", "NAME"}, {"", "NAME"}, {"; a=b", "NAME"}, {"a=b\tc", "NAME"}, {"a=b; Path=/x\ty", "NAME"},
	{"a=b; secure; HTTPONLY; foo=bar; =x;;", "a=b " BASE " secure http"},
	{"a=b; SameSite=Strict", "a=b " BASE " strict"}, {"a=b; samesite=none", "a=b " BASE " none"},
	{"a=b; SameSite=Lax", "a=b " BASE}, {"a=b; SameSite=x", "a=b " BASE},
	/* 5.2.1 and 5.2.2; 5.3, step 3 */
	{"a=b; Expires=Tue, 14 Nov 2023 22:13:30 GMT", "a=b " BASE " +10"},
	{"a=b; Expires=Wed, 09 Jun 2021 10:18:14 GMT", "a=b " BASE " expired"},
	{"a=b; Expires=never", "a=b " BASE},
	{"a=b; Max-Age=60", "a=b " BASE " +60"}, {"a=b; Max-Age=0", "a=b " BASE " expired"}, {"a=b; Max-Age=-1", "a=b " BASE " expired"},
	{"a=b; Max-Age=1x", "a=b " BASE}, {"a=b; Max-Age=", "a=b " BASE}, {"a=b; Max-Age=+1", "a=b " BASE},
	{"a=b; Max-Age=99999999999999999999", "a=b " BASE " +2147483648"},
	{"a=b; Max-Age=60; Expires=Wed, 09 Jun 2021 10:18:14 GMT", "a=b " BASE " +60"},
	{"a=b; Expires=Tue, 14 Nov 2023 22:13:30 GMT; Max-Age=0", "a=b " BASE " expired"},
	{"a=b; Max-Age=60; Max-Age=61", "a=b " BASE " +61"},
	/* 5.2.3; 5.3, steps 4 to 6 */
	{"a=b; Domain=example.com", "a=b example.com /docs"}, {"a=b; Domain=.Example.COM", "a=b Example.COM /docs"},
	{"a=b; Domain=www.example.com", "a=b www.example.com /docs"}, {"a=b; Domain=", "a=b " BASE},
	{"a=b; Domain=foo.example.com", "DOMAIN"}, {"a=b; Domain=example.org", "DOMAIN"}, {"a=b; Domain=ample.com", "DOMAIN"},
	{"a=b; Domain=a.www.example.com", "DOMAIN"}, {"a=b; Domain=com", "PUBLIC"}, {"a=b; Domain=.com", "PUBLIC"},
	{"a=b; Domain=example.com; Domain=", "a=b " BASE},
	/* 5.2.4 and 5.1.4 */
	{"a=b; Path=/", "a=b www.example.com host /"}, {"a=b; Path=/x/y", "a=b www.example.com host /x/y"},
	{"a=b; Path=x", "a=b " BASE}, {"a=b; Path=", "a=b " BASE}, {"a=b; Path=/x; Path=/y", "a=b www.example.com host /y"},
	/* RFC 6265bis, 4.1.3 */
	{"__Secure-a=b; Secure", "__Secure-a=b " BASE " secure"}, {"__Secure-a=b", "PREFIX"}, {"__secure-a=b", "PREFIX"},
	{"__Host-a=b; Secure; Path=/", "__Host-a=b www.example.com host / secure"}, {"__Host-a=b; Secure", "PREFIX"},
	{"__Host-a=b; Path=/", "PREFIX"}, {"__Host-a=b; Secure; Path=/; Domain=example.com", "PREFIX"},
	{"__Hosta=b", "__Hosta=b " BASE},
};
/* clang-format on */

static struct http_cookie_peer
peer_of(const char *host, const char *path, bool secure)
{
	return (struct http_cookie_peer){http_span_of(host), http_span_of(path), secure};
}

static void
rfc_6265_5_2_set_cookie_is_read(void **state)
{
	struct http_cookie_peer peer = peer_of("www.example.com", "/docs/index.html", true);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[200];

		print_message("%s\n", rows[i].value);
		text_of(rows[i].value, &peer, text, sizeof text);
		assert_string_equal(text, rows[i].text);
	}
}

static void
rfc_6265_6_1_a_cookie_has_at_most_4096_octets(void **state)
{
	struct http_cookie_peer peer = peer_of("a.b", "/", false);
	char value[HTTP_COOKIE_MOST + 2], text[HTTP_COOKIE_MOST + 100];

	memset(value, 'x', sizeof value);
	value[1] = '=';
	value[sizeof value - 1] = 0;
	text_of(value, &peer, text, sizeof text);
	assert_memory_equal(text, value, sizeof value - 1); /* 4096 and "=" */
	char more[sizeof value + 1];

	memset(more, 'x', sizeof more);
	more[1] = '=';
	more[sizeof more - 1] = 0;
	text_of(more, &peer, text, sizeof text);
	assert_string_equal(text, "LARGE");
}

/* Hosts that are no names of several labels. */
static void
rfc_6265_5_3_a_public_domain_or_an_address_is_for_itself_alone(void **state)
{
	struct http_cookie_peer local = peer_of("localhost", "/", false),
				four = peer_of("192.0.2.1", "/", false),
				six = peer_of("2001:db8::1", "/", false);
	char text[100];

	text_of("a=b; Domain=localhost", &local, text, sizeof text);
	assert_string_equal(text, "a=b localhost host /");
	text_of("a=b; Domain=0.2.1", &four, text, sizeof text);
	assert_string_equal(text, "DOMAIN");
	text_of("a=b; Domain=2001:db8::1", &six, text, sizeof text);
	assert_string_equal(text, "a=b 2001:db8::1 host /");
}

/* RFC 6265bis, 5.7, step 8. */
static void
rfc_6265bis_5_7_a_secure_cookie_comes_by_a_secure_connection(void **state)
{
	struct http_cookie_peer peer = peer_of("a.b", "/", false);
	char text[100];

	text_of("a=b; Secure", &peer, text, sizeof text);
	assert_string_equal(text, "SECURE");
	text_of("a=b", &peer, text, sizeof text);
	assert_string_equal(text, "a=b a.b host /");
}

static void
rfc_6265_5_1_4_the_default_path_is_the_folder_of_the_request(void **state)
{
	static const char *const paths[][2] = {{"", "/"}, {"/", "/"}, {"/a", "/"}, {"/a/", "/a"},
	    {"/a/b", "/a"}, {"/a/b/c", "/a/b"}, {"x", "/"}};

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct http_cookie_peer peer = peer_of("a.b", paths[i][0], false);
		struct http_cookie c;

		assert_int_equal(http_set_cookie_read(http_span_of("a=b"), &peer, NOW, &c), HTTP_COOKIE_FINE);
		assert_true(http_span_eq(c.path, http_span_of(paths[i][1])));
	}
}

static void
rfc_6265_5_1_3_domains_match_at_dots(void **state)
{
	static const struct {
		const char *domain, *host;
		bool match;
	} pairs[] = {{"example.com", "example.com", true}, {"example.com", "EXAMPLE.com", true},
	    {"example.com", "a.example.com", true}, {"example.com", "b.a.example.com", true},
	    {"example.com", "anexample.com", false}, {"a.example.com", "example.com", false},
	    {"0.2.1", "192.0.2.1", false}, {"192.0.2.1", "192.0.2.1", true}, {"", "a.", false}};

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		assert_int_equal(
		    http_cookie_domain_matches(http_span_of(pairs[i].domain), http_span_of(pairs[i].host)),
		    pairs[i].match);
}

static void
rfc_6265_5_1_4_paths_match_at_slashes(void **state)
{
	static const struct {
		const char *of, *path;
		bool match;
	} pairs[] = {{"/", "/", true}, {"/", "/a", true}, {"/a", "/a", true}, {"/a", "/a/b", true},
	    {"/a/", "/a/b", true}, {"/a", "/ab", false}, {"/a/", "/a", false}, {"/a", "/", false},
	    {"/a", "/A", false}, {"", "/", false}};

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		assert_int_equal(
		    http_cookie_path_matches(http_span_of(pairs[i].of), http_span_of(pairs[i].path)),
		    pairs[i].match);
}

static void
rfc_6265_5_4_a_cookie_goes_to_its_hosts_and_paths(void **state)
{
	struct http_cookie c = {.domain = http_span_of("b.c"), .path = http_span_of("/x"), .host_only = true};
	struct http_cookie_peer same = peer_of("B.c", "/x/y", false), within = peer_of("a.b.c", "/x", true),
				root = peer_of("b.c", "", true);

	assert_true(http_cookie_matches(&c, &same));
	assert_false(http_cookie_matches(&c, &within));
	c.host_only = false;
	assert_true(http_cookie_matches(&c, &within));
	assert_false(http_cookie_matches(&c, &root));
	c.path = http_span_of("/");
	assert_true(http_cookie_matches(&c, &root));
	c.secure = true;
	assert_true(http_cookie_matches(&c, &root));
	assert_false(http_cookie_matches(&c, &same));
}

static void
each_reason_has_words_and_a_source(void **state)
{
	for (enum http_cookie_reason r = HTTP_COOKIE_FINE + 1; r < HTTP_COOKIE_REASONS; r++) {
		assert_true(strlen(http_cookie_words(r)) > 5);
		assert_memory_equal(http_cookie_source(r), "RFC ", 4);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_6265_5_2_set_cookie_is_read),
	    cmocka_unit_test(rfc_6265_6_1_a_cookie_has_at_most_4096_octets),
	    cmocka_unit_test(rfc_6265_5_3_a_public_domain_or_an_address_is_for_itself_alone),
	    cmocka_unit_test(rfc_6265bis_5_7_a_secure_cookie_comes_by_a_secure_connection),
	    cmocka_unit_test(rfc_6265_5_1_4_the_default_path_is_the_folder_of_the_request),
	    cmocka_unit_test(rfc_6265_5_1_3_domains_match_at_dots),
	    cmocka_unit_test(rfc_6265_5_1_4_paths_match_at_slashes),
	    cmocka_unit_test(rfc_6265_5_4_a_cookie_goes_to_its_hosts_and_paths),
	    cmocka_unit_test(each_reason_has_words_and_a_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
