/*
 * ARP: RFC 826 and RFC 5227.
 */
#include "harness.h"

static const uint8_t ZERO[6], ALL[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, EVIL[6] = {2, 0, 0, 0, 6, 6};

static void
hear_arp(struct host *h, uint16_t op, const uint8_t *sha, const char *spa, const char *tpa)
{
	struct ipaddr s = addr(spa), t = addr(tpa);
	uint8_t m[46] = {0}; /* padded as a link does */

	arp_put(m, op, sha, &s, ZERO, &t);
	host_payload(h, ETH_TYPE_ARP, m, sizeof m);
}

static size_t
sent_arp(struct host *h, uint8_t *f)
{
	size_t n = host_sent_bytes(h, 0, f);

	if (n)
		assert_int_equal(eth_type(f), ETH_TYPE_ARP);
	return n;
}

static void
count_neigh(const struct neigh_info *info, void *arg)
{
	if (info->state != NEIGH_PERMANENT)
		++*(unsigned *)arg;
}

static unsigned
neighbours(struct host *h)
{
	unsigned n = 0;

	neigh_each(h->core, count_neigh, &n);
	return n;
}

/*
 * RFC 826: a request for an address of this host is answered to its sender, and the sender is
 * learned.
 */
static void
request_for_us_is_answered_and_learned(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	hear_arp(h, ARP_OP_REQUEST, TEST_MAC_PEER, "10.0.0.9", "10.0.0.1");
	assert_int_equal(sent_arp(h, f), ETH_HDR_LEN + ARP_LEN);
	assert_memory_equal(eth_dst(f), TEST_MAC_PEER, 6);
	assert_int_equal(arp_op(f + ETH_HDR_LEN), ARP_OP_REPLY);
	assert_memory_equal(arp_sha(f + ETH_HDR_LEN), TEST_MAC_US, 6);
	assert_int_equal(neighbours(h), 1);
}

/* RFC 826: only the owner of an address answers, and foreign senders are not learned. */
static void
request_for_another_is_not_answered(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	hear_arp(h, ARP_OP_REQUEST, TEST_MAC_PEER, "10.0.0.9", "10.0.0.7");
	assert_int_equal(sent_arp(h, f), 0);
	assert_int_equal(neighbours(h), 0);
	assert_int_equal(h->core->drops[DROP_ARP_NOT_FOR_US], 1);
}

/* RFC 826: packets wait for the answer, and are then sent in order. */
static void
packets_wait_for_the_answer(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	assert_int_equal(host_send(h, "10.0.0.1", "10.0.0.9", "one", 3, true), 0);
	assert_int_equal(host_send(h, "10.0.0.1", "10.0.0.9", "two", 3, true), 0);
	assert_int_equal(sent_arp(h, f), ETH_HDR_LEN + ARP_LEN);
	assert_memory_equal(eth_dst(f), ALL, 6);
	assert_int_equal(host_sent_bytes(h, 0, f), 0);
	hear_arp(h, ARP_OP_REPLY, TEST_MAC_PEER, "10.0.0.9", "10.0.0.1");
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + IP4_HDR_LEN + 3);
	assert_memory_equal(eth_dst(f), TEST_MAC_PEER, 6);
	assert_memory_equal(f + ETH_HDR_LEN + IP4_HDR_LEN, "one", 3);
	assert_int_equal(host_sent_bytes(h, 0, f), ETH_HDR_LEN + IP4_HDR_LEN + 3);
	assert_memory_equal(f + ETH_HDR_LEN + IP4_HDR_LEN, "two", 3);
}

/*
 * RFC 1122, 2.3.2.1 and RFC 4861, 7.2.2: three requests one second apart, then the transport is
 * notified.
 */
static void
silence_is_reported_to_the_transport(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	host_send(h, "10.0.0.1", "10.0.0.9", "12345678", 8, true);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_not_equal(sent_arp(h, f), 0);
		assert_int_equal(host_sent_bytes(h, 0, f), 0);
		assert_int_equal(h->errors, 0);
		host_advance(h, SEC);
	}
	assert_int_equal(h->errors, 1);
	assert_true(h->error.own);
	assert_int_equal(h->error.error, LEAT_EHOSTUNREACH);
	assert_int_equal(h->error.kind, NET_ERROR_SOFT);
	assert_int_equal(h->core->drops[DROP_NEIGH_FAILED], 1);
}

/* RFC 826 updates entries that exist. An answer that was not asked for makes none. */
static void
unsolicited_reply_makes_no_entry(void **state)
{
	struct host *h = *state;

	hear_arp(h, ARP_OP_REPLY, EVIL, "10.0.0.9", "10.0.0.1");
	assert_int_equal(neighbours(h), 0);
}

/*
 * RFC 5227, 2.4: another host that uses the address is counted, and answered with one announcement
 * in ten seconds.
 */
static void
address_is_defended_at_a_limited_rate(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	for (unsigned i = 0; i < 5; i++)
		hear_arp(h, ARP_OP_REQUEST, EVIL, "10.0.0.1", "10.0.0.1");
	assert_int_equal(h->core->drops[DROP_ARP_SPOOF], 5);
	assert_int_not_equal(sent_arp(h, f), 0);
	assert_memory_equal(f + ETH_HDR_LEN + ARP_SPA, f + ETH_HDR_LEN + ARP_TPA, 4);
	assert_int_equal(sent_arp(h, f), 0);
	host_advance(h, 11 * SEC);
	hear_arp(h, ARP_OP_REQUEST, EVIL, "10.0.0.1", "10.0.0.1");
	assert_int_not_equal(sent_arp(h, f), 0);
}

/*
 * RFC 5227, 2.1.1 and 2.3: three probes from 0.0.0.0; then the address is used, and announced
 * twice.
 */
static void
tentative_address_is_probed_then_announced(void **state)
{
	struct host *h = *state;
	struct ipaddr a = addr("10.0.0.5");
	unsigned probes = 0, announcements = 0;
	uint8_t f[2000];

	assert_int_equal(iface_addr_add(h->eth[0], &a, 24, false), 0);
	assert_null(iface_of_addr(h->core, &a));
	for (unsigned i = 0; i < 150; i++) {
		host_advance(h, 100 * MSEC);
		while (sent_arp(h, f)) {
			static const uint8_t none[4];
			bool probe = memcmp(f + ETH_HDR_LEN + ARP_SPA, none, 4) == 0;

			probes += probe;
			announcements += !probe;
			if (probe)
				assert_null(iface_of_addr(h->core, &a));
		}
	}
	assert_int_equal(probes, 3);
	assert_int_equal(announcements, 2);
	assert_ptr_equal(iface_of_addr(h->core, &a), h->eth[0]);
}

/* RFC 5227, 2.1.1: another host that uses or probes the address during this time keeps it. */
static void
conflict_while_probing_gives_the_address_up(void **state)
{
	struct host *h = *state;
	struct ipaddr a = addr("10.0.0.5"), b = addr("10.0.0.6");

	assert_int_equal(iface_addr_add(h->eth[0], &a, 24, false), 0);
	assert_int_equal(iface_addr_add(h->eth[0], &b, 24, false), 0);
	hear_arp(h, ARP_OP_REPLY, EVIL, "10.0.0.5", "10.0.0.9");
	hear_arp(h, ARP_OP_REQUEST, EVIL, "0.0.0.0", "10.0.0.6");
	assert_int_equal(iface_addr_find(h->eth[0], &a)->state, ADDR_DUPLICATE);
	assert_int_equal(iface_addr_find(h->eth[0], &b)->state, ADDR_DUPLICATE);
	host_advance(h, 20 * SEC);
	assert_null(iface_of_addr(h->core, &a));
	assert_int_equal(h->core->drops[DROP_ARP_SPOOF], 2);
}

/* RFC 5227, 1.2: a probe for an address that this host uses is answered. */
static void
probe_for_our_address_is_answered(void **state)
{
	struct host *h = *state;
	uint8_t f[2000];

	hear_arp(h, ARP_OP_REQUEST, EVIL, "0.0.0.0", "10.0.0.1");
	assert_int_not_equal(sent_arp(h, f), 0);
	assert_int_equal(arp_op(f + ETH_HDR_LEN), ARP_OP_REPLY);
	assert_int_equal(neighbours(h), 0);
}

/* Impossible lengths, types and addresses. */
static void
malformed_arp_is_counted(void **state)
{
	struct host *h = *state;
	struct ipaddr s = addr("10.0.0.9"), t = addr("10.0.0.1");
	uint8_t good[ARP_LEN], m[ARP_LEN];
	static const struct {
		unsigned at;
		uint8_t value;
	} bad[] = {{0, 9}, {2, 9}, {4, 5}, {5, 16}, {7, 9}, {8, 1}, {14, 224}};

	arp_put(good, ARP_OP_REQUEST, TEST_MAC_PEER, &s, ZERO, &t);
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		memcpy(m, good, sizeof m);
		m[bad[i].at] = bad[i].value;
		host_payload(h, ETH_TYPE_ARP, m, sizeof m);
		assert_int_equal(h->core->drops[DROP_ARP_BAD], i + 1);
	}
	host_payload(h, ETH_TYPE_ARP, good, ARP_LEN - 1);
	assert_int_equal(h->core->drops[DROP_ARP_BAD], 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    usual_test(request_for_us_is_answered_and_learned),
	    usual_test(request_for_another_is_not_answered),
	    usual_test(packets_wait_for_the_answer),
	    usual_test(silence_is_reported_to_the_transport),
	    usual_test(unsolicited_reply_makes_no_entry),
	    usual_test(address_is_defended_at_a_limited_rate),
	    usual_test(tentative_address_is_probed_then_announced),
	    usual_test(conflict_while_probing_gives_the_address_up),
	    usual_test(probe_for_our_address_is_answered),
	    usual_test(malformed_arp_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
