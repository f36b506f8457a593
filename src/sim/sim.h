/*
 * sim/sim.h - virtual time: many hosts and emulated links in one process, run as fast as the
 * machine can, the same for the same seed.
 *
 * Whatever happens next is done next, wherever it happens: the clock jumps from one event to the
 * next. At one instant the caller's own timers go first, then frames arrive (links in the order of
 * their making), then hosts' timers fire (in the order of their making).
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
 * Are frames that arrive at one instant joined (stack_input_batch())? Only on links that do nothing
 * but delay, as `leat run` does it; on no link; on every one.
 */
enum sim_join { SIM_JOIN_GOOD, SIM_JOIN_NEVER, SIM_JOIN_ALWAYS };

struct sim_config {
	uint64_t seed;     /* of everything: hosts, links */
	size_t pool;       /* octets of packets, of all hosts together; 0 = 256 MiB */
	struct sink *sink; /* borrowed: hears every host; NULL = nobody listens */
	enum sim_join join;
};

/* NULL without memory. Time begins at 0. */
struct sim *sim_new(const struct sim_config *config);

/* Hosts, links, and all packets with them. Asserts that no packet leaked. */
void sim_free(struct sim *sim);

nsec_t sim_now(const struct sim *sim);
struct pkt_pool *sim_pool(struct sim *sim);

/* For timers of the caller's own, which fire in virtual time. */
struct wheel *sim_wheel(struct sim *sim);

/* A host, which the simulation owns; its number in events counts from 1. NULL without memory. */
struct stack *sim_host(struct sim *sim);

struct sim_link_config {
	struct stack *host[2];
	struct emu_impair dir[2]; /* EMU_UP: from host[0] to host[1] */
	uint32_t mtu;             /* 0 = 1500 */
	bool rawip;               /* bare IP packets instead of Ethernet */
};

/*
 * An interface on each host, and the emulated link between them. NULL without memory or when a host
 * has no room.
 */
struct sim_link *sim_link(struct sim *sim, const struct sim_link_config *config);
struct iface *sim_link_iface(struct sim_link *l, unsigned end);
struct emu *sim_link_emu(struct sim_link *l);

/*
 * The text @addr with @bits of prefix becomes an address of @iface, at once and without asking who
 * else has it. 0 or a negative error.
 */
int sim_address(struct iface *iface, const char *addr, uint8_t bits);

/* Make the next thing happen. False when nothing will. */
bool sim_step(struct sim *sim);

/*
 * Until the time is @until, or @done (may be NULL) says so after an event. True when it did, or
 * when nothing was left to happen before @until.
 */
bool sim_run(struct sim *sim, nsec_t until, bool (*done)(void *arg), void *arg);

#endif
