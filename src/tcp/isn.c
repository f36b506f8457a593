/*
 * tcp/isn.c - initial sequence numbers (RFC 6528) and the origins of timestamp clocks (RFC 7323, 7.1).
 *
 * Both are F(four-tuple, secret): a stranger cannot guess those of another connection, while successive connections of one four-tuple see
 * a clock that only moves on, which is what makes reuse out of TIME-WAIT safe (RFC 6191).
 */
#include "tcp/host.h"

static uint64_t
keyed(const struct siphash_key *key, const struct endpoint *local, const struct endpoint *remote)
{
	uint64_t words[5] = {local->addr.w[0], local->addr.w[1], remote->addr.w[0], remote->addr.w[1],
	    (uint64_t)local->port << 16 | remote->port};

	return siphash_words(key, words, 5);
}

/* ISN = M + F(...), M ticking every 4 microseconds (RFC 9293, 3.4.1). */
seq_t
tcp_isn(const struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote)
{
	return (seq_t)(keyed(&tcp->isn_key, local, remote) + (uint64_t)(tcp->core->now / (4 * USEC)));
}

uint32_t
tcp_ts_offset(const struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote)
{
	return (uint32_t)keyed(&tcp->ts_key, local, remote);
}

uint32_t
tcp_ts_now(const struct tcp *tcp, uint32_t offset)
{
	return (uint32_t)((uint64_t)(tcp->core->now / MSEC) + offset);
}
