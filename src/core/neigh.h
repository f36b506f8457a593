/*
 * core/neigh.h - who has which link address on an interface: the states of RFC 4861, 7.3.2, for ARP
 * and for neighbour discovery alike.
 *
 * The table knows neither ARP nor NDP: it asks through neigh_ops to have a solicitation sent, and
 * is told what answers say. It is bounded; entries that were asked for by us outlive those that
 * strangers filled in.
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
	/* Ask who has @addr: to @mac alone when not NULL (a probe), to all otherwise. */
	void (*solicit)(void *self, struct iface *iface, const struct ipaddr *addr, const uint8_t *mac);
};

void neigh_register(struct core *core, bool v6, const struct neigh_ops *ops, void *self);

/*
 * Send @pkt to @next_hop on @iface: at once where the link address is known, otherwise when it is.
 * Consumes. When nobody answers, waiting packets are dropped (NEIGH_FAILED) and their transports
 * told through core_error() with own = true, LEAT_EHOSTUNREACH.
 */
void neigh_output(struct iface *iface, struct pkt *pkt, const struct ipaddr *next_hop);

/* What an answer or a request told. */
struct neigh_event {
	struct ipaddr addr;
	uint8_t mac[6];
	bool solicited; /* it answers a question */
	bool override;  /* it may replace another link address */
	bool create;    /* make an entry if there is none (a request to us) */
};

/* False: it is of nobody that is known here, and was to make no entry. */
bool neigh_heard(struct iface *iface, const struct neigh_event *event);

/*
 * The transport saw progress: the neighbour is reachable (RFC 4861, 7.3.1). Cheap enough for each
 * ACK.
 */
void neigh_confirm(struct iface *iface, const struct ipaddr *addr);

/*
 * The transport sees no progress (RFC 9293, 3.8.3, R1): what is known of the neighbour is no longer
 * taken on trust, however lately it was heard of, but asked for at once. Nothing happens where it
 * has just answered, or is being asked already.
 */
void neigh_doubt(struct iface *iface, const struct ipaddr *addr);

/* A fixed entry that never ages. 0 or -LEAT_ENOSPC. */
int neigh_set_permanent(struct iface *iface, const struct ipaddr *addr, const uint8_t mac[6]);

/* Each entry, for `ip neigh` style listings. */
struct neigh_info {
	struct ipaddr addr;
	uint8_t mac[6];
	enum neigh_state state;
	uint32_t ifindex;
	nsec_t updated;
};
void neigh_each(struct core *core, void (*fn)(const struct neigh_info *info, void *arg), void *arg);

const char *neigh_state_name(enum neigh_state state);

#endif
