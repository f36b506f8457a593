/*
 * Authorities of http URIs (RFC 3986, 3.2; RFC 9110, 4.2).
 */
#include "http/uri/authority.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct row {
	const char *in, *userinfo, *host; /* no userinfo: NULL */
	int port;                         /* none: -1 */
	enum http_host_kind kind;
};

static const struct row good[] = {
    {"example.com", NULL, "example.com", -1, HTTP_HOST_NAME},
    {"example.com:", NULL, "example.com", -1, HTTP_HOST_NAME}, /* RFC 3986, 3.2.3 */
    {"example.com:8080", NULL, "example.com", 8080, HTTP_HOST_NAME},
    {"u:p@h:0", "u:p", "h", 0, HTTP_HOST_NAME},
    {"@h", "", "h", -1, HTTP_HOST_NAME},
    {"127.0.0.1:65535", NULL, "127.0.0.1", 65535, HTTP_HOST_IPV4},
    {"[::1]", NULL, "::1", -1, HTTP_HOST_IPV6},
    {"u@[fd00:2::15]:443", "u", "fd00:2::15", 443, HTTP_HOST_IPV6},
    {"1.2.3", NULL, "1.2.3", -1, HTTP_HOST_NAME},
};

static const char *const bad[] = {"", ":80", "u@", "h:65536", "h:x", "h:-1", "[::1", "[::g]", "[::1]x", "::1",
    "a@b@c", "a/b", "h h", "%", "u%@h", "[1.2.3.4]"};

static void
rfc_3986_3_2_parts_are_told_apart(void **state)
{
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		const struct row *r = &good[i];
		struct http_authority a;

		print_message("%s\n", r->in);
		assert_true(http_authority_parse(http_span_of(r->in), &a));
		assert_int_equal(a.has_userinfo, r->userinfo != NULL);
		assert_true(http_span_is(a.userinfo, r->userinfo ? r->userinfo : ""));
		assert_true(http_span_is(a.host, r->host));
		assert_int_equal(a.has_port ? a.port : -1, r->port);
		assert_int_equal(a.kind, r->kind);
	}
}

static void
rfc_9110_4_2_1_malformed_ones_are_refused(void **state)
{
	struct http_authority a;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (http_authority_parse(http_span_of(bad[i]), &a))
			fail_msg("\"%s\" was parsed", bad[i]);
}

static bool
same(const char *one, const char *other)
{
	struct http_authority a, b;

	assert_true(http_authority_parse(http_span_of(one), &a));
	assert_true(http_authority_parse(http_span_of(other), &b));
	return http_authority_same(&a, &b, 80);
}

/* RFC 9110, 4.2.3 and 4.3.1: an origin is a host, in any case, and a port. */
static void
rfc_9110_4_3_1_origins_are_compared(void **state)
{
	assert_true(same("EXAMPLE.com", "example.com:80"));
	assert_true(same("a.", "a"));
	assert_true(same("[::1]", "[0:0::1]:80"));
	assert_false(same("a", "a:81"));
	assert_false(same("a", "ab"));
	assert_false(same("127.0.0.1", "[::ffff:127.0.0.1]"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_3986_3_2_parts_are_told_apart),
	    cmocka_unit_test(rfc_9110_4_2_1_malformed_ones_are_refused),
	    cmocka_unit_test(rfc_9110_4_3_1_origins_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
