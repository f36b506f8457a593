/*
 * IPv6: RFC 8200, RFC 4291, RFC 5095.
 */
#include "harness.h"

static void
hear6(struct host *h, const char *src, const char *dst, uint8_t next, const void *payload, size_t len)
{
	uint8_t p[2000];

	host_payload(h, ETH_TYPE_IP6, p, make6(p, src, dst, next, 64, payload, len));
}

/* Checks the parameter problem that was sent, or that none was. */
static void
expect_param(struct host *h, uint8_t code, uint32_t pointer)
{
	uint8_t f[2000];

	assert_int_not_equal(host_sent_bytes(h, 0, f), 0);
	assert_int_equal(f[ETH_HDR_LEN + 40], ICMP6_PARAM);
	assert_int_equal(f[ETH_HDR_LEN + 41], code);
	assert_int_equal(be32_get(f + ETH_HDR_LEN + 44), pointer);
	assert_int_equal(h->wire[0].sent.count, 0);
}

/* RFC 8200, 3. */
static void
packet_to_us_is_delivered_without_padding(void **state)
{
	struct host *h = *state;
	uint8_t p[100] = {0};

	make6(p, "fd00::2", "fd00::1", TEST_PROTO, 64, "hello", 5);
	host_payload(h, ETH_TYPE_IP6, p, 46);
	assert_int_equal(h->received, 1);
	assert_int_equal(h->data_len, 5);
	assert_memory_equal(h->data, "hello", 5);
}

/* Version and lengths. */
static void
bad_headers_are_counted(void **state)
{
	struct host *h = *state;
	uint8_t p[100];
	size_t n = make6(p, "fd00::2", "fd00::1", TEST_PROTO, 64, "hello", 5);

	host_payload(h, ETH_TYPE_IP6, p, 39);
	assert_int_equal(h->core->drops[DROP_TOO_SHORT], 1);
	host_payload(h, ETH_TYPE_IP6, p, n - 1);
	p[0] = 0x50;
	host_payload(h, ETH_TYPE_IP6, p, n);
	assert_int_equal(h->core->drops[DROP_IP_BAD_HEADER], 2);
}

/*
 * Mapped addresses would be treated as IPv4, groups never send, and ::1 never arrives from a link
 * (RFC 4291, 2.5.3, 2.7; RFC 4942, 2.2).
 */
static void
martians_are_refused(void **state)
{
	struct host *h = *state;
	uint8_t p[100];
	size_t n = make6(p, "fd00::2", "fd00::1", TEST_PROTO, 64, "x", 1);
	static const uint8_t mapped[16] = {[10] = 0xff, 0xff, 10, 0, 0, 1};

	hear6(h, "ff02::1", "fd00::1", TEST_PROTO, "x", 1);
	hear6(h, "::1", "fd00::1", TEST_PROTO, "x", 1);
	memcpy(p + IP6_SRC, mapped, 16);
	host_payload(h, ETH_TYPE_IP6, p, n);
	assert_int_equal(h->core->drops[DROP_IP_MARTIAN_SOURCE], 3);
	make6(p, "fd00::2", "fd00::1", TEST_PROTO, 64, "x", 1);
	memcpy(p + IP6_DST, mapped, 16);
	h->core->transparent = true;
	host_payload(h, ETH_TYPE_IP6, p, n);
	hear6(h, "fd00::2", "::1", TEST_PROTO, "x", 1);
	hear6(h, "fd00::2", "::", TEST_PROTO, "x", 1);
	hear6(h, "fd00::2", "ff00::1", TEST_PROTO, "x", 1);
	hear6(h, "fd00::2", "ff01::1", TEST_PROTO, "x", 1);
	assert_int_equal(h->core->drops[DROP_IP_MARTIAN_DEST], 5);
	assert_int_equal(h->received, 0);
}

/* ICMP and IGMP belong to IPv4. In IPv6 they are unknown headers (RFC 8200, 4). */
static void
protocols_of_ipv4_are_not_supported(void **state)
{
	struct host *h = *state;
	uint8_t m[8] = {0};

	icmp_put(m, ICMP4_ECHO, 0, 1);
	checksum_put(m + ICMP_SUM, checksum_add(m, sizeof m, 0));
	hear6(h, "fd00::2", "fd00::1", IP_PROTO_ICMP4, m, sizeof m);
	expect_param(h, ICMP6_PARAM_NEXT, IP6_NEXT);
	m[0] = 0x11; /* an IGMP query */
	hear6(h, "fd00::2", "fd00::1", IP_PROTO_IGMP, m, sizeof m);
	expect_param(h, ICMP6_PARAM_NEXT, IP6_NEXT);
	assert_int_equal(h->core->drops[DROP_IP_NO_PROTOCOL], 2);
}

/*
 * No other host sends from an address of this host, whichever link it arrives on. Link-local
 * addresses belong to their link (RFC 4007, 5).
 */
static void
our_own_address_as_source_is_refused(void **state)
{
	struct host *h = *state;
	struct ipaddr a = addr("fd01::1"), b = addr("fe80::77");

	host_ethernet(h, 1, TEST_MAC_US2);
	assert_int_equal(iface_addr_add(h->eth[1], &a, 64, true), 0);
	assert_int_equal(iface_addr_add(h->eth[1], &b, 64, true), 0);
	hear6(h, "fd00::1", "fd00::1", TEST_PROTO, "x", 1);
	hear6(h, "fd01::1", "fd00::1", TEST_PROTO, "x", 1);
	assert_int_equal(h->core->drops[DROP_IP_MARTIAN_SOURCE], 2);
	hear6(h, "fe80::77", "fd00::1", TEST_PROTO, "x", 1);
	assert_int_equal(h->received, 1);
}

/*
 * RFC 8200, 4: options that are to be skipped are skipped, and the upper layer is found after them.
 */
static void
extension_headers_are_walked(void **state)
{
	struct host *h = *state;
	static const uint8_t m[] = {60, 0, 1, 4, 0, 0, 0, 0, /* hop-by-hop: padding */
	    43, 0, 0x1e, 2, 9, 9, 1, 0,      /* destination options: an option to skip if unknown */
	    TEST_PROTO, 0, 0, 0, 0, 0, 0, 0, /* routing, no segments left */
	    'x'};

	hear6(h, "fd00::2", "fd00::1", IP_PROTO_HOPOPTS, m, sizeof m);
	assert_int_equal(h->received, 1);
	assert_int_equal(h->data_len, 1);
	assert_int_equal(h->data[0], 'x');
}

/* RFC 8200, 4.2: the two highest bits of an unknown option. */
static void
unknown_options_do_as_they_say(void **state)
{
	struct host *h = *state;
	uint8_t m[9] = {TEST_PROTO, 0, 0, 4, 0, 0, 0, 0, 'x'};

	m[2] = 0x40;
	hear6(h, "fd00::2", "fd00::1", IP_PROTO_DSTOPTS, m, sizeof m);
	assert_int_equal(h->wire[0].sent.count, 0);
	m[2] = 0x80;
	hear6(h, "fd00::2", "fd00::1", IP_PROTO_DSTOPTS, m, sizeof m);
	expect_param(h, ICMP6_PARAM_OPTION, 42);
	hear6(h, "fd00::2", "ff02::1", IP_PROTO_DSTOPTS, m, sizeof m);
	expect_param(h, ICMP6_PARAM_OPTION, 42);
	m[2] = 0xc0;
	hear6(h, "fd00::2", "fd00::1", IP_PROTO_DSTOPTS, m, sizeof m);
	expect_param(h, ICMP6_PARAM_OPTION, 42);
	hear6(h, "fd00::2", "ff02::1", IP_PROTO_DSTOPTS, m, sizeof m);
	assert_int_equal(h->wire[0].sent.count, 0);
	assert_int_equal(h->core->drops[DROP_IP_BAD_OPTION], 5);
	assert_int_equal(h->received, 0);
}

/*
 * RFC 5095: source routes are refused with an error. RFC 8200, 4.1: the hop-by-hop header must be
 * first.
 */
static void
source_routes_and_misplaced_headers_are_refused(void **state)
{
	struct host *h = *state;
	uint8_t rh[25] = {TEST_PROTO, 2, 0, 1},
		late[17] = {0, 0, 1, 4, 0, 0, 0, 0, TEST_PROTO, 0, 1, 4, 0, 0, 0, 0, 'x'};

	hear6(h, "fd00::2", "fd00::1", IP_PROTO_ROUTING, rh, sizeof rh);
	expect_param(h, ICMP6_PARAM_HEADER, 42);
	assert_int_equal(h->core->drops[DROP_IP_SOURCE_ROUTE], 1);
	hear6(h, "fd00::2", "fd00::1", IP_PROTO_DSTOPTS, late, sizeof late);
	expect_param(h, ICMP6_PARAM_NEXT, 40);
	assert_int_equal(h->received, 0);
}

/* Wrong lengths, options beyond the end, endless chains, and "no next header" (RFC 8200, 4.7). */
static void
broken_chains_are_counted(void **state)
{
	struct host *h = *state;
	uint8_t m[160] = {TEST_PROTO, 9, 1, 4};

	hear6(h, "fd00::2", "fd00::1", IP_PROTO_DSTOPTS, m, 16);
	hear6(h, "fd00::2", "fd00::1", IP_PROTO_DSTOPTS, m, 7);
	m[1] = 0;
	m[3] = 9;
	hear6(h, "fd00::2", "fd00::1", IP_PROTO_DSTOPTS, m, 16);
	for (unsigned i = 0; i < 20; i++)
		memcpy(m + 8 * i, ((uint8_t[]){60, 0, 1, 4, 0, 0, 0, 0}), 8);
	hear6(h, "fd00::2", "fd00::1", IP_PROTO_DSTOPTS, m, sizeof m);
	assert_int_equal(h->core->drops[DROP_IP_BAD_OPTION], 4);
	hear6(h, "fd00::2", "fd00::1", IP_PROTO_NONE, m, 8);
	assert_int_equal(h->core->drops[DROP_IP_NO_PROTOCOL], 1);
	assert_int_equal(h->wire[0].sent.count, 0);
}

/* RFC 4007, 5: a link-local address is valid only on its link. */
static void
link_local_addresses_belong_to_their_link(void **state)
{
	struct host *h = *state;
	uint8_t f[200];
	struct ipaddr a = addr("fe80::77");

	host_ethernet(h, 1, TEST_MAC_US2);
	assert_int_equal(iface_addr_add(h->eth[1], &a, 64, true), 0);
	hear6(h, "fe80::2", "fe80::77", TEST_PROTO, "x", 1);
	assert_int_equal(h->core->drops[DROP_IP_NOT_FOR_US], 1);
	eth_put(f, TEST_MAC_US2, TEST_MAC_PEER, ETH_TYPE_IP6);
	host_frame(
	    h, 1, f, ETH_HDR_LEN + make6(f + ETH_HDR_LEN, "fe80::2", "fe80::77", TEST_PROTO, 64, "x", 1));
	assert_int_equal(h->received, 1);
}

/* RFC 8200, 3 and RFC 6437: hop limit 64, and one flow label for each flow. */
static void
header_sent_is_right(void **state)
{
	struct host *h = *state;
	struct ip_tx tx = {.src = addr("fd00::1"), .dst = addr("fd00::2"), .proto = TEST_PROTO, .tos = 0xa5};
	uint32_t label[3];
	uint8_t f[2000];

	for (unsigned i = 0; i < 3; i++) {
		struct pkt *p = pkt_from_bytes(h->pool, "hello", 5);

		p->flow = i < 2 ? 7 : 8;
		p->l4 = p->data;
		assert_int_equal(core_output(h->core, p, &tx), 0);
		assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 45);
		assert_true(ip6_valid(f + ETH_HDR_LEN, 45));
		assert_int_equal(ip6_hops(f + ETH_HDR_LEN), 64);
		assert_int_equal(ip6_class(f + ETH_HDR_LEN), 0xa5);
		label[i] = ip6_flow_label(f + ETH_HDR_LEN);
	}
	assert_int_equal(label[0], label[1]);
	assert_int_not_equal(label[0], label[2]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    usual_test(packet_to_us_is_delivered_without_padding),
	    usual_test(bad_headers_are_counted),
	    usual_test(martians_are_refused),
	    usual_test(protocols_of_ipv4_are_not_supported),
	    usual_test(our_own_address_as_source_is_refused),
	    usual_test(extension_headers_are_walked),
	    usual_test(unknown_options_do_as_they_say),
	    usual_test(source_routes_and_misplaced_headers_are_refused),
	    usual_test(broken_chains_are_counted),
	    usual_test(link_local_addresses_belong_to_their_link),
	    usual_test(header_sent_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
