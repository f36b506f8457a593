/*
 * tcp/cc/cc_reno.c - Reno: slow start and congestion avoidance (RFC 5681), counted in octets (RFC
 * 3465).
 *
 * As on Linux, slow start grows by everything that an ACK acknowledges, without the limit of 2 SMSS
 * of RFC 3465: an ACK for a coalesced super-segment replaces many ACKs. After a timeout the limit
 * is one SMSS (RFC 3465, 2.3), because an ACK may cover data that arrived long before.
 */
#include "tcp/cc/cc.h"
#include "tcp/cc/sample.h"

struct reno {
	uint32_t acked; /* octets acknowledged since cwnd last grew in congestion avoidance */
};

_Static_assert(sizeof(struct reno) <= CC_PRIV, "Reno's state must fit");

static struct reno *
reno_of(struct cc *cc)
{
	return (struct reno *)(void *)cc->priv;
}

/* Returns the part of @acked that is left for congestion avoidance. */
static uint32_t
slow_start(struct cc *cc, uint32_t acked)
{
	uint32_t room = cc->ssthresh - cc->cwnd, grow = acked < room ? acked : room;

	cc->cwnd += grow;
	return acked - grow;
}

/* Adds one SMSS for each window acknowledged. */
static void
avoid_congestion(struct cc *cc, uint32_t acked)
{
	struct reno *reno = reno_of(cc);

	reno->acked += acked;
	while (reno->acked >= cc->cwnd) {
		reno->acked -= cc->cwnd;
		cc->cwnd += cc->mss;
	}
}

static void
reno_ack(struct cc *cc, const struct ack_sample *s, enum ca_state state)
{
	/*
	 * Octets that SACK or duplicate ACKs reported earlier have already reduced pipe. They do
	 * not count again, or they would cause a burst.
	 */
	uint32_t acked = s->newly_delivered;

	if (state == CA_RECOVERY || s->acked == 0 || !cc_may_grow(cc))
		return;
	if (cc->cwnd >= CC_MAX_WINDOW)
		return;
	if (state == CA_LOSS && acked > cc->mss)
		acked = cc->mss;
	if (cc_in_slow_start(cc))
		acked = slow_start(cc, acked);
	if (acked > 0)
		avoid_congestion(cc, acked);
}

/* RFC 5681, equation (4). */
static uint32_t
reno_ssthresh(struct cc *cc, uint32_t flight, enum ca_state why)
{
	reno_of(cc)->acked = 0;
	return flight / 2 > 2 * cc->mss ? flight / 2 : 2 * cc->mss;
}

const struct cc_ops cc_reno = {
    .name = "reno",
    .ack = reno_ack,
    .ssthresh = reno_ssthresh,
};
