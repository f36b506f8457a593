/*
 * tcp/cc/pace.h - pacing: when the next data may leave, and how much at once, at the rate that
 * congestion control has set.
 *
 * It holds no timer and knows no connection: the caller waits until `next`.
 */
#ifndef TCP_CC_PACE_H
#define TCP_CC_PACE_H

#include "tcp/cc/cc.h"

struct pace {
	nsec_t next; /* the earliest time for the next data */
};

/*
 * Returns the quantum: how many octets, in whole segments of @mss, may leave at once at @rate
 * octets per second. It is what the rate carries in a millisecond, but at least two segments, as on
 * Linux (tcp_tso_autosize()): smaller pieces cost more than they spread.
 */
uint32_t pace_quantum(uint64_t rate, uint32_t mss);

/* Returns how many octets may leave at @now; 0: none before p->next. */
static inline uint32_t
pace_room(const struct pace *p, uint64_t rate, uint32_t mss, nsec_t now)
{
	if (rate == CC_UNPACED)
		return UINT32_MAX;
	return now < p->next ? 0 : pace_quantum(rate, mss);
}

/* Notes that @len octets leave at @now. A pause before earns no credit. */
static inline void
pace_sent(struct pace *p, uint64_t rate, uint32_t len, nsec_t now)
{
	if (rate != CC_UNPACED && rate > 0)
		p->next = nsec_max(p->next, now) + (nsec_t)((uint64_t)len * (uint64_t)SEC / rate);
}

#endif
