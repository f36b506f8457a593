/*
 * Group membership: RFC 9776 (IGMPv3), RFC 2236 (IGMPv2), RFC 9777 (MLDv2).
 */
#include "harness.h"
#include "wire/igmp.h"
#include "wire/mld.h"

/* Copies the next IGMP message that was sent. Returns its length, or 0 if there is none. */
static size_t
sent_igmp(struct host *h, uint8_t *msg)
{
	uint8_t f[2000];
	size_t n;

	while ((n = host_sent_bytes(h, 0, f))) {
		const uint8_t *ip = f + ETH_HDR_LEN;

		if (eth_type(f) != ETH_TYPE_IP4 || ip4_proto(ip) != IP_PROTO_IGMP)
			continue;
		assert_int_equal(ip4_ttl(ip), 1);
		assert_int_equal(ip4_hdr_len(ip), 24); /* with Router Alert */
		assert_int_equal(ip[20], IP4_OPT_RA);
		assert_int_equal(checksum_add(ip, 24, 0), 0xffff);
		n -= ETH_HDR_LEN + 24;
		assert_int_equal(checksum_add(ip + 24, n, 0), 0xffff);
		memcpy(msg, ip + 24, n);
		memcpy(msg + 200, ip + IP4_DST, 4);
		return n;
	}
	return 0;
}

/* RFC 9776, 5.1: a change is reported at once, and once more. */
static void
joining_and_leaving_are_reported(void **state)
{
	struct host *h = *state;
	struct ipaddr g = addr("239.1.2.3");
	uint8_t m[300];

	assert_int_equal(iface_join(h->eth[0], &g), 0);
	assert_int_equal(sent_igmp(h, m), 16);
	assert_int_equal(m[0], 0x22);
	assert_int_equal(be16_get(m + 6), 1);
	assert_int_equal(m[8], MCAST_TO_EXCLUDE);
	assert_memory_equal(m + 12, ipaddr_octets4(&g), 4);
	assert_int_equal(be32_get(m + 200), 0xe0000016);
	assert_int_equal(iface_join(h->eth[0], &g), 0); /* a second user changes nothing */
	assert_int_equal(sent_igmp(h, m), 0);
	host_advance(h, 2 * SEC);
	assert_int_equal(sent_igmp(h, m), 16);
	host_advance(h, 5 * SEC);
	assert_int_equal(sent_igmp(h, m), 0);
	iface_leave(h->eth[0], &g);
	assert_int_equal(sent_igmp(h, m), 0);
	iface_leave(h->eth[0], &g);
	assert_int_equal(sent_igmp(h, m), 16);
	assert_int_equal(m[8], MCAST_TO_INCLUDE);
}

static void
hear_query(struct host *h, const char *group, uint8_t code, size_t len)
{
	struct ipaddr g = addr(group);
	uint8_t f[100] = {1, 0, 0x5e, 0, 0, 1}, m[12] = {0x11, code};
	uint8_t *ip = f + ETH_HDR_LEN;

	memcpy(m + 4, ipaddr_octets4(&g), 4);
	checksum_put(m + 2, checksum_add(m, len, 0));
	memcpy(f + 6, TEST_MAC_PEER, 6);
	be16_put(f + 12, ETH_TYPE_IP4);
	make4(ip, "10.0.0.2", "224.0.0.1", IP_PROTO_IGMP, 0, m, len);
	ip[IP4_TTL] = 1;
	be16_put(ip + IP4_SUM, 0);
	checksum_put(ip + IP4_SUM, checksum_add(ip, 20, 0));
	host_frame(h, 0, f, ETH_HDR_LEN + 20 + len);
}

/*
 * RFC 9776, 5.2: a query is answered within its time; for a querier of version 2, with version 2
 * (7.2.1).
 */
static void
queries_are_answered_in_their_version(void **state)
{
	struct host *h = *state;
	struct ipaddr g = addr("239.1.2.3"), g2 = addr("239.9.9.9");
	uint8_t m[300];

	iface_join(h->eth[0], &g);
	iface_join(h->eth[0], &g2);
	host_advance(h, 5 * SEC);
	host_discard(h);
	hear_query(h, "0.0.0.0", 10, 12);
	assert_int_equal(sent_igmp(h, m), 0);
	host_advance(h, SEC);
	assert_int_equal(sent_igmp(h, m), 24);
	assert_int_equal(m[8], MCAST_IS_EXCLUDE);
	hear_query(h, "239.9.9.9", 10, 12);
	host_advance(h, SEC);
	assert_int_equal(sent_igmp(h, m), 16);
	assert_memory_equal(m + 12, ipaddr_octets4(&g2), 4);
	hear_query(h, "239.7.7.7", 10, 12); /* a group that was not joined */
	host_advance(h, SEC);
	assert_int_equal(sent_igmp(h, m), 0);
	hear_query(h, "239.1.2.3", 10, 8);
	host_advance(h, SEC);
	assert_int_equal(sent_igmp(h, m), 8);
	assert_int_equal(m[0], 0x16);
	assert_memory_equal(m + 200, ipaddr_octets4(&g), 4);
	iface_leave(h->eth[0], &g);
	assert_int_equal(sent_igmp(h, m), 8);
	assert_int_equal(m[0], 0x17);
	assert_int_equal(be32_get(m + 200), 0xe0000002);
	iface_leave(h->eth[0], &g2);
}

/* RFC 9776, 7.1: a length between 8 and 12 octets is no version. */
static void
queries_of_no_version_are_refused(void **state)
{
	struct host *h = *state;

	for (size_t len = 9; len < 12; len++)
		hear_query(h, "0.0.0.0", 10, len);
	assert_int_equal(h->core->drops[DROP_ICMP_BAD], 3);
	host_advance(h, 5 * SEC);
	assert_int_equal(h->wire[0].sent.count, 0);
}

/* Many queries that want an immediate answer: ten answers in a second. */
static void
a_storm_of_queries_gets_few_answers(void **state)
{
	struct host *h = *state;
	struct ipaddr g = addr("239.1.2.3");
	unsigned answers = 0;
	uint8_t m[300];

	iface_join(h->eth[0], &g);
	host_advance(h, 5 * SEC);
	host_discard(h);
	for (unsigned i = 0; i < 1000; i++) {
		hear_query(h, "0.0.0.0", 0, 12);
		host_advance(h, MSEC);
		answers += sent_igmp(h, m) != 0;
	}
	assert_in_range(answers, 9, 11);
	iface_leave(h->eth[0], &g);
}

/* Passes in a query of @len octets, with the required Router Alert if @alert. */
static void
hear_mld_query(struct host *h, const char *src, const char *group, size_t len, bool alert)
{
	static const uint8_t hop[8] = {IP_PROTO_ICMP6, 0, IP6_OPT_ROUTER_ALERT, 2, 0, 0, IP6_OPT_PADN, 0};
	struct ipaddr g = addr(group);
	uint8_t m[100] = {0}, p[200], both[200];

	icmp_put(m, ICMP6_MLD_QUERY, 0, 1000u << 16);
	memcpy(m + MLD_GROUP, ipaddr_octets(&g), 16);
	make_icmp6(p, src, "ff02::1", 1, m, len);
	memcpy(both, hop, sizeof hop);
	memcpy(both + sizeof hop, p + IP6_HDR_LEN, len);
	if (alert)
		host_payload(h, ETH_TYPE_IP6, p,
		    make6(p, src, "ff02::1", IP_PROTO_HOPOPTS, 1, both, sizeof hop + len));
	else
		host_payload(h, ETH_TYPE_IP6, p, IP6_HDR_LEN + len);
}

/*
 * RFC 9777, 5.2: MLDv2 reports have Router Alert, hop limit 1, and one record for each group.
 * Solicited-node groups are reported too.
 */
static void
mld_reports_groups(void **state)
{
	struct host *h = *state;
	struct ipaddr g = addr("ff05::123"), dst = addr("ff02::16"), src;
	uint8_t f[2000];
	const uint8_t *ip = f + ETH_HDR_LEN;

	iface_join(h->eth[0], &g);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 40 + 8 + 28);
	assert_int_equal(ip6_hops(ip), 1);
	assert_int_equal(ip6_next(ip), IP_PROTO_HOPOPTS);
	assert_int_equal(ip[42], IP6_OPT_ROUTER_ALERT);
	src = ip6_src(ip);
	assert_int_equal(checksum_add(ip + 48, 28, checksum_pseudo(&src, &dst, IP_PROTO_ICMP6, 28)), 0xffff);
	assert_int_equal(ip[48], ICMP6_MLD2_REPORT);
	assert_memory_equal(ip + 60, ipaddr_octets(&g), 16);
	host_advance(h, 5 * SEC);
	host_discard(h);
	hear_mld_query(h, "fe80::2", "::", MLD2_QUERY_LEN, true);
	host_advance(h, SEC);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 40 + 8 + 8 + 2 * 20);
	iface_leave(h->eth[0], &g);
}

/*
 * RFC 9777, 6.2 and 8.1: a query comes from a link-local address, with Router Alert, and has 24 or
 * at least 28 octets.
 */
static void
invalid_mld_queries_are_refused(void **state)
{
	struct host *h = *state;

	hear_mld_query(h, "fd00::2", "::", MLD2_QUERY_LEN, true);
	hear_mld_query(h, "fe80::2", "::", MLD2_QUERY_LEN, false);
	hear_mld_query(h, "fe80::2", "::", MLD2_QUERY_LEN - 1, true);
	hear_mld_query(h, "fe80::2", "::", MLD_LEN - 1, true);
	assert_int_equal(h->core->drops[DROP_ICMP_BAD], 4);
	host_advance(h, 5 * SEC);
	assert_int_equal(h->wire[0].sent.count, 0);
}

/*
 * RFC 9777, 8.2.1: while a router of version 1 is present, queries are answered and changes are
 * reported in version 1.
 */
static void
mld_uses_version_1_where_it_must(void **state)
{
	struct host *h = *state;
	struct ipaddr g = addr("ff05::123"), routers = addr("ff02::2"), dst;
	uint8_t f[2000];
	const uint8_t *ip = f + ETH_HDR_LEN;

	iface_join(h->eth[0], &g);
	host_advance(h, 5 * SEC);
	host_discard(h);
	hear_mld_query(h, "fe80::2", "ff05::123", MLD_LEN, true);
	host_advance(h, SEC);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 40 + 8 + MLD_LEN);
	assert_int_equal(ip[48], ICMP6_MLD_REPORT);
	assert_memory_equal(ip + 48 + MLD_GROUP, ipaddr_octets(&g), 16);
	dst = ip6_dst(ip);
	assert_true(ipaddr_eq(&dst, &g));
	iface_leave(h->eth[0], &g);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 40 + 8 + MLD_LEN);
	assert_int_equal(ip[48], ICMP6_MLD_DONE);
	dst = ip6_dst(ip);
	assert_true(ipaddr_eq(&dst, &routers));
	host_advance(h, 401 * SEC);
	host_discard(h);
	iface_join(h->eth[0], &g);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 40 + 8 + 28);
	assert_int_equal(ip[48], ICMP6_MLD2_REPORT);
	iface_leave(h->eth[0], &g);
}

/* Checks the one record of the next IGMPv3 report: its type and its sources. */
static void
expect_record(struct host *h, uint8_t type, unsigned n, const struct ipaddr *first)
{
	uint8_t m[300];

	assert_int_equal(sent_igmp(h, m), 16 + 4 * n);
	assert_int_equal(m[0], IGMP3_REPORT);
	assert_int_equal(m[8], type);
	assert_int_equal(be16_get(m + 10), n);
	if (n)
		assert_memory_equal(m + 16, ipaddr_octets4(first), 4);
	host_advance(h, 5 * SEC);
	host_discard(h);
}

/*
 * RFC 9776, 3.2 and 5.1: what all users want together, and changes with records of the right type.
 */
static void
wanted_sources_are_reported(void **state)
{
	struct host *h = *state;
	struct iface *iface = h->eth[0];
	struct ipaddr g = addr("232.1.2.3"), one = addr("192.0.2.1"), two = addr("192.0.2.2");
	uint8_t m[300];

	assert_int_equal(iface_join_source(iface, &g, &one), 0);
	expect_record(h, MCAST_ALLOW, 1, &one);
	assert_int_equal(iface_join_source(iface, &g, &one), 0); /* a second user changes nothing */
	assert_int_equal(sent_igmp(h, m), 0);
	assert_int_equal(iface_join_source(iface, &g, &two), 0);
	expect_record(h, MCAST_ALLOW, 1, &two);
	assert_true(iface_in_group(iface, &g));
	hear_query(h, "232.1.2.3", 10, 12);
	host_advance(h, SEC);
	expect_record(h, MCAST_IS_INCLUDE, 2, &one);
	assert_int_equal(iface_join(iface, &g), 0); /* from any source */
	expect_record(h, MCAST_TO_EXCLUDE, 0, NULL);
	hear_query(h, "232.1.2.3", 10, 12);
	host_advance(h, SEC);
	expect_record(h, MCAST_IS_EXCLUDE, 0, NULL);
	assert_int_equal(iface_leave_source(iface, &g, &one), 0);
	assert_int_equal(sent_igmp(h, m), 0);
	assert_int_equal(iface_leave(iface, &g), 0);
	expect_record(h, MCAST_TO_INCLUDE, 2, &one);
	assert_int_equal(iface_leave_source(iface, &g, &two), 0);
	expect_record(h, MCAST_BLOCK, 1, &two);
	assert_int_equal(iface_leave_source(iface, &g, &two), -LEAT_EADDRNOTAVAIL);
	assert_int_equal(iface_leave(iface, &g), -LEAT_EADDRNOTAVAIL);
	assert_int_equal(iface_leave_source(iface, &g, &one), 0);
	expect_record(h, MCAST_BLOCK, 1, &one);
	assert_false(iface_in_group(iface, &g));
}

/* RFC 9776, 7.2.1: for a querier of version 2, the host is a member whatever sources it wants. */
static void
version_2_knows_no_sources(void **state)
{
	struct host *h = *state;
	struct ipaddr g = addr("232.1.2.3"), one = addr("192.0.2.1"), two = addr("192.0.2.2");
	uint8_t m[300];

	hear_query(h, "0.0.0.0", 10, 8);
	host_advance(h, 5 * SEC);
	host_discard(h);
	iface_join_source(h->eth[0], &g, &one);
	assert_int_equal(sent_igmp(h, m), 8);
	assert_int_equal(m[0], IGMP2_REPORT);
	iface_join_source(h->eth[0], &g, &two);
	host_advance(h, 5 * SEC);
	host_discard(h);
	iface_leave_source(h->eth[0], &g, &one);
	assert_int_equal(sent_igmp(h, m), 0);
	iface_leave_source(h->eth[0], &g, &two);
	assert_int_equal(sent_igmp(h, m), 8);
	assert_int_equal(m[0], IGMP2_LEAVE);
}

/*
 * RFC 9777, 5.2.15: what does not fit one message goes into several, each within the MTU. The
 * number of sources is limited.
 */
static void
long_mld_reports_are_split(void **state)
{
	struct host *h = *state;
	struct iface *iface = h->eth[0];
	struct ipaddr groups[2] = {addr("ff35::1"), addr("ff35::2")};
	uint8_t f[2000], source[16] = {0xfd, [8] = 1};
	unsigned sources = 0, frames = 0;
	size_t n;

	for (unsigned i = 0; i < 2 * (IFACE_SOURCES + 1); i++) {
		struct ipaddr s;

		source[15] = (uint8_t)(i / 2);
		s = ipaddr_from16(source);
		assert_int_equal(
		    iface_join_source(iface, &groups[i % 2], &s), i / 2 < IFACE_SOURCES ? 0 : -LEAT_ENOBUFS);
	}
	host_advance(h, 5 * SEC);
	host_discard(h);
	hear_mld_query(h, "fe80::2", "::", MLD2_QUERY_LEN, true);
	host_advance(h, SEC);
	while ((n = host_sent_bytes(h, 0, f))) {
		assert_in_range(n, 1, ETH_HDR_LEN + iface->mtu);
		assert_int_equal(f[ETH_HDR_LEN + 48], ICMP6_MLD2_REPORT);
		assert_int_equal(f[ETH_HDR_LEN + 56], frames < 2 ? MCAST_IS_INCLUDE : MCAST_IS_EXCLUDE);
		sources += be16_get(f + ETH_HDR_LEN + 58);
		frames++;
	}
	assert_int_equal(sources, 2 * IFACE_SOURCES);
	assert_in_range(frames, 2, 3);
	for (unsigned i = 0; i < 2 * IFACE_SOURCES; i++) {
		struct ipaddr s;

		source[15] = (uint8_t)(i / 2);
		s = ipaddr_from16(source);
		assert_int_equal(iface_leave_source(iface, &groups[i % 2], &s), 0);
	}
	assert_int_equal(iface->ngroup, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    usual_test(joining_and_leaving_are_reported),
	    usual_test(queries_are_answered_in_their_version),
	    usual_test(queries_of_no_version_are_refused),
	    usual_test(a_storm_of_queries_gets_few_answers),
	    usual_test(wanted_sources_are_reported),
	    usual_test(version_2_knows_no_sources),
	    usual_test(long_mld_reports_are_split),
	    usual_test(mld_reports_groups),
	    usual_test(invalid_mld_queries_are_refused),
	    usual_test(mld_uses_version_1_where_it_must),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
