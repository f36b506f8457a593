/* tcp/out/options.c - the options of the segments that leave: RFC 9293, 3.2; RFC 7323; RFC 2018. */
#include "tcp/out/output.h"

#include "wire/tcp_options.h"

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
	if (!c->agreed.ts_ok)
		return 0;
	return (unsigned)tcp_options_put_timestamp(opt, tcp_ts_now(c->tcp, c->ts.offset), c->ts.recent);
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
