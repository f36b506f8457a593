/*
 * test/unit/gate/test_map.c - which address outside a destination of the program stands for.
 */
#include "world.h"

static void
names_mean_outside_what_they_should(void **state)
{
	struct gate_config c = {.own4 = world_addr("10.0.2.2"),
	    .own6 = world_addr("fd00:2::2"),
	    .dns = world_addr("10.0.2.3"),
	    .names = {.server = {world_end("192.0.2.53", 53), world_end("127.0.0.53", 53)},
		.servers = 1,
		.named = {{.addr = world_addr("fe80::53"), .port = 53, .ifindex = 7}},
		.named_as = {world_addr("fd00:2::3")},
		.nnamed = 1}};
	static const struct {
		const char *shown;
		uint16_t port;
		const char *means;
	} names[] = {
	    {"10.0.2.2", 8080, "127.0.0.1"},
	    {"fd00:2::2", 8080, "::1"},
	    {"10.0.2.3", 53, "192.0.2.53"},
	    {"10.0.2.3", 80, "127.0.0.1"},
	    {"10.0.2.2", 53, "127.0.0.1"},
	    {"192.0.2.1", 53, "192.0.2.1"},
	    {"2001:db8::1", 443, "2001:db8::1"},
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct endpoint shown = world_end(names[i].shown, names[i].port), out = gate_map(&c, &shown);
		struct ipaddr means = world_addr(names[i].means);

		assert_true(ipaddr_eq(&out.addr, &means));
		assert_int_equal(out.port, names[i].port);
	}
	/* The gateway's own port 53 means a resolver on the host's loopback. */
	c.names.servers = 2;
	struct endpoint shown = world_end("10.0.2.2", 53), out = gate_map(&c, &shown);
	struct ipaddr means = world_addr("127.0.0.53");

	assert_true(ipaddr_eq(&out.addr, &means));
	/*
	 * A link-local server is asked under another address, and reached over the interface in the
	 * host's file.
	 */
	shown = world_end("fd00:2::3", 53);
	out = gate_map(&c, &shown);
	assert_true(ipaddr_eq(&out.addr, &c.names.named[0].addr));
	assert_int_equal(out.ifindex, 7);
	shown.port = 5353;
	out = gate_map(&c, &shown);
	assert_true(ipaddr_eq(&out.addr, &shown.addr));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_mean_outside_what_they_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
