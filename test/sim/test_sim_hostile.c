/*
 * Attacks a host that has a live connection. The attacker is on the path or on the link. He sends
 * floods of fragments and of neighbours that do not exist, blindly forged segments of the
 * connection, frames that are cut, malformed or looped, and noise. The live connection must not be
 * disturbed. Each drop must be counted for the right reason. Memory must stay within its limits,
 * and nothing may be left at the end. The seed chooses the attack (seed modulo their number), the
 * family, and all random values.
 */
#include "live.h"

#include "core/neigh.h"
#include "net/frag.h"
#include "tcp/conn/conn.h"
#include "wire/arp.h"
#include "wire/eth.h"
#include "wire/icmp.h"
#include "wire/ip.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/ndp.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"
#include "wire/udp.h"

#include <inttypes.h>
#include <string.h>

enum { UDP_PORT = 7001, NEIGHBOURS_MAX = 1024, MAC_AT = ETH_SRC };

/*
 * Sends a datagram that is too large for the link to a socket of host 1. Returns true if it
 * arrives.
 */
static bool
large_datagram(struct live *l)
{
	struct world *w = l->w;
	struct endpoint at = world_endpoint(w, 1, UDP_PORT);
	struct sock_msg msg = {.peer = at};
	struct sock *from = NULL, *to = NULL;
	uint8_t buf[12000];
	ssize_t n = -1;

	world_pattern(w->seed, 0, buf, sizeof buf);
	if (sock_open(stack_socks(w->host[1]), w->v6, SOCK_TYPE_DGRAM, &to) || sock_bind(to, &at) ||
	    sock_open(stack_socks(w->host[0]), w->v6, SOCK_TYPE_DGRAM, &from) ||
	    sock_send(from, buf, sizeof buf, 0, &msg) != sizeof buf)
		world_fail(w, "the large datagram was not sent");
	live_run(l, 300 * MSEC);
	if (!w->failed)
		n = sock_recv(to, buf, sizeof buf, 0, NULL);
	sock_close(from);
	sock_close(to);
	return n == sizeof buf && world_compare(w->seed, 0, buf, sizeof buf) < 0;
}

/*
 * Makes a fragment of a datagram that will never be complete, or a fragment that overlaps another
 * one.
 */
static void
fragment(struct world *w, struct forged *f, const struct ipaddr *src)
{
	uint8_t body[1300] = {0};
	uint32_t offset = (uint32_t)rng_below(&w->rng, 8190), id = (uint32_t)rng_below(&w->rng, 50);
	size_t len = world_between(&w->rng, 1, 150) * 8;
	bool more = rng_below(&w->rng, 4) > 0;

	if (rng_below(&w->rng, 3) == 0)
		offset = (uint32_t)rng_below(&w->rng, 20); /* so that some overlap */
	if (w->v6) {
		ip6_frag_put(body, IP_PROTO_UDP, offset * 8, more, id);
		forge_ip(w, f, src, &w->addr[1], IP_PROTO_FRAGMENT, body, IP6_FRAG_LEN + len);
		return;
	}
	forge_ip(w, f, src, &w->addr[1], IP_PROTO_UDP, body, len);
	be16_put(f->octets + ETH_HDR_LEN + IP4_ID, (uint16_t)id);
	be16_put(f->octets + ETH_HDR_LEN + IP4_FRAG, (uint16_t)(offset | (more ? IP4_MF : 0)));
	forge_sums(f);
}

static void
attack_fragments(struct live *l)
{
	struct world *w = l->w;
	struct ipaddr one = forge_addr(&w->rng, w->v6, false);
	size_t before = pkt_pool_octets(sim_pool(w->sim)), most = 0;
	struct forged f;

	for (unsigned i = 0; i < 12000; i++) {
		struct ipaddr src = rng_below(&w->rng, 2) ? one : forge_addr(&w->rng, w->v6, false);
		size_t now;

		fragment(w, &f, &src);
		forge_send(w, &f);
		now = pkt_pool_octets(sim_pool(w->sim));
		most = now > most ? now : most;
		if (i % 3000 == 2999 && !large_datagram(l))
			world_fail(w, "a datagram in fragments did not arrive beside the flood");
	}
	if (most > before + FRAG_OCTETS_MAX + (4 << 20))
		world_fail(w, "fragments hold %zu octets", most - before);
	live_run(l, 70 * SEC);
	if (drops(w, DROP_FRAG_OVERLAP) == 0 || drops(w, DROP_FRAG_LIMIT) + drops(w, DROP_FRAG_TIMEOUT) == 0)
		world_fail(w, "fragments went uncounted");
}

struct neighbours {
	struct world *w;
	unsigned count;
	bool peer_is_right;
};

static void
look_at(const struct neigh_info *info, void *arg)
{
	struct neighbours *n = arg;

	n->count++;
	if (ipaddr_eq(&info->addr, &n->w->addr[0]))
		n->peer_is_right = memcmp(info->mac, sim_link_iface(n->w->link, 0)->mac, 6) == 0;
}

static void
random_mac(struct rng *r, uint8_t mac[6])
{
	for (unsigned i = 0; i < 6; i++)
		mac[i] = (uint8_t)rng_u64(r);
	mac[0] = (uint8_t)((mac[0] & 0xfc) | 2);
}

/*
 * Makes a frame of a neighbour that does not exist: it asks for host 1's link address, or announces
 * its own without being asked.
 */
static void
neighbour_frame(struct world *w, struct forged *f)
{
	const uint8_t *ours = sim_link_iface(w->link, 1)->mac;
	struct ipaddr src = forge_addr(&w->rng, w->v6, true);
	bool ask = rng_below(&w->rng, 2);
	uint8_t body[NDP_NEIGHBOR_LEN + NDP_LINK_OPT_LEN] = {0}, mac[6];

	random_mac(&w->rng, mac);
	if (!w->v6) {
		arp_put(body, ask ? ARP_OP_REQUEST : ARP_OP_REPLY, mac, &src, ours, &w->addr[1]);
		forge_frame(w, f, ETH_TYPE_ARP, body, ARP_LEN);
	} else {
		icmp_put(body, ask ? ICMP6_NEIGHBOR_SOLICIT : ICMP6_NEIGHBOR_ADVERT, 0,
		    ask ? 0 : (uint32_t)NDP_NA_OVERRIDE << 24);
		memcpy(body + NDP_TARGET, ipaddr_octets(ask ? &w->addr[1] : &src), 16);
		ndp_put_link_option(
		    body + NDP_NEIGHBOR_LEN, ask ? NDP_OPT_SOURCE_LINK : NDP_OPT_TARGET_LINK, mac);
		forge_ip(w, f, &src, &w->addr[1], IP_PROTO_ICMP6, body, sizeof body);
		f->octets[ETH_HDR_LEN + IP6_HOPS] = 255;
	}
	memcpy(f->octets + MAC_AT, mac, 6);
}

/* Makes an echo request from a neighbour that does not exist. Host 1 must look for it to answer. */
static void
ghost(struct world *w, struct forged *f)
{
	struct ipaddr src = forge_addr(&w->rng, w->v6, true);
	uint8_t body[ICMP_HDR_LEN];

	icmp_put(body, w->v6 ? ICMP6_ECHO : ICMP4_ECHO, 0, 1);
	forge_ip(w, f, &src, &w->addr[1], w->v6 ? IP_PROTO_ICMP6 : IP_PROTO_ICMP4, body, sizeof body);
}

static void
attack_neighbours(struct live *l)
{
	struct world *w = l->w;
	struct forged f;

	for (unsigned i = 0; i < 12000 && !w->failed; i++) {
		struct neighbours n = {w, 0, false};

		if (rng_below(&w->rng, 3))
			neighbour_frame(w, &f);
		else
			ghost(w, &f);
		forge_send(w, &f);
		if (i % 500)
			continue;
		live_run(l, 20 * MSEC);
		neigh_each(stack_core(w->host[1]), look_at, &n);
		if (n.count > NEIGHBOURS_MAX)
			world_fail(w, "%u neighbours", n.count);
		if (!n.peer_is_right)
			world_fail(w, "the live neighbour lost its entry");
	}
	if (!live_client(l, 30 * SEC))
		world_fail(w, "a new client was not served");
	live_run(l, 20 * SEC);
	if (w->v6 && drops(w, DROP_NEIGH_TABLE_FULL) == 0) /* an IPv4 network is too small for that */
		world_fail(w, "no entry was removed from the neighbour table");
}

/*
 * Forges a segment of the live connection, as an attacker who knows its addresses and ports, and
 * guesses the rest.
 */
static void
blind_segment(struct live *l, struct forged *f, const struct tcp_conn *c)
{
	static const uint8_t kinds[] = {TCP_RST, TCP_RST | TCP_ACK, TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK,
	    TCP_ACK | TCP_PSH, TCP_ACK | TCP_FIN, TCP_FIN, 0, TCP_ACK | TCP_URG, 0xff};
	struct rng *r = &l->w->rng;
	struct tcp_options o = {
	    .has_timestamp = rng_below(r, 4) > 0, .ts_val = c->ts.recent, .ts_ecr = (uint32_t)rng_u64(r)};
	uint8_t flags = kinds[rng_below(r, sizeof kinds)], body[TCP_HDR_MAX + 200] = {0};
	seq_t seq = (seq_t)rng_u64(r), ack;
	unsigned hdr;
	size_t len = flags & (TCP_PSH | TCP_URG) ? world_between(r, 1, 200) : 0;

	if (rng_below(r, 2)) /* a good guess: in the window */
		seq = c->rcv.nxt + 1 + (seq_t)rng_below(r, tcp_rcv_wnd(c) - 1);
	if (seq == c->rcv.nxt)
		seq++;
	do
		ack = (seq_t)rng_u64(r);
	while (seq_within(ack, c->snd.una - c->snd.max_wnd, c->snd.max_wnd + txq_out(&c->snd.txq) + 1));
	hdr = TCP_HDR_LEN + (unsigned)tcp_options_put(body + TCP_HDR_LEN, &o);
	tcp_put(body, c->flow.remote.port, c->flow.local.port, seq, ack, hdr, flags, (uint16_t)rng_u64(r));
	be16_put(body + TCP_URGENT, (uint16_t)(flags & TCP_URG ? rng_u64(r) : 0));
	forge_ip(l->w, f, &c->flow.remote.addr, &c->flow.local.addr, IP_PROTO_TCP, body, hdr + len);
}

/*
 * RFC 5961: none of these segments ends or changes the connection, and the number of answers is
 * limited.
 */
static void
attack_blindly(struct live *l)
{
	static const enum drop_reason reasons[] = {DROP_SEQ_OUT_OF_WINDOW, DROP_RST_NOT_EXACT,
	    DROP_SYN_IN_WINDOW, DROP_ACK_TOO_OLD, DROP_ACK_UNSENT, DROP_ACK_MISSING, DROP_CHALLENGE_RATE,
	    DROP_TS_MISSING};
	struct world *w = l->w;
	const struct tcp_conn *c = live_conn(l);
	struct leat_tcp_info before, after;
	struct forged f;

	if (!c)
		return;
	tcp_info(c, &before);
	for (unsigned i = 0; i < 10000; i++) {
		blind_segment(l, &f, c);
		forge_send(w, &f);
		if (i % 100 == 0)
			live_run(l, 10 * MSEC);
	}
	tcp_info(c, &after);
	live_run(l, 2 * SEC);
	for (unsigned i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (drops(w, reasons[i]) == 0)
			world_fail(w, "nothing was counted as %s", drop_name(reasons[i]));
	/*
	 * Each segment with octets outside the window is answered, as on Linux; all others at most
	 * twice a second.
	 */
	if (after.tcpi_segs_out - before.tcpi_segs_out > 10000 / 4)
		world_fail(w, "%u segments in answer to 10000", after.tcpi_segs_out - before.tcpi_segs_out);
}

/*
 * One change that makes a good SYN to the listener invalid, and the drop reason that must be
 * counted.
 */
struct spoiling {
	const char *name;
	void (*spoil)(struct forged *f, uint8_t *ip, uint8_t *tcp);
	bool sums; /* the checksums are computed after the change */
	enum drop_reason reason4, reason6;
};

static void
no_ethernet(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	f->len = 9;
}

static void
cut_ip(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	f->len = (size_t)(ip - f->octets) + 11;
}

static void
cut_tcp(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	f->len = (size_t)(tcp - f->octets) + 13;
}

static void
length_beyond(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	be16_put(ip + (ip[0] >> 4 == 4 ? IP4_LEN : IP6_LEN), 5000);
}

static void
length_short(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	be16_put(ip + (ip[0] >> 4 == 4 ? IP4_LEN : IP6_LEN), ip[0] >> 4 == 4 ? IP4_HDR_LEN + 10 : 10);
}

static void
bad_version(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	ip[0] = (uint8_t)((ip[0] & 15) | 0x50);
}

static void
bad_ip_sum(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	ip[0] >> 4 == 4 ? (ip[IP4_SUM] ^= 0x55) : (tcp[TCP_SUM] ^= 0x55);
}

static void
bad_tcp_sum(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	tcp[TCP_SUM] ^= 0x55;
}

static void
offset_small(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	tcp[TCP_OFFSET] = 4 << 4;
}

static void
offset_large(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	tcp[TCP_OFFSET] = 15 << 4;
}

static void
option_of_zero(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	tcp[TCP_HDR_LEN] = 77;
	tcp[TCP_HDR_LEN + 1] = 0;
}

static void
option_beyond(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	tcp[TCP_HDR_LEN] = 77;
	tcp[TCP_HDR_LEN + 1] = 200;
}

static void
port_zero(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	be16_put(tcp + TCP_SRC, 0);
}

static void
all_flags(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	tcp[TCP_FLAGS] = TCP_SYN | TCP_FIN;
}

static void
from_group(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	if (ip[0] >> 4 == 4)
		be32_put(ip + IP4_SRC, 0xe0000001);
	else
		ip[IP6_SRC] = 0xff;
}

static void
from_itself(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	if (ip[0] >> 4 == 4)
		memcpy(ip + IP4_SRC, ip + IP4_DST, 4);
	else
		memcpy(ip + IP6_SRC, ip + IP6_DST, 16);
}

static void
from_unspecified(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	memset(ip + (ip[0] >> 4 == 4 ? IP4_SRC : IP6_SRC), 0, ip[0] >> 4 == 4 ? 4 : 16);
}

static void
to_stranger(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	ip[(ip[0] >> 4 == 4 ? IP4_DST + 3 : IP6_DST + 15)] ^= 0x40;
}

static void
unknown_protocol(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	ip[ip[0] >> 4 == 4 ? IP4_PROTO : IP6_NEXT] = 253;
}

/* Inserts octets after the IP header. */
static void
insert(struct forged *f, uint8_t *at, size_t n)
{
	memmove(at + n, at, f->len - (size_t)(at - f->octets));
	memset(at, 0, n);
	f->len += n;
}

/*
 * IPv4: an option of length 0 in eight octets of options. IPv6: a hop-by-hop option that reaches
 * beyond its header.
 */
static void
ip_options(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	insert(f, tcp, 8);
	if (ip[0] >> 4 == 4) {
		ip[0] = 0x47;
		be16_put(ip + IP4_LEN, (uint16_t)(ip4_len(ip) + 8));
		tcp[0] = 7;
		tcp[1] = 0;
		return;
	}
	tcp[0] = ip[IP6_NEXT];
	tcp[2] = 5;
	tcp[3] = 200;
	ip[IP6_NEXT] = 0;
	be16_put(ip + IP6_LEN, (uint16_t)(ip6_payload_len(ip) + 8));
}

/* Source routes: loose in IPv4, routing type 0 in IPv6. */
static void
source_route(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	insert(f, tcp, 8);
	if (ip[0] >> 4 == 4) {
		ip[0] = 0x47;
		be16_put(ip + IP4_LEN, (uint16_t)(ip4_len(ip) + 8));
		tcp[0] = 131;
		tcp[1] = 7;
		tcp[2] = 4;
		return;
	}
	tcp[0] = ip[IP6_NEXT];
	tcp[IP6_ROUTING_LEFT] = 1;
	ip[IP6_NEXT] = 43;
	be16_put(ip + IP6_LEN, (uint16_t)(ip6_payload_len(ip) + 8));
}

/* 100 empty destination options, one after the other; the last one is cut. */
static void
extension_chain(struct forged *f, uint8_t *ip, uint8_t *tcp)
{
	if (ip[0] >> 4 == 4) {
		ip_options(f, ip, tcp);
		return;
	}
	insert(f, tcp, 800);
	for (unsigned i = 0; i < 100; i++) {
		tcp[8 * i] = 60;
		tcp[8 * i + 2] = IP6_OPT_PADN;
		tcp[8 * i + 3] = 4;
	}
	ip[IP6_NEXT] = 60;
	be16_put(ip + IP6_LEN, 800);
	f->len = (size_t)(tcp - f->octets) + 800;
}

static const struct spoiling spoilings[] = {
    {"no Ethernet header", no_ethernet, false, DROP_TOO_SHORT, DROP_TOO_SHORT},
    {"IP header cut", cut_ip, false, DROP_TOO_SHORT, DROP_TOO_SHORT},
    {"TCP header cut", cut_tcp, false, DROP_IP_BAD_HEADER, DROP_IP_BAD_HEADER},
    {"length beyond the frame", length_beyond, true, DROP_IP_BAD_HEADER, DROP_IP_BAD_HEADER},
    {"length within the TCP header", length_short, true, DROP_TCP_BAD_HEADER, DROP_TCP_BAD_HEADER},
    {"version 5", bad_version, false, DROP_IP_BAD_HEADER, DROP_IP_BAD_HEADER},
    {"IP checksum", bad_ip_sum, false, DROP_IP_BAD_SUM, DROP_TCP_BAD_SUM},
    {"TCP checksum", bad_tcp_sum, false, DROP_TCP_BAD_SUM, DROP_TCP_BAD_SUM},
    {"TCP offset too small", offset_small, true, DROP_TCP_BAD_HEADER, DROP_TCP_BAD_HEADER},
    {"TCP offset too large", offset_large, true, DROP_TCP_BAD_HEADER, DROP_TCP_BAD_HEADER},
    {"TCP option of length 0", option_of_zero, true, DROP_TCP_BAD_HEADER, DROP_TCP_BAD_HEADER},
    {"TCP option beyond the header", option_beyond, true, DROP_TCP_BAD_HEADER, DROP_TCP_BAD_HEADER},
    {"port 0", port_zero, true, DROP_TCP_BAD_HEADER, DROP_TCP_BAD_HEADER},
    {"SYN and FIN", all_flags, true, DROP_TCP_BAD_FLAGS, DROP_TCP_BAD_FLAGS},
    {"from a group", from_group, true, DROP_IP_MARTIAN_SOURCE, DROP_IP_MARTIAN_SOURCE},
    {"from its own address", from_itself, true, DROP_IP_MARTIAN_SOURCE, DROP_IP_MARTIAN_SOURCE},
    {"from the unspecified address", from_unspecified, true, DROP_IP_MARTIAN_SOURCE, DROP_IP_MARTIAN_SOURCE},
    {"to another host", to_stranger, true, DROP_IP_NOT_FOR_US, DROP_IP_NOT_FOR_US},
    {"unknown protocol", unknown_protocol, true, DROP_IP_NO_PROTOCOL, DROP_IP_NO_PROTOCOL},
    {"malformed IP option", ip_options, true, DROP_IP_BAD_OPTION, DROP_IP_BAD_OPTION},
    {"source route", source_route, true, DROP_IP_SOURCE_ROUTE, DROP_IP_SOURCE_ROUTE},
    {"chain of extension headers", extension_chain, true, DROP_IP_BAD_OPTION, DROP_IP_BAD_OPTION},
};

/* A SYN with an MSS option, to the listener. */
static uint8_t *
good_syn(struct world *w, struct forged *f)
{
	struct ipaddr src = forge_addr(&w->rng, w->v6, false);
	uint8_t h[TCP_HDR_MAX];
	struct tcp_options o = {.mss = 1460};
	unsigned len = TCP_HDR_LEN + (unsigned)tcp_options_put(h + TCP_HDR_LEN, &o);

	tcp_put(h, (uint16_t)world_between(&w->rng, 1024, 65535), LIVE_PORT, 1, 0, len, TCP_SYN, 65535);
	forge_ip(w, f, &src, &w->addr[1], IP_PROTO_TCP, h, len);
	return f->octets + ETH_HDR_LEN + (w->v6 ? IP6_HDR_LEN : IP4_HDR_LEN);
}

static void
attack_with_malformed(struct live *l)
{
	struct world *w = l->w;

	for (unsigned i = 0; i < sizeof spoilings / sizeof *spoilings; i++) {
		const struct spoiling *s = &spoilings[i];
		enum drop_reason reason = w->v6 ? s->reason6 : s->reason4;
		uint64_t before = drops(w, reason);
		struct forged f;
		uint8_t *tcp = good_syn(w, &f);

		s->spoil(&f, f.octets + ETH_HDR_LEN, tcp);
		if (s->sums)
			forge_sums(&f);
		for (unsigned k = 0; k < 50; k++)
			forge_send(w, &f);
		if (drops(w, reason) != before + 50)
			world_fail(w, "%s: %" PRIu64 " of 50 counted as %s", s->name,
			    drops(w, reason) - before, drop_name(reason));
		live_run(l, 10 * MSEC);
	}
	live_run(l, 2 * SEC);
}

/* Makes a valid frame of a random kind that does not belong to the live connection. */
static void
any_frame(struct world *w, struct forged *f)
{
	struct ipaddr src = forge_addr(&w->rng, w->v6, false);
	uint8_t body[600] = {0};

	switch (rng_below(&w->rng, 6)) {
	case 0:
		good_syn(w, f);
		return;
	case 1:
		neighbour_frame(w, f);
		return;
	case 2:
		fragment(w, f, &src);
		return;
	case 3:
		ghost(w, f);
		return;
	case 4:
		udp_put(body, 1000, (uint16_t)rng_below(&w->rng, 65536), 300);
		forge_ip(w, f, &src, &w->addr[1], IP_PROTO_UDP, body, 300);
		return;
	default: /* an ICMP error that quotes random octets */
		icmp_put(body, w->v6 ? ICMP6_UNREACH : ICMP4_UNREACH, (uint8_t)rng_below(&w->rng, 5), 0);
		for (unsigned i = ICMP_HDR_LEN; i < 120; i++)
			body[i] = (uint8_t)rng_u64(&w->rng);
		body[ICMP_HDR_LEN] = w->v6 ? 0x60 : 0x45;
		forge_ip(w, f, &src, &w->addr[1], w->v6 ? IP_PROTO_ICMP6 : IP_PROTO_ICMP4, body, 120);
		return;
	}
}

static void
flip(struct rng *r, struct forged *f, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++)
		f->octets[rng_below(r, f->len)] ^= (uint8_t)(1u << rng_below(r, 8));
}

/*
 * Returns true if @f is a message of ARP or of neighbour discovery. The noise leaves these out: host 1
 * must believe one that names the peer, and would then lose the peer's link address.
 */
static bool
is_neighbour_message(const struct forged *f)
{
	const uint8_t *ip = f->octets + ETH_HDR_LEN;

	return eth_type(f->octets) == ETH_TYPE_ARP ||
	       (eth_type(f->octets) == ETH_TYPE_IP6 && f->len > ETH_HDR_LEN + IP6_HDR_LEN &&
		   ip6_next(ip) == IP_PROTO_ICMP6 && ip[IP6_HDR_LEN] >= ICMP6_NEIGHBOR_SOLICIT);
}

static void
attack_with_noise(struct live *l)
{
	struct world *w = l->w;
	uint64_t before = drops(w, DROP_COUNT);
	const struct tcp_conn *c = live_conn(l);
	struct forged f;

	if (!c)
		return;
	for (unsigned i = 0; i < 20000; i++) {
		if (rng_below(&w->rng, 4) == 0) {
			blind_segment(l, &f, c); /* a checksum sees one bit for certain */
			flip(&w->rng, &f, 1);
		} else {
			any_frame(w, &f);
			flip(&w->rng, &f,
			    (unsigned)world_between(&w->rng, 1, is_neighbour_message(&f) ? 2 : 12));
			if (rng_below(&w->rng, 8) == 0)
				f.len = rng_below(&w->rng, f.len + 1);
			if (rng_below(&w->rng, 2) && f.len > ETH_HDR_LEN && !is_neighbour_message(&f))
				forge_sums(&f);
		}
		forge_send(w, &f);
		if (i % 200 == 0)
			live_run(l, 10 * MSEC);
	}
	if (drops(w, DROP_COUNT) - before < 10000)
		world_fail(w, "of 20000 frames of noise only %" PRIu64 " were counted as dropped",
		    drops(w, DROP_COUNT) - before);
	live_run(l, 2 * SEC);
}

static bool
attack(uint64_t seed, const struct world_options *options, uint64_t *digest)
{
	static void (*const attacks[])(struct live *) = {
	    attack_fragments, attack_neighbours, attack_blindly, attack_with_malformed, attack_with_noise};
	struct world_options clean = *options;
	struct live l;

	clean.clean = true;
	live_start(&l, world_new(seed, &clean));
	if (!l.w->failed)
		attacks[seed % (sizeof attacks / sizeof *attacks)](&l);
	live_stop(&l);
	return world_end(l.w, digest);
}

int
main(int argc, char **argv)
{
	return world_main(argc, argv, attack);
}
