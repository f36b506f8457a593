/*
 * base/rng.h - a fast random generator whose sequence a seed repeats exactly (xoshiro256**, seeded
 * by splitmix64).
 *
 * Do not use it for secrets. What an attacker must not guess is made by siphash() with a key from
 * the machine's own generator.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);

/*
 * Sets up @child as a generator for one purpose, numbered @stream. Draws from one stream do not
 * change the draws of another.
 */
void rng_fork(struct rng *child, uint64_t seed, uint64_t stream);

uint64_t rng_u64(struct rng *r);

/*
 * Random numbers by index. rng_stream() makes the key of a stream, once. rng_nth() then returns
 * number @n of that stream, in any order and as often as wanted. So a decision about item @n costs
 * nothing until it is needed.
 */
uint64_t rng_stream(uint64_t seed, uint64_t stream);
uint64_t rng_nth(uint64_t key, uint64_t n);

/* Returns a uniform number from 0 to @bound - 1, without bias. Returns 0 if @bound is 0. */
uint64_t rng_below(struct rng *r, uint64_t bound);

/*
 * Returns true with a probability of @ppb parts per 1,000,000,000. It always draws exactly once, so
 * another probability does not change the later draws.
 */
bool rng_chance(struct rng *r, uint32_t ppb);

/* Returns a uniform number in [0, 1). */
double rng_unit(struct rng *r);

#endif
