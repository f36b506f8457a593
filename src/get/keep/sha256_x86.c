/*
 * get/keep/sha256_x86.c - the compression of SHA-256 by the extension SHA of x86 processors: two
 * rounds in one instruction (Intel SDM, SHA256RNDS2, SHA256MSG1, SHA256MSG2).
 */
#include "get/keep/sha256.h"

#ifdef SHA256_HAS_X86

#include <cpuid.h>
#include <immintrin.h>

enum { LEAF7_EBX_SHA = 1 << 29 };

bool
sha256_x86_usable(void)
{
	static int known; /* 1: yes, -1: no */
	unsigned a, b = 0, c, d;

	if (known == 0) {
		if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
			b = 0;
		known = (b & LEAF7_EBX_SHA) && __builtin_cpu_supports("sse4.1") ? 1 : -1;
	}
	return known > 0;
}

/* The state in the order in which the instructions want it: ABEF and CDGH. */
struct sha256_lanes {
	__m128i abef, cdgh;
};

/* Four rounds with the words @w of the schedule, from round @t on. */
#define ROUNDS(s, w, t)                                                                                      \
	do {                                                                                                 \
		__m128i k =                                                                                  \
		    _mm_add_epi32(w, _mm_loadu_si128((const __m128i *)(const void *)(sha256_k + (t))));      \
		(s).cdgh = _mm_sha256rnds2_epu32((s).cdgh, (s).abef, k);                                     \
		(s).abef = _mm_sha256rnds2_epu32((s).abef, (s).cdgh, _mm_shuffle_epi32(k, 0x0e));            \
	} while (0)

__attribute__((target("sha,sse4.1"))) static inline __m128i
load_words(const uint8_t *at)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);

	return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)at), big_endian);
}

__attribute__((target("sha,sse4.1"))) static inline void
compress(struct sha256_lanes *state, const uint8_t *at)
{
	struct sha256_lanes s = *state;
	__m128i w[4] = {load_words(at), load_words(at + 16), load_words(at + 32), load_words(at + 48)};

#pragma GCC unroll 16
	for (unsigned i = 0; i < 16; i++) {
		__m128i *now = &w[i % 4], last = w[(i + 3) % 4];

		ROUNDS(s, *now, 4 * i);
		/* The words that are needed four steps later (FIPS 180-4, 6.2.2). */
		*now = _mm_add_epi32(
		    _mm_sha256msg1_epu32(*now, w[(i + 1) % 4]), _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
		*now = _mm_sha256msg2_epu32(*now, last);
	}
	state->abef = _mm_add_epi32(state->abef, s.abef);
	state->cdgh = _mm_add_epi32(state->cdgh, s.cdgh);
}

__attribute__((target("sha,sse4.1"))) void
sha256_blocks_x86(uint32_t h[static 8], const uint8_t *at, size_t n)
{
	__m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)h), 0xb1);
	__m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)(h + 4)), 0x1b);
	struct sha256_lanes s = {_mm_alignr_epi8(low, high, 8), _mm_blend_epi16(high, low, 0xf0)};

	for (; n > 0; n--, at += SHA256_BLOCK)
		compress(&s, at);
	low = _mm_shuffle_epi32(s.abef, 0x1b);
	high = _mm_shuffle_epi32(s.cdgh, 0xb1);
	_mm_storeu_si128((__m128i *)(void *)h, _mm_blend_epi16(low, high, 0xf0));
	_mm_storeu_si128((__m128i *)(void *)(h + 4), _mm_alignr_epi8(high, low, 8));
}

#endif
