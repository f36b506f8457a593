/*
 * Fragments: RFC 791, RFC 815, RFC 1122, 3.3.2, RFC 5722, RFC 6946, RFC 8200, 4.5.
 */
#include "harness.h"
#include "net/frag_runs.h"

#include <stdio.h>

static uint8_t pattern[65536];

static void
hear_fragment4(struct host *h, const char *src, uint16_t id, uint32_t from, uint32_t to, bool more)
{
	static uint8_t p[66000];
	struct ipaddr s = addr(src), d = addr("10.0.0.1");

	ip4_put(p, 0, (uint16_t)(20 + to - from), id, (uint16_t)(from / 8 | (more ? IP4_MF : 0)), 64,
	    TEST_PROTO, &s, &d);
	checksum_put(p + IP4_SUM, checksum_add(p, 20, 0));
	memcpy(p + 20, pattern + from, to - from);
	host_payload(h, ETH_TYPE_IP4, p, 20 + to - from);
}

static void
hear_fragment6(struct host *h, uint32_t id, uint32_t from, uint32_t to, bool more)
{
	static uint8_t p[66000];

	ip6_frag_put(p, TEST_PROTO, from, more, id);
	memcpy(p + 8, pattern + from, to - from);
	{
		static uint8_t whole[66100];
		size_t n = make6(whole, "fd00::2", "fd00::1", IP_PROTO_FRAGMENT, 64, p, 8 + to - from);

		host_payload(h, ETH_TYPE_IP6, whole, n);
	}
}

static void
expect_whole(struct host *h, uint32_t len)
{
	assert_int_equal(h->received, 1);
	assert_int_equal(h->data_len, len);
	assert_memory_equal(h->data, pattern, len);
}

/* RFC 791, 3.2: fragments may arrive in any order. */
static void
fragments_make_a_whole_in_any_order(void **state)
{
	struct host *h = *state;
	static const uint8_t order[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	for (unsigned o = 0; o < 6; o++) {
		h->received = 0;
		for (unsigned i = 0; i < 3; i++) {
			uint32_t from = order[o][i] * 1480u;

			assert_int_equal(h->received, 0);
			hear_fragment4(h, "10.0.0.2", (uint16_t)o, from,
			    order[o][i] == 2 ? 4000 : from + 1480, order[o][i] != 2);
		}
		expect_whole(h, 4000);
		h->received = 0;
		for (unsigned i = 0; i < 3; i++) {
			uint32_t from = order[o][i] * 1448u;

			assert_int_equal(h->received, 0);
			hear_fragment6(h, o, from, order[o][i] == 2 ? 4001 : from + 1448, order[o][i] != 2);
		}
		expect_whole(h, 4001);
	}
	assert_int_equal(h->net->frags.octets, 0);
}

/* The largest possible datagram. */
static void
the_largest_datagram_is_reassembled(void **state)
{
	struct host *h = *state;

	for (uint32_t at = 65514 / 1480 * 1480;; at -= 1480) { /* backwards */
		hear_fragment4(
		    h, "10.0.0.2", 1, at, at + 1480 < 65515 ? at + 1480 : 65515, at + 1480 < 65515);
		if (at == 0)
			break;
	}
	expect_whole(h, 65515);
}

/*
 * An exact duplicate changes nothing. One with other octets at the same offset condemns the
 * datagram (RFC 8200, 4.5).
 */
static void
exact_duplicates_are_ignored(void **state)
{
	struct host *h = *state;

	hear_fragment4(h, "10.0.0.2", 1, 0, 1480, true);
	hear_fragment4(h, "10.0.0.2", 1, 0, 1480, true);
	hear_fragment4(h, "10.0.0.2", 1, 1480, 2000, false);
	expect_whole(h, 2000);
	h->received = 0;
	hear_fragment4(h, "10.0.0.2", 2, 0, 1480, true);
	pattern[5] ^= 1;
	hear_fragment4(h, "10.0.0.2", 2, 0, 1480, true);
	pattern[5] ^= 1;
	hear_fragment4(h, "10.0.0.2", 2, 1480, 2000, false);
	assert_int_equal(h->received, 0);
	assert_int_equal(h->core->drops[DROP_FRAG_OVERLAP], 2);
}

/* RFC 5722, 4: the datagram is dropped, and so are its later fragments. */
static void
overlaps_condemn_the_datagram(void **state)
{
	struct host *h = *state;

	hear_fragment6(h, 1, 0, 1000, true);
	hear_fragment6(h, 1, 992, 1992, true);
	hear_fragment6(h, 1, 1992, 2000, false);
	hear_fragment6(h, 1, 8, 2000, false);
	assert_int_equal(h->received, 0);
	assert_int_equal(h->core->drops[DROP_FRAG_OVERLAP], 3);
	hear_fragment4(h, "10.0.0.2", 1, 0, 1000, true);
	hear_fragment4(h, "10.0.0.2", 1, 992, 1992, false);
	assert_int_equal(h->core->drops[DROP_FRAG_OVERLAP], 4);
	host_advance(h, 61 * SEC);
	hear_fragment6(h, 1, 0, 1000, true); /* it has expired: a new datagram may begin */
	hear_fragment6(h, 1, 1000, 2000, false);
	expect_whole(h, 2000);
}

/* Two different ends, and octets after the end. */
static void
contradicting_ends_condemn_the_datagram(void **state)
{
	struct host *h = *state;

	hear_fragment4(h, "10.0.0.2", 1, 1000, 2000, false);
	hear_fragment4(h, "10.0.0.2", 1, 2000, 2400, false);
	hear_fragment4(h, "10.0.0.2", 2, 1000, 2000, false);
	hear_fragment4(h, "10.0.0.2", 2, 2000, 2400, true);
	hear_fragment4(h, "10.0.0.2", 3, 2000, 2400, true);
	hear_fragment4(h, "10.0.0.2", 3, 1000, 2000, false);
	assert_int_equal(h->core->drops[DROP_FRAG_OVERLAP], 3);
	hear_fragment4(h, "10.0.0.2", 3, 0, 1000, true);
	assert_int_equal(h->received, 0);
}

/*
 * RFC 791: all pieces but the last are multiples of eight octets, and nothing reaches beyond 65535.
 */
static void
impossible_fragments_are_refused(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	hear_fragment4(h, "10.0.0.2", 1, 0, 1001, true);
	hear_fragment4(h, "10.0.0.2", 1, 65528, 65536, false);
	assert_int_equal(h->core->drops[DROP_FRAG_BAD], 2);
	assert_int_equal(h->wire[0].sent.count, 0);
	hear_fragment6(h, 1, 0, 1001, true); /* RFC 8200, 4.5: answered with an error */
	assert_int_equal(h->core->drops[DROP_FRAG_BAD], 3);
	assert_int_not_equal(host_sent_bytes(h, 0, f), 0);
	assert_int_equal(f[ETH_HDR_LEN + 40], ICMP6_PARAM);
	assert_int_equal(be32_get(f + ETH_HDR_LEN + 44), IP6_LEN);
}

/*
 * RFC 1122, 3.3.2 and RFC 8200, 4.5: "time exceeded" is sent if, and only if, fragment zero
 * arrived.
 */
static void
timeout_is_reported_if_fragment_zero_arrived(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	hear_fragment4(h, "10.0.0.2", 1, 0, 1000, true);
	hear_fragment4(h, "10.0.0.2", 2, 1000, 2000, true);
	hear_fragment6(h, 1, 0, 1000, true);
	host_advance(h, 31 * SEC);
	assert_int_equal(h->core->drops[DROP_FRAG_TIMEOUT], 2);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + 576);
	assert_int_equal(f[ETH_HDR_LEN + 20], ICMP4_TIME_EXCEEDED);
	assert_int_equal(f[ETH_HDR_LEN + 21], ICMP4_TIME_REASSEMBLY);
	assert_int_equal(host_sent_bytes(h, 0, f), 0);
	host_advance(h, 30 * SEC);
	assert_int_not_equal(host_sent_bytes(h, 0, f), 0);
	assert_int_equal(f[ETH_HDR_LEN + 40], ICMP6_TIME_EXCEEDED);
	assert_int_equal(f[ETH_HDR_LEN + 41], ICMP6_TIME_REASSEMBLY);
	assert_int_equal(f[ETH_HDR_LEN + 48 + IP6_NEXT], IP_PROTO_FRAGMENT); /* as it arrived */
	assert_int_equal(h->net->frags.octets, 0);
	assert_int_equal(h->net->frags.table.count, 0);
}

/* A flood fills no more than the share of its source, and another sender is still served. */
static void
a_flood_is_bounded(void **state)
{
	struct host *h = *state;

	for (unsigned i = 0; i < 20000; i++)
		hear_fragment4(h, "10.0.0.66", (uint16_t)i, 800, 1600, true);
	assert_true(h->net->frags.octets <= FRAG_SOURCE_MAX);
	assert_true(pkt_pool_octets(h->pool) <= FRAG_SOURCE_MAX);
	assert_int_not_equal(h->core->drops[DROP_FRAG_LIMIT], 0);
	hear_fragment4(h, "10.0.0.2", 1, 0, 1480, true);
	hear_fragment4(h, "10.0.0.66", 30000, 800, 1600, true);
	hear_fragment4(h, "10.0.0.2", 1, 1480, 2000, false);
	expect_whole(h, 2000);
	for (unsigned i = 0; i < 20000; i++) {
		char src[32];

		snprintf(src, sizeof src, "10.0.0.%u", 3 + i % 200);
		hear_fragment4(h, src, (uint16_t)i, 800, 1600, true);
	}
	assert_true(h->net->frags.octets <= FRAG_OCTETS_MAX);
	host_advance(h, 31 * SEC);
	assert_int_equal(pkt_pool_in_use(h->pool), 0);
}

/* The number of separate runs in one datagram is limited. */
static void
a_datagram_in_too_many_pieces_is_dropped(void **state)
{
	struct host *h = *state;

	for (uint32_t i = 0; i < 100; i++)
		hear_fragment4(h, "10.0.0.2", 1, 16 * i, 16 * i + 8, true);
	assert_int_equal(h->core->drops[DROP_FRAG_LIMIT], 1);
	assert_int_equal(h->core->drops[DROP_FRAG_OVERLAP], 100 - FRAG_RUNS - 1);
}

/* RFC 6946: a whole packet with a fragment header does not wait, whatever else has its ID. */
static void
atomic_fragment_is_delivered_at_once(void **state)
{
	struct host *h = *state;

	hear_fragment6(h, 7, 8, 1000, true);
	hear_fragment6(h, 7, 0, 500, false);
	expect_whole(h, 500);
}

/*
 * RFC 7112, 5: a first fragment holds all headers up to the upper layer's. Otherwise it is dropped,
 * and the sender gets an error.
 */
static void
first_fragment_without_all_headers_is_refused(void **state)
{
	struct host *h = *state;
	static const struct {
		/* after the fragment header; @ext octets of destination options */
		uint8_t next, ext, upper;
		uint8_t doff; /* the header length in TCP itself */
		uint8_t len;
		bool whole;
	} rows[] = {
	    {IP_PROTO_TCP, 0, IP_PROTO_TCP, 5, 16, false},
	    {IP_PROTO_TCP, 0, IP_PROTO_TCP, 5, 24, true},
	    {IP_PROTO_TCP, 0, IP_PROTO_TCP, 8, 24, false}, /* its options are missing */
	    {IP_PROTO_TCP, 0, IP_PROTO_TCP, 8, 32, true},
	    {IP_PROTO_UDP, 0, IP_PROTO_UDP, 0, 8, true},
	    {IP_PROTO_DSTOPTS, 8, IP_PROTO_UDP, 0, 8, false},
	    {IP_PROTO_DSTOPTS, 16, IP_PROTO_UDP, 0, 16, false},
	    {IP_PROTO_DSTOPTS, 16, IP_PROTO_UDP, 0, 8, false}, /* it ends within the options */
	    {IP_PROTO_DSTOPTS, 16, IP_PROTO_UDP, 0, 24, true},
	    {IP_PROTO_FRAGMENT, 0, IP_PROTO_UDP, 0, 8, false},
	    {IP_PROTO_FRAGMENT, 0, IP_PROTO_UDP, 0, 16, true},
	    {IP_PROTO_DSTOPTS, 8, TEST_PROTO, 0, 8, false},
	    {IP_PROTO_DSTOPTS, 8, IP_PROTO_NONE, 0, 8, true},
	    {TEST_PROTO, 0, TEST_PROTO, 0, 8, true},
	};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t m[100] = {0}, p[200], f[2000];
		uint64_t before = h->core->drops[DROP_FRAG_CHAIN];
		uint8_t *at = m + IP6_FRAG_LEN;

		ip6_frag_put(m, rows[i].next, 0, true, 100 + i);
		if (rows[i].ext) {
			at[0] = rows[i].upper;
			at[1] = rows[i].ext / 8 - 1;
		} else if (rows[i].next == IP_PROTO_FRAGMENT) {
			at[0] = rows[i].upper;
		} else {
			at[12] = (uint8_t)(rows[i].doff << 4);
		}
		host_payload(h, ETH_TYPE_IP6, p,
		    make6(p, "fd00::2", "fd00::1", IP_PROTO_FRAGMENT, 64, m, IP6_FRAG_LEN + rows[i].len));
		assert_int_equal(h->core->drops[DROP_FRAG_CHAIN], before + !rows[i].whole);
		assert_int_equal(host_sent_bytes(h, 0, f) != 0, !rows[i].whole);
		if (rows[i].whole)
			continue;
		assert_int_equal(f[ETH_HDR_LEN + 40], ICMP6_PARAM);
		assert_int_equal(f[ETH_HDR_LEN + 41], ICMP6_PARAM_CHAIN);
		assert_int_equal(be32_get(f + ETH_HDR_LEN + 44), 0);
	}
	assert_int_equal(h->net->frags.table.count, 7); /* the others left nothing */
}

/* RFC 3168, 5.3: CE on one fragment is CE on the datagram. */
static void
congestion_mark_survives_reassembly(void **state)
{
	struct host *h = *state;
	uint8_t p[100];

	for (unsigned i = 0; i < 2; i++) {
		make4(p, "10.0.0.2", "10.0.0.1", TEST_PROTO, i ? 1 : IP4_MF, pattern + i * 8, 8);
		p[IP4_TOS] = i ? IP_ECN_CE : IP_ECN_ECT0;
		be16_put(p + IP4_SUM, 0);
		checksum_put(p + IP4_SUM, checksum_add(p, 20, 0));
		host_payload(h, ETH_TYPE_IP4, p, 28);
	}
	expect_whole(h, 16);
	assert_int_equal(h->rx.tos, IP_ECN_CE);
}

/*
 * A datagram that is too long for the link is fragmented when sent. Every piece is within the MTU,
 * and the other side reassembles it.
 */
static void
large_datagrams_cross_in_fragments(void **state)
{
	static struct host a, b;
	static const uint32_t sizes[] = {1480, 1481, 1488, 3000, 40000, 65515};
	struct pkt_pool *pool = pkt_pool_new(64 << 20);

	(void)state;
	host_init(&a, pool, TEST_MAC_US);
	host_init(&b, pool, TEST_MAC_PEER);
	host_address(&a, 0, "10.0.0.1", 24);
	host_address(&a, 0, "fd00::1", 64);
	host_address(&b, 0, "10.0.0.2", 24);
	host_address(&b, 0, "fd00::2", 64);
	for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		for (unsigned v6 = 0; v6 < 2; v6++) {
			b.received = 0;
			assert_int_equal(host_send(&a, v6 ? "fd00::1" : "10.0.0.1",
					     v6 ? "fd00::2" : "10.0.0.2", pattern, sizes[i], false),
			    0);
			pump(&a, &b);
			expect_whole(&b, sizes[i]);
		}
	}
	assert_int_equal(a.core->drops[DROP_IFACE_MTU], 0);
	host_fini(&a);
	host_fini(&b);
	pool_end(pool);
}

/*
 * A route may have an MTU that no link can have. Packets are then fragmented to the MTU that every
 * link supports (RFC 791, 3.2; RFC 8200, 5).
 */
static void
tiny_route_mtus_end_in_fragments(void **state)
{
	struct host *h = *state;

	for (unsigned v6 = 0; v6 < 2; v6++) {
		for (uint32_t mtu = 1; mtu < 100; mtu++) {
			struct route r = {.dst = addr(v6 ? "2001:db8::" : "192.0.2.0"),
			    .bits = v6 ? 32 : 24,
			    .gateway = addr(v6 ? "fd00::2" : "10.0.0.2"),
			    .ifindex = h->eth[0]->index,
			    .src = v6 ? IPADDR_ANY6 : IPADDR_ANY4,
			    .mtu = mtu};

			assert_int_equal(route_add(h->core, &r), 0);
			assert_int_equal(host_send(h, v6 ? "fd00::1" : "10.0.0.1",
					     v6 ? "2001:db8::1" : "192.0.2.1", pattern, 1400, false),
			    0);
			assert_in_range(h->wire[0].sent.count, 2, 1400 / 48 + 1);
			host_discard(h);
			assert_int_equal(route_del(h->core, &r), 0);
		}
	}
}

static int
send_within(struct host *h, uint32_t mtu, uint32_t len, bool dont_fragment)
{
	struct ip_tx tx = {.src = addr("fd00::1"),
	    .dst = addr("fd00::2"),
	    .proto = TEST_PROTO,
	    .mtu = mtu,
	    .dont_fragment = dont_fragment};
	struct pkt *p = pkt_from_bytes(h->pool, pattern, len);

	assert_non_null(p);
	p->l4 = p->data;
	return core_output(h->core, p, &tx);
}

/*
 * RFC 3542, 11.1 and Linux's IPV6_MTU: the sender limits the size of packets, never above the
 * path's MTU, never below 1280.
 */
static void
a_sender_bounds_its_fragments(void **state)
{
	static const struct {
		uint32_t mtu, len;
		unsigned pieces;
	} cases[] = {{1280, 1240, 1}, {1280, 1241, 2}, {1280, 1400, 2}, {1400, 1360, 1}, {9000, 1460, 1},
	    {9000, 1461, 2}, {100, 1240, 1}, {0, 1460, 1}};
	struct host *h = *state;

	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(send_within(h, cases[i].mtu, cases[i].len, false), 0);
		assert_int_equal(h->wire[0].sent.count, cases[i].pieces);
		host_discard(h);
	}
	assert_int_equal(send_within(h, 1280, 1241, true), -LEAT_EMSGSIZE);
}

/*
 * RFC 4443, 2.4 (e); RFC 1122, 3.2.2: packets from link broadcast are not answered with an error,
 * and neither are their fragments.
 */
static void
fragments_from_link_broadcast_get_no_error(void **state)
{
	struct host *h = *state;
	uint8_t m[16] = {0}, f[200];

	for (unsigned piece = 0; piece < 2; piece++) {
		ip6_frag_put(m, 253, piece * 8, piece == 0, 77); /* an unsupported protocol */
		eth_put(f, (uint8_t[6]){0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, TEST_MAC_PEER, ETH_TYPE_IP6);
		host_frame(h, 0, f,
		    ETH_HDR_LEN + make6(f + ETH_HDR_LEN, "fd00::2", "fd00::1", IP_PROTO_FRAGMENT, 64, m, 16));
	}
	assert_int_equal(h->core->drops[DROP_IP_NO_PROTOCOL], 1);
	assert_int_equal(h->wire[0].sent.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    usual_test(fragments_make_a_whole_in_any_order),
	    usual_test(the_largest_datagram_is_reassembled),
	    usual_test(exact_duplicates_are_ignored),
	    usual_test(overlaps_condemn_the_datagram),
	    usual_test(contradicting_ends_condemn_the_datagram),
	    usual_test(impossible_fragments_are_refused),
	    usual_test(timeout_is_reported_if_fragment_zero_arrived),
	    usual_test(a_flood_is_bounded),
	    usual_test(a_datagram_in_too_many_pieces_is_dropped),
	    usual_test(atomic_fragment_is_delivered_at_once),
	    usual_test(first_fragment_without_all_headers_is_refused),
	    usual_test(congestion_mark_survives_reassembly),
	    usual_test(tiny_route_mtus_end_in_fragments),
	    usual_test(a_sender_bounds_its_fragments),
	    usual_test(fragments_from_link_broadcast_get_no_error),
	    cmocka_unit_test(large_datagrams_cross_in_fragments),
	};

	for (unsigned i = 0; i < sizeof pattern; i++)
		pattern[i] = (uint8_t)(i * 31 + i / 256);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
