/*
 * net/rate.h - limits the rate of ICMP errors (RFC 1812, 4.3.2.8; RFC 4443, 2.4 (f)).
 *
 * Two token buckets must both allow an error: one for all errors, and one for the destination. The
 * number of buckets is fixed; destinations are assigned by hash. It reads no clock.
 */
#ifndef NET_RATE_H
#define NET_RATE_H

#include "base/ipaddr.h"
#include "base/nsec.h"
#include "base/siphash.h"

#include <stdbool.h>

enum {
	ICMP_RATE_SLOTS = 256,
	ICMP_RATE_ALL = 1000, /* per second, as Linux's icmp_msgs_per_sec */
	ICMP_RATE_ALL_BURST = 100,
	ICMP_RATE_ONE = 100, /* per second to one destination */
	ICMP_RATE_ONE_BURST = 50,
};

struct bucket {
	nsec_t full; /* when it will be full again; a time in the past means that it is full */
};

struct icmp_rate {
	struct siphash_key key;
	struct bucket all, one[ICMP_RATE_SLOTS];
};

/* Returns true if one more error may be sent to @dst at @now, and takes the tokens for it. */
bool icmp_rate_allows(struct icmp_rate *r, const struct ipaddr *dst, nsec_t now);

#endif
