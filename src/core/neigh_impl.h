/*
 * core/neigh_impl.h - the neighbour table's inside: neigh_table.c keeps the entries, neigh.c drives
 * their states.
 */
#ifndef CORE_NEIGH_IMPL_H
#define CORE_NEIGH_IMPL_H

#include "base/table.h"
#include "core/core.h"
#include "core/neigh.h"
#include "pkt/queue.h"

/* Who goes first when the table is full: see neigh_table.c. */
enum neigh_group { GROUP_STRANGER, GROUP_UNRESOLVED, GROUP_OURS, GROUPS };

struct neigh {
	struct table_node node;
	struct list lru; /* of its group */
	struct iface *iface;
	struct ipaddr addr;
	uint8_t mac[6];
	uint8_t state; /* enum neigh_state */
	uint8_t group; /* enum neigh_group */
	bool ours;     /* we had something to send to it */
	bool doubted;  /* a transport asked for this probing */
	uint8_t tries;
	nsec_t updated;
	nsec_t confirmed; /* last proof that it is reachable */
	nsec_t reachable; /* how long that proof holds */
	struct timer timer;
	struct pkt_queue waiting;
};

struct neigh_table {
	struct core *core;
	struct table table;
	struct list lru[GROUPS];
	uint32_t unresolved;
	struct neigh *last; /* found last: mostly it is asked for again */
	struct {
		const struct neigh_ops *ops;
		void *self;
	} family[2];
};

static inline struct neigh_table *
neigh_table_of(const struct neigh *n)
{
	return n->iface->core->neigh;
}

/* As neigh_find(), which asks it where the last one found is another. */
struct neigh *neigh_look_up(struct iface *iface, const struct ipaddr *addr);

/* NULL when there is none. */
static inline struct neigh *
neigh_find(struct iface *iface, const struct ipaddr *addr)
{
	struct neigh *last = iface->core->neigh->last;

	if (last && last->iface == iface && ipaddr_eq(&last->addr, addr))
		return last;
	return neigh_look_up(iface, addr);
}

/* A new entry in no state yet; NULL when the table is full of fixed ones, or without memory. */
struct neigh *neigh_create(struct iface *iface, const struct ipaddr *addr, bool ours);

/* Gone; what waits is dropped for @reason. */
void neigh_forget(struct neigh *n, enum drop_reason reason);

/* It was just used, or its state is another: to the end of the list that it belongs on. */
void neigh_touch(struct neigh *n);

/* It is in @state from now on: told to the sink if that is news. */
void neigh_enter(struct neigh *n, enum neigh_state state);

/* What the timer of each entry does (neigh.c). */
timer_fn neigh_timer;

#endif
