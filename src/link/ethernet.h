/*
 * link/ethernet.h - Ethernet: which frames are for us, and which link address a packet goes to.
 *
 * It knows the framing and the mapping of groups; who has which unicast address is core/neigh.h's
 * to know.
 */
#ifndef LINK_ETHERNET_H
#define LINK_ETHERNET_H

#include "core/iface.h"

extern const struct link_ops ethernet_ops;

/* The link address of multicast group @group: RFC 1112, 6.4 (IPv4), RFC 2464, 7 (IPv6). */
void ethernet_group_mac(const struct ipaddr *group, uint8_t mac[6]);

#endif
