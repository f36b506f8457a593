/*
 * base/rng.c - xoshiro256** 1.0 (Blackman and Vigna, 2018) and splitmix64 (Steele, Lea and Flood,
 * 2014).
 */
#include "base/rng.h"

static uint64_t
rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static const uint64_t GOLDEN = 0x9e3779b97f4a7c15; /* the step of splitmix64 */

static uint64_t
splitmix64(uint64_t *state)
{
	uint64_t z = *state += GOLDEN;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void
rng_seed(struct rng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		r->s[i] = splitmix64(&seed);
}

/*
 * Seed and stream are mixed one after the other, so that neighbouring seeds and neighbouring
 * streams do not give the same sequence.
 */
uint64_t
rng_stream(uint64_t seed, uint64_t stream)
{
	uint64_t mixed = splitmix64(&seed) ^ stream;

	return splitmix64(&mixed);
}

void
rng_fork(struct rng *child, uint64_t seed, uint64_t stream)
{
	rng_seed(child, rng_stream(seed, stream));
}

uint64_t
rng_nth(uint64_t key, uint64_t n)
{
	uint64_t state = key + n * GOLDEN;

	return splitmix64(&state);
}

uint64_t
rng_u64(struct rng *r)
{
	uint64_t result = rotl(r->s[1] * 5, 7) * 9, t = r->s[1] << 17;

	r->s[2] ^= r->s[0];
	r->s[3] ^= r->s[1];
	r->s[1] ^= r->s[2];
	r->s[0] ^= r->s[3];
	r->s[2] ^= t;
	r->s[3] = rotl(r->s[3], 45);
	return result;
}

/*
 * Multiplies, and draws again in the few cases that would give a biased result (Lemire, "Fast
 * random integer generation in an interval", 2019).
 */
uint64_t
rng_below(struct rng *r, uint64_t bound)
{
	unsigned __int128 product;
	uint64_t reject;

	if (bound == 0)
		return 0;
	product = (unsigned __int128)rng_u64(r) * bound;
	if ((uint64_t)product < bound) {
		reject = (0 - bound) % bound;
		while ((uint64_t)product < reject)
			product = (unsigned __int128)rng_u64(r) * bound;
	}
	return (uint64_t)(product >> 64);
}

bool
rng_chance(struct rng *r, uint32_t ppb)
{
	return (uint64_t)((unsigned __int128)rng_u64(r) * 1000000000 >> 64) < ppb;
}

double
rng_unit(struct rng *r)
{
	return (double)(rng_u64(r) >> 11) * 0x1p-53;
}
