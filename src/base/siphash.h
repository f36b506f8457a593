/*
 * base/siphash.h - SipHash, a keyed hash that resists hostile input (Aumasson and Bernstein, 2012).
 *
 * SipHash-2-4 is for values that a peer may see. SipHash-1-3 is for hash tables, of which a peer
 * sees only how long they take.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t k[2];
};

/* Returns a 64-bit hash of the @len octets at @data, with @key. */
uint64_t siphash(const struct siphash_key *key, const void *data, size_t len);

/*
 * Return the SipHash-1-3 of @n 64-bit words, and of two words. Use them for hash tables only. The
 * version for two words is faster; it runs for nearly every packet.
 */
uint64_t siphash13_words(const struct siphash_key *key, const uint64_t *words, size_t n);
uint64_t siphash13_two(const struct siphash_key *key, uint64_t a, uint64_t b);

/*
 * Returns the same result as siphash() of @n 64-bit words in little-endian order, but does not read
 * single octets.
 */
uint64_t siphash_words(const struct siphash_key *key, const uint64_t *words, size_t n);

#endif
