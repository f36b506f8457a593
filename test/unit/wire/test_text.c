/*
 * Frames described in text: frames that scapy built (frames.h), and the same frames cut, with
 * flipped bits, or with little room for the text.
 */
#include "base/rng.h"
#include "wire/eth.h"
#include "wire/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frames.h"

struct sample {
	const uint8_t *octets;
	size_t have, len;
	const char *text;
};

#define FRAME(name, t)                                                                                       \
	{                                                                                                    \
		FRAME_##name, sizeof FRAME_##name, FRAME_##name##_LEN, t                                     \
	}

/* clang-format off */
static const struct sample samples[] = {
	FRAME(SYN_ACK, "IP 10.0.2.15:40000 > 10.0.2.2:80 TCP [S.] seq 1 ack 1 win 65535 <mss 1460,sackOK,TS val 100 ecr 200,wscale 7> len 0"),
	FRAME(SACK, "IP 10.0.2.15:40000 > 10.0.2.2:80 TCP [.] seq 5 ack 9 win 512 <sack 100:200,sack 300:400> len 0"),
	FRAME(DATA6, "IP6 [fd00:2::15]:40000 > [fd00:2::2]:80 TCP [P.] seq 7 ack 8 win 9 len 5"),
	FRAME(RST, "IP 10.0.2.15:1 > 10.0.2.2:2 TCP [R] seq 7 win 0 len 0"),
	FRAME(URGENT, "IP 10.0.2.15:1 > 10.0.2.2:2 TCP [FP.U] seq 7 ack 1 win 1 urg 3 len 3"),
	FRAME(NO_FLAGS, "IP 10.0.2.15:1 > 10.0.2.2:2 TCP [none] seq 0 win 1 len 0"),
	FRAME(PADDED_CE, "IP CE 10.0.2.15:1 > 10.0.2.2:2 TCP [.] seq 0 ack 0 win 1 len 0"),
	FRAME(DNS_QUERY, "IP 10.0.2.15:40000 > 10.0.2.2:53 UDP DNS query 4660 AAAA? x.test. len 24"),
	FRAME(DNS_NXDOMAIN, "IP 10.0.2.2:53 > 10.0.2.15:40000 UDP DNS answer 1 NXDOMAIN A? x.test. len 24"),
	FRAME(DNS_ANSWER, "IP 10.0.2.2:53 > 10.0.2.15:40000 UDP DNS answer 4660 A? www.example.org. is CNAME a.example.org., A 192.0.2.7 len 104"),
	FRAME(DNS_ANSWER6, "IP6 [fd00:2::15]:53 > [fd00:2::2]:40000 UDP DNS answer 2 truncated AAAA? x.test. is AAAA 2001:db8::7 len 58"),
	FRAME(DHCP, "IP 0.0.0.0:68 > 255.255.255.255:67 UDP DHCP discover len 244"),
	FRAME(IGMP_QUERY, "IP 10.0.2.2 > 224.0.0.1 IGMP query 0.0.0.0"),
	FRAME(IGMP3_REPORT, "IP 10.0.2.15 > 224.0.0.22 IGMP report of 1"),
	FRAME(UNREACHABLE6, "IP6 fd00::1 > fd00:2::15 ICMP6 port unreachable for [fd00:2::15]:40000 > [fd00:2::2]:9 UDP"),
	FRAME(ARP_REQUEST, "ARP who has 10.0.2.2? tell 10.0.2.15 at 52:54:00:12:34:56"),
	FRAME(ARP_REPLY, "ARP 10.0.2.15 is at 52:54:00:12:34:56"),
	FRAME(ARP_PROBE, "ARP probe 10.0.2.2 from 52:54:00:12:34:56"),
	FRAME(ARP_ANNOUNCE, "ARP announce 10.0.2.2 at 52:54:00:12:34:56"),
	FRAME(PING, "IP 10.0.2.15 > 10.0.2.2 ICMP echo request id 77 seq 3 len 56"),
	FRAME(PORT_UNREACHABLE, "IP 10.0.2.2 > 10.0.2.15 ICMP port unreachable for 10.0.2.15:4000 > 10.0.2.2:9 UDP"),
	FRAME(FRAGMENTATION_NEEDED, "IP 10.0.2.2 > 10.0.2.15 ICMP fragmentation needed mtu 1400 for 10.0.2.15:4000 > 10.0.2.2:9 TCP"),
	FRAME(IGMP, "IP 10.0.2.15 > 224.0.0.251 IGMP report 224.0.0.251"),
	FRAME(NEIGHBOR_SOLICIT, "IP6 fe80::1 > ff02::1:ff00:2 ICMP6 neighbor solicitation fe80::2"),
	FRAME(NEIGHBOR_ADVERT, "IP6 fe80::2 > fe80::1 ICMP6 neighbor advertisement fe80::2 solicited override"),
	FRAME(TOO_BIG, "IP6 fd00::1 > fd00:2::15 ICMP6 packet too big mtu 1280 for [fd00:2::15]:40000 > [fd00:2::2]:80 TCP"),
	FRAME(PING6, "IP6 fd00:2::15 > fd00:2::2 ICMP6 echo request id 1 seq 2 len 4"),
	FRAME(MLD2_REPORT, "IP6 fe80::1 > ff02::16 ICMP6 multicast report"),
	FRAME(FIRST_FRAGMENT, "IP 10.0.2.15:1000 > 10.0.2.2:2000 UDP len 2000 (1392 here) frag 9 at 0 len 1400 more"),
	FRAME(LAST_FRAGMENT, "IP 10.0.2.15 > 10.0.2.2 UDP frag 9 at 1400 len 608"),
	FRAME(LAST_FRAGMENT6, "IP6 fd00:2::15 > fd00:2::2 UDP frag 99 at 1448 len 100"),
	FRAME(VLAN, "vlan 5 IP 10.0.2.15:1 > 10.0.2.2:2 UDP len 3"),
	FRAME(LLDP, "52:54:00:12:34:56 > 01:80:c2:00:00:0e ethertype 0x88cc len 46"),
	FRAME(SCTP, "IP 10.0.2.15 > 10.0.2.2 protocol 132 len 12"),
	FRAME(UNKNOWN_PROTOCOL, "IP 10.0.2.15 > 10.0.2.2 protocol 253 len 12"),
};
/* clang-format on */

enum { SAMPLES = sizeof samples / sizeof samples[0] };

static void
each_frame_has_its_text(void **state)
{
	char buf[TEXT_LINE];

	for (size_t i = 0; i < SAMPLES; i++)
		assert_string_equal(
		    text_frame(samples[i].octets, samples[i].have, samples[i].len, buf, sizeof buf),
		    samples[i].text);
}

static void
unavailable_octets_are_not_described(void **state)
{
	char buf[TEXT_LINE];

	assert_string_equal(text_frame(FRAME_DNS_ANSWER, 128, FRAME_DNS_ANSWER_LEN, buf, sizeof buf),
	    "IP 10.0.2.2:53 > 10.0.2.15:40000 UDP DNS answer 4660 A? www.example.org. is CNAME "
	    "a.example.org. len 104");
	assert_string_equal(text_frame(FRAME_DHCP, 128, FRAME_DHCP_LEN, buf, sizeof buf),
	    "IP 0.0.0.0:68 > 255.255.255.255:67 UDP len 244");
}

static void
a_packet_is_a_frame_without_its_link_header(void **state)
{
	char buf[TEXT_LINE];

	assert_string_equal(text_packet(FRAME_RST + ETH_HDR_LEN, FRAME_RST_LEN - ETH_HDR_LEN,
				FRAME_RST_LEN - ETH_HDR_LEN, buf, sizeof buf),
	    "IP 10.0.2.15:1 > 10.0.2.2:2 TCP [R] seq 7 win 0 len 0");
	assert_string_equal(text_packet(FRAME_PING6 + ETH_HDR_LEN, FRAME_PING6_LEN - ETH_HDR_LEN,
				FRAME_PING6_LEN - ETH_HDR_LEN, buf, sizeof buf),
	    "IP6 fd00:2::15 > fd00:2::2 ICMP6 echo request id 1 seq 2 len 4");
	assert_string_equal(text_packet(NULL, 0, 0, buf, sizeof buf), "IP malformed");
}

/*
 * Describes @have octets in a buffer of exact size on the heap, so that the sanitizer detects a
 * read past the end.
 */
static void
describe(const uint8_t *octets, size_t have, size_t len, char *buf, size_t room)
{
	uint8_t *exact = malloc(have ? have : 1);

	memcpy(exact, octets, have);
	assert_ptr_equal(text_frame(exact, have, len, buf, room), buf);
	assert_true(strlen(buf) < room);
	free(exact);
}

static void
every_cut_is_reported_as_cut_not_malformed(void **state)
{
	char buf[TEXT_LINE];

	for (size_t i = 0; i < SAMPLES; i++) {
		for (size_t have = 0; have < samples[i].have; have++) {
			describe(samples[i].octets, have, have, buf, sizeof buf);
			describe(samples[i].octets, have, samples[i].len, buf, sizeof buf);
			assert_null(strstr(buf, "malformed"));
		}
	}
	describe(FRAME_RST, 40, FRAME_RST_LEN, buf, sizeof buf);
	assert_string_equal(buf, "IP 10.0.2.15:1 > 10.0.2.2:2 TCP cut");
	describe(FRAME_RST, 40, 40, buf, sizeof buf);
	assert_string_equal(buf, "IP malformed");
}

static void
a_line_never_outgrows_its_room(void **state)
{
	char whole[TEXT_LINE], buf[TEXT_LINE];

	for (size_t i = 0; i < SAMPLES; i++) {
		describe(samples[i].octets, samples[i].have, samples[i].len, whole, sizeof whole);
		for (size_t room = 1; room <= strlen(whole) + 1; room++) {
			memset(buf, '!', sizeof buf);
			describe(samples[i].octets, samples[i].have, samples[i].len, buf, room);
			assert_int_equal(strlen(buf), room - 1);
			assert_memory_equal(buf, whole, room - 1);
			assert_int_equal(buf[room], '!');
		}
	}
}

static void
flipped_bits_do_no_harm(void **state)
{
	uint8_t octets[512];
	char buf[TEXT_LINE];
	struct rng r;

	rng_seed(&r, 6);
	for (int round = 0; round < 30000; round++) {
		const struct sample *s = &samples[rng_below(&r, SAMPLES)];
		unsigned flips = 1 + (unsigned)rng_below(&r, 8);

		memcpy(octets, s->octets, s->have);
		while (flips--)
			octets[ETH_TYPE + rng_below(&r, s->have - ETH_TYPE)] ^=
			    (uint8_t)(1u << rng_below(&r, 8));
		describe(octets, s->have, s->len, buf, sizeof buf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_frame_has_its_text),
	    cmocka_unit_test(unavailable_octets_are_not_described),
	    cmocka_unit_test(a_packet_is_a_frame_without_its_link_header),
	    cmocka_unit_test(every_cut_is_reported_as_cut_not_malformed),
	    cmocka_unit_test(a_line_never_outgrows_its_room),
	    cmocka_unit_test(flipped_bits_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
