/*
 * base/siphash.h - SipHash, the keyed hash that hostile peers cannot aim at (Aumasson and
 * Bernstein, 2012): SipHash-2-4 for what they may see of it, and SipHash-1-3 for tables, of which
 * they see nothing but how long they take.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t k[2];
};

/* 64 bits out of @len octets at @data, under @key. */
uint64_t siphash(const struct siphash_key *key, const void *data, size_t len);

/*
 * SipHash-1-3 of @n 64-bit words, for tables alone; and of two words, as what is done for nearly
 * every packet needs it.
 */
uint64_t siphash13_words(const struct siphash_key *key, const uint64_t *words, size_t n);
uint64_t siphash13_two(const struct siphash_key *key, uint64_t a, uint64_t b);

/* The same result as siphash() on @n 64-bit words in little-endian order, without the byte loop. */
uint64_t siphash_words(const struct siphash_key *key, const uint64_t *words, size_t n);

#endif
