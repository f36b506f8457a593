/*
 * tcp/conn/path.c - the path to the peer: its route, its MTU, and how large segments may be (RFC
 * 9293, 3.7.1; RFC 6691). It decides neither what to send nor when.
 */
#include "tcp/conn/conn.h"

#include "wire/tcp.h"
#include "wire/tcp_options.h"

const struct path *
tcp_route(struct tcp_conn *c)
{
	struct core *core = c->tcp->core;
	uint64_t generation = route_generation(core);
	uint32_t ifindex = c->flow.remote.ifindex ? c->flow.remote.ifindex : c->opts.bound_if;
	struct path path;

	if (c->path.cache.generation == generation)
		return &c->path.cache.path;
	if (route_find(core, &c->flow.remote.addr, &c->flow.local.addr, ifindex, &path))
		return NULL;
	c->path.cache = (struct path_cache){.generation = generation, .path = path};
	return &c->path.cache.path;
}

/*
 * The segment size follows from the MTU, less the headers and the options of every segment (RFC
 * 6691).
 */
void
tcp_sync_mss(struct tcp_conn *c)
{
	uint32_t headers = (ipaddr_is4(&c->flow.remote.addr) ? 20 : 40) + TCP_HDR_LEN;
	uint32_t mss = c->agreed.peer_mss;
	const struct path *path = tcp_route(c);

	c->path.mss_generation = route_generation(c->tcp->core);
	if (path) {
		c->path.mtu = path->mtu;
		c->path.software_checksum = !iface_offloads_checksum(path->iface);
	} else if (c->path.mtu == 0) {
		c->path.mtu = headers + c->agreed.peer_mss;
	}
	if (c->path.mtu > headers && mss > c->path.mtu - headers)
		mss = c->path.mtu - headers;
	if (c->opts.maxseg && mss > c->opts.maxseg)
		mss = c->opts.maxseg;
	if (c->agreed.ts_ok)
		mss = mss > TCP_OPT_TIMESTAMP_ROOM ? mss - TCP_OPT_TIMESTAMP_ROOM : 0;
	if (mss < TCP_MSS_LEAST - TCP_OPT_TIMESTAMP_ROOM)
		mss = TCP_MSS_LEAST - TCP_OPT_TIMESTAMP_ROOM;
	sndbuf_sum_runs(&c->snd.buf, c->path.software_checksum ? (uint16_t)mss : 0);
	if (mss == c->snd.mss)
		return;
	c->snd.mss = (uint16_t)mss;
	if (c->cc.ops)
		cc_set_mss(&c->cc, mss, c->count.data_segs_out == 0);
}

uint16_t
tcp_mss_to_announce(const struct tcp_conn *c)
{
	uint32_t headers = (ipaddr_is4(&c->flow.remote.addr) ? 20 : 40) + TCP_HDR_LEN;
	uint32_t mss = c->path.mtu > headers ? c->path.mtu - headers : TCP_MSS_DEFAULT4;

	if (c->opts.maxseg && mss > c->opts.maxseg)
		mss = c->opts.maxseg;
	return (uint16_t)(mss < UINT16_MAX ? mss : UINT16_MAX);
}

/*
 * Segments larger than the path now takes are sent again. This was no congestion (RFC 1191, 6.5).
 */
void
tcp_resend_large(struct tcp_conn *c)
{
	struct txrec *r, *after;

	if (!c->agreed.sack_ok)
		txq_forget_dupacks(&c->snd.txq); /* they counted segments that may now be lost */
	for (r = txq_first(&c->snd.txq); r; r = after) {
		after = txq_after(&c->snd.txq, r);
		if (!r->sacked && r->mss > c->snd.mss && r->end - r->node.seq > c->snd.mss)
			txq_mark_lost(&c->snd.txq, r);
	}
	c->path.pmtu_edge = c->snd.nxt;
	c->path.pmtu_retx = true;
	tcp_want(c, WANT_OUTPUT);
}
