/*
 * core/pmtu.c - what "packet too big" taught of the way to each destination (RFC 1191, RFC 8201).
 *
 * Bounded: the oldest lesson makes room. Lessons are forgotten after ten minutes, so that a path
 * that grew is found out.
 */
#include "base/table.h"
#include "core/internal.h"

#include <stdlib.h>

enum { PMTU_MAX = 4096, PMTU_MIN4 = 576, PMTU_MIN6 = 1280 };

static const nsec_t PMTU_AGE = 600 * SEC; /* RFC 8201, 4; RFC 1191, 6.3 */

struct lesson {
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
	struct timer timer; /* armed for the oldest */
};

static bool
is_dst(const struct table_node *node, const void *key)
{
	return ipaddr_eq(&container_of(node, struct lesson, node)->dst, key);
}

static struct lesson *
find(const struct pmtu *pmtu, const struct ipaddr *dst)
{
	struct table_node *n = table_find(&pmtu->table, table_hash(&pmtu->table, dst->w, 2), dst, is_dst);

	return n ? container_of(n, struct lesson, node) : NULL;
}

static void
forget(struct pmtu *pmtu, struct lesson *l)
{
	table_remove(&pmtu->table, &l->node);
	list_del(&l->age);
	free(l);
}

static void
lesson_outdated(struct timer *t)
{
	struct pmtu *pmtu = container_of(t, struct pmtu, timer);
	struct lesson *l;

	while ((l = list_first(&pmtu->age, struct lesson, age)) && l->until <= pmtu->core->now)
		forget(pmtu, l);
	if (l)
		timer_arm(pmtu->core->wheel, t, l->until);
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
	timer_init(&pmtu->timer, lesson_outdated);
	if (table_init(&pmtu->table, &core->secret) < 0) {
		free(pmtu);
		return NULL;
	}
	return pmtu;
}

void
pmtu_free(struct pmtu *pmtu)
{
	struct lesson *l;

	while ((l = list_first(&pmtu->age, struct lesson, age)))
		forget(pmtu, l);
	timer_cancel(pmtu->core->wheel, &pmtu->timer);
	table_fini(&pmtu->table);
	free(pmtu);
}

uint32_t
pmtu_find(const struct pmtu *pmtu, const struct ipaddr *dst)
{
	const struct lesson *l;

	if (pmtu->table.count == 0)
		return 0;
	l = find(pmtu, dst);
	return l ? l->mtu : 0;
}

bool
route_learn_mtu(struct core *core, const struct ipaddr *dst, uint32_t mtu)
{
	struct pmtu *pmtu = core->pmtu;
	struct lesson *l = find(pmtu, dst);
	uint32_t least = ipaddr_is4(dst) ? PMTU_MIN4 : PMTU_MIN6;

	if (mtu < least)
		mtu = least;
	if (l && mtu >= l->mtu)
		return false; /* it can only shrink: growth is found by forgetting (RFC 8201, 4) */
	if (!l) {
		if (pmtu->table.count == PMTU_MAX)
			forget(pmtu, list_first(&pmtu->age, struct lesson, age));
		l = calloc(1, sizeof *l);
		if (!l)
			return false;
		l->dst = *dst;
		list_init(&l->age);
		table_insert(&pmtu->table, &l->node, table_hash(&pmtu->table, dst->w, 2));
	}
	l->mtu = mtu;
	l->until = nsec_add(core->now, PMTU_AGE);
	list_del(&l->age);
	list_push(&pmtu->age, &l->age);
	if (!timer_armed(&pmtu->timer))
		timer_arm(core->wheel, &pmtu->timer, l->until);
	routes_changed(core);
	return true;
}

void
route_forget_mtu(struct core *core, const struct ipaddr *dst)
{
	struct lesson *l = find(core->pmtu, dst);

	if (!l)
		return;
	forget(core->pmtu, l); /* the timer finds nothing or a younger one when it fires */
	routes_changed(core);
}
