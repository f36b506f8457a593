/* tcp/seg/seg.c - checks and parses the header of a segment that arrives. */
#include "tcp/seg/seg.h"

#include "tcp/flow/flow.h"
#include "wire/checksum.h"
#include "wire/ip.h"

/* A TS.Recent older than 24 days proves nothing (RFC 7323, 5.5). */
#define PAWS_STALE (24 * 24 * 3600 * SEC)

static bool
sum_ok(const struct pkt *pkt, const struct ip_rx *rx)
{
	uint16_t sum;

	if (pkt->sum != PKT_SUM_UNKNOWN)
		return true;
	sum = checksum_pseudo(&rx->src, &rx->dst, IP_PROTO_TCP, pkt->len);
	return pkt_sum_range(pkt, 0, pkt->len, sum) == 0xffff;
}

enum drop_reason
tcp_seg_parse(struct tcp_seg *seg, struct pkt *pkt, const struct ip_rx *rx)
{
	uint32_t ifindex = rx->iface ? rx->iface->index : 0;
	const uint8_t *h;

	if (rx->group || pkt->link_group)
		return DROP_TCP_BROADCAST;
	if (!pkt_need(pkt, TCP_HDR_LEN) || !tcp_valid(pkt->data, pkt->len) ||
	    !pkt_need(pkt, tcp_hdr_len(pkt->data)))
		return DROP_TCP_BAD_HEADER;
	if (!sum_ok(pkt, rx))
		return DROP_TCP_BAD_SUM;
	h = pkt->data;
	seg->pkt = pkt;
	seg->rx = rx;
	seg->seq = tcp_seq(h);
	seg->ack = tcp_ack(h);
	seg->hdr_len = (uint16_t)tcp_hdr_len(h);
	seg->wnd = tcp_window(h);
	seg->up = tcp_urgent(h);
	seg->segs = pkt->segs;
	seg->flags = tcp_flags(h);
	/*
	 * Port 0 cannot be answered. A RST from port 0 is taken: as on Linux, it refuses a
	 * connection to port 0.
	 */
	if (tcp_src(h) == 0 && !(tcp_flags(h) & TCP_RST))
		return DROP_TCP_BAD_HEADER;
	if (!tcp_options_parse(h + TCP_HDR_LEN, seg->hdr_len - TCP_HDR_LEN, &seg->opt))
		return DROP_TCP_BAD_HEADER;
	seg->local = tcp_endpoint(&rx->dst, tcp_dst(h), ifindex);
	seg->remote = tcp_endpoint(&rx->src, tcp_src(h), ifindex);
	pkt->l4 = pkt->data;
	pkt_pull(pkt, seg->hdr_len);
	seg->len = pkt->len;
	return DROP_COUNT;
}

void
tcp_seg_drop(struct core *core, struct tcp_seg *seg, enum drop_reason reason)
{
	pkt_drop(core, seg->pkt, reason);
	seg->pkt = NULL;
}

bool
tcp_paws_old(const struct tcp_seg *seg, uint32_t ts_recent, nsec_t ts_recent_at, nsec_t now)
{
	return (int32_t)(seg->opt.ts_val - ts_recent) < 0 && now - ts_recent_at < PAWS_STALE;
}
