/*
 * net/igmp.c - IGMP messages: version 3 (RFC 9776), and version 2 (RFC 2236) for routers that
 * support only that.
 */
#include "wire/igmp.h"
#include "net/internal.h"
#include "net/members.h"
#include "wire/eth.h"

enum { IGMP_HDR_LEN = IP4_HDR_LEN + 4, TOS_INTERNET_CONTROL = 0xc0 };

/*
 * Sends @p, an IGMP message with a checksum of zero, to @dst with the Router Alert option (RFC
 * 9776, 4).
 */
static void
send(struct iface *iface, struct pkt *p, const struct ipaddr *dst)
{
	static const uint8_t router_alert[4] = {IP4_OPT_RA, 4, 0, 0};
	struct path path;
	uint16_t len = (uint16_t)(p->len + IGMP_HDR_LEN);
	uint8_t *h;

	checksum_put(p->data + IGMP_SUM, checksum_add(p->data, p->linear, 0));
	if (route_find(iface->core, dst, NULL, iface->index, &path) < 0)
		path.src = IPADDR_ANY4; /* RFC 9776, 4.2.14 allows it */
	p->l4 = p->data;
	h = pkt_push(p, IGMP_HDR_LEN);
	ip4_put(h, TOS_INTERNET_CONTROL, len, 0, IP4_DF, 1, IP_PROTO_IGMP, &path.src, dst);
	h[IP4_VIHL] = 0x40 | IGMP_HDR_LEN / 4;
	memcpy(h + IP4_HDR_LEN, router_alert, sizeof router_alert);
	checksum_put(h + IP4_SUM, checksum_add(h, IGMP_HDR_LEN, 0));
	p->l3 = h;
	p->l3_len = IGMP_HDR_LEN;
	p->sum = PKT_SUM_VALID;
	p->ethertype = ETH_TYPE_IP4;
	iface->link->output(iface, p, dst);
}

static struct pkt *
message_new(struct core *core, const uint8_t *octets, size_t len)
{
	struct pkt *p = pkt_from_bytes(core->pool, octets, len);

	if (!p)
		drop_note(core, NULL, DROP_POOL_EMPTY);
	return p;
}

void
igmp_report_old(struct members *m, const struct ipaddr *group, bool leave)
{
	const struct ipaddr all_routers = ipaddr_v4(0xe0000002);
	uint8_t msg[IGMP_LEN];
	struct pkt *p;

	igmp_put(msg, leave ? IGMP2_LEAVE : IGMP2_REPORT, 0, group);
	p = message_new(m->iface->core, msg, sizeof msg);
	if (p)
		send(m->iface, p, leave ? &all_routers : group);
}

void
igmp_report(const struct members_report *r)
{
	const struct ipaddr all_v3 = ipaddr_v4(0xe0000016);
	uint8_t msg[IGMP3_REPORT_LEN + MEMBERS_MESSAGE];
	struct pkt *p;

	igmp3_report_put(msg, r->records);
	memcpy(msg + IGMP3_REPORT_LEN, r->record, r->len);
	p = message_new(r->of->iface->core, msg, IGMP3_REPORT_LEN + r->len);
	if (p)
		send(r->of->iface, p, &all_v3);
}

/*
 * A query of 8 octets is version 2, or version 1 if its response time is 0. A query of 12 or more
 * octets is version 3 (RFC 9776, 7.1).
 */
static void
query(struct members *m, const uint8_t *h, bool v3)
{
	const uint32_t v1_tenths = 100;
	struct ipaddr group = igmp_group(h);
	uint32_t tenths = v3 ? igmp3_code(igmp_max_resp(h)) : igmp_max_resp(h);

	if (!v3 && tenths == 0)
		tenths = v1_tenths;
	members_query(m, &group, tenths * (SEC / 10), !v3);
}

static void
input(void *self, struct pkt *pkt, const struct ip_rx *rx)
{
	struct net *net = self;
	struct members *m = &net->members[0][rx->iface->index];
	bool v3 = pkt->len >= IGMP3_QUERY_LEN;

	if (!pkt_need(pkt, v3 ? IGMP3_QUERY_LEN : IGMP_LEN) || pkt_sum_range(pkt, 0, pkt->len, 0) != 0xffff) {
		pkt_drop(net->core, pkt, DROP_ICMP_BAD);
		return;
	}
	if (igmp_type(pkt->data) != IGMP_QUERY || rx->ttl != 1 || !m->iface) {
		pkt_drop(net->core, pkt, DROP_ICMP_IGNORED); /* reports of other hosts */
		return;
	}
	if (!v3 && pkt->len != IGMP_LEN) {
		pkt_drop(net->core, pkt, DROP_ICMP_BAD);
		return;
	}
	query(m, pkt->data, v3);
	pkt_free(pkt);
}

const struct transport_ops igmp_ops = {input, NULL};
