/*
 * udp/groups.c - the groups that an end has joined, and from which sources it takes what is sent to each (RFC 3376, 2; RFC 3678).
 *
 * A membership excludes the listed sources, or includes none but them. Reports to routers ask for every source: what is filtered is filtered here.
 */
#include "udp/end.h"

#include "core/core.h"

#include <stdlib.h>
#include <string.h>

/* Linux's igmp_max_msf and mld_max_msf. */
enum { SOURCES4 = 10, SOURCES6 = 64 };

/* The interface of a group: as asked, or the way to it, or the first that could have it. */
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

/* The membership of @group, with the interface that it is of. 0, or -LEAT_EINVAL, -LEAT_ENODEV, @none. */
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

static int
join(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex, bool include)
{
	struct iface *iface = group_iface(e, group, ifindex);
	int err;

	if (!ipaddr_is_multicast(group))
		return -LEAT_EINVAL;
	if (!iface)
		return -LEAT_ENODEV;
	if (find_group(e, group, iface->index))
		return -LEAT_EADDRINUSE;
	if (e->ngroup == UDP_GROUPS)
		return -LEAT_ENOBUFS;
	err = iface_join(iface, group);
	if (err)
		return err;
	e->group[e->ngroup++] =
	    (struct udp_group){.addr = *group, .ifindex = iface->index, .include = include};
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
	struct ipaddr left;
	struct udp_group *g;

	if (!iface)
		return -LEAT_ENODEV;
	g = find_group(e, group, iface->index);
	if (!g)
		return -LEAT_EADDRNOTAVAIL;
	left = g->addr; /* @group may be this very entry */
	free(g->source);
	*g = e->group[--e->ngroup];
	return iface_leave(iface, &left);
}

static bool
lists(const struct udp_group *g, const struct ipaddr *source, unsigned *at)
{
	for (*at = 0; *at < g->nsource; ++*at)
		if (ipaddr_eq(&g->source[*at], source))
			return true;
	return false;
}

static int
add_source(struct udp_group *g, const struct ipaddr *source)
{
	struct ipaddr *more;

	if (g->nsource == (ipaddr_is4(&g->addr) ? SOURCES4 : SOURCES6))
		return -LEAT_ENOBUFS;
	more = realloc(g->source, (g->nsource + 1u) * sizeof *more);
	if (!more)
		return -LEAT_ENOBUFS;
	more[g->nsource++] = *source;
	g->source = more;
	return 0;
}

/* A filter that has been set keeps its mode until the group is left. */
static int
take_mode(struct udp_group *g, bool include)
{
	if (g->source && g->include != include)
		return -LEAT_EINVAL;
	g->include = include;
	return 0;
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
		err = take_mode(g, include);
	if (err)
		return err;
	if (lists(g, source, &at))
		return -LEAT_EADDRNOTAVAIL; /* Linux's word for it */
	return add_source(g, source);
}

int
udp_drop_source(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex, const struct ipaddr *source,
    bool include)
{
	struct udp_group *g;
	unsigned at;
	int err = look_up(e, group, ifindex, -LEAT_EINVAL, &g);

	if (!err)
		err = take_mode(g, include);
	if (err)
		return err;
	if (!lists(g, source, &at))
		return -LEAT_EADDRNOTAVAIL;
	if (include && g->nsource == 1) /* from nobody is left */
		return udp_leave(e, group, ifindex);
	g->source[at] = g->source[--g->nsource];
	return 0;
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
	if (f->nsource > (ipaddr_is4(group) ? SOURCES4 : SOURCES6))
		return -LEAT_ENOBUFS;
	list = f->nsource ? calloc(f->nsource, sizeof *list) : NULL;
	if (f->nsource && !list)
		return -LEAT_ENOBUFS;
	if (list)
		memcpy(list, f->source, f->nsource * sizeof *list);
	free(g->source);
	g->source = list;
	g->nsource = (uint8_t)f->nsource;
	g->include = f->include;
	return 0;
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
