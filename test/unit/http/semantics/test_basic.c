/*
 * The Basic scheme (RFC 7617) and challenges (RFC 9110, 11.6.1).
 */
#include "http/semantics/basic.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* With the examples of RFC 7617, 2 and 2.1, and of RFC 4648, 10. */
static const struct {
	const char *user, *password, *value;
} rows[] = {{"Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
    {"test", "123\xc2\xa3", "Basic dGVzdDoxMjPCow=="}, {"", "", "Basic Og=="}, {"f", "o", "Basic Zjpv"},
    {"a", ":b:", "Basic YTo6Yjo="}, {"\xff\xfe", "?>", "Basic //46Pz4="}};

static void
rfc_7617_2_credentials_are_written_and_read(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char buf[100] = "", to[100];
		struct http_writer w = http_writer(buf, sizeof buf - 1);
		struct http_span user, password;

		http_put_basic(&w, http_span_of(rows[i].user), http_span_of(rows[i].password));
		assert_string_equal(buf, rows[i].value);
		assert_true(http_basic_read(http_span_of(buf), to, sizeof to, &user, &password));
		assert_true(http_span_eq(user, http_span_of(rows[i].user)));
		assert_true(http_span_eq(password, http_span_of(rows[i].password)));
	}
}

static void
rfc_7617_2_malformed_credentials_are_refused(void **state)
{
	static const char *const bad[] = {"", "Basic", "Basic ", "Basic Zm9v",
	    "Bearer Og==", "BasicOg==", "Basic O", "Basic Og===", "Basic O*==", "Basic Og==x", "Basic YQo6",
	    "Basic YTp/"};
	struct http_span user, password;
	char to[100];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (http_basic_read(http_span_of(bad[i]), to, sizeof to, &user, &password))
			fail_msg("\"%s\" was read", bad[i]);
	assert_true(http_basic_read(http_span_of("basic  Og"), to, 1, &user, &password));
	assert_false(http_basic_read(http_span_of("Basic Zjpv"), to, 2, &user, &password));
}

static void
rfc_7617_2_a_user_has_no_colon(void **state)
{
	char buf[100];
	struct http_writer w = http_writer(buf, sizeof buf);

	http_put_basic(&w, http_span_of("a:b"), http_span_of("c"));
	assert_int_equal(w.err, -LEAT_EINVAL);
}

static void
rfc_7617_2_1_a_challenge_names_realm_and_charset(void **state)
{
	char buf[100] = "";
	struct http_writer w = http_writer(buf, sizeof buf - 1);

	http_put_basic_challenge(&w, http_span_of("my \"files\""));
	assert_string_equal(buf, "Basic realm=\"my \\\"files\\\"\", charset=\"UTF-8\"");
}

static const struct {
	const char *value, *realm; /* NULL: Basic is not offered */
} challenges[] = {
    {"Basic realm=\"simple\"", "simple"},
    {"Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\"", "simple"},
    {"basic charset=\"UTF-8\", Realm = foo", "foo"},
    {"Negotiate, Basic", ""},
    {"Negotiate, Basic, Digest realm=d", ""},
    {"Negotiate YWJj==, Basic realm=\"a, b\"", "a, b"},
    {"Digest realm=\"Basic realm=x\", nonce=\"y\"", NULL},
    {"Bearer", NULL},
    {"", NULL},
};

static void
rfc_9110_11_6_1_a_scheme_is_found_among_challenges(void **state)
{
	for (size_t i = 0; i < sizeof challenges / sizeof challenges[0]; i++) {
		char buf[100] = "";
		struct http_writer w = http_writer(buf, sizeof buf - 1);

		print_message("%s\n", challenges[i].value);
		assert_int_equal(http_challenge_realm(&w, http_span_of(challenges[i].value), "basic"),
		    challenges[i].realm != NULL);
		assert_string_equal(buf, challenges[i].realm ? challenges[i].realm : "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_7617_2_credentials_are_written_and_read),
	    cmocka_unit_test(rfc_7617_2_malformed_credentials_are_refused),
	    cmocka_unit_test(rfc_7617_2_a_user_has_no_colon),
	    cmocka_unit_test(rfc_7617_2_1_a_challenge_names_realm_and_charset),
	    cmocka_unit_test(rfc_9110_11_6_1_a_scheme_is_found_among_challenges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
