/*
 * Routes, source addresses and path MTUs: RFC 1812, 5.2.4; RFC 6724; RFC 8201.
 */
#include "fake.h"

static int
find(const char *dst, uint32_t ifindex, struct path *path)
{
	struct ipaddr d = addr(dst);

	return route_find(fake.core, &d, NULL, ifindex, path);
}

static void
expect_next_hop(const char *dst, const char *next_hop)
{
	struct ipaddr n = addr(next_hop);
	struct path p;

	assert_int_equal(find(dst, 0, &p), 0);
	assert_true(ipaddr_eq(&p.next_hop, &n));
}

/* RFC 1812, 5.2.4.3: the longest prefix wins, in whatever order the routes were added. */
static void
longest_prefix_wins(void **state)
{
	struct path p;

	(void)state;
	fake_address(fake.eth0, "10.0.0.1", 24);
	assert_int_equal(fake_route("10.9.0.0", 16, "10.0.0.16", fake.eth0, 0), 0);
	assert_int_equal(fake_route("0.0.0.0", 0, "10.0.0.100", fake.eth0, 0), 0);
	assert_int_equal(fake_route("10.9.8.0", 24, "10.0.0.24", fake.eth0, 0), 0);
	assert_int_equal(fake_route("10.9.8.7", 32, "10.0.0.32", fake.eth0, 0), 0);
	assert_int_equal(fake_route("10.0.0.0", 8, "10.0.0.8", fake.eth0, 0), 0);
	expect_next_hop("10.9.8.7", "10.0.0.32");
	expect_next_hop("10.9.8.6", "10.0.0.24");
	expect_next_hop("10.9.1.1", "10.0.0.16");
	expect_next_hop("10.1.1.1", "10.0.0.8");
	expect_next_hop("192.0.2.1", "10.0.0.100");
	expect_next_hop("10.0.0.77", "10.0.0.77");                       /* on the link */
	assert_int_equal(find("2001:db8::1", 0, &p), -LEAT_ENETUNREACH); /* families do not mix */
}

/* Of routes with the same prefix, the lowest metric wins. The same route twice is refused. */
static void
lowest_metric_wins(void **state)
{
	struct route r = {.dst = addr("0.0.0.0"), .gateway = addr("10.0.0.3"), .ifindex = 2};

	(void)state;
	fake_address(fake.eth0, "10.0.0.1", 24);
	assert_int_equal(fake_route("0.0.0.0", 0, "10.0.0.2", fake.eth0, 20), 0);
	assert_int_equal(fake_route("0.0.0.0", 0, "10.0.0.3", fake.eth0, 10), 0);
	assert_int_equal(fake_route("0.0.0.0", 0, "10.0.0.3", fake.eth0, 5), -LEAT_EEXIST);
	expect_next_hop("192.0.2.1", "10.0.0.3");
	assert_int_equal(route_del(fake.core, &r), 0);
	assert_int_equal(route_del(fake.core, &r), -LEAT_ENOENT);
	expect_next_hop("192.0.2.1", "10.0.0.2");
}

/* A thousand random routes, added and removed, compared with a plain list. */
static void
trie_agrees_with_a_list(void **state)
{
	enum { ROUTES = 600 };
	static struct route list[ROUTES];
	struct rng rng;
	unsigned n = 0;

	(void)state;
	fake_address(fake.eth0, "192.168.0.1", 24);
	rng_seed(&rng, 5);
	for (unsigned step = 0; step < 4000; step++) {
		struct ipaddr dst = ipaddr_v4((uint32_t)rng_u64(&rng) & 0x0f0f00ff);
		const struct route *best = NULL;
		struct path p;
		int err;

		if (n < ROUTES && rng_below(&rng, 3)) {
			struct route r = {
			    .bits = (uint8_t)(1 + rng_below(&rng, 32)), .ifindex = 2, .src = IPADDR_ANY4};
			uint32_t number = (uint32_t)rng_u64(&rng) & 0x0f0f00ff;

			r.dst = ipaddr_v4((uint32_t)(number & ~(0xffffffffull >> r.bits)));
			r.gateway = ipaddr_v4(0x0a000000 + step);
			assert_int_equal(route_add(fake.core, &r), 0);
			list[n++] = r;
		} else if (n) {
			unsigned i = (unsigned)rng_below(&rng, n);

			assert_int_equal(route_del(fake.core, &list[i]), 0);
			memmove(&list[i], &list[i + 1], (--n - i) * sizeof list[0]);
		}
		for (unsigned i = 0; i < n; i++)
			if (ipaddr_prefix_match(&list[i].dst, &dst, list[i].bits) &&
			    (!best || list[i].bits > best->bits))
				best = &list[i];
		if (ipaddr_is_any(&dst))
			continue;
		err = route_find(fake.core, &dst, NULL, 0, &p);
		assert_int_equal(err, best ? 0 : -LEAT_ENETUNREACH);
		if (best)
			assert_true(ipaddr_eq(&p.next_hop, &best->gateway));
	}
}

/* Lookups for one interface, interfaces that are down, and unreachable routes. */
static void
interface_and_reject_are_honoured(void **state)
{
	struct route reject = {.dst = addr("203.0.113.0"), .bits = 24, .reject = true};
	struct path p;

	(void)state;
	fake_address(fake.eth0, "10.0.0.1", 24);
	fake_address(fake.eth1, "10.1.0.1", 24);
	assert_int_equal(fake_route("0.0.0.0", 0, "10.0.0.2", fake.eth0, 0), 0);
	assert_int_equal(fake_route("0.0.0.0", 0, "10.1.0.2", fake.eth1, 1), 0);
	assert_int_equal(route_add(fake.core, &reject), 0);
	assert_int_equal(find("192.0.2.1", fake.eth1->index, &p), 0);
	assert_ptr_equal(p.iface, fake.eth1);
	fake.eth0->up = false;
	expect_next_hop("192.0.2.1", "10.1.0.2");
	assert_int_equal(find("192.0.2.1", fake.eth0->index, &p), -LEAT_ENETDOWN);
	assert_int_equal(find("203.0.113.1", 0, &p), -LEAT_ENETUNREACH);
}

/*
 * Packets to this host's own addresses use loopback, and their source is the same address;
 * 127.0.0.1 for 127.0.0.0/8.
 */
static void
own_addresses_are_local(void **state)
{
	struct ipaddr own, lo4 = IPADDR_LOOPBACK4;
	struct path p;

	(void)state;
	own = addr("10.0.0.1");
	fake_address(fake.lo, "127.0.0.1", 8);
	fake_address(fake.eth0, "10.0.0.1", 24);
	assert_int_equal(find("10.0.0.1", 0, &p), 0);
	assert_true(p.local);
	assert_ptr_equal(p.iface, fake.lo);
	assert_true(ipaddr_eq(&p.src, &own));
	assert_int_equal(find("127.9.9.9", 0, &p), 0);
	assert_true(p.local && ipaddr_eq(&p.src, &lo4));
}

static void
expect_source(const char *dst, const char *src)
{
	struct ipaddr s = addr(src);
	struct path p;
	char text[IPADDR_TEXT];

	assert_int_equal(find(dst, 0, &p), 0);
	if (!ipaddr_eq(&p.src, &s))
		fail_msg("source to %s is %s, not %s", dst, ipaddr_text(&p.src, text), src);
}

/* RFC 6724, 5: scope, deprecation, label, longest prefix, in this order. */
static void
source_is_chosen_by_the_rules(void **state)
{
	struct ipaddr a;

	(void)state;
	fake_address(fake.eth0, "fe80::1", 64);
	fake_address(fake.eth0, "2001:db8:1::1", 64);
	fake_address(fake.eth0, "2001:db8:2::1", 64);
	fake_address(fake.eth0, "fd00:1::1", 64);
	assert_int_equal(fake_route("::", 0, "fe80::99", fake.eth0, 0), 0);
	expect_source("fe80::5", "fe80::1");
	expect_source("ff02::5", "fe80::1");
	expect_source("2001:db8:1::9", "2001:db8:1::1");
	expect_source("2001:db8:2::9", "2001:db8:2::1");
	expect_source("fd00:77::1", "fd00:1::1");
	expect_source("2600::1", "2001:db8:1::1");
	a = addr("2001:db8:1::1");
	iface_addr_set_state(fake.eth0, iface_addr_find(fake.eth0, &a), ADDR_DEPRECATED);
	expect_source("2600::1", "2001:db8:2::1");
	expect_source("2001:db8:1::9", "2001:db8:2::1"); /* rule 3 before rule 8 */
	a = addr("2001:db8:2::1");
	iface_addr_set_state(fake.eth0, iface_addr_find(fake.eth0, &a), ADDR_TENTATIVE);
	expect_source("2600::1", "fd00:1::1"); /* rule 3 before rule 6 */
}

/*
 * IPv4: a source in the subnet of the next hop. Without an address of the family there is no path.
 */
static void
source_in_ipv4_is_of_the_next_hops_subnet(void **state)
{
	struct path p;

	(void)state;
	fake_address(fake.eth0, "10.0.0.1", 24);
	fake_address(fake.eth0, "192.168.0.1", 24);
	fake_address(fake.eth0, "10.0.0.3", 24);
	assert_int_equal(fake_route("0.0.0.0", 0, "192.168.0.254", fake.eth0, 0), 0);
	assert_int_equal(fake_route("::", 0, "fe80::99", fake.eth0, 0), 0);
	expect_source("8.8.8.8", "192.168.0.1");
	expect_source("10.0.0.9", "10.0.0.1");
	assert_int_equal(find("2600::1", 0, &p), -LEAT_EADDRNOTAVAIL);
}

/* A source that the caller names is kept. A route may name one. */
static void
a_given_source_is_kept(void **state)
{
	struct ipaddr dst = addr("192.0.2.1"), src = addr("198.51.100.1");
	struct route r = {.dst = addr("192.0.2.0"),
	    .bits = 24,
	    .gateway = addr("10.0.0.2"),
	    .ifindex = 2,
	    .src = addr("10.0.0.7"),
	    .mtu = 1300};
	struct path p;

	(void)state;
	fake_address(fake.eth0, "10.0.0.1", 24);
	fake_address(fake.eth0, "10.0.0.7", 24);
	assert_int_equal(route_add(fake.core, &r), 0);
	expect_source("192.0.2.1", "10.0.0.7");
	assert_int_equal(route_find(fake.core, &dst, &src, 0, &p), 0);
	assert_true(ipaddr_eq(&p.src, &src));
	assert_int_equal(p.mtu, 1300);
}

/*
 * RFC 8201, 4 and RFC 1191, 6.3: a path MTU only shrinks, not below the minimum; it lasts ten
 * minutes, in bounded memory.
 */
static void
path_mtu_is_learned_and_expires(void **state)
{
	struct ipaddr d = addr("192.0.2.1"), d6 = addr("2600::1");
	uint64_t gen;
	struct path p;

	(void)state;
	fake_address(fake.eth0, "10.0.0.1", 24);
	assert_int_equal(fake_route("0.0.0.0", 0, "10.0.0.2", fake.eth0, 0), 0);
	assert_true(route_learn_mtu(fake.core, &d, 1400));
	assert_false(route_learn_mtu(fake.core, &d, 1400));
	assert_false(route_learn_mtu(fake.core, &d, 1450));
	assert_true(route_learn_mtu(fake.core, &d, 100));
	assert_false(route_learn_mtu(fake.core, &d, 99));
	find("192.0.2.1", 0, &p);
	assert_int_equal(p.mtu, 576);
	assert_true(route_learn_mtu(fake.core, &d6, 100));
	assert_false(route_learn_mtu(fake.core, &d6, 1280));
	gen = route_generation(fake.core);
	fake_advance(599 * SEC);
	find("192.0.2.1", 0, &p);
	assert_int_equal(p.mtu, 576);
	assert_int_equal(route_generation(fake.core), gen);
	fake_advance(2 * SEC);
	find("192.0.2.1", 0, &p);
	assert_int_equal(p.mtu, 1500);
	assert_true(route_generation(fake.core) != gen);
	for (uint32_t i = 0; i < 20000; i++) {
		d = ipaddr_v4(0x08000000 + i);
		assert_true(route_learn_mtu(fake.core, &d, 1300));
	}
	find("8.0.0.1", 0, &p);
	assert_int_equal(p.mtu, 1500); /* removed to make room */
	find("8.0.78.31", 0, &p);
	assert_int_equal(p.mtu, 1300);
}

/* An address adds the route of its prefix, and removes it again unless another address needs it. */
static void
addresses_add_their_routes(void **state)
{
	struct ipaddr a = addr("10.0.0.1"), b = addr("10.0.0.2"), bad = addr("224.0.0.1");
	struct path p;

	(void)state;
	fake_address(fake.eth0, "10.0.0.1", 24);
	fake_address(fake.eth0, "10.0.0.2", 24);
	assert_int_equal(iface_addr_add(fake.eth0, &a, 24, true), -LEAT_EEXIST);
	assert_int_equal(iface_addr_add(fake.eth0, &bad, 24, true), -LEAT_EINVAL);
	assert_int_equal(iface_addr_del(fake.eth0, &a), 0);
	assert_int_equal(find("10.0.0.9", 0, &p), 0);
	assert_int_equal(iface_addr_del(fake.eth0, &b), 0);
	assert_int_equal(iface_addr_del(fake.eth0, &b), -LEAT_ENOENT);
	assert_int_equal(find("10.0.0.9", 0, &p), -LEAT_ENETUNREACH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    fake_test(longest_prefix_wins),
	    fake_test(lowest_metric_wins),
	    fake_test(trie_agrees_with_a_list),
	    fake_test(interface_and_reject_are_honoured),
	    fake_test(own_addresses_are_local),
	    fake_test(source_is_chosen_by_the_rules),
	    fake_test(source_in_ipv4_is_of_the_next_hops_subnet),
	    fake_test(a_given_source_is_kept),
	    fake_test(path_mtu_is_learned_and_expires),
	    fake_test(addresses_add_their_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
