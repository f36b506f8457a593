/*
 * core/source.c - chooses the source address of a packet (RFC 6724, 5).
 *
 * It applies rules 1, 2, 3, 5, 6 and 8 in this order. A host has no mobile (rule 4) and no
 * temporary (rule 7) addresses. Addresses of other interfaces are considered only if the outgoing
 * interface has none of the family, as in the weak model of RFC 1122.
 */
#include "core/internal.h"

/* Returns the scope, with the numbers of multicast addresses (RFC 6724, 3.1; for IPv4, 3.2). */
static unsigned
scope_of(const struct ipaddr *a)
{
	if (!ipaddr_is4(a) && ipaddr_is_multicast(a))
		return ipaddr_octets(a)[1] & 15;
	if (ipaddr_is_loopback(a) || ipaddr_is_link_local(a))
		return 2;
	return 14;
}

/* Returns the label of the default policy table (RFC 6724, 2.1). */
static unsigned
label_of(const struct ipaddr *a)
{
	const uint8_t *o = ipaddr_octets(a);

	if (ipaddr_is4(a))
		return 4;
	if (ipaddr_is_loopback(a))
		return 0;
	if (be16_get(o) == 0x2002)
		return 2;
	if (be32_get(o) == 0x20010000)
		return 5;
	if ((o[0] & 0xfe) == 0xfc)
		return 13;
	if (o[0] == 0xfe && (o[1] & 0xc0) == 0xc0)
		return 11;
	if (be16_get(o) == 0x3ffe)
		return 12;
	return 1;
}

/*
 * Returns how many leading bits are equal, at most the length of the source's prefix (RFC 6724,
 * 2.2).
 */
static unsigned
common_prefix(const struct iface_addr *a, const struct ipaddr *dst)
{
	unsigned n = 0;

	while (n < a->bits && ipaddr_prefix_match(&a->addr, dst, n + 1))
		n++;
	return n;
}

/* Returns true if @a is better than @b. Both are usable. */
static bool
better(const struct iface_addr *a, const struct iface_addr *b, const struct ipaddr *dst,
    const struct ipaddr *near)
{
	unsigned sa = scope_of(&a->addr), sb = scope_of(&b->addr), sd = scope_of(dst);
	bool la, lb;

	if (ipaddr_eq(&b->addr, dst)) /* rule 1 */
		return false;
	if (ipaddr_eq(&a->addr, dst))
		return true;
	if (sa != sb) /* rule 2 */
		return sa < sb ? sa >= sd : sb < sd;
	if (a->state != b->state) /* rule 3 */
		return a->state == ADDR_PREFERRED;
	la = label_of(&a->addr) == label_of(dst);
	lb = label_of(&b->addr) == label_of(dst);
	if (la != lb) /* rule 6 */
		return la;
	return common_prefix(a, near) > common_prefix(b, near); /* rule 8 */
}

static const struct iface_addr *
best_of(const struct iface *iface, const struct iface_addr *best, const struct ipaddr *dst,
    const struct ipaddr *near)
{
	for (unsigned i = 0; i < iface->naddr; i++) {
		const struct iface_addr *a = &iface->addr[i];

		if (ipaddr_is4(&a->addr) != ipaddr_is4(dst))
			continue;
		if (a->state != ADDR_PREFERRED && a->state != ADDR_DEPRECATED)
			continue;
		if (!best || better(a, best, dst, near))
			best = a;
	}
	return best;
}

const struct ipaddr *
source_select(
    struct core *core, const struct iface *iface, const struct ipaddr *dst, const struct ipaddr *next_hop)
{
	/*
	 * IPv4 prefers a source in the subnet of the gateway; IPv6 compares with the final
	 * destination.
	 */
	const struct ipaddr *near = ipaddr_is4(dst) ? next_hop : dst;
	const struct iface_addr *best = best_of(iface, NULL, dst, near);

	for (unsigned i = 1; !best && i < CORE_IFACES && core->iface[i]; i++) {
		best = best_of(core->iface[i], NULL, dst, near);
		/* an address of link scope means nothing on another link */
		if (best && scope_of(&best->addr) < 14)
			best = NULL;
	}
	return best ? &best->addr : NULL;
}
