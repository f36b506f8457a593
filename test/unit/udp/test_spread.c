/*
 * A name that several ends share: broadcast, groups and their sources, SO_REUSEPORT, and the end that
 * takes every port.
 */
#include "udp_rig.h"

/* udp(7): a broadcast needs SO_BROADCAST. */
static void
broadcast_needs_so_broadcast(void **state)
{
	struct udp_rig *r = *state;
	struct udp_end *e = open_end(r, IPADDR_ANY4, 53);

	assert_int_equal(send_to(e, ipaddr_v4(0x0a0000ff), 4, 0), -LEAT_EACCES);
	udp_end_opts(e)->broadcast = true;
	assert_int_equal(send_to(e, ipaddr_v4(0x0a0000ff), 4, 0), 4);
	udp_close(e);
}

/* RFC 1112, 6.1, 7.1: every member gets a copy. So does the sender's own host, if IP_MULTICAST_LOOP is on. */
static void
groups_reach_all_members(void **state)
{
	struct udp_rig *r = *state;
	struct ipaddr group = ipaddr_v4(0xe0000105);
	struct udp_end *a = open_end(r, IPADDR_ANY4, 53), *b = open_end(r, group, 53);
	struct udp_end *deaf = open_end(r, IPADDR_ANY6, 53);

	udp_end_opts(deaf)->mcast_all = false;
	udp_end_opts(a)->mcast_if = r->iface->index;
	assert_int_equal(udp_join(a, &group, r->iface->index), 0);
	assert_int_equal(udp_join(a, &group, r->iface->index), -LEAT_EADDRINUSE);
	arrive(r, THEIRS, 1, group, 53, "all", SUM_RIGHT);
	assert_reads(a, "all");
	assert_reads(b, "all");
	assert_reads(deaf, NULL);
	assert_int_equal(send_to(a, group, 0, 0), 0);
	assert_reads(b, "");
	assert_reads(a, "");
	udp_end_opts(a)->mcast_loop = false;
	assert_int_equal(send_to(a, group, 0, 0), 0);
	assert_reads(b, NULL);
	assert_int_equal(udp_leave(a, &group, r->iface->index), 0);
	assert_int_equal(udp_leave(a, &group, r->iface->index), -LEAT_EADDRNOTAVAIL);
	udp_close(a);
	udp_close(b);
	udp_close(deaf);
}

static void
hears(struct udp_rig *r, struct udp_end *e, struct ipaddr group, struct ipaddr from, bool heard)
{
	arrive(r, from, 1, group, 53, "x", SUM_RIGHT);
	assert_reads(e, heard ? "x" : NULL);
}

/* RFC 3678: a membership lists the sources that it takes, or those that it does not. */
static void
sources_of_a_group_are_chosen(void **state)
{
	static const uint8_t groups6[16] = {0xff, 0x35, [15] = 5}, sources6[16] = {0xfd, [15] = 9};
	struct udp_rig *r = *state;
	uint32_t at = r->iface->index;

	for (int v6 = 0; v6 < 2; v6++) {
		struct ipaddr g = v6 ? ipaddr_from16(groups6) : ipaddr_v4(0xe8000105);
		struct ipaddr one = v6 ? ipaddr_from16(sources6) : ipaddr_v4(0x0a000009);
		struct ipaddr two = v6 ? ipaddr_from16(groups6) : ipaddr_v4(0x0a00000a);
		struct udp_end *e = open_end(r, v6 ? IPADDR_ANY6 : IPADDR_ANY4, 53);
		struct udp_filter filter = {true, 1, &two};

		udp_end_opts(e)->mcast_all = false;
		assert_int_equal(udp_add_source(e, &g, at, &one, false), -LEAT_EINVAL); /* not a member */
		assert_int_equal(udp_add_source(e, &g, at, &two, true), 0);
		hears(r, e, g, one, false);
		assert_int_equal(udp_add_source(e, &g, at, &one, true), 0);
		assert_int_equal(udp_add_source(e, &g, at, &one, true), -LEAT_EADDRNOTAVAIL);
		hears(r, e, g, one, true);
		assert_int_equal(
		    udp_add_source(e, &g, at, &one, false), -LEAT_EINVAL); /* the list is of the other kind */
		assert_int_equal(udp_drop_source(e, &g, at, &one, true), 0);
		hears(r, e, g, one, false);
		assert_int_equal(udp_drop_source(e, &g, at, &two, true),
		    0); /* without a source left, it leaves the group */
		assert_int_equal(udp_leave(e, &g, at), -LEAT_EADDRNOTAVAIL);
		assert_int_equal(udp_join(e, &g, at), 0);
		hears(r, e, g, one, true);
		assert_int_equal(udp_add_source(e, &g, at, &one, false), 0);
		hears(r, e, g, one, false);
		assert_int_equal(udp_drop_source(e, &g, at, &one, false), 0);
		hears(r, e, g, one, true);
		assert_int_equal(udp_set_filter(e, &g, at, &filter), 0);
		hears(r, e, g, one, false);
		assert_int_equal(udp_get_filter(e, &g, at, &filter), 0);
		assert_true(filter.include && filter.nsource == 1 && ipaddr_eq(filter.source, &two));
		udp_close(e);
	}
}

/* socket(7), SO_REUSEPORT: flows are spread over the ends, and all datagrams of a flow reach one end. */
static void
reuseport_spreads_flows_and_keeps_each(void **state)
{
	struct udp_rig *r = *state;
	struct udp_end *e[4];
	unsigned got[4] = {0};
	char buf[8];

	for (unsigned i = 0; i < 4; i++) {
		e[i] = open_end(r, OURS, 53);
		udp_end_opts(e[i])->reuse_port = true;
	}
	for (unsigned port = 1000; port < 1400; port++) {
		unsigned taker = 4;

		arrive(r, THEIRS, (uint16_t)port, OURS, 53, "x", SUM_RIGHT);
		arrive(r, THEIRS, (uint16_t)port, OURS, 53, "y", SUM_RIGHT);
		for (unsigned i = 0; i < 4; i++)
			while (udp_recv(e[i], buf, sizeof buf, false, NULL, NULL) > 0) {
				assert_true(taker == 4 || taker == i);
				taker = i;
				got[i]++;
			}
	}
	for (unsigned i = 0; i < 4; i++) {
		assert_in_range(got[i], 100, 300);
		udp_close(e[i]);
	}
}

/* As the gateway uses it: it gets what no other end takes, and learns the destination address and port. */
static void
an_any_port_end_takes_what_no_other_end_does(void **state)
{
	struct udp_rig *r = *state;
	struct udp_end *rest = open_end(r, IPADDR_ANY6, 0), *own = open_end(r, OURS, 53);
	struct endpoint none = {IPADDR_ANY6, 0, 0};
	struct dgram_names names;
	struct udp_tx tx = UDP_TX_DEFAULT;
	char buf[8];

	udp_end_opts(rest)->any_port = udp_end_opts(rest)->transparent = true;
	assert_int_equal(udp_bind(rest, &none), 0);
	arrive(r, THEIRS, 1, OURS, 53, "own", SUM_RIGHT);
	assert_reads(own, "own");
	arrive(r, THEIRS, 1000, THIRD, 77, "rest", SUM_RIGHT);
	assert_int_equal(udp_recv(rest, buf, sizeof buf, false, &names, NULL), 4);
	assert_int_equal(names.local.port, 77);
	assert_int_equal(ipaddr_v4_number(&names.local.addr), 0x0a000003);
	assert_int_equal(names.ttl, 61);
	assert_int_equal(names.tos, 8);
	tx.peer = names.peer;
	tx.local = names.local;
	assert_int_equal(udp_send(rest, "yes", 3, &tx), 3);
	assert_true(r->tx.transparent);
	assert_int_equal(ipaddr_v4_number(&r->tx.src), 0x0a000003);
	assert_int_equal(udp_src(r->sent->l4), 77);
	udp_close(rest);
	udp_close(own);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, udp_rig_setup, udp_rig_teardown)
	const struct CMUnitTest tests[] = {
	    T(broadcast_needs_so_broadcast),
	    T(groups_reach_all_members),
	    T(sources_of_a_group_are_chosen),
	    T(reuseport_spreads_flows_and_keeps_each),
	    T(an_any_port_end_takes_what_no_other_end_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
