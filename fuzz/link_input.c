/*
 * fuzz/link_input.c - any octets as a frame from an Ethernet wire and from a raw IP wire. The frame
 * must reach a network, be ignored, or be dropped and counted. A clone of it must keep the same
 * octets.
 */
#include "core/core.h"
#include "link/ethernet.h"
#include "link/rawip.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned handed_on;

static void
check(bool right)
{
	if (!right)
		abort();
}

static void
network_input(void *self, struct iface *iface, struct pkt *pkt)
{
	handed_on++;
	check(pkt->ethertype == 0x0800 || pkt->ethertype == 0x0806 || pkt->ethertype == 0x86dd);
	pkt_free(pkt);
}

static const struct network_ops network = {.input = network_input};

static void
transmit(struct wire *wire, struct pkt *frame, nsec_t now)
{
	pkt_free(frame);
}

static uint64_t
drops(const struct core *core)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < DROP_COUNT; i++)
		sum += core->drops[i];
	return sum;
}

static void
one_frame(struct core *core, struct iface *iface, const uint8_t *data, size_t size)
{
	struct pkt *p = pkt_from_bytes(core->pool, data, size), *clone = pkt_clone(p);
	uint64_t before = drops(core) + handed_on + iface->count.rx_other_groups;
	uint8_t *copy = malloc(size + 1);

	iface_input(iface, p);
	check(drops(core) + handed_on + iface->count.rx_other_groups == before + 1);
	pkt_copy_out(clone, 0, copy, size);
	check(clone->len == size && memcmp(copy, data, size) == 0);
	free(copy);
	pkt_free(clone);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire wire = {.transmit = transmit};
	struct core_config config = {.number = 1, .pool = pkt_pool_new(1 << 20)};
	struct iface_config eth = {
	    .name = "eth0", .mtu = 1500, .mac = {2, 0, 0, 0, 0, 1}, .link = &ethernet_ops, .wire = &wire};
	struct iface_config raw = {.name = "tun0", .mtu = 1500, .link = &rawip_ops, .wire = &wire};
	struct ipaddr six, group = ipaddr_v4(0xe00000fb);
	struct core *core = core_new(&config);
	struct iface *iface;

	if (size > 4000) {
		core_free(core);
		pkt_pool_free(config.pool);
		return 0;
	}
	core_register_network(core, false, &network, NULL);
	core_register_network(core, true, &network, NULL);
	check(iface_add(core, &eth, &iface) == 0 && ipaddr_parse("fd00::1:2:3", &six) == 0);
	check(iface_addr_add(iface, &six, 64, true) == 0 && iface_join(iface, &group) == 0);
	one_frame(core, iface, data, size);
	check(iface_add(core, &raw, &iface) == 0);
	one_frame(core, iface, data, size);
	core_free(core);
	check(pkt_pool_in_use(config.pool) == 0);
	pkt_pool_free(config.pool);
	return 0;
}
