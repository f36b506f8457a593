/*
 * udp/groups.c - the groups that an end has joined, and the sources that it takes in each (RFC
 * 3376, 2; RFC 3678).
 *
 * A membership takes all sources except those listed, or only those listed. The interface filters
 * by included sources; excluded ones are filtered here.
 */
#include "udp/end.h"

#include "core/core.h"

#include <stdlib.h>
#include <string.h>

/* Linux's igmp_max_msf and mld_max_msf. */
enum { SOURCES4 = 10, SOURCES6 = 64 };

/*
 * Finds the interface of a group: the one that is asked for, the one that the routes say, or the
 * first that could have it.
 */
static struct iface *
group_iface(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex)
{
	struct core *core = e->udp->core;
	struct path path;

	if (ifindex)
		return ifindex < CORE_IFACES ? core->iface[ifindex] : NULL;
	if (route_find(core, group, NULL, 0, &path) == 0)
		return path.iface;
	for (unsigned i = 1; i < CORE_IFACES; i++)
		if (core->iface[i] && !core->iface[i]->loopback)
			return core->iface[i];
	return core->iface[1];
}

static struct udp_group *
find_group(const struct udp_end *e, const struct ipaddr *group, uint32_t ifindex)
{
	for (unsigned i = 0; i < e->ngroup; i++)
		if (ipaddr_eq(&e->group[i].addr, group) && e->group[i].ifindex == ifindex)
			return (struct udp_group *)&e->group[i];
	return NULL;
}

/*
 * Finds the membership of @group on its interface. Returns 0, -LEAT_EINVAL, -LEAT_ENODEV, or @none
 * if the end has not joined.
 */
static int
look_up(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex, int none, struct udp_group **out)
{
	struct iface *iface = group_iface(e, group, ifindex);

	if (!ipaddr_is_multicast(group))
		return -LEAT_EINVAL;
	if (!iface)
		return -LEAT_ENODEV;
	*out = find_group(e, group, iface->index);
	return *out ? 0 : none;
}

/* Withdraws what @g asks of the interface. */
static void
unwant(const struct udp_end *e, const struct udp_group *g)
{
	struct iface *iface = e->udp->core->iface[g->ifindex];

	if (!g->include)
		iface_leave(iface, &g->addr);
	for (unsigned i = 0; g->include && i < g->nsource; i++)
		iface_leave_source(iface, &g->addr, &g->source[i]);
}

/*
 * Asks the interface for the group and sources of @g. Returns 0, or -LEAT_ENOBUFS with nothing
 * changed.
 */
static int
want(const struct udp_end *e, const struct udp_group *g)
{
	struct iface *iface = e->udp->core->iface[g->ifindex];
	struct udp_group done = *g;
	int err;

	if (!g->include)
		return iface_join(iface, &g->addr);
	for (done.nsource = 0; done.nsource < g->nsource; done.nsource++) {
		err = iface_join_source(iface, &g->addr, &g->source[done.nsource]);
		if (err) {
			unwant(e, &done);
			return err;
		}
	}
	return 0;
}

/* Replaces @g by @now. Only the difference is reported to the network. */
static int
replace(struct udp_end *e, struct udp_group *g, const struct udp_group *now)
{
	int err = want(e, now);

	if (err)
		return err;
	unwant(e, g);
	free(g->source);
	*g = *now;
	return 0;
}

static int
join(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex, bool include)
{
	struct iface *iface = group_iface(e, group, ifindex);
	struct udp_group g = {.addr = *group, .include = include};
	int err;

	if (!ipaddr_is_multicast(group))
		return -LEAT_EINVAL;
	if (!iface)
		return -LEAT_ENODEV;
	if (find_group(e, group, iface->index))
		return -LEAT_EADDRINUSE;
	if (e->ngroup == UDP_GROUPS)
		return -LEAT_ENOBUFS;
	g.ifindex = iface->index;
	err = want(e, &g);
	if (err)
		return err;
	e->group[e->ngroup++] = g;
	return 0;
}

int
udp_join(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex)
{
	return join(e, group, ifindex, false);
}

int
udp_leave(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex)
{
	struct iface *iface = group_iface(e, group, ifindex);
	struct udp_group *g;

	if (!iface)
		return -LEAT_ENODEV;
	g = find_group(e, group, iface->index);
	if (!g)
		return -LEAT_EADDRNOTAVAIL;
	unwant(e, g);
	free(g->source);
	*g = e->group[--e->ngroup];
	return 0;
}

static bool
lists(const struct udp_group *g, const struct ipaddr *source, unsigned *at)
{
	for (*at = 0; *at < g->nsource; ++*at)
		if (ipaddr_eq(&g->source[*at], source))
			return true;
	return false;
}

/* Returns a list with room for @room sources and the first @n of @source; NULL without memory. */
static struct ipaddr *
list_of(const struct ipaddr *source, unsigned n, unsigned room)
{
	struct ipaddr *list = calloc(room, sizeof *list);

	if (list && n)
		memcpy(list, source, n * sizeof *list);
	return list;
}

/* Gives @g the list of @n sources, and takes over the memory of @list. */
static int
set_list(struct udp_end *e, struct udp_group *g, bool include, struct ipaddr *list, unsigned n)
{
	struct udp_group now = *g;
	int err;

	now.include = include;
	now.source = list;
	now.nsource = (uint8_t)n;
	err = replace(e, g, &now);
	if (err)
		free(list);
	return err;
}

static unsigned
most_sources(const struct udp_group *g)
{
	return ipaddr_is4(&g->addr) ? SOURCES4 : SOURCES6;
}

static int
add_source(struct udp_end *e, struct udp_group *g, const struct ipaddr *source, bool include)
{
	unsigned n = g->nsource;
	struct ipaddr *list = n < most_sources(g) ? list_of(g->source, n, n + 1) : NULL;

	if (!list)
		return -LEAT_ENOBUFS;
	list[n] = *source;
	return set_list(e, g, include, list, n + 1);
}

/*
 * A filter keeps its mode until the group is left. A membership without a filter may change its
 * mode.
 */
static int
take_mode(struct udp_end *e, struct udp_group *g, bool include)
{
	if (g->include == include)
		return 0;
	return g->source ? -LEAT_EINVAL : set_list(e, g, include, NULL, 0);
}

int
udp_add_source(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex, const struct ipaddr *source,
    bool include)
{
	struct udp_group *g;
	unsigned at;
	int err = include ? join(e, group, ifindex, true) : 0;

	if (err && err != -LEAT_EADDRINUSE)
		return err;
	err = look_up(e, group, ifindex, -LEAT_EINVAL, &g);
	if (!err)
		err = take_mode(e, g, include);
	if (err)
		return err;
	if (lists(g, source, &at))
		return -LEAT_EADDRNOTAVAIL; /* as on Linux */
	return add_source(e, g, source, include);
}

int
udp_drop_source(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex, const struct ipaddr *source,
    bool include)
{
	struct udp_group *g;
	struct ipaddr *list;
	unsigned at;
	int err = look_up(e, group, ifindex, -LEAT_EINVAL, &g);

	if (!err)
		err = take_mode(e, g, include);
	if (err)
		return err;
	if (!lists(g, source, &at))
		return -LEAT_EADDRNOTAVAIL;
	if (include && g->nsource == 1) /* no source is left */
		return udp_leave(e, group, ifindex);
	list = list_of(g->source, g->nsource, g->nsource);
	if (!list)
		return -LEAT_ENOBUFS;
	list[at] = list[g->nsource - 1u];
	return set_list(e, g, include, list, g->nsource - 1u);
}

int
udp_set_filter(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex, const struct udp_filter *f)
{
	struct udp_group *g;
	struct ipaddr *list;
	int err = look_up(e, group, ifindex, -LEAT_EINVAL, &g);

	if (f->include && !f->nsource && err != -LEAT_ENODEV && ipaddr_is_multicast(group))
		return udp_leave(e, group, ifindex);
	if (err)
		return err;
	if (f->nsource > most_sources(g))
		return -LEAT_ENOBUFS;
	list = f->nsource ? list_of(f->source, f->nsource, f->nsource) : NULL;
	if (f->nsource && !list)
		return -LEAT_ENOBUFS;
	return set_list(e, g, f->include, list, f->nsource);
}

int
udp_get_filter(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex, struct udp_filter *out)
{
	struct udp_group *g;
	int err = look_up(e, group, ifindex, -LEAT_EADDRNOTAVAIL, &g);

	if (!err)
		*out = (struct udp_filter){g->include, g->nsource, g->source};
	return err;
}

bool
udp_takes_from(const struct udp_end *e, const struct udp_flow *f)
{
	const struct udp_group *g;
	unsigned at;

	if (!ipaddr_is_multicast(&f->local.addr))
		return true;
	g = f->iface ? find_group(e, &f->local.addr, f->iface->index) : NULL;
	if (!g)
		return e->opts.mcast_all;
	return lists(g, &f->remote.addr, &at) == g->include;
}
