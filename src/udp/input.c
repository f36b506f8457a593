/* udp/input.c - datagrams from the network, and ICMP errors about datagrams that we sent. */
#include "core/core.h"
#include "udp/end.h"
#include "wire/checksum.h"
#include "wire/ip.h"
#include "wire/udp.h"

static void
enqueue(struct udp_end *e, struct pkt *payload, const struct udp_flow *f)
{
	struct dgram_names names = {f->remote, f->local, f->ttl, f->tos};

	names.local.ifindex = f->iface->index;
	names.peer.ifindex = ipaddr_is_link_local(&f->remote.addr) ? f->iface->index : 0;
	e->queue.limit = e->opts.rcvbuf > e->errors.charged ? e->opts.rcvbuf - e->errors.charged : 0;
	if (!dgram_enqueue(e->udp->core, &e->queue, payload, &names))
		return;
	e->udp->count.rx++;
	e->ops->notify(e->user);
}

struct delivery {
	const struct udp_flow *flow;
	const struct pkt *payload;
	unsigned taken;
};

static void
enqueue_copy(struct udp_end *e, void *arg)
{
	struct delivery *d = arg;
	struct pkt *copy = pkt_clone(d->payload);

	d->taken++;
	if (copy)
		enqueue(e, copy, d->flow);
	else
		drop_note(e->udp->core, d->payload, DROP_POOL_EMPTY);
}

/* Every member gets a copy. Without a member there is no answer. */
static bool
deliver_to_group(struct udp *udp, struct pkt *payload, const struct udp_flow *f)
{
	struct delivery d = {f, payload, 0};

	udp_each_member(udp, f, enqueue_copy, &d);
	if (!d.taken) {
		pkt_drop(udp->core, payload, DROP_UDP_NO_PORT);
		return false;
	}
	pkt_free(payload);
	return true;
}

static bool
deliver_one(struct udp *udp, struct pkt *payload, const struct udp_flow *f)
{
	struct udp_end *e;

	if (f->group)
		return deliver_to_group(udp, payload, f);
	e = udp_find(udp, f);
	if (!e) {
		pkt_drop(udp->core, payload, DROP_UDP_NO_PORT);
		return false;
	}
	enqueue(e, payload, f);
	return true;
}

bool
udp_deliver(struct udp *udp, struct pkt *payload, const struct udp_flow *f, uint32_t seg_size)
{
	bool any = false;

	while (seg_size && payload->len > seg_size) {
		struct pkt *one = pkt_clone(payload);

		if (!one) {
			drop_note(udp->core, payload, DROP_POOL_EMPTY);
		} else {
			pkt_trim(one, seg_size);
			any |= deliver_one(udp, one, f);
		}
		pkt_skip(payload, seg_size);
	}
	return deliver_one(udp, payload, f) || any;
}

/*
 * Checks the checksum (RFC 768; RFC 8200, 8.1): zero means none over IPv4, and is forbidden over
 * IPv6. A packet of this host's own needs no check.
 */
static bool
check_sum(struct udp *udp, struct pkt *pkt, const struct ip_rx *rx)
{
	bool v4 = ipaddr_is4(&rx->dst);
	uint16_t sum;

	if (pkt->sum != PKT_SUM_UNKNOWN)
		return true;
	if (udp_sum(pkt->data) == 0) {
		if (v4)
			return true;
		pkt_drop(udp->core, pkt, DROP_UDP_ZERO_SUM6);
		return false;
	}
	sum = checksum_pseudo(&rx->src, &rx->dst, IP_PROTO_UDP, pkt->len);
	if (pkt_sum_range(pkt, 0, pkt->len, sum) == 0xffff)
		return true;
	pkt_drop(udp->core, pkt, DROP_UDP_BAD_SUM);
	return false;
}

void
udp_input(void *self, struct pkt *pkt, const struct ip_rx *rx)
{
	struct udp *udp = self;
	struct udp_flow f = {{rx->dst, 0, 0}, {rx->src, 0, 0}, rx->iface, rx->ttl, rx->tos, rx->group};

	if (!pkt_need(pkt, UDP_HDR_LEN) || !udp_valid(pkt->data, pkt->len)) {
		pkt_drop(udp->core, pkt, DROP_UDP_BAD_LENGTH);
		return;
	}
	pkt_trim(pkt, udp_len(pkt->data));
	if (!check_sum(udp, pkt, rx))
		return;
	f.local.port = udp_dst(pkt->data);
	f.remote.port = udp_src(pkt->data);
	if (!f.group && !udp_find(udp, &f)) {
		core_refuse(udp->core, pkt, rx, LEAT_ECONNREFUSED);
		pkt_drop(udp->core, pkt, DROP_UDP_NO_PORT);
		return;
	}
	pkt_pull(pkt, UDP_HDR_LEN);
	udp_deliver(udp, pkt, &f, pkt->seg == PKT_SEG_UDP ? pkt->seg_size : 0);
}

/*
 * RFC 1122, 4.1.3.3: errors are passed up. As on Linux, a connected end gets hard errors, and an
 * end with IP_RECVERR gets all. "Packet too big" is a hard error, unless the end ignores path MTUs.
 */
static bool
wants_error(const struct udp_end *e, const struct net_error *err)
{
	bool keeps = udp_keeps_errors(e, &err->remote);

	if (err->kind == NET_ERROR_PMTU)
		return e->opts.mtu_discover != UDP_PMTU_DONT && (keeps || udp_connected(e));
	return keeps || (udp_connected(e) && err->kind == NET_ERROR_HARD);
}

bool
udp_error(void *self, const struct net_error *err)
{
	struct udp *udp = self;
	struct udp_flow f = {{err->local, 0, 0}, {err->remote, 0, 0}, NULL, 0, 0, false};
	struct udp_end *e;

	if (err->quoted_len < UDP_HDR_LEN)
		return false;
	f.local.port = udp_src(err->quoted);
	f.remote.port = udp_dst(err->quoted);
	e = udp_find_sender(udp, &f);
	if (!e)
		return false;
	if (!wants_error(e, err))
		return true;
	if (udp_keeps_errors(e, &err->remote))
		errq_put_report(udp->core, &e->errors, udp_room(e), err, f.remote.port, UDP_HDR_LEN);
	e->error = err->kind == NET_ERROR_PMTU ? LEAT_EMSGSIZE : err->error;
	e->ops->notify(e->user);
	return true;
}
