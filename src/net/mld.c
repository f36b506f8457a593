/*
 * net/mld.c - MLD messages: version 2 (RFC 9777), and version 1 (RFC 2710) for routers that support
 * only that.
 */
#include "wire/mld.h"

#include "net/internal.h"
#include "net/members.h"
#include "wire/eth.h"

enum { HOPOPTS_LEN = 8 };

/* Returns a link-local address, or the unspecified one if there is none yet (RFC 9777, 5.2.13). */
static struct ipaddr
report_source(const struct iface *iface)
{
	for (unsigned i = 0; i < iface->naddr; i++) {
		const struct iface_addr *a = &iface->addr[i];

		if (!ipaddr_is4(&a->addr) && ipaddr_is_link_local(&a->addr) && a->state == ADDR_PREFERRED)
			return a->addr;
	}
	return IPADDR_ANY6;
}

/*
 * Sends a message of @len octets, whose checksum is zero, to @dst with the Router Alert option (RFC
 * 9777, 5).
 */
static void
send(struct iface *iface, uint8_t *msg, uint32_t len, const struct ipaddr *dst)
{
	static const uint8_t router_alert[HOPOPTS_LEN] = {
	    IP_PROTO_ICMP6, 0, IP6_OPT_ROUTER_ALERT, 2, 0, 0, IP6_OPT_PADN, 0};
	struct ipaddr src = report_source(iface);
	struct pkt *p;

	checksum_put(msg + ICMP_SUM, checksum_add(msg, len, checksum_pseudo(&src, dst, IP_PROTO_ICMP6, len)));
	p = pkt_from_bytes(iface->core->pool, msg, len);
	if (!p) {
		drop_note(iface->core, NULL, DROP_POOL_EMPTY);
		return;
	}
	memcpy(pkt_push(p, HOPOPTS_LEN), router_alert, HOPOPTS_LEN);
	ip6_put(
	    pkt_push(p, IP6_HDR_LEN), 0, 0, (uint16_t)(len + HOPOPTS_LEN), IP_PROTO_HOPOPTS, 1, &src, dst);
	p->l3 = p->data;
	p->l3_len = IP6_HDR_LEN + HOPOPTS_LEN;
	p->sum = PKT_SUM_VALID;
	p->ethertype = ETH_TYPE_IP6;
	iface->link->output(iface, p, dst);
}

void
mld_report_old(struct members *m, const struct ipaddr *group, bool leave)
{
	static const uint8_t all_routers[16] = {0xff, 2, [15] = 2};
	struct ipaddr routers = ipaddr_from16(all_routers);
	uint8_t msg[MLD_LEN] = {0};

	icmp_put(msg, leave ? ICMP6_MLD_DONE : ICMP6_MLD_REPORT, 0, 0);
	mld_group_put(msg, group);
	send(m->iface, msg, sizeof msg, leave ? &routers : group);
}

void
mld_report(const struct members_report *r)
{
	static const uint8_t all_mld2[16] = {0xff, 2, [15] = 0x16};
	struct ipaddr dst = ipaddr_from16(all_mld2);
	uint8_t msg[MLD2_REPORT_LEN + MEMBERS_MESSAGE];

	icmp_put(msg, ICMP6_MLD2_REPORT, 0, r->records);
	memcpy(msg + MLD2_REPORT_LEN, r->record, r->len);
	send(r->of->iface, msg, MLD2_REPORT_LEN + r->len, &dst);
}

/* RFC 9777, 6.2 and 8.1. */
void
mld_query_input(struct net *net, struct pkt *pkt, const struct ip_rx *rx)
{
	struct members *m = &net->members[1][rx->iface->index];
	bool v2 = mld_query_is_v2(pkt->len);
	struct ipaddr group;
	uint16_t code;

	if (!pkt_need(pkt, MLD_LEN) || (!v2 && pkt->len != MLD_LEN) || rx->ttl != 1 || !rx->alert ||
	    !ipaddr_is_link_local(&rx->src)) {
		pkt_drop(net->core, pkt, DROP_ICMP_BAD);
		return;
	}
	group = mld_group(pkt->data);
	code = mld_max_resp(pkt->data);
	if (!m->iface || ipaddr_is4(&group)) {
		pkt_drop(net->core, pkt, DROP_ICMP_IGNORED);
		return;
	}
	members_query(m, &group, (v2 ? mld2_max_resp(code) : code) * MSEC, !v2);
	pkt_free(pkt);
}
