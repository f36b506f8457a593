/*
 * IPv4: RFC 791, RFC 1122, RFC 6864.
 */
#include "harness.h"

static void
hear4(struct host *h, const char *src, const char *dst, uint8_t proto, const void *payload, size_t len)
{
	uint8_t p[2000];

	host_payload(h, ETH_TYPE_IP4, p, make4(p, src, dst, proto, 0, payload, len));
}

/* RFC 1122, 3.2.1: a packet for this host reaches its transport, trimmed to its length. */
static void
packet_to_us_is_delivered_without_padding(void **state)
{
	struct host *h = *state;
	uint8_t p[100] = {0};

	make4(p, "10.0.0.2", "10.0.0.1", TEST_PROTO, 0, "hello", 5);
	host_payload(h, ETH_TYPE_IP4, p, 46);
	assert_int_equal(h->received, 1);
	assert_int_equal(h->data_len, 5);
	assert_memory_equal(h->data, "hello", 5);
	assert_int_equal(h->rx.ttl, 64);
	assert_false(h->rx.group);
}

/* RFC 1122, 3.2.1.1, 3.2.1.2: version, lengths and checksum, each with its own counter. */
static void
bad_headers_are_counted(void **state)
{
	struct host *h = *state;
	uint8_t p[100];
	size_t n = make4(p, "10.0.0.2", "10.0.0.1", TEST_PROTO, 0, "hello", 5);

	host_payload(h, ETH_TYPE_IP4, p, 19);
	assert_int_equal(h->core->drops[DROP_TOO_SHORT], 1);
	host_payload(h, ETH_TYPE_IP4, p, n - 1); /* Total Length is more than what arrived */
	p[0] = 0x65;
	host_payload(h, ETH_TYPE_IP4, p, n);
	p[0] = 0x44;
	host_payload(h, ETH_TYPE_IP4, p, n);
	p[0] = 0x4f;
	host_payload(h, ETH_TYPE_IP4, p, n);
	assert_int_equal(h->core->drops[DROP_IP_BAD_HEADER], 4);
	p[0] = 0x45;
	p[IP4_TTL]++;
	host_payload(h, ETH_TYPE_IP4, p, n);
	assert_int_equal(h->core->drops[DROP_IP_BAD_SUM], 1);
	assert_int_equal(h->received, 0);
}

/* RFC 1122, 3.2.1.3: addresses that no sender may have. */
static void
martian_sources_are_refused(void **state)
{
	struct host *h = *state;
	static const char *const src[] = {"127.0.0.1", "224.0.0.1", "255.255.255.255", "0.0.0.0", "0.1.2.3",
	    "240.0.0.1", "10.0.0.255", "10.0.0.1"};

	for (unsigned i = 0; i < sizeof src / sizeof src[0]; i++) {
		hear4(h, src[i], "10.0.0.1", TEST_PROTO, "x", 1);
		assert_int_equal(h->core->drops[DROP_IP_MARTIAN_SOURCE], i + 1);
	}
	assert_int_equal(h->received, 0);
	hear4(h, "0.0.0.0", "255.255.255.255", TEST_PROTO, "x", 1); /* a host without an address */
	assert_int_equal(h->received, 1);
}

/* ICMPv6 belongs to IPv6. In IPv4 it is an unsupported protocol (RFC 1122, 3.2.2.1). */
static void
icmp6_over_ipv4_is_not_supported(void **state)
{
	struct host *h = *state;
	uint8_t m[8], f[200];

	icmp_put(m, ICMP6_ECHO, 0, 1);
	hear4(h, "10.0.0.2", "10.0.0.1", IP_PROTO_ICMP6, m, sizeof m);
	assert_int_equal(h->core->drops[DROP_IP_NO_PROTOCOL], 1);
	assert_int_not_equal(host_sent_bytes(h, 0, f), 0);
	assert_int_equal(f[ETH_HDR_LEN + 20], ICMP4_UNREACH);
	assert_int_equal(f[ETH_HDR_LEN + 21], ICMP4_UNREACH_PROTO);
}

/* RFC 1122, 3.2.1.3 (g): 127/8 must not arrive from a link. */
static void
loopback_destination_by_a_link_is_refused(void **state)
{
	struct host *h = *state;

	host_loopback(h);
	hear4(h, "10.0.0.2", "127.0.0.1", TEST_PROTO, "x", 1);
	assert_int_equal(h->core->drops[DROP_IP_MARTIAN_DEST], 1);
	assert_int_equal(h->received, 0);
}

/*
 * RFC 1122, 3.2.1.3: packets for other hosts are dropped silently, unless the core is transparent.
 */
static void
packets_to_others_only_when_transparent(void **state)
{
	struct host *h = *state;

	hear4(h, "10.0.0.2", "192.0.2.1", TEST_PROTO, "x", 1);
	assert_int_equal(h->core->drops[DROP_IP_NOT_FOR_US], 1);
	assert_int_equal(h->wire[0].sent.count, 0);
	h->core->transparent = true;
	hear4(h, "10.0.0.2", "192.0.2.1", TEST_PROTO, "x", 1);
	assert_int_equal(h->received, 1);
}

/* RFC 1122, 3.3.6: packets to broadcast and to joined groups are delivered and marked. */
static void
groups_are_delivered_when_joined(void **state)
{
	struct host *h = *state;
	struct ipaddr g = addr("239.1.2.3");
	uint8_t frame[100], p[100];
	size_t n = make4(p, "10.0.0.2", "239.1.2.3", TEST_PROTO, 0, "x", 1);

	ethernet_group_mac(&g, frame);
	memcpy(frame + 6, TEST_MAC_PEER, 6);
	be16_put(frame + 12, ETH_TYPE_IP4);
	memcpy(frame + ETH_HDR_LEN, p, n);
	host_frame(h, 0, frame, n + ETH_HDR_LEN);
	assert_int_equal(h->received, 0);
	assert_int_equal(iface_join(h->eth[0], &g), 0);
	host_frame(h, 0, frame, n + ETH_HDR_LEN);
	assert_int_equal(h->received, 1);
	assert_true(h->rx.group);
	hear4(h, "10.0.0.2", "10.0.0.255", TEST_PROTO, "x", 1);
	assert_int_equal(h->received, 2);
	assert_true(h->rx.group);
	assert_int_equal(iface_leave(h->eth[0], &g), 0);
}

/* RFC 1122, 3.3.6: a broadcast frame must not carry a packet to one host. */
static void
unicast_in_a_broadcast_frame_is_refused(void **state)
{
	struct host *h = *state;
	uint8_t f[100];
	size_t n = make4(f + ETH_HDR_LEN, "10.0.0.2", "10.0.0.1", TEST_PROTO, 0, "x", 1);

	memset(f, 0xff, 6);
	memcpy(f + 6, TEST_MAC_PEER, 6);
	be16_put(f + 12, ETH_TYPE_IP4);
	host_frame(h, 0, f, n + ETH_HDR_LEN);
	assert_int_equal(h->core->drops[DROP_IP_LINK_GROUP], 1);
}

static void
hear_options(struct host *h, const uint8_t *options, size_t len)
{
	uint8_t p[100];
	struct ipaddr s = addr("10.0.0.2"), d = addr("10.0.0.1");

	ip4_put(p, 0, (uint16_t)(20 + len + 1), 1, 0, 64, TEST_PROTO, &s, &d);
	p[0] = (uint8_t)(0x40 | (5 + len / 4));
	memcpy(p + 20, options, len);
	p[20 + len] = 'x';
	checksum_put(p + IP4_SUM, checksum_add(p, 20 + len, 0));
	host_payload(h, ETH_TYPE_IP4, p, 21 + len);
}

/*
 * RFC 1122, 3.2.1.8: options are skipped. RFC 7126: source routes are refused. Malformed options
 * are answered with an error (RFC 792).
 */
static void
options_are_validated(void **state)
{
	struct host *h = *state;
	static const uint8_t fine[4] = {1, 1, 1, 0}, router_alert[4] = {148, 4, 0, 0},
			     lsrr[4] = {131, 3, 4, 0}, zero[4] = {7, 0, 0, 0}, beyond[4] = {7, 9, 0, 0},
			     cut[4] = {1, 1, 1, 7};
	uint8_t f[2000];

	hear_options(h, fine, 4);
	hear_options(h, router_alert, 4);
	assert_int_equal(h->received, 2);
	assert_memory_equal(h->data, "x", 1);
	hear_options(h, lsrr, 4);
	assert_int_equal(h->core->drops[DROP_IP_SOURCE_ROUTE], 1);
	assert_int_equal(h->wire[0].sent.count, 0);
	hear_options(h, zero, 4);
	hear_options(h, beyond, 4);
	hear_options(h, cut, 4);
	assert_int_equal(h->core->drops[DROP_IP_BAD_OPTION], 3);
	assert_int_not_equal(host_sent_bytes(h, 0, f), 0);
	assert_int_equal(f[ETH_HDR_LEN + 20], ICMP4_PARAM);
	assert_int_equal(f[ETH_HDR_LEN + 20 + ICMP4_POINTER], 21);
}

/* RFC 1122, 3.2.2.1: an unsupported protocol is answered with an error. */
static void
unknown_protocol_is_answered(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	hear4(h, "10.0.0.2", "10.0.0.1", 253, "12345678", 8);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 20 + 8 + 28);
	assert_int_equal(f[ETH_HDR_LEN + 20], ICMP4_UNREACH);
	assert_int_equal(f[ETH_HDR_LEN + 21], ICMP4_UNREACH_PROTO);
	assert_int_equal(checksum_add(f + ETH_HDR_LEN, 20, 0), 0xffff);
	assert_int_equal(checksum_add(f + ETH_HDR_LEN + 20, 36, 0), 0xffff);
	assert_int_equal(h->core->drops[DROP_IP_NO_PROTOCOL], 1);
}

/*
 * RFC 791, 3.1: packets are sent with TTL 64, a right checksum, and DF as requested. RFC 6864: only
 * a packet that may be fragmented gets an ID.
 */
static void
header_sent_is_right(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];
	const uint8_t *ip = f + ETH_HDR_LEN;
	uint16_t id;

	host_send(h, "10.0.0.1", "10.0.0.2", "hello", 5, true);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 25);
	assert_true(ip4_valid(ip, 25));
	assert_int_equal(checksum_add(ip, 20, 0), 0xffff);
	assert_int_equal(ip4_ttl(ip), 64);
	assert_true(ip4_dont_fragment(ip));
	assert_int_equal(ip4_id(ip), 0);
	host_send(h, "10.0.0.1", "10.0.0.2", "hello", 5, false);
	host_sent_bytes(h, 0, f);
	assert_false(ip4_dont_fragment(ip));
	id = ip4_id(ip);
	host_send(h, "10.0.0.1", "10.0.0.2", "hello", 5, false);
	host_sent_bytes(h, 0, f);
	assert_int_equal(ip4_id(ip), (uint16_t)(id + 1));
}

/*
 * RFC 1191: a packet that must not be fragmented is refused with a count and an error. RFC 1122,
 * 3.3.1: so is a packet without a route.
 */
static void
what_cannot_be_sent_is_refused(void **state)
{
	struct host *h = *state;
	static const uint8_t big[1481];
	struct route r = {.dst = addr("0.0.0.0"), .gateway = addr("10.0.0.2"), .ifindex = 1};

	assert_int_equal(host_send(h, "10.0.0.1", "10.0.0.2", big, sizeof big, true), -LEAT_EMSGSIZE);
	assert_int_equal(h->core->drops[DROP_IP_TOO_BIG], 1);
	assert_int_equal(host_send(h, "10.0.0.77", "10.0.0.2", "x", 1, true), -LEAT_EADDRNOTAVAIL);
	assert_int_equal(route_del(h->core, &r), 0);
	assert_int_equal(host_send(h, "10.0.0.1", "192.0.2.1", "x", 1, true), -LEAT_ENETUNREACH);
	assert_int_equal(h->core->drops[DROP_IP_NO_ROUTE], 1);
}

/* RFC 1122, 3.2.1.3 (g): packets to an address of this host stay on loopback. */
static void
own_addresses_go_by_loopback(void **state)
{
	struct host *h = *state;

	host_loopback(h);
	assert_int_equal(host_send(h, "127.0.0.1", "127.0.0.1", "a", 1, true), 0);
	assert_int_equal(host_send(h, "127.0.0.1", "127.1.2.3", "a", 1, true), 0);
	assert_int_equal(host_send(h, "10.0.0.1", "10.0.0.1", "b", 1, true), 0);
	assert_int_equal(host_send(h, "::1", "::1", "c", 1, true), 0);
	assert_int_equal(host_send(h, "fd00::1", "fd00::1", "d", 1, true), 0);
	assert_int_equal(h->wire[0].sent.count, 0);
	host_run_loopback(h);
	assert_int_equal(h->received, 5);
	assert_int_equal(host_send(h, "127.0.0.1", "10.0.0.2", "x", 1, true), -LEAT_EADDRNOTAVAIL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    usual_test(packet_to_us_is_delivered_without_padding),
	    usual_test(bad_headers_are_counted),
	    usual_test(martian_sources_are_refused),
	    usual_test(icmp6_over_ipv4_is_not_supported),
	    usual_test(loopback_destination_by_a_link_is_refused),
	    usual_test(packets_to_others_only_when_transparent),
	    usual_test(groups_are_delivered_when_joined),
	    usual_test(unicast_in_a_broadcast_frame_is_refused),
	    usual_test(options_are_validated),
	    usual_test(unknown_protocol_is_answered),
	    usual_test(header_sent_is_right),
	    usual_test(what_cannot_be_sent_is_refused),
	    usual_test(own_addresses_go_by_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
