/*
 * wire/text_icmp.c - describes ICMP, ICMPv6 (with neighbour discovery and MLD) and IGMP in text.
 */
#include "wire/icmp.h"

#include "wire/igmp.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/mld.h"
#include "wire/ndp.h"
#include "wire/text_line.h"

static const char *
icmp4_text(uint8_t type, uint8_t code)
{
	static const char *const unreachable[] = {"net unreachable", "host unreachable",
	    "protocol unreachable", "port unreachable", "fragmentation needed", "source route failed",
	    "net unknown", "host unknown", "source isolated", "net prohibited", "host prohibited",
	    "net unreachable for TOS", "host unreachable for TOS", "prohibited"};

	switch (type) {
	case ICMP4_ECHO_REPLY:
		return "echo reply";
	case ICMP4_UNREACH:
		return code < sizeof unreachable / sizeof unreachable[0] ? unreachable[code] : "unreachable";
	case ICMP4_QUENCH:
		return "source quench";
	case ICMP4_REDIRECT:
		return "redirect";
	case ICMP4_ECHO:
		return "echo request";
	case ICMP4_TIME_EXCEEDED:
		return code == ICMP4_TIME_TTL ? "time exceeded" : "reassembly time exceeded";
	case ICMP4_PARAM:
		return "parameter problem";
	case ICMP4_TIMESTAMP:
		return "timestamp request";
	case ICMP4_TIMESTAMP_REPLY:
		return "timestamp reply";
	}
	return NULL;
}

static const char *
icmp6_text(uint8_t type, uint8_t code)
{
	static const char *const unreachable[] = {"no route", "prohibited", "beyond scope",
	    "address unreachable", "port unreachable", "source policy failed", "route rejected"};

	switch (type) {
	case ICMP6_UNREACH:
		return code < sizeof unreachable / sizeof unreachable[0] ? unreachable[code] : "unreachable";
	case ICMP6_TOO_BIG:
		return "packet too big";
	case ICMP6_TIME_EXCEEDED:
		return code == ICMP6_TIME_HOPS ? "time exceeded" : "reassembly time exceeded";
	case ICMP6_PARAM:
		return "parameter problem";
	case ICMP6_ECHO:
		return "echo request";
	case ICMP6_ECHO_REPLY:
		return "echo reply";
	case ICMP6_MLD_QUERY:
		return "multicast query";
	case ICMP6_MLD_REPORT:
	case ICMP6_MLD2_REPORT:
		return "multicast report";
	case ICMP6_MLD_DONE:
		return "multicast done";
	case ICMP6_ROUTER_SOLICIT:
		return "router solicitation";
	case ICMP6_ROUTER_ADVERT:
		return "router advertisement";
	case ICMP6_NEIGHBOR_SOLICIT:
		return "neighbor solicitation";
	case ICMP6_NEIGHBOR_ADVERT:
		return "neighbor advertisement";
	case ICMP6_REDIRECT:
		return "redirect";
	}
	return NULL;
}

/* Describes the packet that an error quotes, in brief. Only its beginning is quoted. */
static void
append_quoted(struct text_line *l, struct text_run r)
{
	struct ipaddr src, dst;
	uint8_t proto;
	size_t hdr_len;

	if (r.have >= IP4_HDR_LEN && ip4_version(r.at) == 4 && ip4_hdr_len(r.at) <= r.have) {
		src = ip4_src(r.at);
		dst = ip4_dst(r.at);
		proto = ip4_proto(r.at);
		hdr_len = ip4_hdr_len(r.at);
	} else if (r.have >= IP6_HDR_LEN && ip6_version(r.at) == 6) {
		src = ip6_src(r.at);
		dst = ip6_dst(r.at);
		proto = ip6_next(r.at);
		hdr_len = IP6_HDR_LEN;
	} else {
		return;
	}
	append(l, " for");
	append_flow(l, proto, &src, &dst, run_after(r, hdr_len));
	if (proto_name(proto))
		append(l, " %s", proto_name(proto));
}

static void
append_icmp_text(struct text_line *l, const char *words, const uint8_t *h)
{
	if (words)
		append(l, " %s", words);
	else
		append(l, " type %u code %u", icmp_type(h), icmp_code(h));
}

static void
append_echo(struct text_line *l, struct text_run r)
{
	append(l, " id %u seq %u len %zu", icmp_echo_id(r.at), icmp_echo_seq(r.at), r.len - ICMP_HDR_LEN);
}

void
append_icmp4(struct text_line *l, struct text_run r)
{
	uint8_t type;

	append(l, " ICMP");
	if (!icmp_valid(r.at, r.have)) {
		append_broken(l, r);
		return;
	}
	type = icmp_type(r.at);
	append_icmp_text(l, icmp4_text(type, icmp_code(r.at)), r.at);
	if (type == ICMP4_ECHO || type == ICMP4_ECHO_REPLY)
		append_echo(l, r);
	if (type == ICMP4_UNREACH && icmp_code(r.at) == ICMP4_UNREACH_FRAG_NEEDED)
		append(l, " mtu %u", icmp4_mtu(r.at));
	if (icmp4_is_error(type))
		append_quoted(l, run_after(r, ICMP_HDR_LEN));
}

static void
append_neighbor(struct text_line *l, struct text_run r)
{
	char text[IPADDR_TEXT];
	struct ipaddr target;

	if (r.have < NDP_NEIGHBOR_LEN) {
		append_broken(l, r);
		return;
	}
	target = ndp_target(r.at);
	append(l, " %s", ipaddr_text(&target, text));
	if (icmp_type(r.at) == ICMP6_NEIGHBOR_ADVERT) {
		uint8_t flags = r.at[NDP_NA_FLAGS];

		append(l, "%s%s%s", flags & NDP_NA_ROUTER ? " router" : "",
		    flags & NDP_NA_SOLICITED ? " solicited" : "", flags & NDP_NA_OVERRIDE ? " override" : "");
	}
}

void
append_icmp6(struct text_line *l, struct text_run r)
{
	char text[IPADDR_TEXT];
	struct ipaddr group;
	uint8_t type;

	append(l, " ICMP6");
	if (!icmp_valid(r.at, r.have)) {
		append_broken(l, r);
		return;
	}
	type = icmp_type(r.at);
	append_icmp_text(l, icmp6_text(type, icmp_code(r.at)), r.at);
	if (type == ICMP6_ECHO || type == ICMP6_ECHO_REPLY)
		append_echo(l, r);
	if (type == ICMP6_TOO_BIG)
		append(l, " mtu %u", icmp6_mtu(r.at));
	if (type == ICMP6_NEIGHBOR_SOLICIT || type == ICMP6_NEIGHBOR_ADVERT)
		append_neighbor(l, r);
	if (type >= ICMP6_MLD_QUERY && type <= ICMP6_MLD_DONE && mld_valid(r.at, r.have)) {
		group = mld_group(r.at);
		append(l, " %s", ipaddr_text(&group, text));
	}
	if (icmp6_is_error(type))
		append_quoted(l, run_after(r, ICMP_HDR_LEN));
}

void
append_igmp(struct text_line *l, struct text_run r)
{
	char text[IPADDR_TEXT];
	struct ipaddr group;

	append(l, " IGMP");
	if (!igmp_valid(r.at, r.have)) {
		append_broken(l, r);
		return;
	}
	group = igmp_group(r.at);
	switch (igmp_type(r.at)) {
	case IGMP_QUERY:
		append(l, " query %s", ipaddr_text(&group, text));
		break;
	case IGMP1_REPORT:
	case IGMP2_REPORT:
		append(l, " report %s", ipaddr_text(&group, text));
		break;
	case IGMP2_LEAVE:
		append(l, " leave %s", ipaddr_text(&group, text));
		break;
	case IGMP3_REPORT:
		append(l, " report of %u", be16_get(r.at + IGMP3_REPORT_RECORDS));
		break;
	default:
		append(l, " type %u", igmp_type(r.at));
	}
}
