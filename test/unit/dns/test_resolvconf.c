/*
 * resolv.conf(5) as the GNU C library reads it.
 */
#include "../addr.h"
#include "dns/resolvconf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct resolvconf
parse(const char *text)
{
	struct resolvconf conf;

	resolvconf_parse(&conf, text, strlen(text));
	return conf;
}

static void
assert_server(const struct resolvconf *conf, unsigned i, const char *text, const char *scope)
{
	struct ipaddr a = addr(text);

	assert_true(i < conf->servers);
	assert_true(ipaddr_eq(&conf->server[i].addr, &a));
	assert_string_equal(conf->server[i].scope, scope);
}

static void
servers_come_in_the_order_of_the_file(void **state)
{
	struct resolvconf c =
	    parse("search example.org\nnameserver 192.0.2.1\n\tnameserver\t2001:db8::53 \r\n"
		  "nameserver fe80::1%eth0\nnameserver 127.1 # the C library's old form\n"
		  "nameserver 192.0.2.5;comment\nnameserver 192.0.2.6");

	assert_int_equal(c.servers, 6);
	assert_server(&c, 0, "192.0.2.1", "");
	assert_server(&c, 1, "2001:db8::53", "");
	assert_server(&c, 2, "fe80::1", "eth0");
	assert_server(&c, 3, "127.0.0.1", "");
	assert_server(&c, 4, "192.0.2.5", "");
	assert_server(&c, 5, "192.0.2.6", "");
}

static void
what_names_no_server_is_passed_over(void **state)
{
	struct resolvconf c =
	    parse("# nameserver 192.0.2.1\n;nameserver 192.0.2.1\nnameserver\nnameserver nonsense\n"
		  "nameservers 192.0.2.1\nnameserver 192.0.2.256\nnameserver 1.2.3.4.5\nnameserver 1.2.\n"
		  "nameserver fe80::1%an-interface-with-much-too-long-a-name\nx nameserver 192.0.2.1\n\n");

	assert_int_equal(c.servers, 0);
	c = parse("");
	assert_int_equal(c.servers, 0);
	assert_int_equal(c.timeout, 5);
	assert_int_equal(c.attempts, 2);
	assert_false(c.rotate);
}

/* A comment ends with its line, however long that is, and has no servers. */
static void
a_line_may_have_any_length(void **state)
{
	static const char server[] = "nameserver 192.0.2.1\n";

	for (size_t pad = 1; pad < 5000; pad += pad < 1100 ? 1 : 97) {
		size_t len = pad + 1 + strlen(server);
		char *text = malloc(len);
		struct resolvconf c;

		memset(text, ' ', pad);
		text[0] = '#';
		memcpy(text + pad, server, strlen(server) - 1);
		text[len - 2] = text[len - 1] = '\n';
		resolvconf_parse(&c, text, len);
		assert_int_equal(c.servers, 0);
		free(text);
	}
}

static void
options_add_up_and_stay_within_their_bounds(void **state)
{
	struct resolvconf c = parse("options timeout:3 rotate edns0\noptions attempts:4 ndots:2\n");

	assert_int_equal(c.timeout, 3);
	assert_int_equal(c.attempts, 4);
	assert_true(c.rotate);
	c = parse("options timeout:4000000000 attempts:99");
	assert_int_equal(c.timeout, 30);
	assert_int_equal(c.attempts, 5);
	c = parse("options timeout:0 attempts:x rotates\n#options rotate\n");
	assert_int_equal(c.timeout, 1);
	assert_int_equal(c.attempts, 1);
	assert_false(c.rotate);
}

static void
more_servers_than_there_is_room_for_are_left_out(void **state)
{
	struct resolvconf c = parse("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
				    "nameserver 192.0.2.4\nnameserver 192.0.2.5\nnameserver 192.0.2.6\n"
				    "nameserver 192.0.2.7\nnameserver 192.0.2.8\nnameserver 192.0.2.9\n");

	assert_int_equal(c.servers, RESOLVCONF_SERVERS);
	assert_server(&c, 7, "192.0.2.8", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(servers_come_in_the_order_of_the_file),
	    cmocka_unit_test(what_names_no_server_is_passed_over),
	    cmocka_unit_test(a_line_may_have_any_length),
	    cmocka_unit_test(options_add_up_and_stay_within_their_bounds),
	    cmocka_unit_test(more_servers_than_there_is_room_for_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
