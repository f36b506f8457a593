/*
 * Neighbour discovery: RFC 4861, RFC 4862.
 */
#include "harness.h"

#include <stdio.h>

static const uint8_t EVIL[6] = {2, 0, 0, 0, 6, 6};

/* A solicitation or advertisement with a link-address option of type @option (0 = none). */
static void
hear_ndp(struct host *h, const char *src, const char *dst, uint8_t hops, uint8_t type, uint32_t flags,
    const char *target, uint8_t option)
{
	struct ipaddr t = addr(target);
	uint8_t m[32] = {0}, p[200];

	icmp_put(m, type, 0, flags);
	memcpy(m + NDP_TARGET, ipaddr_octets(&t), 16);
	if (option)
		ndp_put_link_option(m + NDP_NEIGHBOR_LEN, option, TEST_MAC_PEER);
	host_payload(h, ETH_TYPE_IP6, p, make_icmp6(p, src, dst, hops, m, option ? 32 : 24));
}

static bool
sent_ndp(struct host *h, uint8_t type, uint8_t *f)
{
	while (host_sent_bytes(h, 0, f)) {
		const uint8_t *ip = f + ETH_HDR_LEN;
		struct ipaddr s = ip6_src(ip), d = ip6_dst(ip);

		assert_int_equal(eth_type(f), ETH_TYPE_IP6);
		if (ip6_next(ip) != IP_PROTO_ICMP6)
			continue; /* a membership report */
		assert_int_equal(checksum_add(ip + 40, ip6_payload_len(ip),
				     checksum_pseudo(&s, &d, IP_PROTO_ICMP6, ip6_payload_len(ip))),
		    0xffff);
		if (ip[40] != type)
			continue;
		assert_int_equal(ip6_hops(ip), 255);
		return true;
	}
	return false;
}

static void
one_state(const struct neigh_info *info, void *arg)
{
	const uint8_t *o = ipaddr_octets(&info->addr);

	if (o[15] == 9)
		*(enum neigh_state *)arg = info->state;
}

static enum neigh_state
state_of_9(struct host *h)
{
	enum neigh_state s = NEIGH_NONE;

	neigh_each(h->core, one_state, &s);
	return s;
}

/*
 * RFC 4861, 7.2.4: the answer has the solicited and override flags and this host's link address.
 * The asking host becomes STALE.
 */
static void
solicitation_for_us_is_answered(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	hear_ndp(
	    h, "fd00::9", "ff02::1:ff00:1", 255, ICMP6_NEIGHBOR_SOLICIT, 0, "fd00::1", NDP_OPT_SOURCE_LINK);
	assert_true(sent_ndp(h, ICMP6_NEIGHBOR_ADVERT, f));
	assert_memory_equal(eth_dst(f), TEST_MAC_PEER, 6);
	assert_int_equal(f[ETH_HDR_LEN + 44], NDP_NA_SOLICITED | NDP_NA_OVERRIDE);
	assert_memory_equal(f + ETH_HDR_LEN + 40 + 26, TEST_MAC_US, 6);
}

/*
 * RFC 4861, 7.1: hop limit 255, code 0, lengths, targets. Each failure is counted, and nothing is
 * learned.
 */
static void
invalid_messages_are_refused(void **state)
{
	struct host *h = *state;
	uint8_t m[40] = {0}, p[200];
	struct ipaddr t = addr("fd00::1");

	hear_ndp(h, "fd00::9", "fd00::1", 254, ICMP6_NEIGHBOR_SOLICIT, 0, "fd00::1", 1);
	hear_ndp(h, "fd00::9", "fd00::1", 255, ICMP6_NEIGHBOR_SOLICIT, 0, "ff02::1", 1);
	hear_ndp(h, "::", "ff02::1:ff00:1", 255, ICMP6_NEIGHBOR_SOLICIT, 0, "fd00::1", 1);
	hear_ndp(h, "::", "ff02::1", 255, ICMP6_NEIGHBOR_SOLICIT, 0, "fd00::1", 0);
	hear_ndp(h, "fd00::9", "ff02::1", 255, ICMP6_NEIGHBOR_ADVERT, (uint32_t)NDP_NA_SOLICITED << 24,
	    "fd00::9", 2);
	hear_ndp(h, "fd00::9", "fd00::1", 254, ICMP6_NEIGHBOR_ADVERT, 0, "fd00::9", 2);
	assert_int_equal(h->core->drops[DROP_NDP_BAD], 6);
	icmp_put(m, ICMP6_NEIGHBOR_SOLICIT, 0, 0);
	memcpy(m + NDP_TARGET, ipaddr_octets(&t), 16);
	m[24] = 1; /* an option of length 0: a loop over the options would not end */
	host_payload(h, ETH_TYPE_IP6, p, make_icmp6(p, "fd00::9", "fd00::1", 255, m, 32));
	m[25] = 2; /* and one that reaches beyond the message */
	host_payload(h, ETH_TYPE_IP6, p, make_icmp6(p, "fd00::9", "fd00::1", 255, m, 32));
	host_payload(h, ETH_TYPE_IP6, p, make_icmp6(p, "fd00::9", "fd00::1", 255, m, 20));
	m[ICMP_CODE] = 1;
	host_payload(h, ETH_TYPE_IP6, p, make_icmp6(p, "fd00::9", "fd00::1", 255, m, 24));
	assert_int_equal(h->core->drops[DROP_NDP_BAD], 10);
	assert_int_equal(h->wire[0].sent.count, 0);
	assert_int_equal(state_of_9(h), NEIGH_NONE);
}

/* A neighbour's message @m after a fragment header: @len octets of it from @from on. */
static void
hear_piece(struct host *h, uint32_t id, const uint8_t *m, uint32_t from, uint32_t len, bool more)
{
	uint8_t f[100], p[200];

	ip6_frag_put(f, IP_PROTO_ICMP6, from, more, id);
	memcpy(f + IP6_FRAG_LEN, m + from, len);
	host_payload(h, ETH_TYPE_IP6, p,
	    make6(p, "fe80::9", "fd00::1", IP_PROTO_FRAGMENT, 255, f, IP6_FRAG_LEN + len));
}

/* RFC 6980, 5: all five messages are ignored if they have a fragment header, in pieces or whole. */
static void
messages_with_a_fragment_header_are_ignored(void **state)
{
	struct host *h = *state;
	struct ipaddr us = addr("fd00::1");

	assert_int_equal(net_autoconf(h->net, h->eth[0]), 0);
	host_discard(h);
	for (uint8_t type = ICMP6_ROUTER_SOLICIT; type <= ICMP6_REDIRECT; type++) {
		uint8_t m[48] = {0}, whole[100];
		uint64_t before = h->core->drops[DROP_NDP_FRAGMENTED];

		icmp_put(m, type, 0, (uint32_t)(NDP_NA_SOLICITED | NDP_NA_OVERRIDE) << 24);
		memcpy(m + NDP_TARGET, ipaddr_octets(&us), 16);
		ndp_put_link_option(m + 40, NDP_OPT_SOURCE_LINK, TEST_MAC_PEER);
		make_icmp6(whole, "fe80::9", "fd00::1", 255, m, sizeof m);
		hear_piece(h, type, whole + IP6_HDR_LEN, 0, sizeof m, false);
		assert_int_equal(h->core->drops[DROP_NDP_FRAGMENTED], before + 1);
		hear_piece(h, type, whole + IP6_HDR_LEN, 0, 40, true);
		hear_piece(h, type, whole + IP6_HDR_LEN, 40, 8, false);
		assert_int_equal(h->core->drops[DROP_NDP_FRAGMENTED], before + 2);
	}
	assert_int_equal(state_of_9(h), NEIGH_NONE);
	assert_int_equal(h->wire[0].sent.count, 0);
}

/*
 * RFC 4861, 7.2.2 and 7.3: INCOMPLETE, REACHABLE after the answer, STALE after its time, DELAY when
 * used, PROBE, FAILED.
 */
static void
a_neighbour_goes_through_its_states(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	host_send(h, "fd00::1", "fd00::9", "12345678", 8, true);
	assert_int_equal(state_of_9(h), NEIGH_INCOMPLETE);
	assert_true(sent_ndp(h, ICMP6_NEIGHBOR_SOLICIT, f));
	assert_memory_equal(eth_dst(f), ((uint8_t[]){0x33, 0x33, 0xff, 0, 0, 9}), 6);
	hear_ndp(h, "fd00::9", "fd00::1", 255, ICMP6_NEIGHBOR_ADVERT,
	    (uint32_t)(NDP_NA_SOLICITED | NDP_NA_OVERRIDE) << 24, "fd00::9", NDP_OPT_TARGET_LINK);
	assert_int_equal(state_of_9(h), NEIGH_REACHABLE);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 48);
	host_advance(h, 14 * SEC);
	assert_int_equal(state_of_9(h), NEIGH_REACHABLE);
	host_advance(h, 32 * SEC);
	assert_int_equal(state_of_9(h), NEIGH_STALE);
	host_send(h, "fd00::1", "fd00::9", "12345678", 8, true);
	assert_int_equal(state_of_9(h), NEIGH_DELAY);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 48); /* at once */
	host_advance(h, 5 * SEC);
	assert_int_equal(state_of_9(h), NEIGH_PROBE);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(sent_ndp(h, ICMP6_NEIGHBOR_SOLICIT, f));
		assert_memory_equal(eth_dst(f), TEST_MAC_PEER, 6); /* to the neighbour alone */
		assert_int_equal(state_of_9(h), NEIGH_PROBE);
		host_advance(h, SEC);
	}
	assert_int_equal(state_of_9(h), NEIGH_FAILED);
}

/* RFC 4861, 7.2.5: without the override flag, another link address only makes the entry STALE. */
static void
override_decides_who_wins(void **state)
{
	struct host *h = *state;
	struct neigh_event event = {
	    .addr = addr("fd00::9"), .solicited = true, .override = true, .create = true};
	uint8_t f[2000];

	memcpy(event.mac, EVIL, 6);
	neigh_heard(h->eth[0], &event);
	assert_int_equal(state_of_9(h), NEIGH_REACHABLE);
	hear_ndp(h, "fd00::9", "ff02::1", 255, ICMP6_NEIGHBOR_ADVERT, 0, "fd00::9", NDP_OPT_TARGET_LINK);
	assert_int_equal(state_of_9(h), NEIGH_STALE);
	host_send(h, "fd00::1", "fd00::9", "x", 1, true);
	host_sent_bytes(h, 0, f);
	assert_memory_equal(eth_dst(f), EVIL, 6);
	hear_ndp(h, "fd00::9", "ff02::1", 255, ICMP6_NEIGHBOR_ADVERT, (uint32_t)NDP_NA_OVERRIDE << 24,
	    "fd00::9", NDP_OPT_TARGET_LINK);
	host_send(h, "fd00::1", "fd00::9", "x", 1, true);
	host_sent_bytes(h, 0, f);
	assert_memory_equal(eth_dst(f), TEST_MAC_PEER, 6);
}

/* RFC 4861, 7.2.5: advertisements make no entries. */
static void
unsolicited_advertisement_makes_no_entry(void **state)
{
	struct host *h = *state;

	hear_ndp(h, "fd00::9", "fd00::1", 255, ICMP6_NEIGHBOR_ADVERT,
	    (uint32_t)(NDP_NA_SOLICITED | NDP_NA_OVERRIDE) << 24, "fd00::9", NDP_OPT_TARGET_LINK);
	assert_int_equal(state_of_9(h), NEIGH_NONE);
	assert_int_equal(h->core->drops[DROP_NDP_UNASKED], 1);
	/*
	 * 7.2.6: neither does an announcement to all nodes, and it is not an error of its sender.
	 */
	hear_ndp(h, "fd00::9", "ff02::1", 255, ICMP6_NEIGHBOR_ADVERT, (uint32_t)NDP_NA_OVERRIDE << 24,
	    "fd00::9", NDP_OPT_TARGET_LINK);
	assert_int_equal(state_of_9(h), NEIGH_NONE);
	assert_int_equal(h->core->drops[DROP_NDP_UNASKED], 1);
}

/* A solicitation from an address of this host is not answered, and nothing is learned from it. */
static void
solicitation_from_our_own_address_is_spoofed(void **state)
{
	struct host *h = *state;

	hear_ndp(
	    h, "fd00::1", "ff02::1:ff00:1", 255, ICMP6_NEIGHBOR_SOLICIT, 0, "fd00::1", NDP_OPT_SOURCE_LINK);
	assert_int_equal(h->core->drops[DROP_NDP_SPOOF], 1);
	assert_int_equal(h->wire[0].sent.count, 0);
}

/* RFC 4862, 5.4: one probe from "::", one second without an answer, then the address is used. */
static void
tentative_address_is_probed(void **state)
{
	struct host *h = *state;
	struct ipaddr a = addr("fd00::5");
	uint8_t f[2000];
	unsigned probes = 0;

	assert_int_equal(iface_addr_add(h->eth[0], &a, 64, false), 0);
	for (unsigned i = 0; i < 25; i++) {
		host_advance(h, 100 * MSEC);
		while (sent_ndp(h, ICMP6_NEIGHBOR_SOLICIT, f)) {
			struct ipaddr s = ip6_src(f + ETH_HDR_LEN);

			assert_true(ipaddr_is_any(&s));
			assert_null(iface_of_addr(h->core, &a));
			probes++;
		}
	}
	assert_int_equal(probes, 1);
	assert_ptr_equal(iface_of_addr(h->core, &a), h->eth[0]);
}

/*
 * RFC 4862, 5.4.3, 5.4.4: an advertisement for the address, or another host's probe, ends the
 * detection.
 */
static void
conflict_ends_a_tentative_address(void **state)
{
	struct host *h = *state;
	struct ipaddr a = addr("fd00::5"), b = addr("fd00::6");

	assert_int_equal(iface_addr_add(h->eth[0], &a, 64, false), 0);
	assert_int_equal(iface_addr_add(h->eth[0], &b, 64, false), 0);
	hear_ndp(h, "fd00::5", "ff02::1", 255, ICMP6_NEIGHBOR_ADVERT, (uint32_t)NDP_NA_OVERRIDE << 24,
	    "fd00::5", NDP_OPT_TARGET_LINK);
	hear_ndp(h, "::", "ff02::1:ff00:6", 255, ICMP6_NEIGHBOR_SOLICIT, 0, "fd00::6", 0);
	assert_int_equal(h->core->drops[DROP_NDP_SPOOF], 2);
	host_advance(h, 10 * SEC);
	assert_null(iface_of_addr(h->core, &a));
	assert_null(iface_of_addr(h->core, &b));
}

/* RFC 4862, 5.4.3: a probe for an address that this host uses is answered to all nodes. */
static void
probe_for_our_address_is_answered_to_all(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	hear_ndp(h, "::", "ff02::1:ff00:1", 255, ICMP6_NEIGHBOR_SOLICIT, 0, "fd00::1", 0);
	assert_true(sent_ndp(h, ICMP6_NEIGHBOR_ADVERT, f));
	assert_memory_equal(eth_dst(f), ((uint8_t[]){0x33, 0x33, 0, 0, 0, 1}), 6);
	assert_int_equal(f[ETH_HDR_LEN + 44], NDP_NA_OVERRIDE);
}

/* A router advertisement with one prefix of 64 bits. */
static void
hear_ra_of(struct host *h, const char *src, uint8_t hops, const char *named, uint16_t lifetime,
    uint32_t valid, uint32_t preferred)
{
	struct ipaddr prefix = addr(named);
	uint8_t m[64] = {0}, p[200];

	icmp_put(m, ICMP6_ROUTER_ADVERT, 0, 0);
	be16_put(m + NDP_RA_LIFETIME, lifetime);
	ndp_put_link_option(m + 16, NDP_OPT_SOURCE_LINK, TEST_MAC_PEER);
	m[24] = NDP_OPT_MTU;
	m[25] = 1;
	be32_put(m + 28, 1400);
	m[32] = NDP_OPT_PREFIX;
	m[33] = 4;
	m[32 + NDP_PREFIX_BITS] = 64;
	m[32 + NDP_PREFIX_FLAGS] = NDP_PREFIX_ON_LINK | NDP_PREFIX_AUTONOMOUS;
	be32_put(m + 32 + NDP_PREFIX_VALID, valid);
	be32_put(m + 32 + NDP_PREFIX_PREFERRED, preferred);
	memcpy(m + 32 + NDP_PREFIX_ADDR, ipaddr_octets(&prefix), 16);
	host_payload(h, ETH_TYPE_IP6, p, make_icmp6(p, src, "ff02::1", hops, m, sizeof m));
}

static void
hear_ra(struct host *h, const char *src, uint8_t hops, uint16_t lifetime, uint32_t valid, uint32_t preferred)
{
	hear_ra_of(h, src, hops, "fd01::", lifetime, valid, preferred);
}

static struct iface_addr *
address_in(struct host *h, const char *prefix)
{
	struct ipaddr p = addr(prefix);

	for (unsigned i = 0; i < h->eth[0]->naddr; i++)
		if (ipaddr_prefix_match(&h->eth[0]->addr[i].addr, &p, 64))
			return &h->eth[0]->addr[i];
	return NULL;
}

/* A host without IPv6. */
static int
setup_bare(void **state)
{
	struct host *h = malloc(sizeof *h);

	host_init(h, pkt_pool_new(64 << 20), TEST_MAC_US);
	*state = h;
	return 0;
}

/*
 * RFC 4861, 6.3.4, RFC 4862, 5.5.3: link-local address, solicitation, default route, prefix,
 * address, and the end of each lifetime.
 */
static void
a_host_configures_itself(void **state)
{
	struct host *h = *state;
	struct ipaddr far = addr("2001:db8::1");
	struct path path;
	uint8_t f[2000];

	hear_ra(h, "fe80::99", 255, 1800, 3600, 1800); /* before autoconfiguration it is ignored */
	assert_null(address_in(h, "fd01::"));
	assert_int_equal(net_autoconf(h->net, h->eth[0]), 0);
	host_advance(h, 1 * SEC);
	host_advance(h, 2 * SEC);
	assert_int_equal(address_in(h, "fe80::")->state, ADDR_PREFERRED);
	assert_true(sent_ndp(h, ICMP6_ROUTER_SOLICIT, f));
	hear_ra(h, "fe80::99", 255, 1800, 3600, 1800);
	assert_non_null(address_in(h, "fd01::"));
	for (unsigned i = 0; i < 3; i++)
		host_advance(h, SEC);
	assert_int_equal(address_in(h, "fd01::")->state, ADDR_PREFERRED);
	assert_int_equal(route_find(h->core, &far, NULL, 0, &path), 0);
	assert_int_equal(path.mtu, 1400);
	assert_true(ipaddr_eq(&path.src, &address_in(h, "fd01::")->addr));
	assert_int_equal(ipaddr_octets(&path.next_hop)[15], 0x99);
	assert_false(sent_ndp(h, ICMP6_ROUTER_SOLICIT, f)); /* one answer is enough */
	host_advance(h, 1800 * SEC);
	assert_int_equal(route_find(h->core, &far, NULL, 0, &path), -LEAT_ENETUNREACH);
	assert_int_equal(address_in(h, "fd01::")->state, ADDR_DEPRECATED);
	host_advance(h, 1800 * SEC);
	assert_null(address_in(h, "fd01::"));
	assert_non_null(address_in(h, "fe80::"));
}

/* RFC 4861, 6.1.2 and RFC 4862, 5.5.3 (e). */
static void
forged_advertisements_do_little(void **state)
{
	struct host *h = *state;
	struct ipaddr far = addr("2001:db8::1");
	struct path path;

	assert_int_equal(net_autoconf(h->net, h->eth[0]), 0);
	host_advance(h, 3 * SEC);
	hear_ra(h, "fe80::99", 64, 1800, 3600, 1800);
	hear_ra(h, "fd00::99", 255, 1800, 3600, 1800);
	assert_int_equal(h->core->drops[DROP_NDP_BAD], 2);
	assert_null(address_in(h, "fd01::"));
	hear_ra(h, "fe80::99", 255, 1800, 86400, 86400);
	for (unsigned i = 0; i < 3; i++)
		host_advance(h, SEC);
	hear_ra(h, "fe80::99", 255, 0, 10,
	    10); /* a router may withdraw itself, but the address stays for two hours */
	assert_int_equal(route_find(h->core, &far, NULL, 0, &path), -LEAT_ENETUNREACH);
	host_advance(h, 7000 * SEC);
	assert_non_null(address_in(h, "fd01::"));
	host_advance(h, 300 * SEC);
	assert_null(address_in(h, "fd01::"));
}

/*
 * RFC 7217, 6: if another host has the address already, another one is made from the prefix, a few
 * times. A refused address leaves nothing behind.
 */
static void
a_duplicate_is_followed_by_another_address(void **state)
{
	struct host *h = *state;
	struct ipaddr seen[4];

	assert_int_equal(net_autoconf(h->net, h->eth[0]), 0);
	host_advance(h, 3 * SEC);
	for (unsigned i = 0; i < 4; i++) {
		struct iface_addr *a;

		hear_ra(h, "fe80::99", 255, 1800, 86400, 86400);
		a = address_in(h, "fd01::");
		assert_non_null(a);
		seen[i] = a->addr;
		if (i < 3)
			assert_int_equal(a->state, ADDR_TENTATIVE);
		dad_conflict(h->net, h->eth[0], a);
		assert_int_equal(h->eth[0]->naddr, 2);
	}
	assert_false(ipaddr_eq(&seen[0], &seen[1]) || ipaddr_eq(&seen[1], &seen[2]));
	assert_true(ipaddr_eq(&seen[2], &seen[3])); /* no more attempts */
}

/*
 * RFC 4861, 6.3.7: an advertisement from a router that is no default router does not end the
 * solicitations.
 */
static void
only_a_default_router_ends_the_solicitations(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	assert_int_equal(net_autoconf(h->net, h->eth[0]), 0);
	hear_ra(h, "fe80::66", 255, 0, 3600, 1800);
	for (unsigned i = 0; i < 4; i++)
		host_advance(h, SEC);
	assert_true(sent_ndp(h, ICMP6_ROUTER_SOLICIT, f));
	hear_ra(h, "fe80::99", 255, 1800, 3600, 1800);
	host_discard(h);
	for (unsigned i = 0; i < 20; i++)
		host_advance(h, SEC);
	assert_false(sent_ndp(h, ICMP6_ROUTER_SOLICIT, f));
}

/*
 * RFC 6104: a flood of advertisements fills a few entries, is counted, and removes no earlier
 * router.
 */
static void
a_flood_of_advertisements_is_bounded(void **state)
{
	struct host *h = *state;
	struct ipaddr far = addr("2001:db8::1");
	struct path path;

	hear_ra(h, "fe80::99", 255, 1800, 3600, 1800); /* autoconfiguration is off */
	assert_int_equal(h->core->drops[DROP_ICMP_IGNORED], 1);
	assert_int_equal(net_autoconf(h->net, h->eth[0]), 0);
	host_advance(h, 3 * SEC);
	hear_ra(h, "fe80::99", 255, 1800, 3600, 1800);
	for (unsigned i = 0; i < 5000; i++) {
		char src[40], prefix[40];

		snprintf(src, sizeof src, "fe80::1:%x", i + 1);
		snprintf(prefix, sizeof prefix, "fd02:0:%x:%x::", i / 256, i % 256);
		hear_ra_of(h, src, 255, prefix, 9000, UINT32_MAX, UINT32_MAX);
	}
	/* a fourth router, but there was still room for prefixes */
	assert_int_equal(h->core->drops[DROP_NDP_LIMIT], 5000 - 3);
	assert_true(h->eth[0]->naddr <= 1 + 8);
	assert_non_null(address_in(h, "fd01::"));
	for (unsigned i = 0; i < 3; i++)
		host_advance(h, SEC);
	assert_int_equal(route_find(h->core, &far, NULL, 0, &path), 0);
	assert_int_equal(ipaddr_octets(&path.next_hop)[15], 0x99);
	hear_ra(h, "fe80::99", 255, 1800, 3600, 1800);
	assert_int_equal(h->core->drops[DROP_NDP_LIMIT], 5000 - 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    usual_test(solicitation_for_us_is_answered),
	    usual_test(invalid_messages_are_refused),
	    usual_test(messages_with_a_fragment_header_are_ignored),
	    usual_test(a_neighbour_goes_through_its_states),
	    usual_test(override_decides_who_wins),
	    usual_test(unsolicited_advertisement_makes_no_entry),
	    usual_test(solicitation_from_our_own_address_is_spoofed),
	    usual_test(tentative_address_is_probed),
	    usual_test(conflict_ends_a_tentative_address),
	    usual_test(probe_for_our_address_is_answered_to_all),
	    cmocka_unit_test_setup_teardown(a_host_configures_itself, setup_bare, teardown),
	    cmocka_unit_test_setup_teardown(forged_advertisements_do_little, setup_bare, teardown),
	    cmocka_unit_test_setup_teardown(a_duplicate_is_followed_by_another_address, setup_bare, teardown),
	    cmocka_unit_test_setup_teardown(
		only_a_default_router_ends_the_solicitations, setup_bare, teardown),
	    cmocka_unit_test_setup_teardown(a_flood_of_advertisements_is_bounded, setup_bare, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
