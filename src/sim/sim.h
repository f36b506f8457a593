/*
 * sim/sim.h - runs many hosts and emulated links in virtual time, in one process. It runs as fast
 * as the machine can. The same seed gives the same events.
 *
 * The clock jumps from one event to the next. At one instant, the caller's own timers fire first.
 * Then frames arrive, on the links in the order in which they were made. Then the timers of the
 * hosts fire, also in the order in which they were made.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "base/wheel.h"
#include "link/emu.h"
#include "stack/stack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim;
struct sim_link;

/*
 * On which links frames that arrive at one instant may be joined (GRO). GOOD: on links that do
 * nothing but delay, as in `leat run`. NEVER: on none. ALWAYS: on all.
 */
enum sim_join { SIM_JOIN_GOOD, SIM_JOIN_NEVER, SIM_JOIN_ALWAYS };

struct sim_config {
	uint64_t seed;     /* for all hosts and links */
	size_t pool;       /* size of the pool of packets of all hosts, in octets; 0 = 256 MiB */
	struct sink *sink; /* borrowed: gets the events of all hosts; NULL = none does */
	enum sim_join join;
};

/* Returns a new simulation, which sim_free() frees; NULL without memory. Time begins at 0. */
struct sim *sim_new(const struct sim_config *config);

/* Frees the simulation with its hosts, links and packets. Asserts that no packet leaked. */
void sim_free(struct sim *sim);

nsec_t sim_now(const struct sim *sim);
struct pkt_pool *sim_pool(struct sim *sim);

/* Returns the wheel for the caller's own timers, which fire in virtual time. */
struct wheel *sim_wheel(struct sim *sim);

/*
 * Makes a host, which the simulation owns. Its number in events is 1 for the first host. Returns
 * NULL without memory.
 */
struct stack *sim_host(struct sim *sim);

struct sim_link_config {
	struct stack *host[2];
	struct emu_impair dir[2]; /* EMU_UP: from host[0] to host[1] */
	uint32_t mtu;             /* 0 = 1500 */
	bool rawip;               /* bare IP packets instead of Ethernet */
};

/*
 * Adds an interface to each host, and the emulated link between them. The simulation owns them.
 * Returns NULL without memory, or if a host cannot have more interfaces.
 */
struct sim_link *sim_link(struct sim *sim, const struct sim_link_config *config);
struct iface *sim_link_iface(struct sim_link *l, unsigned end);
struct emu *sim_link_emu(struct sim_link *l);

/*
 * Parses @addr and adds it to @iface, with a prefix of @bits bits. It is usable at once, without
 * duplicate address detection. Returns 0 or a negative error.
 */
int sim_address(struct iface *iface, const char *addr, uint8_t bits);

/* Runs the next event. Returns false if there is none. */
bool sim_step(struct sim *sim);

/*
 * Runs events until the time is @until, or until @done returns true, which is asked after each
 * instant and may be NULL. Returns true if @done ended the run, or if no event was left at all.
 * Returns false if the time @until came first.
 */
bool sim_run(struct sim *sim, nsec_t until, bool (*done)(void *arg), void *arg);

#endif
