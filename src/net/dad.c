/*
 * net/dad.c - duplicate address detection: for IPv4 by RFC 5227, for IPv6 by RFC 4862, 5.4. Both
 * ask a few times. If no one answers, the address is used and announced.
 */
#include "net/internal.h"

#include <stdlib.h>

enum {
	ARP_PROBES = 3,
	ARP_ANNOUNCEMENTS = 2 /* RFC 5227, 1.1 */,
	NDP_PROBES = 1 /* DupAddrDetectTransmits */
};

static const nsec_t PROBE_WAIT = 1 * SEC; /* RFC 5227, 1.1; MAX_RTR_SOLICITATION_DELAY of RFC 4861, 10 */
static const nsec_t PROBE_MIN = 1 * SEC, PROBE_SPREAD = 1 * SEC;
static const nsec_t ANNOUNCE_WAIT = 2 * SEC, ANNOUNCE_INTERVAL = 2 * SEC;
static const nsec_t NDP_RETRANS = 1 * SEC; /* RETRANS_TIMER, RFC 4861, 10 */

struct dad {
	struct list node;
	struct net *net;
	struct iface *iface;
	struct ipaddr addr;
	uint8_t probes, announcements; /* how many are still to be sent */
	struct timer timer;
};

static void
dad_end(struct dad *d)
{
	timer_cancel(d->net->core->wheel, &d->timer);
	list_del(&d->node);
	free(d);
}

static void
arm(struct dad *d, nsec_t after)
{
	timer_arm(d->net->core->wheel, &d->timer, nsec_add(d->net->core->now, after));
}

static nsec_t
spread(struct dad *d, nsec_t over)
{
	return (nsec_t)rng_below(&d->net->core->rng, (uint64_t)over);
}

static void
probe(struct dad *d)
{
	d->probes--;
	if (!ipaddr_is4(&d->addr)) {
		ndp_probe(d->iface, &d->addr);
		arm(d, NDP_RETRANS);
		return;
	}
	arp_probe(d->iface, &d->addr);
	arm(d, d->probes ? PROBE_MIN + spread(d, PROBE_SPREAD) : ANNOUNCE_WAIT);
}

static void
announce(struct dad *d)
{
	d->announcements--;
	if (ipaddr_is4(&d->addr))
		arp_announce(d->iface, &d->addr);
	else
		ndp_announce(d->iface, &d->addr);
	if (d->announcements)
		arm(d, ANNOUNCE_INTERVAL);
	else
		dad_end(d);
}

static void
dad_timer(struct timer *t)
{
	struct dad *d = container_of(t, struct dad, timer);
	struct iface_addr *a = iface_addr_find(d->iface, &d->addr);

	if (!a || a->state == ADDR_DUPLICATE) {
		dad_end(d);
		return;
	}
	if (d->probes) {
		probe(d);
		return;
	}
	if (a->state == ADDR_TENTATIVE)
		iface_addr_set_state(d->iface, a, ADDR_PREFERRED);
	announce(d);
}

void
dad_start(struct net *net, struct iface *iface, const struct ipaddr *addr)
{
	struct dad *d = calloc(1, sizeof *d);
	bool v4 = ipaddr_is4(addr);

	if (!d) /* the address stays tentative: an unused address is better than one that two hosts use */
		return;
	d->net = net;
	d->iface = iface;
	d->addr = *addr;
	d->probes = v4 ? ARP_PROBES : NDP_PROBES;
	d->announcements = v4 ? ARP_ANNOUNCEMENTS : 1;
	timer_init(&d->timer, dad_timer);
	list_push(&net->dad, &d->node);
	arm(d, spread(d, PROBE_WAIT));
}

void
dad_conflict(struct net *net, struct iface *iface, struct iface_addr *entry)
{
	list_each_safe(n, &net->dad) {
		struct dad *d = container_of(n, struct dad, node);

		if (d->iface == iface && ipaddr_eq(&d->addr, &entry->addr))
			dad_end(d);
	}
	iface_addr_set_state(iface, entry, ADDR_DUPLICATE);
}

void
dad_free(struct net *net)
{
	struct dad *d;

	while ((d = list_first(&net->dad, struct dad, node)))
		dad_end(d);
}
