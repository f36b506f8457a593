/*
 * test/unit/net/harness.h - hosts of core and net on Ethernet, whose wires the test controls.
 *
 * A host's frames wait in its `sent` queue. A test looks at them, or pump() carries them to the
 * other host.
 */
#ifndef TEST_NET_HARNESS_H
#define TEST_NET_HARNESS_H

/* cmocka needs these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdlib.h>

#include <cmocka.h>

#include "../addr.h"
#include "../pool.h"
#include "link/ethernet.h"
#include "link/loopback.h"
#include "link/rawip.h"
#include "net/internal.h"
#include "pkt/queue.h"
#include "wire/arp.h"
#include "wire/ndp.h"

enum { TEST_PROTO = 200 };

struct test_wire {
	struct wire wire;
	struct pkt_queue sent;
};

struct host {
	struct pkt_pool *pool;
	struct core *core;
	struct net *net;
	struct iface *eth[2], *lo;
	struct test_wire wire[2];
	struct loopback *loopback;
	/* the last error that protocol TEST_PROTO was notified of */
	unsigned received, errors;
	struct ip_rx rx;
	uint8_t data[65536];
	uint32_t data_len;
	struct net_error error;
	bool no_flow; /* errors match none of its flows */
};

static const uint8_t TEST_MAC_US[6] = {2, 0, 0, 0, 0, 1}, TEST_MAC_PEER[6] = {2, 0, 0, 0, 0, 2},
		     TEST_MAC_US2[6] = {2, 0, 0, 0, 1, 1};

static inline void
test_transmit(struct wire *wire, struct pkt *frame, nsec_t now)
{
	(void)now;
	pkt_queue_push(&container_of(wire, struct test_wire, wire)->sent, frame);
}

static inline void
test_input(void *self, struct pkt *pkt, const struct ip_rx *rx)
{
	struct host *h = self;

	h->received++;
	h->rx = *rx;
	h->data_len = pkt->len;
	pkt_copy_out(pkt, 0, h->data, pkt->len);
	pkt_free(pkt);
}

static inline bool
test_error(void *self, const struct net_error *e)
{
	struct host *h = self;

	h->errors++;
	h->error = *e;
	return !h->no_flow;
}

static const struct transport_ops test_transport = {test_input, test_error};

static inline struct iface *
host_ethernet(struct host *h, unsigned n, const uint8_t mac[6])
{
	struct iface_config c = {
	    .name = n ? "eth1" : "eth0", .mtu = 1500, .link = &ethernet_ops, .wire = &h->wire[n].wire};

	memcpy(c.mac, mac, sizeof c.mac);
	h->wire[n].wire.transmit = test_transmit;
	pkt_queue_init(&h->wire[n].sent);
	assert_int_equal(iface_add(h->core, &c, &h->eth[n]), 0);
	return h->eth[n];
}

/* A host without addresses. */
static inline void
host_init(struct host *h, struct pkt_pool *pool, const uint8_t mac[6])
{
	struct core_config c = {
	    .number = mac[5], .seed = mac[5], .secret = {{1, mac[5]}}, .pool = pool, .now = SEC};

	memset(h, 0, sizeof *h);
	h->pool = pool;
	h->core = core_new(&c);
	assert_non_null(h->core);
	h->net = net_new(h->core);
	assert_non_null(h->net);
	core_register_transport(h->core, TEST_PROTO, &test_transport, h);
	host_ethernet(h, 0, mac);
}

static inline struct pkt *
host_sent(struct host *h, unsigned n)
{
	return pkt_queue_pop(&h->wire[n].sent);
}

static inline void
host_discard(struct host *h)
{
	struct pkt *p;

	for (unsigned n = 0; n < 2; n++)
		while (h->eth[n] && (p = host_sent(h, n)))
			pkt_free(p);
}

static inline void
host_fini(struct host *h)
{
	host_discard(h);
	loopback_free(h->loopback);
	net_free(h->net);
	core_free(h->core);
}

static inline void
host_address(struct host *h, unsigned n, const char *text, uint8_t bits)
{
	struct ipaddr a = addr(text);

	assert_int_equal(iface_addr_add(h->eth[n], &a, bits, true), 0);
	host_discard(h);
}

static inline void
host_default_route(struct host *h, const char *gateway)
{
	struct ipaddr gw = addr(gateway), any = ipaddr_is4(&gw) ? IPADDR_ANY4 : IPADDR_ANY6;
	struct route r = {.dst = any, .gateway = gw, .ifindex = h->eth[0]->index, .src = any};

	assert_int_equal(route_add(h->core, &r), 0);
}

static inline void
host_neighbour(struct host *h, unsigned n, const char *text, const uint8_t mac[6])
{
	struct ipaddr a = addr(text);

	assert_int_equal(neigh_set_permanent(h->eth[n], &a, mac), 0);
}

static inline void
host_advance(struct host *h, nsec_t by)
{
	h->core->now += by;
	wheel_advance(h->core->wheel, h->core->now);
}

/*
 * A host with 10.0.0.1/24 and fd00::1/64. Its peer 10.0.0.2 and fd00::2 has a known link address,
 * and is the next hop to everything else.
 */
static inline void
host_init_usual(struct host *h, struct pkt_pool *pool)
{
	host_init(h, pool, TEST_MAC_US);
	host_address(h, 0, "10.0.0.1", 24);
	host_address(h, 0, "fd00::1", 64);
	host_neighbour(h, 0, "10.0.0.2", TEST_MAC_PEER);
	host_neighbour(h, 0, "fd00::2", TEST_MAC_PEER);
	host_default_route(h, "10.0.0.2");
	host_default_route(h, "fd00::2");
	host_advance(h, 10 * SEC); /* the announcements of the start have been sent */
	host_discard(h);
}

static inline void
host_frame(struct host *h, unsigned n, const uint8_t *bytes, size_t len)
{
	struct pkt *p = pkt_from_bytes(h->pool, bytes, len);

	assert_non_null(p);
	iface_input(h->eth[n], p);
}

/* Passes in a frame with this payload, from the peer to the host. */
static inline void
host_payload(struct host *h, uint16_t type, const uint8_t *bytes, size_t len)
{
	uint8_t frame[70000];

	eth_put(frame, h->eth[0]->mac, TEST_MAC_PEER, type);
	memcpy(frame + ETH_HDR_LEN, bytes, len);
	host_frame(h, 0, frame, len + ETH_HDR_LEN);
}

/* Writes an IPv4 packet with a right header checksum to @to. Returns its length. */
static inline size_t
make4(uint8_t *to, const char *src, const char *dst, uint8_t proto, uint16_t frag, const void *payload,
    size_t len)
{
	struct ipaddr s = addr(src), d = addr(dst);

	ip4_put(to, 0, (uint16_t)(len + IP4_HDR_LEN), 0x1234, frag, 64, proto, &s, &d);
	checksum_put(to + IP4_SUM, checksum_add(to, IP4_HDR_LEN, 0));
	if (len)
		memcpy(to + IP4_HDR_LEN, payload, len);
	return len + IP4_HDR_LEN;
}

static inline size_t
make6(uint8_t *to, const char *src, const char *dst, uint8_t next, uint8_t hops, const void *payload,
    size_t len)
{
	struct ipaddr s = addr(src), d = addr(dst);

	ip6_put(to, 0, 0, (uint16_t)len, next, hops, &s, &d);
	if (len)
		memcpy(to + IP6_HDR_LEN, payload, len);
	return len + IP6_HDR_LEN;
}

/* Writes an ICMPv6 message with a right checksum. */
static inline size_t
make_icmp6(uint8_t *to, const char *src, const char *dst, uint8_t hops, const void *msg, size_t len)
{
	struct ipaddr s = addr(src), d = addr(dst);

	make6(to, src, dst, IP_PROTO_ICMP6, hops, msg, len);
	be16_put(to + IP6_HDR_LEN + ICMP_SUM, 0);
	checksum_put(to + IP6_HDR_LEN + ICMP_SUM,
	    checksum_add(to + IP6_HDR_LEN, len, checksum_pseudo(&s, &d, IP_PROTO_ICMP6, (uint32_t)len)));
	return len + IP6_HDR_LEN;
}

/* Copies the next frame that was sent to @to. Returns its length, or 0 if there is none. */
static inline size_t
host_sent_bytes(struct host *h, unsigned n, uint8_t *to)
{
	struct pkt *p = host_sent(h, n);
	size_t len;

	if (!p)
		return 0;
	len = p->len;
	pkt_copy_out(p, 0, to, len);
	pkt_free(p);
	return len;
}

static inline void
host_loopback(struct host *h)
{
	struct iface_config c = {.name = "lo", .mtu = LOOPBACK_MTU, .link = &rawip_ops, .loopback = true};
	struct ipaddr a4 = IPADDR_LOOPBACK4, a6 = IPADDR_LOOPBACK6;

	h->loopback = loopback_new(h->core);
	assert_non_null(h->loopback);
	c.wire = loopback_wire(h->loopback);
	assert_int_equal(iface_add(h->core, &c, &h->lo), 0);
	assert_int_equal(iface_addr_add(h->lo, &a4, 8, true), 0);
	assert_int_equal(iface_addr_add(h->lo, &a6, 128, true), 0);
}

static inline void
host_run_loopback(struct host *h)
{
	struct pkt *p;

	for (unsigned turns = 0; turns < 100 && (p = loopback_receive(h->loopback)); turns++)
		iface_input(h->lo, p);
}

/* Sends @len octets as TEST_PROTO. */
static inline int
host_send(
    struct host *h, const char *src, const char *dst, const void *payload, size_t len, bool dont_fragment)
{
	struct ip_tx tx = {
	    .src = addr(src), .dst = addr(dst), .proto = TEST_PROTO, .dont_fragment = dont_fragment};
	struct pkt *p = pkt_from_bytes(h->pool, payload, len);

	assert_non_null(p);
	p->l4 = p->data;
	return core_output(h->core, p, &tx);
}

/* cmocka fixtures: one usual host. At the end all packets must be back in the pool. */
static inline int
setup_usual(void **state)
{
	struct host *h = malloc(sizeof *h);

	host_init_usual(h, pkt_pool_new(64 << 20));
	*state = h;
	return 0;
}

static inline int
teardown(void **state)
{
	struct host *h = *state;
	struct pkt_pool *pool = h->pool;

	host_fini(h);
	pool_end(pool);
	free(h);
	return 0;
}

#define usual_test(f) cmocka_unit_test_setup_teardown(f, setup_usual, teardown)

/* Carries frames between eth0 of both hosts until none are left. */
static inline void
pump(struct host *a, struct host *b)
{
	struct pkt *p;

	for (bool moved = true; moved;) {
		moved = false;
		while ((p = host_sent(a, 0)) != NULL) {
			iface_input(b->eth[0], p);
			moved = true;
		}
		while ((p = host_sent(b, 0)) != NULL) {
			iface_input(a->eth[0], p);
			moved = true;
		}
	}
}

#endif
