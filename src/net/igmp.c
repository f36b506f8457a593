/*
 * net/igmp.c - IGMP's messages: version 3 (RFC 9776), and version 2 (RFC 2236) towards routers that speak only that.
 */
#include "net/internal.h"
#include "net/members.h"
#include "wire/eth.h"

enum { IGMP_QUERY = 0x11, IGMP2_REPORT = 0x16, IGMP2_LEAVE = 0x17, IGMP3_REPORT = 0x22 };
enum { IGMP_TYPE = 0, IGMP_MAX_RESP = 1, IGMP_SUM = 2, IGMP_GROUP = 4, IGMP_LEN = 8, IGMP3_QUERY_LEN = 12 };
enum { IGMP3_COUNT = 6, IGMP3_RECORD_LEN = 8, IGMP3_RECORD_GROUP = 4 };
enum { IGMP_HDR_LEN = IP4_HDR_LEN + 4, TOS_INTERNET_CONTROL = 0xc0 };

static const nsec_t V2_PRESENT =
    400 * SEC; /* Older Version Querier Present Timeout, RFC 9776, 8.12: rounded up */

/* Send the @p, an IGMP message whose checksum is zero, with the Router Alert option to @dst (RFC 9776, 4). */
static void
send(struct iface *iface, struct pkt *p, const struct ipaddr *dst)
{
	static const uint8_t router_alert[4] = {IP4_OPT_RA, 4, 0, 0};
	struct path path;
	uint16_t len = (uint16_t)(p->len + IGMP_HDR_LEN);
	uint8_t *h;

	checksum_put(p->data + IGMP_SUM, checksum_add(p->data, p->linear, 0));
	if (route_find(iface->core, dst, NULL, iface->index, &path) < 0)
		path.src = IPADDR_ANY4; /* RFC 9776, 4.2.14: so be it */
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
message_new(struct core *core, size_t len)
{
	uint8_t zero[IGMP_LEN + MEMBERS_REPORT_MAX * IGMP3_RECORD_LEN] = {0};
	struct pkt *p = pkt_from_bytes(core->pool, zero, len);

	if (!p)
		drop_note(core, NULL, DROP_POOL_EMPTY);
	return p;
}

static void
report_v2(struct iface *iface, const struct ipaddr *group, bool leave)
{
	const struct ipaddr all_routers = ipaddr_v4(0xe0000002);
	struct pkt *p = message_new(iface->core, IGMP_LEN);

	if (!p)
		return;
	p->data[IGMP_TYPE] = leave ? IGMP2_LEAVE : IGMP2_REPORT;
	memcpy(p->data + IGMP_GROUP, ipaddr_octets4(group), 4);
	send(iface, p, leave ? &all_routers : group);
}

static void
report_v3(struct iface *iface, const struct ipaddr *group, unsigned n, uint8_t type)
{
	const struct ipaddr all_v3 = ipaddr_v4(0xe0000016);
	struct pkt *p = message_new(iface->core, IGMP_LEN + n * IGMP3_RECORD_LEN);

	if (!p)
		return;
	p->data[IGMP_TYPE] = IGMP3_REPORT;
	be16_put(p->data + IGMP3_COUNT, (uint16_t)n);
	for (unsigned i = 0; i < n; i++) {
		uint8_t *record = p->data + IGMP_LEN + i * IGMP3_RECORD_LEN;

		record[0] = type;
		memcpy(record + IGMP3_RECORD_GROUP, ipaddr_octets4(&group[i]), 4);
	}
	send(iface, p, &all_v3);
}

void
igmp_report(struct members *m, const struct ipaddr *group, unsigned n, uint8_t type)
{
	if (m->v2_until <= m->net->core->now) {
		report_v3(m->iface, group, n, type);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		report_v2(m->iface, &group[i], type == MEMBERS_TO_INCLUDE);
}

/* Max Resp Code: tenths of a second, floating from 128 on in version 3 (RFC 9776, 4.1.1). */
static nsec_t
max_response(uint8_t code, bool v3)
{
	uint32_t tenths = code;

	if (v3 && code >= 128)
		tenths = ((code & 15u) | 16u) << ((code >> 4 & 7) + 3);
	return tenths * (SEC / 10);
}

static void
input(void *self, struct pkt *pkt, const struct ip_rx *rx)
{
	struct net *net = self;
	struct members *m = &net->members[0][rx->iface->index];
	struct ipaddr group;
	bool v3;

	if (!pkt_need(pkt, pkt->len < IGMP3_QUERY_LEN ? IGMP_LEN : IGMP3_QUERY_LEN) ||
	    pkt_sum_range(pkt, 0, pkt->len, 0) != 0xffff) {
		pkt_drop(net->core, pkt, DROP_ICMP_BAD);
		return;
	}
	group = ipaddr_from4(pkt->data + IGMP_GROUP);
	v3 = pkt->len >= IGMP3_QUERY_LEN;
	if (pkt->data[IGMP_TYPE] != IGMP_QUERY || rx->ttl != 1 || !m->iface) {
		pkt_drop(net->core, pkt, DROP_ICMP_IGNORED); /* others' reports */
		return;
	}
	if (!v3)
		m->v2_until = net->core->now + V2_PRESENT;
	members_query(m, &group, max_response(pkt->data[IGMP_MAX_RESP] ? pkt->data[IGMP_MAX_RESP] : 100, v3));
	pkt_free(pkt);
}

const struct transport_ops igmp_ops = {input, NULL};
