/*
 * tcp/options.c - the options that a segment carries, and what arriving timestamps mean (RFC 7323).
 */
#include "tcp/conn.h"

/* A TS.Recent older than 24 days proves nothing (RFC 7323, 5.5). */
#define PAWS_STALE (24 * 24 * 3600 * SEC)

/* In milliseconds: no round trip takes ten minutes. */
#define TS_RTT_MOST 600000

static void
fill_timestamps(const struct tcp_conn *c, struct tcp_options *o)
{
	o->has_timestamp = c->agreed.ts_ok;
	o->ts_val = tcp_ts_now(c->tcp, c->ts.offset);
	o->ts_ecr = c->ts.recent;
}

/* A SYN has the options that we offer; a SYN-ACK those that both sides offer. */
unsigned
tcp_options_syn(struct tcp_conn *c, uint8_t opt[40])
{
	struct tcp_options o = {0};

	o.mss = tcp_mss_to_announce(c);
	o.has_wscale = c->agreed.ws_ok;
	o.wscale = c->rcv.shift;
	o.sack_permitted = c->agreed.sack_ok;
	fill_timestamps(c, &o);
	return (unsigned)tcp_options_put(opt, &o);
}

unsigned
tcp_options_data(const struct tcp_conn *c, uint8_t opt[40])
{
	return c->agreed.ts_ok ? tcp_options_ts(opt, tcp_ts_now(c->tcp, c->ts.offset), c->ts.recent) : 0;
}

unsigned
tcp_options_ack(struct tcp_conn *c, uint8_t opt[40])
{
	struct tcp_options o = {0};
	struct seq_range range[TCP_SACK_BLOCKS];

	if (!c->agreed.sack_ok || !reass_has_sack(&c->rcv.reass))
		return tcp_options_data(c, opt);
	fill_timestamps(c, &o);
	o.nsack = (uint8_t)reass_sack(
	    &c->rcv.reass, range, c->agreed.ts_ok ? TCP_SACK_BLOCKS - 1 : TCP_SACK_BLOCKS);
	for (unsigned i = 0; i < o.nsack; i++)
		o.sack[i] = (struct tcp_sack_block){range[i].start, range[i].end};
	return (unsigned)tcp_options_put(opt, &o);
}

unsigned
tcp_options_ts(uint8_t opt[40], uint32_t val, uint32_t ecr)
{
	return (unsigned)tcp_options_put_timestamp(opt, val, ecr);
}

bool
tcp_paws_old(const struct tcp_seg *seg, uint32_t ts_recent, nsec_t ts_recent_at, nsec_t now)
{
	return (int32_t)(seg->opt.ts_val - ts_recent) < 0 && now - ts_recent_at < PAWS_STALE;
}

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
	if ((int32_t)(seg->opt.ts_val - c->ts.recent) < 0 && tcp_now(c) - c->ts.recent_at < PAWS_STALE)
		return;
	c->ts.recent = seg->opt.ts_val;
	c->ts.recent_at = tcp_now(c);
}
