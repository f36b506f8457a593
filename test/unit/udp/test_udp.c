/*
 * UDP against a network that only keeps what it is given.
 */
#include "core/core.h"
#include "udp/udp.h"
#include "wire/checksum.h"
#include "wire/ip.h"
#include "wire/udp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define OURS   ipaddr_v4(0x0a000001)
#define THEIRS ipaddr_v4(0x0a000002)
#define THIRD  ipaddr_v4(0x0a000003)

struct fixture {
	struct pkt_pool *pool;
	struct core *core;
	struct udp *udp;
	struct iface *iface;
	struct pkt *sent; /* the last datagram that went out */
	struct ip_tx tx;  /* and how */
	int refused;      /* the last error that core_refuse() was to report */
	unsigned news;
};

static void
net_input(void *self, struct iface *iface, struct pkt *pkt)
{
	pkt_free(pkt);
}

static int
net_output(void *self, struct pkt *pkt, const struct ip_tx *tx)
{
	struct fixture *f = self;

	if (f->sent)
		pkt_free(f->sent);
	f->sent = pkt;
	f->tx = *tx;
	return 0;
}

static void
net_refuse(void *self, const struct pkt *pkt, const struct ip_rx *rx, int error)
{
	struct fixture *f = self;

	f->refused = error;
}

static const struct network_ops NET_OPS = {net_input, net_output, net_refuse};

static void
wire_transmit(struct wire *wire, struct pkt *frame, nsec_t now)
{
	pkt_free(frame);
}

static struct wire WIRE = {.transmit = wire_transmit};
static const struct link_ops LINK_OPS = {.header_len = 0};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct core_config config = {.number = 1, .seed = 1, .secret = {{1, 2}}};
	struct iface_config ic = {.name = "eth0", .mtu = 1500, .link = &LINK_OPS, .wire = &WIRE};
	struct ipaddr v4 = OURS, v6;

	f->pool = pkt_pool_new(1 << 22);
	config.pool = f->pool;
	f->core = core_new(&config);
	core_register_network(f->core, false, &NET_OPS, f);
	core_register_network(f->core, true, &NET_OPS, f);
	f->udp = udp_new(f->core);
	assert_int_equal(iface_add(f->core, &ic, &f->iface), 0);
	assert_int_equal(iface_addr_add(f->iface, &v4, 24, true), 0);
	assert_int_equal(ipaddr_parse("fd00::1", &v6), 0);
	assert_int_equal(iface_addr_add(f->iface, &v6, 64, true), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	if (f->sent)
		pkt_free(f->sent);
	udp_free(f->udp);
	core_free(f->core);
	assert_int_equal(pkt_pool_in_use(f->pool), 0);
	pkt_pool_free(f->pool);
	free(f);
	return 0;
}

static void
count_news(void *user)
{
	struct fixture *f = user;

	f->news++;
}

static const struct udp_user_ops USER_OPS = {count_news};

static struct udp_end *
open_end(struct fixture *f, struct ipaddr addr, uint16_t port)
{
	struct endpoint local = {addr, port, 0};
	struct udp_opts opts;
	struct udp_end *e;

	udp_opts_default(&opts);
	assert_int_equal(udp_open(f->udp, &opts, &USER_OPS, f, &e), 0);
	assert_int_equal(udp_bind(e, &local), 0);
	return e;
}

/* A datagram of ours from @src:@sport to @dst:@dport; @sum 1 right, 0 none, -1 wrong. */
static void
arrive(struct fixture *f, struct ipaddr src, uint16_t sport, struct ipaddr dst, uint16_t dport,
    const char *text, int sum)
{
	uint8_t octets[512];
	size_t n = strlen(text) + UDP_HDR_LEN;
	struct ip_rx rx = {
	    .src = src, .dst = dst, .iface = f->iface, .proto = IP_PROTO_UDP, .ttl = 61, .tos = 8};

	rx.group = ipaddr_is_multicast(&dst) || iface_is_broadcast(f->iface, &dst);
	udp_put(octets, sport, dport, (uint16_t)n);
	memcpy(octets + UDP_HDR_LEN, text, strlen(text));
	if (sum)
		checksum_put(octets + UDP_SUM,
		    checksum_add(octets, n, checksum_pseudo(&src, &dst, IP_PROTO_UDP, (uint32_t)n)));
	if (sum < 0)
		octets[UDP_SUM] ^= 1;
	core_deliver(f->core, pkt_from_bytes(f->pool, octets, n), &rx);
}

static void
assert_reads(struct udp_end *e, const char *text)
{
	char buf[512];
	ssize_t n = udp_recv(e, buf, sizeof buf, false, NULL, NULL);

	if (!text) {
		assert_int_equal(n, -LEAT_EAGAIN);
		return;
	}
	assert_int_equal(n, strlen(text));
	assert_memory_equal(buf, text, strlen(text));
}

/* Linux's scoring: the connected end, then the exact address, then IPv4's wildcard, then the dual-stack one. */
static void
the_closest_name_gets_the_datagram(void **state)
{
	struct fixture *f = *state;
	struct endpoint local = {OURS, 53, 0}, remote = {THEIRS, 1000, 0};
	struct udp_end *any6 = open_end(f, IPADDR_ANY6, 53);
	struct udp_end *any4, *exact, *connected;

	arrive(f, THEIRS, 1000, OURS, 53, "a", 1);
	assert_reads(any6, "a");
	any4 = open_end(f, IPADDR_ANY4, 53);
	arrive(f, THEIRS, 1000, OURS, 53, "b", 1);
	assert_reads(any4, "b");
	exact = open_end(f, OURS, 53);
	arrive(f, THEIRS, 1000, OURS, 53, "c", 1);
	assert_reads(exact, "c");
	connected = open_end(f, OURS, 53);
	assert_int_equal(udp_connect(connected, &local, &remote), 0);
	arrive(f, THEIRS, 1000, OURS, 53, "d", 1);
	arrive(f, THEIRS, 1001, OURS, 53, "e", 1);
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
	struct fixture *f = *state;
	struct udp_end *e = open_end(f, IPADDR_ANY6, 53);

	udp_end_opts(e)->v6only = true;
	arrive(f, THEIRS, 1000, OURS, 53, "a", 1);
	assert_reads(e, NULL);
	assert_int_equal(f->refused, LEAT_ECONNREFUSED);
	udp_close(e);
}

/* RFC 1122, 4.1.3.1: port unreachable; never in answer to a broadcast (3.2.2). */
static void
nobody_on_the_port_is_refused_unless_it_was_for_many(void **state)
{
	struct fixture *f = *state;

	arrive(f, THEIRS, 1000, ipaddr_v4(0x0a0000ff), 53, "a", 1);
	assert_int_equal(f->refused, 0);
	arrive(f, THEIRS, 1000, OURS, 53, "a", 1);
	assert_int_equal(f->refused, LEAT_ECONNREFUSED);
	assert_int_equal(f->core->drops[DROP_UDP_NO_PORT], 2);
}

/* RFC 768: zero means no checksum; RFC 8200, 8.1: not over IPv6. */
static void
checksums_are_held_to_the_rules(void **state)
{
	struct fixture *f = *state;
	struct udp_end *e = open_end(f, IPADDR_ANY6, 53);
	struct ipaddr ours6, theirs6;

	ipaddr_parse("fd00::1", &ours6);
	ipaddr_parse("fd00::2", &theirs6);
	arrive(f, THEIRS, 1, OURS, 53, "none", 0);
	assert_reads(e, "none");
	arrive(f, THEIRS, 1, OURS, 53, "wrong", -1);
	arrive(f, theirs6, 1, ours6, 53, "none", 0);
	arrive(f, theirs6, 1, ours6, 53, "wrong", -1);
	assert_reads(e, NULL);
	arrive(f, theirs6, 1, ours6, 53, "right", 1);
	assert_reads(e, "right");
	assert_int_equal(f->core->drops[DROP_UDP_BAD_SUM], 2);
	assert_int_equal(f->core->drops[DROP_UDP_ZERO_SUM6], 1);
	udp_close(e);
}

/* A Length beyond what arrived, or below its own header, is dropped; octets behind Length are not ours. */
static void
length_must_fit_what_arrived(void **state)
{
	struct fixture *f = *state;
	struct udp_end *e = open_end(f, OURS, 53);
	struct ip_rx rx = {.src = THEIRS, .dst = OURS, .iface = f->iface, .proto = IP_PROTO_UDP};
	uint8_t octets[20] = {0};

	for (unsigned len = 0; len <= sizeof octets + 1; len++) {
		udp_put(octets, 1, 53, (uint16_t)len);
		core_deliver(f->core, pkt_from_bytes(f->pool, octets, sizeof octets), &rx);
	}
	assert_int_equal(f->core->drops[DROP_UDP_BAD_LENGTH], UDP_HDR_LEN + 1);
	core_deliver(f->core, pkt_from_bytes(f->pool, octets, 3), &rx);
	assert_int_equal(f->core->drops[DROP_UDP_BAD_LENGTH], UDP_HDR_LEN + 2);
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
	struct fixture *f = *state;
	struct udp_end *e = open_end(f, OURS, 53);
	unsigned kept = 0;
	char buf[8];

	udp_end_opts(e)->rcvbuf = 10 * (DGRAM_CHARGE + 4);
	for (unsigned i = 0; i < 100; i++)
		arrive(f, THEIRS, 1, OURS, 53, "four", 1);
	while (udp_recv(e, buf, sizeof buf, false, NULL, NULL) > 0)
		kept++;
	assert_int_equal(kept, 11); /* the last may step over the limit */
	assert_int_equal(f->core->drops[DROP_UDP_RCVBUF], 89);
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

/* RFC 1122, 4.1.3.3; udp(7): hard errors reach a connected end once, others only with IP_RECVERR. */
static void
errors_reach_the_end_that_sent(void **state)
{
	struct fixture *f = *state;
	struct endpoint local = {OURS, 5000, 0}, remote = {THEIRS, 53, 0};
	struct udp_end *e = open_end(f, OURS, 5000);
	uint8_t quoted[UDP_HDR_LEN];
	struct net_error err;
	char buf[8];

	udp_put(quoted, 5000, 53, 12);
	err = port_unreachable(quoted);
	core_error(f->core, &err);
	assert_int_equal(udp_ready(e), LEAT_OUT);
	udp_connect(e, &local, &remote);
	core_error(f->core, &err);
	assert_int_equal(udp_ready(e), LEAT_OUT | LEAT_ERR);
	assert_int_equal(udp_recv(e, buf, sizeof buf, false, NULL, NULL), -LEAT_ECONNREFUSED);
	assert_int_equal(udp_recv(e, buf, sizeof buf, false, NULL, NULL), -LEAT_EAGAIN);
	err.kind = NET_ERROR_SOFT;
	err.error = LEAT_EHOSTUNREACH;
	core_error(f->core, &err);
	assert_int_equal(udp_take_error(e), 0);
	udp_end_opts(e)->recverr4 = true;
	core_error(f->core, &err);
	assert_int_equal(udp_take_error(e), LEAT_EHOSTUNREACH);
	udp_put(quoted, 5001, 53, 12); /* of a flow that is not ours */
	core_error(f->core, &err);
	assert_int_equal(udp_take_error(e), 0);
	udp_close(e);
}

/* As Linux: with IP_RECVERR an end hears of "packet too big" always, without it when it is connected, and never when it said IP_PMTUDISC_DONT. */
static void
packet_too_big_is_told_to_who_cares(void **state)
{
	struct fixture *f = *state;
	struct endpoint local = {OURS, 5000, 0}, remote = {THEIRS, 53, 0};
	struct udp_end *e = open_end(f, OURS, 5000);
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
				assert_true(core_error(f->core, &err));
				assert_int_equal(udp_take_error(e),
				    mode != UDP_PMTU_DONT && (connected || recverr) ? LEAT_EMSGSIZE : 0);
			}
		}
	}
	udp_close(e);
}

static ssize_t
send_to(struct udp_end *e, struct ipaddr to, size_t len, uint16_t seg)
{
	static const uint8_t zeros[70000];
	struct udp_tx tx = UDP_TX_DEFAULT;

	tx.peer = (struct endpoint){to, 53, 0};
	tx.seg_size = seg;
	return udp_send(e, zeros, len, &tx);
}

/* ip(7), IP_MTU_DISCOVER. */
static void
path_mtu_modes_are_those_of_linux(void **state)
{
	struct fixture *f = *state;
	struct udp_end *e = open_end(f, OURS, 5000);

	assert_int_equal(send_to(e, THEIRS, 1472, 0), 1472); /* WANT: fits, so DF */
	assert_true(f->tx.dont_fragment);
	assert_int_equal(send_to(e, THEIRS, 1473, 0), 1473); /* does not: fragments */
	assert_false(f->tx.dont_fragment);
	udp_end_opts(e)->mtu_discover = UDP_PMTU_DO;
	assert_int_equal(send_to(e, THEIRS, 1472, 0), 1472);
	assert_true(f->tx.dont_fragment);
	assert_int_equal(send_to(e, THEIRS, 1473, 0), -LEAT_EMSGSIZE);
	udp_end_opts(e)->mtu_discover = UDP_PMTU_DONT;
	assert_int_equal(send_to(e, THEIRS, 100, 0), 100);
	assert_false(f->tx.dont_fragment);
	assert_int_equal(send_to(e, THEIRS, 65507, 0), 65507);
	assert_int_equal(send_to(e, THEIRS, 65508, 0), -LEAT_EMSGSIZE);
	udp_close(e);
}

/* udp(7), UDP_SEGMENT. */
static void
a_row_of_datagrams_goes_down_as_one_packet(void **state)
{
	struct fixture *f = *state;
	struct udp_end *e = open_end(f, OURS, 5000);

	assert_int_equal(send_to(e, THEIRS, 10001, 1000), 10001);
	assert_int_equal(f->sent->seg, PKT_SEG_UDP);
	assert_int_equal(f->sent->seg_size, 1000);
	assert_int_equal(f->sent->segs, 11);
	assert_int_equal(send_to(e, THEIRS, 10001, 1473), -LEAT_EINVAL);
	assert_int_equal(send_to(e, THEIRS, 500, 1000), 500);
	assert_int_equal(f->sent->seg, PKT_SEG_NONE);
	udp_close(e);
}

/* A super-datagram that arrives whole is read as the datagrams it stands for. */
static void
a_row_of_datagrams_is_read_one_by_one(void **state)
{
	struct fixture *f = *state;
	struct udp_end *to = open_end(f, OURS, 53), *from = open_end(f, OURS, 5000);
	struct ip_rx rx = {.src = OURS, .dst = OURS, .iface = f->iface, .proto = IP_PROTO_UDP};
	char buf[2000];

	assert_int_equal(
	    send_to(from, THEIRS, 2500, 1000), 2500); /* the sum is unfinished, so nobody checks it */
	core_deliver(f->core, f->sent, &rx);
	f->sent = NULL;
	assert_int_equal(udp_recv(to, buf, sizeof buf, false, NULL, NULL), 1000);
	assert_int_equal(udp_recv(to, buf, sizeof buf, false, NULL, NULL), 1000);
	assert_int_equal(udp_recv(to, buf, sizeof buf, false, NULL, NULL), 500);
	assert_reads(to, NULL);
	udp_close(to);
	udp_close(from);
}

/* udp(7): a broadcast needs SO_BROADCAST. */
static void
broadcast_needs_leave(void **state)
{
	struct fixture *f = *state;
	struct udp_end *e = open_end(f, IPADDR_ANY4, 53);

	assert_int_equal(send_to(e, ipaddr_v4(0x0a0000ff), 4, 0), -LEAT_EACCES);
	udp_end_opts(e)->broadcast = true;
	assert_int_equal(send_to(e, ipaddr_v4(0x0a0000ff), 4, 0), 4);
	udp_close(e);
}

/* RFC 1112, 6.1, 7.1: every member gets one; the sender's own host too, unless IP_MULTICAST_LOOP is off. */
static void
groups_reach_all_members(void **state)
{
	struct fixture *f = *state;
	struct ipaddr group = ipaddr_v4(0xe0000105);
	struct udp_end *a = open_end(f, IPADDR_ANY4, 53), *b = open_end(f, group, 53);
	struct udp_end *deaf = open_end(f, IPADDR_ANY6, 53);

	udp_end_opts(deaf)->mcast_all = false;
	udp_end_opts(a)->mcast_if = f->iface->index;
	assert_int_equal(udp_join(a, &group, f->iface->index), 0);
	assert_int_equal(udp_join(a, &group, f->iface->index), -LEAT_EADDRINUSE);
	arrive(f, THEIRS, 1, group, 53, "all", 1);
	assert_reads(a, "all");
	assert_reads(b, "all");
	assert_reads(deaf, NULL);
	assert_int_equal(send_to(a, group, 0, 0), 0);
	assert_reads(b, "");
	assert_reads(a, "");
	udp_end_opts(a)->mcast_loop = false;
	assert_int_equal(send_to(a, group, 0, 0), 0);
	assert_reads(b, NULL);
	assert_int_equal(udp_leave(a, &group, f->iface->index), 0);
	assert_int_equal(udp_leave(a, &group, f->iface->index), -LEAT_EADDRNOTAVAIL);
	udp_close(a);
	udp_close(b);
	udp_close(deaf);
}

static void
hears(struct fixture *f, struct udp_end *e, struct ipaddr group, struct ipaddr from, bool heard)
{
	arrive(f, from, 1, group, 53, "x", 1);
	assert_reads(e, heard ? "x" : NULL);
}

/* RFC 3678: a membership takes some sources alone, or all but some; both families alike. */
static void
sources_of_a_group_are_chosen(void **state)
{
	static const uint8_t groups6[16] = {0xff, 0x35, [15] = 5}, sources6[16] = {0xfd, [15] = 9};
	struct fixture *f = *state;
	uint32_t at = f->iface->index;

	for (int v6 = 0; v6 < 2; v6++) {
		struct ipaddr g = v6 ? ipaddr_from16(groups6) : ipaddr_v4(0xe8000105);
		struct ipaddr one = v6 ? ipaddr_from16(sources6) : ipaddr_v4(0x0a000009);
		struct ipaddr two = v6 ? ipaddr_from16(groups6) : ipaddr_v4(0x0a00000a);
		struct udp_end *e = open_end(f, v6 ? IPADDR_ANY6 : IPADDR_ANY4, 53);
		struct udp_filter filter = {true, 1, &two};

		udp_end_opts(e)->mcast_all = false;
		assert_int_equal(udp_add_source(e, &g, at, &one, false), -LEAT_EINVAL); /* not joined */
		assert_int_equal(udp_add_source(e, &g, at, &two, true), 0);
		hears(f, e, g, one, false);
		assert_int_equal(udp_add_source(e, &g, at, &one, true), 0);
		assert_int_equal(udp_add_source(e, &g, at, &one, true), -LEAT_EADDRNOTAVAIL);
		hears(f, e, g, one, true);
		assert_int_equal(
		    udp_add_source(e, &g, at, &one, false), -LEAT_EINVAL); /* of the other mode */
		assert_int_equal(udp_drop_source(e, &g, at, &one, true), 0);
		hears(f, e, g, one, false);
		assert_int_equal(udp_drop_source(e, &g, at, &two, true), 0); /* the last: it leaves */
		assert_int_equal(udp_leave(e, &g, at), -LEAT_EADDRNOTAVAIL);
		assert_int_equal(udp_join(e, &g, at), 0);
		hears(f, e, g, one, true);
		assert_int_equal(udp_add_source(e, &g, at, &one, false), 0);
		hears(f, e, g, one, false);
		assert_int_equal(udp_drop_source(e, &g, at, &one, false), 0);
		hears(f, e, g, one, true);
		assert_int_equal(udp_set_filter(e, &g, at, &filter), 0);
		hears(f, e, g, one, false);
		assert_int_equal(udp_get_filter(e, &g, at, &filter), 0);
		assert_true(filter.include && filter.nsource == 1 && ipaddr_eq(filter.source, &two));
		udp_close(e);
	}
}

/* socket(7), SO_REUSEPORT: flows are spread, and each stays with one end. */
static void
reuseport_spreads_flows_and_keeps_each(void **state)
{
	struct fixture *f = *state;
	struct udp_end *e[4];
	unsigned got[4] = {0};
	char buf[8];

	for (unsigned i = 0; i < 4; i++) {
		e[i] = open_end(f, OURS, 53);
		udp_end_opts(e[i])->reuse_port = true;
	}
	for (unsigned port = 1000; port < 1400; port++) {
		unsigned taker = 4;

		arrive(f, THEIRS, (uint16_t)port, OURS, 53, "x", 1);
		arrive(f, THEIRS, (uint16_t)port, OURS, 53, "y", 1);
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

/* The gateway: what no other end takes, with the destination that the sender meant. */
static void
an_any_port_end_takes_what_is_left(void **state)
{
	struct fixture *f = *state;
	struct udp_end *rest = open_end(f, IPADDR_ANY6, 0), *own = open_end(f, OURS, 53);
	struct endpoint none = {IPADDR_ANY6, 0, 0};
	struct dgram_names names;
	struct udp_tx tx = UDP_TX_DEFAULT;
	char buf[8];

	udp_end_opts(rest)->any_port = udp_end_opts(rest)->transparent = true;
	assert_int_equal(udp_bind(rest, &none), 0);
	arrive(f, THEIRS, 1, OURS, 53, "own", 1);
	assert_reads(own, "own");
	arrive(f, THEIRS, 1000, THIRD, 77, "rest", 1);
	assert_int_equal(udp_recv(rest, buf, sizeof buf, false, &names, NULL), 4);
	assert_int_equal(names.local.port, 77);
	assert_int_equal(ipaddr_v4_number(&names.local.addr), 0x0a000003);
	assert_int_equal(names.ttl, 61);
	assert_int_equal(names.tos, 8);
	tx.peer = names.peer;
	tx.local = names.local;
	assert_int_equal(udp_send(rest, "yes", 3, &tx), 3);
	assert_true(f->tx.transparent);
	assert_int_equal(ipaddr_v4_number(&f->tx.src), 0x0a000003);
	assert_int_equal(udp_src(f->sent->l4), 77);
	udp_close(rest);
	udp_close(own);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {T(the_closest_name_gets_the_datagram),
	    T(a_v6only_end_takes_no_ipv4), T(nobody_on_the_port_is_refused_unless_it_was_for_many),
	    T(checksums_are_held_to_the_rules), T(length_must_fit_what_arrived),
	    T(the_receive_queue_is_bounded), T(errors_reach_the_end_that_sent),
	    T(packet_too_big_is_told_to_who_cares), T(path_mtu_modes_are_those_of_linux),
	    T(a_row_of_datagrams_goes_down_as_one_packet), T(a_row_of_datagrams_is_read_one_by_one),
	    T(broadcast_needs_leave), T(groups_reach_all_members), T(sources_of_a_group_are_chosen),
	    T(reuseport_spreads_flows_and_keeps_each), T(an_any_port_end_takes_what_is_left)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
