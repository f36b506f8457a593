/*
 * Forwarding: RFC 1812, 5; RFC 8200, 3; RFC 1624.
 */
#include "harness.h"

/*
 * A router: 10.0.0.1/24 and fd00::1/64 on eth0, 10.1.0.1/24 and fd01::1/64 on eth1, which has a
 * smaller MTU.
 */
static int
setup_router(void **state)
{
	struct host *h = malloc(sizeof *h);

	host_init_usual(h, pkt_pool_new(64 << 20));
	host_ethernet(h, 1, TEST_MAC_US2);
	h->eth[1]->mtu = 1400;
	host_address(h, 1, "10.1.0.1", 24);
	host_address(h, 1, "fd01::1", 64);
	host_neighbour(h, 1, "10.1.0.2", TEST_MAC_PEER);
	host_neighbour(h, 1, "fd01::2", TEST_MAC_PEER);
	h->core->forwarding = true;
	*state = h;
	return 0;
}

static uint8_t data[1500];

static void
hear4(struct host *h, const char *src, const char *dst, uint8_t ttl, uint16_t frag, size_t len)
{
	uint8_t p[2000];
	size_t n = make4(p, src, dst, 17, frag, data, len);

	p[IP4_TTL] = ttl;
	be16_put(p + IP4_SUM, 0);
	checksum_put(p + IP4_SUM, checksum_add(p, 20, 0));
	host_payload(h, ETH_TYPE_IP4, p, n);
}

static void
hear6(struct host *h, const char *src, const char *dst, uint8_t hops, size_t len)
{
	uint8_t p[2000];

	host_payload(h, ETH_TYPE_IP6, p, make6(p, src, dst, 17, hops, data, len));
}

/* Checks the ICMP or ICMPv6 error that was sent back on eth0. */
static void
expect_error(struct host *h, unsigned v6, uint8_t type, uint8_t code, uint32_t rest)
{
	uint8_t f[2000];
	unsigned at = ETH_HDR_LEN + (v6 ? 40 : 20);

	assert_int_not_equal(host_sent_bytes(h, 0, f), 0);
	assert_int_equal(f[at], type);
	assert_int_equal(f[at + 1], code);
	assert_int_equal(be32_get(f + at + 4), rest);
	assert_int_equal(h->wire[1].sent.count, 0);
}

/* RFC 1812, 5.3.1: one hop less, the checksum still right, all else unchanged. */
static void
ttl_is_counted_down(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	for (unsigned ttl = 2; ttl < 256; ttl++) {
		hear4(h, "10.0.0.2", "10.1.0.2", (uint8_t)ttl, 0, 8);
		assert_int_equal(host_sent_bytes(h, 1, f), ETH_HDR_LEN + 28);
		assert_int_equal(ip4_ttl(f + ETH_HDR_LEN), ttl - 1);
		assert_int_equal(checksum_add(f + ETH_HDR_LEN, 20, 0), 0xffff);
		assert_memory_equal(eth_src(f), TEST_MAC_US2, 6);
	}
	hear6(h, "fd00::2", "fd01::2", 9, 8);
	assert_int_equal(host_sent_bytes(h, 1, f), ETH_HDR_LEN + 48);
	assert_int_equal(ip6_hops(f + ETH_HDR_LEN), 8);
}

/*
 * RFC 1812, 5.3.1; RFC 4443, 3.3: the packet used its last hop. traceroute depends on this error.
 */
static void
an_expired_ttl_is_reported(void **state)
{
	struct host *h = *state;

	for (uint8_t ttl = 0; ttl < 2; ttl++) {
		hear4(h, "10.0.0.2", "10.1.0.2", ttl, 0, 8);
		expect_error(h, 0, ICMP4_TIME_EXCEEDED, ICMP4_TIME_TTL, 0);
		hear6(h, "fd00::2", "fd01::2", ttl, 8);
		expect_error(h, 1, ICMP6_TIME_EXCEEDED, ICMP6_TIME_HOPS, 0);
	}
	assert_int_equal(h->core->drops[DROP_IP_TTL], 4);
}

/*
 * The gateway delivers packets for other hosts, and still counts as a hop. A packet for itself has
 * arrived, whatever its TTL is.
 */
static void
a_transparent_core_is_a_hop(void **state)
{
	struct host *h = *state;

	h->core->transparent = true;
	hear4(h, "10.0.0.2", "10.1.0.2", 1, 0, 8);
	expect_error(h, 0, ICMP4_TIME_EXCEEDED, ICMP4_TIME_TTL, 0);
	hear6(h, "fd00::2", "fd01::2", 1, 8);
	expect_error(h, 1, ICMP6_TIME_EXCEEDED, ICMP6_TIME_HOPS, 0);
	assert_int_equal(h->core->drops[DROP_IP_TTL], 2);
	hear4(h, "10.0.0.2", "10.1.0.2", 2, 0, 8); /* delivered here, where no transport handles UDP */
	expect_error(h, 0, ICMP4_UNREACH, ICMP4_UNREACH_PROTO, 0);
	hear4(h, "10.0.0.2", "10.0.0.1", 1, 0, 8);
	expect_error(h, 0, ICMP4_UNREACH, ICMP4_UNREACH_PROTO, 0);
	assert_int_equal(h->core->drops[DROP_IP_TTL], 2);
}

/*
 * RFC 1191, 4; RFC 4443, 3.2: a packet that is too big is answered with the MTU that fits. Without
 * DF it is fragmented (RFC 791, 3.2).
 */
static void
too_big_is_reported_or_fragmented(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	hear4(h, "10.0.0.2", "10.1.0.2", 64, IP4_DF, 1400);
	expect_error(h, 0, ICMP4_UNREACH, ICMP4_UNREACH_FRAG_NEEDED, 1400);
	hear6(h, "fd00::2", "fd01::2", 64, 1400);
	expect_error(h, 1, ICMP6_TOO_BIG, 0, 1400);
	assert_int_equal(h->core->drops[DROP_IP_TOO_BIG], 2);
	hear4(h, "10.0.0.2", "10.1.0.2", 64, 0, 1400);
	assert_int_equal(host_sent_bytes(h, 1, f), ETH_HDR_LEN + 20 + 1376);
	assert_true(ip4_more_fragments(f + ETH_HDR_LEN));
	assert_int_equal(ip4_ttl(f + ETH_HDR_LEN), 63);
	assert_int_equal(ip4_id(f + ETH_HDR_LEN), 0x1234);
	assert_int_equal(checksum_add(f + ETH_HDR_LEN, 20, 0), 0xffff);
	assert_int_equal(host_sent_bytes(h, 1, f), ETH_HDR_LEN + 20 + 24);
	assert_false(ip4_more_fragments(f + ETH_HDR_LEN));
	assert_int_equal(ip4_frag_offset(f + ETH_HDR_LEN), 1376);
	/*
	 * a fragment that is fragmented again keeps its offset, and its last piece is not the last
	 * of the datagram
	 */
	hear4(h, "10.0.0.2", "10.1.0.2", 64, IP4_MF | 100, 1400);
	host_sent_bytes(h, 1, f);
	assert_int_equal(ip4_frag_offset(f + ETH_HDR_LEN), 800);
	host_sent_bytes(h, 1, f);
	assert_int_equal(ip4_frag_offset(f + ETH_HDR_LEN), 800 + 1376);
	assert_true(ip4_more_fragments(f + ETH_HDR_LEN));
}

/* RFC 1812, 5.3.7; RFC 3927, 7; RFC 4007, 9; RFC 2644: packets that must not leave their link. */
static void
what_belongs_to_a_link_is_not_forwarded(void **state)
{
	struct host *h = *state;

	hear4(h, "169.254.1.1", "10.1.0.2", 64, 0, 8);
	hear4(h, "10.0.0.2", "169.254.1.1", 64, 0, 8);
	hear4(h, "10.0.0.2", "10.1.0.255", 64, 0, 8);
	assert_int_equal(h->core->drops[DROP_IP_MARTIAN_DEST], 3);
	hear4(h, "127.0.0.1", "10.1.0.2", 64, 0, 8);
	hear4(h, "10.0.0.2", "224.0.0.5", 64, 0, 8);
	hear6(h, "fe80::2", "fd01::2", 64, 8);
	assert_int_equal(h->wire[1].sent.count, 0);
}

/* RFC 1812, 4.3.3.1, 5.3.3; RFC 4443, 3.1: no route, and a neighbour that does not answer. */
static void
unreachable_is_reported(void **state)
{
	struct host *h = *state;
	struct route r = {.dst = addr("10.2.0.0"), .bits = 16, .reject = true};

	assert_int_equal(route_add(h->core, &r), 0);
	hear4(h, "10.0.0.2", "10.2.0.1", 64, 0, 8);
	expect_error(h, 0, ICMP4_UNREACH, ICMP4_UNREACH_NET, 0);
	assert_int_equal(h->core->drops[DROP_IP_NO_ROUTE], 1);
	hear4(h, "10.0.0.2", "10.1.0.9", 64, 0, 8);
	hear6(h, "fd00::2", "fd01::9", 64, 8);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(h->wire[0].sent.count, 0);
		host_advance(h, SEC);
	}
	while (h->wire[1].sent.count)
		pkt_free(host_sent(h, 1));
	expect_error(h, 0, ICMP4_UNREACH, ICMP4_UNREACH_HOST, 0);
	expect_error(h, 1, ICMP6_UNREACH, ICMP6_UNREACH_ADDR, 0);
}

/* A host does not forward (RFC 1122, 3.3.4.2). */
static void
a_host_forwards_nothing(void **state)
{
	struct host *h = *state;

	h->core->forwarding = false;
	hear4(h, "10.0.0.2", "10.1.0.2", 64, 0, 8);
	hear6(h, "fd00::2", "fd01::2", 64, 8);
	assert_int_equal(h->core->drops[DROP_IP_NOT_FOR_US], 2);
	assert_int_equal(h->wire[1].sent.count, 0);
}

#define router_test(f) cmocka_unit_test_setup_teardown(f, setup_router, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    router_test(ttl_is_counted_down),
	    router_test(an_expired_ttl_is_reported),
	    router_test(a_transparent_core_is_a_hop),
	    router_test(too_big_is_reported_or_fragmented),
	    router_test(what_belongs_to_a_link_is_not_forwarded),
	    router_test(unreachable_is_reported),
	    router_test(a_host_forwards_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
