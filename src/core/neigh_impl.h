/*
 * core/neigh_impl.h - the inside of the neighbour table. neigh_table.c keeps the entries, neigh.c
 * changes their states.
 */
#ifndef CORE_NEIGH_IMPL_H
#define CORE_NEIGH_IMPL_H

#include "base/table.h"
#include "core/core.h"
#include "core/neigh.h"
#include "pkt/queue.h"

/* The order in which entries are removed when the table is full: see neigh_table.c. */
enum neigh_group { GROUP_STRANGER, GROUP_UNRESOLVED, GROUP_OURS, GROUPS };

struct neigh {
	struct table_node node;
	struct list lru; /* place in the list of its group */
	struct iface *iface;
	struct ipaddr addr;
	uint8_t mac[6];
	uint8_t state; /* enum neigh_state */
	uint8_t group; /* enum neigh_group */
	bool ours;     /* this host had a packet for it */
	bool doubted;  /* a transport asked for this probing */
	uint8_t tries;
	nsec_t updated;
	nsec_t confirmed; /* time of the last proof that it is reachable */
	nsec_t reachable; /* how long that proof holds */
	struct timer timer;
	struct pkt_queue waiting;
};

struct neigh_table {
	struct core *core;
	struct table table;
	struct list lru[GROUPS];
	uint32_t unresolved;
	struct neigh *last; /* the entry found last, which is usually the next one wanted */
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

/* Looks @addr up in the table. neigh_find() calls it if the entry found last is another. */
struct neigh *neigh_look_up(struct iface *iface, const struct ipaddr *addr);

/* Returns the entry of @addr, or NULL. */
static inline struct neigh *
neigh_find(struct iface *iface, const struct ipaddr *addr)
{
	struct neigh *last = iface->core->neigh->last;

	if (last && last->iface == iface && ipaddr_eq(&last->addr, addr))
		return last;
	return neigh_look_up(iface, addr);
}

/*
 * Returns a new entry without a state. Returns NULL without memory, or if the table is full of
 * permanent entries.
 */
struct neigh *neigh_create(struct iface *iface, const struct ipaddr *addr, bool ours);

/* Frees @n. Packets that wait for it are dropped with @reason. */
void neigh_forget(struct neigh *n, enum drop_reason reason);

/*
 * Moves @n to the end of the list that it belongs to now: it was just used, or its state changed.
 */
void neigh_touch(struct neigh *n);

/* Changes the state of @n, and reports the change to the sink if the state is another one. */
void neigh_enter(struct neigh *n, enum neigh_state state);

/* The timer function of each entry (neigh.c). */
timer_fn neigh_timer;

#endif
