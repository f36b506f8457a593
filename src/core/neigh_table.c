/*
 * core/neigh_table.c - keeps the entries of the neighbour table: found by hash, limited in number.
 *
 * Every entry is on one of three lists, least recently used first. When the table is full, entries
 * that a foreign request made are removed first, then entries that no one has answered for, then
 * entries that this host uses. Unanswered entries may fill at most half of the table, so a scan of
 * a large subnet does not remove neighbours that exist (RFC 6583, 6.2).
 */
#include "core/internal.h"
#include "core/neigh_impl.h"

#include <stdlib.h>

enum { NEIGH_MAX = 1024, NEIGH_UNRESOLVED_MAX = NEIGH_MAX / 2 };

struct key {
	struct iface *iface;
	const struct ipaddr *addr;
};

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

struct neigh *
neigh_look_up(struct iface *iface, const struct ipaddr *addr)
{
	struct neigh_table *t = iface->core->neigh;
	const struct key key = {iface, addr};
	struct table_node *n = table_find(&t->table, hash_of(t, iface, addr), &key, is_neighbour);

	if (n)
		t->last = container_of(n, struct neigh, node);
	return n ? t->last : NULL;
}

void
neigh_touch(struct neigh *n)
{
	struct neigh_table *t = neigh_table_of(n);
	enum neigh_group g = n->ours ? GROUP_OURS : GROUP_STRANGER;

	if (n->state == NEIGH_INCOMPLETE || n->state == NEIGH_FAILED)
		g = GROUP_UNRESOLVED;
	t->unresolved -= n->group == GROUP_UNRESOLVED;
	t->unresolved += g == GROUP_UNRESOLVED;
	n->group = (uint8_t)g;
	list_del(&n->lru);
	if (n->state != NEIGH_PERMANENT)
		list_push(&t->lru[g], &n->lru);
}

void
neigh_enter(struct neigh *n, enum neigh_state state)
{
	struct core *core = n->iface->core;
	enum neigh_state from = n->state;

	n->state = (uint8_t)state;
	n->updated = core->now;
	neigh_touch(n);
	if (from != state && sink_wants(core->sink, EVENT_NEIGH)) {
		struct event e = {.kind = EVENT_NEIGH};

		e.neigh.ifindex = n->iface->index;
		e.neigh.addr = n->addr;
		e.neigh.from = (uint8_t)from;
		e.neigh.to = (uint8_t)state;
		core_emit(core, &e);
	}
}

void
neigh_forget(struct neigh *n, enum drop_reason reason)
{
	struct neigh_table *t = neigh_table_of(n);
	struct pkt *p;

	while ((p = pkt_queue_pop(&n->waiting)))
		pkt_drop(t->core, p, reason);
	timer_cancel(t->core->wheel, &n->timer);
	neigh_enter(n, NEIGH_NONE);
	if (t->last == n)
		t->last = NULL;
	list_del(&n->lru);
	table_remove(&t->table, &n->node);
	free(n);
}

static void
make_room(struct neigh_table *t)
{
	if (t->unresolved >= NEIGH_UNRESOLVED_MAX)
		neigh_forget(list_first(&t->lru[GROUP_UNRESOLVED], struct neigh, lru), DROP_NEIGH_TABLE_FULL);
	for (unsigned g = 0; g < GROUPS && t->table.count >= NEIGH_MAX; g++)
		if (!list_empty(&t->lru[g]))
			neigh_forget(list_first(&t->lru[g], struct neigh, lru), DROP_NEIGH_TABLE_FULL);
}

struct neigh *
neigh_create(struct iface *iface, const struct ipaddr *addr, bool ours)
{
	struct neigh_table *t = iface->core->neigh;
	struct neigh *n;

	make_room(t);
	if (t->table.count >= NEIGH_MAX) /* all entries are permanent */
		return NULL;
	n = calloc(1, sizeof *n);
	if (!n)
		return NULL;
	n->iface = iface;
	n->addr = *addr;
	n->ours = ours;
	n->group = GROUP_STRANGER;
	list_init(&n->lru);
	timer_init(&n->timer, neigh_timer);
	pkt_queue_init(&n->waiting);
	table_insert(&t->table, &n->node, hash_of(t, iface, addr));
	return n;
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
visit_one(struct table_node *node, void *arg)
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

	table_each(&core->neigh->table, visit_one, &w);
}
