/*
 * Header accessors: they read back what was written, at the offsets of the RFCs, and headers that
 * are cut or have wrong lengths are not valid.
 */
#include "../addr.h"
#include "wire/arp.h"
#include "wire/dhcp.h"
#include "wire/eth.h"
#include "wire/igmp.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/mld.h"
#include "wire/ndp.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint8_t MAC_A[6] = {2, 0, 0, 0, 0, 1}, MAC_B[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

static bool
same(struct ipaddr a, const char *text)
{
	struct ipaddr b = addr(text);

	return ipaddr_eq(&a, &b);
}

/* IEEE 802.3, 3.2; 802.1Q, 9.6. */
static void
ethernet_with_and_without_tag(void **state)
{
	static const uint8_t tagged[] = {
	    2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0x00, 0xe0, 0x05, 0x86, 0xdd};
	static const uint8_t broadcast[6] = {255, 255, 255, 255, 255, 255},
			     group[6] = {0x33, 0x33, 0, 0, 0, 1};
	uint8_t h[ETH_HDR_LEN];

	eth_put(h, MAC_A, MAC_B, ETH_TYPE_ARP);
	assert_true(eth_valid(h, sizeof h) && !eth_tagged(h));
	assert_false(eth_valid(h, sizeof h - 1));
	assert_memory_equal(eth_dst(h), MAC_A, 6);
	assert_memory_equal(eth_src(h), MAC_B, 6);
	assert_int_equal(eth_type(h), ETH_TYPE_ARP);
	assert_true(eth_valid(tagged, sizeof tagged) && eth_tagged(tagged));
	assert_false(eth_valid(tagged, sizeof tagged - 1));
	assert_int_equal(eth_vlan(tagged), 5);
	assert_int_equal(eth_vlan_type(tagged), ETH_TYPE_IP6);
	assert_true(eth_is_broadcast(broadcast) && eth_is_group(broadcast) && eth_is_group(group));
	assert_false(eth_is_broadcast(group) || eth_is_group(MAC_A));
}

/* A request captured by tcpdump: who has 10.0.2.2, tell 10.0.2.15. */
static void
arp_request(void **state)
{
	static const uint8_t wire[] = {0, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 10, 0, 2, 15,
	    0, 0, 0, 0, 0, 0, 10, 0, 2, 2};
	static const uint8_t no_mac[6] = {0};
	struct ipaddr spa = addr("10.0.2.15"), tpa = addr("10.0.2.2");
	uint8_t h[ARP_LEN];

	arp_put(h, ARP_OP_REQUEST, MAC_B, &spa, no_mac, &tpa);
	assert_memory_equal(h, wire, sizeof wire);
	assert_true(arp_valid(h, sizeof h));
	assert_false(arp_valid(h, sizeof h - 1));
	assert_true(same(arp_spa(h), "10.0.2.15") && same(arp_tpa(h), "10.0.2.2"));
	assert_memory_equal(arp_sha(h), MAC_B, 6);
	for (unsigned i = 0; i < 8; i++) { /* each of the fixed fields is checked */
		h[i] ^= 0x40;
		assert_false(arp_valid(h, sizeof h));
		h[i] ^= 0x40;
	}
}

/* RFC 791, 3.1. */
static void
ip4_header(void **state)
{
	struct ipaddr src = addr("192.0.2.1"), dst = addr("198.51.100.2");
	uint8_t h[60] = {0};

	ip4_put(h, 0x12, 60, 0xbeef, IP4_MF | 0x123, 63, IP_PROTO_TCP, &src, &dst);
	assert_true(ip4_valid(h, 60));
	assert_int_equal(ip4_tos(h), 0x12);
	assert_int_equal(ip4_len(h), 60);
	assert_int_equal(ip4_id(h), 0xbeef);
	assert_true(ip4_more_fragments(h) && !ip4_dont_fragment(h) && ip4_is_fragment(h));
	assert_int_equal(ip4_frag_offset(h), 0x123 * 8);
	assert_int_equal(ip4_ttl(h), 63);
	assert_int_equal(ip4_proto(h), 6);
	assert_true(same(ip4_src(h), "192.0.2.1") && same(ip4_dst(h), "198.51.100.2"));
	be16_put(h + IP4_FRAG, IP4_DF);
	assert_true(ip4_dont_fragment(h) && !ip4_is_fragment(h));
	assert_false(ip4_valid(h, 59)); /* Total Length is more than what arrived */
	assert_false(ip4_valid(h, 19));
	h[0] = 0x4f;
	assert_true(ip4_valid(h, 60)); /* all of it is options */
	be16_put(h + IP4_LEN, 59);
	assert_false(ip4_valid(h, 60)); /* Total Length is within the header */
	h[0] = 0x44;
	assert_false(ip4_valid(h, 60));
	h[0] = 0x65;
	assert_false(ip4_valid(h, 60));
}

/* RFC 8200, 3, 4.2 and 4.5. */
static void
ip6_header_and_extensions(void **state)
{
	struct ipaddr src = addr("fd00:2::15"), dst = addr("2001:db8::1");
	uint8_t h[48] = {0};

	ip6_put(h, 0xb8, 0xfedcb, 8, IP_PROTO_FRAGMENT, 64, &src, &dst);
	assert_true(ip6_valid(h, 48));
	assert_false(ip6_valid(h, 47) || ip6_valid(h, 39));
	assert_int_equal(ip6_class(h), 0xb8);
	assert_int_equal(ip6_flow_label(h), 0xfedcb);
	assert_int_equal(ip6_payload_len(h), 8);
	assert_int_equal(ip6_next(h), IP_PROTO_FRAGMENT);
	assert_int_equal(ip6_hops(h), 64);
	assert_true(same(ip6_src(h), "fd00:2::15") && same(ip6_dst(h), "2001:db8::1"));
	ip6_frag_put(h + 40, IP_PROTO_UDP, 1448, true, 0xdeadbeef);
	assert_true(ip6_frag_valid(h + 40, 8) && !ip6_frag_valid(h + 40, 7));
	assert_int_equal(h[40 + IP6_FRAG_NEXT], IP_PROTO_UDP);
	assert_int_equal(ip6_frag_offset(h + 40), 1448);
	assert_true(ip6_frag_more(h + 40));
	assert_int_equal(ip6_frag_id(h + 40), 0xdeadbeef);
	h[40] = 59;
	h[41] = 1;
	assert_int_equal(ip6_ext_len(h + 40), 16);
	assert_false(ip6_ext_valid(h + 40, 8));
	h[0] = 0x45;
	assert_false(ip6_valid(h, 48));
}

/* RFC 9293, 3.1. */
static void
tcp_header(void **state)
{
	uint8_t h[24] = {0};

	tcp_put(h, 40000, 80, 0xfffffffe, 1, 24, TCP_SYN | TCP_ACK, 65535);
	assert_true(tcp_valid(h, 24));
	assert_false(tcp_valid(h, 23) || tcp_valid(h, 19));
	assert_int_equal(tcp_src(h), 40000);
	assert_int_equal(tcp_dst(h), 80);
	assert_int_equal(tcp_seq(h), 0xfffffffe);
	assert_int_equal(tcp_ack(h), 1);
	assert_int_equal(tcp_hdr_len(h), 24);
	assert_int_equal(tcp_flags(h), TCP_SYN | TCP_ACK);
	assert_int_equal(tcp_window(h), 65535);
	assert_int_equal(tcp_urgent(h), 0);
	h[TCP_OFFSET] = 0x40;
	assert_false(tcp_valid(h, 24));
}

/* RFC 768. */
static void
udp_header(void **state)
{
	uint8_t h[12] = {0};

	udp_put(h, 53, 40000, 10);
	assert_true(udp_valid(h, 12) && udp_valid(h, 10));
	assert_false(udp_valid(h, 9) || udp_valid(h, 7));
	assert_int_equal(udp_src(h), 53);
	assert_int_equal(udp_dst(h), 40000);
	assert_int_equal(udp_sum(h), 0);
	be16_put(h + UDP_LEN, 7);
	assert_false(udp_valid(h, 12));
}

/* RFC 4861, 4.6: option lengths are in units of eight octets, and zero is malformed. */
static void
ndp_options(void **state)
{
	uint8_t o[24] = {0};

	ndp_put_link_option(o, NDP_OPT_SOURCE_LINK, MAC_A);
	o[8] = NDP_OPT_MTU;
	o[9] = 1;
	be32_put(o + 8 + NDP_MTU_VALUE, 1280);
	o[16] = 200;
	o[17] = 1;
	assert_true(ndp_opts_valid(o, 24) && ndp_opts_valid(o, 16) && ndp_opts_valid(o, 0));
	assert_false(ndp_opts_valid(o, 23) || ndp_opts_valid(o, 17));
	assert_memory_equal(ndp_opt_find(o, 24, NDP_OPT_SOURCE_LINK) + NDP_OPT_HDR_LEN, MAC_A, 6);
	assert_int_equal(be32_get(ndp_opt_find(o, 24, NDP_OPT_MTU) + NDP_MTU_VALUE), 1280);
	assert_null(ndp_opt_find(o, 24, NDP_OPT_PREFIX));
	o[9] = 0;
	assert_false(ndp_opts_valid(o, 24));
}

/* RFC 2131, 2 and 3; RFC 2132. */
static void
dhcp_message(void **state)
{
	uint8_t h[DHCP_OPTIONS + 16] = {DHCP_BOOTREPLY, 1, 6}, *o = h + DHCP_OPTIONS, *end, len = 0;
	const uint8_t type = DHCP_OFFER, *found;

	be32_put(h + DHCP_MAGIC, DHCP_MAGIC_COOKIE);
	be32_put(h + DHCP_YIADDR, 0x0a00020f);
	be32_put(h + DHCP_XID, 0x01020304);
	memcpy(h + DHCP_CHADDR, MAC_A, 6);
	end = dhcp_opt_put(o, DHCP_OPT_TYPE, &type, 1);
	*end++ = DHCP_OPT_PAD;
	end = dhcp_opt_put(end, DHCP_OPT_ROUTER, (const uint8_t[]){10, 0, 2, 2}, 4);
	*end++ = DHCP_OPT_END;
	*end = DHCP_OPT_MASK; /* no longer an option */
	assert_true(dhcp_valid(h, sizeof h));
	assert_int_equal(dhcp_op(h), DHCP_BOOTREPLY);
	assert_int_equal(dhcp_xid(h), 0x01020304);
	assert_true(same(dhcp_addr(h, DHCP_YIADDR), "10.0.2.15"));
	assert_memory_equal(dhcp_chaddr(h), MAC_A, 6);
	found = dhcp_opt_find(o, 16, DHCP_OPT_TYPE, &len);
	assert_int_equal(len, 1);
	assert_int_equal(*found, DHCP_OFFER);
	found = dhcp_opt_find(o, 16, DHCP_OPT_ROUTER, &len);
	assert_int_equal(len, 4);
	assert_int_equal(be32_get(found), 0x0a000202);
	assert_null(dhcp_opt_find(o, 16, DHCP_OPT_MASK, &len));
	assert_null(dhcp_opt_find(o, 9, DHCP_OPT_ROUTER, &len)); /* cut in its data, */
	assert_null(dhcp_opt_find(o, 5, DHCP_OPT_ROUTER, &len)); /* and before its length */
	assert_false(dhcp_valid(h, DHCP_OPTIONS - 1));
	h[DHCP_MAGIC] = 0;
	assert_false(dhcp_valid(h, sizeof h));
}

/* RFC 2236, 2; RFC 9776, 4.1.1 and 4.2; RFC 2710, 3; RFC 9777, 5.1.3. */
static void
group_membership(void **state)
{
	struct ipaddr group = addr("224.0.0.251"), group6 = addr("ff02::fb");
	uint8_t h[MLD_LEN] = {ICMP6_MLD_REPORT};

	igmp_put(h, IGMP2_REPORT, 0, &group);
	assert_true(igmp_valid(h, IGMP_LEN) && !igmp_valid(h, IGMP_LEN - 1));
	assert_int_equal(igmp_type(h), IGMP2_REPORT);
	assert_true(same(igmp_group(h), "224.0.0.251"));
	igmp3_report_put(h, 1);
	igmp3_record_put(h + IGMP3_REPORT_LEN, MCAST_TO_EXCLUDE, 0, &group);
	assert_memory_equal(
	    h, ((const uint8_t[]){0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 224, 0, 0, 251}), 16);
	assert_int_equal(igmp3_code(127), 127);
	assert_int_equal(igmp3_code(128), 128);
	assert_int_equal(igmp3_code(255), 31744);
	assert_int_equal(mld2_max_resp(32767), 32767);
	assert_int_equal(mld2_max_resp(32768), 32768);
	assert_int_equal(mld2_max_resp(65535), 8387584);
	mld_group_put(h, &group6);
	assert_true(mld_valid(h, MLD_LEN) && !mld_valid(h, MLD_LEN - 1));
	assert_true(same(mld_group(h), "ff02::fb"));
	assert_true(mld_query_is_v2(28) && !mld_query_is_v2(24));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ethernet_with_and_without_tag),
	    cmocka_unit_test(arp_request),
	    cmocka_unit_test(ip4_header),
	    cmocka_unit_test(ip6_header_and_extensions),
	    cmocka_unit_test(tcp_header),
	    cmocka_unit_test(udp_header),
	    cmocka_unit_test(ndp_options),
	    cmocka_unit_test(dhcp_message),
	    cmocka_unit_test(group_membership),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
