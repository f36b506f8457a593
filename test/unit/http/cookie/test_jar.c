/*
 * The cookies that a client keeps (RFC 6265, 5.3 and 5.4).
 */
#include "http/cookie/jar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1700000000, MOST = 100 };

static struct http_cookie_peer
peer_of(const char *host, const char *path, bool secure)
{
	return (struct http_cookie_peer){http_span_of(host), http_span_of(path), secure};
}

static enum http_cookie_reason
set(struct http_jar *j, const char *host, bool secure, const char *value)
{
	struct http_cookie_peer peer = peer_of(host, "/", secure);
	enum http_cookie_reason why;

	assert_int_equal(http_jar_set(j, http_span_of(value), &peer, NOW, &why), 0);
	return why;
}

/* Expects the field Cookie of a request; later than NOW by @later. */
static void
expect(
    struct http_jar *j, const char *host, const char *path, bool secure, int64_t later, const char *cookies)
{
	struct http_cookie_peer peer = peer_of(host, path, secure);
	char buf[4096] = "";
	struct http_writer w = http_writer(buf, sizeof buf - 1);

	http_jar_put(j, &w, &peer, NOW + later);
	assert_string_equal(buf, cookies);
}

/* The example of RFC 6265, 3.1. */
static void
rfc_6265_3_1_cookies_come_back(void **state)
{
	struct http_jar j;

	http_jar_init(&j, MOST);
	set(&j, "www.example.com", true, "SID=31d4d96e407aad42; Path=/; Secure; HttpOnly");
	set(&j, "www.example.com", true, "lang=en-US; Path=/; Domain=example.com");
	expect(&j, "www.example.com", "/", true, 0, "SID=31d4d96e407aad42; lang=en-US");
	expect(&j, "www.example.com", "/", false, 0, "lang=en-US");
	expect(&j, "example.com", "/x", true, 0, "lang=en-US");
	expect(&j, "example.org", "/", true, 0, "");
	set(&j, "www.example.com", true, "lang=; Domain=example.com; Expires=Sun, 06 Nov 1994 08:49:37 GMT");
	expect(&j, "www.example.com", "/", true, 0, "SID=31d4d96e407aad42");
	http_jar_free(&j);
}

static void
rfc_6265_5_4_longer_paths_and_older_cookies_come_first(void **state)
{
	struct http_jar j;

	http_jar_init(&j, MOST);
	set(&j, "a.b", false, "one=1");
	set(&j, "a.b", false, "deep=2; Path=/x/y");
	set(&j, "a.b", false, "mid=3; Path=/x");
	set(&j, "a.b", false, "two=4");
	set(&j, "a.b", false, "one=5"); /* keeps its place: 5.3, step 11.3 */
	expect(&j, "a.b", "/x/y/z", false, 0, "deep=2; mid=3; one=5; two=4");
	expect(&j, "a.b", "/x", false, 0, "mid=3; one=5; two=4");
	http_jar_free(&j);
}

static void
rfc_6265_5_3_name_domain_and_path_tell_cookies_apart(void **state)
{
	struct http_jar j;

	http_jar_init(&j, MOST);
	set(&j, "a.b", false, "n=1");
	set(&j, "a.b", false, "n=2; Path=/x");
	set(&j, "a.b", false, "N=3");
	set(&j, "c.b", false, "n=4");
	assert_int_equal(j.n, 4);
	set(&j, "A.B", false, "n=5");
	assert_int_equal(j.n, 4);
	http_jar_free(&j);
}

static void
rfc_6265_5_3_expired_cookies_do_not_go_out_and_are_removed(void **state)
{
	struct http_jar j;

	http_jar_init(&j, MOST);
	set(&j, "a.b", false, "n=1; Max-Age=60");
	expect(&j, "a.b", "/", false, 59, "n=1");
	expect(&j, "a.b", "/", false, 60, "");
	set(&j, "a.b", false, "n=2; Max-Age=0");
	assert_int_equal(j.n, 0);
	http_jar_free(&j);
}

static void
rfc_6265_6_1_a_domain_has_at_most_50_and_the_least_used_goes(void **state)
{
	struct http_jar j;
	char value[32];

	http_jar_init(&j, MOST);
	set(&j, "c.d", false, "other=1");
	for (unsigned i = 0; i < HTTP_JAR_OF_DOMAIN; i++) {
		snprintf(value, sizeof value, "n%u=1; Path=/p%u", i, i);
		set(&j, "a.b", false, value);
	}
	expect(&j, "a.b", "/p0", false, 0, "n0=1"); /* was used just now */
	set(&j, "a.b", false, "more=1");
	assert_int_equal(j.n, HTTP_JAR_OF_DOMAIN + 1);
	expect(&j, "a.b", "/p0", false, 0, "n0=1; more=1");
	expect(&j, "a.b", "/p1", false, 0, "more=1");
	expect(&j, "c.d", "/", false, 0, "other=1");
	http_jar_free(&j);
}

static void
a_full_jar_drops_what_has_expired_and_then_the_least_used(void **state)
{
	struct http_cookie_peer peer = peer_of("c.b", "/", false);
	enum http_cookie_reason why;
	struct http_jar j;

	http_jar_init(&j, 2);
	set(&j, "a.b", false, "n=1");
	set(&j, "b.b", false, "n=2; Max-Age=60");
	assert_int_equal(http_jar_set(&j, http_span_of("n=3"), &peer, NOW + 60, &why), 0);
	expect(&j, "a.b", "/", false, 60, "n=1");
	expect(&j, "c.b", "/", false, 60, "n=3");
	expect(&j, "a.b", "/", false, 60, "n=1");
	set(&j, "d.b", false, "n=4");
	assert_int_equal(j.n, 2);
	expect(&j, "a.b", "/", false, 0, "n=1");
	expect(&j, "c.b", "/", false, 0, "");
	http_jar_free(&j);
	http_jar_init(&j, 0);
	set(&j, "a.b", false, "n=1");
	assert_int_equal(j.n, 0);
	http_jar_free(&j);
}

static void
rfc_6265bis_5_7_no_secure_cookie_is_hidden_from_clear_text(void **state)
{
	struct http_jar j;

	http_jar_init(&j, MOST);
	set(&j, "a.b.c", true, "s=1; Secure; Domain=b.c; Path=/x");
	assert_int_equal(set(&j, "a.b.c", false, "s=2; Path=/x/y"), HTTP_COOKIE_SHADOWS);
	assert_int_equal(set(&j, "b.c", false, "s=; Domain=b.c; Path=/x; Max-Age=0"), HTTP_COOKIE_SHADOWS);
	assert_int_equal(set(&j, "a.b.c", false, "s=2; Path=/"), HTTP_COOKIE_FINE);
	assert_int_equal(set(&j, "a.b.c", false, "t=2; Path=/x"), HTTP_COOKIE_FINE);
	assert_int_equal(set(&j, "a.b.c", true, "s=3; Path=/x"), HTTP_COOKIE_FINE);
	http_jar_free(&j);
}

static void
a_cookie_without_room_is_left_out_whole(void **state)
{
	struct http_cookie_peer peer = peer_of("a.b", "/", false);
	char buf[16] = "";
	struct http_writer w = http_writer(buf, 12);
	struct http_jar j;

	http_jar_init(&j, MOST);
	set(&j, "a.b", false, "a=1");
	set(&j, "a.b", false, "long=1234567890");
	set(&j, "a.b", false, "b=2");
	http_jar_put(&j, &w, &peer, NOW);
	assert_int_equal(w.err, 0);
	assert_string_equal(buf, "a=1; b=2");
	http_jar_free(&j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_6265_3_1_cookies_come_back),
	    cmocka_unit_test(rfc_6265_5_4_longer_paths_and_older_cookies_come_first),
	    cmocka_unit_test(rfc_6265_5_3_name_domain_and_path_tell_cookies_apart),
	    cmocka_unit_test(rfc_6265_5_3_expired_cookies_do_not_go_out_and_are_removed),
	    cmocka_unit_test(rfc_6265_6_1_a_domain_has_at_most_50_and_the_least_used_goes),
	    cmocka_unit_test(a_full_jar_drops_what_has_expired_and_then_the_least_used),
	    cmocka_unit_test(rfc_6265bis_5_7_no_secure_cookie_is_hidden_from_clear_text),
	    cmocka_unit_test(a_cookie_without_room_is_left_out_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
