/*
 * wire/tcp_options.h - the options of a TCP header, read into and written from a plain value.
 *
 * Which of them mean something on a segment (MSS, window scale and SACK-permitted only with SYN) is
 * TCP's to know.
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
	TCP_OPT_TIMESTAMP_ROOM = 12, /* octets that timestamps take with their padding */
	TCP_SACK_BLOCKS = 4,         /* that fit; 3 beside timestamps */
	TCP_WSCALE_MAX = 14          /* RFC 7323, 2.3 */
};

/* Received and held: @from up to, and not including, @to. */
struct tcp_sack_block {
	seq_t from, to;
};

struct tcp_options {
	uint16_t mss; /* 0 = not there */
	bool has_wscale, sack_permitted, has_timestamp, has_fast_open;
	uint8_t wscale; /* when read: at most TCP_WSCALE_MAX */
	uint32_t ts_val, ts_ecr;
	uint8_t fast_open_at,
	    fast_open_len; /* of the cookie: where in the options, and its octets; 0 octets ask for one */
	uint8_t nsack;
	struct tcp_sack_block sack[TCP_SACK_BLOCKS];
};

/*
 * Read the @n octets of options at @p. Unknown options are stepped over, and so are known ones of a
 * wrong length, as Linux does. False, with @o holding what came before, when an option's length is
 * below 2 or reaches beyond the header: RFC 9293, MUST-7.
 */
bool tcp_options_parse(const uint8_t *p, size_t n, struct tcp_options *o);

/* How many octets tcp_options_put() will write: a multiple of 4. */
size_t tcp_options_len(const struct tcp_options *o);

/*
 * Timestamps alone, as nearly every segment of a connection that has them carries:
 * TCP_OPT_TIMESTAMP_ROOM octets, which it returns.
 */
size_t tcp_options_put_timestamp(uint8_t *p, uint32_t val, uint32_t ecr);

/*
 * Write @o at @p (Fast Open excepted) in Linux's order, padded with NOPs so that numbers lie on
 * multiples of 4. They must fit: tcp_options_len() at most TCP_OPTIONS_MAX. Returns the octets
 * written.
 */
size_t tcp_options_put(uint8_t *p, const struct tcp_options *o);

#endif
