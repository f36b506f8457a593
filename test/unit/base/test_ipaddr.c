/*
 * Addresses and their text, and the texts of errors.
 */
#include "base/err.h"
#include "base/ipaddr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct ipaddr
addr(const char *text)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(text, &a), 0);
	return a;
}

static void
expect_text(const char *in, const char *out)
{
	struct ipaddr a = addr(in);
	char buf[IPADDR_TEXT];

	assert_string_equal(ipaddr_text(&a, buf), out);
}

/*
 * RFC 5952, 4: no leading zeros; "::" once, for the longest run of zero groups, the first if two
 * are equally long, never for a single group; lower case.
 */
static void
text_is_as_rfc_5952_recommends(void **state)
{
	expect_text("10.0.2.15", "10.0.2.15");
	expect_text("255.255.255.255", "255.255.255.255");
	expect_text("::", "::");
	expect_text("::1", "::1");
	expect_text("fd00:0002::15", "fd00:2::15");
	expect_text("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
	expect_text("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
	expect_text("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");
	expect_text("2001:DB8::", "2001:db8::");
	expect_text("::5:6", "::5:6");
	expect_text("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8");
	expect_text("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	expect_text("::ffff:1.2.3.4", "1.2.3.4");
}

static void
parse_refuses_what_is_not_exactly_an_address(void **state)
{
	static const char *const bad[] = {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", " ::1", "::1%lo",
	    "1::2::3", "[::1]", "12345::", "1.2.3.4/8", ":"};
	struct ipaddr a = addr("9.9.9.9"), same = a;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(ipaddr_parse(bad[i], &a), -LEAT_EINVAL);
		assert_true(ipaddr_eq(&a, &same));
	}
}

static void
endpoints_wrap_ipv6_in_brackets(void **state)
{
	struct endpoint e = {.addr = addr("10.0.2.15"), .port = 80};
	char buf[ENDPOINT_TEXT];

	assert_string_equal(endpoint_text(&e, buf), "10.0.2.15:80");
	e.addr = addr("fd00:2::15");
	e.port = 65535;
	assert_string_equal(endpoint_text(&e, buf), "[fd00:2::15]:65535");
}

static bool
is_loopback(const char *text)
{
	struct ipaddr a = addr(text);

	return ipaddr_is_loopback(&a);
}

static bool
is_multicast(const char *text)
{
	struct ipaddr a = addr(text);

	return ipaddr_is_multicast(&a);
}

static bool
is_link_local(const char *text)
{
	struct ipaddr a = addr(text);

	return ipaddr_is_link_local(&a);
}

static void
kinds_follow_from_prefixes(void **state)
{
	assert_true(is_loopback("127.0.0.1") && is_loopback("127.255.1.2") && is_loopback("::1"));
	assert_false(is_loopback("128.0.0.1") || is_loopback("::") || is_loopback("::2"));
	assert_true(is_multicast("224.0.0.1") && is_multicast("239.255.255.255") && is_multicast("ff02::1"));
	assert_false(is_multicast("223.255.255.255") || is_multicast("240.0.0.1") || is_multicast("fe80::1"));
	assert_true(is_link_local("169.254.9.9") && is_link_local("fe80::1") && is_link_local("febf::1"));
	assert_false(is_link_local("169.253.9.9") || is_link_local("fec0::1") || is_link_local("fe7f::1"));
}

static void
constants_are_what_their_names_say(void **state)
{
	struct ipaddr a = addr("0.0.0.0");

	assert_true(ipaddr_eq(&a, &IPADDR_ANY4) && ipaddr_is_any(&a) && ipaddr_is4(&a));
	a = addr("::");
	assert_true(ipaddr_eq(&a, &IPADDR_ANY6) && ipaddr_is_any(&a) && !ipaddr_is4(&a));
	a = addr("127.0.0.1");
	assert_true(ipaddr_eq(&a, &IPADDR_LOOPBACK4));
	a = addr("::1");
	assert_true(ipaddr_eq(&a, &IPADDR_LOOPBACK6));
	a = addr("255.255.255.255");
	assert_true(ipaddr_eq(&a, &IPADDR_BROADCAST4));
	a = ipaddr_v4(0x0a00020f);
	assert_int_equal(ipaddr_v4_number(&a), 0x0a00020f);
}

static bool
match(const char *a, const char *b, unsigned bits)
{
	struct ipaddr x = addr(a), y = addr(b);

	return ipaddr_prefix_match(&x, &y, bits);
}

static void
prefixes_count_bits_of_their_family(void **state)
{
	assert_true(match("10.0.2.15", "10.0.2.99", 24));
	assert_false(match("10.0.2.15", "10.0.3.15", 24));
	assert_true(match("10.0.2.15", "10.0.3.15", 23));
	assert_true(match("10.0.2.15", "99.0.3.15", 0));
	assert_true(match("10.0.2.15", "10.0.2.15", 32));
	assert_false(match("10.0.2.15", "10.0.2.14", 32));
	assert_true(match("10.0.2.15", "10.0.2.14", 31));
	assert_true(match("fd00:2::1", "fd00:2::ffff", 64));
	assert_false(match("fd00:2::1", "fd00:2:0:1::1", 64));
	assert_true(match("fd00:2::1", "fd00:2:0:1::1", 63));
	assert_false(match("fd00:2::1", "fd00:2::2", 128));
	assert_true(match("fd00:2::2", "fd00:2::3", 127));
	assert_true(match("fd00:2::2", "::1", 0));
	assert_false(match("0.0.0.0", "::", 0)); /* different families never match */
}

static void
errors_have_names_and_texts_in_either_sign(void **state)
{
	assert_string_equal(err_name(-LEAT_ECONNRESET), "ECONNRESET");
	assert_string_equal(err_name(LEAT_ECONNRESET), "ECONNRESET");
	assert_string_equal(err_text(-LEAT_ECONNRESET), "connection reset by peer");
	assert_string_equal(err_name(0), "E?");
	assert_string_equal(err_text(0), "no error");
	assert_string_equal(err_text(-21), "Is a directory"); /* EISDIR: the C library's text */
	assert_string_equal(err_name(3), "E?");
	assert_string_equal(err_name(INT32_MIN), "E?");
	assert_string_equal(err_text(INT32_MAX), "unknown error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_is_as_rfc_5952_recommends),
	    cmocka_unit_test(parse_refuses_what_is_not_exactly_an_address),
	    cmocka_unit_test(endpoints_wrap_ipv6_in_brackets),
	    cmocka_unit_test(kinds_follow_from_prefixes),
	    cmocka_unit_test(constants_are_what_their_names_say),
	    cmocka_unit_test(prefixes_count_bits_of_their_family),
	    cmocka_unit_test(errors_have_names_and_texts_in_either_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
