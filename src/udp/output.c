/* udp/output.c - sends datagrams. */
#include "core/core.h"
#include "udp/end.h"
#include "wire/checksum.h"
#include "wire/ip.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/udp.h"

enum { SEGMENTS_MAX = 128 }; /* Linux's UDP_MAX_SEGMENTS */

const struct udp_tx UDP_TX_DEFAULT = {.ttl = -1, .tos = -1};

/* A datagram that is being sent: from where, to where, and how. */
struct sending {
	struct endpoint local, remote;
	struct path path;
	uint32_t seg_size; /* 0 = one datagram */
	struct ip_tx ip;
};

static uint32_t
header_len(const struct ipaddr *dst)
{
	return (ipaddr_is4(dst) ? (uint32_t)IP4_HDR_LEN : (uint32_t)IP6_HDR_LEN) + UDP_HDR_LEN;
}

static int
choose_names(struct udp_end *e, const struct udp_tx *tx, struct sending *s)
{
	s->remote = e->remote;
	if (tx->peer.port)
		s->remote = tx->peer;
	else if (!ipaddr_is_any(&tx->peer.addr))
		return -LEAT_EINVAL;
	if (!s->remote.port)
		return -LEAT_EDESTADDRREQ;
	s->local = e->local;
	if (!ipaddr_is_any(&tx->local.addr))
		s->local.addr = tx->local.addr;
	if (e->opts.any_port && tx->local.port)
		s->local.port = tx->local.port;
	return 0;
}

static uint32_t
choose_iface(const struct udp_end *e, const struct udp_tx *tx, const struct endpoint *remote)
{
	if (tx->local.ifindex)
		return tx->local.ifindex;
	if (remote->ifindex)
		return remote->ifindex;
	if (e->opts.bound_if)
		return e->opts.bound_if;
	return ipaddr_is_multicast(&remote->addr) ? e->opts.mcast_if : 0;
}

/* Looks up the route to the destination of @s; @src unspecified: from the best address. */
static int
look_up(struct udp_end *e, const struct ipaddr *src, uint32_t ifindex, struct sending *s)
{
	struct core *core = e->udp->core;

	if (!ipaddr_is_any(src) && !e->opts.transparent && !ipaddr_is_multicast(src) &&
	    !iface_of_addr(core, src))
		return -LEAT_EINVAL;
	/* An end that is bound to a group's address sends from another one. */
	return route_find(core, &s->remote.addr, ipaddr_is_multicast(src) ? NULL : src, ifindex, &s->path);
}

static int
choose_path(struct udp_end *e, const struct udp_tx *tx, struct sending *s)
{
	struct udp_route route = {
	    .asked = s->local.addr, .dst = s->remote.addr, .ifindex = choose_iface(e, tx, &s->remote)};
	bool same = ipaddr_eq(&route.asked, &e->route.asked) && ipaddr_eq(&route.dst, &e->route.dst) &&
		    route.ifindex == e->route.ifindex;
	int err = 0;

	if (!ipaddr_is_any(&route.asked) && ipaddr_is4(&route.asked) != ipaddr_is4(&route.dst))
		return -LEAT_ENETUNREACH;
	if (same && e->route.cache.generation == route_generation(e->udp->core))
		s->path = e->route.cache.path;
	else
		err = look_up(e, &route.asked, route.ifindex, s);
	if (err)
		return err;
	if (!same)
		e->route = route; /* the cache is empty until IP fills it in */
	s->ip.cache = e->opts.transparent ? NULL : &e->route.cache;
	s->local.addr = s->path.src;
	if (!e->opts.broadcast && iface_is_broadcast(s->path.iface, &s->remote.addr))
		return -LEAT_EACCES;
	return 0;
}

static uint32_t
bounded(const struct udp_end *e, const struct sending *s, uint32_t mtu)
{
	return e->opts.mtu6 && e->opts.mtu6 < mtu && !ipaddr_is4(&s->remote.addr) ? e->opts.mtu6 : mtu;
}

/* Returns the size up to which a packet may be sent whole; 0 = IP may fragment it. */
static uint32_t
size_limit(const struct udp_end *e, const struct sending *s)
{
	if (e->opts.mtu_discover == UDP_PMTU_DO || (e->opts.dont_frag6 && !ipaddr_is4(&s->remote.addr)))
		return bounded(e, s, s->path.mtu);
	return e->opts.mtu_discover == UDP_PMTU_PROBE ? bounded(e, s, s->path.iface->mtu) : 0;
}

/*
 * An end that forbids fragments and keeps errors gets the size that would have fit, as on Linux
 * (ip(7), IP_RECVERR).
 */
static int
too_long(struct udp_end *e, const struct sending *s, uint32_t limit)
{
	struct dgram_error err = {
	    .peer = s->remote, .info = limit, .error = LEAT_EMSGSIZE, .origin = ERRQ_LOCAL};

	if (limit && udp_keeps_errors(e, &s->remote.addr)) {
		errq_put(e->udp->core, &e->errors, udp_room(e), &err, NULL, 0);
		e->ops->notify(e->user);
	}
	return -LEAT_EMSGSIZE;
}

/*
 * The Length of RFC 768 and the Total Length of IPv4 have 16 bits. See udp(7) for EMSGSIZE and
 * UDP_SEGMENT.
 */
static int
check_size(struct udp_end *e, const struct udp_tx *tx, size_t len, struct sending *s)
{
	uint32_t headers = header_len(&s->remote.addr);
	uint32_t limit = size_limit(e, s);
	uint32_t seg = tx->seg_size ? tx->seg_size : e->opts.seg_size;
	size_t most = ipaddr_is4(&s->remote.addr) ? PKT_SUPER_MAX - headers : PKT_SUPER_MAX - UDP_HDR_LEN;

	if (len > most)
		return too_long(e, s, ipaddr_is4(&s->remote.addr) ? 0 : limit);
	if (seg && len > seg) {
		if (seg + headers > bounded(e, s, s->path.mtu) || len > (size_t)seg * SEGMENTS_MAX)
			return -LEAT_EINVAL;
		s->seg_size = seg;
		return 0;
	}
	return limit && len + headers > limit ? too_long(e, s, limit) : 0;
}

static void
fill_ip(const struct udp_end *e, const struct udp_tx *tx, size_t len, struct sending *s)
{
	bool v4 = ipaddr_is4(&s->remote.addr);
	bool group = ipaddr_is_multicast(&s->remote.addr);
	uint8_t pmtu = e->opts.mtu_discover;
	size_t wire = (s->seg_size ? s->seg_size : len) + header_len(&s->remote.addr);

	s->ip.src = s->local.addr;
	s->ip.dst = s->remote.addr;
	s->ip.proto = IP_PROTO_UDP;
	s->ip.ttl = group ? e->opts.mcast_ttl : e->opts.ttl;
	if (tx->ttl >= 0)
		s->ip.ttl = (uint8_t)tx->ttl;
	s->ip.tos = tx->tos >= 0 ? (uint8_t)tx->tos : e->opts.tos;
	s->ip.transparent = e->opts.transparent;
	s->ip.mtu = v4 ? 0 : e->opts.mtu6;
	s->ip.ifindex = s->path.iface->index;
	if (v4)
		s->ip.dont_fragment = pmtu == UDP_PMTU_DO || pmtu == UDP_PMTU_PROBE ||
				      (pmtu == UDP_PMTU_WANT && wire <= s->path.mtu);
	else
		s->ip.dont_fragment = pmtu == UDP_PMTU_DO || e->opts.dont_frag6;
}

static struct pkt *
build(struct udp_end *e, const void *buf, size_t len, const struct sending *s)
{
	struct pkt *p = pkt_new(e->udp->core->pool);
	size_t total = len + UDP_HDR_LEN;
	uint16_t sum;
	uint8_t *h;

	if (!p)
		return NULL;
	if (len && !pkt_append_bytes(p, buf, len)) {
		pkt_free(p);
		return NULL;
	}
	h = pkt_push(p, UDP_HDR_LEN);
	udp_put(h, s->local.port, s->remote.port, (uint16_t)total);
	p->l4 = h;
	if (s->seg_size) {
		p->seg = PKT_SEG_UDP;
		p->seg_size = (uint16_t)s->seg_size;
		p->segs = (uint16_t)((len + s->seg_size - 1) / s->seg_size);
	}
	if (e->opts.no_sum && ipaddr_is4(&s->remote.addr) && !s->seg_size) {
		p->sum = PKT_SUM_VALID;
		return p;
	}
	sum = checksum_pseudo(&s->local.addr, &s->remote.addr, IP_PROTO_UDP, (uint32_t)total);
	memcpy(h + UDP_SUM, &sum, sizeof sum);
	p->sum = PKT_SUM_PARTIAL;
	p->sum_off = UDP_SUM;
	return p;
}

/*
 * Delivers to members on this host, and a broadcast to this host itself (RFC 1112, 6.1;
 * IP_MULTICAST_LOOP).
 */
static void
loop_back(struct udp_end *e, const struct pkt *p, const struct sending *s)
{
	struct core *core = e->udp->core;
	struct udp_flow f = {s->remote, s->local, s->path.iface, s->ip.ttl ? s->ip.ttl : 1, s->ip.tos, true};
	bool group = ipaddr_is_multicast(&s->remote.addr);
	struct pkt *copy;

	if (group ? !e->opts.mcast_loop || !iface_in_group(s->path.iface, &s->remote.addr)
		  : !iface_is_broadcast(s->path.iface, &s->remote.addr))
		return;
	if (s->path.iface->loopback) /* arrives by itself */
		return;
	copy = pkt_clone(p);
	if (!copy) {
		drop_note(core, p, DROP_POOL_EMPTY);
		return;
	}
	pkt_skip(copy, UDP_HDR_LEN);
	udp_deliver(e->udp, copy, &f, s->seg_size);
}

ssize_t
udp_send(struct udp_end *e, const void *buf, size_t len, const struct udp_tx *tx)
{
	struct sending s = {0};
	struct pkt *p;
	int err = udp_take_error(e);

	if (err)
		return -err;
	if (e->shut_send)
		return -LEAT_EPIPE;
	err = choose_names(e, tx, &s);
	if (!err)
		err = choose_path(e, tx, &s);
	if (!err)
		err = check_size(e, tx, len, &s);
	if (err)
		return err;
	fill_ip(e, tx, len, &s);
	p = build(e, buf, len, &s);
	if (!p) {
		drop_note(e->udp->core, NULL, DROP_POOL_EMPTY);
		return -LEAT_ENOBUFS;
	}
	loop_back(e, p, &s);
	err = core_output(e->udp->core, p, &s.ip);
	if (err)
		return err;
	e->udp->count.tx++;
	return (ssize_t)len;
}
