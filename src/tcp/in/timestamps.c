/* tcp/in/timestamps.c - what the timestamps of arriving segments mean (RFC 7323, 4). */
#include "tcp/in/in.h"

/* In milliseconds: no round trip takes ten minutes. */
#define TS_RTT_MOST 600000

/*
 * Returns the round-trip time by the timestamp of @seg, in whole milliseconds, at least one; 0 =
 * none. An echoed time in the future, or long ago, was not set by our clock.
 */
nsec_t
tcp_ts_rtt(const struct tcp_conn *c, const struct tcp_seg *seg)
{
	uint32_t ms = tcp_ts_now(c->tcp, c->ts.offset) - seg->opt.ts_ecr;

	if (!c->agreed.ts_ok || !seg->opt.has_timestamp || !(seg->flags & TCP_ACK) || ms > TS_RTT_MOST)
		return 0;
	return nsec_max((nsec_t)ms * MSEC, MSEC);
}

/*
 * RFC 7323, 4.3 (2): takes the timestamp only of a segment that covers Last.ACK.sent, so that a
 * delayed ACK is measured whole.
 */
void
tcp_ts_recent_update(struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (!c->agreed.ts_ok || !seg->opt.has_timestamp || seq_gt(seg->seq, c->ts.last_ack_sent))
		return;
	if (tcp_paws_old(seg, c->ts.recent, c->ts.recent_at, tcp_now(c)))
		return;
	c->ts.recent = seg->opt.ts_val;
	c->ts.recent_at = tcp_now(c);
}
