/*
 * core/neigh.c - the neighbour table: one state machine (RFC 4861, 7.3.2) for ARP and neighbour discovery.
 *
 * An entry is found by hash. Its timer is in the wheel, so nothing ever walks the table. Every entry is on one of three
 * lists, least recently used first, which say who goes when the table is full: entries that a stranger's request made, then those
 * that nobody has answered for, then our own. The unanswered may fill half the table at most, so that a scan of a large
 * subnet does not push out neighbours that are there (RFC 6583, 6.2).
 */
#include "core/neigh.h"

#include "base/table.h"
#include "core/internal.h"
#include "pkt/queue.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

#include <stdlib.h>

enum {
	NEIGH_MAX = 1024,
	NEIGH_UNRESOLVED_MAX = NEIGH_MAX / 2,
	NEIGH_WAITING = 101, /* packets that wait for one neighbour: Linux's unres_qlen */
	NEIGH_WAITING_OCTETS = 256 * 1024,
	NEIGH_SOLICITS = 3 /* MAX_MULTICAST_SOLICIT and MAX_UNICAST_SOLICIT, RFC 4861, 10 */
};

static const nsec_t RETRANS_TIME = 1 * SEC; /* RETRANS_TIMER, RFC 4861, 10 */
static const nsec_t REACHABLE_TIME = 30 * SEC;
static const nsec_t DELAY_FIRST_PROBE_TIME = 5 * SEC;
static const nsec_t FAILED_TIME = 60 * SEC; /* how long a failure stays to be seen */

enum group { GROUP_STRANGER, GROUP_UNRESOLVED, GROUP_OURS, GROUPS };

struct neigh {
	struct table_node node;
	struct list lru; /* of its group */
	struct iface *iface;
	struct ipaddr addr;
	uint8_t mac[6];
	uint8_t state; /* enum neigh_state */
	uint8_t group; /* enum group */
	bool ours;     /* we had something to send to it */
	uint8_t tries;
	nsec_t updated;
	nsec_t confirmed; /* last proof that it is reachable */
	nsec_t reachable; /* how long that proof holds */
	struct timer timer;
	struct pkt_queue waiting;
};

struct neigh_table {
	struct core *core;
	struct table table;
	struct list lru[GROUPS];
	uint32_t unresolved;
	struct {
		const struct neigh_ops *ops;
		void *self;
	} family[2];
};

struct key {
	struct iface *iface;
	const struct ipaddr *addr;
};

static struct neigh_table *
table_of(const struct neigh *n)
{
	return n->iface->core->neigh;
}

static bool
is_neighbour(const struct table_node *node, const void *key)
{
	const struct neigh *n = container_of(node, struct neigh, node);
	const struct key *k = key;

	return n->iface == k->iface && ipaddr_eq(&n->addr, k->addr);
}

static uint64_t
hash_of(const struct neigh_table *t, const struct iface *iface, const struct ipaddr *addr)
{
	const uint64_t words[3] = {addr->w[0], addr->w[1], iface->index};

	return table_hash(&t->table, words, 3);
}

static struct neigh *
find(struct iface *iface, const struct ipaddr *addr)
{
	const struct neigh_table *t = iface->core->neigh;
	const struct key key = {iface, addr};
	struct table_node *n = table_find(&t->table, hash_of(t, iface, addr), &key, is_neighbour);

	return n ? container_of(n, struct neigh, node) : NULL;
}

/* To the end of the list that it belongs on: it was just used. */
static void
touch(struct neigh *n)
{
	struct neigh_table *t = table_of(n);
	enum group g = n->ours ? GROUP_OURS : GROUP_STRANGER;

	if (n->state == NEIGH_INCOMPLETE || n->state == NEIGH_FAILED)
		g = GROUP_UNRESOLVED;
	t->unresolved -= n->group == GROUP_UNRESOLVED;
	t->unresolved += g == GROUP_UNRESOLVED;
	n->group = (uint8_t)g;
	list_del(&n->lru);
	if (n->state != NEIGH_PERMANENT)
		list_push(&t->lru[g], &n->lru);
}

static void
enter(struct neigh *n, enum neigh_state state)
{
	struct core *core = n->iface->core;
	enum neigh_state from = n->state;

	n->state = (uint8_t)state;
	n->updated = core->now;
	touch(n);
	if (from != state && sink_wants(core->sink, EVENT_NEIGH)) {
		struct event e = {.kind = EVENT_NEIGH};

		e.neigh.ifindex = n->iface->index;
		e.neigh.addr = n->addr;
		e.neigh.from = (uint8_t)from;
		e.neigh.to = (uint8_t)state;
		core_emit(core, &e);
	}
}

/* Gone; what waits is dropped for @reason. */
static void
forget(struct neigh *n, enum drop_reason reason)
{
	struct neigh_table *t = table_of(n);
	struct pkt *p;

	while ((p = pkt_queue_pop(&n->waiting)))
		pkt_drop(t->core, p, reason);
	timer_cancel(t->core->wheel, &n->timer);
	enter(n, NEIGH_NONE);
	list_del(&n->lru);
	table_remove(&t->table, &n->node);
	free(n);
}

static void
make_room(struct neigh_table *t)
{
	if (t->unresolved >= NEIGH_UNRESOLVED_MAX)
		forget(list_first(&t->lru[GROUP_UNRESOLVED], struct neigh, lru), DROP_NEIGH_TABLE_FULL);
	for (unsigned g = 0; g < GROUPS && t->table.count >= NEIGH_MAX; g++)
		if (!list_empty(&t->lru[g]))
			forget(list_first(&t->lru[g], struct neigh, lru), DROP_NEIGH_TABLE_FULL);
}

static void
arm(struct neigh *n, nsec_t after)
{
	struct core *core = n->iface->core;

	timer_arm(core->wheel, &n->timer, nsec_add(core->now, after));
}

static void
solicit(struct neigh *n, const uint8_t *mac)
{
	struct neigh_table *t = table_of(n);
	unsigned f = ipaddr_is4(&n->addr) ? 0 : 1;

	n->tries++;
	arm(n, RETRANS_TIME);
	if (t->family[f].ops)
		t->family[f].ops->solicit(t->family[f].self, n->iface, &n->addr, mac);
}

/* Proof that it is there: for 0.5 to 1.5 times the base time (RFC 4861, 6.3.2). */
static void
prove(struct neigh *n)
{
	struct core *core = n->iface->core;

	n->confirmed = core->now;
	if (n->state != NEIGH_REACHABLE) {
		n->reachable = REACHABLE_TIME / 2 + (nsec_t)rng_below(&core->rng, (uint64_t)REACHABLE_TIME);
		enter(n, NEIGH_REACHABLE);
	}
	arm(n, n->reachable);
}

/* The transport that sent @p, whose data begins at the network header, is told that it goes nowhere. */
static void
tell_sender(struct core *core, struct pkt *p)
{
	struct net_error e = {.kind = NET_ERROR_SOFT, .error = LEAT_EHOSTUNREACH, .own = true};
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
	if (!core->transparent && !iface_of_addr(core, &e.local)) { /* not ours: it was being forwarded */
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
	struct pkt_queue waiting;
	struct pkt *p;

	pkt_queue_init(&waiting);
	while ((p = pkt_queue_pop(&n->waiting)))
		pkt_queue_push(&waiting, p);
	enter(n, NEIGH_FAILED);
	arm(n, FAILED_TIME);
	/* from here on @n may change or go: who is told may send again */
	while ((p = pkt_queue_pop(&waiting))) {
		tell_sender(core, p);
		pkt_drop(core, p, DROP_NEIGH_FAILED);
	}
}

static void
neighbour_timer(struct timer *timer)
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
			enter(n, NEIGH_STALE);
		return;
	case NEIGH_DELAY:
		enter(n, NEIGH_PROBE);
		n->tries = 0;
		solicit(n, n->mac);
		return;
	case NEIGH_PROBE:
		if (n->tries < NEIGH_SOLICITS)
			solicit(n, n->mac);
		else
			fail(n);
		return;
	case NEIGH_FAILED:
		forget(n, DROP_NEIGH_FAILED);
		return;
	case NEIGH_NONE:
	case NEIGH_STALE:
	case NEIGH_PERMANENT:
		return;
	}
}

static struct neigh *
create(struct iface *iface, const struct ipaddr *addr, bool ours)
{
	struct neigh_table *t = iface->core->neigh;
	struct neigh *n;

	make_room(t);
	if (t->table.count >= NEIGH_MAX) /* all of it fixed entries */
		return NULL;
	n = calloc(1, sizeof *n);
	if (!n)
		return NULL;
	n->iface = iface;
	n->addr = *addr;
	n->ours = ours;
	n->group = GROUP_STRANGER;
	list_init(&n->lru);
	timer_init(&n->timer, neighbour_timer);
	pkt_queue_init(&n->waiting);
	table_insert(&t->table, &n->node, hash_of(t, iface, addr));
	return n;
}

/* The oldest go when there are too many (RFC 4861, 7.2.2). */
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
	enter(n, NEIGH_INCOMPLETE);
	solicit(n, NULL);
}

void
neigh_output(struct iface *iface, struct pkt *pkt, const struct ipaddr *next_hop)
{
	struct neigh *n = find(iface, next_hop);

	if (!n)
		n = create(iface, next_hop, true);
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
		enter(n, NEIGH_DELAY);
		arm(n, DELAY_FIRST_PROBE_TIME);
		break;
	case NEIGH_REACHABLE:
	case NEIGH_DELAY:
	case NEIGH_PROBE:
		touch(n);
		break;
	case NEIGH_PERMANENT:
		break;
	}
	iface->link->output_to(iface, pkt, n->mac);
}

/* The link address is known now: what waited goes out, in order. */
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
	enter(n, NEIGH_STALE);
}

/* An entry without a link address gets its first (RFC 4861, 7.2.5, and 7.2.3 for solicitations). */
static void
learn(struct neigh *n, const struct neigh_news *news)
{
	bool waited = n->waiting.count > 0;

	memcpy(n->mac, news->mac, sizeof n->mac);
	if (news->solicited) {
		prove(n);
	} else if (waited) { /* it is used at once, so STALE would last no time */
		enter(n, NEIGH_DELAY);
		arm(n, DELAY_FIRST_PROBE_TIME);
	} else {
		become_stale(n);
	}
	release(n);
}

void
neigh_heard(struct iface *iface, const struct neigh_news *news)
{
	struct neigh *n = find(iface, &news->addr);
	bool same;

	if (!n) {
		n = news->create ? create(iface, &news->addr, false) : NULL;
		if (!n)
			return;
	}
	switch ((enum neigh_state)n->state) {
	case NEIGH_NONE:
	case NEIGH_INCOMPLETE:
	case NEIGH_FAILED:
		learn(n, news);
		return;
	case NEIGH_PERMANENT:
		return;
	case NEIGH_REACHABLE:
	case NEIGH_STALE:
	case NEIGH_DELAY:
	case NEIGH_PROBE:
		break;
	}
	same = memcmp(n->mac, news->mac, sizeof n->mac) == 0;
	if (!same && !news->override) {
		if (n->state == NEIGH_REACHABLE)
			become_stale(n);
		return;
	}
	memcpy(n->mac, news->mac, sizeof n->mac);
	if (news->solicited)
		prove(n);
	else if (!same)
		become_stale(n);
}

void
neigh_confirm(struct iface *iface, const struct ipaddr *addr)
{
	struct neigh *n = find(iface, addr);

	if (!n)
		return;
	if (n->state == NEIGH_REACHABLE)
		n->confirmed = iface->core->now; /* the timer looks again when it fires */
	else if (n->state == NEIGH_STALE || n->state == NEIGH_DELAY || n->state == NEIGH_PROBE)
		prove(n);
}

int
neigh_set_permanent(struct iface *iface, const struct ipaddr *addr, const uint8_t mac[6])
{
	struct neigh *n = find(iface, addr);

	if (!n)
		n = create(iface, addr, true);
	if (!n)
		return -LEAT_ENOSPC;
	memcpy(n->mac, mac, sizeof n->mac);
	timer_cancel(iface->core->wheel, &n->timer);
	enter(n, NEIGH_PERMANENT);
	release(n);
	return 0;
}

void
neigh_register(struct core *core, bool v6, const struct neigh_ops *ops, void *self)
{
	core->neigh->family[v6].ops = ops;
	core->neigh->family[v6].self = self;
}

struct neigh_table *
neigh_table_new(struct core *core)
{
	struct neigh_table *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->core = core;
	for (unsigned g = 0; g < GROUPS; g++)
		list_init(&t->lru[g]);
	if (table_init(&t->table, &core->secret) < 0) {
		free(t);
		return NULL;
	}
	return t;
}

static void
free_one(struct table_node *node, void *arg)
{
	struct neigh *n = container_of(node, struct neigh, node);
	struct neigh_table *t = arg;
	struct pkt *p;

	while ((p = pkt_queue_pop(&n->waiting)))
		pkt_free(p);
	timer_cancel(t->core->wheel, &n->timer);
	table_remove(&t->table, node);
	free(n);
}

void
neigh_table_free(struct neigh_table *t)
{
	table_each(&t->table, free_one, t);
	table_fini(&t->table);
	free(t);
}

struct walk {
	void (*fn)(const struct neigh_info *info, void *arg);
	void *arg;
};

static void
tell_one(struct table_node *node, void *arg)
{
	const struct neigh *n = container_of(node, struct neigh, node);
	const struct walk *w = arg;
	struct neigh_info info = {
	    .addr = n->addr,
	    .state = n->state,
	    .ifindex = n->iface->index,
	    .updated = n->updated,
	};

	memcpy(info.mac, n->mac, sizeof info.mac);
	w->fn(&info, w->arg);
}

void
neigh_each(struct core *core, void (*fn)(const struct neigh_info *info, void *arg), void *arg)
{
	struct walk w = {fn, arg};

	table_each(&core->neigh->table, tell_one, &w);
}

const char *
neigh_state_name(enum neigh_state state)
{
	static const char *const names[] = {
	    [NEIGH_NONE] = "NONE",
	    [NEIGH_INCOMPLETE] = "INCOMPLETE",
	    [NEIGH_REACHABLE] = "REACHABLE",
	    [NEIGH_STALE] = "STALE",
	    [NEIGH_DELAY] = "DELAY",
	    [NEIGH_PROBE] = "PROBE",
	    [NEIGH_FAILED] = "FAILED",
	    [NEIGH_PERMANENT] = "PERMANENT",
	};

	return names[state];
}
