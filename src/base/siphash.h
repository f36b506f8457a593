/*
 * base/siphash.h - SipHash-2-4, the keyed hash that hostile peers cannot aim at (Aumasson and Bernstein, 2012).
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

/* The same result as siphash() on @n 64-bit words in little-endian order, without the byte loop. */
uint64_t siphash_words(const struct siphash_key *key, const uint64_t *words, size_t n);

#endif
