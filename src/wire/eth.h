/*
 * wire/eth.h - Ethernet II framing (IEEE 802.3, 3.2.6) and the 802.1Q tag.
 */
#ifndef WIRE_ETH_H
#define WIRE_ETH_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>

enum { ETH_DST = 0, ETH_SRC = 6, ETH_TYPE = 12, ETH_HDR_LEN = 14, ETH_ADDR_LEN = 6 };
enum { ETH_VLAN_TCI = 14, ETH_VLAN_TYPE = 16, ETH_VLAN_HDR_LEN = 18 };
enum { ETH_TYPE_IP4 = 0x0800, ETH_TYPE_ARP = 0x0806, ETH_TYPE_VLAN = 0x8100, ETH_TYPE_IP6 = 0x86dd };
enum { ETH_MIN_PAYLOAD = 46 };

static inline const uint8_t *
eth_dst(const uint8_t *h)
{
	return h + ETH_DST;
}

static inline const uint8_t *
eth_src(const uint8_t *h)
{
	return h + ETH_SRC;
}

/* Returns the EtherType after the addresses. In a tagged frame it is that of the tag. */
static inline uint16_t
eth_type(const uint8_t *h)
{
	return be16_get(h + ETH_TYPE);
}

/* Returns true if @h holds a whole Ethernet header. Call it once, before any accessor. */
static inline bool
eth_valid(const uint8_t *h, size_t n)
{
	return n >= ETH_HDR_LEN && (eth_type(h) != ETH_TYPE_VLAN || n >= ETH_VLAN_HDR_LEN);
}

static inline bool
eth_tagged(const uint8_t *h)
{
	return eth_type(h) == ETH_TYPE_VLAN;
}

/*
 * Returns the VLAN of a tagged frame. 0 means that the tag carries only a priority (IEEE 802.1Q,
 * 9.6).
 */
static inline uint16_t
eth_vlan(const uint8_t *h)
{
	return be16_get(h + ETH_VLAN_TCI) & 0x0fff;
}

/* Returns the EtherType of the payload of a tagged frame. */
static inline uint16_t
eth_vlan_type(const uint8_t *h)
{
	return be16_get(h + ETH_VLAN_TYPE);
}

static inline bool
eth_is_group(const uint8_t mac[6])
{
	return mac[0] & 1;
}

static inline bool
eth_is_broadcast(const uint8_t mac[6])
{
	return (mac[0] & mac[1] & mac[2] & mac[3] & mac[4] & mac[5]) == 0xff;
}

static inline void
eth_put(uint8_t *h, const uint8_t dst[6], const uint8_t src[6], uint16_t type)
{
	memcpy(h + ETH_DST, dst, ETH_ADDR_LEN);
	memcpy(h + ETH_SRC, src, ETH_ADDR_LEN);
	be16_put(h + ETH_TYPE, type);
}

#endif
