/*
 * link/ethernet.c - Ethernet II (IEEE 802.3, 3.2.6) with IPv4 and IPv6 (RFC 894, RFC 2464) and
 * priority tags (IEEE 802.1Q).
 */
#include "link/ethernet.h"

#include "core/core.h"
#include "core/neigh.h"
#include "wire/eth.h"

static const uint8_t broadcast[ETH_ADDR_LEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

void
ethernet_group_mac(const struct ipaddr *group, uint8_t mac[6])
{
	if (ipaddr_is4(group)) {
		/* only the low 23 bits are used, so 32 groups share an address */
		be32_put(mac + 2, ipaddr_v4_number(group) & 0x7fffff);
		mac[0] = 0x01;
		mac[1] = 0x00;
		mac[2] = 0x5e;
	} else {
		mac[0] = mac[1] = 0x33;
		memcpy(mac + 2, ipaddr_octets(group) + 12, 4);
	}
}

static bool
group_has_mac(const struct ipaddr *group, const uint8_t *mac)
{
	uint8_t own[ETH_ADDR_LEN];

	ethernet_group_mac(group, own);
	return memcmp(own, mac, ETH_ADDR_LEN) == 0;
}

/*
 * Returns true if @mac belongs to the solicited-node group of an address of @iface (RFC 4291,
 * 2.7.1). The last three octets identify it.
 */
static bool
is_solicited_node_mac(const struct iface *iface, const uint8_t *mac)
{
	static const uint8_t prefix[3] = {0x33, 0x33, 0xff};

	if (memcmp(mac, prefix, 3) != 0)
		return false;
	for (unsigned i = 0; i < iface->naddr; i++) {
		const struct ipaddr *a = &iface->addr[i].addr;

		if (!ipaddr_is4(a) && memcmp(ipaddr_octets(a) + 13, mac + 3, 3) == 0)
			return true;
	}
	return false;
}

/*
 * Returns true for broadcast, the all-hosts groups, solicited-node groups, and joined groups.
 * Several groups share one link address, so the network checks again.
 */
static bool
is_joined_mac(const struct iface *iface, const uint8_t *mac)
{
	static const uint8_t all4[ETH_ADDR_LEN] = {0x01, 0x00, 0x5e, 0, 0, 1};
	static const uint8_t all6[ETH_ADDR_LEN] = {0x33, 0x33, 0, 0, 0, 1};

	if (eth_is_broadcast(mac) || memcmp(mac, all4, ETH_ADDR_LEN) == 0 ||
	    memcmp(mac, all6, ETH_ADDR_LEN) == 0)
		return true;
	for (unsigned i = 0; i < iface->ngroup; i++)
		if (group_has_mac(&iface->group[i].addr, mac))
			return true;
	return is_solicited_node_mac(iface, mac);
}

static void
ethernet_input(struct iface *iface, struct pkt *frame)
{
	unsigned hdr = ETH_HDR_LEN;

	if (!pkt_need(frame, hdr)) {
		pkt_drop(iface->core, frame, DROP_TOO_SHORT);
		return;
	}
	/*
	 * A network card would have filtered out these frames, so they only count. Frames for
	 * foreign groups are usual on a shared medium.
	 */
	if (eth_is_group(eth_dst(frame->data)) && !is_joined_mac(iface, eth_dst(frame->data))) {
		iface->count.rx_other_groups++;
		pkt_free(frame);
		return;
	}
	if (!eth_is_group(eth_dst(frame->data)) &&
	    memcmp(eth_dst(frame->data), iface->mac, ETH_ADDR_LEN) != 0) {
		pkt_drop(iface->core, frame, DROP_ETH_NOT_FOR_US);
		return;
	}
	frame->link_group = eth_is_group(eth_dst(frame->data));
	frame->ethertype = eth_type(frame->data);
	if (eth_tagged(frame->data)) {
		hdr = ETH_VLAN_HDR_LEN;
		if (!pkt_need(frame, hdr)) {
			pkt_drop(iface->core, frame, DROP_TOO_SHORT);
			return;
		}
		if (eth_vlan(frame->data) != 0) {
			pkt_drop(iface->core, frame, DROP_ETH_VLAN);
			return;
		}
		frame->ethertype = eth_vlan_type(frame->data);
	}
	pkt_pull(frame, hdr);
	core_input(iface->core, iface, frame);
}

static void
ethernet_output_to(struct iface *iface, struct pkt *pkt, const uint8_t mac[6])
{
	uint8_t dst[ETH_ADDR_LEN];

	/*
	 * @mac may point into the packet, where the pushed header overwrites it: an answer may be
	 * built in the memory of its request.
	 */
	memcpy(dst, mac, ETH_ADDR_LEN);
	eth_put(pkt_push(pkt, ETH_HDR_LEN), dst, iface->mac, pkt->ethertype);
	iface_transmit(iface, pkt);
}

static void
ethernet_output(struct iface *iface, struct pkt *pkt, const struct ipaddr *next_hop)
{
	uint8_t mac[ETH_ADDR_LEN];

	if (ipaddr_is_multicast(next_hop)) {
		ethernet_group_mac(next_hop, mac);
		ethernet_output_to(iface, pkt, mac);
	} else if (iface_is_broadcast(iface, next_hop)) {
		ethernet_output_to(iface, pkt, broadcast);
	} else {
		neigh_output(iface, pkt, next_hop);
	}
}

const struct link_ops ethernet_ops = {
    .output = ethernet_output,
    .input = ethernet_input,
    .output_to = ethernet_output_to,
    .has_neighbours = true,
    .header_len = ETH_HDR_LEN,
};
