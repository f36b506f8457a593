/*
 * core/iface_group.c - which multicast groups an interface wants, and from which sources. It
 * combines the wishes of all users.
 *
 * If one user wants any source, the interface wants any source. Otherwise it wants the union of the
 * users' sources.
 */
#include "core/core.h"
#include "wire/igmp.h"

#include <stdlib.h>

static struct iface_group *
find(struct iface *iface, const struct ipaddr *addr)
{
	for (unsigned i = 0; i < iface->ngroup; i++)
		if (ipaddr_eq(&iface->group[i].addr, addr))
			return &iface->group[i];
	return NULL;
}

static void
report_change(struct iface *iface, const struct ipaddr *group, uint8_t change, const struct ipaddr *source)
{
	struct core *core = iface->core;
	const struct core_network *n = ipaddr_is4(group) ? &core->net4 : &core->net6;

	if (n->ops && n->ops->group_changed)
		n->ops->group_changed(n->self, iface, group, change, source);
}

static int
find_or_add(struct iface *iface, const struct ipaddr *group, struct iface_group **out)
{
	if (!ipaddr_is_multicast(group))
		return -LEAT_EINVAL;
	*out = find(iface, group);
	if (*out)
		return 0;
	if (iface->ngroup == IFACE_GROUPS)
		return -LEAT_ENOBUFS;
	*out = &iface->group[iface->ngroup++];
	**out = (struct iface_group){.addr = *group};
	return 0;
}

static void
remove_unused(struct iface *iface, struct iface_group *g)
{
	if (g->users || g->nsource)
		return;
	free(g->source);
	*g = iface->group[--iface->ngroup];
}

int
iface_join(struct iface *iface, const struct ipaddr *group)
{
	struct iface_group *g;
	int err = find_or_add(iface, group, &g);

	if (err)
		return err;
	if (g->users == UINT16_MAX)
		return -LEAT_ENOBUFS;
	if (g->users++ == 0)
		report_change(iface, group, MCAST_TO_EXCLUDE, NULL);
	return 0;
}

int
iface_leave(struct iface *iface, const struct ipaddr *group)
{
	struct ipaddr left = *group; /* @group may point into the entry itself */
	struct iface_group *g = find(iface, group);

	if (!g || !g->users)
		return -LEAT_EADDRNOTAVAIL;
	if (--g->users)
		return 0;
	remove_unused(iface, g);
	report_change(iface, &left, MCAST_TO_INCLUDE, NULL);
	return 0;
}

static struct iface_source *
find_source(const struct iface_group *g, const struct ipaddr *source)
{
	for (unsigned i = 0; i < g->nsource; i++)
		if (ipaddr_eq(&g->source[i].addr, source))
			return &g->source[i];
	return NULL;
}

int
iface_join_source(struct iface *iface, const struct ipaddr *group, const struct ipaddr *source)
{
	struct iface_source *s;
	struct iface_group *g;
	int err = find_or_add(iface, group, &g);

	if (err)
		return err;
	s = find_source(g, source);
	if (s) {
		s->users++;
		return 0;
	}
	s = g->nsource < IFACE_SOURCES ? realloc(g->source, (g->nsource + 1u) * sizeof *s) : NULL;
	if (!s) {
		remove_unused(iface, g);
		return -LEAT_ENOBUFS;
	}
	g->source = s;
	s[g->nsource++] = (struct iface_source){*source, 1};
	if (!g->users)
		report_change(iface, group, MCAST_ALLOW, source);
	return 0;
}

int
iface_leave_source(struct iface *iface, const struct ipaddr *group, const struct ipaddr *source)
{
	struct ipaddr from = *group, left = *source;
	struct iface_group *g = find(iface, group);
	struct iface_source *s = g ? find_source(g, source) : NULL;
	bool any;

	if (!s)
		return -LEAT_EADDRNOTAVAIL;
	if (--s->users)
		return 0;
	*s = g->source[--g->nsource];
	any = g->users;
	remove_unused(iface, g);
	if (!any)
		report_change(iface, &from, MCAST_BLOCK, &left);
	return 0;
}

const struct iface_group *
iface_group_find(const struct iface *iface, const struct ipaddr *group)
{
	return find((struct iface *)(uintptr_t)iface, group);
}

void
iface_groups_free(struct iface *iface)
{
	for (unsigned i = 0; i < iface->ngroup; i++)
		free(iface->group[i].source);
	iface->ngroup = 0;
}
