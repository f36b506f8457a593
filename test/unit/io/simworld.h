/*
 * test/unit/io/simworld.h - two hosts of sim/simio.h with a wheel and a clock, for tests that need
 * worlds and no network below them.
 */
#ifndef TEST_IO_SIMWORLD_H
#define TEST_IO_SIMWORLD_H

#include "io/conform.h"
#include "sim/simio.h"

struct simworld {
	struct conform conform; /* client, server and turn() are set */
	struct wheel *wheel;
	nsec_t now;
	struct simio_net *net;
	struct simio_host *client, *server;
};

/* The addresses of the hosts, and a rule of their network. */
struct simworld_config {
	bool v6;
	bool alone; /* the client is its own server, at its loopback address */
	uint64_t seed;
	struct simio_rule rule;
};

struct simworld *simworld_new(const struct simworld_config *config);
/* Asserts that nothing is open and that no timer is armed. */
void simworld_free(struct simworld *w);
/* Lets @len of virtual time pass. */
void simworld_pass(struct simworld *w, nsec_t len);

/* For conform_run(): *state is a simworld_config, and becomes the conform of a simworld. */
int simworld_setup(void **state);
int simworld_teardown(void **state);

#endif
