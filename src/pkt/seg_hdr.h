/*
 * pkt/seg_hdr.h - the headers that cutting and joining work on. Private to pkt/.
 */
#ifndef PKT_SEG_HDR_H
#define PKT_SEG_HDR_H

#include "pkt/pkt.h"
#include "wire/checksum.h"

/* l3, l4 and pay are offsets from the packet's first octet. */
struct seg_hdr {
	uint32_t l3, l4;
	uint32_t pay; /* where the payload begins; all octets before it are linear */
	uint8_t *ip, *transport;
	uint8_t proto;
	bool v6;
};

/*
 * Finds the headers of @p. Returns false if the packet does not hold whole headers of @proto (TCP
 * or UDP), or at the pool's limit.
 */
bool seg_headers(struct pkt *p, uint8_t proto, struct seg_hdr *h);

/*
 * Returns the sum of the pseudo-header (RFC 9293, 3.1; RFC 8200, 8.1). The addresses come from the
 * network header @ip. @len counts octets of transport header and payload of @proto.
 */
uint16_t seg_pseudo_sum(const uint8_t *ip, uint8_t proto, uint32_t len);

/*
 * Writes @new over the 16-bit word at offset @at of an IPv4 header, and corrects the header
 * checksum (RFC 1624, 3).
 */
void seg_ip4_put(uint8_t *ip, unsigned at, uint16_t new);

/*
 * Sets the length field of the network header for @len octets of network header, extension headers,
 * transport header and payload.
 */
void seg_put_len(const struct seg_hdr *h, uint32_t len);

#endif
