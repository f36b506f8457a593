/* tcp/seg/transmit.c - puts the header before a segment and hands it to IP. */
#include "tcp/seg/transmit.h"

#include "wire/checksum.h"
#include "wire/ip.h"

static void
mark_super(struct pkt *p, const struct tcp_out *o, uint32_t len)
{
	if (o->mss == 0 || len <= o->mss)
		return;
	p->seg = ipaddr_is4(&o->local->addr) ? PKT_SEG_TCP4 : PKT_SEG_TCP6;
	p->seg_size = o->mss;
	p->segs = (uint16_t)((len + o->mss - 1) / o->mss);
}

/*
 * Only the checksum of the pseudo-header is filled in (PKT_SUM_PARTIAL). The last layer that sees
 * the packet completes it.
 */
static void
put_header(struct pkt *p, const struct tcp_out *o)
{
	unsigned hdr_len = TCP_HDR_LEN + o->opt_len;
	uint8_t *h = pkt_push(p, hdr_len);
	uint16_t sum;

	tcp_put(h, o->local->port, o->remote->port, o->seq, o->ack, hdr_len, o->flags, o->wnd);
	be16_put(h + TCP_URGENT, o->up);
	if (o->opt_len)
		memcpy(h + TCP_HDR_LEN, o->opt, o->opt_len);
	sum = checksum_pseudo(&o->local->addr, &o->remote->addr, IP_PROTO_TCP, p->len);
	memcpy(h + TCP_SUM, &sum, sizeof sum);
	p->l4 = h;
	p->sum = PKT_SUM_PARTIAL;
	p->sum_off = TCP_SUM;
}

int
tcp_transmit(struct core *core, struct pkt *payload, const struct tcp_out *o)
{
	struct pkt *p = payload ? payload : pkt_new(core->pool);
	struct ip_tx tx = {.src = o->local->addr,
	    .dst = o->remote->addr,
	    .proto = IP_PROTO_TCP,
	    .ttl = o->ttl,
	    .tos = o->tos,
	    .dont_fragment = true,
	    .transparent = o->transparent,
	    .ifindex = o->remote->ifindex ? o->remote->ifindex : o->bound_if,
	    .cache = o->path};

	if (!p) {
		pkt_drop(core, NULL, DROP_POOL_EMPTY);
		return -LEAT_ENOBUFS;
	}
	mark_super(p, o, p->len);
	put_header(p, o);
	p->why = o->why;
	p->flow = o->flow;
	return core_output(core, p, &tx);
}

/* RFC 9293, 3.10.7.1: the numbers are chosen so that the sender of @seg accepts the RST. */
void
tcp_reply_reset(struct core *core, const struct tcp_seg *seg)
{
	uint32_t len = seg->len + !!(seg->flags & TCP_SYN) + !!(seg->flags & TCP_FIN);
	struct tcp_out o = {.local = &seg->local,
	    .remote = &seg->remote,
	    .flags = TCP_RST,
	    .why = PKT_WHY_RESET,
	    .transparent = core->transparent};

	if (seg->flags & TCP_RST)
		return;
	if (seg->flags & TCP_ACK) {
		o.seq = seg->ack;
	} else {
		o.flags |= TCP_ACK;
		o.ack = seg->seq + len;
	}
	tcp_transmit(core, NULL, &o);
}
