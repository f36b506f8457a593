/*
 * link/rawip.c - sends and receives bare IP packets. The first four bits of a packet give its
 * family.
 */
#include "link/rawip.h"

#include "core/core.h"
#include "wire/eth.h"

static void
rawip_input(struct iface *iface, struct pkt *pkt)
{
	if (!pkt_need(pkt, 1)) {
		pkt_drop(iface->core, pkt, DROP_TOO_SHORT);
		return;
	}
	pkt->link_group = false;
	switch (pkt->data[0] >> 4) {
	case 4:
		pkt->ethertype = ETH_TYPE_IP4;
		break;
	case 6:
		pkt->ethertype = ETH_TYPE_IP6;
		break;
	default:
		pkt_drop(iface->core, pkt, DROP_IP_BAD_HEADER);
		return;
	}
	core_input(iface->core, iface, pkt);
}

static void
rawip_output(struct iface *iface, struct pkt *pkt, const struct ipaddr *next_hop)
{
	iface_transmit(iface, pkt);
}

static void
rawip_output_to(struct iface *iface, struct pkt *pkt, const uint8_t mac[6])
{
	iface_transmit(iface, pkt);
}

const struct link_ops rawip_ops = {
    .output = rawip_output,
    .input = rawip_input,
    .output_to = rawip_output_to,
};
