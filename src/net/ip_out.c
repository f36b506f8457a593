/*
 * net/ip_out.c - decisions before sending that both families share.
 */
#include "net/internal.h"

/*
 * Returns true if the packet may have this source. A host that has no address yet may send to all
 * hosts with an unspecified source.
 */
static bool
ip_source_passes(struct core *core, const struct ip_tx *tx, const struct path *path)
{
	if (tx->transparent)
		return true;
	if (ipaddr_is_any(&tx->src))
		return !path->local &&
		       (ipaddr_is_multicast(&tx->dst) || iface_is_broadcast(path->iface, &tx->dst));
	if (ipaddr_is_loopback(&tx->src) && !path->iface->loopback)
		return false;
	return iface_of_addr(core, &tx->src) != NULL;
}

const struct path *
ip_path_find(struct core *core, struct pkt *pkt, const struct ip_tx *tx, struct path *room, int *err)
{
	struct path_cache *cache = tx->cache;
	bool found = cache && cache->generation == route_generation(core);

	*err = 0;
	if (found)
		*room = cache->path;
	else
		*err = route_find(core, &tx->dst, &tx->src, tx->ifindex, room);
	if (*err) {
		pkt_drop(core, pkt, DROP_IP_NO_ROUTE);
		return NULL;
	}
	if (!ip_source_passes(core, tx, room)) {
		pkt_drop(core, pkt, DROP_IP_MARTIAN_SOURCE);
		*err = -LEAT_EADDRNOTAVAIL;
		return NULL;
	}
	if (cache)
		*cache =
		    (struct path_cache){.generation = route_generation(core), .path = *room, .passes = true};
	return room;
}
