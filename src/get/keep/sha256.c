/*
 * get/keep/sha256.c - SHA-256 in plain C (FIPS 180-4, 6.2), and the choice of a faster compression.
 */
#include "get/keep/sha256.h"

#include "base/bytes.h"
#include "http/message/octet.h"

/* clang-format off */
const uint32_t sha256_k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
/* clang-format on */

static inline uint32_t
rotr(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

/* The message schedule (6.2.2, step 1). */
static void
schedule(uint32_t w[static 64], const uint8_t *at)
{
	for (unsigned t = 0; t < 16; t++)
		w[t] = be32_get(at + (size_t)4 * t);
	for (unsigned t = 16; t < 64; t++) {
		uint32_t a = w[t - 15], b = w[t - 2];
		uint32_t s0 = rotr(a, 7) ^ rotr(a, 18) ^ a >> 3, s1 = rotr(b, 17) ^ rotr(b, 19) ^ b >> 10;

		w[t] = s1 + w[t - 7] + s0 + w[t - 16];
	}
}

/* One round (6.2.2, step 3); the caller renames the variables instead of moving their values. */
#define ROUND(a, b, c, d, e, f, g, h, t)                                                                     \
	do {                                                                                                 \
		uint32_t t1 = (h) + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) +                               \
			      (((e) & (f)) ^ (~(e) & (g))) + sha256_k[t] + w[t];                             \
		uint32_t t2 =                                                                                \
		    (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + (((a) & (b)) ^ ((a) & (c)) ^ ((b) & (c)));    \
		(d) += t1;                                                                                   \
		(h) = t1 + t2;                                                                               \
	} while (0)

static void
compress(uint32_t h[static 8], const uint8_t *at)
{
	uint32_t w[64], v[8];

	schedule(w, at);
	memcpy(v, h, sizeof v);
	for (unsigned t = 0; t < 64; t += 8) {
		ROUND(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], t);
		ROUND(v[7], v[0], v[1], v[2], v[3], v[4], v[5], v[6], t + 1);
		ROUND(v[6], v[7], v[0], v[1], v[2], v[3], v[4], v[5], t + 2);
		ROUND(v[5], v[6], v[7], v[0], v[1], v[2], v[3], v[4], t + 3);
		ROUND(v[4], v[5], v[6], v[7], v[0], v[1], v[2], v[3], t + 4);
		ROUND(v[3], v[4], v[5], v[6], v[7], v[0], v[1], v[2], t + 5);
		ROUND(v[2], v[3], v[4], v[5], v[6], v[7], v[0], v[1], t + 6);
		ROUND(v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[0], t + 7);
	}
	for (unsigned i = 0; i < 8; i++)
		h[i] += v[i];
}

void
sha256_blocks_plain(uint32_t h[static 8], const uint8_t *at, size_t n)
{
	for (; n > 0; n--, at += SHA256_BLOCK)
		compress(h, at);
}

static void
blocks(struct sha256 *s, const uint8_t *at, size_t n)
{
#ifdef SHA256_HAS_X86
	if (sha256_x86_usable()) {
		sha256_blocks_x86(s->h, at, n);
		return;
	}
#endif
	sha256_blocks_plain(s->h, at, n);
}

void
sha256_begin(struct sha256 *s)
{
	static const uint32_t first[8] = {
	    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	*s = (struct sha256){0};
	memcpy(s->h, first, sizeof first);
}

void
sha256_add(struct sha256 *s, const void *octets, size_t n)
{
	const uint8_t *at = octets;
	size_t waiting = s->len % SHA256_BLOCK;

	s->len += n;
	if (waiting > 0) {
		size_t room = SHA256_BLOCK - waiting, take = n < room ? n : room;

		memcpy(s->block + waiting, at, take);
		at += take;
		n -= take;
		if (take < room)
			return;
		blocks(s, s->block, 1);
	}
	blocks(s, at, n / SHA256_BLOCK);
	if (n % SHA256_BLOCK > 0)
		memcpy(s->block, at + (n - n % SHA256_BLOCK), n % SHA256_BLOCK);
}

/* The padding: a bit, zeros, and the length in bits (FIPS 180-4, 5.1.1). */
void
sha256_end(struct sha256 *s, uint8_t digest[static SHA256_LEN])
{
	uint8_t end[2 * SHA256_BLOCK] = {0x80};
	size_t waiting = s->len % SHA256_BLOCK;
	size_t n = (waiting < 56 ? SHA256_BLOCK : 2 * SHA256_BLOCK) - waiting;
	uint64_t bits = s->len * 8;

	for (unsigned i = 0; i < 8; i++)
		end[n - 1 - i] = (uint8_t)(bits >> (8 * i));
	sha256_add(s, end, n);
	for (unsigned i = 0; i < 8; i++)
		be32_put(digest + (size_t)4 * i, s->h[i]);
}

bool
sha256_read(const char *text, uint8_t digest[static SHA256_LEN])
{
	uint8_t made[SHA256_LEN];

	for (unsigned i = 0; i < SHA256_LEN; i++) {
		int high = http_hex(text[2 * i]), low = high < 0 ? -1 : http_hex(text[2 * i + 1]);

		if (low < 0)
			return false;
		made[i] = (uint8_t)(high << 4 | low);
	}
	if (text[2 * SHA256_LEN] != '\0')
		return false;
	memcpy(digest, made, sizeof made);
	return true;
}

char *
sha256_write(const uint8_t digest[static SHA256_LEN], char text[static SHA256_TEXT])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < SHA256_LEN; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[2 * SHA256_LEN] = '\0';
	return text;
}
