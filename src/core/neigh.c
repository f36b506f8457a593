/*
 * core/neigh.c - the states of a neighbour (RFC 4861, 7.3.2), for ARP and neighbour discovery
 * alike.
 *
 * Each entry has a timer in the wheel, so the table (neigh_table.c) is never walked.
 */
#include "core/neigh.h"

#include "core/internal.h"
#include "core/neigh_impl.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

enum {
	NEIGH_WAITING = 101, /* packets that wait for one neighbour, as in Linux's unres_qlen */
	NEIGH_WAITING_OCTETS = 256 * 1024,
	NEIGH_SOLICITS = 3 /* MAX_MULTICAST_SOLICIT and MAX_UNICAST_SOLICIT, RFC 4861, 10 */
};

static const nsec_t RETRANS_TIME = 1 * SEC; /* RETRANS_TIMER, RFC 4861, 10 */
static const nsec_t REACHABLE_TIME = 30 * SEC;
static const nsec_t DELAY_FIRST_PROBE_TIME = 5 * SEC;
static const nsec_t FAILED_TIME = 60 * SEC; /* how long a failed entry is kept for listings */

static void
arm(struct neigh *n, nsec_t after)
{
	struct core *core = n->iface->core;

	timer_arm(core->wheel, &n->timer, nsec_add(core->now, after));
}

static void
solicit(struct neigh *n, const uint8_t *mac)
{
	struct neigh_table *t = neigh_table_of(n);
	unsigned f = ipaddr_is4(&n->addr) ? 0 : 1;

	n->tries++;
	arm(n, RETRANS_TIME);
	if (t->family[f].ops)
		t->family[f].ops->solicit(t->family[f].self, n->iface, &n->addr, mac);
}

/*
 * Marks the neighbour as reachable. Proof of reachability lasts for 0.5 to 1.5 times the base time
 * (RFC 4861, 6.3.2).
 */
static void
prove(struct neigh *n)
{
	struct core *core = n->iface->core;

	n->confirmed = core->now;
	if (n->state != NEIGH_REACHABLE) {
		n->reachable = REACHABLE_TIME / 2 + (nsec_t)rng_below(&core->rng, (uint64_t)REACHABLE_TIME);
		neigh_enter(n, NEIGH_REACHABLE);
	}
	arm(n, n->reachable);
}

/*
 * Notifies the transport that sent @p that the packet cannot be delivered. The data of @p begins at
 * the network header. If the packet was being forwarded, its sender gets an ICMP error.
 */
static void
notify_sender(struct core *core, struct pkt *p, uint32_t ifindex)
{
	struct net_error e = {
	    .kind = NET_ERROR_SOFT, .error = LEAT_EHOSTUNREACH, .own = true, .ifindex = ifindex};
	const uint8_t *h = p->data;
	struct ip_rx rx = {0};
	uint32_t skip;

	if (ip4_version(h) == 4) {
		e.local = ip4_src(h);
		e.remote = ip4_dst(h);
		e.proto = ip4_proto(h);
		rx.ttl = ip4_ttl(h);
		skip = ip4_hdr_len(h);
		if (ip4_frag_offset(h))
			return;
	} else {
		e.local = ip6_src(h);
		e.remote = ip6_dst(h);
		e.proto = ip6_next(h);
		rx.ttl = ip6_hops(h);
		e.v6 = 1;
		skip = IP6_HDR_LEN;
		if (e.proto == IP_PROTO_FRAGMENT) {
			if (!pkt_need(p, skip + IP6_FRAG_LEN) || ip6_frag_offset(p->data + skip))
				return;
			e.proto = p->data[skip + IP6_FRAG_NEXT];
			skip += IP6_FRAG_LEN;
		}
	}
	e.reporter = e.local;
	/* a foreign source: the packet was being forwarded */
	if (!core->transparent && !iface_of_addr(core, &e.local)) {
		rx.src = e.local;
		rx.dst = e.remote;
		rx.proto = e.proto;
		rx.iface = core->iface[p->ifindex];
		p->l3 = p->data;
		core_refuse(core, p, &rx, LEAT_EHOSTUNREACH);
		return;
	}
	if (!pkt_need(p, p->len < skip + 64 ? p->len : skip + 64) || p->linear < skip + 8)
		return;
	e.quoted = p->data + skip;
	e.quoted_len = (uint16_t)(p->linear - skip < 64 ? p->linear - skip : 64);
	core_error(core, &e);
}

static void
fail(struct neigh *n)
{
	struct core *core = n->iface->core;
	uint32_t ifindex = n->iface->index;
	struct pkt_queue waiting;
	struct pkt *p;

	pkt_queue_init(&waiting);
	while ((p = pkt_queue_pop(&n->waiting)))
		pkt_queue_push(&waiting, p);
	neigh_enter(n, NEIGH_FAILED);
	arm(n, FAILED_TIME);
	/* From here on @n may change or be freed: a notified transport may send again. */
	while ((p = pkt_queue_pop(&waiting))) {
		notify_sender(core, p, ifindex);
		pkt_drop(core, p, DROP_NEIGH_FAILED);
	}
}

/*
 * Starts probing the neighbour (RFC 4861, 7.3.3). If a transport doubts it, the probes after the
 * first go to all hosts. So a neighbour that has a new link address is found without declaring it
 * failed first (RFC 7048, 3).
 */
static void
probe(struct neigh *n, bool doubted)
{
	neigh_enter(n, NEIGH_PROBE);
	n->doubted = doubted;
	n->tries = 0;
	solicit(n, n->mac);
}

void
neigh_timer(struct timer *timer)
{
	struct neigh *n = container_of(timer, struct neigh, timer);

	switch ((enum neigh_state)n->state) {
	case NEIGH_INCOMPLETE:
		if (n->tries < NEIGH_SOLICITS)
			solicit(n, NULL);
		else
			fail(n);
		return;
	case NEIGH_REACHABLE:
		if (n->iface->core->now - n->confirmed < n->reachable)
			timer_arm(n->iface->core->wheel, timer, n->confirmed + n->reachable);
		else
			neigh_enter(n, NEIGH_STALE);
		return;
	case NEIGH_DELAY:
		probe(n, false);
		return;
	case NEIGH_PROBE:
		if (n->tries < NEIGH_SOLICITS)
			solicit(n, n->doubted ? NULL : n->mac);
		else
			fail(n);
		return;
	case NEIGH_FAILED:
		neigh_forget(n, DROP_NEIGH_FAILED);
		return;
	case NEIGH_NONE:
	case NEIGH_STALE:
	case NEIGH_PERMANENT:
		return;
	}
}

/*
 * Queues @pkt until the neighbour answers. Drops the oldest packets if there are too many (RFC
 * 4861, 7.2.2).
 */
static void
wait_for(struct neigh *n, struct pkt *pkt)
{
	struct core *core = n->iface->core;

	pkt_queue_push(&n->waiting, pkt);
	while (n->waiting.count > NEIGH_WAITING ||
	       (n->waiting.octets > NEIGH_WAITING_OCTETS && n->waiting.count > 1))
		pkt_drop(core, pkt_queue_pop(&n->waiting), DROP_NEIGH_QUEUE);
}

static void
resolve(struct neigh *n)
{
	n->tries = 0;
	neigh_enter(n, NEIGH_INCOMPLETE);
	solicit(n, NULL);
}

void
neigh_output(struct iface *iface, struct pkt *pkt, const struct ipaddr *next_hop)
{
	struct neigh *n = neigh_find(iface, next_hop);

	if (!n)
		n = neigh_create(iface, next_hop, true);
	if (!n) {
		pkt_drop(iface->core, pkt, DROP_NEIGH_TABLE_FULL);
		return;
	}
	n->ours = true;
	switch ((enum neigh_state)n->state) {
	case NEIGH_NONE:
	case NEIGH_FAILED:
		wait_for(n, pkt);
		resolve(n);
		return;
	case NEIGH_INCOMPLETE:
		wait_for(n, pkt);
		return;
	case NEIGH_STALE:
		neigh_enter(n, NEIGH_DELAY);
		arm(n, DELAY_FIRST_PROBE_TIME);
		break;
	case NEIGH_REACHABLE:
	case NEIGH_DELAY:
	case NEIGH_PROBE:
		if (neigh_table_of(n)->lru[GROUP_OURS].prev != &n->lru)
			neigh_touch(n);
		break;
	case NEIGH_PERMANENT:
		break;
	}
	iface->link->output_to(iface, pkt, n->mac);
}

/* Sends the packets that waited for the link address, in order. */
static void
release(struct neigh *n)
{
	struct iface *iface = n->iface;
	struct pkt *p;

	while ((p = pkt_queue_pop(&n->waiting)))
		iface->link->output_to(iface, p, n->mac);
}

static void
become_stale(struct neigh *n)
{
	timer_cancel(n->iface->core->wheel, &n->timer);
	neigh_enter(n, NEIGH_STALE);
}

/* Stores the first link address of an entry (RFC 4861, 7.2.5, and 7.2.3 for solicitations). */
static void
learn(struct neigh *n, const struct neigh_event *event)
{
	bool waited = n->waiting.count > 0;

	memcpy(n->mac, event->mac, sizeof n->mac);
	if (event->solicited) {
		prove(n);
	} else if (waited) { /* packets are sent to it at once, so STALE would end immediately */
		neigh_enter(n, NEIGH_DELAY);
		arm(n, DELAY_FIRST_PROBE_TIME);
	} else {
		become_stale(n);
	}
	release(n);
}

bool
neigh_heard(struct iface *iface, const struct neigh_event *event)
{
	struct neigh *n = neigh_find(iface, &event->addr);
	bool same;

	if (!n) {
		n = event->create ? neigh_create(iface, &event->addr, false) : NULL;
		if (!n)
			return false;
	}
	switch ((enum neigh_state)n->state) {
	case NEIGH_NONE:
	case NEIGH_INCOMPLETE:
	case NEIGH_FAILED:
		learn(n, event);
		return true;
	case NEIGH_PERMANENT:
		return true;
	case NEIGH_REACHABLE:
	case NEIGH_STALE:
	case NEIGH_DELAY:
	case NEIGH_PROBE:
		break;
	}
	same = memcmp(n->mac, event->mac, sizeof n->mac) == 0;
	if (!same && !event->override) {
		if (n->state == NEIGH_REACHABLE)
			become_stale(n);
		return true;
	}
	memcpy(n->mac, event->mac, sizeof n->mac);
	if (event->solicited)
		prove(n);
	else if (!same)
		become_stale(n);
	return true;
}

void
neigh_confirm(struct iface *iface, const struct ipaddr *addr)
{
	struct neigh *n = neigh_find(iface, addr);

	if (!n)
		return;
	if (n->state == NEIGH_REACHABLE)
		n->confirmed = iface->core->now; /* the timer checks this again when it fires */
	else if (n->state == NEIGH_STALE || n->state == NEIGH_DELAY || n->state == NEIGH_PROBE)
		prove(n);
}

void
neigh_doubt(struct iface *iface, const struct ipaddr *addr)
{
	struct neigh *n = neigh_find(iface, addr);

	if (!n || (n->confirmed && iface->core->now - n->confirmed < RETRANS_TIME))
		return;
	if (n->state == NEIGH_REACHABLE || n->state == NEIGH_STALE || n->state == NEIGH_DELAY)
		probe(n, true);
	else if (n->state == NEIGH_PROBE)
		n->doubted = true;
}

int
neigh_set_permanent(struct iface *iface, const struct ipaddr *addr, const uint8_t mac[6])
{
	struct neigh *n = neigh_find(iface, addr);

	if (!n)
		n = neigh_create(iface, addr, true);
	if (!n)
		return -LEAT_ENOSPC;
	memcpy(n->mac, mac, sizeof n->mac);
	timer_cancel(iface->core->wheel, &n->timer);
	neigh_enter(n, NEIGH_PERMANENT);
	release(n);
	return 0;
}
