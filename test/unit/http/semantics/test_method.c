/*
 * Methods (RFC 9110, 9.2 and 10.2.1).
 */
#include "http/semantics/method.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* The table of RFC 9110, 18.2, and PATCH (RFC 5789, 2). */
static const struct {
	enum http_method method;
	bool safe, idempotent;
} rows[] = {{HTTP_CONNECT, false, false}, {HTTP_DELETE, false, true}, {HTTP_GET, true, true},
    {HTTP_HEAD, true, true}, {HTTP_OPTIONS, true, true}, {HTTP_POST, false, false}, {HTTP_PUT, false, true},
    {HTTP_TRACE, true, true}, {HTTP_PATCH, false, false}, {HTTP_METHOD_OTHER, false, false}};

static void
rfc_9110_18_2_methods_are_safe_or_idempotent(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(http_method_is_safe(rows[i].method), rows[i].safe);
		assert_int_equal(http_method_is_idempotent(rows[i].method), rows[i].idempotent);
	}
}

/* RFC 9110, 15.5.6 and 15.6.2. */
static void
rfc_9110_9_1_a_known_method_is_refused_with_405_and_another_with_501(void **state)
{
	unsigned allowed = 1U << HTTP_GET | 1U << HTTP_HEAD, known = allowed | 1U << HTTP_PUT;

	assert_int_equal(http_method_refusal(HTTP_GET, allowed, known), 0);
	assert_int_equal(http_method_refusal(HTTP_PUT, allowed, known), 405);
	assert_int_equal(http_method_refusal(HTTP_PATCH, allowed, known), 501);
	assert_int_equal(http_method_refusal(HTTP_METHOD_OTHER, ~0U, ~0U), 501);
}

static void
rfc_9110_10_2_1_allow_lists_the_methods(void **state)
{
	char buf[64] = "";
	struct http_writer w = http_writer(buf, sizeof buf - 1);

	http_put_methods(&w, 1U << HTTP_GET | 1U << HTTP_HEAD | 1U << HTTP_OPTIONS);
	assert_string_equal(buf, "GET, HEAD, OPTIONS");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_9110_18_2_methods_are_safe_or_idempotent),
	    cmocka_unit_test(rfc_9110_9_1_a_known_method_is_refused_with_405_and_another_with_501),
	    cmocka_unit_test(rfc_9110_10_2_1_allow_lists_the_methods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
