/*
 * wire/text.c - frames, ARP, IPv4 and IPv6 in words.
 */
#include "wire/text.h"

#include "wire/arp.h"
#include "wire/eth.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/text_line.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void
say(struct text_line *l, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	/* clang-tidy 14 takes args for uninitialized when it checks more files than one. */
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
	n = vsnprintf(l->buf + l->len, l->room - l->len, format, args);
	va_end(args);
	if (n > 0)
		l->len += (size_t)n < l->room - l->len ? (size_t)n : l->room - l->len - 1;
}

void
say_hosts(struct text_line *l, const struct ipaddr *src, const struct ipaddr *dst)
{
	char a[IPADDR_TEXT], b[IPADDR_TEXT];

	say(l, " %s > %s", ipaddr_text(src, a), ipaddr_text(dst, b));
}

void
say_broken(struct text_line *l, struct text_run r)
{
	say(l, r.have < r.len ? " cut" : " malformed");
}

struct text_run
run_behind(struct text_run r, size_t n)
{
	return (struct text_run){r.at + n, r.have - n, r.len - n};
}

/* No more than the first @len octets: what a link padded is not the packet's. */
static struct text_run
run_trimmed(struct text_run r, size_t len)
{
	if (len < r.len)
		r.len = len;
	if (len < r.have)
		r.have = len;
	return r;
}

const char *
proto_name(uint8_t proto)
{
	switch (proto) {
	case IP_PROTO_HOPOPTS:
		return "hop-by-hop";
	case IP_PROTO_ICMP4:
		return "ICMP";
	case IP_PROTO_IGMP:
		return "IGMP";
	case IP_PROTO_TCP:
		return "TCP";
	case IP_PROTO_UDP:
		return "UDP";
	case IP_PROTO_ROUTING:
		return "routing";
	case IP_PROTO_FRAGMENT:
		return "fragment";
	case IP_PROTO_ESP:
		return "ESP";
	case IP_PROTO_AH:
		return "AH";
	case IP_PROTO_ICMP6:
		return "ICMP6";
	case IP_PROTO_DSTOPTS:
		return "destination-options";
	}
	return NULL;
}

static void
say_proto(struct text_line *l, uint8_t proto)
{
	const char *name = proto_name(proto);

	if (name)
		say(l, " %s", name);
	else
		say(l, " protocol %u", proto);
}

/* A fragment other than the first: its transport's header is elsewhere. */
static void
say_later_fragment(struct text_line *l, uint8_t proto, const struct ipaddr *src, const struct ipaddr *dst)
{
	say_hosts(l, src, dst);
	say_proto(l, proto);
}

static void
say_fragment(struct text_line *l, uint32_t id, uint32_t offset, size_t len, bool more)
{
	say(l, " frag %u at %u len %zu%s", id, offset, len, more ? " more" : "");
}

static void
say_ecn(struct text_line *l, unsigned tos)
{
	if ((tos & IP_ECN_MASK) == IP_ECN_CE)
		say(l, " CE");
}

static void
say_ip4(struct text_line *l, struct text_run r)
{
	struct ipaddr src, dst;
	struct text_run payload;

	say(l, "IP");
	if (r.have < IP4_HDR_LEN || !ip4_valid(r.at, r.len) || ip4_hdr_len(r.at) > r.have) {
		say_broken(l, r);
		return;
	}
	src = ip4_src(r.at);
	dst = ip4_dst(r.at);
	payload = run_behind(run_trimmed(r, ip4_len(r.at)), ip4_hdr_len(r.at));
	say_ecn(l, ip4_tos(r.at));
	if (ip4_frag_offset(r.at))
		say_later_fragment(l, ip4_proto(r.at), &src, &dst);
	else
		say_transport(l, ip4_proto(r.at), &src, &dst, payload);
	if (ip4_is_fragment(r.at))
		say_fragment(l, ip4_id(r.at), ip4_frag_offset(r.at), payload.len, ip4_more_fragments(r.at));
}

/*
 * Steps over extension headers up to a fragment header or what is none; false when one is not
 * whole.
 */
static bool
skip_extensions(struct text_run *r, uint8_t *next)
{
	while (*next == IP_PROTO_HOPOPTS || *next == IP_PROTO_ROUTING || *next == IP_PROTO_DSTOPTS) {
		if (!ip6_ext_valid(r->at, r->have))
			return false;
		*next = r->at[IP6_EXT_NEXT];
		*r = run_behind(*r, ip6_ext_len(r->at));
	}
	return true;
}

static void
say_ip6(struct text_line *l, struct text_run r)
{
	struct ipaddr src, dst;
	const uint8_t *fragment = NULL;
	uint8_t next;

	say(l, "IP6");
	if (r.have < IP6_HDR_LEN || !ip6_valid(r.at, r.len)) {
		say_broken(l, r);
		return;
	}
	src = ip6_src(r.at);
	dst = ip6_dst(r.at);
	next = ip6_next(r.at);
	say_ecn(l, ip6_class(r.at));
	r = run_behind(run_trimmed(r, (size_t)ip6_payload_len(r.at) + IP6_HDR_LEN), IP6_HDR_LEN);
	if (!skip_extensions(&r, &next) || (next == IP_PROTO_FRAGMENT && !ip6_frag_valid(r.at, r.have))) {
		say_hosts(l, &src, &dst);
		say(l, " %s header %s", proto_name(next), r.have < r.len ? "cut" : "malformed");
		return;
	}
	if (next == IP_PROTO_FRAGMENT) {
		fragment = r.at;
		next = fragment[IP6_FRAG_NEXT];
		r = run_behind(r, IP6_FRAG_LEN);
	}
	if (fragment && ip6_frag_offset(fragment))
		say_later_fragment(l, next, &src, &dst);
	else if (!skip_extensions(&r, &next))
		say_later_fragment(l, next, &src, &dst);
	else
		say_transport(l, next, &src, &dst, r);
	if (fragment)
		say_fragment(
		    l, ip6_frag_id(fragment), ip6_frag_offset(fragment), r.len, ip6_frag_more(fragment));
}

static void
say_mac(struct text_line *l, const uint8_t mac[6])
{
	say(l, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void
say_arp(struct text_line *l, struct text_run r)
{
	char spa_text[IPADDR_TEXT], tpa_text[IPADDR_TEXT];
	struct ipaddr spa, tpa;

	say(l, "ARP");
	if (!arp_valid(r.at, r.have)) {
		say_broken(l, r);
		return;
	}
	spa = arp_spa(r.at);
	tpa = arp_tpa(r.at);
	ipaddr_text(&spa, spa_text);
	ipaddr_text(&tpa, tpa_text);
	if (arp_op(r.at) == ARP_OP_REPLY)
		say(l, " %s is at ", spa_text);
	else if (ipaddr_is_any(&spa))
		say(l, " probe %s from ", tpa_text); /* RFC 5227, 1.1 */
	else if (ipaddr_eq(&spa, &tpa))
		say(l, " announce %s at ", spa_text); /* RFC 5227, 3 */
	else
		say(l, " who has %s? tell %s at ", tpa_text, spa_text);
	say_mac(l, arp_sha(r.at));
}

static void
say_unknown_frame(struct text_line *l, const uint8_t *header, uint16_t type, size_t len)
{
	say_mac(l, eth_src(header));
	say(l, " > ");
	say_mac(l, eth_dst(header));
	say(l, " ethertype 0x%04x len %zu", type, len);
}

static struct text_line
line_begin(char *buf, size_t room)
{
	assert(room >= 1);
	buf[0] = '\0';
	return (struct text_line){buf, room, 0};
}

char *
text_frame(const uint8_t *frame, size_t have, size_t len, char *buf, size_t room)
{
	struct text_line l = line_begin(buf, room);
	struct text_run r = {frame, have, len};
	uint16_t type;

	assert(have <= len);
	if (!eth_valid(frame, have)) {
		say(&l, have < len ? "Ethernet cut" : "Ethernet malformed");
		return buf;
	}
	type = eth_tagged(frame) ? eth_vlan_type(frame) : eth_type(frame);
	if (eth_tagged(frame))
		say(&l, "vlan %u ", eth_vlan(frame));
	r = run_behind(r, eth_tagged(frame) ? ETH_VLAN_HDR_LEN : ETH_HDR_LEN);
	if (type == ETH_TYPE_IP4)
		say_ip4(&l, r);
	else if (type == ETH_TYPE_IP6)
		say_ip6(&l, r);
	else if (type == ETH_TYPE_ARP)
		say_arp(&l, r);
	else
		say_unknown_frame(&l, frame, type, r.len);
	return buf;
}

char *
text_packet(const uint8_t *packet, size_t have, size_t len, char *buf, size_t room)
{
	struct text_line l = line_begin(buf, room);
	struct text_run r = {packet, have, len};

	assert(have <= len);
	if (have > 0 && ip6_version(packet) == 6)
		say_ip6(&l, r);
	else
		say_ip4(&l, r);
	return buf;
}
