/*
 * net/slaac.c - configures IPv6 from router advertisements (RFC 4861, 6.3; RFC 4862, 5.5).
 *
 * Interface identifiers are opaque and stable (RFC 7217): a keyed hash of the prefix, the link
 * address and the number of duplicates found. The lifetimes of routers, prefixes and addresses
 * share one timer for each interface, armed for the first lifetime to end.
 */
#include "core/core.h"
#include "net/internal.h"
#include "wire/ndp.h"

#include <stdlib.h>

enum {
	SLAAC_ROUTERS = 4,
	SLAAC_PREFIXES = 8,
	SLAAC_SOLICITS = 3,         /* MAX_RTR_SOLICITATIONS, RFC 4861, 10 */
	SLAAC_ID_TRIES = 3,         /* IDGEN_RETRIES, RFC 7217, 6 */
	SLAAC_ROUTER_METRIC = 1024, /* as Linux */
	SLAAC_PREFIX_BITS = 64
};

static const nsec_t SOLICIT_INTERVAL = 4 * SEC; /* RTR_SOLICITATION_INTERVAL */
/* after the link-local address has passed duplicate detection */
static const nsec_t SOLICIT_FIRST = 3 * SEC;
static const nsec_t TWO_HOURS = 7200 * SEC; /* RFC 4862, 5.5.3 (e) */

struct router {
	struct ipaddr addr;
	uint32_t mtu;
	nsec_t until; /* 0 = unused entry */
};

struct prefix {
	struct ipaddr prefix, addr; /* addr unspecified = no address was made from it */
	uint8_t bits, tries;        /* tries: number of addresses that were duplicates */
	bool used, on_link;
	nsec_t on_link_until, valid_until, preferred_until;
};

struct slaac {
	struct list node;
	struct net *net;
	struct iface *iface;
	uint8_t solicits; /* how many are still to be sent */
	uint8_t tries;    /* number of link-local addresses tried */
	struct ipaddr link_local;
	struct router router[SLAAC_ROUTERS];
	struct prefix prefix[SLAAC_PREFIXES];
	struct timer solicit_timer, life_timer;
};

static nsec_t
until(const struct net *net, uint32_t seconds)
{
	return seconds == UINT32_MAX ? NSEC_NEVER : nsec_add(net->core->now, seconds * SEC);
}

static struct ipaddr
make_address(const struct slaac *s, const struct ipaddr *prefix, unsigned tries)
{
	const uint8_t *mac = s->iface->mac;
	const uint64_t words[4] = {
	    prefix->w[0], (uint64_t)be32_get(mac) << 16 | be16_get(mac + 4), tries, 0x736c};
	uint8_t octets[16];

	memcpy(octets, ipaddr_octets(prefix), 8);
	be64_put(octets + 8, siphash_words(&s->net->core->secret, words, 4));
	return ipaddr_from16(octets);
}

static struct route
default_route(const struct slaac *s, const struct router *r)
{
	struct route route = {.dst = IPADDR_ANY6,
	    .gateway = r->addr,
	    .ifindex = s->iface->index,
	    .metric = SLAAC_ROUTER_METRIC,
	    .mtu = r->mtu,
	    .src = IPADDR_ANY6};

	return route;
}

static struct route
prefix_route(const struct slaac *s, const struct prefix *p)
{
	struct route route = {.dst = p->prefix,
	    .bits = p->bits,
	    .gateway = IPADDR_ANY6,
	    .ifindex = s->iface->index,
	    .metric = 256,
	    .src = IPADDR_ANY6};

	return route;
}

static void
router_end(struct slaac *s, struct router *r)
{
	struct route route = default_route(s, r);

	route_del(s->net->core, &route);
	r->until = 0;
}

/*
 * Applies the lifetimes that have ended. Lowers *@next to the time when the next lifetime of @p
 * ends.
 */
static void
prefix_age(struct slaac *s, struct prefix *p, nsec_t *next)
{
	nsec_t now = s->net->core->now;
	struct iface_addr *a = iface_addr_find(s->iface, &p->addr);

	if (p->on_link && p->on_link_until <= now) {
		struct route route = prefix_route(s, p);

		route_del(s->net->core, &route);
		p->on_link = false;
	}
	if (a && p->valid_until <= now) {
		iface_addr_del(s->iface, &p->addr);
		a = NULL;
	}
	if (a && p->preferred_until <= now && a->state == ADDR_PREFERRED)
		iface_addr_set_state(s->iface, a, ADDR_DEPRECATED);
	if (a && p->preferred_until > now && a->state == ADDR_DEPRECATED)
		iface_addr_set_state(s->iface, a, ADDR_PREFERRED);
	if (p->on_link)
		*next = nsec_min(*next, p->on_link_until);
	if (a)
		*next = nsec_min(*next, p->preferred_until > now ? p->preferred_until : p->valid_until);
	p->used = p->on_link || a;
}

static void
age(struct slaac *s)
{
	nsec_t now = s->net->core->now, next = NSEC_NEVER;

	for (unsigned i = 0; i < SLAAC_ROUTERS; i++) {
		struct router *r = &s->router[i];

		if (r->until && r->until <= now)
			router_end(s, r);
		if (r->until)
			next = nsec_min(next, r->until);
	}
	for (unsigned i = 0; i < SLAAC_PREFIXES; i++)
		if (s->prefix[i].used)
			prefix_age(s, &s->prefix[i], &next);
	if (next == NSEC_NEVER)
		timer_cancel(s->net->core->wheel, &s->life_timer);
	else
		timer_arm(s->net->core->wheel, &s->life_timer, next);
}

static void
lifetime_over(struct timer *t)
{
	age(container_of(t, struct slaac, life_timer));
}

/*
 * RFC 4861, 6.3.4: a router is a default router for the lifetime that it advertises. Returns false
 * if there is no free entry.
 */
static bool
hear_router(struct slaac *s, const struct ipaddr *addr, uint32_t lifetime, uint32_t mtu)
{
	struct router *r = NULL;
	struct route route;

	for (unsigned i = 0; i < SLAAC_ROUTERS && !r; i++)
		if (s->router[i].until && ipaddr_eq(&s->router[i].addr, addr))
			r = &s->router[i];
	if (r && (lifetime == 0 || r->mtu != mtu))
		router_end(s, r);
	if (lifetime == 0)
		return true;
	for (unsigned i = 0; i < SLAAC_ROUTERS && !r; i++)
		if (!s->router[i].until)
			r = &s->router[i];
	if (!r)
		return false; /* RFC 4861, 6.3.4 requires room for two routers at least */
	r->addr = *addr;
	r->mtu = mtu;
	r->until = until(s->net, lifetime);
	route = default_route(s, r);
	route_add(s->net->core, &route); /* in most cases the route exists already */
	return true;
}

/*
 * RFC 4862, 5.5.3 (e): a forged advertisement must not shorten a lifetime to less than two hours.
 */
static void
set_valid(const struct slaac *s, struct prefix *p, uint32_t valid)
{
	nsec_t now = s->net->core->now, wanted = until(s->net, valid);

	if (wanted - now > TWO_HOURS || wanted > p->valid_until)
		p->valid_until = wanted;
	else if (p->valid_until - now > TWO_HOURS)
		p->valid_until = now + TWO_HOURS;
}

static void
make_prefix_address(struct slaac *s, struct prefix *p, uint32_t valid)
{
	p->addr = make_address(s, &p->prefix, p->tries);
	if (iface_addr_add(s->iface, &p->addr, SLAAC_PREFIX_BITS, false) == 0)
		p->valid_until = until(s->net, valid);
}

/*
 * Returns the address that was made from @p, or NULL. If it is a duplicate, it is removed so that
 * another can be made, a few times (RFC 7217, 6).
 */
static const struct iface_addr *
prefix_address(struct slaac *s, struct prefix *p)
{
	const struct iface_addr *a = iface_addr_find(s->iface, &p->addr);

	if (!a || a->state != ADDR_DUPLICATE || p->tries + 1 == SLAAC_ID_TRIES)
		return a;
	iface_addr_del(s->iface, &p->addr);
	p->tries++;
	return NULL;
}

static struct prefix *
prefix_of(struct slaac *s, const struct ipaddr *prefix, uint8_t bits)
{
	struct prefix *spare = NULL;

	for (unsigned i = 0; i < SLAAC_PREFIXES; i++) {
		struct prefix *p = &s->prefix[i];

		if (p->used && p->bits == bits && ipaddr_prefix_match(&p->prefix, prefix, bits))
			return p;
		if (!p->used && !spare)
			spare = p;
	}
	if (spare)
		*spare = (struct prefix){.prefix = *prefix, .bits = bits, .addr = IPADDR_ANY6};
	return spare;
}

/* Returns false if there is no free entry. */
static bool
hear_prefix(struct slaac *s, const uint8_t *o)
{
	struct ipaddr named = ipaddr_from16(o + NDP_PREFIX_ADDR), prefix;
	uint8_t bits = o[NDP_PREFIX_BITS], flags = o[NDP_PREFIX_FLAGS];
	uint32_t valid = be32_get(o + NDP_PREFIX_VALID), preferred = be32_get(o + NDP_PREFIX_PREFERRED);
	struct prefix *p;

	if (bits > 128 || ipaddr_is4(&named) || ipaddr_is_link_local(&named) || ipaddr_is_multicast(&named))
		return true;
	prefix = ipaddr_prefix(&named, bits); /* the other bits have no meaning (RFC 4861, 4.6.2) */
	p = prefix_of(s, &prefix, bits);
	if (!p)
		return false;
	if (flags & NDP_PREFIX_ON_LINK) {
		struct route route = prefix_route(s, p);

		p->on_link_until = until(s->net, valid);
		if (valid && route_add(s->net->core, &route) != -LEAT_ENOMEM)
			p->on_link = true;
	}
	if ((flags & NDP_PREFIX_AUTONOMOUS) && bits == SLAAC_PREFIX_BITS && preferred <= valid) {
		if (prefix_address(s, p))
			set_valid(s, p, valid);
		else if (valid)
			make_prefix_address(s, p, valid);
		p->preferred_until = until(s->net, preferred);
	}
	p->used = true;
	return true;
}

static struct slaac *
slaac_of(struct net *net, const struct iface *iface)
{
	list_each(n, &net->slaac) {
		struct slaac *s = container_of(n, struct slaac, node);

		if (s->iface == iface)
			return s;
	}
	return NULL;
}

/* Returns the advertised MTU if IPv6 and the link allow it (RFC 4861, 6.3.4), otherwise 0. */
static uint32_t
advertised_mtu(const struct slaac *s, const uint8_t *h, uint32_t len)
{
	const uint8_t *o = ndp_opt_find(h + NDP_RA_LEN, len - NDP_RA_LEN, NDP_OPT_MTU);
	uint32_t mtu;

	if (!o || ndp_opt_len(o) != NDP_MTU_LEN)
		return 0;
	mtu = be32_get(o + NDP_MTU_VALUE);
	return mtu >= IP6_MIN_MTU && mtu <= s->iface->mtu ? mtu : 0;
}

enum drop_reason
slaac_router_advert(
    struct net *net, struct iface *iface, const struct ipaddr *router, const uint8_t *h, uint32_t len)
{
	struct slaac *s = slaac_of(net, iface);
	uint16_t lifetime = be16_get(h + NDP_RA_LIFETIME);
	bool fits;

	if (!s)
		return DROP_ICMP_IGNORED;
	fits = hear_router(s, router, lifetime, advertised_mtu(s, h, len));
	for (uint32_t at = NDP_RA_LEN; at < len; at += (uint32_t)ndp_opt_len(h + at))
		if (h[at] == NDP_OPT_PREFIX && ndp_opt_len(h + at) == NDP_PREFIX_LEN)
			fits = hear_prefix(s, h + at) && fits;
	if (lifetime) /* RFC 4861, 6.3.7: an advertisement from a default router ends the solicitations */
		s->solicits = 0;
	age(s);
	return fits ? DROP_COUNT : DROP_NDP_LIMIT;
}

/*
 * RFC 4862, 5.3: adds an address in fe80::/64; another one if the last was a duplicate. Returns
 * false after too many tries.
 */
static bool
add_link_local(struct slaac *s)
{
	static const uint8_t prefix[16] = {0xfe, 0x80};
	struct ipaddr p = ipaddr_from16(prefix);

	if (s->tries == SLAAC_ID_TRIES)
		return false;
	s->link_local = make_address(s, &p, s->tries++);
	return iface_addr_add(s->iface, &s->link_local, SLAAC_PREFIX_BITS, false) == 0;
}

static void
solicit_routers(struct timer *t)
{
	struct slaac *s = container_of(t, struct slaac, solicit_timer);
	const struct iface_addr *a = iface_addr_find(s->iface, &s->link_local);
	nsec_t wait = SOLICIT_INTERVAL;

	if (!a || a->state == ADDR_DUPLICATE) {
		if (!add_link_local(s))
			return;
		wait = SOLICIT_FIRST;
	} else if (a->state == ADDR_PREFERRED) {
		if (s->solicits) {
			ndp_router_solicit(s->iface);
			s->solicits--;
		}
		if (!s->solicits)
			return;
	}
	timer_arm(s->net->core->wheel, t, nsec_add(s->net->core->now, wait));
}

int
net_autoconf(struct net *net, struct iface *iface)
{
	struct slaac *s;

	if (slaac_of(net, iface))
		return 0;
	s = calloc(1, sizeof *s);
	if (!s)
		return -LEAT_ENOMEM;
	s->net = net;
	s->iface = iface;
	s->solicits = SLAAC_SOLICITS;
	timer_init(&s->solicit_timer, solicit_routers);
	timer_init(&s->life_timer, lifetime_over);
	if (!add_link_local(s)) {
		free(s);
		return -LEAT_ENOSPC;
	}
	list_push(&net->slaac, &s->node);
	timer_arm(net->core->wheel, &s->solicit_timer, nsec_add(net->core->now, SOLICIT_FIRST));
	return 0;
}

void
slaac_free(struct net *net)
{
	struct list *n;

	while ((n = list_pop(&net->slaac))) {
		struct slaac *s = container_of(n, struct slaac, node);

		timer_cancel(net->core->wheel, &s->solicit_timer);
		timer_cancel(net->core->wheel, &s->life_timer);
		free(s);
	}
}
