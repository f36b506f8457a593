/*
 * tcp/flow/isn.h - initial sequence numbers (RFC 6528) and the origins of timestamp clocks (RFC
 * 7323, 7.1). It knows no connection.
 */
#ifndef TCP_FLOW_ISN_H
#define TCP_FLOW_ISN_H

#include "base/ipaddr.h"
#include "base/nsec.h"
#include "base/seq.h"
#include "base/siphash.h"

struct tcp_origin {
	seq_t iss;
	uint32_t ts_offset; /* what is added to the host's clock for the timestamps */
};

/* Returns where a connection of this four-tuple begins at @now. @key is the host's secret. */
struct tcp_origin tcp_origin(
    const struct siphash_key *key, nsec_t now, const struct endpoint *local, const struct endpoint *remote);

#endif
