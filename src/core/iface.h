/*
 * core/iface.h - an interface: its addresses, its MTU, the link that frames its packets, and the
 * wire that takes the frames.
 */
#ifndef CORE_IFACE_H
#define CORE_IFACE_H

#include "base/ipaddr.h"
#include "base/nsec.h"

#include <stdbool.h>
#include <stdint.h>

struct core;
struct iface;
struct pkt;

enum { IFACE_ADDRS = 16, IFACE_NAME = 16, IFACE_GROUPS = 32, IFACE_SOURCES = 64, IFACE_OPENED = 64 };

/* Offloads: what a wire can do itself. */
enum wire_feature {
	WIRE_TSO4 = 1, /* takes TCP super-segments over IPv4 */
	WIRE_TSO6 = 2,
	WIRE_USO = 4, /* takes UDP super-datagrams */
	WIRE_SUM = 8, /* checksum offload: takes packets with PKT_SUM_PARTIAL */
};

/* The place that frames go to. It queues them and never calls back into a stack. */
struct wire {
	uint32_t features;
	/* Consumes @frame, which begins at the link header. @now is the time of sending. */
	void (*transmit)(struct wire *wire, struct pkt *frame, nsec_t now);
};

struct link_ops {
	/*
	 * Consumes @pkt: data at the network header, ethertype set. Frames it for @next_hop, and
	 * transmits it now or when the neighbour's link address is known.
	 */
	void (*output)(struct iface *iface, struct pkt *pkt, const struct ipaddr *next_hop);
	/*
	 * Consumes @frame as received from the wire: checks and removes the link header, and passes
	 * the packet to the network.
	 */
	void (*input)(struct iface *iface, struct pkt *frame);
	/*
	 * Frames @pkt for a known link address and transmits it. For ARP, neighbour discovery, and
	 * packets that waited for them. Consumes @pkt.
	 */
	void (*output_to)(struct iface *iface, struct pkt *pkt, const uint8_t mac[6]);
	bool has_neighbours; /* next hops must be resolved to link addresses (Ethernet) */
	uint8_t header_len;  /* octets of the link header */
};

enum addr_state { ADDR_TENTATIVE, ADDR_PREFERRED, ADDR_DEPRECATED, ADDR_DUPLICATE };

struct iface_addr {
	struct ipaddr addr;
	uint8_t bits;  /* length of its prefix */
	uint8_t state; /* enum addr_state */
};

struct iface_counters {
	uint64_t rx_frames, rx_octets, tx_frames, tx_octets;
	/* of rx_frames: frames to groups that were not joined, which are ignored */
	uint64_t rx_other_groups;
};

/* A port that is opened to sockets bound to loopback. */
struct iface_opened {
	uint8_t proto;
	uint16_t port;
};

struct iface_source {
	struct ipaddr addr;
	uint16_t users;
};

/*
 * A multicast group: the number of users that want any source, and the sources that other users
 * want.
 */
struct iface_group {
	struct ipaddr addr;
	uint16_t users;
	uint8_t nsource;
	struct iface_source *source;
};

struct iface {
	struct core *core;
	uint32_t index; /* from 1 */
	char name[IFACE_NAME];
	uint32_t mtu; /* octets of a network packet */
	uint8_t mac[6];
	bool up;
	bool loopback;
	const struct link_ops *link;
	struct wire *wire;
	struct iface_addr addr[IFACE_ADDRS];
	uint8_t naddr;
	struct iface_group group[IFACE_GROUPS]; /* multicast groups joined */
	uint8_t ngroup;
	struct iface_opened opened[IFACE_OPENED];
	uint8_t nopened;
	struct iface_counters count;
};

struct iface_config {
	const char *name;
	uint32_t mtu;
	uint8_t mac[6];
	const struct link_ops *link;
	struct wire *wire; /* borrowed */
	bool loopback;
};

/*
 * Returns 0 and sets *@out, or -LEAT_ENOMEM or -LEAT_ENOSPC. The core owns the interface, and
 * core_free() frees it.
 */
int iface_add(struct core *core, const struct iface_config *config, struct iface **out);

/*
 * Adds an address, and the on-link route of its prefix. With @optimistic, the address is used at
 * once. Otherwise it is tentative until duplicate-address detection ends (RFC 4862, 5.4; RFC 5227).
 * Returns 0, -LEAT_EINVAL, -LEAT_EEXIST, -LEAT_ENOSPC or -LEAT_ENOMEM.
 */
int iface_addr_add(struct iface *iface, const struct ipaddr *addr, uint8_t bits, bool optimistic);

/*
 * Removes an address, and the on-link route of its prefix unless another address needs it. Returns
 * 0 or -LEAT_ENOENT.
 */
int iface_addr_del(struct iface *iface, const struct ipaddr *addr);

/* Sets the state of @entry: duplicate-address detection ended, or a lifetime ran out. */
void iface_addr_set_state(struct iface *iface, struct iface_addr *entry, enum addr_state state);

/* Returns the entry of @addr on @iface, or NULL. */
struct iface_addr *iface_addr_find(struct iface *iface, const struct ipaddr *addr);

/*
 * Returns the interface that has @addr as its own address, or NULL. A tentative address does not
 * count. The loopback interface owns all of 127.0.0.0/8.
 */
struct iface *iface_of_addr(struct core *core, const struct ipaddr *addr);

/*
 * Returns true if @addr is a broadcast address on @iface: 255.255.255.255, or the last address of a
 * subnet.
 */
bool iface_is_broadcast(const struct iface *iface, const struct ipaddr *addr);

/*
 * Returns true if @iface is a member of group @addr. It is always a member of the all-hosts groups
 * and of the solicited-node groups of its addresses.
 */
bool iface_in_group(const struct iface *iface, const struct ipaddr *addr);
/*
 * Adds a user of @group who wants any source. Returns 0, -LEAT_EINVAL (not multicast) or
 * -LEAT_ENOBUFS.
 */
int iface_join(struct iface *iface, const struct ipaddr *group);
/* Removes such a user. Returns 0 or -LEAT_EADDRNOTAVAIL. */
int iface_leave(struct iface *iface, const struct ipaddr *group);
/*
 * Add and remove a user who wants only what @source sends to @group. They return the same values.
 */
int iface_join_source(struct iface *iface, const struct ipaddr *group, const struct ipaddr *source);
int iface_leave_source(struct iface *iface, const struct ipaddr *group, const struct ipaddr *source);
/* Returns the entry of @group, or NULL if the group has no user. */
const struct iface_group *iface_group_find(const struct iface *iface, const struct ipaddr *group);
/* Frees the groups of an interface that ends. */
void iface_groups_free(struct iface *iface);

/*
 * Opens a port to loopback: a socket that is bound to @port of 127.0.0.1 or ::1 gets packets of
 * @proto that arrive for that port of this interface's addresses. It gets only those that no other
 * socket takes. The packets keep their addresses. Returns 0 or -LEAT_ENOSPC.
 */
int iface_open_loopback(struct iface *iface, uint8_t proto, uint16_t port);
/*
 * Sets *@loopback to the loopback address whose socket may take a packet for @to that no other
 * socket takes. Returns false if there is none.
 */
bool iface_opens_loopback(
    const struct iface *iface, uint8_t proto, const struct endpoint *to, struct ipaddr *loopback);

/*
 * Takes the interface down for good. It neither sends nor receives any more, and no route uses it.
 */
void iface_down(struct iface *iface);

/*
 * Passes in a frame from the wire and consumes it. The caller has set core->now (stack_input()
 * does).
 */
void iface_input(struct iface *iface, struct pkt *frame);

/*
 * Returns true if packets may be sent on @iface with PKT_SUM_PARTIAL, because a device completes
 * their checksums or no receiver verifies them.
 */
static inline bool
iface_offloads_checksum(const struct iface *iface)
{
	return !iface->wire || (iface->wire->features & WIRE_SUM);
}

/*
 * Sends a frame to the wire. Cuts it and completes its checksums if the wire does not. Consumes it.
 */
void iface_transmit(struct iface *iface, struct pkt *frame);

#endif
