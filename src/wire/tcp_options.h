/*
 * wire/tcp_options.h - converts the options of a TCP header to and from a plain structure.
 *
 * TCP itself decides which options are valid on a segment. MSS, window scale and SACK-permitted,
 * for example, count only with SYN.
 */
#ifndef WIRE_TCP_OPTIONS_H
#define WIRE_TCP_OPTIONS_H

#include "base/seq.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TCP_OPT_END = 0,
	TCP_OPT_NOP = 1,
	TCP_OPT_MSS = 2,            /* RFC 9293, 3.7.1 */
	TCP_OPT_WSCALE = 3,         /* RFC 7323, 2.2 */
	TCP_OPT_SACK_PERMITTED = 4, /* RFC 2018, 2 */
	TCP_OPT_SACK = 5,           /* RFC 2018, 3 */
	TCP_OPT_TIMESTAMP = 8,      /* RFC 7323, 3.2 */
	TCP_OPT_FAST_OPEN = 34      /* RFC 7413, 4.1.1 */
};

enum {
	TCP_OPTIONS_MAX = 40,        /* octets */
	TCP_OPT_TIMESTAMP_ROOM = 12, /* octets of the timestamps option with its padding */
	TCP_SACK_BLOCKS = 4,         /* blocks that fit; 3 together with timestamps */
	TCP_WSCALE_MAX = 14          /* RFC 7323, 2.3 */
};

/* Data that was received and is kept: from @from to before @to. */
struct tcp_sack_block {
	seq_t from, to;
};

struct tcp_options {
	uint16_t mss; /* 0 = not present */
	bool has_wscale, sack_permitted, has_timestamp, has_fast_open;
	uint8_t wscale; /* at most TCP_WSCALE_MAX after parsing */
	uint32_t ts_val, ts_ecr;
	uint8_t fast_open_at;  /* offset of the cookie in the options */
	uint8_t fast_open_len; /* octets of the cookie; 0 requests one */
	uint8_t nsack;
	struct tcp_sack_block sack[TCP_SACK_BLOCKS];
};

/*
 * Reads the @n octets of options at @p. Skips unknown options, and known options with a wrong
 * length, as Linux does. Returns false if an option's length is below 2 or reaches beyond the
 * header (RFC 9293, MUST-7). @o then holds the options before it.
 */
bool tcp_options_parse(const uint8_t *p, size_t n, struct tcp_options *o);

/* Returns how many octets tcp_options_put() will write. It is a multiple of 4. */
size_t tcp_options_len(const struct tcp_options *o);

/*
 * Writes the timestamps option alone, as nearly every segment of a connection with timestamps
 * carries it. Returns TCP_OPT_TIMESTAMP_ROOM, the octets written.
 */
size_t tcp_options_put_timestamp(uint8_t *p, uint32_t val, uint32_t ecr);

/*
 * Writes @o at @p in Linux's order, except Fast Open. NOPs keep the numbers at multiples of 4. The
 * options must fit: tcp_options_len() must be at most TCP_OPTIONS_MAX. Returns the octets written.
 */
size_t tcp_options_put(uint8_t *p, const struct tcp_options *o);

#endif
