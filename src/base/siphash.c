/*
 * base/siphash.c - SipHash-2-4 and SipHash-1-3: two rounds for each word and four at the end, or
 * one and three.
 */
#include "base/siphash.h"

#include <string.h>

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t
rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static inline void
sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotl(s->v1, 13) ^ s->v0;
	s->v0 = rotl(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotl(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotl(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotl(s->v1, 17) ^ s->v2;
	s->v2 = rotl(s->v2, 32);
}

/* The key, combined with the constant "somepseudorandomlygeneratedbytes". */
static inline struct sip
sip_begin(const struct siphash_key *key)
{
	return (struct sip){key->k[0] ^ 0x736f6d6570736575, key->k[1] ^ 0x646f72616e646f6d,
	    key->k[0] ^ 0x6c7967656e657261, key->k[1] ^ 0x7465646279746573};
}

static inline void
sip_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	sip_round(s);
	s->v0 ^= word;
}

/*
 * @last holds the octets that do not fill a word, with the low octet of the length in its top
 * octet.
 */
static inline uint64_t
sip_end(struct sip *s, uint64_t last)
{
	sip_word(s, last);
	s->v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

uint64_t
siphash(const struct siphash_key *key, const void *data, size_t len)
{
	struct sip s = sip_begin(key);
	const uint8_t *p = data;
	uint64_t word, last = (uint64_t)len << 56;
	size_t rest = len % 8;

	for (size_t i = 0; i < len / 8; i++) {
		memcpy(&word, p + 8 * i, 8);
		sip_word(&s, word);
	}
	for (size_t i = 0; i < rest; i++)
		last |= (uint64_t)p[len - rest + i] << (8 * i);
	return sip_end(&s, last);
}

uint64_t
siphash_words(const struct siphash_key *key, const uint64_t *words, size_t n)
{
	struct sip s = sip_begin(key);

	for (size_t i = 0; i < n; i++)
		sip_word(&s, words[i]);
	return sip_end(&s, (uint64_t)n * 8 << 56);
}

static inline void
sip13_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	s->v0 ^= word;
}

static inline uint64_t
sip13_end(struct sip *s, uint64_t last)
{
	sip13_word(s, last);
	s->v2 ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

uint64_t
siphash13_words(const struct siphash_key *key, const uint64_t *words, size_t n)
{
	struct sip s = sip_begin(key);

	for (size_t i = 0; i < n; i++)
		sip13_word(&s, words[i]);
	return sip13_end(&s, (uint64_t)n * 8 << 56);
}

uint64_t
siphash13_two(const struct siphash_key *key, uint64_t a, uint64_t b)
{
	struct sip s = sip_begin(key);

	sip13_word(&s, a);
	sip13_word(&s, b);
	return sip13_end(&s, (uint64_t)16 << 56);
}
