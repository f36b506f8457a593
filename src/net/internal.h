/*
 * net/internal.h - what the files of net/ share. Private to net/.
 */
#ifndef NET_INTERNAL_H
#define NET_INTERNAL_H

#include "core/core.h"
#include "core/neigh.h"
#include "net/frag.h"
#include "net/members.h"
#include "net/net.h"
#include "net/rate.h"
#include "wire/checksum.h"
#include "wire/eth.h"
#include "wire/icmp.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"
#include "wire/udp.h"

enum { IP_TTL_DEFAULT = 64, IP4_ID_SLOTS = 1024 };

/*
 * The addresses of the last packet that passed all address checks and was for this host. The result
 * of the checks stays valid while no address and no route changes.
 */
struct ip_pair {
	uint64_t generation;
	const struct iface *iface;
	struct ipaddr src, dst;
};

struct net {
	struct core *core;
	struct ip_pair known[2]; /* by family: [0] IPv4, [1] IPv6 */
	struct frags frags;
	struct icmp_rate icmp_rate;
	struct list dad;                        /* net/dad.c: addresses that are being probed or announced */
	struct list slaac;                      /* net/slaac.c: interfaces that configure themselves */
	struct members members[2][CORE_IFACES]; /* by family and interface */
	/* for each interface, when an address was last defended (RFC 5227, 2.4); 0 = never */
	nsec_t defended[CORE_IFACES];
	uint64_t frag_ids; /* number of identifications given to IPv6 packets that were fragmented */
	uint16_t ip4_id[IP4_ID_SLOTS];
};

static inline bool
ip_pair_known(const struct net *net, const struct ip_rx *rx)
{
	const struct ip_pair *k = &net->known[!ipaddr_is4(&rx->dst)];

	return ipaddr_eq(&k->src, &rx->src) && ipaddr_eq(&k->dst, &rx->dst) && k->iface == rx->iface &&
	       k->generation == route_generation(net->core);
}

static inline void
ip_pair_note(struct net *net, const struct ip_rx *rx)
{
	net->known[!ipaddr_is4(&rx->dst)] =
	    (struct ip_pair){route_generation(net->core), rx->iface, rx->src, rx->dst};
}

/* --- net/arp.c --- */
void arp_input(struct net *net, struct iface *iface, struct pkt *pkt);
void arp_probe(struct iface *iface, const struct ipaddr *addr);
void arp_announce(struct iface *iface, const struct ipaddr *addr);
extern const struct neigh_ops arp_neigh_ops;

/* --- net/dad.c --- */
/*
 * Starts duplicate detection for @addr, which is tentative on @iface. If no other host uses it, it
 * becomes preferred and is announced.
 */
void dad_start(struct net *net, struct iface *iface, const struct ipaddr *addr);
/* Another host uses the tentative address @entry. */
void dad_conflict(struct net *net, struct iface *iface, struct iface_addr *entry);
void dad_free(struct net *net);

/* --- net/ip4.c, net/ip6.c: receiving --- */
void ip4_input(void *self, struct iface *iface, struct pkt *pkt);
void ip6_input(void *self, struct iface *iface, struct pkt *pkt);

/* --- net/ip4_out.c, net/ip6_out.c: sending --- */
int ip4_output(void *self, struct pkt *pkt, const struct ip_tx *tx);
int ip6_output(void *self, struct pkt *pkt, const struct ip_tx *tx);
/*
 * Fragments @pkt and sends the pieces. Its data is at the IPv4 header, and it is longer than the
 * path's MTU. Consumes @pkt.
 */
void ip4_fragment(struct net *net, struct pkt *pkt, const struct path *path);

/* --- net/ip_out.c --- */
/* Returns the length of the transport header that each piece of a super-segment repeats. */
static inline uint32_t
ip_piece_header_len(const struct pkt *pkt)
{
	return pkt->seg == PKT_SEG_UDP ? UDP_HDR_LEN : tcp_hdr_len(pkt->l4);
}

/*
 * Returns true if @pkt fits @mtu: as it is, or after it has been cut (l4 set). @len is its length
 * with the network header, @hdr_len the length of that header.
 */
static inline bool
ip_fits(const struct pkt *pkt, uint32_t len, uint32_t hdr_len, uint32_t mtu)
{
	if (pkt->seg == PKT_SEG_NONE)
		return len <= mtu;
	return hdr_len + ip_piece_header_len(pkt) + pkt->seg_size <= mtu;
}

/*
 * Returns the path for @tx: the sender's cached one, or one found now and stored in @room. Returns
 * NULL if there is no path or the source may not use it; *@err is then set, and @pkt has been
 * dropped.
 */
const struct path *ip_path_find(
    struct core *core, struct pkt *pkt, const struct ip_tx *tx, struct path *room, int *err);

static inline const struct path *
ip_path(struct core *core, struct pkt *pkt, const struct ip_tx *tx, struct path *room, int *err)
{
	const struct path_cache *cache = tx->cache;

	if (cache && cache->generation == route_generation(core) && cache->passes)
		return &cache->path;
	return ip_path_find(core, pkt, tx, room, err);
}

/* Returns the TTL or hop limit to send with. */
static inline uint8_t
ip_hops(const struct ip_tx *tx)
{
	if (tx->ttl)
		return tx->ttl;
	return ipaddr_is_multicast(&tx->dst) ? 1 : IP_TTL_DEFAULT; /* RFC 1112, 6.1; RFC 3493, 5.2 */
}

/* --- net/forward.c --- */
void forward4(struct net *net, struct iface *iface, struct pkt *pkt);
void forward6(struct net *net, struct iface *iface, struct pkt *pkt);

/* --- net/icmp4.c, net/icmp6.c --- */
extern const struct transport_ops icmp4_ops, icmp6_ops;
void icmp4_refuse(void *self, const struct pkt *pkt, const struct ip_rx *rx, int error);
void icmp6_refuse(void *self, const struct pkt *pkt, const struct ip_rx *rx, int error);
/*
 * Sends an ICMP error to the sender of @pkt (l3 set), if the rules allow it. @rest is octets 4 to
 * 7. Borrows @pkt.
 */
void icmp4_error(struct net *net, const struct pkt *pkt, uint8_t type, uint8_t code, uint32_t rest);
void icmp6_error(struct net *net, const struct pkt *pkt, uint8_t type, uint8_t code, uint32_t rest);

/* --- net/icmp.c: what both families share --- */
struct icmp_error {
	uint8_t type, code;
	uint32_t rest;      /* octets 4 to 7 */
	uint32_t quote_max; /* largest number of octets of the packet that are quoted */
};
/*
 * Sends @e about @pkt (l3 set), unless the rate limit forbids it. If @tx->src is unspecified, the
 * route chooses the source. Borrows @pkt.
 */
void icmp_error_output(struct net *net, const struct pkt *pkt, struct ip_tx *tx, const struct icmp_error *e);
/*
 * Notifies the transport of an error that @pkt brought. @e->quoted begins at the transport header.
 * Consumes @pkt.
 */
void icmp_notify(struct core *core, struct pkt *pkt, const struct net_error *e);
/* Handles an error about an ICMP message of this host: transport_ops.error of both families. */
bool icmp_error_about_us(void *self, const struct net_error *e);
/* Handle an echo message that is whole and has been checked. Both consume @pkt. */
void icmp_echo_request_input(struct net *net, struct pkt *pkt, const struct ip_rx *rx, uint8_t reply_type);
void icmp_echo_reply_input(struct net *net, struct pkt *pkt, const struct ip_rx *rx);

/* --- net/icmp_meaning.c --- */
/*
 * Set error and kind from type and code. icmp4_meaning() returns false if the message means nothing
 * to a transport.
 */
bool icmp4_meaning(struct net_error *e);
void icmp6_meaning(struct net_error *e);

/* --- net/ndp.c --- */
/* Handles all five messages of RFC 4861, 4. Consumes @pkt. */
void ndp_input(struct net *net, struct pkt *pkt, const struct ip_rx *rx);
void ndp_probe(struct iface *iface, const struct ipaddr *addr);
void ndp_announce(struct iface *iface, const struct ipaddr *addr);
void ndp_router_solicit(struct iface *iface);
extern const struct neigh_ops ndp_neigh_ops;
/*
 * Sends the ICMPv6 message @pkt, whose checksum is zero, directly to the link with hop limit 255.
 * If @mac is not NULL, it is sent to that link address. Consumes @pkt.
 */
void ndp_send(struct iface *iface, struct pkt *pkt, const struct ipaddr *src, const struct ipaddr *dst,
    const uint8_t *mac);
/* Returns the solicited-node group ff02::1:ffXX:XXXX (RFC 4291, 2.7.1). */
struct ipaddr ndp_solicited_node(const struct ipaddr *addr);

/* --- net/slaac.c --- */
/* Handles a router advertisement that is whole. Returns DROP_COUNT, or the reason to drop it. */
enum drop_reason slaac_router_advert(
    struct net *net, struct iface *iface, const struct ipaddr *router, const uint8_t *h, uint32_t len);
void slaac_free(struct net *net);

#endif
