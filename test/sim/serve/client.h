/*
 * test/sim/serve/client.h - clients of a server in virtual time. Each ends by itself, whatever
 * the server and the network do.
 */
#ifndef TEST_SIM_SERVE_CLIENT_H
#define TEST_SIM_SERVE_CLIENT_H

#include "../world.h"
#include "io/io.h"
#include "site.h"

/* What all clients of a seed share. */
struct clients {
	struct world *w;
	struct io_world *io;
	struct endpoint server;
	bool changes;         /* clients upload and remove files */
	nsec_t (*wall)(void); /* the time since 1970 */
	unsigned running;
	uint64_t answers; /* that were right */
};

/* They begin at a random time. */

/*
 * A client with the engine of http/conn/client.h: asks several times, again if the connection
 * breaks, and fails the seed if an answer is wrong or never comes. Some read slowly, and some
 * reset connections.
 */
void client_begin(struct clients *all);

/*
 * A client that writes octets by hand: requests in one piece, whose answers must be right and in
 * order; or requests whose answers it does not read; a head that trickles in; or junk.
 */
void hand_client_begin(struct clients *all);

/* `leat get`'s transfers: as client_begin(). */
void fetcher_begin(struct clients *all);

#endif
