/*
 * net/net.h - the networks of one host: IPv4 with ARP, ICMP and IGMP; IPv6 with ICMPv6, neighbour
 * discovery and MLD; forwarding.
 *
 * It registers itself with the core and is reached through it from then on.
 */
#ifndef NET_NET_H
#define NET_NET_H

struct core;
struct iface;
struct net;

/* Before any interface gets an address. NULL without memory. */
struct net *net_new(struct core *core);

/* What waits to be reassembled is freed. Before core_free(). */
void net_free(struct net *net);

/*
 * Configure @iface by itself as a host does in IPv6 (RFC 4862): a link-local address, and then what
 * routers advertise: prefixes, with an address in each (RFC 7217), and default routes. Without
 * this, router advertisements are ignored. 0, -LEAT_ENOSPC, -LEAT_ENOMEM.
 */
int net_autoconf(struct net *net, struct iface *iface);

#endif
