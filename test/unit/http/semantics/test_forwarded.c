/*
 * The client behind proxies (RFC 7239). Trusted are 10.0.0.0/8 and fd00::/8; 10.0.0.1 is connected,
 * unless the row says otherwise.
 */
#include "http/semantics/forwarded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct row {
	const char *peer, *line[2], *client;
};

/* clang-format off */
static const struct row forwarded[] = {
	{"10.0.0.1", {NULL}, "10.0.0.1"},
	{"10.0.0.1", {"for=192.0.2.60;proto=http;by=203.0.113.43"}, "192.0.2.60"},
	{"10.0.0.1", {"For=\"[2001:db8:cafe::17]:4711\""}, "2001:db8:cafe::17"},
	{"10.0.0.1", {"for=\"192.0.2.43:47011\""}, "192.0.2.43"},
	{"10.0.0.1", {"for=192.0.2.1, for=10.1.1.1"}, "192.0.2.1"},
	{"10.0.0.1", {"for=192.0.2.1", "for=10.1.1.1, for=\"[fd00::1]\""}, "192.0.2.1"},
	/* what a client forged stands before what the proxies have seen */
	{"10.0.0.1", {"for=192.0.2.1, for=198.51.100.1, for=10.1.1.1"}, "198.51.100.1"},
	{"192.0.2.9", {"for=192.0.2.1"}, "192.0.2.9"},
	/* RFC 7239, 6.2 and 6.3; and what cannot be read */
	{"10.0.0.1", {"for=192.0.2.1, for=_hidden"}, "10.0.0.1"},
	{"10.0.0.1", {"for=unknown, for=10.2.2.2"}, "10.2.2.2"},
	{"10.0.0.1", {"for=192.0.2.1, by=10.3.3.3"}, "10.0.0.1"},
	{"10.0.0.1", {"for=\"[2001:db8::1\""}, "10.0.0.1"},
	{"10.0.0.1", {"for="}, "10.0.0.1"},
	{"10.0.0.1", {"for=\"12345678901234567890123456789012345678901234567890\""}, "10.0.0.1"},
};

static const struct row x_forwarded_for[] = {
	{"10.0.0.1", {"192.0.2.1"}, "192.0.2.1"},
	{"10.0.0.1", {"2001:db8::1, 10.1.1.1"}, "2001:db8::1"},
	{"10.0.0.1", {"192.0.2.1:80"}, "192.0.2.1"},
	{"10.0.0.1", {"203.0.113.5, 192.0.2.1", "10.9.9.9"}, "192.0.2.1"},
	{"fd00::2", {"192.0.2.1"}, "192.0.2.1"},
	{"10.0.0.1", {"10.1.1.1, 10.2.2.2"}, "10.1.1.1"},
	{"10.0.0.1", {"localhost"}, "10.0.0.1"},
};
/* clang-format on */

static struct ipaddr
addr(const char *text)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(text, &a), 0);
	return a;
}

static struct ipaddr
client_of(enum http_forwarded which, const char *peer, const struct http_field *field, size_t n)
{
	struct http_trusted trusted[] = {{addr("10.0.0.0"), 8}, {addr("fd00::"), 8}};
	struct ipaddr from = addr(peer);

	return http_forwarded_client(which, field, n, &from, trusted, 2);
}

static void
expect(enum http_forwarded which, const char *name, const struct row *row, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		struct http_field f[3] = {{http_span_of("Host"), http_span_of("a")}};
		char text[IPADDR_TEXT];
		struct ipaddr client;
		size_t n = 1;

		for (size_t l = 0; l < 2 && row[i].line[l]; l++)
			f[n++] = (struct http_field){http_span_of(name), http_span_of(row[i].line[l])};
		client = client_of(which, row[i].peer, f, n);
		assert_string_equal(ipaddr_text(&client, text), row[i].client);
	}
}

static void
rfc_7239_4_the_last_address_that_is_not_trusted_is_the_client(void **state)
{
	expect(HTTP_FORWARDED, "Forwarded", forwarded, sizeof forwarded / sizeof forwarded[0]);
	expect(HTTP_X_FORWARDED_FOR, "X-Forwarded-For", x_forwarded_for,
	    sizeof x_forwarded_for / sizeof x_forwarded_for[0]);
}

/* A client can send the field that its proxy does not set. */
static void
rfc_7239_8_1_only_the_field_that_the_proxies_set_is_read(void **state)
{
	struct http_field f = {http_span_of("Forwarded"), http_span_of("for=192.0.2.1")};
	struct ipaddr client = client_of(HTTP_X_FORWARDED_FOR, "10.0.0.1", &f, 1), peer = addr("10.0.0.1");

	assert_true(ipaddr_eq(&client, &peer));
}

static void
a_chain_is_followed_over_32_proxies_and_no_more(void **state)
{
	char value[600] = "192.0.2.1";
	struct http_field f = {http_span_of("X-Forwarded-For"), http_span_of(value)};
	struct ipaddr client, first = addr("192.0.2.1"), proxy = addr("10.0.0.7");

	for (unsigned i = 0; i < 31; i++)
		strcat(value, ", 10.0.0.7");
	f.value = http_span_of(value);
	client = client_of(HTTP_X_FORWARDED_FOR, "10.0.0.1", &f, 1);
	assert_true(ipaddr_eq(&client, &first));
	strcat(value, ", 10.0.0.7");
	f.value = http_span_of(value);
	client = client_of(HTTP_X_FORWARDED_FOR, "10.0.0.1", &f, 1);
	assert_true(ipaddr_eq(&client, &proxy));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_7239_4_the_last_address_that_is_not_trusted_is_the_client),
	    cmocka_unit_test(rfc_7239_8_1_only_the_field_that_the_proxies_set_is_read),
	    cmocka_unit_test(a_chain_is_followed_over_32_proxies_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
