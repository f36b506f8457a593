/*
 * test/sim/world.h - what the virtual-time tests share: two hosts, a bad link between them that the
 * seed chooses, and the command line that runs a failing seed again.
 */
#ifndef TEST_SIM_WORLD_H
#define TEST_SIM_WORLD_H

#include "base/err.h"
#include "base/rng.h"
#include "sim/sim.h"
#include "tcp/tcp.h"

#include <stdbool.h>
#include <stdint.h>

struct world {
	uint64_t seed;
	struct sim *sim;
	struct stack *host[2];
	struct sim_link *link;
	struct rng rng; /* for the test's own choices */
	struct ipaddr addr[2];
	bool v6;
	bool failed;
	struct sink sink; /* --trace: events */
	struct siphash_key key;
	uint64_t digest; /* of every frame at both ends with its time, if want_digest */
	bool want_digest, trace;
};

/* How a seed is run. */
struct world_options {
	bool trace;  /* a line per frame and event on stdout */
	bool digest; /* compute world.digest */
	bool clean;  /* a link that only delays */
};

/* Prints the reason, once, and fails the world. */
__attribute__((format(printf, 2, 3))) void world_fail(struct world *w, const char *format, ...);

/* Makes two hosts with addresses of the family that the seed chooses. Never returns NULL. */
struct world *world_new(uint64_t seed, const struct world_options *options);

/*
 * Fails the world if an event, a connection or a packet is left. Frees all. Returns true if the
 * world has failed. @digest may be NULL.
 */
bool world_end(struct world *w, uint64_t *digest);

/* Returns a random number from @low to @high, uniformly. */
uint64_t world_between(struct rng *r, uint64_t low, uint64_t high);

/* Stores the octets from @from to @from + @len of the endless pattern @key. */
void world_pattern(uint64_t key, uint64_t from, uint8_t *to, size_t len);

/*
 * Compares @octets with pattern @key from @from on. Returns the offset of the first difference; -1
 * = none.
 */
ssize_t world_compare(uint64_t key, uint64_t from, const uint8_t *octets, size_t len);

/* Returns the endpoint of host @who at @port. */
struct endpoint world_endpoint(const struct world *w, unsigned who, uint16_t port);

/* Runs one seed. Returns true if it failed. Stores the digest if it was asked for. */
typedef bool world_run_fn(uint64_t seed, const struct world_options *options, uint64_t *digest);

/*
 * Does all of main(): --seeds N runs N seeds, from 1 or from --from M; --seed N runs one seed, with
 * --trace if asked for. The first seeds run twice, and must give the same digest. Prints each seed
 * that failed, and how to run it again.
 */
int world_main(int argc, char **argv, world_run_fn *run);

/* trace.c: print a line for --trace. */
void trace_frame(unsigned side, bool sent, const struct pkt *frame, nsec_t when);
void trace_event(struct sink *sink, const struct event *e);

#endif
