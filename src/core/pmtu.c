/*
 * core/pmtu.c - the path MTUs learned from "packet too big" (RFC 1191, RFC 8201).
 *
 * The table is bounded: the oldest entry makes room. Entries are removed after ten minutes, so that
 * a path with a larger MTU is noticed.
 */
#include "base/table.h"
#include "core/internal.h"

#include <stdlib.h>

enum { PMTU_MAX = 4096, PMTU_MIN4 = 576, PMTU_MIN6 = 1280 };

static const nsec_t PMTU_AGE = 600 * SEC; /* RFC 8201, 4; RFC 1191, 6.3 */

struct pmtu_entry {
	struct table_node node;
	struct list age; /* oldest first */
	struct ipaddr dst;
	uint32_t mtu;
	nsec_t until;
};

struct pmtu {
	struct core *core;
	struct table table;
	struct list age;
	struct timer timer; /* armed for the oldest entry */
};

static bool
is_dst(const struct table_node *node, const void *key)
{
	return ipaddr_eq(&container_of(node, struct pmtu_entry, node)->dst, key);
}

static struct pmtu_entry *
find(const struct pmtu *pmtu, const struct ipaddr *dst)
{
	struct table_node *n = table_find(&pmtu->table, table_hash(&pmtu->table, dst->w, 2), dst, is_dst);

	return n ? container_of(n, struct pmtu_entry, node) : NULL;
}

static void
forget(struct pmtu *pmtu, struct pmtu_entry *e)
{
	table_remove(&pmtu->table, &e->node);
	list_del(&e->age);
	free(e);
}

static void
entries_expired(struct timer *t)
{
	struct pmtu *pmtu = container_of(t, struct pmtu, timer);
	struct pmtu_entry *e;

	while ((e = list_first(&pmtu->age, struct pmtu_entry, age)) && e->until <= pmtu->core->now)
		forget(pmtu, e);
	if (e)
		timer_arm(pmtu->core->wheel, t, e->until);
	routes_changed(pmtu->core);
}

struct pmtu *
pmtu_new(struct core *core)
{
	struct pmtu *pmtu = calloc(1, sizeof *pmtu);

	if (!pmtu)
		return NULL;
	pmtu->core = core;
	list_init(&pmtu->age);
	timer_init(&pmtu->timer, entries_expired);
	if (table_init(&pmtu->table, &core->secret) < 0) {
		free(pmtu);
		return NULL;
	}
	return pmtu;
}

void
pmtu_free(struct pmtu *pmtu)
{
	struct pmtu_entry *e;

	while ((e = list_first(&pmtu->age, struct pmtu_entry, age)))
		forget(pmtu, e);
	timer_cancel(pmtu->core->wheel, &pmtu->timer);
	table_fini(&pmtu->table);
	free(pmtu);
}

uint32_t
pmtu_find(const struct pmtu *pmtu, const struct ipaddr *dst)
{
	const struct pmtu_entry *e;

	if (pmtu->table.count == 0)
		return 0;
	e = find(pmtu, dst);
	return e ? e->mtu : 0;
}

bool
route_learn_mtu(struct core *core, const struct ipaddr *dst, uint32_t mtu)
{
	struct pmtu *pmtu = core->pmtu;
	struct pmtu_entry *e = find(pmtu, dst);
	uint32_t least = ipaddr_is4(dst) ? PMTU_MIN4 : PMTU_MIN6;

	if (mtu < least)
		mtu = least;
	if (e && mtu >= e->mtu)
		/*
		 * a learned MTU can only shrink; a larger one is found after the entry has expired
		 * (RFC 8201, 4)
		 */
		return false;
	if (!e) {
		if (pmtu->table.count == PMTU_MAX)
			forget(pmtu, list_first(&pmtu->age, struct pmtu_entry, age));
		e = calloc(1, sizeof *e);
		if (!e)
			return false;
		e->dst = *dst;
		list_init(&e->age);
		table_insert(&pmtu->table, &e->node, table_hash(&pmtu->table, dst->w, 2));
	}
	e->mtu = mtu;
	e->until = nsec_add(core->now, PMTU_AGE);
	list_del(&e->age);
	list_push(&pmtu->age, &e->age);
	if (!timer_armed(&pmtu->timer))
		timer_arm(core->wheel, &pmtu->timer, e->until);
	routes_changed(core);
	return true;
}

void
route_forget_mtu(struct core *core, const struct ipaddr *dst)
{
	struct pmtu_entry *e = find(core->pmtu, dst);

	if (!e)
		return;
	forget(core->pmtu, e); /* when the timer fires, it finds no entry or a younger one */
	routes_changed(core);
}
