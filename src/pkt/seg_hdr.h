/*
 * pkt/seg_hdr.h - the headers that a cut and a join look at. Private to pkt/.
 */
#ifndef PKT_SEG_HDR_H
#define PKT_SEG_HDR_H

#include "pkt/pkt.h"
#include "wire/checksum.h"

/* Counted in octets from the packet's first. */
struct seg_hdr {
	uint32_t l3, l4;
	uint32_t pay; /* where the payload begins: everything before it is linear */
	uint8_t *ip, *transport;
	uint8_t proto;
	bool v6;
};

/*
 * False when the packet does not hold whole headers of @proto (TCP or UDP), or at the pool's limit.
 */
bool seg_headers(struct pkt *p, uint8_t proto, struct seg_hdr *h);

/*
 * The pseudo-header's sum (RFC 9293, 3.1; RFC 8200, 8.1) behind the network header @ip, for @len
 * octets of transport header and payload of @proto.
 */
uint16_t seg_pseudo_sum(const uint8_t *ip, uint8_t proto, uint32_t len);

/*
 * Write @new over the word at @at of an IPv4 header, and mend the header's checksum (RFC 1624, 3).
 */
void seg_ip4_put(uint8_t *ip, unsigned at, uint16_t new);

/*
 * Make the network header's length say @len octets: network header, extension headers, transport
 * header, payload.
 */
void seg_put_len(const struct seg_hdr *h, uint32_t len);

#endif
