/*
 * test/unit/udp/udp_rig.c - a core, UDP, and a network that only keeps what it is given.
 */
#include "udp_rig.h"

#include "../addr.h"
#include "../pool.h"
#include "wire/checksum.h"

#include <stdlib.h>
#include <string.h>

static void
net_input(void *self, struct iface *iface, struct pkt *pkt)
{
	pkt_free(pkt);
}

static int
net_output(void *self, struct pkt *pkt, const struct ip_tx *tx)
{
	struct udp_rig *r = self;

	if (r->sent)
		pkt_free(r->sent);
	r->sent = pkt;
	r->tx = *tx;
	return 0;
}

static void
net_refuse(void *self, const struct pkt *pkt, const struct ip_rx *rx, int error)
{
	struct udp_rig *r = self;

	r->refused = error;
}

static const struct network_ops NET_OPS = {net_input, net_output, net_refuse};

static void
wire_transmit(struct wire *wire, struct pkt *frame, nsec_t now)
{
	pkt_free(frame);
}

static struct wire WIRE = {.transmit = wire_transmit};
static const struct link_ops LINK_OPS = {.header_len = 0};

void
udp_rig_start(struct udp_rig *r)
{
	struct core_config config = {.number = 1, .seed = 1, .secret = {{1, 2}}};
	struct iface_config ic = {.name = "eth0", .mtu = 1500, .link = &LINK_OPS, .wire = &WIRE};
	struct ipaddr v4 = OURS, v6 = addr("fd00::1");

	*r = (struct udp_rig){.pool = pkt_pool_new(1 << 22)};
	config.pool = r->pool;
	r->core = core_new(&config);
	core_register_network(r->core, false, &NET_OPS, r);
	core_register_network(r->core, true, &NET_OPS, r);
	r->udp = udp_new(r->core);
	assert_int_equal(iface_add(r->core, &ic, &r->iface), 0);
	assert_int_equal(iface_addr_add(r->iface, &v4, 24, true), 0);
	assert_int_equal(iface_addr_add(r->iface, &v6, 64, true), 0);
}

void
udp_rig_end(struct udp_rig *r)
{
	if (r->sent)
		pkt_free(r->sent);
	udp_free(r->udp);
	core_free(r->core);
	pool_end(r->pool);
}

int
udp_rig_setup(void **state)
{
	static struct udp_rig rig;

	udp_rig_start(&rig);
	*state = &rig;
	return 0;
}

int
udp_rig_teardown(void **state)
{
	udp_rig_end(*state);
	return 0;
}

static void
count_events(void *user)
{
	struct udp_rig *r = user;

	r->events++;
}

static const struct udp_user_ops USER_OPS = {count_events};

struct udp_end *
open_end(struct udp_rig *r, struct ipaddr addr, uint16_t port)
{
	struct endpoint local = {addr, port, 0};
	struct udp_opts opts;
	struct udp_end *e;

	udp_opts_default(&opts);
	assert_int_equal(udp_open(r->udp, &opts, &USER_OPS, r, &e), 0);
	assert_int_equal(udp_bind(e, &local), 0);
	return e;
}

void
arrive(struct udp_rig *r, struct ipaddr src, uint16_t sport, struct ipaddr dst, uint16_t dport,
    const char *text, enum sum sum)
{
	uint8_t octets[512];
	size_t n = strlen(text) + UDP_HDR_LEN;
	struct ip_rx rx = {
	    .src = src, .dst = dst, .iface = r->iface, .proto = IP_PROTO_UDP, .ttl = 61, .tos = 8};

	rx.group = ipaddr_is_multicast(&dst) || iface_is_broadcast(r->iface, &dst);
	udp_put(octets, sport, dport, (uint16_t)n);
	memcpy(octets + UDP_HDR_LEN, text, strlen(text));
	if (sum != SUM_NONE)
		checksum_put(octets + UDP_SUM,
		    checksum_add(octets, n, checksum_pseudo(&src, &dst, IP_PROTO_UDP, (uint32_t)n)));
	if (sum == SUM_WRONG)
		octets[UDP_SUM] ^= 1;
	core_deliver(r->core, pkt_from_bytes(r->pool, octets, n), &rx);
}

void
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

ssize_t
send_to(struct udp_end *e, struct ipaddr to, size_t len, uint16_t seg)
{
	static const uint8_t zeros[70000];
	struct udp_tx tx = UDP_TX_DEFAULT;

	tx.peer = (struct endpoint){to, 53, 0};
	tx.seg_size = seg;
	return udp_send(e, zeros, len, &tx);
}
