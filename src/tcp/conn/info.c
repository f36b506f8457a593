/* tcp/conn/info.c - STATUS (RFC 9293, 3.10.6): names, counters, and Linux's TCP_INFO. */
#include "tcp/conn/info.h"

#include "tcp/conn/conn.h"

enum { INFO_TIMESTAMPS = 1, INFO_SACK = 2, INFO_WSCALE = 4 }; /* Linux's TCPI_OPT_* */

enum leat_tcp_state
tcp_state(const struct tcp_conn *c)
{
	return (enum leat_tcp_state)c->state;
}

void
tcp_names(const struct tcp_conn *c, struct endpoint *local, struct endpoint *remote)
{
	*local = c->flow.local;
	*remote = c->flow.remote;
}

uint64_t
tcp_flow(const struct tcp_conn *c)
{
	return c->number;
}

size_t
tcp_unacked(const struct tcp_conn *c)
{
	return c->emptied ? 0 : sndbuf_len(&c->snd.buf);
}

size_t
tcp_unsent(const struct tcp_conn *c)
{
	size_t out = txq_out(&c->snd.txq), len = sndbuf_len(&c->snd.buf);

	return c->emptied || out >= len ? 0 : len - out;
}

size_t
tcp_send_room(const struct tcp_conn *c)
{
	return c->emptied || c->snd.fin_queued ? 0 : sndbuf_room(&c->snd.buf);
}

static uint32_t
msec_since(const struct tcp_conn *c, nsec_t then)
{
	return then ? (uint32_t)((tcp_now(c) - then) / MSEC) : 0;
}

static uint32_t
segments(uint32_t octets, uint32_t mss)
{
	return mss ? (octets + mss - 1) / mss : 0;
}

static void
info_sender(const struct tcp_conn *c, struct leat_tcp_info *i)
{
	uint32_t mss = c->snd.mss;

	i->tcpi_snd_mss = mss;
	i->tcpi_snd_cwnd = segments(c->cc.cwnd, mss);
	i->tcpi_snd_ssthresh = c->cc.ssthresh == CC_INFINITE ? INT32_MAX : segments(c->cc.ssthresh, mss);
	i->tcpi_snd_wnd = c->snd.wnd;
	i->tcpi_rto = (uint32_t)(c->rto.rto / USEC);
	i->tcpi_rtt = (uint32_t)(c->rto.srtt / USEC);
	i->tcpi_rttvar = (uint32_t)(c->rto.rttvar / USEC);
	i->tcpi_min_rtt = c->snd.min_rtt ? (uint32_t)(c->snd.min_rtt / USEC) : UINT32_MAX;
	i->tcpi_ca_state = (uint8_t)c->recovery.state;
	i->tcpi_retransmits = (uint8_t)(c->timer.retries < 255 ? c->timer.retries : 255);
	i->tcpi_backoff = (uint8_t)c->rto.backoff;
	i->tcpi_probes = (uint8_t)(c->timer.keep_probes < 255 ? c->timer.keep_probes : 255);
	i->tcpi_total_retrans = c->count.segs_retx;
	i->tcpi_pacing_rate = c->cc.pacing_rate;
	i->tcpi_max_pacing_rate = CC_UNPACED;
	i->tcpi_bytes_sent = c->count.octets_sent;
	i->tcpi_bytes_retrans = c->count.octets_retx;
	i->tcpi_bytes_acked = c->count.octets_acked;
	i->tcpi_segs_out = c->count.segs_out;
	i->tcpi_data_segs_out = c->count.data_segs_out;
	i->tcpi_dsack_dups = c->count.dsacks;
	i->tcpi_reord_seen = c->count.reord_seen;
	i->tcpi_delivered = (uint32_t)(c->snd.txq.delivered / (mss ? mss : 1));
	i->tcpi_reordering = 3;
	if (c->count.rate_interval)
		i->tcpi_delivery_rate =
		    (uint64_t)((double)c->count.rate_octets * (double)SEC / (double)c->count.rate_interval);
	if (c->emptied)
		return;
	i->tcpi_unacked = segments(txq_out(&c->snd.txq), mss);
	i->tcpi_sacked = segments(c->snd.txq.sacked, mss);
	i->tcpi_lost = segments(c->snd.txq.lost, mss);
	i->tcpi_retrans = segments(c->snd.txq.retx, mss);
	i->tcpi_notsent_bytes = (uint32_t)tcp_unsent(c);
}

/* Linux's busy time includes the two others. */
static void
info_chrono(const struct tcp_conn *c, struct leat_tcp_info *i)
{
	nsec_t now = tcp_now(c);
	nsec_t rwnd = chrono_spent(&c->snd.chrono, CHRONO_RWND, now);
	nsec_t sndbuf = chrono_spent(&c->snd.chrono, CHRONO_SNDBUF, now);

	i->tcpi_rwnd_limited = (uint64_t)(rwnd / USEC);
	i->tcpi_sndbuf_limited = (uint64_t)(sndbuf / USEC);
	i->tcpi_busy_time =
	    (uint64_t)((chrono_spent(&c->snd.chrono, CHRONO_BUSY, now) + rwnd + sndbuf) / USEC);
}

static void
info_receiver(const struct tcp_conn *c, struct leat_tcp_info *i)
{
	i->tcpi_rcv_mss = c->rcv.mss;
	i->tcpi_advmss = tcp_mss_to_announce(c);
	i->tcpi_ato = (uint32_t)(TCP_DELACK / USEC);
	i->tcpi_rcv_rtt = (uint32_t)(c->rcv.buf.rtt / USEC);
	i->tcpi_rcv_space = (uint32_t)c->rcv.buf.space;
	i->tcpi_rcv_ssthresh = tcp_rcv_wnd(c);
	i->tcpi_bytes_received = c->count.octets_rcvd;
	i->tcpi_segs_in = c->count.segs_in;
	i->tcpi_data_segs_in = c->count.data_segs_in;
	i->tcpi_rcv_ooopack = c->count.out_of_order;
}

void
tcp_info(const struct tcp_conn *c, struct leat_tcp_info *i)
{
	*i = (struct leat_tcp_info){.tcpi_state = c->state,
	    .tcpi_options =
		(uint8_t)((c->agreed.ts_ok ? INFO_TIMESTAMPS : 0) | (c->agreed.sack_ok ? INFO_SACK : 0) |
			  (c->agreed.ws_ok ? INFO_WSCALE : 0)),
	    .tcpi_wscale = (uint8_t)(c->snd.shift | c->rcv.shift << 4),
	    .tcpi_flags = c->count.rate_app_limited,
	    .tcpi_pmtu = c->path.mtu,
	    /* as on Linux: since the handshake, if there was no data yet */
	    .tcpi_last_data_sent =
		msec_since(c, c->when.last_data_sent ? c->when.last_data_sent : c->when.established),
	    .tcpi_last_data_recv =
		msec_since(c, c->when.last_data_rcvd ? c->when.last_data_rcvd : c->when.established),
	    .tcpi_last_ack_recv = msec_since(c, c->when.last_ack_rcvd)};
	info_sender(c, i);
	info_receiver(c, i);
	info_chrono(c, i);
}

size_t
tcp_cc_info(const struct tcp_conn *c, uint8_t out[CC_INFO_MAX])
{
	return cc_info(&c->cc, out);
}
