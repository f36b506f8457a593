/*
 * wire/tcp.h - the TCP header (RFC 9293, 3.1). Its options are in wire/tcp_options.h.
 */
#ifndef WIRE_TCP_H
#define WIRE_TCP_H

#include "base/bytes.h"
#include "base/seq.h"

#include <stddef.h>

enum {
	TCP_SRC = 0,
	TCP_DST = 2,
	TCP_SEQ = 4,
	TCP_ACKNO = 8,
	TCP_OFFSET = 12,
	TCP_FLAGS = 13,
	TCP_WINDOW = 14,
	TCP_SUM = 16,
	TCP_URGENT = 18,
	TCP_HDR_LEN = 20,
	TCP_HDR_MAX = 60
};

enum {
	TCP_FIN = 1,
	TCP_SYN = 2,
	TCP_RST = 4,
	TCP_PSH = 8,
	TCP_ACK = 16,
	TCP_URG = 32,
	TCP_ECE = 64,
	TCP_CWR = 128
};

static inline uint16_t
tcp_src(const uint8_t *h)
{
	return be16_get(h + TCP_SRC);
}

static inline uint16_t
tcp_dst(const uint8_t *h)
{
	return be16_get(h + TCP_DST);
}

static inline seq_t
tcp_seq(const uint8_t *h)
{
	return be32_get(h + TCP_SEQ);
}

static inline seq_t
tcp_ack(const uint8_t *h)
{
	return be32_get(h + TCP_ACKNO);
}

/* Returns the length of header and options in octets. */
static inline unsigned
tcp_hdr_len(const uint8_t *h)
{
	return (h[TCP_OFFSET] >> 4) * 4u;
}

static inline uint8_t
tcp_flags(const uint8_t *h)
{
	return h[TCP_FLAGS];
}

/* Returns the window field, not scaled. */
static inline uint16_t
tcp_window(const uint8_t *h)
{
	return be16_get(h + TCP_WINDOW);
}

static inline uint16_t
tcp_urgent(const uint8_t *h)
{
	return be16_get(h + TCP_URGENT);
}

/*
 * Returns true if @h holds a whole TCP header with its options. @n is the segment's length
 * according to the network header.
 */
static inline bool
tcp_valid(const uint8_t *h, size_t n)
{
	return n >= TCP_HDR_LEN && tcp_hdr_len(h) >= TCP_HDR_LEN && tcp_hdr_len(h) <= n;
}

/*
 * Writes a header of @hdr_len octets, with checksum and urgent pointer zero. The caller writes the
 * options after it.
 */
static inline void
tcp_put(uint8_t *h, uint16_t src, uint16_t dst, seq_t seq, seq_t ack, unsigned hdr_len, uint8_t flags,
    uint16_t window)
{
	be16_put(h + TCP_SRC, src);
	be16_put(h + TCP_DST, dst);
	be32_put(h + TCP_SEQ, seq);
	be32_put(h + TCP_ACKNO, ack);
	h[TCP_OFFSET] = (uint8_t)(hdr_len / 4 << 4);
	h[TCP_FLAGS] = flags;
	be16_put(h + TCP_WINDOW, window);
	be16_put(h + TCP_SUM, 0);
	be16_put(h + TCP_URGENT, 0);
}

#endif
