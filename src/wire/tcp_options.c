/*
 * wire/tcp_options.c - reads and writes TCP options.
 */
#include "wire/tcp_options.h"

#include "base/bytes.h"

#include <assert.h>

/* Lengths of whole options, including the kind and length octets. */
enum {
	MSS_LEN = 4,
	WSCALE_LEN = 3,
	SACK_PERMITTED_LEN = 2,
	TIMESTAMP_LEN = 10,
	SACK_BLOCK_LEN = 8,
	HEAD = 2
};

/*
 * NOP, NOP, timestamps: the options of nearly every segment of a connection that uses timestamps
 * (RFC 7323, appendix A).
 */
static const uint32_t ONLY_TIMESTAMP =
    TCP_OPT_NOP << 24 | TCP_OPT_NOP << 16 | TCP_OPT_TIMESTAMP << 8 | TIMESTAMP_LEN;

static void
read_timestamp(const uint8_t *opt, struct tcp_options *o)
{
	o->has_timestamp = true;
	o->ts_val = be32_get(opt + HEAD);
	o->ts_ecr = be32_get(opt + HEAD + 4);
}

static void
read_sack(const uint8_t *opt, size_t len, struct tcp_options *o)
{
	size_t blocks = (len - HEAD) / SACK_BLOCK_LEN;

	if (len != HEAD + blocks * SACK_BLOCK_LEN || blocks == 0 || blocks > TCP_SACK_BLOCKS)
		return;
	for (size_t i = 0; i < blocks; i++) {
		o->sack[i].from = be32_get(opt + HEAD + i * SACK_BLOCK_LEN);
		o->sack[i].to = be32_get(opt + HEAD + i * SACK_BLOCK_LEN + 4);
	}
	o->nsack = (uint8_t)blocks;
}

/*
 * Reads one whole option of @len octets other than END and NOP. @at is its offset in the options.
 */
static void
read_option(const uint8_t *opt, size_t len, size_t at, struct tcp_options *o)
{
	switch (opt[0]) {
	case TCP_OPT_MSS:
		if (len == MSS_LEN)
			o->mss = be16_get(opt + HEAD);
		break;
	case TCP_OPT_WSCALE:
		if (len != WSCALE_LEN)
			break;
		o->has_wscale = true;
		o->wscale = opt[HEAD] > TCP_WSCALE_MAX ? TCP_WSCALE_MAX : opt[HEAD];
		break;
	case TCP_OPT_SACK_PERMITTED:
		if (len == SACK_PERMITTED_LEN)
			o->sack_permitted = true;
		break;
	case TCP_OPT_SACK:
		read_sack(opt, len, o);
		break;
	case TCP_OPT_TIMESTAMP:
		if (len == TIMESTAMP_LEN)
			read_timestamp(opt, o);
		break;
	case TCP_OPT_FAST_OPEN:
		o->has_fast_open = true;
		o->fast_open_at = (uint8_t)(at + HEAD);
		o->fast_open_len = (uint8_t)(len - HEAD);
		break;
	}
}

bool
tcp_options_parse(const uint8_t *p, size_t n, struct tcp_options *o)
{
	*o = (struct tcp_options){0};
	if (n == TCP_OPT_TIMESTAMP_ROOM && be32_get(p) == ONLY_TIMESTAMP) {
		read_timestamp(p + 2, o);
		return true;
	}
	for (size_t at = 0, len; at < n; at += len) {
		len = 1;
		if (p[at] == TCP_OPT_END)
			break;
		if (p[at] == TCP_OPT_NOP)
			continue;
		if (n - at < HEAD || p[at + 1] < HEAD || p[at + 1] > n - at)
			return false;
		len = p[at + 1];
		read_option(p + at, len, at, o);
	}
	return true;
}

size_t
tcp_options_len(const struct tcp_options *o)
{
	size_t len = 0;

	if (o->mss)
		len += MSS_LEN;
	if (o->has_timestamp)
		len += TCP_OPT_TIMESTAMP_ROOM;
	else if (o->sack_permitted)
		len += HEAD + SACK_PERMITTED_LEN;
	if (o->has_wscale)
		len += 1 + WSCALE_LEN;
	if (o->nsack)
		len += HEAD + HEAD + o->nsack * (size_t)SACK_BLOCK_LEN;
	return len;
}

/* Writes four octets in the order given. */
static uint8_t *
put4(uint8_t *p, unsigned a, unsigned b, unsigned c, unsigned d)
{
	be32_put(p, a << 24 | b << 16 | c << 8 | d);
	return p + 4;
}

static uint8_t *
put_pair(uint8_t *p, uint32_t a, uint32_t b)
{
	be32_put(p, a);
	be32_put(p + 4, b);
	return p + 8;
}

size_t
tcp_options_put_timestamp(uint8_t *p, uint32_t val, uint32_t ecr)
{
	be32_put(p, ONLY_TIMESTAMP);
	put_pair(p + 4, val, ecr);
	return TCP_OPT_TIMESTAMP_ROOM;
}

/*
 * The order is MSS, SACK-permitted, timestamps, window scale, SACK. SACK-permitted takes the place
 * of the two NOPs before the timestamps.
 */
size_t
tcp_options_put(uint8_t *p, const struct tcp_options *o)
{
	uint8_t *begin = p;

	assert(tcp_options_len(o) <= TCP_OPTIONS_MAX && o->nsack <= TCP_SACK_BLOCKS);
	if (o->mss)
		p = put4(p, TCP_OPT_MSS, MSS_LEN, o->mss >> 8, o->mss & 0xff);
	if (o->has_timestamp) {
		if (o->sack_permitted)
			p = put4(
			    p, TCP_OPT_SACK_PERMITTED, SACK_PERMITTED_LEN, TCP_OPT_TIMESTAMP, TIMESTAMP_LEN);
		else
			p = put4(p, TCP_OPT_NOP, TCP_OPT_NOP, TCP_OPT_TIMESTAMP, TIMESTAMP_LEN);
		p = put_pair(p, o->ts_val, o->ts_ecr);
	} else if (o->sack_permitted) {
		p = put4(p, TCP_OPT_NOP, TCP_OPT_NOP, TCP_OPT_SACK_PERMITTED, SACK_PERMITTED_LEN);
	}
	if (o->has_wscale)
		p = put4(p, TCP_OPT_NOP, TCP_OPT_WSCALE, WSCALE_LEN, o->wscale);
	if (o->nsack)
		p = put4(p, TCP_OPT_NOP, TCP_OPT_NOP, TCP_OPT_SACK, HEAD + o->nsack * SACK_BLOCK_LEN);
	for (unsigned i = 0; i < o->nsack; i++)
		p = put_pair(p, o->sack[i].from, o->sack[i].to);
	return (size_t)(p - begin);
}
