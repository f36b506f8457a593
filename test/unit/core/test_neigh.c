/*
 * The neighbour table: RFC 4861, 7.3; RFC 6583.
 */
#include "fake.h"

static const uint8_t MAC[6] = {2, 0, 0, 0, 0, 9}, OTHER[6] = {2, 0, 0, 0, 0, 8};

/* A packet of protocol 200 from 10.0.0.1. */
static struct pkt *
packet(const char *dst, size_t payload)
{
	static uint8_t b[66000];
	struct ipaddr s = addr("10.0.0.1"), d = addr(dst);

	ip4_put(b, 0, (uint16_t)(20 + payload), 0, 0, 64, 200, &s, &d);
	return pkt_from_bytes(fake.pool, b, 20 + payload);
}

static void
send_to(const char *dst)
{
	struct ipaddr d = addr(dst);

	neigh_output(fake.eth0, packet(dst, 8), &d);
}

static void
hear(const char *from, const uint8_t *mac, bool solicited, bool create)
{
	struct neigh_event event = {
	    .addr = addr(from), .solicited = solicited, .override = true, .create = create};

	memcpy(event.mac, mac, 6);
	neigh_heard(fake.eth0, &event);
}

static struct {
	struct ipaddr addr;
	enum neigh_state state;
	unsigned count;
} seen;

static void
look_at(const struct neigh_info *info, void *arg)
{
	(void)arg;
	seen.count++;
	if (ipaddr_eq(&info->addr, &seen.addr))
		seen.state = info->state;
}

static enum neigh_state
state_of(const char *text)
{
	seen.addr = addr(text);
	seen.state = NEIGH_NONE;
	seen.count = 0;
	neigh_each(fake.core, look_at, NULL);
	return seen.state;
}

static int
setup(void **state)
{
	fake_setup(state);
	fake_address(fake.eth0, "10.0.0.1", 8);
	return 0;
}

/*
 * RFC 4861, 7.2.2: MAX_MULTICAST_SOLICIT solicitations, RETRANS_TIMER apart. Then the sender of
 * each waiting packet is notified of the failure.
 */
static void
no_answer_fails_each_waiting_packet(void **state)
{
	(void)state;
	send_to("10.0.0.9");
	send_to("10.0.0.9");
	assert_int_equal(fake.solicits, 1);
	fake_advance(999 * MSEC);
	assert_int_equal(fake.solicits, 1);
	fake_advance(1 * MSEC);
	assert_int_equal(fake.solicits, 2);
	fake_advance(SEC);
	assert_int_equal(fake.solicits, 3);
	assert_int_equal(fake.errors, 0);
	fake_advance(SEC);
	assert_int_equal(fake.solicits, 3);
	assert_int_equal(fake.errors, 2);
	assert_true(fake.error.own);
	assert_int_equal(fake.error.quoted_len, 8);
	assert_int_equal(state_of("10.0.0.9"), NEIGH_FAILED);
	send_to("10.0.0.9"); /* the next packet starts another attempt at once */
	assert_int_equal(fake.solicits, 4);
	assert_int_equal(state_of("10.0.0.9"), NEIGH_INCOMPLETE);
}

/* RFC 4861, 7.2.2: the queue of waiting packets is bounded, and the oldest are dropped. */
static void
waiting_list_is_bounded(void **state)
{
	struct ipaddr d = addr("10.0.0.9");

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		send_to("10.0.0.9");
	assert_int_equal(fake.core->drops[DROP_NEIGH_QUEUE], 300 - 101);
	hear("10.0.0.9", MAC, true, false);
	assert_int_equal(fake_discard(), 101);
	for (unsigned i = 0; i < 10; i++)
		neigh_output(fake.eth0, packet("10.0.0.8", 60000), &d);
	fake_discard();
	d = addr("10.0.0.8");
	for (unsigned i = 0; i < 10; i++)
		neigh_output(fake.eth0, packet("10.0.0.8", 60000), &d);
	assert_int_equal(fake.core->drops[DROP_NEIGH_QUEUE], 199 + 6);
}

/* RFC 4861, 7.3.1: progress of a transport keeps a neighbour reachable without a probe. */
static void
confirmation_spares_probes(void **state)
{
	struct ipaddr d = addr("10.0.0.9");

	(void)state;
	send_to("10.0.0.9");
	hear("10.0.0.9", MAC, true, false);
	for (unsigned i = 0; i < 100; i++) {
		fake_advance(5 * SEC);
		send_to("10.0.0.9");
		neigh_confirm(fake.eth0, &d);
		assert_int_equal(state_of("10.0.0.9"), NEIGH_REACHABLE);
	}
	assert_int_equal(fake.solicits, 1);
	fake_advance(46 * SEC);
	assert_int_equal(state_of("10.0.0.9"), NEIGH_STALE);
	send_to("10.0.0.9");
	assert_int_equal(state_of("10.0.0.9"), NEIGH_DELAY);
	neigh_confirm(fake.eth0, &d);
	assert_int_equal(state_of("10.0.0.9"), NEIGH_REACHABLE);
	assert_int_equal(fake.solicits, 1);
}

/*
 * RFC 4861, 7.3.3: DELAY, then MAX_UNICAST_SOLICIT probes to the neighbour alone. An answer ends
 * them.
 */
static void
probes_go_to_it_alone(void **state)
{
	(void)state;
	hear("10.0.0.9", MAC, false, true);
	assert_int_equal(state_of("10.0.0.9"), NEIGH_STALE);
	send_to("10.0.0.9");
	fake_advance(5 * SEC);
	assert_int_equal(state_of("10.0.0.9"), NEIGH_PROBE);
	fake_advance(SEC);
	assert_int_equal(fake.unicast_solicits, 2);
	hear("10.0.0.9", MAC, true, false);
	assert_int_equal(state_of("10.0.0.9"), NEIGH_REACHABLE);
	fake_advance(10 * SEC);
	assert_int_equal(fake.unicast_solicits, 2);
	hear("10.0.0.9", OTHER, false, false); /* it has another link address, not yet proved */
	assert_int_equal(state_of("10.0.0.9"), NEIGH_STALE);
}

/*
 * RFC 9293, 3.8.3 and RFC 7048, 3: when a transport doubts a neighbour, it is probed at once, first
 * alone and then by multicast. A new link address is learned.
 */
static void
doubt_probes_at_once_and_then_by_multicast(void **state)
{
	struct ipaddr d = addr("10.0.0.9");

	(void)state;
	neigh_doubt(fake.eth0, &d); /* there is no entry */
	assert_int_equal(fake.solicits, 0);
	send_to("10.0.0.9");
	neigh_doubt(fake.eth0, &d); /* it is being resolved */
	hear("10.0.0.9", MAC, true, false);
	fake_advance(999 * MSEC);
	neigh_doubt(fake.eth0, &d); /* it has just answered */
	assert_int_equal(state_of("10.0.0.9"), NEIGH_REACHABLE);
	assert_int_equal(fake.solicits, 1);
	fake_advance(1 * MSEC);
	neigh_doubt(fake.eth0, &d);
	assert_int_equal(state_of("10.0.0.9"), NEIGH_PROBE);
	assert_int_equal(fake.unicast_solicits, 1);
	neigh_doubt(fake.eth0, &d); /* a second call changes nothing */
	assert_int_equal(fake.solicits, 2);
	fake_advance(SEC);
	assert_int_equal(fake.solicits, 3);
	assert_int_equal(fake.unicast_solicits, 1);
	hear("10.0.0.9", OTHER, true, false);
	assert_int_equal(state_of("10.0.0.9"), NEIGH_REACHABLE);
	fake_discard();
	send_to("10.0.0.9");
	assert_memory_equal(fake.mac, OTHER, 6);
	fake_advance(2 * SEC);
	neigh_doubt(fake.eth0, &d);
	for (unsigned i = 0; i < 3; i++) /* and no one answers */
		fake_advance(SEC);
	assert_int_equal(fake.solicits, 6);
	assert_int_equal(state_of("10.0.0.9"), NEIGH_FAILED);
}

/*
 * A doubt ends with its probing. The next probing asks the neighbour alone, as RFC 4861, 7.3.3
 * says.
 */
static void
doubt_ends_with_its_probing(void **state)
{
	struct ipaddr d = addr("10.0.0.9");

	(void)state;
	send_to("10.0.0.9");
	hear("10.0.0.9", MAC, true, false);
	fake_advance(2 * SEC);
	neigh_doubt(fake.eth0, &d);
	hear("10.0.0.9", MAC, true, false);
	fake_advance(46 * SEC);
	send_to("10.0.0.9");
	fake_advance(5 * SEC);
	fake_advance(SEC);
	assert_int_equal(state_of("10.0.0.9"), NEIGH_PROBE);
	assert_int_equal(fake.unicast_solicits, 3);
	assert_int_equal(fake.solicits, 4);
}

/*
 * The table is bounded. Foreign entries are removed first, then those that do not answer (RFC
 * 6583). Entries that this host uses stay, and permanent ones always.
 */
static void
floods_do_not_push_out_our_neighbours(void **state)
{
	struct ipaddr fixed = addr("10.0.0.250");
	char text[32];

	(void)state;
	assert_int_equal(neigh_set_permanent(fake.eth0, &fixed, OTHER), 0);
	send_to("10.0.0.9");
	hear("10.0.0.9", MAC, true, false);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(text, sizeof text, "10.1.%u.%u", i / 250, 1 + i % 250);
		hear(text, MAC, false, true);
	}
	assert_int_equal(state_of("10.0.0.9"), NEIGH_REACHABLE);
	assert_true(seen.count <= 1024);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(text, sizeof text, "10.2.%u.%u", i / 250, 1 + i % 250);
		send_to(text);
	}
	assert_int_equal(state_of("10.0.0.9"), NEIGH_REACHABLE);
	assert_true(seen.count <= 1024);
	assert_int_equal(state_of("10.0.0.250"), NEIGH_PERMANENT);
	assert_int_equal(fake.core->drops[DROP_NEIGH_TABLE_FULL], 5000 - 512);
	assert_int_equal(fake.errors, 0);
	fake_advance(SEC);
	fake_advance(SEC);
	fake_advance(SEC);
	assert_int_equal(fake.errors, 512);
	fake_advance(61 * SEC);
	state_of("10.0.0.9");
	assert_true(seen.count <= 1024 - 512);
}

/* Each change of state is an event. */
static void
changes_are_events(void **state)
{
	(void)state;
	fake.sink.wants = 1u << EVENT_NEIGH;
	send_to("10.0.0.9");
	assert_int_equal(fake.events, 1);
	assert_int_equal(fake.event.neigh.to, NEIGH_INCOMPLETE);
	assert_int_equal(fake.event.host, 7);
	hear("10.0.0.9", MAC, true, false);
	assert_int_equal(fake.events, 2);
	assert_int_equal(fake.event.neigh.from, NEIGH_INCOMPLETE);
	assert_int_equal(fake.event.neigh.to, NEIGH_REACHABLE);
	send_to("10.0.0.9");
	assert_int_equal(fake.events, 2);
}

/* A permanent entry does not age, and received answers do not change it. */
static void
fixed_entries_stay(void **state)
{
	struct ipaddr d = addr("10.0.0.9");

	(void)state;
	send_to("10.0.0.9");
	assert_int_equal(neigh_set_permanent(fake.eth0, &d, MAC), 0);
	assert_int_equal(fake_discard(), 1);
	hear("10.0.0.9", OTHER, true, true);
	fake_advance(3600 * SEC);
	send_to("10.0.0.9");
	assert_memory_equal(fake.mac, MAC, 6);
	assert_int_equal(state_of("10.0.0.9"), NEIGH_PERMANENT);
}

/* Drops have names, texts and sources; they are counted, and they are events. */
static void
drops_are_counted_and_reported(void **state)
{
	(void)state;
	fake.sink.wants = 1u << EVENT_DROP;
	pkt_drop(fake.core, packet("10.0.0.9", 8), DROP_IP_TTL);
	pkt_drop(fake.core, NULL, DROP_IP_TTL);
	drop_note(fake.core, NULL, DROP_IP_TTL);
	assert_int_equal(fake.core->drops[DROP_IP_TTL], 3);
	assert_int_equal(fake.events, 3);
	assert_int_equal(fake.event.drop.reason, DROP_IP_TTL);
	assert_string_equal(drop_name(DROP_IP_TTL), "IP_TTL");
	for (unsigned i = 0; i < DROP_COUNT; i++)
		assert_true(*drop_name(i) && *drop_text(i) && drop_source(i));
}

/*
 * Frames in and out are counted. An interface that is down neither sends nor receives. No frame
 * exceeds the MTU.
 */
static void
interfaces_count_and_check(void **state)
{
	(void)state;
	iface_transmit(fake.eth0, packet("10.0.0.9", 80));
	assert_int_equal(fake.eth0->count.tx_frames, 1);
	assert_int_equal(fake.eth0->count.tx_octets, 100);
	iface_transmit(fake.eth0, packet("10.0.0.9", 1481));
	assert_int_equal(fake.core->drops[DROP_IFACE_MTU], 1);
	iface_input(fake.eth0, packet("10.0.0.9", 80));
	assert_int_equal(fake.eth0->count.rx_frames, 1);
	assert_int_equal(fake.core->drops[DROP_ETH_TYPE], 1); /* no network is registered */
	fake.eth0->up = false;
	iface_transmit(fake.eth0, packet("10.0.0.9", 80));
	iface_input(fake.eth0, packet("10.0.0.9", 80));
	assert_int_equal(fake.core->drops[DROP_IFACE_DOWN], 2);
}

#define neigh_test(f) cmocka_unit_test_setup_teardown(f, setup, fake_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    neigh_test(no_answer_fails_each_waiting_packet),
	    neigh_test(waiting_list_is_bounded),
	    neigh_test(confirmation_spares_probes),
	    neigh_test(probes_go_to_it_alone),
	    neigh_test(doubt_probes_at_once_and_then_by_multicast),
	    neigh_test(doubt_ends_with_its_probing),
	    neigh_test(floods_do_not_push_out_our_neighbours),
	    neigh_test(changes_are_events),
	    neigh_test(fixed_entries_stay),
	    neigh_test(drops_are_counted_and_reported),
	    neigh_test(interfaces_count_and_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
