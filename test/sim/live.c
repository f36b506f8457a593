#include "live.h"

#include "core/route.h"
#include "wire/checksum.h"
#include "wire/eth.h"
#include "wire/icmp.h"
#include "wire/ip.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include <string.h>

#define LIVE_TICK (10 * MSEC)

static uint64_t
key_of(const struct live *l, unsigned from)
{
	return l->w->seed * 2 + from;
}

static void
read_all(struct live *l, unsigned who)
{
	uint8_t buf[LIVE_TURN];
	ssize_t n, at;

	while (!l->eof[who] && !l->w->failed) {
		n = sock_recv(l->sk[who], buf, sizeof buf, 0, NULL);
		if (n == -LEAT_EAGAIN)
			return;
		if (n < 0) {
			world_fail(l->w, "host %u: reading the live connection: %s", who, err_name((int)n));
			return;
		}
		l->eof[who] = n == 0;
		at = world_compare(key_of(l, !who), l->read[who], buf, (size_t)n);
		if (at >= 0)
			world_fail(l->w, "host %u: an octet of the live connection is wrong", who);
		l->read[who] += (uint64_t)n;
	}
}

static void
write_some(struct live *l, unsigned who)
{
	uint8_t buf[LIVE_TURN];
	ssize_t n;

	world_pattern(key_of(l, who), l->sent[who], buf, sizeof buf);
	n = sock_send(l->sk[who], buf, sizeof buf, 0, NULL);
	if (n > 0)
		l->sent[who] += (uint64_t)n;
	else if (n != -LEAT_EAGAIN)
		world_fail(l->w, "host %u: writing to the live connection: %s", who, err_name((int)n));
}

static void
tick(struct timer *t)
{
	struct live *l = container_of(t, struct live, tick);

	for (unsigned who = 0; who < 2 && !l->w->failed; who++) {
		read_all(l, who);
		if (!l->stopping)
			write_some(l, who);
	}
	if (!l->eof[0] || !l->eof[1])
		timer_arm(sim_wheel(l->w->sim), &l->tick, sim_now(l->w->sim) + LIVE_TICK);
}

static struct sock *
connect_to(struct world *w, uint16_t port)
{
	struct endpoint at = world_endpoint(w, 1, port);
	struct sock *sk = NULL;
	int err = sock_open(stack_socks(w->host[0]), w->v6, SOCK_TYPE_STREAM, &sk);

	if (!err)
		err = sock_connect(sk, &at);
	if (err != -LEAT_EINPROGRESS)
		world_fail(w, "connect: %s", err_name(err));
	return sk;
}

struct waiting {
	struct live *l;
	struct sock **child;
};

static bool
accepted(void *arg)
{
	struct waiting *w = arg;

	return sock_accept(w->l->listener, w->child) == 0;
}

/* Makes host 0 the default gateway of host 1, so that answers to forged addresses go there. */
static void
default_route(struct world *w)
{
	struct iface *i = sim_link_iface(w->link, 1);
	struct route r = {.dst = w->v6 ? IPADDR_ANY6 : IPADDR_ANY4,
	    .gateway = w->addr[0],
	    .ifindex = i->index,
	    .src = w->v6 ? IPADDR_ANY6 : IPADDR_ANY4};

	if (route_add(stack_core(w->host[1]), &r))
		world_fail(w, "no default route");
}

void
live_start(struct live *l, struct world *w)
{
	struct endpoint at = world_endpoint(w, 1, LIVE_PORT);
	struct waiting wait = {l, &l->sk[1]};

	*l = (struct live){.w = w};
	timer_init(&l->tick, tick);
	default_route(w);
	if (sock_open(stack_socks(w->host[1]), w->v6, SOCK_TYPE_STREAM, &l->listener) ||
	    sock_bind(l->listener, &at) || sock_listen(l->listener, 128)) {
		world_fail(w, "no listener");
		return;
	}
	l->sk[0] = connect_to(w, LIVE_PORT);
	sim_run(w->sim, sim_now(w->sim) + 10 * SEC, accepted, &wait);
	if (!l->sk[1]) {
		world_fail(w, "the live connection was not established");
		return;
	}
	tick(&l->tick);
	live_run(l, 2 * SEC);
}

void
live_run(struct live *l, nsec_t time)
{
	uint64_t before[2] = {l->read[0], l->read[1]};

	if (l->w->failed)
		return;
	sim_run(l->w->sim, sim_now(l->w->sim) + time, NULL, NULL);
	for (unsigned who = 0; who < 2 && time >= SEC; who++)
		if (l->read[who] == before[who])
			world_fail(l->w, "the live connection carries no octets");
}

/* Connects once as a client. Returns true if the octet came back. */
static bool
served(struct live *l, nsec_t until)
{
	struct sock *sk = connect_to(l->w, LIVE_PORT), *child = NULL;
	struct waiting wait = {l, &child};
	uint8_t octet = 0x5a;
	ssize_t n = -LEAT_EAGAIN;

	while (!child && n == -LEAT_EAGAIN && sim_now(l->w->sim) < until) {
		sim_run(l->w->sim, sim_now(l->w->sim) + 10 * MSEC, accepted, &wait);
		n = sock_recv(sk, &octet, 1, 0, NULL);
	}
	if (child && sock_send(child, &octet, 1, 0, NULL) == 1)
		while ((n = sock_recv(sk, &octet, 1, 0, NULL)) == -LEAT_EAGAIN && sim_now(l->w->sim) < until)
			sim_run(l->w->sim, sim_now(l->w->sim) + 10 * MSEC, NULL, NULL);
	if (child)
		sock_close(child);
	sock_close(sk);
	return n == 1;
}

bool
live_client(struct live *l, nsec_t patience)
{
	nsec_t until = sim_now(l->w->sim) + patience;

	while (!l->w->failed && sim_now(l->w->sim) < until)
		if (served(l, until)) {
			l->clients++;
			return true;
		}
	return false;
}

static bool
both_ended(void *arg)
{
	const struct live *l = arg;

	return (l->eof[0] && l->eof[1]) || l->w->failed;
}

void
live_stop(struct live *l)
{
	struct world *w = l->w;

	if (w->failed)
		return;
	l->stopping = true;
	sock_shutdown(l->sk[0], SOCK_SHUT_WR);
	sock_shutdown(l->sk[1], SOCK_SHUT_WR);
	sim_run(w->sim, sim_now(w->sim) + 60 * SEC, both_ended, l);
	for (unsigned who = 0; who < 2; who++)
		if (!l->eof[who] || l->read[who] != l->sent[!who])
			world_fail(w, "host %u read %llu of %llu octets", who,
			    (unsigned long long)l->read[who], (unsigned long long)l->sent[!who]);
	sock_close(l->sk[0]);
	sock_close(l->sk[1]);
	sock_close(l->listener);
}

static void
pick_first(struct tcp_conn *c, void *arg)
{
	struct tcp_conn **first = arg;

	if (tcp_state(c) == LEAT_TCP_ESTABLISHED)
		*first = c;
}

struct tcp_conn *
live_conn(struct live *l)
{
	struct tcp_conn *c = NULL;

	tcp_each(stack_tcp(l->w->host[1]), pick_first, &c);
	if (!c)
		world_fail(l->w, "the live connection is gone");
	return c;
}

void
forge_frame(const struct world *w, struct forged *f, uint16_t ethertype, const void *body, size_t len)
{
	eth_put(f->octets, sim_link_iface(w->link, 1)->mac, sim_link_iface(w->link, 0)->mac, ethertype);
	memcpy(f->octets + ETH_HDR_LEN, body, len);
	f->len = ETH_HDR_LEN + len;
}

/* Returns the offset of the checksum in a header of protocol @proto; 0 = it has none. */
static size_t
sum_at(uint8_t proto)
{
	switch (proto) {
	case IP_PROTO_TCP:
		return TCP_SUM;
	case IP_PROTO_UDP:
		return UDP_SUM;
	case IP_PROTO_ICMP4:
	case IP_PROTO_ICMP6:
		return ICMP_SUM;
	default:
		return 0;
	}
}

static void
transport_sum(uint8_t proto, const struct ipaddr *src, const struct ipaddr *dst, uint8_t *body, size_t len)
{
	size_t at = sum_at(proto);
	uint16_t sum = 0;

	if (at == 0 || len < at + 2)
		return;
	if (proto != IP_PROTO_ICMP4)
		sum = checksum_pseudo(src, dst, proto, (uint32_t)len);
	be16_put(body + at, 0);
	checksum_put(body + at, checksum_add(body, len, sum));
}

void
forge_sums(struct forged *f)
{
	uint8_t *ip = f->octets + ETH_HDR_LEN;
	size_t n = f->len - ETH_HDR_LEN;
	struct ipaddr src, dst;

	if (eth_type(f->octets) == ETH_TYPE_IP4 && ip4_valid(ip, n)) {
		src = ip4_src(ip);
		dst = ip4_dst(ip);
		be16_put(ip + IP4_SUM, 0);
		checksum_put(ip + IP4_SUM, checksum_add(ip, ip4_hdr_len(ip), 0));
		if (!ip4_is_fragment(ip))
			transport_sum(
			    ip4_proto(ip), &src, &dst, ip + ip4_hdr_len(ip), ip4_len(ip) - ip4_hdr_len(ip));
	} else if (eth_type(f->octets) == ETH_TYPE_IP6 && ip6_valid(ip, n)) {
		src = ip6_src(ip);
		dst = ip6_dst(ip);
		transport_sum(ip6_next(ip), &src, &dst, ip + IP6_HDR_LEN, ip6_payload_len(ip));
	}
}

void
forge_ip(const struct world *w, struct forged *f, const struct ipaddr *src, const struct ipaddr *dst,
    uint8_t proto, void *body, size_t len)
{
	uint8_t ip[FORGE_MAX];
	size_t hdr = ipaddr_is4(dst) ? IP4_HDR_LEN : IP6_HDR_LEN;

	if (ipaddr_is4(dst))
		ip4_put(ip, 0, (uint16_t)(hdr + len), 0, 0, 64, proto, src, dst);
	else
		ip6_put(ip, 0, 0, (uint16_t)len, proto, 64, src, dst);
	memcpy(ip + hdr, body, len);
	forge_frame(w, f, ipaddr_is4(dst) ? ETH_TYPE_IP4 : ETH_TYPE_IP6, ip, hdr + len);
	forge_sums(f);
}

void
forge_send(const struct world *w, const struct forged *f)
{
	struct pkt *p = pkt_from_bytes(sim_pool(w->sim), f->octets, f->len);

	if (p)
		stack_input(w->host[1], sim_link_iface(w->link, 1), p, sim_now(w->sim));
}

struct ipaddr
forge_addr(struct rng *r, bool v6, bool near)
{
	uint8_t o[16] = {0xfd, 0, 0, 1, [8] = 1};

	if (!v6) /* 10.1.0.224 to 254: two flipped bits do not make it the address of a host; or 11.0.0.0/8 to 126.0.0.0/8 */
		return ipaddr_v4(
		    near ? 0x0a010000 + (uint32_t)world_between(r, 224, 254)
			 : (uint32_t)world_between(r, 11, 126) << 24 | (uint32_t)rng_below(r, 1 << 24));
	if (!near)
		o[0] = 0x20;
	be64_put(o + 8, rng_u64(r) | 1ull << 63);
	return ipaddr_from16(o);
}

uint64_t
drops(const struct world *w, enum drop_reason reason)
{
	const struct core *core = stack_core(w->host[1]);
	uint64_t sum = 0;

	if (reason != DROP_COUNT)
		return core->drops[reason];
	for (unsigned i = 0; i < DROP_COUNT; i++)
		sum += core->drops[i];
	return sum;
}
