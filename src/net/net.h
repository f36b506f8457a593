/*
 * net/net.h - the networks of one host: IPv4 with ARP, ICMP and IGMP; IPv6 with ICMPv6, neighbour
 * discovery and MLD; and forwarding.
 *
 * They register with the core, which calls them from then on.
 */
#ifndef NET_NET_H
#define NET_NET_H

struct core;
struct iface;
struct net;

/* Call it before any interface gets an address. Returns NULL without memory. */
struct net *net_new(struct core *core);

/* Frees the networks and all incomplete datagrams. Call it before core_free(). */
void net_free(struct net *net);

/*
 * Starts IPv6 autoconfiguration on @iface (RFC 4862): a link-local address, then prefixes that
 * routers advertise, with an address for each (RFC 7217), and default routes. Without this call,
 * router advertisements are ignored. Returns 0, -LEAT_ENOSPC or -LEAT_ENOMEM.
 */
int net_autoconf(struct net *net, struct iface *iface);

#endif
