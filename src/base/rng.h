/*
 * base/rng.h - a fast generator that a seed repeats exactly (xoshiro256**, seeded by splitmix64).
 *
 * Not for secrets: what an attacker must not guess goes through siphash() under a key from the
 * machine.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);

/* A generator of its own for purpose @stream: the draws of one do not disturb the other's. */
void rng_fork(struct rng *child, uint64_t seed, uint64_t stream);

uint64_t rng_u64(struct rng *r);

/*
 * Draws by number: the stream's key once, then draw @n of it, as often as wanted and in any order.
 * What is decided about the thing with that number costs nothing until it is asked.
 */
uint64_t rng_stream(uint64_t seed, uint64_t stream);
uint64_t rng_nth(uint64_t key, uint64_t n);

/* Uniform over 0 to @bound - 1, without bias; 0 when @bound is 0. */
uint64_t rng_below(struct rng *r, uint64_t bound);

/*
 * True in @ppb of 1,000,000,000 draws. Always draws exactly once, so that a changed probability
 * moves no later draw.
 */
bool rng_chance(struct rng *r, uint32_t ppb);

/* Uniform over [0, 1). */
double rng_unit(struct rng *r);

#endif
