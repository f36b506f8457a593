/*
 * fuzz/net_input.c - a host of core and net that gets arbitrary frames.
 *
 * The input is an octet of switches, then records: a control octet, a length of two octets, and a
 * frame. Whatever arrives, the host must not crash, must stay within its memory limits, and must
 * give everything back at the end.
 */
#include "link/ethernet.h"
#include "net/internal.h"
#include "pkt/queue.h"

#include <stdlib.h>

/* Not assert(): the check must also run in builds without assertions. */
#define must(what) ((what) ? (void)0 : abort())

enum { SWITCH_TRANSPARENT = 1, SWITCH_FORWARDING = 2, SWITCH_AUTOCONF = 4 };
enum { CONTROL_IFACE = 1, CONTROL_REPAIR = 2, CONTROL_ADVANCE = 0xf0 };
enum { POOL_LIMIT = 16 << 20, NEIGHBOURS_MAX = 1024 };

struct fuzz_wire {
	struct wire wire;
	struct pkt_queue sent;
};

struct fuzz_host {
	struct core *core;
	struct net *net;
	struct pkt_pool *pool;
	struct iface *eth[2];
	struct fuzz_wire wire[2];
};

static void
transmit(struct wire *wire, struct pkt *frame, nsec_t now)
{
	(void)now;
	pkt_queue_push(&container_of(wire, struct fuzz_wire, wire)->sent, frame);
}

static void
transport_input(void *self, struct pkt *pkt, const struct ip_rx *rx)
{
	struct fuzz_host *h = self;

	must(pkt->l3 && pkt->l4 == pkt->data);
	if (pkt->len % 3 == 0)
		core_refuse(h->core, pkt, rx, LEAT_ECONNREFUSED);
	pkt_free(pkt);
}

static bool
transport_error(void *self, const struct net_error *e)
{
	volatile uint8_t sum = 0;

	(void)self;
	for (unsigned i = 0; i < e->quoted_len; i++) /* all of it must be readable */
		sum = (uint8_t)(sum + e->quoted[i]);
	return e->quoted[0] & 1;
}

static const struct transport_ops transport = {transport_input, transport_error};

static void
add_ethernet(struct fuzz_host *h, unsigned n)
{
	struct iface_config c = {.name = "eth",
	    .mtu = n ? 1280 : 1500,
	    .mac = {2, 0, 0, 0, 0, (uint8_t)(n + 1)},
	    .link = &ethernet_ops,
	    .wire = &h->wire[n].wire};
	struct ipaddr a4 = ipaddr_v4(0x0a000001 + (n << 16)), a6;
	uint8_t o[16] = {0xfd, (uint8_t)n, [15] = 1};

	a6 = ipaddr_from16(o);
	h->wire[n].wire.transmit = transmit;
	pkt_queue_init(&h->wire[n].sent);
	must(iface_add(h->core, &c, &h->eth[n]) == 0);
	must(iface_addr_add(h->eth[n], &a4, 24, true) == 0);
	must(iface_addr_add(h->eth[n], &a6, 64, true) == 0);
}

static void
start(struct fuzz_host *h, uint8_t switches)
{
	struct core_config c = {.number = 1, .seed = 1, .now = SEC};
	struct ipaddr tentative = ipaddr_v4(0x0a000005), group = ipaddr_v4(0xef010203);

	memset(h, 0, sizeof *h);
	h->pool = c.pool = pkt_pool_new(POOL_LIMIT);
	must(h->pool != NULL);
	h->core = core_new(&c);
	must(h->core != NULL);
	h->net = net_new(h->core);
	must(h->net != NULL);
	core_register_transport(h->core, 6, &transport, h);
	core_register_transport(h->core, 17, &transport, h);
	core_register_ping(h->core, &transport, h);
	add_ethernet(h, 0);
	add_ethernet(h, 1);
	must(iface_addr_add(h->eth[0], &tentative, 24, false) == 0);
	must(iface_join(h->eth[0], &group) == 0);
	h->core->transparent = switches & SWITCH_TRANSPARENT;
	h->core->forwarding = switches & SWITCH_FORWARDING;
	if (switches & SWITCH_AUTOCONF)
		must(net_autoconf(h->net, h->eth[0]) == 0);
}

static void
empty_wires(struct fuzz_host *h)
{
	struct pkt *p;

	for (unsigned n = 0; n < 2; n++)
		while ((p = pkt_queue_pop(&h->wire[n].sent)) != NULL)
			pkt_free(p);
}

static void
count_one(const struct neigh_info *info, void *arg)
{
	(void)info;
	++*(unsigned *)arg;
}

static void
finish(struct fuzz_host *h)
{
	unsigned neighbours = 0;

	neigh_each(h->core, count_one, &neighbours);
	must(neighbours <= NEIGHBOURS_MAX);
	must(h->net->frags.octets <= FRAG_OCTETS_MAX);
	empty_wires(h);
	net_free(h->net);
	core_free(h->core);
	must(pkt_pool_in_use(h->pool) == 0);
	pkt_pool_free(h->pool);
}

/* Sets the right checksums, which a fuzzer does not find by itself. */
static void
repair(uint8_t *f, size_t len)
{
	uint8_t *ip = f + ETH_HDR_LEN, *m;
	size_t n, at;

	if (len < ETH_HDR_LEN + IP4_HDR_LEN)
		return;
	n = len - ETH_HDR_LEN;
	if (eth_type(f) == ETH_TYPE_IP4 && ip4_valid(ip, n)) {
		at = ip4_hdr_len(ip);
		be16_put(ip + IP4_SUM, 0);
		checksum_put(ip + IP4_SUM, checksum_add(ip, at, 0));
		n = ip4_len(ip);
		m = ip + at;
		if ((ip4_proto(ip) == IP_PROTO_ICMP4 || ip4_proto(ip) == IP_PROTO_IGMP) && n >= at + 4) {
			be16_put(m + ICMP_SUM, 0);
			checksum_put(m + ICMP_SUM, checksum_add(m, n - at, 0));
		}
	} else if (eth_type(f) == ETH_TYPE_IP6 && ip6_valid(ip, n) && ip6_next(ip) == IP_PROTO_ICMP6 &&
		   ip6_payload_len(ip) >= 4) {
		struct ipaddr s = ip6_src(ip), d = ip6_dst(ip);

		m = ip + IP6_HDR_LEN;
		be16_put(m + ICMP_SUM, 0);
		checksum_put(m + ICMP_SUM, checksum_add(m, ip6_payload_len(ip),
					       checksum_pseudo(&s, &d, IP_PROTO_ICMP6, ip6_payload_len(ip))));
	}
}

static void
one_record(struct fuzz_host *h, uint8_t control, const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct pkt *p;

	must(copy != NULL);
	if (len)
		memcpy(copy, bytes, len);
	if (control & CONTROL_REPAIR)
		repair(copy, len);
	p = pkt_from_bytes(h->pool, copy, len);
	free(copy);
	if (p)
		iface_input(h->eth[control & CONTROL_IFACE], p);
	if (control & CONTROL_ADVANCE) {
		h->core->now += (control >> 4) * SEC;
		wheel_advance(h->core->wheel, h->core->now);
	}
	must(pkt_pool_octets(h->pool) <= POOL_LIMIT);
	empty_wires(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_host h;

	if (size < 1)
		return 0;
	start(&h, data[0]);
	data++;
	size--;
	while (size >= 3) {
		size_t len = be16_get(data + 1);

		if (len > size - 3)
			len = size - 3;
		one_record(&h, data[0], data + 3, len);
		data += 3 + len;
		size -= 3 + len;
	}
	finish(&h);
	return 0;
}
