/*
 * wire/udp.h - the UDP header (RFC 768).
 */
#ifndef WIRE_UDP_H
#define WIRE_UDP_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>

enum { UDP_SRC = 0, UDP_DST = 2, UDP_LEN = 4, UDP_SUM = 6, UDP_HDR_LEN = 8 };

static inline uint16_t
udp_src(const uint8_t *h)
{
	return be16_get(h + UDP_SRC);
}

static inline uint16_t
udp_dst(const uint8_t *h)
{
	return be16_get(h + UDP_DST);
}

static inline uint16_t
udp_len(const uint8_t *h)
{
	return be16_get(h + UDP_LEN);
}

/* Returns the checksum field. Zero means that the sender computed none (IPv4 only). */
static inline uint16_t
udp_sum(const uint8_t *h)
{
	return be16_get(h + UDP_SUM);
}

/*
 * Returns true if @h holds a whole UDP header, and its Length fits the octets that arrived. Call it
 * once, before any accessor: accessors do not check. More octets than Length may have arrived; they
 * are not part of the datagram.
 */
static inline bool
udp_valid(const uint8_t *h, size_t n)
{
	return n >= UDP_HDR_LEN && udp_len(h) >= UDP_HDR_LEN && udp_len(h) <= n;
}

/* Writes a header with a checksum of zero. @len counts header and payload. */
static inline void
udp_put(uint8_t *h, uint16_t src, uint16_t dst, uint16_t len)
{
	be16_put(h + UDP_SRC, src);
	be16_put(h + UDP_DST, dst);
	be16_put(h + UDP_LEN, len);
	be16_put(h + UDP_SUM, 0);
}

#endif
