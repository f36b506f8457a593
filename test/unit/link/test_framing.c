/*
 * Ethernet, raw IP and loopback: which frames are accepted, and how frames are sent.
 */
#include "../addr.h"
#include "../pool.h"
#include "core/core.h"
#include "core/neigh.h"
#include "link/ethernet.h"
#include "link/loopback.h"
#include "link/rawip.h"
#include "pkt/queue.h"
#include "wire/eth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t our_mac[6] = {2, 0, 0, 0, 0, 1}, their_mac[6] = {2, 0, 0, 0, 0, 2};

/* One host with one interface. Keeps what it sends and what its networks get. */
static struct host {
	struct pkt_pool *pool;
	struct core *core;
	struct iface *iface;
	struct wire wire;
	struct pkt_queue sent, input;
} host;

static void
keep_sent(struct wire *wire, struct pkt *frame, nsec_t now)
{
	pkt_queue_push(&host.sent, frame);
}

static void
keep_input(void *self, struct iface *iface, struct pkt *pkt)
{
	pkt_queue_push(&host.input, pkt);
}

static const struct network_ops keeper = {.input = keep_input};

static void
host_start(const struct link_ops *link)
{
	struct core_config config = {.number = 1, .seed = 1};
	struct iface_config ic = {.name = "if0", .mtu = 1500, .link = link, .wire = &host.wire};

	host = (struct host){.pool = pkt_pool_new(1 << 20), .wire.transmit = keep_sent};
	pkt_queue_init(&host.sent);
	pkt_queue_init(&host.input);
	config.pool = host.pool;
	host.core = core_new(&config);
	assert_non_null(host.core);
	memcpy(ic.mac, our_mac, 6);
	assert_int_equal(iface_add(host.core, &ic, &host.iface), 0);
	core_register_network(host.core, false, &keeper, NULL);
	core_register_network(host.core, true, &keeper, NULL);
}

static int
start_ethernet(void **state)
{
	host_start(&ethernet_ops);
	return 0;
}

static int
start_rawip(void **state)
{
	host_start(&rawip_ops);
	return 0;
}

static int
stop(void **state)
{
	assert_int_equal(host.sent.count, 0);
	assert_int_equal(host.input.count, 0);
	core_free(host.core);
	pool_end(host.pool);
	return 0;
}

/* Passes in a frame to @dst. Returns true if it reached the network. */
static bool
takes_frame_to(const uint8_t dst[6], bool group)
{
	uint8_t frame[60] = {0};
	struct pkt *p;

	eth_put(frame, dst, their_mac, ETH_TYPE_IP4);
	frame[14] = 0x45;
	iface_input(host.iface, pkt_from_bytes(host.pool, frame, sizeof frame));
	p = pkt_queue_pop(&host.input);
	if (!p)
		return false;
	assert_int_equal(p->len, sizeof frame - 14);
	assert_int_equal(p->data[0], 0x45);
	assert_int_equal(p->ethertype, ETH_TYPE_IP4);
	assert_int_equal(p->link_group, group);
	pkt_free(p);
	return true;
}

static void
takes_frames_to_itself_and_to_all_and_no_others(void **state)
{
	static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	assert_true(takes_frame_to(our_mac, false));
	assert_true(takes_frame_to(all, true));
	assert_false(takes_frame_to(their_mac, false));
	assert_int_equal(host.core->drops[DROP_ETH_NOT_FOR_US], 1);
}

static void
takes_frames_to_groups_that_were_joined(void **state)
{
	static const uint8_t all4[6] = {1, 0, 0x5e, 0, 0, 1}, all6[6] = {0x33, 0x33, 0, 0, 0, 1};
	static const uint8_t mdns[6] = {1, 0, 0x5e, 0, 0, 251},
			     solicited[6] = {0x33, 0x33, 0xff, 0xaa, 0xbb, 0xcc};
	struct ipaddr group = addr("224.0.0.251"), own = addr("fd00::1:22aa:bbcc");

	assert_true(takes_frame_to(all4, true));
	assert_true(takes_frame_to(all6, true));
	assert_false(takes_frame_to(mdns, true));
	assert_int_equal(iface_join(host.iface, &group), 0);
	assert_true(takes_frame_to(mdns, true));
	assert_int_equal(host.iface->count.rx_other_groups, 1);
	assert_int_equal(iface_leave(host.iface, &group), 0);
	assert_false(takes_frame_to(mdns, true));
	assert_false(takes_frame_to(solicited, true));
	assert_int_equal(iface_addr_add(host.iface, &own, 64, true), 0);
	assert_true(takes_frame_to(solicited, true));
	/*
	 * Frames to groups of other hosts are usual on a shared medium. They are filtered as by a
	 * network card, and do not count as dropped.
	 */
	assert_int_equal(host.iface->count.rx_other_groups, 3);
	assert_int_equal(host.core->drops[DROP_ETH_NOT_FOR_US], 0);
}

/* IEEE 802.1Q, 9.6: VLAN 0 carries only a priority, and the frame belongs to no VLAN. */
static void
a_priority_tag_is_skipped_and_other_vlans_are_dropped(void **state)
{
	uint8_t frame[60] = {0};
	struct pkt *p;

	eth_put(frame, our_mac, their_mac, ETH_TYPE_VLAN);
	be16_put(frame + ETH_VLAN_TCI, 0xe000);
	be16_put(frame + ETH_VLAN_TYPE, ETH_TYPE_IP6);
	frame[18] = 0x60;
	iface_input(host.iface, pkt_from_bytes(host.pool, frame, sizeof frame));
	p = pkt_queue_pop(&host.input);
	assert_int_equal(p->ethertype, ETH_TYPE_IP6);
	assert_int_equal(p->data[0], 0x60);
	pkt_free(p);
	be16_put(frame + ETH_VLAN_TCI, 0xe005);
	iface_input(host.iface, pkt_from_bytes(host.pool, frame, sizeof frame));
	assert_int_equal(host.core->drops[DROP_ETH_VLAN], 1);
	iface_input(host.iface, pkt_from_bytes(host.pool, frame, 17));
	assert_int_equal(host.core->drops[DROP_TOO_SHORT], 1);
}

static void
short_and_unknown_frames_are_counted(void **state)
{
	uint8_t frame[60] = {0};

	for (size_t n = 0; n < 14; n++)
		iface_input(host.iface, pkt_from_bytes(host.pool, frame, n));
	assert_int_equal(host.core->drops[DROP_TOO_SHORT], 14);
	eth_put(frame, our_mac, their_mac, 0x88cc);
	iface_input(host.iface, pkt_from_bytes(host.pool, frame, sizeof frame));
	assert_int_equal(host.core->drops[DROP_ETH_TYPE], 1);
}

/* Checks that a packet to @next_hop is sent at once, to @mac. */
static void
assert_sent_to(const char *next_hop, const uint8_t mac[6])
{
	struct ipaddr hop = addr(next_hop);
	struct pkt *p = pkt_from_bytes(host.pool, "E...", 4);

	p->ethertype = ETH_TYPE_IP4;
	ethernet_ops.output(host.iface, p, &hop);
	p = pkt_queue_pop(&host.sent);
	assert_non_null(p);
	assert_int_equal(p->len, 18);
	assert_memory_equal(eth_dst(p->data), mac, 6);
	assert_memory_equal(eth_src(p->data), our_mac, 6);
	assert_int_equal(eth_type(p->data), ETH_TYPE_IP4);
	pkt_free(p);
}

/* RFC 1112, 6.4: the low 23 bits. RFC 2464, 7: the low 32 bits. */
static void
groups_and_broadcast_need_no_neighbour(void **state)
{
	static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t four[6] = {1, 0, 0x5e, 0x7f, 2, 3},
			     six[6] = {0x33, 0x33, 0x01, 0x02, 0x03, 0x04};
	struct ipaddr own = addr("10.1.2.3");

	assert_int_equal(iface_addr_add(host.iface, &own, 24, true), 0);
	assert_sent_to("239.255.2.3", four);
	assert_sent_to("ff05::102:304", six);
	assert_sent_to("255.255.255.255", all);
	assert_sent_to("10.1.2.255", all);
}

static void
unicast_goes_where_the_neighbour_is(void **state)
{
	struct ipaddr own = addr("10.1.2.3"), hop = addr("10.1.2.4");

	assert_int_equal(iface_addr_add(host.iface, &own, 24, true), 0);
	assert_int_equal(neigh_set_permanent(host.iface, &hop, their_mac), 0);
	assert_sent_to("10.1.2.4", their_mac);
}

static void
rawip_takes_the_family_from_the_first_octet(void **state)
{
	struct pkt *p;

	iface_input(host.iface, pkt_from_bytes(host.pool, "\x45", 1));
	iface_input(host.iface, pkt_from_bytes(host.pool, "\x60", 1));
	iface_input(host.iface, pkt_from_bytes(host.pool, "\x50", 1));
	iface_input(host.iface, pkt_from_bytes(host.pool, "", 0));
	p = pkt_queue_pop(&host.input);
	assert_int_equal(p->ethertype, ETH_TYPE_IP4);
	pkt_free(p);
	p = pkt_queue_pop(&host.input);
	assert_int_equal(p->ethertype, ETH_TYPE_IP6);
	pkt_free(p);
	assert_int_equal(host.core->drops[DROP_IP_BAD_HEADER], 1);
	assert_int_equal(host.core->drops[DROP_TOO_SHORT], 1);
}

static void
loopback_keeps_packets_until_they_are_taken(void **state)
{
	struct loopback *lo = loopback_new(host.core);
	struct wire *w = loopback_wire(lo);
	struct pkt *p;

	assert_int_equal(loopback_next(lo), NSEC_NEVER);
	for (int i = 0; i < LOOPBACK_QUEUE + 3; i++)
		w->transmit(w, pkt_from_bytes(host.pool, "E", 1), 7);
	assert_int_equal(host.core->drops[DROP_LOOPBACK_QUEUE], 3);
	assert_int_equal(loopback_waiting(lo), LOOPBACK_QUEUE);
	assert_int_equal(loopback_next(lo), 7);
	p = loopback_receive(lo);
	assert_int_equal(p->len, 1);
	pkt_free(p);
	assert_int_equal(loopback_waiting(lo), LOOPBACK_QUEUE - 1);
	loopback_free(lo);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		takes_frames_to_itself_and_to_all_and_no_others, start_ethernet, stop),
	    cmocka_unit_test_setup_teardown(takes_frames_to_groups_that_were_joined, start_ethernet, stop),
	    cmocka_unit_test_setup_teardown(
		a_priority_tag_is_skipped_and_other_vlans_are_dropped, start_ethernet, stop),
	    cmocka_unit_test_setup_teardown(short_and_unknown_frames_are_counted, start_ethernet, stop),
	    cmocka_unit_test_setup_teardown(groups_and_broadcast_need_no_neighbour, start_ethernet, stop),
	    cmocka_unit_test_setup_teardown(unicast_goes_where_the_neighbour_is, start_ethernet, stop),
	    cmocka_unit_test_setup_teardown(rawip_takes_the_family_from_the_first_octet, start_rawip, stop),
	    cmocka_unit_test_setup_teardown(loopback_keeps_packets_until_they_are_taken, start_rawip, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
