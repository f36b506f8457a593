/*
 * udp/end.h - the inside of UDP: ends, and the slots by which they are found.
 *
 * A slot is a name that at least one end has: a local address and port, and, if the end is
 * connected, those of the peer. All slots are in one hash table, so that a datagram's end is found
 * by at most four lookups, however many ends there are.
 */
#ifndef UDP_END_H
#define UDP_END_H

#include "base/list.h"
#include "base/table.h"
#include "core/route.h"
#include "udp/udp.h"

enum { UDP_GROUPS = 20 }; /* as Linux's igmp_max_memberships */

struct iface;
struct ip_rx;
struct net_error;
struct pkt;

struct udp {
	struct core *core;
	struct table slots;
	struct list any_port; /* ends that take what no other end takes */
	uint32_t ends;
	struct udp_counters count;
};

struct udp_slot {
	struct table_node node;
	struct endpoint local, remote; /* remote unspecified with port 0: not connected */
	struct list ends;              /* the newest first, as on Linux */
};

struct udp_group {
	struct ipaddr addr;
	uint32_t ifindex;
	bool include; /* takes only these sources; otherwise all but these */
	uint8_t nsource;
	struct ipaddr *source; /* not NULL: a filter was set */
};

/* The route of the last datagram, reused for the next one with the same addresses. */
struct udp_route {
	struct ipaddr asked; /* the source address that was asked for; unspecified = any */
	struct ipaddr dst;
	uint32_t ifindex;
	struct path_cache cache;
};

struct udp_end {
	struct udp *udp;
	struct list node; /* of its slot, or of udp->any_port */
	struct udp_slot *slot;
	struct endpoint local, remote;
	struct udp_opts opts;
	const struct udp_user_ops *ops;
	void *user;
	struct udp_route route;
	struct dgram_queue queue;
	struct errq errors;
	int error;
	bool shut_recv, shut_send;
	uint8_t ngroup;
	struct udp_group group[UDP_GROUPS];
};

/* The names of a datagram that has arrived, and what else decides which end gets it. */
struct udp_flow {
	struct endpoint local, remote;
	struct iface *iface; /* NULL if any interface will do */
	uint8_t ttl, tos;
	bool group;
};

/* Returns true if @e keeps the errors about datagrams that it sent to @remote. */
static inline bool
udp_keeps_errors(const struct udp_end *e, const struct ipaddr *remote)
{
	return ipaddr_is4(remote) ? e->opts.recverr4 : e->opts.recverr6;
}

/* Returns what is left of SO_RCVBUF, which the queues of datagrams and of errors share. */
static inline size_t
udp_room(const struct udp_end *e)
{
	size_t used = e->queue.charged + e->errors.charged;

	return used < e->opts.rcvbuf ? e->opts.rcvbuf - used : 0;
}

static inline bool
udp_connected(const struct udp_end *e)
{
	return e->remote.port != 0;
}

/*
 * Moves @e to the slot of these names, or to none if @local has no port. Returns 0, or
 * -LEAT_ENOBUFS with @e where it was.
 */
int udp_slot_move(struct udp_end *e, const struct endpoint *local, const struct endpoint *remote);

/* Returns the end for a unicast datagram; NULL if there is none. */
struct udp_end *udp_find(struct udp *udp, const struct udp_flow *f);

/*
 * Returns the end that sent to @f->remote, for an error; connected ends first. NULL if there is
 * none.
 */
struct udp_end *udp_find_sender(struct udp *udp, const struct udp_flow *f);

/*
 * Returns true if @e takes datagrams of this group from this source. With IP_MULTICAST_ALL it also
 * takes those of groups that other sockets of this host have joined.
 */
bool udp_takes_from(const struct udp_end *e, const struct udp_flow *f);

/* Calls @fn for every end that takes a datagram to a group or broadcast address. */
void udp_each_member(
    struct udp *udp, const struct udp_flow *f, void (*fn)(struct udp_end *e, void *arg), void *arg);

/*
 * Delivers @payload, which it consumes, to every end that takes it. @seg_size: @payload is several
 * datagrams of this many octets; 0 = it is one. Returns false if no end took any.
 */
bool udp_deliver(struct udp *udp, struct pkt *payload, const struct udp_flow *f, uint32_t seg_size);

void udp_input(void *self, struct pkt *pkt, const struct ip_rx *rx);
bool udp_error(void *self, const struct net_error *err);

#endif
