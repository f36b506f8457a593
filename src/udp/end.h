/*
 * udp/end.h - the inside of UDP: ends, and the slots that they are found by.
 *
 * A slot is a name that at least one end has taken: a local address and port, and the peer's where
 * the end is connected. All slots are in one hash table, so that finding the end of a datagram
 * costs at most four probes, however many ends there are.
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
	struct list any_port; /* ends that take what no other does */
	uint32_t ends;
	struct udp_counters count;
};

struct udp_slot {
	struct table_node node;
	struct endpoint local, remote; /* remote unspecified, port 0: not connected */
	struct list ends;              /* the newest first, as Linux prefers it */
};

struct udp_group {
	struct ipaddr addr;
	uint32_t ifindex;
	bool include; /* these sources alone; otherwise all but these */
	uint8_t nsource;
	struct ipaddr *source; /* not NULL: a filter was set */
};

/* The way that the last datagram took, for the next with the same names. */
struct udp_route {
	struct ipaddr asked; /* the source that was asked for; unspecified = any */
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

/* The two ends of a datagram that has arrived, and what else decides who gets it. */
struct udp_flow {
	struct endpoint local, remote;
	struct iface *iface; /* NULL where it does not matter */
	uint8_t ttl, tos;
	bool group;
};

/* Does it keep what is said of datagrams that it sent to @remote? */
static inline bool
udp_keeps_errors(const struct udp_end *e, const struct ipaddr *remote)
{
	return ipaddr_is4(remote) ? e->opts.recverr4 : e->opts.recverr6;
}

/* What is left of SO_RCVBUF, which both queues share. */
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
 * Put @e under the slot of these names, or none when @local has no port. 0 or -LEAT_ENOBUFS with @e
 * where it was.
 */
int udp_slot_move(struct udp_end *e, const struct endpoint *local, const struct endpoint *remote);

/* The one end that takes a datagram to one host; NULL when there is none. */
struct udp_end *udp_find(struct udp *udp, const struct udp_flow *f);

/* The end that sent to @f->remote, for errors; connected ends first. */
struct udp_end *udp_find_sender(struct udp *udp, const struct udp_flow *f);

/*
 * Returns true if @e takes a datagram to a group, from this source. With IP_MULTICAST_ALL it also
 * takes those of groups that other sockets on this host have joined.
 */
bool udp_takes_from(const struct udp_end *e, const struct udp_flow *f);

/* Call @fn for every end that takes a datagram to a group or broadcast address. */
void udp_each_member(
    struct udp *udp, const struct udp_flow *f, void (*fn)(struct udp_end *e, void *arg), void *arg);

/*
 * Consumes @payload: to every end that takes it. False when none did. @seg_size: it is a row of
 * datagrams of so many octets.
 */
bool udp_deliver(struct udp *udp, struct pkt *payload, const struct udp_flow *f, uint32_t seg_size);

void udp_input(void *self, struct pkt *pkt, const struct ip_rx *rx);
bool udp_error(void *self, const struct net_error *err);

#endif
