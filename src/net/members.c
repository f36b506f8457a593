/*
 * net/members.c - when to report which groups; what a report looks like is igmp.c's and mld.c's.
 */
#include "net/members.h"

#include "net/internal.h"
#include "wire/igmp.h"

enum { ROBUSTNESS = 2 }; /* RFC 9776, 8.1 */

static const nsec_t REPEAT_INTERVAL = 1 * SEC; /* Unsolicited Report Interval, RFC 9776, 8.11 */
/* Older Version Querier Present Timeout, RFC 9776, 8.12 and RFC 9777, 9.12: rounded up */
static const nsec_t OLD_PRESENT = 400 * SEC;
/* A query may want its answer at once, and a hundred thousand of them as many: one answer serves all within this time. */
static const nsec_t ANSWER_INTERVAL = 100 * MSEC;

static void
report(struct members *m, const struct ipaddr *group, unsigned n, uint8_t type)
{
	if (n == 0 || !m->iface->link->has_neighbours)
		return;
	if (m->v6)
		mld_report(m, group, n, type);
	else
		igmp_report(m, group, n, type);
}

/* Every group of the family but those that everybody is in and no report names (RFC 9776, 6; RFC 9777, 6). */
static unsigned
all_groups(const struct members *m, struct ipaddr *group)
{
	const struct iface *iface = m->iface;
	unsigned n = 0;

	for (unsigned i = 0; i < iface->ngroup; i++)
		if (ipaddr_is4(&iface->group[i]) != m->v6)
			group[n++] = iface->group[i];
	for (unsigned i = 0; m->v6 && i < iface->naddr; i++)
		if (!ipaddr_is4(&iface->addr[i].addr))
			group[n++] = ndp_solicited_node(&iface->addr[i].addr);
	return n;
}

static void
answer(struct timer *t)
{
	struct members *m = container_of(t, struct members, answer_timer);
	struct ipaddr group[MEMBERS_REPORT_MAX];

	if (m->all)
		report(m, group, all_groups(m, group), MCAST_IS_EXCLUDE);
	else if (iface_in_group(m->iface, &m->asked))
		report(m, &m->asked, 1, MCAST_IS_EXCLUDE);
	m->all = false;
	m->asked = IPADDR_ANY6;
	m->answered = m->net->core->now;
}

static void
tell_change(struct members *m)
{
	report(m, &m->changed, 1, m->joined ? MCAST_TO_EXCLUDE : MCAST_TO_INCLUDE);
	if (--m->repeats)
		timer_arm(m->net->core->wheel, &m->repeat_timer,
		    nsec_add(m->net->core->now, (nsec_t)rng_below(&m->net->core->rng, REPEAT_INTERVAL) + 1));
}

static void
repeat(struct timer *t)
{
	tell_change(container_of(t, struct members, repeat_timer));
}

void
members_changed(struct members *m, const struct ipaddr *group, bool joined)
{
	m->changed = *group;
	m->joined = joined;
	m->repeats = ROBUSTNESS;
	tell_change(m);
}

void
members_query(struct members *m, const struct ipaddr *group, nsec_t within, bool old)
{
	nsec_t now = m->net->core->now;
	nsec_t at = nsec_add(now, (nsec_t)rng_below(&m->net->core->rng, (uint64_t)within + 1));

	if (old)
		m->old_until = now + OLD_PRESENT;
	if (m->answered)
		at = nsec_max(at, m->answered + ANSWER_INTERVAL);
	if (ipaddr_is_any(group))
		m->all = true;
	else if (ipaddr_is_any(&m->asked))
		m->asked = *group;
	else if (!ipaddr_eq(&m->asked, group))
		m->all = true; /* two questions at once: one answer to both */
	if (!timer_armed(&m->answer_timer) || at < m->answer_timer.when)
		timer_arm(m->net->core->wheel, &m->answer_timer, at);
}

bool
members_speak_old(const struct members *m)
{
	return m->old_until > m->net->core->now;
}

void
members_init(struct members *m, struct net *net, struct iface *iface, bool v6)
{
	m->net = net;
	m->iface = iface;
	m->v6 = v6;
	m->asked = IPADDR_ANY6;
	timer_init(&m->answer_timer, answer);
	timer_init(&m->repeat_timer, repeat);
}

void
members_stop(struct members *m)
{
	timer_cancel(m->net->core->wheel, &m->answer_timer);
	timer_cancel(m->net->core->wheel, &m->repeat_timer);
}
