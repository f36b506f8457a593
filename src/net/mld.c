/*
 * net/mld.c - MLD's messages: version 2 (RFC 9777).
 */
#include "net/internal.h"
#include "net/members.h"
#include "wire/eth.h"

enum {
	MLD_MAX_RESP = 4,
	MLD_GROUP = 8,
	MLD_QUERY_LEN = 24,
	MLD2_COUNT = 6,
	MLD2_RECORD_LEN = 20,
	MLD2_RECORD_GROUP = 4
};
enum { HOPOPTS_LEN = 8 };

/* From a link-local address, or the unspecified one while there is none (RFC 9777, 5.2.13). */
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

void
mld_report(struct members *m, const struct ipaddr *group, unsigned n, uint8_t type)
{
	static const uint8_t all_mld2[16] = {0xff, 2, [15] = 0x16};
	static const uint8_t router_alert[HOPOPTS_LEN] = {
	    IP_PROTO_ICMP6, 0, IP6_OPT_ROUTER_ALERT, 2, 0, 0, IP6_OPT_PADN, 0};
	uint8_t msg[ICMP_HDR_LEN + MEMBERS_REPORT_MAX * MLD2_RECORD_LEN] = {0};
	uint32_t len = ICMP_HDR_LEN + n * MLD2_RECORD_LEN;
	struct ipaddr src = report_source(m->iface), dst = ipaddr_from16(all_mld2);
	struct pkt *p;

	icmp_put(msg, ICMP6_MLD2_REPORT, 0, n);
	for (unsigned i = 0; i < n; i++) {
		uint8_t *record = msg + ICMP_HDR_LEN + i * MLD2_RECORD_LEN;

		record[0] = type;
		memcpy(record + MLD2_RECORD_GROUP, ipaddr_octets(&group[i]), 16);
	}
	checksum_put(
	    msg + ICMP_SUM, checksum_add(msg, len, checksum_pseudo(&src, &dst, IP_PROTO_ICMP6, len)));
	p = pkt_from_bytes(m->net->core->pool, msg, len);
	if (!p) {
		drop_note(m->net->core, NULL, DROP_POOL_EMPTY);
		return;
	}
	memcpy(pkt_push(p, HOPOPTS_LEN), router_alert, HOPOPTS_LEN);
	ip6_put(
	    pkt_push(p, IP6_HDR_LEN), 0, 0, (uint16_t)(len + HOPOPTS_LEN), IP_PROTO_HOPOPTS, 1, &src, &dst);
	p->l3 = p->data;
	p->l3_len = IP6_HDR_LEN + HOPOPTS_LEN;
	p->sum = PKT_SUM_VALID;
	p->ethertype = ETH_TYPE_IP6;
	m->iface->link->output(m->iface, p, &dst);
}

/* Maximum Response Code: milliseconds, floating from 32768 on (RFC 9777, 5.1.3). */
static nsec_t
max_response(uint16_t code)
{
	uint64_t ms = code;

	if (code >= 32768)
		ms = ((code & 0xfffu) | 0x1000u) << ((code >> 12 & 7) + 3);
	return (nsec_t)ms * MSEC;
}

void
mld_query_input(struct net *net, struct pkt *pkt, const struct ip_rx *rx)
{
	struct members *m = &net->members[1][rx->iface->index];
	struct ipaddr group;

	if (!pkt_need(pkt, MLD_QUERY_LEN) || rx->ttl != 1 || !ipaddr_is_link_local(&rx->src)) {
		pkt_drop(net->core, pkt, DROP_ICMP_BAD); /* RFC 9777, 6.2 */
		return;
	}
	group = ipaddr_from16(pkt->data + MLD_GROUP);
	if (!m->iface || ipaddr_is4(&group)) {
		pkt_drop(net->core, pkt, DROP_ICMP_IGNORED);
		return;
	}
	members_query(m, &group, max_response(be16_get(pkt->data + MLD_MAX_RESP)));
	pkt_free(pkt);
}
