/*
 * net/members.c - decides when to report which groups. igmp.c and mld.c write the reports.
 */
#include "net/members.h"

#include "net/internal.h"
#include "wire/igmp.h"
#include "wire/mld.h"

enum { ROBUSTNESS = 2 }; /* RFC 9776, 8.1 */

/* Octets before the records: IPv6 header, its option, and the header of the report. */
enum { REPORT_HEAD = 40 + 8 + 8 };

static const nsec_t REPEAT_INTERVAL = 1 * SEC; /* Unsolicited Report Interval, RFC 9776, 8.11 */
/* Older Version Querier Present Timeout, RFC 9776, 8.12 and RFC 9777, 9.12, rounded up */
static const nsec_t OLD_PRESENT = 400 * SEC;
/*
 * A querier may ask for an immediate answer, and may do so very often. One answer serves all
 * queries in this interval.
 */
static const nsec_t ANSWER_INTERVAL = 100 * MSEC;

static void
flush(struct members_report *r)
{
	if (!r->records)
		return;
	if (r->of->v6)
		mld_report(r);
	else
		igmp_report(r);
	r->records = 0;
	r->len = 0;
}

/*
 * Reports a change with an older version. These versions know no sources: a host that wants any
 * source is a member (RFC 9776, 7.2.1).
 */
static void
add_old(struct members *m, uint8_t type, const struct ipaddr *group)
{
	bool leave = type == MCAST_TO_INCLUDE || type == MCAST_BLOCK;

	if (leave && iface_group_find(m->iface, group))
		return;
	(m->v6 ? mld_report_old : igmp_report_old)(m, group, leave);
}

static void
add_address(struct members_report *r, const struct ipaddr *a)
{
	uint32_t n = r->of->v6 ? 16 : 4;

	memcpy(r->record + r->len, r->of->v6 ? ipaddr_octets(a) : ipaddr_octets4(a), n);
	r->len += n;
}

/* Adds a record with @n sources. */
static void
add(struct members_report *r, uint8_t type, const struct ipaddr *group, const struct iface_source *source,
    unsigned n)
{
	struct members *m = r->of;
	uint32_t head = m->v6 ? MLD2_RECORD_LEN : IGMP3_RECORD_LEN, size = head + n * (m->v6 ? 16 : 4);
	uint32_t most =
	    m->iface->mtu - REPORT_HEAD < MEMBERS_MESSAGE ? m->iface->mtu - REPORT_HEAD : MEMBERS_MESSAGE;

	if (!m->iface->link->has_neighbours)
		return;
	if (members_speak_old(m)) {
		add_old(m, type, group);
		return;
	}
	if (r->len + size > most)
		flush(r);
	r->records++;
	(m->v6 ? mld2_record_put : igmp3_record_put)(r->record + r->len, type, (uint16_t)n, group);
	r->len += head;
	for (unsigned i = 0; i < n; i++)
		add_address(r, &source[i].addr);
}

/* Adds a record of the current state of @g. */
static void
add_state(struct members_report *r, const struct iface_group *g)
{
	if (g->users)
		add(r, MCAST_IS_EXCLUDE, &g->addr, NULL, 0);
	else
		add(r, MCAST_IS_INCLUDE, &g->addr, g->source, g->nsource);
}

/*
 * Adds a record for every group of the family, except the all-hosts groups, which are never
 * reported (RFC 9776, 6; RFC 9777, 6).
 */
static void
add_all(struct members_report *r)
{
	const struct iface *iface = r->of->iface;

	for (unsigned i = 0; i < iface->ngroup; i++)
		if (ipaddr_is4(&iface->group[i].addr) != r->of->v6)
			add_state(r, &iface->group[i]);
	for (unsigned i = 0; r->of->v6 && i < iface->naddr; i++) {
		struct ipaddr group = ndp_solicited_node(&iface->addr[i].addr);

		if (!ipaddr_is4(&iface->addr[i].addr))
			add(r, MCAST_IS_EXCLUDE, &group, NULL, 0);
	}
}

static void
answer(struct timer *t)
{
	struct members *m = container_of(t, struct members, answer_timer);
	struct members_report r = {.of = m};
	const struct iface_group *g = iface_group_find(m->iface, &m->asked);

	if (m->all)
		add_all(&r);
	else if (g)
		add_state(&r, g);
	else if (iface_in_group(m->iface, &m->asked))
		add(&r, MCAST_IS_EXCLUDE, &m->asked, NULL, 0);
	flush(&r);
	m->all = false;
	m->asked = IPADDR_ANY6;
	m->answered = m->net->core->now;
}

static void
report_change(struct members *m)
{
	struct members_report r = {.of = m};
	struct iface_source one = {.addr = m->source};
	const struct iface_group *g = iface_group_find(m->iface, &m->changed);

	if (m->change == MCAST_ALLOW || m->change == MCAST_BLOCK)
		add(&r, m->change, &m->changed, &one, 1);
	else if (m->change == MCAST_TO_INCLUDE && g)
		add(&r, m->change, &m->changed, g->source, g->nsource);
	else
		add(&r, m->change, &m->changed, NULL, 0);
	flush(&r);
	if (--m->repeats)
		timer_arm(m->net->core->wheel, &m->repeat_timer,
		    nsec_add(m->net->core->now, (nsec_t)rng_below(&m->net->core->rng, REPEAT_INTERVAL) + 1));
}

static void
repeat(struct timer *t)
{
	report_change(container_of(t, struct members, repeat_timer));
}

void
members_changed(struct members *m, const struct ipaddr *group, uint8_t change, const struct ipaddr *source)
{
	m->changed = *group;
	m->change = change;
	m->source = source ? *source : IPADDR_ANY6;
	m->repeats = ROBUSTNESS;
	report_change(m);
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
		m->all = true; /* two different queries at once: report all groups */
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
