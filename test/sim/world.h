/*
 * test/sim/world.h - what the virtual-time tests share: two hosts, a bad link between them drawn from a seed, and the command line by
 * which a failing seed is run again.
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
	struct rng rng; /* the test's own draws */
	struct ipaddr addr[2];
	bool v6;
	bool failed;
	struct sink sink; /* --trace: events */
	struct siphash_key key;
	uint64_t digest; /* of every frame at both ends, with its time; while want_digest */
	bool want_digest, trace;
};

/* How a seed is run. */
struct world_options {
	bool trace;  /* a line per frame and event on stdout */
	bool digest; /* world.digest is wanted */
	bool clean;  /* a link that only delays */
};

/* Prints the reason, once, and fails the world. */
__attribute__((format(printf, 2, 3))) void world_fail(struct world *w, const char *format, ...);

/* Two hosts with addresses of the family that the seed drew. Never NULL. */
struct world *world_new(uint64_t seed, const struct world_options *options);

/* Nothing may be left to happen, and nothing in the pool; fails otherwise, then frees all. Returns whether the world had failed; @digest may be NULL. */
bool world_end(struct world *w, uint64_t *digest);

/* Uniform over @low to @high. */
uint64_t world_between(struct rng *r, uint64_t low, uint64_t high);

/* The octets @from to @from + @len of the endless pattern number @key. */
void world_pattern(uint64_t key, uint64_t from, uint8_t *to, size_t len);

/* Where pattern @key differs from @octets, which should be its octets from @from on; -1 = nowhere. */
ssize_t world_compare(uint64_t key, uint64_t from, const uint8_t *octets, size_t len);

/* An endpoint of host @who. */
struct endpoint world_endpoint(const struct world *w, unsigned who, uint16_t port);

/* One seed; returns whether it failed, and the digest where asked for. */
typedef bool world_run_fn(uint64_t seed, const struct world_options *options, uint64_t *digest);

/*
 * The whole main(): --seeds N (from 1, or from --from M), --seed N alone, with --trace if asked for. Each run also asserts that its first seeds give the
 * same digest twice. Prints every seed that failed, and how to run it again.
 */
int world_main(int argc, char **argv, world_run_fn *run);

/* trace.c: lines for --trace. */
void trace_frame(unsigned side, bool sent, const struct pkt *frame, nsec_t when);
void trace_event(struct sink *sink, const struct event *e);

#endif
