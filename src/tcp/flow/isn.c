/*
 * tcp/flow/isn.c - initial sequence numbers (RFC 6528) and the origins of timestamp clocks (RFC
 * 7323, 7.1).
 *
 * Both are F(four-tuple, secret). No one else can guess them. The connections of one four-tuple,
 * one after the other, see a clock that only moves forward, so it is safe to reuse a four-tuple in
 * TIME-WAIT (RFC 6191).
 */
#include "tcp/flow/isn.h"

#include "tcp/flow/flow.h"

/*
 * One hash gives both: neither half of a SipHash says anything about the other. The initial
 * sequence number is M + F(...), where M ticks every 4 microseconds (RFC 9293, 3.4.1).
 */
struct tcp_origin
tcp_origin(
    const struct siphash_key *key, nsec_t now, const struct endpoint *local, const struct endpoint *remote)
{
	struct tcp_words w = tcp_words(local, remote);
	uint64_t f = siphash_words(key, w.word, w.n);

	return (struct tcp_origin){(seq_t)(f + (uint64_t)(now / (4 * USEC))), (uint32_t)(f >> 32)};
}
