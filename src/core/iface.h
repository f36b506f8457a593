/*
 * core/iface.h - an interface: addresses, MTU, the link that frames packets for it, and the wire
 * that takes the frames.
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

/* What a wire can do by itself, so that we need not. */
enum wire_feature {
	WIRE_TSO4 = 1, /* takes TCP super-segments over IPv4 whole */
	WIRE_TSO6 = 2,
	WIRE_USO = 4, /* takes UDP super-datagrams whole */
	WIRE_SUM = 8, /* takes packets with PKT_SUM_PARTIAL */
};

/* Where frames go. It queues: it never calls back into a stack. */
struct wire {
	uint32_t features;
	/* Consumes @frame, which begins at the link header. @now is the sender's time. */
	void (*transmit)(struct wire *wire, struct pkt *frame, nsec_t now);
};

struct link_ops {
	/*
	 * Consumes @pkt, data at the network header, ethertype set: frame it for @next_hop, and
	 * transmit it now or when the neighbour is known.
	 */
	void (*output)(struct iface *iface, struct pkt *pkt, const struct ipaddr *next_hop);
	/*
	 * Consumes @frame as it came from the wire: check, strip the link header, hand to the
	 * network.
	 */
	void (*input)(struct iface *iface, struct pkt *frame);
	/*
	 * Frame and transmit to a known link address; for ARP, neighbour discovery and the packets
	 * that waited for them. Consumes.
	 */
	void (*output_to)(struct iface *iface, struct pkt *pkt, const uint8_t mac[6]);
	bool has_neighbours; /* next hops need resolving (Ethernet) */
	uint8_t header_len;  /* octets it pushes */
};

enum addr_state { ADDR_TENTATIVE, ADDR_PREFERRED, ADDR_DEPRECATED, ADDR_DUPLICATE };

struct iface_addr {
	struct ipaddr addr;
	uint8_t bits;  /* of its prefix */
	uint8_t state; /* enum addr_state */
};

struct iface_counters {
	uint64_t rx_frames, rx_octets, tx_frames, tx_octets;
	uint64_t rx_other_groups; /* of rx_frames: to groups that were not joined, and so not looked at */
};

/* A port that an interface opens to what is bound to loopback. */
struct iface_opened {
	uint8_t proto;
	uint16_t port;
};

struct iface_source {
	struct ipaddr addr;
	uint16_t users;
};

/* A group: how many want it from any source, and the sources that others want. */
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
	uint32_t mtu; /* octets of network packet */
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

/* 0 with *@out set (the core owns it, core_free() frees it), -LEAT_ENOMEM, -LEAT_ENOSPC. */
int iface_add(struct core *core, const struct iface_config *config, struct iface **out);

/*
 * Give it an address and the on-link route of its prefix. With @optimistic the address is used at
 * once; otherwise it is tentative until duplicate-address detection ends (RFC 4862, 5.4; RFC 5227).
 * 0, -LEAT_EEXIST, -LEAT_ENOSPC.
 */
int iface_addr_add(struct iface *iface, const struct ipaddr *addr, uint8_t bits, bool optimistic);

/*
 * Take it away, with the on-link route of its prefix unless another address needs it. 0 or
 * -LEAT_ENOENT.
 */
int iface_addr_del(struct iface *iface, const struct ipaddr *addr);

/* @entry is now @state: duplicate-address detection ended, a lifetime ran out. */
void iface_addr_set_state(struct iface *iface, struct iface_addr *entry, enum addr_state state);

/* The address entry on @iface, or NULL. */
struct iface_addr *iface_addr_find(struct iface *iface, const struct ipaddr *addr);

/*
 * The interface that holds @addr as its own (not tentative), or NULL. Loopback's whole 127.0.0.0/8
 * is its own.
 */
struct iface *iface_of_addr(struct core *core, const struct ipaddr *addr);

/* Is @addr a broadcast address on @iface: 255.255.255.255, or the last of a subnet? */
bool iface_is_broadcast(const struct iface *iface, const struct ipaddr *addr);

/*
 * Is @addr a group that @iface has joined? All-hosts and solicited-node groups of its addresses
 * always are.
 */
bool iface_in_group(const struct iface *iface, const struct ipaddr *addr);
/*
 * Adds a user of @group who wants any source. Returns 0, -LEAT_EINVAL (not multicast) or
 * -LEAT_ENOBUFS.
 */
int iface_join(struct iface *iface, const struct ipaddr *group);
/* One user less. 0 or -LEAT_EADDRNOTAVAIL. */
int iface_leave(struct iface *iface, const struct ipaddr *group);
/* Adds a user who wants what @source sends to @group. Returns the same. */
int iface_join_source(struct iface *iface, const struct ipaddr *group, const struct ipaddr *source);
int iface_leave_source(struct iface *iface, const struct ipaddr *group, const struct ipaddr *source);
/* Returns NULL if @group has no user. */
const struct iface_group *iface_group_find(const struct iface *iface, const struct ipaddr *group);
/* Called when the interface ends. */
void iface_groups_free(struct iface *iface);

/*
 * Packets of @proto that come in here for an address of ours and @port, and that no socket takes,
 * may be taken by one that is bound to that port of 127.0.0.1 or ::1. They keep their addresses. 0
 * or -LEAT_ENOSPC.
 */
int iface_open_loopback(struct iface *iface, uint8_t proto, uint16_t port);
/*
 * The loopback address that a packet for @to, taken by no socket, may go to instead; false if there
 * is none.
 */
bool iface_opens_loopback(
    const struct iface *iface, uint8_t proto, const struct endpoint *to, struct ipaddr *loopback);

/* For good: it neither sends nor receives any more, and no way leads over it. */
void iface_down(struct iface *iface);

/* A frame from the wire. Consumes it. The caller has set core->now (stack_input() does). */
void iface_input(struct iface *iface, struct pkt *frame);

/*
 * Must checksums be complete before a packet goes out here? Where they need not be, some device
 * computes them, or nobody looks.
 */
static inline bool
iface_offloads_checksum(const struct iface *iface)
{
	return !iface->wire || (iface->wire->features & WIRE_SUM);
}

/*
 * A frame to the wire, cut and with checksums completed as the wire's features demand. Consumes it.
 */
void iface_transmit(struct iface *iface, struct pkt *frame);

#endif
