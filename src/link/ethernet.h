/*
 * link/ethernet.h - Ethernet: decides which frames are for this host, and which link address a
 * packet is sent to.
 *
 * It knows the frame format and the addresses of groups. core/neigh.h knows the link addresses of
 * neighbours.
 */
#ifndef LINK_ETHERNET_H
#define LINK_ETHERNET_H

#include "core/iface.h"

extern const struct link_ops ethernet_ops;

/*
 * Sets @mac to the link address of multicast group @group (IPv4: RFC 1112, 6.4; IPv6: RFC 2464, 7).
 */
void ethernet_group_mac(const struct ipaddr *group, uint8_t mac[6]);

#endif
