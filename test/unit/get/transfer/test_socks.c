/*
 * SOCKS 5 (RFC 1928, 1929): messages in any pieces.
 */
#include "get/transfer/socks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct socks_client client;

static void
begin(const char *host, const char *address, const char *credentials)
{
	client = (struct socks_client){.at.port = 80};
	strcpy(client.host, host);
	strcpy(client.credentials, credentials);
	if (address)
		assert_int_equal(ipaddr_parse(address, &client.at.addr), 0);
	socks_begin(&client);
}

static void
expect_output(const void *octets, size_t n)
{
	struct http_span out = socks_output(&client);

	assert_int_equal(out.len, n);
	assert_memory_equal(out.at, octets, n);
	socks_written(&client, 1);
	assert_int_equal(socks_output(&client).len, n - 1);
	socks_written(&client, n - 1);
}

/* Gives @n octets, of which at most @piece arrive at once, and never more than are wanted. */
static enum socks_event
answer(const void *octets, size_t n, size_t piece)
{
	enum socks_event e = SOCKS_MORE;

	for (size_t i = 0, take; i < n && e == SOCKS_MORE; i += take) {
		take = socks_wants(&client) < piece ? socks_wants(&client) : piece;
		take = take < n - i ? take : n - i;
		assert_true(take > 0 && client.in_len + take <= sizeof client.in);
		memcpy(client.in + client.in_len, (const char *)octets + i, take);
		e = socks_arrived(&client, take);
	}
	return e;
}

static void
a_server_is_asked_for_by_its_name(void **state)
{
	for (size_t piece = 1; piece < 20; piece++) {
		begin("a.example", NULL, "");
		expect_output("\5\1\0", 3);
		assert_int_equal(answer("\5\0", 2, piece), SOCKS_MORE);
		expect_output("\5\1\0\3\11a.example\0\120", 16);
		assert_int_equal(answer("\5\0\0\3\3abc\0\1", 10, piece), SOCKS_DONE);
	}
}

static void
a_server_is_asked_for_by_its_address(void **state)
{
	begin("", "192.0.2.1", "");
	expect_output("\5\1\0", 3);
	assert_int_equal(answer("\5\0", 2, 2), SOCKS_MORE);
	expect_output("\5\1\0\1\300\0\2\1\0\120", 10);
	assert_int_equal(answer("\5\0\0\1abcd\0\1", 10, 3), SOCKS_DONE);
	begin("", "2001:db8::1", "");
	expect_output("\5\1\0", 3);
	assert_int_equal(answer("\5\0", 2, 2), SOCKS_MORE);
	expect_output("\5\1\0\4\x20\1\r\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\120", 22);
	assert_int_equal(answer("\5\0\0\4abcdefghijklmnop\0\1", 22, 5), SOCKS_DONE);
}

static void
a_password_is_sent_if_it_is_wanted(void **state)
{
	begin("a", NULL, "me:p:w");
	expect_output("\5\2\0\2", 4);
	assert_int_equal(answer("\5\2", 2, 1), SOCKS_MORE);
	expect_output("\1\2me\3p:w", 8);
	assert_int_equal(answer("\1\0", 2, 1), SOCKS_MORE);
	expect_output("\5\1\0\3\1a\0\120", 8);
	begin("a", NULL, "me:p");
	assert_int_equal(answer("\5\2", 2, 2), SOCKS_MORE);
	assert_int_equal(answer("\1\1", 2, 2), SOCKS_FAILED);
	assert_string_equal(client.words, "User was rejected by the SOCKS5 server (1 1)");
}

static void
a_wrong_answer_is_an_error(void **state)
{
	static const struct {
		const char *method, *reply;
	} row[] = {{"\4\0", NULL}, {"H", NULL}, {"\5\1", NULL}, {"\5\2", NULL}, {"\5\377", NULL},
	    {"\5\0", "\4\0\0\1"}, {"\5\0", "\5\1\0\1a"}, {"\5\0", "\5\377\0\1a"}, {"\5\0", "\5\0\0\2a"}};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		begin("a", NULL, "");
		assert_int_equal(answer(row[i].method, 2, 2), row[i].reply ? SOCKS_MORE : SOCKS_FAILED);
		if (row[i].reply)
			assert_int_equal(answer(row[i].reply, 5, 5), SOCKS_FAILED);
		assert_true(*client.words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_server_is_asked_for_by_its_name),
	    cmocka_unit_test(a_server_is_asked_for_by_its_address),
	    cmocka_unit_test(a_password_is_sent_if_it_is_wanted),
	    cmocka_unit_test(a_wrong_answer_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
