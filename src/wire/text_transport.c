/*
 * wire/text_transport.c - describes TCP, and UDP with DNS and DHCP, in text.
 */
#include "wire/dhcp.h"
#include "wire/dns.h"
#include "wire/ip.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"
#include "wire/text.h"
#include "wire/text_line.h"
#include "wire/udp.h"

enum { DNS_PORT = 53, PORTS_LEN = 4 };

/* Appends " a:port > b:port". TCP and UDP have their ports at the same offsets. */
static void
append_ends(struct text_line *l, const struct ipaddr *src, const struct ipaddr *dst, const uint8_t *h)
{
	struct endpoint from = {.addr = *src, .port = be16_get(h)},
			to = {.addr = *dst, .port = be16_get(h + 2)};
	char a[ENDPOINT_TEXT], b[ENDPOINT_TEXT];

	append(l, " %s > %s", endpoint_text(&from, a), endpoint_text(&to, b));
}

/* Writes flags as tcpdump(8) does: a dot means ACK. */
static void
append_flags(struct text_line *l, uint8_t flags)
{
	static const char letter[8] = "FSRP.UEW";

	append(l, " [");
	for (int i = 0; i < 8; i++) {
		if (flags >> i & 1)
			append(l, "%c", letter[i]);
	}
	append(l, flags ? "]" : "none]");
}

static void
append_tcp_options(struct text_line *l, const uint8_t *p, size_t n)
{
	char buf[TEXT_LINE] = "";
	struct text_line list = {buf, sizeof buf, 0}; /* each option has a comma before it */
	struct tcp_options o;
	bool whole = tcp_options_parse(p, n, &o);

	if (o.mss)
		append(&list, ",mss %u", o.mss);
	if (o.sack_permitted)
		append(&list, ",sackOK");
	if (o.has_timestamp)
		append(&list, ",TS val %u ecr %u", o.ts_val, o.ts_ecr);
	if (o.has_wscale)
		append(&list, ",wscale %u", o.wscale);
	for (unsigned i = 0; i < o.nsack; i++)
		append(&list, ",sack %u:%u", o.sack[i].from, o.sack[i].to);
	if (o.has_fast_open)
		append(&list, ",fast open cookie of %u", o.fast_open_len);
	if (!whole)
		append(&list, ",malformed");
	if (list.len)
		append(l, " <%s>", buf + 1);
}

static void
append_tcp(struct text_line *l, struct text_run r)
{
	const uint8_t *h = r.at;

	append(l, " TCP");
	if (r.have < TCP_HDR_LEN || !tcp_valid(h, r.len) || tcp_hdr_len(h) > r.have) {
		append_broken(l, r);
		return;
	}
	append_flags(l, tcp_flags(h));
	append(l, " seq %u", tcp_seq(h));
	if (tcp_flags(h) & TCP_ACK)
		append(l, " ack %u", tcp_ack(h));
	append(l, " win %u", tcp_window(h));
	if (tcp_flags(h) & TCP_URG)
		append(l, " urg %u", tcp_urgent(h));
	append_tcp_options(l, h + TCP_HDR_LEN, tcp_hdr_len(h) - TCP_HDR_LEN);
	append(l, " len %zu", r.len - tcp_hdr_len(h));
}

static void
append_dns_type(struct text_line *l, uint16_t type, const char *suffix)
{
	const char *name = dns_type_name(type);

	if (name)
		append(l, " %s%s", name, suffix);
	else
		append(l, " type %u%s", type, suffix);
}

static void
append_dns_data(struct text_line *l, const uint8_t *msg, size_t n, const struct dns_record *r)
{
	char text[DNS_NAME_TEXT];
	struct dns_name name;
	struct ipaddr addr;
	size_t at = r->data_at;

	append_dns_type(l, r->type, "");
	if (r->type == DNS_A && r->data_len == 4) {
		addr = ipaddr_from4(msg + at);
		append(l, " %s", ipaddr_text(&addr, text));
	} else if (r->type == DNS_AAAA && r->data_len == 16) {
		addr = ipaddr_from16(msg + at);
		append(l, " %s", ipaddr_text(&addr, text));
	} else if ((r->type == DNS_CNAME || r->type == DNS_NS || r->type == DNS_PTR) &&
		   dns_name_read(msg, n, &at, &name)) {
		append(l, " %s", dns_name_text(&name, text));
	}
}

static void
append_dns(struct text_line *l, const uint8_t *msg, size_t n)
{
	char text[DNS_NAME_TEXT];
	const char *rcode;
	struct dns_question q;
	struct dns_record rec;
	struct dns_cursor c;
	uint32_t answers;

	if (!dns_valid(msg, n))
		return;
	rcode = dns_rcode_name(dns_rcode(msg));
	append(l, " DNS %s %u", dns_flags(msg) & DNS_QR ? "answer" : "query", dns_id(msg));
	if (dns_flags(msg) & DNS_TC)
		append(l, " truncated");
	if (dns_rcode(msg) != DNS_OK)
		append(l, " %s", rcode ? rcode : "error");
	dns_cursor_init(&c, msg, n);
	while (dns_next_question(&c, &q)) {
		append_dns_type(l, q.type, "?");
		append(l, " %s", dns_name_text(&q.name, text));
	}
	answers = dns_count(msg, DNS_ANCOUNT);
	for (uint32_t i = 0; i < answers && dns_next_record(&c, &rec); i++) {
		append(l, i ? "," : " is");
		append_dns_data(l, msg, n, &rec);
	}
}

static void
append_dhcp(struct text_line *l, const uint8_t *h, size_t n)
{
	static const char *const name[] = {
	    "BOOTP", "discover", "offer", "request", "decline", "ack", "nak", "release", "inform"};
	char text[IPADDR_TEXT];
	struct ipaddr addr;
	const uint8_t *type;
	uint8_t len;

	if (!dhcp_valid(h, n))
		return;
	type = dhcp_opt_find(h + DHCP_OPTIONS, n - DHCP_OPTIONS, DHCP_OPT_TYPE, &len);
	addr = dhcp_addr(h, DHCP_YIADDR);
	append(
	    l, " DHCP %s", type && len == 1 && *type < sizeof name / sizeof name[0] ? name[*type] : name[0]);
	if (!ipaddr_is_any(&addr))
		append(l, " %s", ipaddr_text(&addr, text));
}

static void
append_udp(struct text_line *l, struct text_run r)
{
	uint16_t src, dst;
	size_t have;

	append(l, " UDP");
	if (r.have < UDP_HDR_LEN || udp_len(r.at) < UDP_HDR_LEN) {
		append_broken(l, r);
		return;
	}
	src = udp_src(r.at);
	dst = udp_dst(r.at);
	have = (udp_len(r.at) < r.have ? udp_len(r.at) : r.have) - UDP_HDR_LEN;
	if (src == DNS_PORT || dst == DNS_PORT)
		append_dns(l, r.at + UDP_HDR_LEN, have);
	else if (src == DHCP_SERVER_PORT || dst == DHCP_SERVER_PORT)
		append_dhcp(l, r.at + UDP_HDR_LEN, have);
	append(l, " len %u", udp_len(r.at) - UDP_HDR_LEN);
	if (udp_len(r.at) > r.len) /* the first fragment, or a wrong length */
		append(l, " (%zu here)", r.len - UDP_HDR_LEN);
}

void
append_flow(
    struct text_line *l, uint8_t proto, const struct ipaddr *src, const struct ipaddr *dst, struct text_run r)
{
	if ((proto == IP_PROTO_TCP || proto == IP_PROTO_UDP) && r.have >= PORTS_LEN)
		append_ends(l, src, dst, r.at);
	else
		append_hosts(l, src, dst);
}

void
append_transport(
    struct text_line *l, uint8_t proto, const struct ipaddr *src, const struct ipaddr *dst, struct text_run r)
{
	append_flow(l, proto, src, dst, r);
	switch (proto) {
	case IP_PROTO_TCP:
		append_tcp(l, r);
		break;
	case IP_PROTO_UDP:
		append_udp(l, r);
		break;
	case IP_PROTO_ICMP4:
		append_icmp4(l, r);
		break;
	case IP_PROTO_ICMP6:
		append_icmp6(l, r);
		break;
	case IP_PROTO_IGMP:
		append_igmp(l, r);
		break;
	case IP_PROTO_NONE:
		append(l, " no next header");
		break;
	default:
		if (proto_name(proto))
			append(l, " %s len %zu", proto_name(proto), r.len);
		else
			append(l, " protocol %u len %zu", proto, r.len);
	}
}
