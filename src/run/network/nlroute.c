/*
 * run/network/nlroute.c - answers rtnetlink(7) requests about links, addresses and routes from a
 * stack's tables. It reads no socket, and changes nothing.
 */
#include "run/network/nlroute.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

enum { NL_ROOM = 8192, NL_MESSAGE = 512 };

/*
 * The answer that is being written: its messages are collected, and sent when the next one might
 * not fit.
 */
struct writer {
	_Alignas(8) uint8_t buf[NL_ROOM];
	size_t len;
	struct nlmsghdr *message;
	uint32_t seq, port;
	uint16_t flags;
	void (*send)(void *arg, const void *buf, size_t len);
	void *arg;
};

static void
flush(struct writer *w)
{
	if (w->len)
		w->send(w->arg, w->buf, w->len);
	w->len = 0;
}

static void *
begin(struct writer *w, uint16_t type, size_t body)
{
	struct nlmsghdr *h;

	if (w->len + NL_MESSAGE > NL_ROOM)
		flush(w);
	h = (void *)(w->buf + w->len);
	memset(h, 0, NL_MESSAGE);
	h->nlmsg_type = type;
	h->nlmsg_flags = w->flags;
	h->nlmsg_seq = w->seq;
	h->nlmsg_pid = w->port;
	h->nlmsg_len = (uint32_t)NLMSG_LENGTH(body);
	w->message = h;
	return NLMSG_DATA(h);
}

static void
attribute(struct writer *w, uint16_t type, const void *value, size_t len)
{
	struct rtattr *a = (void *)((uint8_t *)w->message + NLMSG_ALIGN(w->message->nlmsg_len));

	a->rta_type = type;
	a->rta_len = (uint16_t)RTA_LENGTH(len);
	memcpy(RTA_DATA(a), value, len);
	w->message->nlmsg_len = (uint32_t)(NLMSG_ALIGN(w->message->nlmsg_len) + RTA_ALIGN(a->rta_len));
}

static void
attribute_u32(struct writer *w, uint16_t type, uint32_t value)
{
	attribute(w, type, &value, sizeof value);
}

static void
attribute_addr(struct writer *w, uint16_t type, const struct ipaddr *a)
{
	if (ipaddr_is4(a))
		attribute(w, type, ipaddr_octets4(a), 4);
	else
		attribute(w, type, ipaddr_octets(a), 16);
}

static void
end(struct writer *w)
{
	w->len += NLMSG_ALIGN(w->message->nlmsg_len);
}

static void
done(struct writer *w)
{
	int *rc = begin(w, NLMSG_DONE, sizeof(int));

	*rc = 0;
	end(w);
	flush(w);
}

static void
write_link(struct writer *w, const struct iface *i)
{
	struct ifinfomsg *m = begin(w, RTM_NEWLINK, sizeof *m);
	static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, none[6];
	uint8_t operstate = i->loopback ? 0 : 6; /* IF_OPER_UNKNOWN, IF_OPER_UP */

	m->ifi_family = AF_UNSPEC;
	m->ifi_type = i->loopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER;
	m->ifi_index = (int)i->index;
	m->ifi_flags = (i->up ? IFF_UP | IFF_RUNNING | IFF_LOWER_UP : 0) |
		       (i->loopback ? IFF_LOOPBACK : IFF_BROADCAST | IFF_MULTICAST);
	attribute(w, IFLA_IFNAME, i->name, strlen(i->name) + 1);
	attribute_u32(w, IFLA_MTU, i->mtu);
	attribute_u32(w, IFLA_TXQLEN, 1000);
	attribute(w, IFLA_OPERSTATE, &operstate, 1);
	attribute(w, IFLA_ADDRESS, i->loopback ? none : i->mac, 6);
	attribute(w, IFLA_BROADCAST, i->loopback ? none : broadcast, 6);
	end(w);
}

static void
write_addr(struct writer *w, const struct iface *i, const struct iface_addr *a)
{
	struct ifaddrmsg *m = begin(w, RTM_NEWADDR, sizeof *m);
	bool v4 = ipaddr_is4(&a->addr);

	m->ifa_family = v4 ? AF_INET : AF_INET6;
	m->ifa_prefixlen = a->bits;
	m->ifa_flags = IFA_F_PERMANENT | (a->state == ADDR_TENTATIVE ? IFA_F_TENTATIVE : 0);
	m->ifa_scope = ipaddr_is_loopback(&a->addr)     ? RT_SCOPE_HOST
		       : ipaddr_is_link_local(&a->addr) ? RT_SCOPE_LINK
							: RT_SCOPE_UNIVERSE;
	m->ifa_index = i->index;
	attribute_addr(w, IFA_ADDRESS, &a->addr);
	if (v4) {
		attribute_addr(w, IFA_LOCAL, &a->addr);
		if (!i->loopback && a->bits < 31) {
			struct ipaddr last =
			    ipaddr_v4(ipaddr_v4_number(&a->addr) | (a->bits ? 0xffffffffu >> a->bits : ~0u));

			attribute_addr(w, IFA_BROADCAST, &last);
		}
		attribute(w, IFA_LABEL, i->name, strlen(i->name) + 1);
	}
	attribute_u32(w, IFA_FLAGS, m->ifa_flags);
	end(w);
}

static void
write_route(struct writer *w, const struct route *r)
{
	struct rtmsg *m = begin(w, RTM_NEWROUTE, sizeof *m);
	bool v4 = ipaddr_is4(&r->dst), direct = ipaddr_is_any(&r->gateway);

	m->rtm_family = v4 ? AF_INET : AF_INET6;
	m->rtm_dst_len = r->bits;
	m->rtm_table = RT_TABLE_MAIN;
	m->rtm_protocol = RTPROT_BOOT;
	m->rtm_scope = direct && v4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	m->rtm_type = r->reject ? RTN_UNREACHABLE : RTN_UNICAST;
	attribute_u32(w, RTA_TABLE, RT_TABLE_MAIN);
	if (r->bits)
		attribute_addr(w, RTA_DST, &r->dst);
	if (!direct)
		attribute_addr(w, RTA_GATEWAY, &r->gateway);
	attribute_u32(w, RTA_OIF, r->ifindex);
	if (r->metric)
		attribute_u32(w, RTA_PRIORITY, r->metric);
	end(w);
}

static bool
wants(uint8_t family, const struct ipaddr *a)
{
	return family == AF_UNSPEC || family == (ipaddr_is4(a) ? AF_INET : AF_INET6);
}

static int
answer_links(struct writer *w, const struct core *core, const struct nlmsghdr *h)
{
	const struct ifinfomsg *ask = NLMSG_DATA(h);
	bool one = !(h->nlmsg_flags & NLM_F_DUMP);

	if (one && h->nlmsg_len < NLMSG_LENGTH(sizeof *ask))
		return -EINVAL;
	for (unsigned i = 1; i < CORE_IFACES; i++)
		if (core->iface[i] && (!one || ask->ifi_index == (int)i)) {
			write_link(w, core->iface[i]);
			if (one) {
				flush(w);
				return 0;
			}
		}
	if (one)
		return -ENODEV;
	done(w);
	return 0;
}

static int
answer_addrs(struct writer *w, const struct core *core, uint8_t family)
{
	for (unsigned i = 1; i < CORE_IFACES; i++)
		for (unsigned k = 0; core->iface[i] && k < core->iface[i]->naddr; k++)
			if (wants(family, &core->iface[i]->addr[k].addr))
				write_addr(w, core->iface[i], &core->iface[i]->addr[k]);
	done(w);
	return 0;
}

struct route_dump {
	struct writer *w;
	uint8_t family;
};

static void
dump_route(const struct route *r, void *arg)
{
	struct route_dump *dump = arg;

	if (wants(dump->family, &r->dst))
		write_route(dump->w, r);
}

static int
answer_routes(struct writer *w, const struct core *core, uint8_t family)
{
	struct route_dump dump = {w, family};

	route_each(core, dump_route, &dump);
	done(w);
	return 0;
}

int
nlroute_answer(const struct core *core, const void *request, size_t len, uint32_t port,
    void (*send)(void *arg, const void *buf, size_t len), void *arg)
{
	_Alignas(8) uint8_t copy[NL_MESSAGE] = {0};
	const struct nlmsghdr *h = (const void *)copy;
	struct writer w = {.port = port, .send = send, .arg = arg};
	uint8_t family;

	memcpy(copy, request, len < sizeof copy ? len : sizeof copy);
	if (len < sizeof *h || h->nlmsg_len < sizeof *h || h->nlmsg_len > len)
		return -EINVAL;
	w.seq = h->nlmsg_seq;
	w.flags = h->nlmsg_flags & NLM_F_DUMP ? NLM_F_MULTI : 0;
	family = h->nlmsg_len > sizeof *h ? copy[NLMSG_HDRLEN] : AF_UNSPEC;
	switch (h->nlmsg_type) {
	case RTM_GETLINK:
		return answer_links(&w, core, h);
	case RTM_GETADDR:
		return answer_addrs(&w, core, family);
	case RTM_GETROUTE:
		return h->nlmsg_flags & NLM_F_DUMP ? answer_routes(&w, core, family) : -EOPNOTSUPP;
	default:
		/*
		 * Request types come in fours: NEW, DEL, GET, SET. All but GET change something,
		 * for which Linux wants CAP_NET_ADMIN.
		 */
		return h->nlmsg_type >= RTM_BASE && (h->nlmsg_type & 3) != 2 ? -EPERM : -EOPNOTSUPP;
	}
}
