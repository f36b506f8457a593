/*
 * wire/text.c - describes frames, ARP, IPv4 and IPv6 in text.
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
append(struct text_line *l, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	/* clang-tidy 14 reports args as uninitialized when it checks several files in one run. */
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
	n = vsnprintf(l->buf + l->len, l->room - l->len, format, args);
	va_end(args);
	if (n > 0)
		l->len += (size_t)n < l->room - l->len ? (size_t)n : l->room - l->len - 1;
}

void
append_hosts(struct text_line *l, const struct ipaddr *src, const struct ipaddr *dst)
{
	char a[IPADDR_TEXT], b[IPADDR_TEXT];

	append(l, " %s > %s", ipaddr_text(src, a), ipaddr_text(dst, b));
}

void
append_broken(struct text_line *l, struct text_run r)
{
	append(l, r.have < r.len ? " cut" : " malformed");
}

struct text_run
run_after(struct text_run r, size_t n)
{
	return (struct text_run){r.at + n, r.have - n, r.len - n};
}

/*
 * Returns at most the first @len octets of @r. What follows them is padding from the link, not part
 * of the packet.
 */
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
append_proto(struct text_line *l, uint8_t proto)
{
	const char *name = proto_name(proto);

	if (name)
		append(l, " %s", name);
	else
		append(l, " protocol %u", proto);
}

/* Describes a fragment other than the first. It has no transport header. */
static void
append_later_fragment(struct text_line *l, uint8_t proto, const struct ipaddr *src, const struct ipaddr *dst)
{
	append_hosts(l, src, dst);
	append_proto(l, proto);
}

static void
append_fragment(struct text_line *l, uint32_t id, uint32_t offset, size_t len, bool more)
{
	append(l, " frag %u at %u len %zu%s", id, offset, len, more ? " more" : "");
}

static void
append_ecn(struct text_line *l, unsigned tos)
{
	if ((tos & IP_ECN_MASK) == IP_ECN_CE)
		append(l, " CE");
}

static void
append_ip4(struct text_line *l, struct text_run r)
{
	struct ipaddr src, dst;
	struct text_run payload;

	append(l, "IP");
	if (r.have < IP4_HDR_LEN || !ip4_valid(r.at, r.len) || ip4_hdr_len(r.at) > r.have) {
		append_broken(l, r);
		return;
	}
	src = ip4_src(r.at);
	dst = ip4_dst(r.at);
	payload = run_after(run_trimmed(r, ip4_len(r.at)), ip4_hdr_len(r.at));
	append_ecn(l, ip4_tos(r.at));
	if (ip4_frag_offset(r.at))
		append_later_fragment(l, ip4_proto(r.at), &src, &dst);
	else
		append_transport(l, ip4_proto(r.at), &src, &dst, payload);
	if (ip4_is_fragment(r.at))
		append_fragment(
		    l, ip4_id(r.at), ip4_frag_offset(r.at), payload.len, ip4_more_fragments(r.at));
}

/*
 * Skips extension headers up to a fragment header or an upper-layer header. Returns false if one is
 * not whole.
 */
static bool
skip_extensions(struct text_run *r, uint8_t *next)
{
	while (*next == IP_PROTO_HOPOPTS || *next == IP_PROTO_ROUTING || *next == IP_PROTO_DSTOPTS) {
		if (!ip6_ext_valid(r->at, r->have))
			return false;
		*next = r->at[IP6_EXT_NEXT];
		*r = run_after(*r, ip6_ext_len(r->at));
	}
	return true;
}

static void
append_ip6(struct text_line *l, struct text_run r)
{
	struct ipaddr src, dst;
	const uint8_t *fragment = NULL;
	uint8_t next;

	append(l, "IP6");
	if (r.have < IP6_HDR_LEN || !ip6_valid(r.at, r.len)) {
		append_broken(l, r);
		return;
	}
	src = ip6_src(r.at);
	dst = ip6_dst(r.at);
	next = ip6_next(r.at);
	append_ecn(l, ip6_class(r.at));
	r = run_after(run_trimmed(r, (size_t)ip6_payload_len(r.at) + IP6_HDR_LEN), IP6_HDR_LEN);
	if (!skip_extensions(&r, &next) || (next == IP_PROTO_FRAGMENT && !ip6_frag_valid(r.at, r.have))) {
		append_hosts(l, &src, &dst);
		append(l, " %s header %s", proto_name(next), r.have < r.len ? "cut" : "malformed");
		return;
	}
	if (next == IP_PROTO_FRAGMENT) {
		fragment = r.at;
		next = fragment[IP6_FRAG_NEXT];
		r = run_after(r, IP6_FRAG_LEN);
	}
	if (fragment && ip6_frag_offset(fragment))
		append_later_fragment(l, next, &src, &dst);
	else if (!skip_extensions(&r, &next))
		append_later_fragment(l, next, &src, &dst);
	else
		append_transport(l, next, &src, &dst, r);
	if (fragment)
		append_fragment(
		    l, ip6_frag_id(fragment), ip6_frag_offset(fragment), r.len, ip6_frag_more(fragment));
}

static void
append_mac(struct text_line *l, const uint8_t mac[6])
{
	append(l, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void
append_arp(struct text_line *l, struct text_run r)
{
	char spa_text[IPADDR_TEXT], tpa_text[IPADDR_TEXT];
	struct ipaddr spa, tpa;

	append(l, "ARP");
	if (!arp_valid(r.at, r.have)) {
		append_broken(l, r);
		return;
	}
	spa = arp_spa(r.at);
	tpa = arp_tpa(r.at);
	ipaddr_text(&spa, spa_text);
	ipaddr_text(&tpa, tpa_text);
	if (arp_op(r.at) == ARP_OP_REPLY)
		append(l, " %s is at ", spa_text);
	else if (ipaddr_is_any(&spa))
		append(l, " probe %s from ", tpa_text); /* RFC 5227, 1.1 */
	else if (ipaddr_eq(&spa, &tpa))
		append(l, " announce %s at ", spa_text); /* RFC 5227, 3 */
	else
		append(l, " who has %s? tell %s at ", tpa_text, spa_text);
	append_mac(l, arp_sha(r.at));
}

static void
append_unknown_frame(struct text_line *l, const uint8_t *header, uint16_t type, size_t len)
{
	append_mac(l, eth_src(header));
	append(l, " > ");
	append_mac(l, eth_dst(header));
	append(l, " ethertype 0x%04x len %zu", type, len);
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
		append(&l, have < len ? "Ethernet cut" : "Ethernet malformed");
		return buf;
	}
	type = eth_tagged(frame) ? eth_vlan_type(frame) : eth_type(frame);
	if (eth_tagged(frame))
		append(&l, "vlan %u ", eth_vlan(frame));
	r = run_after(r, eth_tagged(frame) ? ETH_VLAN_HDR_LEN : ETH_HDR_LEN);
	if (type == ETH_TYPE_IP4)
		append_ip4(&l, r);
	else if (type == ETH_TYPE_IP6)
		append_ip6(&l, r);
	else if (type == ETH_TYPE_ARP)
		append_arp(&l, r);
	else
		append_unknown_frame(&l, frame, type, r.len);
	return buf;
}

char *
text_packet(const uint8_t *packet, size_t have, size_t len, char *buf, size_t room)
{
	struct text_line l = line_begin(buf, room);
	struct text_run r = {packet, have, len};

	assert(have <= len);
	if (have > 0 && ip6_version(packet) == 6)
		append_ip6(&l, r);
	else
		append_ip4(&l, r);
	return buf;
}
