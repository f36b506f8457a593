/*
 * UDP: which end a datagram reaches, what is refused, and how datagrams are cut and sent.
 */
#include "../addr.h"
#include "udp_rig.h"

/*
 * Linux's scoring: a connected end comes first, then one bound to the address, then IPv4's wildcard,
 * then the dual-stack wildcard.
 */
static void
the_most_exact_name_gets_the_datagram(void **state)
{
	struct udp_rig *r = *state;
	struct endpoint local = {OURS, 53, 0}, remote = {THEIRS, 1000, 0};
	struct udp_end *any6 = open_end(r, IPADDR_ANY6, 53);
	struct udp_end *any4, *exact, *connected;

	arrive(r, THEIRS, 1000, OURS, 53, "a", SUM_RIGHT);
	assert_reads(any6, "a");
	any4 = open_end(r, IPADDR_ANY4, 53);
	arrive(r, THEIRS, 1000, OURS, 53, "b", SUM_RIGHT);
	assert_reads(any4, "b");
	exact = open_end(r, OURS, 53);
	arrive(r, THEIRS, 1000, OURS, 53, "c", SUM_RIGHT);
	assert_reads(exact, "c");
	connected = open_end(r, OURS, 53);
	assert_int_equal(udp_connect(connected, &local, &remote), 0);
	arrive(r, THEIRS, 1000, OURS, 53, "d", SUM_RIGHT);
	arrive(r, THEIRS, 1001, OURS, 53, "e", SUM_RIGHT);
	assert_reads(connected, "d");
	assert_reads(exact, "e");
	assert_reads(any4, NULL);
	udp_close(any6);
	udp_close(any4);
	udp_close(exact);
	udp_close(connected);
}

/* ipv6(7), IPV6_V6ONLY. */
static void
a_v6only_end_takes_no_ipv4(void **state)
{
	struct udp_rig *r = *state;
	struct udp_end *e = open_end(r, IPADDR_ANY6, 53);

	udp_end_opts(e)->v6only = true;
	arrive(r, THEIRS, 1000, OURS, 53, "a", SUM_RIGHT);
	assert_reads(e, NULL);
	assert_int_equal(r->refused, LEAT_ECONNREFUSED);
	udp_close(e);
}

/* RFC 1122, 4.1.3.1: port unreachable. 3.2.2: never in answer to a broadcast. */
static void
a_closed_port_is_refused_but_not_for_broadcasts(void **state)
{
	struct udp_rig *r = *state;

	arrive(r, THEIRS, 1000, ipaddr_v4(0x0a0000ff), 53, "a", SUM_RIGHT);
	assert_int_equal(r->refused, 0);
	arrive(r, THEIRS, 1000, OURS, 53, "a", SUM_RIGHT);
	assert_int_equal(r->refused, LEAT_ECONNREFUSED);
	assert_int_equal(r->core->drops[DROP_UDP_NO_PORT], 2);
}

/* RFC 768: zero means no checksum. RFC 8200, 8.1: over IPv6 it is an error. */
static void
only_ipv4_may_lack_a_checksum(void **state)
{
	struct udp_rig *r = *state;
	struct udp_end *e = open_end(r, IPADDR_ANY6, 53);
	struct ipaddr ours6 = addr("fd00::1"), theirs6 = addr("fd00::2");

	arrive(r, THEIRS, 1, OURS, 53, "none", SUM_NONE);
	assert_reads(e, "none");
	arrive(r, THEIRS, 1, OURS, 53, "wrong", SUM_WRONG);
	arrive(r, theirs6, 1, ours6, 53, "none", SUM_NONE);
	arrive(r, theirs6, 1, ours6, 53, "wrong", SUM_WRONG);
	assert_reads(e, NULL);
	arrive(r, theirs6, 1, ours6, 53, "right", SUM_RIGHT);
	assert_reads(e, "right");
	assert_int_equal(r->core->drops[DROP_UDP_BAD_SUM], 2);
	assert_int_equal(r->core->drops[DROP_UDP_ZERO_SUM6], 1);
	udp_close(e);
}

/*
 * A datagram is dropped if its Length exceeds what arrived, or is less than a header. Octets after
 * Length are not read.
 */
static void
length_must_fit_what_arrived(void **state)
{
	struct udp_rig *r = *state;
	struct udp_end *e = open_end(r, OURS, 53);
	struct ip_rx rx = {.src = THEIRS, .dst = OURS, .iface = r->iface, .proto = IP_PROTO_UDP};
	uint8_t octets[20] = {0};

	for (unsigned len = 0; len <= sizeof octets + 1; len++) {
		udp_put(octets, 1, 53, (uint16_t)len);
		core_deliver(r->core, pkt_from_bytes(r->pool, octets, sizeof octets), &rx);
	}
	assert_int_equal(r->core->drops[DROP_UDP_BAD_LENGTH], UDP_HDR_LEN + 1);
	core_deliver(r->core, pkt_from_bytes(r->pool, octets, 3), &rx);
	assert_int_equal(r->core->drops[DROP_UDP_BAD_LENGTH], UDP_HDR_LEN + 2);
	for (unsigned len = UDP_HDR_LEN; len <= sizeof octets; len++) {
		size_t full;
		char buf[64];

		assert_int_equal(udp_recv(e, buf, sizeof buf, false, NULL, &full), len - UDP_HDR_LEN);
	}
	udp_close(e);
}

/* socket(7), SO_RCVBUF: what does not fit is dropped and counted. */
static void
the_receive_queue_is_bounded(void **state)
{
	struct udp_rig *r = *state;
	struct udp_end *e = open_end(r, OURS, 53);
	unsigned kept = 0;
	char buf[8];

	udp_end_opts(e)->rcvbuf = 10 * (DGRAM_CHARGE + 4);
	for (unsigned i = 0; i < 100; i++)
		arrive(r, THEIRS, 1, OURS, 53, "four", SUM_RIGHT);
	while (udp_recv(e, buf, sizeof buf, false, NULL, NULL) > 0)
		kept++;
	assert_int_equal(kept, 11); /* the last one may exceed the limit */
	assert_int_equal(r->core->drops[DROP_UDP_RCVBUF], 89);
	udp_close(e);
}

static struct net_error
port_unreachable(const uint8_t *quoted)
{
	return (struct net_error){.kind = NET_ERROR_HARD,
	    .error = LEAT_ECONNREFUSED,
	    .proto = IP_PROTO_UDP,
	    .local = OURS,
	    .remote = THEIRS,
	    .quoted = quoted,
	    .quoted_len = UDP_HDR_LEN};
}

/* RFC 1122, 4.1.3.3; udp(7): a connected end gets a hard error once. It gets others only with IP_RECVERR. */
static void
errors_reach_the_end_that_sent(void **state)
{
	struct udp_rig *r = *state;
	struct endpoint local = {OURS, 5000, 0}, remote = {THEIRS, 53, 0};
	struct udp_end *e = open_end(r, OURS, 5000);
	uint8_t quoted[UDP_HDR_LEN];
	struct net_error err;
	char buf[8];

	udp_put(quoted, 5000, 53, 12);
	err = port_unreachable(quoted);
	core_error(r->core, &err);
	assert_int_equal(udp_ready(e), LEAT_OUT);
	udp_connect(e, &local, &remote);
	core_error(r->core, &err);
	assert_int_equal(udp_ready(e), LEAT_OUT | LEAT_ERR);
	assert_int_equal(udp_recv(e, buf, sizeof buf, false, NULL, NULL), -LEAT_ECONNREFUSED);
	assert_int_equal(udp_recv(e, buf, sizeof buf, false, NULL, NULL), -LEAT_EAGAIN);
	err.kind = NET_ERROR_SOFT;
	err.error = LEAT_EHOSTUNREACH;
	core_error(r->core, &err);
	assert_int_equal(udp_take_error(e), 0);
	udp_end_opts(e)->recverr4 = true;
	core_error(r->core, &err);
	assert_int_equal(udp_take_error(e), LEAT_EHOSTUNREACH);
	udp_put(quoted, 5001, 53, 12); /* from another port: not this end's */
	core_error(r->core, &err);
	assert_int_equal(udp_take_error(e), 0);
	udp_close(e);
}

/*
 * As on Linux: "packet too big" reaches an end that is connected or has IP_RECVERR, unless its mode is
 * IP_PMTUDISC_DONT.
 */
static void
packet_too_big_reaches_an_end_that_discovers_the_mtu(void **state)
{
	struct udp_rig *r = *state;
	struct endpoint local = {OURS, 5000, 0}, remote = {THEIRS, 53, 0};
	struct udp_end *e = open_end(r, OURS, 5000);
	uint8_t quoted[UDP_HDR_LEN];
	struct net_error err;

	udp_put(quoted, 5000, 53, 12);
	err = port_unreachable(quoted);
	err.kind = NET_ERROR_PMTU;
	for (unsigned connected = 0; connected < 2; connected++) {
		if (connected)
			udp_connect(e, &local, &remote);
		for (uint8_t mode = UDP_PMTU_DONT; mode <= UDP_PMTU_OMIT; mode++) {
			for (unsigned recverr = 0; recverr < 2; recverr++) {
				udp_end_opts(e)->mtu_discover = mode;
				udp_end_opts(e)->recverr4 = recverr;
				assert_true(core_error(r->core, &err));
				assert_int_equal(udp_take_error(e),
				    mode != UDP_PMTU_DONT && (connected || recverr) ? LEAT_EMSGSIZE : 0);
			}
		}
	}
	udp_close(e);
}

/* ip(7), IP_MTU_DISCOVER. */
static void
path_mtu_modes_are_those_of_linux(void **state)
{
	struct udp_rig *r = *state;
	struct udp_end *e = open_end(r, OURS, 5000);

	assert_int_equal(send_to(e, THEIRS, 1472, 0), 1472); /* WANT: DF if it fits */
	assert_true(r->tx.dont_fragment);
	assert_int_equal(send_to(e, THEIRS, 1473, 0), 1473); /* fragments if not */
	assert_false(r->tx.dont_fragment);
	udp_end_opts(e)->mtu_discover = UDP_PMTU_DO;
	assert_int_equal(send_to(e, THEIRS, 1472, 0), 1472);
	assert_true(r->tx.dont_fragment);
	assert_int_equal(send_to(e, THEIRS, 1473, 0), -LEAT_EMSGSIZE);
	udp_end_opts(e)->mtu_discover = UDP_PMTU_DONT;
	assert_int_equal(send_to(e, THEIRS, 100, 0), 100);
	assert_false(r->tx.dont_fragment);
	assert_int_equal(send_to(e, THEIRS, 65507, 0), 65507);
	assert_int_equal(send_to(e, THEIRS, 65508, 0), -LEAT_EMSGSIZE);
	udp_close(e);
}

/* udp(7), UDP_SEGMENT. */
static void
datagrams_of_one_size_are_sent_as_one_packet(void **state)
{
	struct udp_rig *r = *state;
	struct udp_end *e = open_end(r, OURS, 5000);

	assert_int_equal(send_to(e, THEIRS, 10001, 1000), 10001);
	assert_int_equal(r->sent->seg, PKT_SEG_UDP);
	assert_int_equal(r->sent->seg_size, 1000);
	assert_int_equal(r->sent->segs, 11);
	assert_int_equal(send_to(e, THEIRS, 10001, 1473), -LEAT_EINVAL);
	assert_int_equal(send_to(e, THEIRS, 500, 1000), 500);
	assert_int_equal(r->sent->seg, PKT_SEG_NONE);
	udp_close(e);
}

static void
a_super_datagram_is_read_as_its_datagrams(void **state)
{
	struct udp_rig *r = *state;
	struct udp_end *to = open_end(r, OURS, 53), *from = open_end(r, OURS, 5000);
	struct ip_rx rx = {.src = OURS, .dst = OURS, .iface = r->iface, .proto = IP_PROTO_UDP};
	char buf[2000];

	assert_int_equal(
	    send_to(from, THEIRS, 2500, 1000), 2500); /* its checksum is unfinished and is not checked */
	core_deliver(r->core, r->sent, &rx);
	r->sent = NULL;
	assert_int_equal(udp_recv(to, buf, sizeof buf, false, NULL, NULL), 1000);
	assert_int_equal(udp_recv(to, buf, sizeof buf, false, NULL, NULL), 1000);
	assert_int_equal(udp_recv(to, buf, sizeof buf, false, NULL, NULL), 500);
	assert_reads(to, NULL);
	udp_close(to);
	udp_close(from);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, udp_rig_setup, udp_rig_teardown)
	const struct CMUnitTest tests[] = {
	    T(the_most_exact_name_gets_the_datagram),
	    T(a_v6only_end_takes_no_ipv4),
	    T(a_closed_port_is_refused_but_not_for_broadcasts),
	    T(only_ipv4_may_lack_a_checksum),
	    T(length_must_fit_what_arrived),
	    T(the_receive_queue_is_bounded),
	    T(errors_reach_the_end_that_sent),
	    T(packet_too_big_reaches_an_end_that_discovers_the_mtu),
	    T(path_mtu_modes_are_those_of_linux),
	    T(datagrams_of_one_size_are_sent_as_one_packet),
	    T(a_super_datagram_is_read_as_its_datagrams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
