/*
 * wire/arp.h - ARP for IPv4 over Ethernet (RFC 826).
 */
#ifndef WIRE_ARP_H
#define WIRE_ARP_H

#include "base/bytes.h"
#include "base/ipaddr.h"
#include "wire/eth.h"

enum {
	ARP_HTYPE = 0,
	ARP_PTYPE = 2,
	ARP_HLEN = 4,
	ARP_PLEN = 5,
	ARP_OP = 6,
	ARP_SHA = 8,
	ARP_SPA = 14,
	ARP_THA = 18,
	ARP_TPA = 24,
	ARP_LEN = 28
};
enum { ARP_HTYPE_ETHERNET = 1, ARP_OP_REQUEST = 1, ARP_OP_REPLY = 2 };

static inline uint16_t
arp_op(const uint8_t *h)
{
	return be16_get(h + ARP_OP);
}

/* Returns the sender's link address. */
static inline const uint8_t *
arp_sha(const uint8_t *h)
{
	return h + ARP_SHA;
}

/* Returns the sender's protocol address, 0.0.0.0 in a probe (RFC 5227, 1.1). */
static inline struct ipaddr
arp_spa(const uint8_t *h)
{
	return ipaddr_from4(h + ARP_SPA);
}

static inline const uint8_t *
arp_tha(const uint8_t *h)
{
	return h + ARP_THA;
}

static inline struct ipaddr
arp_tpa(const uint8_t *h)
{
	return ipaddr_from4(h + ARP_TPA);
}

/*
 * Returns true if @h holds a whole ARP request or reply for IPv4 over Ethernet. Octets after it are
 * padding.
 */
static inline bool
arp_valid(const uint8_t *h, size_t n)
{
	return n >= ARP_LEN && be16_get(h + ARP_HTYPE) == ARP_HTYPE_ETHERNET &&
	       be16_get(h + ARP_PTYPE) == ETH_TYPE_IP4 && h[ARP_HLEN] == ETH_ADDR_LEN && h[ARP_PLEN] == 4 &&
	       (arp_op(h) == ARP_OP_REQUEST || arp_op(h) == ARP_OP_REPLY);
}

static inline void
arp_put(uint8_t *h, uint16_t op, const uint8_t sha[6], const struct ipaddr *spa, const uint8_t tha[6],
    const struct ipaddr *tpa)
{
	be16_put(h + ARP_HTYPE, ARP_HTYPE_ETHERNET);
	be16_put(h + ARP_PTYPE, ETH_TYPE_IP4);
	h[ARP_HLEN] = ETH_ADDR_LEN;
	h[ARP_PLEN] = 4;
	be16_put(h + ARP_OP, op);
	memcpy(h + ARP_SHA, sha, ETH_ADDR_LEN);
	memcpy(h + ARP_SPA, ipaddr_octets4(spa), 4);
	memcpy(h + ARP_THA, tha, ETH_ADDR_LEN);
	memcpy(h + ARP_TPA, ipaddr_octets4(tpa), 4);
}

#endif
