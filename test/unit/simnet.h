/*
 * test/unit/simnet.h - hosts in virtual time: one that talks to itself over its loopback, or two with
 * links between them.
 */
#ifndef TEST_SIMNET_H
#define TEST_SIMNET_H

#include "addr.h"
#include "sim/sim.h"

enum { SIMNET_LINKS = 2 };

struct simnet {
	struct sim *sim;
	struct stack *host[2];
	struct iface *iface[SIMNET_LINKS][2]; /* by link and host */
	unsigned links;
};

/* One host or two, without a link. */
void simnet_start(struct simnet *n, uint64_t seed, unsigned hosts);

/*
 * Adds a link between the two hosts that treats frames in both directions as @impair says; NULL: none.
 * On link L, counted from 0, the hosts are 10.L.0.1/24 and 10.L.0.2/24, fd00:L::1/64 and fd00:L::2/64.
 */
void simnet_link(struct simnet *n, const struct emu_impair *impair);

/* Lets @span of virtual time pass. */
void simnet_pass(struct simnet *n, nsec_t span);

/*
 * Lets connections end and frees all. The test has closed its sockets. Asserts that nothing is left to
 * happen within an hour, and that every packet is back in the pool.
 */
void simnet_end(struct simnet *n);

#endif
