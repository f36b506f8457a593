/*
 * test/unit/io/sockworld.h - worlds over Leat's own sockets: of two hosts in virtual time with a
 * link between them, or of one host that talks to itself.
 */
#ifndef TEST_IO_SOCKWORLD_H
#define TEST_IO_SOCKWORLD_H

#include "../simnet.h"
#include "io/conform.h"

struct sockworld_kind {
	const char *what;
	const char *at; /* the server's address; loopback: the client is its own server */
	uint64_t seed;
	struct emu_impair impair; /* in each direction */
	nsec_t rest;              /* conform.rest */
};

struct sockworld {
	struct conform conform;
	struct simnet net; /* host 0 is the client, host 1 the server */
};

/* 20 ms in each direction, and 2% of the frames are lost. */
#define SOCKWORLD_BAD                                                                                        \
	{                                                                                                    \
		.delay = 20 * MSEC, .loss = 20000000                                                         \
	}

/* For conform_run(): *state is a sockworld_kind, and becomes a sockworld. */
int sockworld_setup(void **state);
int sockworld_teardown(void **state);

#endif
