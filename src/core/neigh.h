/*
 * core/neigh.h - the neighbour table: which host has which link address on an interface, with the
 * states of RFC 4861, 7.3.2, for ARP and for neighbour discovery alike.
 *
 * The table knows neither ARP nor NDP. It sends solicitations through neigh_ops and gets received
 * answers as struct neigh_event. It is bounded; entries that this host asked for outlive entries
 * that other hosts caused.
 */
#ifndef CORE_NEIGH_H
#define CORE_NEIGH_H

#include "base/ipaddr.h"
#include "base/nsec.h"

#include <stdbool.h>
#include <stdint.h>

struct core;
struct iface;
struct pkt;

enum neigh_state {
	NEIGH_NONE,
	NEIGH_INCOMPLETE,
	NEIGH_REACHABLE,
	NEIGH_STALE,
	NEIGH_DELAY,
	NEIGH_PROBE,
	NEIGH_FAILED,
	NEIGH_PERMANENT
};

struct neigh_ops {
	/*
	 * Sends a solicitation for @addr: to @mac alone if that is not NULL (a probe), otherwise to
	 * all hosts.
	 */
	void (*solicit)(void *self, struct iface *iface, const struct ipaddr *addr, const uint8_t *mac);
};

void neigh_register(struct core *core, bool v6, const struct neigh_ops *ops, void *self);

/*
 * Sends @pkt to @next_hop on @iface: at once if the link address is known, otherwise when it
 * becomes known. Consumes @pkt. If no one answers, the waiting packets are dropped (NEIGH_FAILED),
 * and their transports are notified by core_error() with LEAT_EHOSTUNREACH and own = true.
 */
void neigh_output(struct iface *iface, struct pkt *pkt, const struct ipaddr *next_hop);

/* What a received answer or request says about a neighbour. */
struct neigh_event {
	struct ipaddr addr;
	uint8_t mac[6];
	bool solicited; /* it answers a solicitation */
	bool override;  /* it may replace another link address */
	bool create;    /* make an entry if there is none (for a request to this host) */
};

/* Updates the entry of @event->addr. Returns false if there is no entry and none was made. */
bool neigh_heard(struct iface *iface, const struct neigh_event *event);

/*
 * The transport made progress, so the neighbour is reachable (RFC 4861, 7.3.1). It is cheap enough
 * to be called for each ACK.
 */
void neigh_confirm(struct iface *iface, const struct ipaddr *addr);

/*
 * The transport makes no progress (RFC 9293, 3.8.3, R1). The entry is no longer trusted, and the
 * neighbour is probed at once. Does nothing if the neighbour answered within the last second or is
 * being probed already.
 */
void neigh_doubt(struct iface *iface, const struct ipaddr *addr);

/* Sets a fixed entry that never ages. Returns 0 or -LEAT_ENOSPC. */
int neigh_set_permanent(struct iface *iface, const struct ipaddr *addr, const uint8_t mac[6]);

/* One entry, for listings such as `ip neigh` makes. */
struct neigh_info {
	struct ipaddr addr;
	uint8_t mac[6];
	enum neigh_state state;
	uint32_t ifindex;
	nsec_t updated;
};
void neigh_each(struct core *core, void (*fn)(const struct neigh_info *info, void *arg), void *arg);

#endif
