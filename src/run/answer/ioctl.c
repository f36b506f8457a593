/*
 * run/answer/ioctl.c - answers ioctl(2) on sockets: about the interfaces of the program's stack
 * (netdevice(7)), on any socket, and about a stream.
 */
#include "run/answer/answer.h"
#include "run/call/netns.h"
#include "run/process/hostfd.h"
#include "run/socket/missing.h"
#include "run/stream/pump.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

static struct iface *
iface_named(const struct core *core, const char *name)
{
	for (unsigned i = 1; i < CORE_IFACES; i++)
		if (core->iface[i] && strncmp(core->iface[i]->name, name, IFNAMSIZ) == 0)
			return core->iface[i];
	return NULL;
}

static const struct iface_addr *
addr4_of(const struct iface *i)
{
	for (unsigned k = 0; k < i->naddr; k++)
		if (ipaddr_is4(&i->addr[k].addr))
			return &i->addr[k];
	return NULL;
}

static void
put_addr4(struct sockaddr *sa, uint32_t number)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(number)};

	memcpy(sa, &sin, sizeof sin);
}

static int
address_answer(const struct iface *i, unsigned long request, struct ifreq *r)
{
	const struct iface_addr *a = addr4_of(i);
	uint32_t mask, number;

	if (!a)
		return -EADDRNOTAVAIL;
	number = ipaddr_v4_number(&a->addr);
	mask = a->bits ? ~0u << (32 - a->bits) : 0;
	put_addr4(&r->ifr_addr, request == SIOCGIFNETMASK                   ? mask
				: request == SIOCGIFBRDADDR && !i->loopback ? number | ~mask
									    : number);
	return 0;
}

static int
iface_answer(const struct iface *i, unsigned long request, struct ifreq *r)
{
	switch (request) {
	case SIOCGIFINDEX:
		r->ifr_ifindex = (int)i->index;
		return 0;
	case SIOCGIFNAME:
		memcpy(r->ifr_name, i->name, IFNAMSIZ);
		return 0;
	case SIOCGIFMTU:
		r->ifr_mtu = (int)i->mtu;
		return 0;
	case SIOCGIFMETRIC:
		r->ifr_metric = 0;
		return 0;
	case SIOCGIFTXQLEN:
		r->ifr_qlen = 1000;
		return 0;
	case SIOCGIFFLAGS:
		r->ifr_flags = (short)((i->up ? IFF_UP | IFF_RUNNING : 0) |
				       (i->loopback ? IFF_LOOPBACK : IFF_BROADCAST | IFF_MULTICAST));
		return 0;
	case SIOCGIFHWADDR:
		r->ifr_hwaddr.sa_family = i->loopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER;
		memset(r->ifr_hwaddr.sa_data, 0, sizeof r->ifr_hwaddr.sa_data);
		memcpy(r->ifr_hwaddr.sa_data, i->mac, 6);
		return 0;
	case SIOCGIFADDR:
	case SIOCGIFDSTADDR:
	case SIOCGIFNETMASK:
	case SIOCGIFBRDADDR:
		return address_answer(i, request, r);
	default:
		return -EOPNOTSUPP;
	}
}

/* SIOCGIFCONF: writes the IPv4 addresses of all interfaces. */
static long
list_ifaces(struct call *c)
{
	const struct core *core = c->recs->core;
	struct ifreq all[CORE_IFACES] = {0};
	struct ifconf conf = {0};
	size_t n = 0, len;
	int rc = caller_read(&c->caller, c->arg[2], &conf, sizeof conf);

	if (rc)
		return rc;
	for (unsigned i = 1; i < CORE_IFACES; i++) {
		if (!core->iface[i] || address_answer(core->iface[i], SIOCGIFADDR, &all[n]))
			continue;
		memcpy(all[n++].ifr_name, core->iface[i]->name, IFNAMSIZ);
	}
	len = n * sizeof all[0];
	if (conf.ifc_buf) {
		if (conf.ifc_len < 0)
			return -EINVAL;
		if ((size_t)conf.ifc_len < len)
			len = (size_t)conf.ifc_len / sizeof all[0] * sizeof all[0];
		rc = caller_write(&c->caller, (uint64_t)(uintptr_t)conf.ifc_buf, all, len);
	}
	conf.ifc_len = (int)len;
	return rc ? rc : caller_write(&c->caller, c->arg[2], &conf, sizeof conf);
}

static bool
is_change(unsigned long request)
{
	switch (request) {
	case SIOCSIFFLAGS:
	case SIOCSIFADDR:
	case SIOCSIFNETMASK:
	case SIOCSIFBRDADDR:
	case SIOCSIFDSTADDR:
	case SIOCSIFMTU:
	case SIOCSIFHWADDR:
	case SIOCSIFNAME:
	case SIOCADDRT:
	case SIOCDELRT:
		return true;
	default:
		return false;
	}
}

static long
about_iface(struct call *c, unsigned long request)
{
	const struct core *core = c->recs->core;
	struct ifreq r;
	const struct iface *i;
	int rc;

	if (request == SIOCGIFCONF)
		return list_ifaces(c);
	if (is_change(request))
		return -EPERM;
	rc = caller_read(&c->caller, c->arg[2], &r, sizeof r);
	if (rc)
		return rc;
	if (request == SIOCGIFNAME)
		i = r.ifr_ifindex > 0 && r.ifr_ifindex < CORE_IFACES ? core->iface[r.ifr_ifindex] : NULL;
	else
		i = iface_named(core, r.ifr_name);
	if (!i)
		return -ENODEV;
	rc = iface_answer(i, request, &r);
	return rc ? rc : caller_write(&c->caller, c->arg[2], &r, sizeof r);
}

/*
 * Counts what the program has written and the other side has not acknowledged: in the proxy socket,
 * and in the stack.
 */
static long
send_queue(struct call *c)
{
	int n = 0;

	if (c->rec->state == SOCKREC_LISTENING)
		return -EINVAL;
	if (c->rec->kind == SOCKREC_STREAM)
		n = pump_unread(stream_of(c->rec));
	else if (c->rec->our_end.fd >= 0)
		n = pump_unread_at(c->rec->our_end.fd);
	if (c->rec->sk)
		n += (int)sock_unacked(c->rec->sk);
	return caller_write(&c->caller, c->arg[2], &n, sizeof n);
}

/*
 * TUNSETIFF: refuses a device of the host's, unless the caller has a network namespace of its own
 * to put it in.
 */
static long
attach_tun(struct call *c)
{
	if (c->fd >= 0 && (!hostfd_kind(c->fd) || netns_own(c)))
		return CALL_CONTINUE;
	missing_report(c->recs, "TUN/TAP devices");
	return -EPERM;
}

long
call_ioctl(struct call *c)
{
	unsigned long request = (uint32_t)c->arg[1];

	switch (request) {
	case SIOCOUTQ:
		return c->rec ? send_queue(c) : CALL_CONTINUE;
	case SIOCATMARK: /* the proxy socket has the urgent mark */
		return CALL_CONTINUE;
	/* Who gets SIGIO and SIGURG is a property of the file, which is the kernel's. */
	case FIOSETOWN:
	case SIOCSPGRP:
	case FIOGETOWN:
	case SIOCGPGRP:
		return CALL_CONTINUE;
	case TUNSETIFF:
		return attach_tun(c);
	default:
		if (!c->rec && netns_own(c))
			return CALL_CONTINUE;
		/*
		 * Sockets of any family answer questions about interfaces. On other files the
		 * numbers have other meanings.
		 */
		return c->rec || call_on_socket(c) ? about_iface(c, request) : CALL_CONTINUE;
	}
}
